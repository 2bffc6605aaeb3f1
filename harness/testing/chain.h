/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: so many switches in a line, each passing on from port 1 to port 2, with host a before
 * the first and host b behind the last. */
#ifndef TESTING_CHAIN_H
#define TESTING_CHAIN_H

#include "ofctl/flow.h"
#include "path/step.h"
#include "testing/cmocka.h"

enum { CHAIN_SWITCHES = PATH_DEPTH + 2 };

struct chain {
    struct topology topology;
    struct topology_switch switches[CHAIN_SWITCHES];
    struct topology_host hosts[2];
    struct topology_link links[CHAIN_SWITCHES];
    struct port ports[2];
    struct switch_state states[CHAIN_SWITCHES];
    const struct switch_state *by_switch[CHAIN_SWITCHES];
    struct path_network network;
};

static inline void chain_open(struct chain *chain, size_t n)
{
    *chain =
        (struct chain){.ports = {{.number = 1}, {.number = 2}},
                       .hosts = {{.name = "a", .port = {0, 1}}, {.name = "b", .port = {n - 1, 2}}}};
    chain->topology = (struct topology){.switches = chain->switches,
                                        .n_switches = n,
                                        .hosts = chain->hosts,
                                        .n_hosts = 2,
                                        .links = chain->links,
                                        .n_links = n - 1};
    for (size_t i = 0; i < n; i++) {
        struct switch_state *state = &chain->states[i];
        *state = (struct switch_state){.ports = chain->ports, .n_ports = 2};
        assert_int_equal(
            ofctl_parse_flow("in_port=1,actions=output:2", &state->flows, NULL, NULL, NULL), 0);
        chain->by_switch[i] = state;
        if (i > 0) {
            chain->links[i - 1] = (struct topology_link){.a = {i - 1, 2}, .b = {i, 1}};
        }
    }
    assert_int_equal(
        path_network_open_dumps(&chain->network, &chain->topology, chain->by_switch, NULL), 0);
}

static inline void chain_close(struct chain *chain)
{
    path_network_close(&chain->network);
    for (size_t i = 0; i < chain->topology.n_switches; i++) {
        flow_table_free(&chain->states[i].flows);
    }
}

#endif
