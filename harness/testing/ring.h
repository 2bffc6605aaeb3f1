/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: three switches in a ring, with hosts, and random tables for them. */
#ifndef TESTING_RING_H
#define TESTING_RING_H

#include "ofctl/flow.h"
#include "path/network.h"
#include "testing/cmocka.h"
#include "testing/random_space.h"

enum { SWITCHES = 3, PORTS = 4 };

/* Three switches in a ring: ports 1 and 2 have a host, 3 and 4 a neighbour. */
struct ring {
    struct topology topology;
    struct topology_switch switches[SWITCHES];
    struct topology_host hosts[2 * SWITCHES];
    struct topology_link links[SWITCHES];
    struct switch_state states[SWITCHES];
    const struct switch_state *by_switch[SWITCHES];
    struct path_network network;
    bool with_normal; /* random flows may be of unknown effect */
};

static inline void ring_make(struct ring *ring)
{
    static struct port ports[] = {{.number = 1}, {.number = 2}, {.number = 3}, {.number = 4}};
    *ring = (struct ring){.topology = {.n_switches = SWITCHES, .n_links = SWITCHES}};
    ring->topology.switches = ring->switches;
    ring->topology.hosts = ring->hosts;
    ring->topology.links = ring->links;
    for (size_t sw = 0; sw < SWITCHES; sw++) {
        for (uint16_t port = 1; port <= 2; port++) {
            ring->hosts[ring->topology.n_hosts++].port = (struct port_ref){sw, port};
        }
        ring->links[sw] = (struct topology_link){.a = {sw, 3}, .b = {(sw + 1) % SWITCHES, 4}};
        ring->states[sw].ports = ports;
        ring->states[sw].n_ports = PORTS;
        ring->by_switch[sw] = &ring->states[sw];
    }
}

static inline void ring_flow(struct ring *ring, size_t sw, const char *text)
{
    assert_int_equal(ofctl_parse_flow(text, &ring->states[sw].flows, NULL, NULL, NULL), 0);
}

static inline void ring_free(struct ring *ring)
{
    for (size_t sw = 0; sw < SWITCHES; sw++) {
        flow_table_free(&ring->states[sw].flows);
    }
}

static inline void ring_random_flow(struct ring *ring, size_t sw)
{
    static const char *const actions[] = {
        "drop",
        "output:1",
        "output:3",
        "output:4",
        "output:3,output:2",
        "mod_vlan_vid:1,output:3",
        "strip_vlan,output:3",
        "output:4,mod_nw_src:10.0.0.2,output:3",
        "mod_tp_dst:80,output:3",
        "output:2",
        "mod_vlan_pcp:1,output:3",
        "mod_nw_tos:32,output:4",
        "normal",
    };
    unsigned n = sizeof actions / sizeof *actions - (ring->with_normal ? 0 : 1);
    struct base_buffer text = {0};
    base_put_format(&text, "actions=%s", actions[random_below(n)]);
    ring_flow(ring, sw, base_buffer_text(&text));
    base_buffer_free(&text);
    struct flow_table *flows = &ring->states[sw].flows;
    struct flow_entry *entry = &flows->entries[flows->n_entries - 1];
    entry->match = random_match();
    entry->priority = (uint16_t)random_below(6);
    if (random_below(3)) {
        entry->match.mask.in_port = 0xffff;
        entry->match.value.in_port = (uint16_t)(1 + random_below(PORTS));
    }
}

#endif
