/* SPDX-License-Identifier: Apache-2.0
 *
 * How many mutations had which fate, and what share was noticed. */
#include "model/mutation.h"

#include <stdlib.h>

const char *mutation_fate_name(enum mutation_fate fate)
{
    static const char *const names[] = {[MUTATION_NOTICED] = "noticed",
                                        [MUTATION_UNNOTICED] = "unnoticed",
                                        [MUTATION_EQUIVALENT] = "equivalent",
                                        [MUTATION_UNDECIDED] = "undecided"};
    return names[fate];
}

const char *mutation_sense_name(enum mutation_sense sense)
{
    static const char *const names[] = {[SENSED_BY_PORTS] = "ports",
                                        [SENSED_BY_TRAFFIC] = "traffic",
                                        [SENSED_BY_ENTRIES] = "entries"};
    return names[sense];
}

size_t mutations_count(const struct mutations *mutations, enum mutation_fate fate)
{
    size_t n = 0;
    for (size_t i = 0; i < mutations->n_items; i++) {
        n += mutations->items[i].fate == fate;
    }
    return n;
}

double mutations_score(const struct mutations *mutations)
{
    size_t noticed = mutations_count(mutations, MUTATION_NOTICED);
    size_t n = mutations->n_items - mutations_count(mutations, MUTATION_EQUIVALENT);
    return n == 0 ? -1 : 100 * (double)noticed / (double)n;
}

void mutations_free(struct mutations *mutations)
{
    free(mutations->items);
    report_free(&mutations->base);
    base_arena_free(&mutations->arena);
    *mutations = (struct mutations){0};
}
