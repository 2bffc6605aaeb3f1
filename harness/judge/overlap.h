/* SPDX-License-Identifier: Apache-2.0
 *
 * Which entries of an indexed table have to do with a cube: what a change may
 * touch. */
#ifndef JUDGE_OVERLAP_H
#define JUDGE_OVERLAP_H

#include "space/table.h"

/* Entries of a table; zero-initialise, free(entries). */
struct judge_overlap {
    uint32_t *entries;
    size_t n_entries, capacity;
};

/* Lists the entries that overlap with the cube and whose rank is one of these,
 * in the order in which they go before each other. The table must be prepared.
 * Groups whose entries are disjoint from each other are asked by look-up where
 * the cube allows it, the others entry by entry. -1 without memory. */
int judge_overlapping(const struct space_table *table, const struct match *cube, uint32_t min_rank,
                       uint32_t max_rank, struct judge_overlap *found);

#endif
