/* SPDX-License-Identifier: Apache-2.0 */
#include "path/follow.h"

#include "space/table.h"

#include <string.h>

/* Ports that FLOOD and ALL mean when only the expectation is asked: those of
 * the topology. More than this are not cabled anywhere. */
enum { DECLARED_PORTS_MAX = 1024, EMISSIONS_MAX = 256 };

static size_t cabled_ports(const struct topology *topology, size_t sw, struct port *ports)
{
    size_t n = 0;
    for (size_t i = 0; i < topology->n_hosts && n < DECLARED_PORTS_MAX; i++) {
        if (topology->hosts[i].port.sw == sw) {
            ports[n++].number = topology->hosts[i].port.port;
        }
    }
    for (size_t i = 0; i < topology->n_links && n + 2 <= DECLARED_PORTS_MAX; i++) {
        const struct topology_link *link = &topology->links[i];
        if (link->a.sw == sw) {
            ports[n++].number = link->a.port;
        }
        if (link->b.sw == sw) {
            ports[n++].number = link->b.port;
        }
    }
    return n;
}

static int forward_declared(const void *aux, size_t sw, const struct header *header,
                            struct space_emission *out, size_t max, size_t *entry,
                            const char **reason)
{
    const struct expectation *expectation = aux;
    struct port_ref ref = {.sw = sw, .port = header->in_port};
    const struct expected_port *port = expectation_port(expectation, ref);
    *entry = SIZE_MAX;
    if (!port) {
        *reason = "the expectation does not list this port";
        return expectation->lists_switch[sw] && !expectation->unlisted_any ? 0 : -1;
    }
    for (size_t i = 0; i < port->n_cases; i++) {
        const struct expected_case *c = &port->cases[i];
        if (match_takes(&c->match, header)) {
            struct port ports[DECLARED_PORTS_MAX] = {0};
            size_t n_ports = cabled_ports(expectation->topology, sw, ports);
            *entry = i;
            return space_apply(c->actions, c->n_actions, ports, n_ports, header, out, max, reason);
        }
    }
    return 0;
}

struct path_forwarding path_declared_by(const struct expectation *expectation)
{
    return (struct path_forwarding){.forward = forward_declared, .aux = expectation};
}

static int keep_sending(const struct switch_state *state, struct space_emission *out, int n)
{
    int kept = 0;
    for (int i = 0; i < n; i++) {
        if (switch_state_sends(state, out[i].port)) {
            out[kept++] = out[i];
        }
    }
    return n < 0 ? n : kept;
}

int path_apply_entry(const struct switch_state *state, size_t entry, bool ambiguous,
                     const struct header *header, struct space_emission *out, size_t max,
                     const char **reason)
{
    if (!switch_state_receives(state, header->in_port)) {
        return 0;
    }
    if (ambiguous) {
        *reason = "two entries of the same priority take it";
        return -1;
    }
    if (entry == SIZE_MAX) {
        return 0;
    }
    const struct flow_entry *flow = &state->flows.entries[entry];
    int n = space_apply(flow->actions, flow->n_actions, state->ports, state->n_ports, header, out,
                        max, reason);
    return keep_sending(state, out, n);
}

static int forward_advertised(const void *aux, size_t sw, const struct header *header,
                              struct space_emission *out, size_t max, size_t *entry,
                              const char **reason)
{
    const struct switch_state *const *states = aux;
    const struct switch_state *state = states[sw];
    *entry = SIZE_MAX;
    if (!state) {
        *reason = "the switch was not read";
        return -1;
    }
    if (!switch_state_receives(state, header->in_port)) {
        return 0;
    }
    bool ambiguous = false;
    *entry = space_lookup(&state->flows, header, &ambiguous);
    return path_apply_entry(state, *entry, ambiguous, header, out, max, reason);
}

struct path_forwarding path_advertised_by(const struct switch_state *const *states)
{
    return (struct path_forwarding){.forward = forward_advertised, .aux = states};
}

static void give_up(struct path_walk *walk, struct port_ref at, const char *reason)
{
    if (walk->known) {
        walk->known = false;
        walk->reason = reason;
        walk->unknown_at = at;
    }
}

