/* SPDX-License-Identifier: Apache-2.0
 *
 * What does an expectation say of this port, and is this claim about this host. */
#include "model/expectation.h"

#include "model/port.h"

#include <stdlib.h>

const char *claim_kind_name(enum claim_kind kind)
{
    static const char *const names[] = {
        [CLAIM_DELIVERED] = "delivered",
        [CLAIM_MIRRORED] = "mirrored",
        [CLAIM_ISOLATED] = "isolated",
    };
    return names[kind];
}

static int compare_ports(const void *key, const void *item)
{
    return port_ref_compare(*(const struct port_ref *)key,
                            ((const struct expected_port *)item)->port);
}

const struct expected_port *expectation_port(const struct expectation *expectation,
                                             struct port_ref port)
{
    if (expectation->n_ports == 0) {
        return NULL;
    }
    return bsearch(&port, expectation->ports, expectation->n_ports, sizeof *expectation->ports,
                   compare_ports);
}

bool expectation_speaks_of(const struct expectation *expectation, size_t from, size_t to,
                           const struct header *header)
{
    bool speaks = false;
    for (size_t i = 0; i < expectation->n_claims && !speaks; i++) {
        const struct claim *claim = &expectation->claims[i];
        speaks = claim->from == from && (claim->kind == CLAIM_DELIVERED || claim->to == to) &&
                 match_takes(&claim->match, header);
    }
    return speaks;
}

size_t expected_case_action(const struct expected_case *c, enum action_type type)
{
    size_t i = 0;
    while (i < c->n_actions && c->actions[i].type != type) {
        i++;
    }
    return i;
}

size_t expectation_unjudged(const struct expectation *expectation, const struct expected_case *c,
                            uint16_t *ports)
{
    size_t n = 0;
    bool has_controller = false;
    for (size_t i = 0; c && i < c->n_may; i++) {
        has_controller |= c->may[i] == PORT_CONTROLLER;
        ports[n++] = c->may[i];
    }
    if (expectation->controller_any && !has_controller) {
        ports[n++] = PORT_CONTROLLER;
    }
    return n;
}

bool expected_port_fails_over(const struct expected_port *port)
{
    bool does = false;
    for (size_t c = 0; c < port->n_cases && !does; c++) {
        does = expected_case_action(&port->cases[c], ACTION_FAILOVER) < port->cases[c].n_actions;
    }
    return does;
}

const char *expectation_table_name(const struct expectation *expectation, size_t sw, uint8_t table)
{
    const char *name = NULL;
    for (size_t i = 0; i < expectation->n_table_names && !name; i++) {
        const struct table_name *named = &expectation->table_names[i];
        name = named->sw == sw && named->table == table ? named->name : NULL;
    }
    return name;
}

static bool same_group(const struct claim *a, const struct claim *b)
{
    return a->group == b->group && a->from == b->from;
}

bool expectation_claim_names(const struct expectation *expectation, const struct claim *claim,
                             size_t host)
{
    const struct claim *begin = expectation->claims, *end = begin + expectation->n_claims;
    const struct claim *other = claim;
    if (claim->to != HOST_ALL) {
        return claim->to == host;
    }
    while (other > begin && same_group(other - 1, claim)) {
        other--;
    }
    while (other < end && same_group(other, claim) && other->to != host) {
        other++;
    }
    return host != claim->from && (other == end || !same_group(other, claim));
}

void expectation_free(struct expectation *expectation)
{
    if (expectation) {
        topology_free(expectation->topology);
        flow_table_free(&expectation->entry_flows);
        group_table_free(&expectation->groups);
        base_arena_free(&expectation->arena);
        free(expectation);
    }
}
