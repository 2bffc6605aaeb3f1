/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests and benchmarks: sets of headers as binary decision diagrams, by
 * BuDDy (Lind-Nielsen, libbdd-dev), which shares nothing with our cubes. A
 * variable a bit of struct header, from its last bit to its first: so the bits
 * of each field come with the highest first, which keeps prefixes small.
 * Include only where <bdd.h> is there. */
#ifndef TESTING_BDD_H
#define TESTING_BDD_H

#include "model/match.h"

#include <bdd.h>
#include <string.h>

enum { BDD_VARIABLES = 8 * sizeof(struct header) };

static inline void bdd_begin(int n_nodes)
{
    bdd_init(n_nodes, n_nodes / 8);
    bdd_setvarnum(BDD_VARIABLES);
    bdd_gbc_hook(NULL);
    bdd_setmaxincrease(n_nodes);
}

static inline bool bdd_bit(const struct header *header, int i)
{
    uint8_t bytes[sizeof *header];
    memcpy(bytes, header, sizeof bytes);
    return bytes[i / 8] >> (i % 8) & 1;
}

/* The bit patterns of a cube; a reference is the caller's (bdd_delref). */
static inline BDD bdd_of(const struct match *match)
{
    uint8_t value[sizeof(struct header)], mask[sizeof(struct header)];
    BDD cube = bddtrue;
    memcpy(value, &match->value, sizeof value);
    memcpy(mask, &match->mask, sizeof mask);
    for (int i = 0; i < BDD_VARIABLES; i++) {
        if (mask[i / 8] >> (i % 8) & 1) {
            BDD wider = cube;
            cube =
                bdd_addref(bdd_and(value[i / 8] >> (i % 8) & 1 ? bdd_ithvar(BDD_VARIABLES - 1 - i)
                                                               : bdd_nithvar(BDD_VARIABLES - 1 - i),
                                   wider));
            bdd_delref(wider);
        }
    }
    return cube;
}

/* a := a op b; b stays. */
static inline void bdd_into(BDD *a, BDD b, int op)
{
    BDD result = bdd_addref(bdd_apply(*a, b, op));
    bdd_delref(*a);
    *a = result;
}

static inline bool bdd_takes(BDD set, const struct header *header)
{
    while (set != bddtrue && set != bddfalse) {
        set = bdd_bit(header, BDD_VARIABLES - 1 - bdd_var(set)) ? bdd_high(set) : bdd_low(set);
    }
    return set == bddtrue;
}

#endif
