/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of a packet in a random network, in the simplest way: written from the
 * specification, slow, and without a line of the code that it judges. */
#include "testing/simulator.h"

#include "base/none.h"

#include <stdlib.h>
#include <string.h>

/* Whether a port is up, by what is known of it, and does not have `bad` set. */
bool simulator_port_is_up(const struct switch_state *state, uint16_t number, uint32_t bad)
{
    for (size_t i = 0; i < state->n_ports; i++) {
        if (state->ports[i].number == number) {
            return !(state->ports[i].config & (PORT_CONFIG_DOWN | bad)) &&
                   !(state->ports[i].state & PORT_STATE_LINK_DOWN);
        }
    }
    return state->n_ports == 0;
}

static void set_tci(struct header *header, uint16_t bits, uint16_t value)
{
    header->vlan_tci = (uint16_t)((header->vlan_tci & ~bits) | value | VLAN_TAGGED);
}

static void rewrite(const struct action *action, struct header *header)
{
    bool is_ip = header->dl_type == DL_TYPE_IP, is_ipv6 = header->dl_type == DL_TYPE_IPV6;
    uint8_t icmp = is_ip ? NW_PROTO_ICMP : NW_PROTO_ICMPV6, proto = header->nw_proto;
    bool has_tp = (is_ip || is_ipv6) && (proto == icmp || proto == NW_PROTO_TCP ||
                                         proto == NW_PROTO_UDP || proto == NW_PROTO_SCTP);
    if (action->type == ACTION_SET_VLAN_VID) {
        set_tci(header, VLAN_VID, action->vlan_vid);
    } else if (action->type == ACTION_SET_VLAN_PCP) {
        set_tci(header, VLAN_PCP, (uint16_t)(action->vlan_pcp << 13));
    } else if (action->type == ACTION_STRIP_VLAN) {
        header->vlan_tci = 0;
    } else if (action->type == ACTION_SET_DL_SRC) {
        memcpy(header->dl_src, action->dl_addr, 6);
    } else if (action->type == ACTION_SET_NW_SRC && is_ip) {
        header->nw_src = action->nw_addr;
    } else if (action->type == ACTION_SET_FIELD && is_ipv6) { /* of its source, whole */
        memcpy(header->ipv6_src, action->field->value, sizeof header->ipv6_src);
    } else if (action->type == ACTION_SET_NW_TOS && (is_ip || is_ipv6)) {
        header->nw_tos = action->nw_tos;
    } else if (action->type == ACTION_SET_TP_DST && has_tp) {
        header->tp_dst = action->tp_port;
    }
}

static size_t send(const struct switch_state *state, const struct action *action,
                   const struct header *header, uint16_t port, struct simulated_sent *sent,
                   size_t n)
{
    if (port > PORT_MAX || simulator_port_is_up(state, port, PORT_CONFIG_NO_FWD)) {
        sent[n++] = (struct simulated_sent){
            port, action->max_len, action->type == ACTION_ENQUEUE ? 1 + action->queue_id : 0,
            *header};
    }
    return n;
}

/* What the entry sends; -1: that is not known. */
int simulator_apply(const struct switch_state *state, const struct flow_entry *entry,
                    struct header header, struct simulated_sent *sent)
{
    size_t n = 0;
    for (size_t i = 0; i < entry->n_actions; i++) {
        const struct action *action = &entry->actions[i];
        bool is_flood = action->port == PORT_FLOOD || action->port == PORT_ALL;
        if (action->type != ACTION_OUTPUT && action->type != ACTION_ENQUEUE) {
            rewrite(action, &header);
        } else if (action->port == PORT_NORMAL || action->port == PORT_TABLE ||
                   (is_flood && state->n_ports == 0)) {
            return -1;
        } else if (action->port == PORT_IN_PORT) {
            n = send(state, action, &header, header.in_port, sent, n);
        } else if (!is_flood && action->port != header.in_port) {
            n = send(state, action, &header, action->port, sent, n);
        }
        for (size_t p = 0; is_flood && p < state->n_ports; p++) {
            const struct port *port = &state->ports[p];
            if (port->number != header.in_port &&
                !(action->port == PORT_FLOOD && port->config & PORT_CONFIG_NO_FLOOD)) {
                n = send(state, action, &header, port->number, sent, n);
            }
        }
    }
    return (int)n;
}

static int compare_sent(const void *a, const void *b)
{
    const struct simulated_sent *x = a, *y = b;
    if (x->port != y->port) {
        return x->port < y->port ? -1 : 1;
    }
    if (x->queue != y->queue || x->max_len != y->max_len) {
        return x->queue != y->queue ? (x->queue < y->queue ? -1 : 1)
                                    : (x->max_len < y->max_len ? -1 : 1);
    }
    return memcmp(&x->header, &y->header, sizeof x->header);
}

