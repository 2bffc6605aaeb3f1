/* SPDX-License-Identifier: Apache-2.0
 *
 * Matches as sets of headers: what they have in common, and which is part of
 * which. */
#ifndef TAPD_PLAN_CUBE_H
#define TAPD_PLAN_CUBE_H

#include "model/flow.h"

#include <string.h>

enum { TAPD_CUBE_WORDS = sizeof(struct header) / sizeof(uint64_t) };

struct tapd_words {
    uint64_t at[TAPD_CUBE_WORDS];
};

static inline struct tapd_words tapd_words(const struct header *header)
{
    struct tapd_words words;
    memcpy(&words, header, sizeof words);
    return words;
}

/* The headers in both: false if there are none. */
static inline bool tapd_intersect(const struct match *a, const struct match *b, struct match *out)
{
    struct tapd_words av = tapd_words(&a->value), am = tapd_words(&a->mask);
    struct tapd_words bv = tapd_words(&b->value), bm = tapd_words(&b->mask);
    for (int i = 0; i < TAPD_CUBE_WORDS; i++) {
        if ((av.at[i] ^ bv.at[i]) & am.at[i] & bm.at[i]) {
            return false;
        }
        av.at[i] |= bv.at[i];
        am.at[i] |= bm.at[i];
    }
    memcpy(&out->value, &av, sizeof av);
    memcpy(&out->mask, &am, sizeof am);
    return true;
}

static inline bool tapd_overlap(const struct match *a, const struct match *b)
{
    struct match both;
    return tapd_intersect(a, b, &both);
}

/* Whether every header of `inner` is one of `outer`. */
static inline bool tapd_contains(const struct match *outer, const struct match *inner)
{
    struct match both;
    return tapd_intersect(outer, inner, &both) && match_equal(&both, inner);
}

/* How many bits a match fixes besides in_port. */
static inline unsigned tapd_fixed_bits(const struct match *match)
{
    struct header mask = match->mask;
    mask.in_port = 0;
    struct tapd_words words = tapd_words(&mask);
    unsigned n = 0;
    for (int i = 0; i < TAPD_CUBE_WORDS; i++) {
        n += (unsigned)__builtin_popcountll(words.at[i]);
    }
    return n;
}

/* A match without any wildcard: its priority is the highest, whatever a flow-mod
 * says (OpenFlow 1.0.0, section 3.4). */
static inline bool tapd_is_exact(const struct match *match)
{
    struct header all;
    memset(&all, 0xff, sizeof all);
    all.nw_tos = 0xfc;
    return memcmp(&match->mask, &all, sizeof all) == 0;
}

#endif
