/* SPDX-License-Identifier: Apache-2.0
 *
 * space_lookup of space/table.h. */
#include "space/table.h"

/* Unknown counts as something else. */
static bool do_the_same(const struct flow_entry *a, const struct flow_entry *b,
                        const struct header *header)
{
    if (actions_equal(a->actions, a->n_actions, b->actions, b->n_actions)) {
        return true;
    }
    struct base_arena arena = {0};
    struct space_behavior x, y;
    struct space_region region = {.cube = match_exactly(header)};
    struct space_difference difference;
    size_t budget = SIZE_MAX; /* a single header is never split */
    bool same =
        space_behavior(a->actions, a->n_actions, header->in_port, NULL, 0, &arena, &x) == 0 &&
        space_behavior(b->actions, b->n_actions, header->in_port, NULL, 0, &arena, &y) == 0 &&
        !x.unknown && !y.unknown &&
        space_differ(&region, &x, &y, &budget, &difference) == SPACE_EMPTY;
    space_region_free(&region);
    base_arena_free(&arena);
    return same;
}

size_t space_lookup(const struct flow_table *table, const struct header *header, bool *ambiguous)
{
    size_t taker = SIZE_MAX;
    bool rivals = false;
    for (size_t i = 0; i < table->n_entries; i++) {
        const struct flow_entry *entry = &table->entries[i];
        if (taker != SIZE_MAX && space_rank(entry) < space_rank(&table->entries[taker])) {
            continue;
        }
        if (match_takes(&entry->match, header)) {
            rivals = taker != SIZE_MAX && space_rank(entry) == space_rank(&table->entries[taker]);
            taker = rivals ? taker : i;
        }
    }
    if (ambiguous) {
        *ambiguous = false;
        for (size_t i = taker + 1; rivals && !*ambiguous && i < table->n_entries; i++) {
            const struct flow_entry *entry = &table->entries[i];
            *ambiguous = space_rank(entry) == space_rank(&table->entries[taker]) &&
                         match_takes(&entry->match, header) &&
                         !do_the_same(&table->entries[taker], entry, header);
        }
    }
    return taker;
}
