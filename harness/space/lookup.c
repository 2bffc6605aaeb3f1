/* SPDX-License-Identifier: Apache-2.0
 *
 * Which entry takes a header? */
#include "space/groups.h"

#include "base/memory.h"

#include <stdlib.h>

static int compare_groups(const void *a, const void *b, void *aux)
{
    const struct space_group *groups = aux;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    uint32_t of_x = groups[x].max_rank, of_y = groups[y].max_rank;
    return of_x != of_y ? (of_x < of_y) - (of_x > of_y) : (x > y) - (x < y);
}

int space_table_prepare(struct space_table *table)
{
    if (table->by_rank) {
        return 0;
    }
    for (size_t i = 0; i < table->n_groups; i++) {
        if (space_group_index(table, &table->groups[i]) < 0) {
            return -1;
        }
    }
    uint32_t *by_rank = base_calloc(table->n_groups + 1, sizeof *by_rank);
    if (!by_rank) {
        return -1;
    }
    for (size_t i = 0; i < table->n_groups; i++) {
        by_rank[i] = (uint32_t)i;
    }
    if (table->n_groups > 1) {
        qsort_r(by_rank, table->n_groups, sizeof *by_rank, compare_groups, table->groups);
    }
    table->by_rank = by_rank;
    table->n_ranked = table->n_groups;
    table->ranked_capacity = table->n_groups + 1;
    return 0;
}

/* Whether another entry has its match and its rank. */
static bool has_twin(const struct space_table *table, size_t entry)
{
    const struct flow_entry *flows = table->flows->entries;
    uint32_t next = table->next_same[entry];
    return next != 0 && space_rank(&flows[next - 1]) == space_rank(&flows[entry]);
}

/* The first entry of the group that takes the packet. */
static size_t find_taker(const struct space_table *table, const struct space_group *group,
                         const struct match *packet)
{
    size_t found = space_group_find(table, group, packet);
    while (table->holes && found != ENTRY_NONE &&
           space_holes_have(table->holes[found], &packet->value)) {
        found = table->next_same[found] ? table->next_same[found] - 1u : ENTRY_NONE;
    }
    return found;
}

/* Whether an entry of the group takes the packet, is of the taker's rank, and
 * does something else. */
static bool has_rival(const struct space_table *table, const struct space_group *group,
                      size_t taker, const struct match *packet, space_table_same *same, void *aux)
{
    const struct flow_entry *flows = table->flows->entries;
    size_t found = find_taker(table, group, packet);
    for (uint32_t next = found == ENTRY_NONE ? 0 : (uint32_t)found + 1;
         next != 0 && space_rank(&flows[next - 1]) == space_rank(&flows[taker]);
         next = table->next_same[next - 1]) {
        if (next - 1 != taker &&
            !space_holes_have(space_table_holes(table, next - 1), &packet->value) &&
            !same(aux, taker, next - 1, &packet->value)) {
            return true;
        }
    }
    return false;
}

size_t space_table_lookup(const struct space_table *table, const struct header *header,
                          space_table_same *same, void *aux, bool *ambiguous)
{
    struct match packet = {.value = *header};
    const struct flow_entry *flows = table->flows->entries;
    size_t taker = ENTRY_NONE, n_asked = 0;
    bool rivals = false; /* there may be some */
    memset(&packet.mask, 0xff, sizeof packet.mask);
    for (; n_asked < table->n_ranked; n_asked++) {
        const struct space_group *group = &table->groups[table->by_rank[n_asked]];
        if (taker != ENTRY_NONE && group->max_rank < space_rank(&flows[taker])) {
            break;
        }
        size_t found = find_taker(table, group, &packet);
        if (found == ENTRY_NONE) {
            continue;
        }
        bool equal = taker != ENTRY_NONE && space_rank(&flows[found]) == space_rank(&flows[taker]);
        if (taker == ENTRY_NONE || space_table_precedes(table, found, taker)) {
            rivals = equal || has_twin(table, found);
            taker = found;
        } else {
            rivals = rivals || equal;
        }
    }
    if (ambiguous) {
        *ambiguous = false;
        for (size_t i = 0; rivals && i < n_asked && !*ambiguous; i++) {
            *ambiguous =
                has_rival(table, &table->groups[table->by_rank[i]], taker, &packet, same, aux);
        }
    }
    return taker;
}
