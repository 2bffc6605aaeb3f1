/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: so many switches in a row. Each sends from ports 1 and 3 to port 2, which is cabled to
 * port 1 of the next; host a is at port 1 of the first, host b at port 2 of the last. */
#ifndef TESTING_CHAIN_H
#define TESTING_CHAIN_H

#include "ofctl/flow.h"
#include "path/step.h"
#include "testing/cmocka.h"

enum { CHAIN_SWITCHES = PATH_DEPTH + 2, CHAIN_PORTS = 3 };

struct chain {
    struct port ports[CHAIN_SWITCHES][CHAIN_PORTS];
    struct topology_switch switches[CHAIN_SWITCHES];
    struct topology_link links[CHAIN_SWITCHES];
    struct topology_host hosts[2];
    struct switch_state states[CHAIN_SWITCHES];
    const struct switch_state *by_switch[CHAIN_SWITCHES];
    struct topology topology;
    struct path_network network;
};

static inline void chain_flow(struct chain *chain, size_t sw, const char *text)
{
    assert_int_equal(ofctl_parse_flow(text, &chain->states[sw].flows, NULL, NULL, NULL), 0);
}

static inline void chain_make(struct chain *chain, size_t n)
{
    *chain =
        (struct chain){.hosts = {{.name = "a", .port = {0, 1}}, {.name = "b", .port = {n - 1, 2}}}};
    chain->topology = (struct topology){.switches = chain->switches,
                                        .n_switches = n,
                                        .links = chain->links,
                                        .n_links = n - 1,
                                        .hosts = chain->hosts,
                                        .n_hosts = 2};
    for (size_t i = 0; i < n; i++) {
        for (uint16_t port = 1; port <= CHAIN_PORTS; port++) {
            chain->ports[i][port - 1].number = port;
        }
        chain->states[i] = (struct switch_state){.ports = chain->ports[i], .n_ports = CHAIN_PORTS};
        chain->by_switch[i] = &chain->states[i];
        chain->links[i] = (struct topology_link){.a = {i, 2}, .b = {i + 1, 1}};
        chain_flow(chain, i, "in_port=1 actions=output:2");
        chain_flow(chain, i, "in_port=3 actions=output:2");
    }
}

/* Opens chain->network for what there is now. */
static inline void chain_open(struct chain *chain)
{
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
