/* SPDX-License-Identifier: Apache-2.0
 *
 * How many packets must entries, ports and hosts count for a round, and have they? */
#include "traffic/count.h"

#include "path/follow.h"

#include <string.h>

struct counting {
    struct traffic_count *count;
    const struct traffic_plan *plan;
    const struct traffic_round *round;
    const struct topology *topology;
    const struct path_network *tables;
    const struct switch_state *const *before;
    bool sure[PATH_HOPS]; /* by hop: of the copy that enters there something arrived well */
};

/* A copy that enters a switch here has left another one, or a host. */
static void count_hop(struct counting *counting, const struct path_walk *walk, size_t i,
                      unsigned sent)
{
    struct traffic_count *count = counting->count;
    const struct path_hop *hop = &walk->hops[i];
    unsigned sure = counting->sure[i] ? sent : 0;
    struct traffic_port_count *in = traffic_count_port(count, counting->before, hop->in);
    size_t n_rows = hop->is_taken && count->packets[hop->in.sw]
                        ? path_n_rows(counting->tables, hop->in.sw, hop->entry)
                        : 0;
    for (size_t row = 0; row < n_rows; row++) {
        count->packets[hop->in.sw][path_row(counting->tables, hop->in.sw, hop->entry, row,
                                            &hop->header)] += sent;
    }
    if (in) {
        in->rx += sent;
        in->sure_rx += sure;
    }
    if (hop->previous != HOP_NONE) {
        struct port_ref out = {.sw = walk->hops[hop->previous].in.sw, .port = hop->out};
        struct traffic_port_count *port = traffic_count_port(count, counting->before, out);
        if (port) {
            port->tx += sent;
            port->sure_tx += sure;
        }
    }
}

/* Each cable on the way of a copy carried it well, or may be where it was lost
 * or altered. */
static void count_arrival(struct counting *counting, const struct path_walk *walk, size_t p,
                          const struct path_walk_arrival *arrival, struct traffic_port_count *out)
{
    const struct traffic_round *round = counting->round;
    const struct traffic_seen *seen = traffic_round_seen(round, p, arrival->host);
    unsigned wanted = path_walk_copies(walk, arrival->host) * round->sent[p];
    bool enough = walk->known ? seen->copies == wanted : seen->copies >= wanted;
    bool good = seen->altered == 0 && seen->late == 0 && enough;
    struct traffic_host_count *host = &counting->count->hosts[arrival->host];
    if (!round->captures[arrival->host]) {
        return;
    }
    host->good += good;
    host->bad += !good;
    if (good && out) {
        out->sure_tx += round->sent[p];
    }
    for (size_t i = arrival->hop; i != HOP_NONE; i = walk->hops[i].previous) {
        counting->sure[i] |= good;
        struct traffic_port_count *in =
            traffic_count_port(counting->count, counting->before, walk->hops[i].in);
        if (in) {
            in->good += good;
            in->bad += !good;
        }
    }
}

static void count_arrivals(struct counting *counting, const struct path_walk *walk, size_t p)
{
    memset(counting->sure, 0, walk->n_hops * sizeof *counting->sure);
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        const struct path_walk_arrival *arrival = &walk->arrivals[i];
        struct port_ref out = {.sw = walk->hops[arrival->hop].in.sw,
                               .port = arrival->header.in_port};
        struct traffic_port_count *port =
            traffic_count_port(counting->count, counting->before, out);
        if (port) {
            port->tx += counting->round->sent[p];
        }
        count_arrival(counting, walk, p, arrival, port);
    }
    for (size_t host = 0; host < counting->round->n_hosts; host++) {
        const struct traffic_seen *seen = traffic_round_seen(counting->round, p, host);
        counting->count->hosts[host].arrived += traffic_seen_count(counting->round, p, host);
        counting->count->hosts[host].late += seen->late - seen->overtaken;
        counting->count->hosts[host].overtaken += seen->overtaken;
    }
}

