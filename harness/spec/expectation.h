/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of an expectation file, one reader each, and what they share. */
#ifndef SPEC_EXPECTATION_H
#define SPEC_EXPECTATION_H

#include "spec/read.h"

/* An expectation being read: its arrays grow with malloc, and are copied into
 * its arena at the end. */
struct spec_reading {
    struct spec_reader reader; /* first: a reader is a reading */
    struct expectation *expectation;
    size_t ports_capacity, entries_capacity, claims_capacity, exceptions_capacity;
    struct spec_index ports;     /* switch and port → index in expectation->ports */
    struct spec_index flows;     /* switch, priority, match → index in expectation->entries */
    struct spec_index claim_ids; /* id → index in expectation->claims */
    size_t n_cases;              /* after expansion */
    size_t n_groups;             /* of claims */
};

static inline struct spec_reading *spec_reading_of(struct spec_reader *reader)
{
    return (struct spec_reading *)reader;
}

/* The fields `ports`, `entries`, `traffic` and `ignore`; `into` is not used. */
spec_read_fn spec_read_ports, spec_read_entries, spec_read_traffic, spec_read_ignore;

/* Reports claims that cannot all be true. */
void spec_check_claims(struct spec_reading *reading);

/* Whether every header of `inner` is one of `outer`; whether there is a header
 * that both take. Exact for normal matches: both are ternary cubes. */
bool spec_match_within(const struct match *inner, const struct match *outer);
bool spec_match_overlap(const struct match *a, const struct match *b);

#endif
