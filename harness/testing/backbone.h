/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests and benchmarks: a backbone of routers with the forwarding tables
 * that a link-state protocol would give them. The lengths of the prefixes are
 * distributed as in the Internet's routing table (three in five are /24, some
 * 40 % lie within a shorter one), and each router rewrites the addresses of the
 * link layer. The same arguments give the same tables. */
#ifndef TESTING_BACKBONE_H
#define TESTING_BACKBONE_H

#include "model/state.h"
#include "model/topology.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BACKBONE_EDGES = 2, BACKBONE_CHORD = 4, BACKBONE_SWITCHES_MAX = 64 };

struct backbone {
    struct topology topology;
    struct switch_state states[BACKBONE_SWITCHES_MAX];
    const struct switch_state *by_switch[BACKBONE_SWITCHES_MAX];
    size_t n;
    uint64_t random;
};

static inline uint32_t backbone_below(struct backbone *backbone, uint32_t n)
{
    backbone->random ^= backbone->random >> 12; /* xorshift64*, Vigna 2016 */
    backbone->random ^= backbone->random << 25;
    backbone->random ^= backbone->random >> 27;
    return (uint32_t)((backbone->random * 0x2545f4914f6cdd1d) >> 33) % n;
}

static inline void *backbone_memory(size_t n, size_t bytes)
{
    void *memory = calloc(n, bytes);
    if (!memory) {
        abort();
    }
    return memory;
}

/* Ports 1, 2: hosts; 3, 4: the ring; 5, 6: chords. */
static inline size_t backbone_neighbour(const struct backbone *backbone, size_t sw, uint16_t port)
{
    static const size_t steps[] = {1, 0, BACKBONE_CHORD, 0};
    size_t n = backbone->n, step = steps[port - 3];
    return port == 4   ? (sw + n - 1) % n
           : port == 6 ? (sw + n - BACKBONE_CHORD) % n
                       : (sw + step) % n;
}

static inline void backbone_cable(struct backbone *backbone)
{
    struct topology *topology = &backbone->topology;
    topology->n_switches = backbone->n;
    topology->switches = backbone_memory(backbone->n, sizeof *topology->switches);
    topology->hosts = backbone_memory(backbone->n * BACKBONE_EDGES, sizeof *topology->hosts);
    topology->links = backbone_memory(backbone->n * 2, sizeof *topology->links);
    for (size_t sw = 0; sw < backbone->n; sw++) {
        topology->switches[sw].name = "router";
        for (uint16_t port = 1; port <= BACKBONE_EDGES; port++) {
            struct topology_host *host = &topology->hosts[topology->n_hosts++];
            *host = (struct topology_host){.name = "edge", .port = {.sw = sw, .port = port}};
        }
        for (uint16_t port = 3; port <= 5; port += 2) {
            topology->links[topology->n_links++] = (struct topology_link){
                .a = {.sw = sw, .port = port},
                .b = {.sw = backbone_neighbour(backbone, sw, port), .port = port + 1u}};
        }
    }
}

/* By switch, the port that leads nearest to `home` (breadth first). */
static inline void backbone_routes(const struct backbone *backbone, size_t home, uint16_t *ports)
{
    size_t queue[BACKBONE_SWITCHES_MAX], n = 0;
    memset(ports, 0, BACKBONE_SWITCHES_MAX * sizeof *ports);
    queue[n++] = home;
    for (size_t i = 0; i < n; i++) {
        for (uint16_t port = 3; port <= 6; port++) {
            size_t next = backbone_neighbour(backbone, queue[i], port);
            if (next != home && ports[next] == 0) {
                ports[next] = port % 2 ? port + 1u : port - 1u;
                queue[n++] = next;
            }
        }
    }
}

static inline uint8_t backbone_length(struct backbone *backbone)
{
    static const struct {
        uint8_t length, percent;
    } shares[] = {{24, 60}, {22, 11}, {23, 10}, {20, 5}, {21, 5}, {19, 3},
                  {16, 2},  {18, 1},  {17, 1},  {14, 1}, {12, 1}};
    uint32_t at = backbone_below(backbone, 100), i = 0;
    while (at >= shares[i].percent) {
        at -= shares[i++].percent;
    }
    return shares[i].length;
}