/* The way that a probe took of those that switches choose between, by where it came. False: that is
 * not known. */
static bool find_way(const struct counting *counting, size_t p, struct path_walk *walk)
{
    const struct traffic_probe *probe = &counting->plan->probes[p];
    struct port_ref in = counting->topology->hosts[probe->from].port;
    struct space_choices choices = {0}, found = {0};
    size_t n = 0;
    do {
        struct space_choices now = choices;
        path_follow_chosen(counting->tables, in, &probe->header, NULL, &choices, walk);
        if (walk->known && traffic_probe_follows(counting->round, p, walk)) {
            found = now;
            n++;
        }
    } while (walk->reason != path_choices && space_choices_next(&choices));
    if (n == 1) {
        path_follow_chosen(counting->tables, in, &probe->header, NULL, &found, walk);
    }
    return n == 1;
}

/* What went well over each cable, or not, is known by the way that it took. */
static void count_chosen(struct counting *counting, size_t p, struct path_walk *walk)
{
    if (find_way(counting, p, walk)) {
        for (size_t i = 0; i < walk->n_arrivals; i++) {
            count_arrival(counting, walk, p, &walk->arrivals[i], NULL);
        }
    }
}

static void add_most(struct counting *counting, struct port_ref out, enum path_doubt doubt,
                     size_t p)
{
    struct traffic_port_count *port = traffic_count_port(counting->count, counting->before, out);
    if (port && (doubt == PATH_SURE || doubt == PATH_CHOSEN)) {
        port->most_tx += counting->round->sent[p];
    }
}

/* By which ports a probe goes, or may go where switches choose its way. */
static void count_most(struct counting *counting, size_t p, struct path_walk *walk)
{
    const struct traffic_probe *probe = &counting->plan->probes[p];
    struct path_touch touch;
    if (!walk->known) {
        path_follow_touch(counting->tables, counting->topology->hosts[probe->from].port,
                          &probe->header, NULL, &touch, walk);
    }
    for (size_t i = 1; i < walk->n_hops; i++) {
        const struct path_hop *hop = &walk->hops[i];
        struct port_ref out = {.sw = walk->hops[hop->previous].in.sw, .port = hop->out};
        add_most(counting, out, hop->doubt, p);
    }
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        const struct path_walk_arrival *arrival = &walk->arrivals[i];
        struct port_ref out = {.sw = walk->hops[arrival->hop].in.sw,
                               .port = arrival->header.in_port};
        add_most(counting, out, arrival->doubt, p);
    }
}

static int make_room(struct counting *counting)
{
    struct traffic_count *count = counting->count;
    size_t n_switches = counting->topology->n_switches;
    count->packets = base_arena_alloc(&count->arena, (n_switches + 1) * sizeof *count->packets);
    count->ports = base_arena_alloc(&count->arena, (n_switches + 1) * sizeof *count->ports);
    count->hosts =
        base_arena_alloc(&count->arena, (counting->topology->n_hosts + 1) * sizeof *count->hosts);
    if (!count->packets || !count->ports || !count->hosts) {
        return -1;
    }
    for (size_t sw = 0; sw < n_switches; sw++) {
        const struct switch_state *state = counting->before[sw];
        if (!state) {
            continue;
        }
        count->packets[sw] =
            base_arena_alloc(&count->arena, (state->flows.n_entries + 1) * sizeof **count->packets);
        count->ports[sw] =
            base_arena_alloc(&count->arena, (state->n_ports + 1) * sizeof **count->ports);
        if (!count->packets[sw] || !count->ports[sw]) {
            return -1;
        }
    }
    return 0;
}

/* Where they go behind the first switch NORMAL decides. */
static void count_speeches(struct counting *counting)
{
    for (size_t host = 0; host < counting->round->n_hosts; host++) {
        struct traffic_port_count *in = traffic_count_port(counting->count, counting->before,
                                                           counting->topology->hosts[host].port);
        unsigned n = counting->round->hosts[host].n_spoken;
        counting->count->hosts[host].sent += n;
        if (in) {
            in->rx += n;
        }
    }
}

