/* SPDX-License-Identifier: Apache-2.0
 *
 * What an expectation says of ports, as flow tables. */
#include "path/declared.h"

#include "base/memory.h"

#include <stdlib.h>

/* Priorities of entries that no case stands for: PATH_UNLISTED, and what drops at listed ports. */
enum { DROP_PRIORITY = PATH_UNLISTED + 1, FIRST_CASE_PRIORITY = UINT16_MAX };

static int add_entry(struct flow_table *table, const struct flow_entry *entry)
{
    struct flow_entry *added = flow_table_add(table);
    if (added) {
        *added = *entry;
    }
    return added ? 0 : -1;
}

/* Whether it depends on more than the packet where copies may arrive: by ports that hosts are
 * behind. */
static bool is_open(const struct expected_case *c)
{
    bool open = false;
    for (size_t i = 0; i < c->n_may && !open; i++) {
        open = c->may[i] <= PORT_MAX;
    }
    for (size_t i = 0; i < c->n_actions && !open; i++) {
        open = c->actions[i].type == ACTION_FAILOVER;
    }
    return open;
}

/* Cases beyond the last priority compete with each other, and so are open. */
static int compile_port(struct path_declared *declared, const struct expected_port *port,
                        size_t *n_cases)
{
    enum { MOST = FIRST_CASE_PRIORITY - DROP_PRIORITY - 1 };
    static const struct action several = {.type = ACTION_OPEN, .reason = PATH_DECLARED_SEVERAL};
    for (size_t i = 0; i < port->n_cases; i++) {
        const struct expected_case *c = &port->cases[i];
        struct flow_entry entry = {.match = c->match,
                                   .actions = c->actions,
                                   .n_actions = (uint16_t)c->n_actions,
                                   .priority =
                                       (uint16_t)(FIRST_CASE_PRIORITY - (i < MOST ? i : MOST))};
        if (is_open(c)) {
            entry.actions = &several;
            entry.n_actions = 1;
        }
        if (add_entry(&declared->flows[port->port.sw], &entry) < 0) {
            return -1;
        }
        declared->cases[(*n_cases)++] = c;
    }
    return 0;
}

/* Ports are in the order of switches. */
static int compile_ports(struct path_declared *declared)
{
    const struct expectation *expectation = declared->expectation;
    size_t n_cases = 0, at = 0;
    for (size_t sw = 0; sw < expectation->topology->n_switches; sw++) {
        declared->begins[sw] = n_cases;
        for (; at < expectation->n_ports && expectation->ports[at].port.sw == sw; at++) {
            if (compile_port(declared, &expectation->ports[at], &n_cases) < 0) {
                return -1;
            }
        }
    }
    return 0;
}

/* `unlisted: any`: what no case of a port takes drops, what enters by others is open. */
static int leave_unlisted(struct path_declared *declared)
{
    const struct expectation *expectation = declared->expectation;
    const struct flow_entry unlisted = {.priority = PATH_UNLISTED};
    int status = 0;
    for (size_t i = 0; i < expectation->n_ports && status == 0; i++) {
        struct port_ref port = expectation->ports[i].port;
        struct flow_entry drop = {.match = match_in_port(port.port), .priority = DROP_PRIORITY};
        status = add_entry(&declared->flows[port.sw], &drop);
    }
    for (size_t sw = 0; sw < expectation->topology->n_switches && status == 0; sw++) {
        status = expectation->lists_switch[sw] ? add_entry(&declared->flows[sw], &unlisted) : 0;
    }
    return status;
}

static size_t count_cases(const struct expectation *expectation)
{
    size_t n = 0;
    for (size_t i = 0; i < expectation->n_ports; i++) {
        n += expectation->ports[i].n_cases;
    }
    return n;
}

static int compile(struct path_declared *declared)
{
    size_t n = declared->expectation->topology->n_switches;
    declared->flows = base_calloc(n + 1, sizeof *declared->flows);
    declared->begins = base_calloc(n + 1, sizeof *declared->begins);
    declared->cases = base_calloc(count_cases(declared->expectation) + 1, sizeof *declared->cases);
    if (!declared->flows || !declared->begins || !declared->cases || compile_ports(declared) < 0) {
        return -1;
    }
    return declared->expectation->unlisted_any ? leave_unlisted(declared) : 0;
}

/* The ports that FLOOD and ALL mean: the cabled ones. */
static int name_ports(struct path_declared *declared)
{
    struct path_network *network = &declared->network;
    declared->ports = base_calloc(network->n_cables + 1, sizeof *declared->ports);
    for (size_t i = 0; declared->ports && i < network->n_cables; i++) {
        declared->ports[i].number = network->cables[i].port.port;
    }
    for (size_t sw = 0; declared->ports && sw < network->topology->n_switches; sw++) {
        network->switches[sw].ports = &declared->ports[network->begins[sw]];
        network->switches[sw].n_ports = network->begins[sw + 1] - network->begins[sw];
    }
    return declared->ports ? 0 : -1;
}

static int open_network(struct path_declared *declared)
{
    const struct expectation *expectation = declared->expectation;
    size_t n = expectation->topology->n_switches;
    struct path_switch *switches = base_calloc(n + 1, sizeof *switches);
    for (size_t i = 0; switches && i < n; i++) {
        switches[i] =
            (struct path_switch){.flows = expectation->lists_switch[i] ? &declared->flows[i] : NULL,
                                 .unknown = "the expectation does not list this switch",
                                 .declared = true};
    }
    int status =
        switches ? path_network_open(&declared->network, expectation->topology, switches) : -1;
    free(switches);
    return status < 0 ? -1 : name_ports(declared);
}

int path_declared_open(struct path_declared *declared, const struct expectation *expectation)
{
    *declared = (struct path_declared){.expectation = expectation};
    int status = compile(declared) < 0 ? -1 : open_network(declared);
    if (status < 0) {
        path_declared_close(declared);
    }
    return status;
}

void path_declared_close(struct path_declared *declared)
{
    path_network_close(&declared->network);
    for (size_t i = 0; declared->flows && i < declared->expectation->topology->n_switches; i++) {
        flow_table_free(&declared->flows[i]);
    }
    free(declared->flows);
    free(declared->ports);
    free(declared->cases);
    free(declared->begins);
    *declared = (struct path_declared){0};
}

const struct expected_case *path_declared_case(const struct path_declared *declared, size_t sw,
                                               size_t entry)
{
    if (entry == ENTRY_NONE || declared->flows[sw].entries[entry].priority <= DROP_PRIORITY) {
        return NULL;
    }
    return declared->cases[declared->begins[sw] + entry];
}
