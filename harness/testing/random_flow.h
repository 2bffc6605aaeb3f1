/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: random flow entries, the same in every run, that Open vSwitch
 * takes as they are. All of them have counters. */
#ifndef TESTING_RANDOM_FLOW_H
#define TESTING_RANDOM_FLOW_H

#include "model/flow.h"

struct dice {
    uint64_t state; /* the seed; not 0 */
};

/* xorshift64*, G. Marsaglia, "Xorshift RNGs", 2003: 0 .. n-1. */
uint32_t roll(struct dice *dice, uint32_t n);

/* Adds an entry to the table and returns it, or NULL without memory. The
 * pointer lives until the next one is added. */
struct flow_entry *random_flow(struct dice *dice, struct flow_table *table);

#endif
