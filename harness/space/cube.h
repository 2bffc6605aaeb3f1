/* SPDX-License-Identifier: Apache-2.0
 *
 * Sets of headers: a struct match is a ternary cube over the bits of a struct
 * header (header space analysis, Kazemian, Varghese, McKeown, NSDI 2012), and a
 * set is a cube minus the union of other cubes.
 *
 * Not every bit pattern is a header: an untagged packet has no vid,
 * only IP has nw_tos, an ICMP type has 8 bits, ... What follows is exact over
 * the headers that exist. That costs little: a normal match (model/match.h)
 * never looks at a field which the headers that it takes do not have, so a bit
 * pattern and the header that it stands for are in the same normal matches;
 * only the few rules of match_is_empty remain to be asked at the leaves. */
#ifndef SPACE_CUBE_H
#define SPACE_CUBE_H

#include "model/match.h"

#include <stddef.h>

/* The answer to a question that has a budget. */
enum space_answer {
    SPACE_EMPTY, /* proved: there is no such header */
    SPACE_FOUND, /* here is one */
    SPACE_OPEN   /* not decided: over the budget, or no memory */
};

/* One header of the cube, as plausible as the cube allows: local unicast
 * addresses, no tag, DL_TYPE_PROBE; what the packet does not have is 0. False
 * if the cube is empty. */
bool space_member(const struct match *cube, struct header *header);

/* A header of `cube` that is in none of `excluded`. `*budget` is the number
 * of comparisons of two cubes that may still be made; what was used is taken
 * off. SPACE_FOUND sets `*example` (may be NULL), which space_member made.
 *
 * Depth-first: the cube is split along the bits of the excluded cube that cuts
 * off most, prerequisites first, so that pieces stay normal. The worst case is
 * exponential (the problem is NP-complete), hence the budget. */
enum space_answer space_find(const struct match *cube, const struct match *const *excluded,
                             size_t n_excluded, size_t *budget, struct header *example);

#endif