/* The hop on the way to `last` where the same had entered before; SIZE_MAX: none. */
static size_t find_same(const struct path_walk *walk, size_t last, struct port_ref in,
                        const struct header *header)
{
    struct header same = *header;
    same.in_port = in.port;
    for (size_t i = last; i != SIZE_MAX; i = walk->hops[i].previous) {
        const struct path_hop *hop = &walk->hops[i];
        if (hop->in.sw == in.sw && memcmp(&hop->header, &same, sizeof same) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* The same, in whatever form. */
static size_t find_port(const struct path_walk *walk, size_t last, struct port_ref in)
{
    size_t i = last;
    while (i != SIZE_MAX && (walk->hops[i].in.sw != in.sw || walk->hops[i].in.port != in.port)) {
        i = walk->hops[i].previous;
    }
    return i;
}

static void note_loop(struct path_walk *walk, size_t first, size_t last)
{
    walk->loops = true;
    walk->loop_first = first;
    walk->loop_last = last;
}

static void enter(struct path_walk *walk, struct port_ref in, size_t previous, uint16_t out,
                  const struct header *header)
{
    size_t same = find_same(walk, previous, in, header);
    if (same != SIZE_MAX) {
        give_up(walk, in, "it comes back unchanged: a loop");
        note_loop(walk, same, previous);
        return;
    }
    if (walk->n_hops == PATH_WALK_HOPS) {
        /* Rewritten on its way, it may come back in another form each time. */
        size_t round = find_port(walk, previous, in);
        give_up(walk, in, "the expected way does not end: a loop");
        if (round != SIZE_MAX) {
            note_loop(walk, round, previous);
        }
        return;
    }
    struct path_hop *hop = &walk->hops[walk->n_hops++];
    *hop = (struct path_hop){
        .in = in, .header = *header, .entry = SIZE_MAX, .previous = previous, .out = out};
    hop->header.in_port = in.port;
}

static void arrive(struct path_walk *walk, size_t host, size_t hop, const struct header *header)
{
    if (walk->n_arrivals == PATH_WALK_ARRIVALS) {
        give_up(walk, walk->hops[hop].in, "too many copies");
        return;
    }
    struct path_walk_arrival *arrival = &walk->arrivals[walk->n_arrivals++];
    *arrival = (struct path_walk_arrival){.host = host, .header = *header, .hop = hop};
}

/* One packet that leaves hop's switch: over the cable to whatever is there. */
static void leave(const struct topology *topology, struct path_walk *walk, size_t hop,
                  const struct space_emission *emission)
{
    struct port_ref out = {.sw = walk->hops[hop].in.sw, .port = emission->port};
    struct peer peer = topology_peer(topology, out);
    if (peer.kind == PEER_SWITCH) {
        enter(walk, peer.port, hop, out.port, &emission->header);
    } else if (peer.kind == PEER_HOST) {
        struct header header = emission->header;
        header.in_port = out.port;
        arrive(walk, peer.host, hop, &header);
    }
}

void path_walk_from(const struct topology *topology, const struct path_forwarding *forwarding,
                    size_t host, const struct header *header, struct path_walk *walk)
{
    path_walk_entering(topology, forwarding, topology->hosts[host].port, header, walk);
}

void path_walk_entering(const struct topology *topology, const struct path_forwarding *forwarding,
                        struct port_ref in, const struct header *header, struct path_walk *walk)
{
    struct space_emission out[EMISSIONS_MAX];
    walk->n_hops = walk->n_arrivals = 0;
    walk->known = true;
    walk->loops = false;
    walk->reason = NULL;
    enter(walk, in, SIZE_MAX, 0, header);
    for (size_t i = 0; i < walk->n_hops; i++) {
        struct path_hop *hop = &walk->hops[i];
        const char *reason = NULL;
        int n = forwarding->forward(forwarding->aux, hop->in.sw, &hop->header, out, EMISSIONS_MAX,
                                    &hop->entry, &reason);
        if (n < 0) {
            give_up(walk, hop->in, reason);
        }
        for (int j = 0; j < n; j++) {
            leave(topology, walk, i, &out[j]);
        }
    }
}

unsigned path_walk_copies(const struct path_walk *walk, size_t host)
{
    unsigned n = 0;
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        n += walk->arrivals[i].host == host;
    }
    return n;
}

static unsigned copies_into(const struct path_walk *walk, struct port_ref port)
{
    unsigned n = 0;
    for (size_t i = 0; i < walk->n_hops; i++) {
        n += walk->hops[i].in.sw == port.sw && walk->hops[i].in.port == port.port;
    }
    return n;
}

unsigned path_walk_load(const struct path_walk *walk)
{
    unsigned load = 1;
    for (size_t i = 0; i < walk->n_hops; i++) {
        unsigned n = copies_into(walk, walk->hops[i].in);
        load = n > load ? n : load;
    }
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        unsigned n = path_walk_copies(walk, walk->arrivals[i].host);
        load = n > load ? n : load;
    }
    return load;
}
