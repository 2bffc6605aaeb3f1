/* SPDX-License-Identifier: Apache-2.0
 *
 * A set of headers: a cube less other cubes. */
#ifndef SPACE_REGION_H
#define SPACE_REGION_H

#include "space/cube.h"

/* Zero-initialise `excluded`, n_excluded and capacity. The excluded cubes are not copied: they must
 * live as long as the region is used. */
struct space_region {
    struct match cube;
    const struct match **excluded;
    size_t n_excluded, capacity;
};

/* Takes `cube` away from the region; it is not noted if they do not overlap. -1 without memory. */
int space_exclude(struct space_region *region, const struct match *cube);

/* The same. SPACE_EMPTY: nothing is left, as the cube holds all of the region's; SPACE_OPEN: no
 * memory; else SPACE_FOUND, though several cubes together may have left nothing. */
enum space_answer space_leave(struct space_region *region, const struct match *cube);

/* Frees the list, not the cubes; the region is empty afterwards and may be used again. */
void space_region_free(struct space_region *region);

/* Whether the header is in the region. */
bool space_region_has(const struct space_region *region, const struct header *header);

/* A header of the region, with answer and budget of space_find; `example` may be NULL. */
static inline enum space_answer space_region_find(const struct space_region *region, size_t *budget,
                                                  struct header *example)
{
    return space_find(&region->cube, region->excluded, region->n_excluded, budget, example);
}

#endif
