/* SPDX-License-Identifier: Apache-2.0
 *
 * Which entries of an indexed table have to do with a cube, as a list in the
 * order in which they are asked for a packet. Pure. */
#ifndef SPACE_OVERLAPPING_H
#define SPACE_OVERLAPPING_H

#include "space/table.h"

/* Zero-initialise, use again as often as needed, free(entries). */
struct space_overlapping {
    uint32_t *entries;
    size_t n_entries, capacity;
};

/* Lists the entries that overlap with the cube and whose rank is one of these.
 * `*budget` as in space_find. -1 over the budget, or without memory. */
int space_list_overlapping(struct space_table *table, const struct match *cube, uint32_t min_rank,
                           uint32_t max_rank, size_t *budget, struct space_overlapping *found);

#endif
