/* SPDX-License-Identifier: Apache-2.0
 *
 * Does it matter whether an entry takes the packets of which that is not known? */
#include "space/table.h"

#include <stdlib.h>

enum { IDLE_BUDGET = 1 << 16 };

struct asking {
    struct space_table *table;
    size_t entry;
    uint16_t in_port;
    struct space_region region; /* what the entry may take, less what surely comes before `other` */
    struct space_behavior behavior;
    struct base_arena arena;
    size_t budget;
};

static const struct flow_entry *flow_of(const struct asking *asking, size_t entry)
{
    return &asking->table->flows->entries[entry];
}

/* NULL: no entry, which drops. */
static bool does_the_same(struct asking *asking, const struct flow_entry *other)
{
    const struct flow_entry *flow = flow_of(asking, asking->entry);
    struct space_behavior behavior = {0};
    struct space_difference where;
    if (other && instructions_open(other->instructions)) {
        return false;
    }
    if (other && actions_equal(flow->actions, flow->n_actions, other->actions, other->n_actions)) {
        return true;
    }
    if (other && space_behavior(other->actions, other->n_actions, asking->in_port, NULL, 0,
                                &asking->arena, &behavior) < 0) {
        return false;
    }
    bool open = behavior.unknown || asking->behavior.unknown;
    struct match whole = asking->region.cube;
    enum space_answer answer = SPACE_OPEN;
    if (!other || match_intersect(&whole, &other->match, &asking->region.cube)) {
        answer = open ? space_region_find(&asking->region, &asking->budget, &where.example)
                      : space_differ(&asking->region, &asking->behavior, &behavior, &asking->budget,
                                     &where);
    }
    asking->region.cube = whole;
    return answer == SPACE_EMPTY;
}

/* Entries that surely take what they match, from `begin` on in the list, up to those of this rank.
 */
static size_t exclude_above(struct asking *asking, const struct space_overlapping *list,
                            size_t begin, uint32_t rank, bool *failed)
{
    size_t i = begin;
    for (; i < list->n_entries && space_rank(flow_of(asking, list->entries[i])) > rank; i++) {
        const struct flow_entry *flow = flow_of(asking, list->entries[i]);
        *failed |= list->entries[i] != asking->entry && !flow_open(flow) &&
                   !space_table_holes(asking->table, list->entries[i]) &&
                   space_exclude(&asking->region, &flow->match) < 0;
    }
    return i;
}

/* The next ones that may take a packet do the same with it, down to the lack of an entry. */
static bool is_idle(struct asking *asking, const struct space_overlapping *list)
{
    uint32_t rank = space_rank(flow_of(asking, asking->entry));
    bool failed = false, same = true;
    size_t excluded = exclude_above(asking, list, 0, rank, &failed);
    for (size_t i = excluded; i < list->n_entries && same && !failed; i++) {
        const struct flow_entry *flow = flow_of(asking, list->entries[i]);
        excluded = exclude_above(asking, list, excluded, space_rank(flow), &failed);
        same = list->entries[i] == asking->entry || does_the_same(asking, flow);
    }
    exclude_above(asking, list, excluded, 0, &failed);
    return same && !failed && does_the_same(asking, NULL);
}

/* The same, of packets of the cube, which has one in_port. */
static bool is_idle_in(struct space_table *table, size_t entry, const struct match *cube)
{
    struct asking asking = {.table = table,
                            .entry = entry,
                            .in_port = cube->value.in_port,
                            .region.cube = *cube,
                            .budget = IDLE_BUDGET};
    const struct flow_entry *flow = flow_of(&asking, entry);
    struct space_overlapping list = {0};
    bool idle = space_behavior(flow->actions, flow->n_actions, asking.in_port, NULL, 0,
                               &asking.arena, &asking.behavior) == 0 &&
                space_list_overlapping(table, cube, 0, UINT32_MAX, &asking.budget, &list) == 0 &&
                is_idle(&asking, &list);
    free(list.entries);
    space_region_free(&asking.region);
    base_arena_free(&asking.arena);
    return idle;
}

const char *space_table_open(struct space_table *table, size_t entry, const struct match *within)
{
    const struct flow_entry *flow = &table->flows->entries[entry];
    const char *reason = flow_open(flow);
    if (!reason || flow->table_id != 0 || instructions_open(flow->instructions)) {
        return reason;
    }
    struct match cube;
    return match_intersect(&flow->match, within, &cube) && !is_idle_in(table, entry, &cube) ? reason
                                                                                            : NULL;
}
