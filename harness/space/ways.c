/* SPDX-License-Identifier: Apache-2.0
 *
 * What is left of a behaviour without some of its outputs? */
#include "space/rewrite.h"

static bool is_among(uint16_t port, const uint16_t *ports, size_t n_ports)
{
    bool found = false;
    for (size_t i = 0; i < n_ports && !found; i++) {
        found = ports[i] == port;
    }
    return found;
}

static int leave_out(const struct space_behavior *behavior, const uint16_t *ports, size_t n_ports,
                     struct base_arena *arena, struct space_behavior *out)
{
    struct space_output *kept = base_arena_alloc(arena, (behavior->n_outputs + 1) * sizeof *kept);
    *out = (struct space_behavior){.unknown = behavior->unknown, .outputs = kept};
    for (size_t i = 0; kept && i < behavior->n_outputs; i++) {
        if (!is_among(behavior->outputs[i].port, ports, n_ports)) {
            kept[out->n_outputs++] = behavior->outputs[i];
        }
    }
    return kept ? 0 : -1;
}

int space_behavior_without(const struct space_behavior *behavior, const uint16_t *ports,
                           size_t n_ports, struct base_arena *arena, struct space_behavior *out)
{
    struct space_behavior ways[SPACE_WAYS_MAX];
    if (behavior->n_ways == 0) {
        return leave_out(behavior, ports, n_ports, arena, out);
    }
    for (size_t i = 0; i < behavior->n_ways; i++) {
        if (leave_out(&behavior->ways[i], ports, n_ports, arena, &ways[i]) < 0) {
            return -1;
        }
    }
    return space_behavior_of_ways(ways, behavior->n_ways, arena, out);
}
