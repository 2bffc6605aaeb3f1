/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests and benchmarks: the network of a cover that follows changes, as it
 * is now, covered anew. */
#ifndef TESTING_REPLAN_H
#define TESTING_REPLAN_H

#include "change/replan.h"

#include <stdlib.h>

struct anew {
    struct switch_state *copies;
    const struct switch_state **states;
    uint32_t **rows; /* by switch and entry: the row it has there */
    struct path_network network;
    struct traffic_cover cover;
    const struct topology *topology;
};

static inline void anew_copy(struct anew *anew, const struct change_replan *replan, size_t sw)
{
    size_t n_rows = change_replan_n_rows(replan, sw);
    anew->rows[sw] = calloc(n_rows + 1, sizeof **anew->rows);
    for (size_t row = 0; row < n_rows; row++) {
        const struct flow_entry *entry = change_replan_entry(replan, sw, row);
        struct flow_table *flows = &anew->copies[sw].flows;
        struct flow_entry *copy = entry ? flow_table_add(flows) : NULL;
        if (!anew->rows[sw] || (entry && !copy)) {
            abort();
        }
        if (copy) {
            *copy = *entry;
            anew->rows[sw][flows->n_entries - 1] = (uint32_t)row;
        }
    }
}

/* `states`: those that were begun with. */
static inline void anew_make(struct anew *anew, const struct change_replan *replan,
                             const struct topology *topology,
                             const struct switch_state *const *states,
                             const struct traffic_cover_options *options)
{
    size_t n = topology->n_switches;
    *anew = (struct anew){.topology = topology};
    anew->copies = calloc(n, sizeof *anew->copies);
    anew->states = calloc(n, sizeof *anew->states);
    anew->rows = calloc(n, sizeof *anew->rows);
    if (!anew->copies || !anew->states || !anew->rows) {
        abort();
    }
    for (size_t sw = 0; sw < n; sw++) {
        if (states[sw]) {
            anew->copies[sw] = *states[sw];
            anew->copies[sw].flows = (struct flow_table){0};
            anew->states[sw] = &anew->copies[sw];
            anew_copy(anew, replan, sw);
        }
    }
    if (path_network_open_dumps(&anew->network, topology, anew->states, NULL) < 0 ||
        traffic_cover(&anew->network, options, &anew->cover) < 0) {
        abort();
    }
}

static inline void anew_free(struct anew *anew)
{
    traffic_cover_free(&anew->cover);
    path_network_close(&anew->network);
    for (size_t sw = 0; sw < anew->topology->n_switches; sw++) {
        flow_table_free(&anew->copies[sw].flows);
        free(anew->rows[sw]);
    }
    free(anew->copies);
    free(anew->states);
    free(anew->rows);
}

#endif
