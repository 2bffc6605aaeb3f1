/* SPDX-License-Identifier: Apache-2.0
 *
 * Sets of headers: a struct match is a ternary cube over the 256 bits of a
 * struct header (header space analysis, Kazemian, Varghese, McKeown, NSDI
 * 2012), and a set is a cube minus the union of other cubes.
 *
 * Not every pattern of 256 bits is a header: an untagged packet has no vid,
 * only IP has nw_tos, an ICMP type has 8 bits, ... What follows is exact over
 * the headers that exist. That costs little: a normal match (model/match.h)
 * never looks at a field which the headers that it takes do not have, so a bit
 * pattern and the header that it stands for are in the same normal matches;
 * only the few rules of space_is_empty remain to be asked at the leaves. */
#ifndef SPACE_CUBE_H
#define SPACE_CUBE_H

#include "model/match.h"

#include <stddef.h>
#include <string.h>

/* The answer to a question that has a budget. */
enum space_answer {
    SPACE_EMPTY, /* proved: there is no such header */
    SPACE_FOUND, /* here is one */
    SPACE_OPEN   /* not decided: over the budget, or no memory */
};

/* A header as the words that cubes are computed with. */
struct space_words {
    uint64_t word[sizeof(struct header) / sizeof(uint64_t)];
};
enum { SPACE_WORDS = sizeof(struct space_words) / sizeof(uint64_t) };

static inline struct space_words space_words(const struct header *header)
{
    struct space_words words;
    memcpy(&words, header, sizeof words);
    return words;
}

/* Whether two cubes have a bit pattern in common. */
static inline bool space_overlaps(const struct match *a, const struct match *b)
{
    struct space_words av = space_words(&a->value), am = space_words(&a->mask);
    struct space_words bv = space_words(&b->value), bm = space_words(&b->mask);
    uint64_t conflict = 0;
    for (int i = 0; i < SPACE_WORDS; i++) {
        conflict |= (av.word[i] ^ bv.word[i]) & am.word[i] & bm.word[i];
    }
    return conflict == 0;
}

/* Whether `outer` takes everything that `inner` takes. */
static inline bool space_contains(const struct match *outer, const struct match *inner)
{
    struct space_words ov = space_words(&outer->value), om = space_words(&outer->mask);
    struct space_words iv = space_words(&inner->value), im = space_words(&inner->mask);
    uint64_t conflict = 0;
    for (int i = 0; i < SPACE_WORDS; i++) {
        conflict |= ((ov.word[i] ^ iv.word[i]) | ~im.word[i]) & om.word[i];
    }
    return conflict == 0;
}

/* The headers in both; normal if both are. False: there are none (and `out`
 * is left alone). `out` may be one of them. */
bool space_intersect(const struct match *a, const struct match *b, struct match *out);

/* Whether no header that exists is in the cube: a VLAN id without a tag, a
 * dl_type below DL_TYPE_NOT_ETH2 (IEEE 802.3 lengths), DL_TYPE_VLAN without a
 * tag, an ICMP type or code above 255, the two ECN bits in nw_tos. */
bool space_is_empty(const struct match *cube);

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
