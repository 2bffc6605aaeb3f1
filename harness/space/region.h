/* SPDX-License-Identifier: Apache-2.0
 *
 * A set of headers: a cube less other cubes, each of which may have holes. */
#ifndef SPACE_REGION_H
#define SPACE_REGION_H

#include "space/cube.h"

/* Headers of a cube that are left out of it: the union of these, and of those of `next`. NULL is no
 * hole. */
struct space_holes {
    const struct match *cubes;
    size_t n_cubes;
    const struct space_holes *next;
};

/* A cube that has holes. */
struct space_cut {
    const struct match *cube;
    const struct space_holes *holes;
};

/* Zero-initialise all but the cube. The excluded cubes, cuts' cubes and holes are not copied: they
 * must live as long as the region is used. */
struct space_region {
    struct match cube;
    const struct match **excluded;
    size_t n_excluded, capacity;
    struct space_cut *cuts; /* excluded as well, but for their holes */
    size_t n_cuts, cuts_capacity;
};

/* Takes `cube` away from the region; it is not noted if they do not overlap. -1 without memory. */
int space_exclude(struct space_region *region, const struct match *cube);

/* The same. SPACE_EMPTY: nothing is left, as the cube holds all of the region's; SPACE_OPEN: no
 * memory; else SPACE_FOUND, though several cubes together may have left nothing. */
enum space_answer space_leave(struct space_region *region, const struct match *cube);

/* The same for a cube with holes (NULL: none); and for the holes themselves. `left`: holes that
 * were taken away from the region before; those that are the same in memory need not be looked at.
 */
enum space_answer space_leave_cut(struct space_region *region, const struct match *cube,
                                  const struct space_holes *holes, const struct space_holes *left);
enum space_answer space_leave_holes(struct space_region *region, const struct space_holes *holes);

/* The same for all that another region excludes and cuts out of its cube. */
enum space_answer space_leave_region(struct space_region *region, const struct space_region *other);

/* Frees the lists, not the cubes; the region is empty afterwards and may be used again. */
void space_region_free(struct space_region *region);

/* Whether all of these holes are the same, in memory, as some of the others. */
bool space_holes_within(const struct space_holes *holes, const struct space_holes *others);

/* Whether some of the cube is in a hole. `but`: what is in these is out of the question. */
bool space_holes_meet(const struct space_holes *holes, const struct space_holes *but,
                      const struct match *cube);

/* The first hole that the header is in; NULL: it is in none. */
const struct match *space_hole_of(const struct space_holes *holes, const struct header *header);

/* Whether the header is in one of the holes. */
static inline bool space_holes_have(const struct space_holes *holes, const struct header *header)
{
    return space_hole_of(holes, header) != NULL;
}
/* Whether the header is in the region. */
bool space_region_has(const struct space_region *region, const struct header *header);

/* A header of the region, with answer and budget of space_find; `example` may be NULL. */
enum space_answer space_region_find(const struct space_region *region, size_t *budget,
                                    struct header *example);

/* The same of what is in `cube` besides. */
enum space_answer space_region_find_in(const struct space_region *region, const struct match *cube,
                                       size_t *budget, struct header *example);

#endif