int traffic_count_init(struct traffic_count *count, const struct traffic_plan *plan,
                       const struct traffic_round *round, const struct path_network *tables,
                       const struct switch_state *const *before)
{
    *count = (struct traffic_count){0};
    struct counting counting = {.count = count,
                                .plan = plan,
                                .round = round,
                                .topology = tables->topology,
                                .tables = tables,
                                .before = before};
    if (make_room(&counting) < 0) {
        return -1;
    }
    count_speeches(&counting);
    struct path_walk walk;
    for (size_t p = 0; p < plan->n_probes; p++) {
        if (round->sent[p]) {
            path_follow_sure(tables, plan->probes[p].from, &plan->probes[p].header, &walk);
            count->hosts[plan->probes[p].from].sent += round->sent[p];
            count_arrivals(&counting, &walk, p);
            for (size_t i = 0; i < walk.n_hops; i++) {
                count_hop(&counting, &walk, i, round->sent[p]);
            }
            bool known = walk.known;
            count_most(&counting, p, &walk);
            if (!known) {
                count_chosen(&counting, p, &walk);
            }
        }
    }
    return 0;
}

struct traffic_port_count *traffic_count_port(const struct traffic_count *count,
                                              const struct switch_state *const *before,
                                              struct port_ref port)
{
    const struct switch_state *state = before[port.sw];
    const struct port *found = state ? switch_state_port(state, port.port) : NULL;
    return found && count->ports[port.sw] ? &count->ports[port.sw][found - state->ports] : NULL;
}

static long difference(uint64_t old, uint64_t now)
{
    return old == UINT64_MAX || now == UINT64_MAX || now < old ? -1 : (long)(now - old);
}

static bool find_counters(const struct switch_state *before, const struct switch_state *after,
                          uint16_t number, const struct port_counters **old,
                          const struct port_counters **now)
{
    const struct port *a = before ? switch_state_port(before, number) : NULL;
    const struct port *b = after ? switch_state_port(after, number) : NULL;
    if (!a || !b || !a->has_counters || !b->has_counters) {
        return false;
    }
    *old = &a->counters;
    *now = &b->counters;
    return true;
}

long traffic_count_rx(const struct switch_state *const *before,
                      const struct switch_state *const *after, struct port_ref port, long *bytes)
{
    const struct port_counters *old, *now;
    if (!after || !find_counters(before[port.sw], after[port.sw], port.port, &old, &now)) {
        return -1;
    }
    if (bytes) {
        *bytes = difference(old->rx_bytes, now->rx_bytes);
    }
    return difference(old->rx_packets, now->rx_packets);
}

long traffic_count_tx(const struct switch_state *const *before,
                      const struct switch_state *const *after, struct port_ref port, long *bytes)
{
    const struct port_counters *old, *now;
    if (!after || !find_counters(before[port.sw], after[port.sw], port.port, &old, &now)) {
        return -1;
    }
    if (bytes) {
        *bytes = difference(old->tx_bytes, now->tx_bytes);
    }
    return difference(old->tx_packets, now->tx_packets);
}

void traffic_count_free(struct traffic_count *count)
{
    base_arena_free(&count->arena);
    *count = (struct traffic_count){0};
}

static bool same_entry(const struct flow_entry *a, const struct flow_entry *b)
{
    return flow_same_key(a, b);
}

static const struct flow_entry *find_entry(const struct flow_table *table, size_t likely,
                                           const struct flow_entry *wanted)
{
    if (likely < table->n_entries && same_entry(&table->entries[likely], wanted)) {
        return &table->entries[likely];
    }
    for (size_t i = 0; i < table->n_entries; i++) {
        if (same_entry(&table->entries[i], wanted)) {
            return &table->entries[i];
        }
    }
    return NULL;
}

