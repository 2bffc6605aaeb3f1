/* SPDX-License-Identifier: Apache-2.0 */
#include "model/expectation.h"

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
    const struct port_ref *a = key, *b = &((const struct expected_port *)item)->port;
    if (a->sw != b->sw) {
        return a->sw < b->sw ? -1 : 1;
    }
    return (a->port > b->port) - (a->port < b->port);
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

void expectation_free(struct expectation *expectation)
{
    if (expectation) {
        topology_free(expectation->topology);
        flow_table_free(&expectation->entry_flows);
        base_arena_free(&expectation->arena);
        free(expectation);
    }
}
