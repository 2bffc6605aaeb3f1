/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests of path/: two switches in a line. Hosts a on s1:1, b on s1:2, c on s2:2; s1:3 is cabled
 * to s2:1; each switch has a port 4 with nothing on it. */
#ifndef TESTING_LINE_H
#define TESTING_LINE_H

#include "ofctl/flow.h"
#include "path/network.h"
#include "testing/cmocka.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_SWITCHES = 2, LINE_PORTS = 4 };
enum { LINE_A, LINE_B, LINE_C, LINE_HOSTS };

struct line {
    struct topology topology;
    struct topology_switch switches[LINE_SWITCHES];
    struct topology_host hosts[LINE_HOSTS];
    struct topology_link links[1];
    struct port ports[LINE_SWITCHES][LINE_PORTS];
    struct switch_state states[LINE_SWITCHES];
    const struct switch_state *by_switch[LINE_SWITCHES];
    struct path_network network;
};

static inline void line_make(struct line *line)
{
    *line = (struct line){
        .switches = {{.name = "s1", .dpid = 1}, {.name = "s2", .dpid = 2}},
        .hosts = {{.name = "a", .port = {0, 1}},
                  {.name = "b", .port = {0, 2}},
                  {.name = "c", .port = {1, 2}}},
        .links = {{.a = {0, 3}, .b = {1, 1}}},
    };
    line->topology = (struct topology){.switches = line->switches,
                                       .n_switches = LINE_SWITCHES,
                                       .hosts = line->hosts,
                                       .n_hosts = LINE_HOSTS,
                                       .links = line->links,
                                       .n_links = 1};
    for (size_t sw = 0; sw < LINE_SWITCHES; sw++) {
        for (uint16_t i = 0; i < LINE_PORTS; i++) {
            line->ports[sw][i].number = (uint16_t)(i + 1);
        }
        line->states[sw].ports = line->ports[sw];
        line->states[sw].n_ports = LINE_PORTS;
        line->by_switch[sw] = &line->states[sw];
    }
}

static inline struct port *line_port(struct line *line, size_t sw, uint16_t number)
{
    return &line->ports[sw][number - 1];
}

static inline void line_flow(struct line *line, size_t sw, const char *text)
{
    struct base_error error;
    if (ofctl_parse_flow(text, &line->states[sw].flows, NULL, NULL, &error) < 0) {
        fail_msg("%s: %s", text, error.text);
    }
}

/* Opens line->network for the tables as they are now. */
static inline void line_open(struct line *line)
{
    assert_int_equal(
        path_network_open_dumps(&line->network, &line->topology, line->by_switch, NULL), 0);
}

static inline void line_close(struct line *line)
{
    path_network_close(&line->network);
    for (size_t sw = 0; sw < LINE_SWITCHES; sw++) {
        flow_table_free(&line->states[sw].flows);
    }
}

#endif