/* Registers are 0 at first; of other conditions it is not known whether they hold. */
bool simulator_is_unsure(const struct flow_entry *entry)
{
    return entry->n_extras > 0 && entry->extras[0].id != FIELD_REG0;
}

bool simulator_takes(const struct flow_entry *entry, const struct header *header)
{
    bool never = entry->table_id == 0 && entry->n_extras > 0 && entry->extras[0].id == FIELD_REG0 &&
                 entry->extras[0].value[0] != 0;
    return !never && match_takes(&entry->match, header);
}

/* If they take the header. */
static bool would_do_the_same(const struct switch_state *state, const struct flow_entry *a,
                              const struct flow_entry *b, const struct header *header)
{
    struct simulated_sent x[SIMULATOR_SENT], y[SIMULATOR_SENT];
    if (actions_equal(a->actions, a->n_actions, b->actions, b->n_actions)) {
        return true;
    }
    int n = simulator_apply(state, a, *header, x);
    bool same = n == simulator_apply(state, b, *header, y) && n >= 0;
    if (same) {
        qsort(x, (size_t)n, sizeof *x, compare_sent);
        qsort(y, (size_t)n, sizeof *y, compare_sent);
    }
    for (int i = 0; same && i < n; i++) {
        same = compare_sent(&x[i], &y[i]) == 0;
    }
    return same;
}

bool simulator_do_the_same(const struct switch_state *state, const struct flow_entry *a,
                           const struct flow_entry *b, const struct header *header)
{
    return !simulator_is_unsure(a) && !simulator_is_unsure(b) &&
           would_do_the_same(state, a, b, header);
}

/* The best entry but `taker` that takes the header, of a rank up to this. NULL: none does. */
static const struct flow_entry *next_below(const struct switch_state *state, size_t taker,
                                           const struct header *header, uint32_t rank)
{
    const struct flow_entry *next = NULL;
    for (size_t i = 0; i < state->flows.n_entries; i++) {
        const struct flow_entry *entry = &state->flows.entries[i];
        if (i != taker && simulator_takes(entry, header) && simulator_rank(entry) <= rank &&
            (!next || simulator_rank(entry) > simulator_rank(next))) {
            next = entry;
        }
    }
    return next;
}

bool simulator_is_idle(const struct switch_state *state, size_t taker, const struct header *header)
{
    struct simulated_sent sent[SIMULATOR_SENT];
    const struct flow_entry *entry = &state->flows.entries[taker], *next;
    uint32_t rank = simulator_rank(entry);
    while ((next = next_below(state, taker, header, rank))) {
        bool sure = false;
        rank = simulator_rank(next);
        for (size_t i = 0; i < state->flows.n_entries; i++) { /* all of this rank */
            const struct flow_entry *other = &state->flows.entries[i];
            if (i == taker || !simulator_takes(other, header) || simulator_rank(other) != rank) {
                continue;
            }
            if (!would_do_the_same(state, entry, other, header)) {
                return false;
            }
            sure |= !simulator_is_unsure(other) && other->table_id == 0;
        }
        if (sure) {
            return true;
        }
        rank--;
    }
    return simulator_apply(state, entry, *header, sent) == 0;
}

uint32_t simulator_rank(const struct flow_entry *entry)
{
    return (uint32_t)(255 - entry->table_id) * 65536 + entry->priority;
}

/* Whether no other entry of its rank does something else with the header. */
bool simulator_is_alone(const struct switch_state *state, size_t taker, const struct header *header)
{
    const struct flow_table *flows = &state->flows;
    const struct flow_entry *first = &flows->entries[taker];
    bool alone = true;
    for (size_t i = 0; i < flows->n_entries && alone; i++) {
        const struct flow_entry *entry = &flows->entries[i];
        alone = i == taker || simulator_rank(entry) != simulator_rank(first) ||
                !simulator_takes(entry, header) ||
                simulator_do_the_same(state, first, entry, header);
    }
    return alone;
}

size_t simulator_taker(const struct switch_state *state, const struct header *header, bool *alone)
{
    const struct flow_table *flows = &state->flows;
    size_t taker = SIMULATOR_NONE;
    for (size_t i = 0; i < flows->n_entries; i++) {
        if (simulator_takes(&flows->entries[i], header) &&
            (taker == SIMULATOR_NONE ||
             simulator_rank(&flows->entries[i]) > simulator_rank(&flows->entries[taker]))) {
            taker = i;
        }
    }
    *alone = taker == SIMULATOR_NONE || simulator_is_alone(state, taker, header);
    return taker;
}

static bool at_port(struct port_ref a, size_t sw, uint16_t port)
{
    return a.sw == sw && a.port == port;
}

