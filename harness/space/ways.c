/* SPDX-License-Identifier: Apache-2.0
 *
 * What is one of several ways of the switch's own choice, and where is something none of them? */
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

static enum space_answer miss_all(struct space_region *region,
                                  const struct space_behavior *behavior,
                                  const struct space_behavior *const *others, size_t n,
                                  size_t *budget, struct space_difference *difference)
{
    enum space_answer answer = SPACE_FOUND;
    for (size_t i = 0; i < n && answer == SPACE_FOUND; i++) {
        answer = space_differ(region, behavior, others[i], budget, difference);
    }
    return answer;
}

enum space_answer space_differ_from_all(struct space_region *region,
                                        const struct space_behavior *behavior,
                                        const struct space_behavior *const *others, size_t n,
                                        size_t *budget, struct space_difference *difference)
{
    enum space_answer answer = miss_all(region, behavior, others, n, budget, difference);
    if (answer == SPACE_FOUND && n > 1) { /* what was found for the last one is tried with all */
        struct space_region one = {.cube = match_exactly(&difference->example)};
        struct space_difference unused;
        bool all = miss_all(&one, behavior, others, n, budget, &unused) == SPACE_FOUND;
        answer = all ? SPACE_FOUND : SPACE_OPEN;
        difference->is_whole = difference->is_cube = false;
        space_region_free(&one);
    }
    return answer;
}

enum space_answer space_differ_from_declared(struct space_region *region,
                                             const struct space_behavior *behavior,
                                             const struct space_behavior *declared, size_t *budget,
                                             struct space_difference *difference)
{
    const struct space_behavior *ways[SPACE_WAYS_MAX];
    for (size_t i = 0; i < declared->n_ways; i++) {
        ways[i] = &declared->ways[i];
    }
    return declared->n_ways > 0
               ? space_differ_from_all(region, behavior, ways, declared->n_ways, budget, difference)
               : space_differ(region, declared, behavior, budget, difference);
}
