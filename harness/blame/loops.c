/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose table sends packets round in a circle? */
#include "blame/loops.h"

#include <string.h>

static bool is_blamed(const struct report *report, const char *place)
{
    for (size_t i = 0; place && i < report->n_results; i++) {
        const struct result *state = &report->results[i];
        if (state->kind == RESULT_STATE && state->verdict == VERDICT_FAIL && state->cause &&
            strcmp(state->cause, place) == 0) {
            return true;
        }
    }
    return false;
}

void blame_circle(const struct topology *topology, const struct path_walk *walk,
                  struct report *report, struct result *result)
{
    struct base_arena *arena = &report->arena;
    result->suspect = topology_port_name(topology, walk->hops[walk->loop_first].in, arena);
    result->cause_kind = CAUSE_TABLE;
    result->cause = result->suspect;
    for (size_t hop = walk->loop_last; hop != HOP_NONE; hop = walk->hops[hop].previous) {
        const char *name = topology_port_name(topology, walk->hops[hop].in, arena);
        if (is_blamed(report, name)) {
            result->cause = name;
            return;
        }
    }
}

void blame_loops(const struct traffic_plan *endless, const struct path_network *tables,
                 const struct traffic_failures *failures, struct report *report)
{
    for (size_t i = 0; i < failures->n_items; i++) {
        const struct traffic_probe *probe = &endless->probes[failures->items[i].probe];
        struct path_walk walk;
        path_follow_from(tables, probe->from, &probe->header, &walk);
        blame_circle(tables->topology, &walk, report, &report->results[failures->items[i].result]);
    }
}
