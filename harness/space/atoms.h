/* SPDX-License-Identifier: Apache-2.0
 *
 * How regions overlap: divides a set of headers into parts each of which lies
 * wholly inside or outside of every one of several regions (the atoms of the AP
 * verifier, Yang, Lam, ICNP 2013, made one at a time and never all at once). */
#ifndef SPACE_ATOMS_H
#define SPACE_ATOMS_H

#include "space/behavior.h"

/* A part: the headers of `set` that are in the regions whose indices stand in
 * `inside`, ascending. */
struct space_atom {
    struct space_region set;
    const uint32_t *inside;
    size_t n_inside;
    bool is_whole; /* in no other region; false: it may be in later ones too */
};

/* Asked of each part, first when it is known to be in one region more
 * (!is_whole), then at the end. A part may turn out to be empty.
 * SPACE_FOUND and SPACE_OPEN end the search. SPACE_EMPTY: go on; with
 * `*leave_out` set, nothing that is in these regions is looked at any more. */
typedef enum space_answer space_atom_visit(void *aux, const struct space_atom *atom,
                                           bool *leave_out);

/* Depth-first through all atoms of `set`. SPACE_EMPTY: every one was visited;
 * else what `visit` answered, or SPACE_OPEN over the budget (as in space_find)
 * or without memory. */
enum space_answer space_atoms(const struct space_region *set,
                              const struct space_region *const *regions, size_t n_regions,
                              size_t *budget, space_atom_visit *visit, void *aux);

/* A header of the set for which the rewrite has another result than each of
 * `others` has. As space_find. */
enum space_answer space_differs_from_all(const struct space_region *set,
                                         const struct space_rewrite *rewrite,
                                         const struct space_rewrite *const *others, size_t n_others,
                                         size_t *budget, struct header *example);

#endif
