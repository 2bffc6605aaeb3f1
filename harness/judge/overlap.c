/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/overlap.h"

#include <stdlib.h>

/* No two of its entries have the same match. */
static bool is_disjoint(const struct space_group *group)
{
    return group->min_rank == group->max_rank && !group->has_twins;
}

static int add(struct judge_overlap *found, size_t entry)
{
    if (base_grow(&found->entries, found->n_entries, &found->capacity, sizeof *found->entries) <
        0) {
        return -1;
    }
    found->entries[found->n_entries++] = (uint32_t)entry;
    return 0;
}

static int ask_group(const struct space_table *table, const struct space_group *group,
                     const struct match *cube, struct judge_overlap *found)
{
    size_t taker = space_group_find(table, group, cube);
    return taker == SIZE_MAX ? 0 : add(found, taker);
}

static int search_group(const struct space_table *table, const struct space_group *group,
                        const struct match *cube, uint32_t min_rank, uint32_t max_rank,
                        struct judge_overlap *found)
{
    for (size_t i = 0; i < group->n_entries; i++) {
        const struct flow_entry *flow = &table->flows->entries[group->entries[i]];
        uint32_t rank = space_rank(flow);
        if (space_overlaps(&flow->match, cube) && rank >= min_rank && rank <= max_rank &&
            add(found, group->entries[i]) < 0) {
            return -1;
        }
    }
    return 0;
}

static int by_precedence(const void *a, const void *b, void *aux)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return space_table_precedes(aux, x, y) ? -1 : space_table_precedes(aux, y, x);
}

int judge_overlapping(const struct space_table *table, const struct match *cube, uint32_t min_rank,
                       uint32_t max_rank, struct judge_overlap *found)
{
    int status = 0;
    found->n_entries = 0;
    for (size_t i = 0; i < table->n_groups && status == 0; i++) {
        const struct space_group *group = &table->groups[i];
        if (group->n_entries == 0 || group->max_rank < min_rank || group->min_rank > max_rank) {
            continue;
        }
        status = is_disjoint(group) && space_group_asks_less(group, &cube->mask)
                     ? ask_group(table, group, cube, found)
                     : search_group(table, group, cube, min_rank, max_rank, found);
    }
    if (status == 0 && found->n_entries > 1) {
        qsort_r(found->entries, found->n_entries, sizeof *found->entries, by_precedence,
                (void *)table);
    }
    return status;
}