/* What is at the other end of a port: a switch's port, or a host. */
bool simulator_cabled_to(const struct topology *topology, size_t sw, uint16_t port,
                         struct port_ref *to, size_t *host)
{
    *host = HOST_NONE;
    for (size_t i = 0; i < topology->n_hosts; i++) {
        *host = at_port(topology->hosts[i].port, sw, port) ? i : *host;
    }
    for (size_t i = 0; i < topology->n_links; i++) {
        const struct topology_link *link = &topology->links[i];
        if (at_port(link->a, sw, port) || at_port(link->b, sw, port)) {
            *to = at_port(link->a, sw, port) ? link->b : link->a;
            return true;
        }
    }
    return *host != HOST_NONE;
}

static void enter(struct simulated_fate *fate, size_t sw, uint16_t port, size_t previous,
                  struct header header)
{
    header.in_port = port;
    for (size_t i = previous; i != SIMULATOR_HOPS; i = fate->hops[i].previous) {
        if (fate->hops[i].sw == sw && memcmp(&fate->hops[i].header, &header, sizeof header) == 0) {
            fate->loops = true;
            return;
        }
    }
    if (fate->n_hops == SIMULATOR_HOPS) {
        fate->too_many = true;
        return;
    }
    fate->hops[fate->n_hops++] =
        (struct simulated_hop){header, (uint8_t)sw, SIMULATOR_NONE, true, (uint16_t)previous};
}

static void leave(const struct topology *topology, struct simulated_fate *fate, size_t at,
                  const struct simulated_sent *sent)
{
    struct port_ref to;
    size_t host;
    if (!simulator_cabled_to(topology, fate->hops[at].sw, sent->port, &to, &host)) {
        return;
    }
    if (host == HOST_NONE) {
        enter(fate, to.sw, to.port, at, sent->header);
    } else if (fate->n_arrivals < SIMULATOR_HOPS) {
        struct simulated_arrival *arrival = &fate->arrivals[fate->n_arrivals++];
        *arrival = (struct simulated_arrival){host, sent->header};
        arrival->header.in_port = sent->port;
    } else {
        fate->too_many = true;
    }
}

static void pass_switch(const struct random_network *network, struct simulated_fate *fate,
                        size_t at)
{
    struct simulated_hop *hop = &fate->hops[at];
    const struct switch_state *state = network->read[hop->sw];
    struct simulated_sent sent[SIMULATOR_SENT];
    if (!state) {
        fate->unknown = true;
        return;
    }
    if (!simulator_port_is_up(state, hop->header.in_port, PORT_CONFIG_NO_RECV)) {
        return;
    }
    size_t taker = simulator_taker(state, &hop->header, &hop->alone);
    const struct flow_entry *entry = &state->flows.entries[taker == SIMULATOR_NONE ? 0 : taker];
    if (taker == SIMULATOR_NONE) {
        return;
    }
    bool idle = simulator_is_unsure(entry) && simulator_is_idle(state, taker, &hop->header);
    struct switch_state without = *state;
    without.ports = NULL;
    without.n_ports = 0;
    fate->idle |= idle;
    fate->vague |=
        simulator_is_unsure(entry) && idle != simulator_is_idle(&without, taker, &hop->header);
    if (entry->table_id != 0 || (simulator_is_unsure(entry) && !idle)) {
        hop->alone = hop->alone || entry->table_id == 0;
        fate->unknown = true; /* what leads to another table is not known, nor such conditions */
        return;
    }
    hop->entry = (uint8_t)taker;
    int n = hop->alone ? simulator_apply(state, entry, hop->header, sent) : -1;
    fate->unknown = fate->unknown || n < 0;
    for (int i = 0; i < n; i++) {
        leave(&network->topology, fate, at, &sent[i]);
    }
}

int simulated_compare(const void *a, const void *b)
{
    const struct simulated_arrival *x = a, *y = b;
    return x->host != y->host ? (x->host < y->host ? -1 : 1)
                              : memcmp(&x->header, &y->header, sizeof x->header);
}

void simulate(const struct random_network *network, size_t host, const struct header *header,
              struct simulated_fate *fate)
{
    struct port_ref in = network->topology.hosts[host].port;
    fate->n_hops = fate->n_arrivals = 0;
    fate->unknown = fate->loops = fate->too_many = fate->idle = fate->vague = false;
    enter(fate, in.sw, in.port, SIMULATOR_HOPS, *header);
    for (size_t i = 0; i < fate->n_hops; i++) {
        pass_switch(network, fate, i);
    }
    qsort(fate->arrivals, fate->n_arrivals, sizeof *fate->arrivals, simulated_compare);
}

bool simulated_exercises(const struct simulated_fate *fate, size_t sw, size_t entry)
{
    for (size_t i = 0; i < fate->n_hops; i++) {
        if (fate->hops[i].sw == sw && fate->hops[i].entry == entry && fate->hops[i].alone) {
            return true;
        }
    }
    return false;
}
