/* SPDX-License-Identifier: Apache-2.0 */
#include "space/overlapping.h"

#include <stdlib.h>

static bool add(void *aux, uint32_t entry, const struct match *match)
{
    struct space_overlapping *found = aux;
    (void)match;
    if (base_grow(&found->entries, found->n_entries, &found->capacity, sizeof entry) < 0) {
        found->n_entries = SIZE_MAX;
        return false;
    }
    found->entries[found->n_entries++] = entry;
    return true;
}

static int by_precedence(const void *a, const void *b, void *table)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return space_table_precedes(table, x, y) ? -1 : space_table_precedes(table, y, x);
}

int space_list_overlapping(struct space_table *table, const struct match *cube, uint32_t min_rank,
                           uint32_t max_rank, size_t *budget, struct space_overlapping *found)
{
    found->n_entries = 0;
    bool done = space_table_overlapping(table, cube, min_rank, max_rank, budget, add, found);
    if (!done || found->n_entries == SIZE_MAX) {
        found->n_entries = 0;
        return -1;
    }
    if (found->n_entries > 1) {
        qsort_r(found->entries, found->n_entries, sizeof *found->entries, by_precedence, table);
    }
    return 0;
}