static inline void backbone_add(struct switch_state *state, uint32_t prefix, uint32_t mask,
                                uint8_t length, uint16_t port)
{
    struct flow_entry *entry = flow_table_add(&state->flows);
    struct action *actions =
        entry ? base_arena_alloc(&state->flows.arena, 2 * sizeof *actions) : NULL;
    if (!actions) {
        abort();
    }
    actions[0] =
        (struct action){.type = ACTION_SET_DL_DST,
                        .dl_addr = {2, 0, 0, 1, (uint8_t)state->datapath_id, (uint8_t)port}};
    actions[1] = (struct action){.port = port};
    entry->match.mask.dl_type = 0xffff;
    entry->match.value.dl_type = DL_TYPE_IP;
    entry->match.mask.nw_dst = mask;
    entry->match.value.nw_dst = prefix;
    entry->priority = 100 + length;
    entry->actions = actions;
    entry->n_actions = 2;
}

/* No two equal. */
static inline void backbone_prefixes(struct backbone *backbone, uint32_t *prefixes,
                                     uint8_t *lengths, size_t n_prefixes)
{
    size_t n_slots = 16;
    while (n_slots < 2 * n_prefixes) {
        n_slots *= 2;
    }
    uint64_t *slots = backbone_memory(n_slots, sizeof *slots); /* a prefix and its length */
    for (size_t n = 0; n < n_prefixes;) {
        uint8_t length = backbone_length(backbone);
        uint32_t mask = UINT32_MAX << (32 - length), prefix = 0;
        size_t parent = n ? backbone_below(backbone, (uint32_t)n) : 0;
        if (n > 0 && backbone_below(backbone, 10) < 4 && lengths[parent] < length) {
            uint32_t outer = UINT32_MAX << (32 - lengths[parent]);
            prefix = prefixes[parent] | (backbone_below(backbone, INT32_MAX) * 2u & mask & ~outer);
        } else {
            prefix = (0x10000000 + backbone_below(backbone, 0x60000000)) & mask;
        }
        uint64_t key = (uint64_t)prefix << 8 | length;
        size_t at = key * 0x9e3779b97f4a7c15 >> 32 & (n_slots - 1);
        while (slots[at] != 0 && slots[at] != key) {
            at = (at + 1) & (n_slots - 1);
        }
        if (slots[at] == 0) {
            slots[at] = key;
            prefixes[n] = prefix;
            lengths[n++] = length;
        }
    }
    free(slots);
}

/* n_prefixes entries a router, all with the same prefixes. */
static inline void backbone_fill(struct backbone *backbone, size_t n_prefixes)
{
    uint32_t *prefixes = backbone_memory(n_prefixes, sizeof *prefixes);
    uint8_t *lengths = backbone_memory(n_prefixes, sizeof *lengths);
    backbone_prefixes(backbone, prefixes, lengths, n_prefixes);
    for (size_t i = 0; i < n_prefixes; i++) {
        uint16_t ports[BACKBONE_SWITCHES_MAX];
        size_t home = backbone_below(backbone, (uint32_t)backbone->n);
        backbone_routes(backbone, home, ports);
        for (size_t sw = 0; sw < backbone->n; sw++) {
            uint16_t port =
                sw == home ? 1 + (uint16_t)backbone_below(backbone, BACKBONE_EDGES) : ports[sw];
            backbone_add(&backbone->states[sw], prefixes[i], UINT32_MAX << (32 - lengths[i]),
                         lengths[i], port);
        }
    }
    free(prefixes);
    free(lengths);
}

static inline void backbone_make(struct backbone *backbone, size_t n_switches, size_t n_prefixes)
{
    *backbone = (struct backbone){.n = n_switches, .random = 0x853c49e6748fea9b};
    backbone_cable(backbone);
    for (size_t sw = 0; sw < n_switches; sw++) {
        struct switch_state *state = &backbone->states[sw];
        state->datapath_id = sw + 1;
        state->n_ports = 6;
        state->ports = backbone_memory(state->n_ports, sizeof *state->ports);
        for (size_t i = 0; i < state->n_ports; i++) {
            state->ports[i].number = (uint16_t)(i + 1);
        }
        backbone->by_switch[sw] = state;
    }
    backbone_fill(backbone, n_prefixes);
}

static inline void backbone_free(struct backbone *backbone)
{
    for (size_t sw = 0; sw < backbone->n; sw++) {
        switch_state_free(&backbone->states[sw]);
    }
    free(backbone->topology.switches);
    free(backbone->topology.hosts);
    free(backbone->topology.links);
}

#endif
