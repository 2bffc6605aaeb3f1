/* SPDX-License-Identifier: Apache-2.0
 *
 * Which entries of an indexed table have to do with a cube, as a list in the
 * order in which they are asked for a packet. Pure. */
#ifndef JUDGE_OVERLAP_H
#define JUDGE_OVERLAP_H

#include "space/table.h"

/* Zero-initialise, use again as often as needed, free(entries). */
struct judge_overlap {
    uint32_t *entries;
    size_t n_entries, capacity;
};

/* Lists the entries that overlap with the cube and whose rank is one of these.
 * `*budget` as in space_find. -1 over the budget, or without memory. */
int judge_overlapping(struct space_table *table, const struct match *cube, uint32_t min_rank,
                      uint32_t max_rank, size_t *budget, struct judge_overlap *found);

#endif