long traffic_count_since(const struct switch_state *before, size_t entry,
                         const struct switch_state *after)
{
    if (!before || !after || entry >= before->flows.n_entries) {
        return -1;
    }
    const struct flow_entry *old = &before->flows.entries[entry];
    const struct flow_entry *new = find_entry(&after->flows, entry, old);
    bool counts = new &&new->n_packets != UINT64_MAX &&new->n_packets >= old->n_packets;
    return counts ? (long)(new->n_packets - old->n_packets) : -1;
}

bool traffic_count_ports_move(const struct switch_state *before, const struct switch_state *after)
{
    for (size_t i = 0; before && after && i < before->n_ports; i++) {
        const struct port_counters *old, *now;
        if (find_counters(before, after, before->ports[i].number, &old, &now) &&
            (difference(old->rx_packets, now->rx_packets) > 0 ||
             difference(old->tx_packets, now->tx_packets) > 0)) {
            return true;
        }
    }
    return false;
}

bool traffic_count_entries_move(const struct switch_state *before, const struct switch_state *after)
{
    for (size_t i = 0; before && i < before->flows.n_entries; i++) {
        if (traffic_count_since(before, i, after) > 0) {
            return true;
        }
    }
    return false;
}

static bool ports_reached(const struct traffic_count *count, size_t sw,
                          const struct switch_state *const *before,
                          const struct switch_state *const *after)
{
    for (size_t i = 0; after[sw] && before[sw] && i < before[sw]->n_ports; i++) {
        const struct traffic_port_count *wanted = &count->ports[sw][i];
        struct port_ref port = {.sw = sw, .port = before[sw]->ports[i].number};
        long rx = traffic_count_rx(before, after, port, NULL);
        long tx = traffic_count_tx(before, after, port, NULL);
        if ((rx >= 0 && rx < (long)wanted->sure_rx) || (tx >= 0 && tx < (long)wanted->sure_tx)) {
            return false;
        }
    }
    return true;
}

/* Whether the port has counted that so many left it, or does not count. */
static bool has_left(const struct switch_state *const *before,
                     const struct switch_state *const *after, struct port_ref port, long n)
{
    long tx = traffic_count_tx(before, after, port, NULL);
    return tx < 0 || tx >= n;
}

bool traffic_count_left(const struct traffic_count *count, const struct topology *topology,
                        const struct switch_state *const *before,
                        const struct switch_state *const *after)
{
    bool reached = true;
    for (size_t host = 0; host < topology->n_hosts && reached; host++) {
        reached =
            has_left(before, after, topology->hosts[host].port, (long)count->hosts[host].arrived);
    }
    for (size_t i = 0; i < topology->n_links && reached; i++) {
        struct port_ref a = topology->links[i].a, b = topology->links[i].b;
        reached = has_left(before, after, a, traffic_count_rx(before, after, b, NULL)) &&
                  has_left(before, after, b, traffic_count_rx(before, after, a, NULL));
    }
    return reached;
}

bool traffic_count_surely(const struct traffic_count *count, const struct topology *topology,
                          const struct switch_state *const *before,
                          const struct switch_state *const *after)
{
    bool reached = true;
    for (size_t sw = 0; sw < topology->n_switches && reached; sw++) {
        reached = ports_reached(count, sw, before, after);
    }
    return reached;
}

bool traffic_count_reached(const struct traffic_count *count, const struct topology *topology,
                           const struct switch_state *const *before,
                           const struct switch_state *const *after)
{
    for (size_t sw = 0; sw < topology->n_switches; sw++) {
        size_t n = before[sw] && after[sw] ? before[sw]->flows.n_entries : 0;
        for (size_t i = 0; i < n; i++) {
            uint32_t wanted = count->packets[sw][i];
            if (wanted > 0 && traffic_count_since(before[sw], i, after[sw]) < (long)wanted) {
                return false;
            }
        }
    }
    return traffic_count_surely(count, topology, before, after);
}
