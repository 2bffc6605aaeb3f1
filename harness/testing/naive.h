/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: what a table does with one header, by looking at every entry, and what a list of
 * actions does with it; whatever the ports are. */
#ifndef TESTING_NAIVE_H
#define TESTING_NAIVE_H

#include "base/none.h"
#include "space/table.h"

/* Whether both entries do the same with the header. Unknown counts as something else. */
static inline bool naive_same(const struct flow_entry *a, const struct flow_entry *b,
                              const struct header *header)
{
    if (flow_open(a) || flow_open(b)) {
        return false;
    }
    if (actions_equal(a->actions, a->n_actions, b->actions, b->n_actions)) {
        return true;
    }
    struct base_arena arena = {0};
    struct space_behavior x, y;
    struct space_region region = {.cube = match_exactly(header)};
    struct space_difference difference;
    size_t budget = BUDGET_UNLIMITED; /* a single header is never split */
    bool same =
        space_behavior(a->actions, a->n_actions, header->in_port, NULL, 0, &arena, &x) == 0 &&
        space_behavior(b->actions, b->n_actions, header->in_port, NULL, 0, &arena, &y) == 0 &&
        !x.unknown && !y.unknown &&
        space_differ(&region, &x, &y, &budget, &difference) == SPACE_EMPTY;
    space_region_free(&region);
    base_arena_free(&arena);
    return same;
}

/* The index of the entry that takes the header, ENTRY_NONE if none does. `*ambiguous` (may be
 * NULL): another one of the same rank takes it too, and does something else with it. */
static inline size_t naive_lookup(const struct flow_table *table, const struct header *header,
                                  bool *ambiguous)
{
    size_t taker = ENTRY_NONE;
    bool rivals = false;
    for (size_t i = 0; i < table->n_entries; i++) {
        const struct flow_entry *entry = &table->entries[i];
        if ((taker != ENTRY_NONE && space_rank(entry) < space_rank(&table->entries[taker])) ||
            flow_never_takes(entry)) {
            continue;
        }
        if (match_takes(&entry->match, header)) {
            rivals = taker != ENTRY_NONE && space_rank(entry) == space_rank(&table->entries[taker]);
            taker = rivals ? taker : i;
        }
    }
    if (ambiguous) {
        *ambiguous = false;
        for (size_t i = taker + 1; rivals && !*ambiguous && i < table->n_entries; i++) {
            const struct flow_entry *entry = &table->entries[i];
            *ambiguous = space_rank(entry) == space_rank(&table->entries[taker]) &&
                         match_takes(&entry->match, header) &&
                         !naive_same(&table->entries[taker], entry, header);
        }
    }
    return taker;
}

static inline bool naive_same_entries(void *aux, size_t a, size_t b, const struct header *header)
{
    const struct flow_entry *flows = ((const struct space_table *)aux)->flows->entries;
    return naive_same(&flows[a], &flows[b], header);
}

/* The same by the index. */
static inline size_t indexed_lookup(const struct space_table *table, const struct header *header,
                                    bool *ambiguous)
{
    return space_table_lookup(table, header, naive_same_entries, (void *)table, ambiguous);
}

/* What becomes of `in` (in_port: where it enters). Returns how many packets leave, sorted by port;
 * -1 and a reason if that is not known or more than `max`. `ports` as in space_behavior. */
static inline int naive_apply(const struct action *actions, size_t n_actions,
                              const struct port *ports, size_t n_ports, const struct header *in,
                              struct space_emission *out, size_t max, const char **reason)
{
    struct base_arena arena = {0};
    struct space_behavior behavior;
    int n = -1;
    if (space_behavior(actions, n_actions, in->in_port, ports, n_ports, &arena, &behavior) < 0) {
        *reason = "out of memory";
    } else if (behavior.unknown) {
        *reason = behavior.unknown;
    } else if (behavior.n_outputs > max) {
        *reason = "too many outputs";
    } else {
        n = (int)behavior.n_outputs;
        for (int i = 0; i < n; i++) {
            const struct space_output *output = &behavior.outputs[i];
            out[i] = (struct space_emission){.port = output->port,
                                             .max_len = output->max_len,
                                             .queued = output->queued,
                                             .queue_id = output->queue_id,
                                             .header = space_rewritten(&output->rewrite, in)};
        }
    }
    base_arena_free(&arena);
    return n;
}

#endif
