/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers for flow entries: those that are equal in some respect have the same
 * number, and numbers are given out from 0 on. */
#ifndef SPACE_INTERN_H
#define SPACE_INTERN_H

#include "model/flow.h"

/* An open hash table of numbers. Zero-initialise before use. */
struct space_interner {
    uint32_t *slots;   /* id + 1; 0: free */
    size_t n_slots;    /* a power of two, more than twice n_ids */
    uint32_t *entries; /* by number: the first entry that has it */
    uint64_t *hashes;
    size_t n_ids, capacity, hash_capacity;
};

/* Whether two entries are equal. */
typedef bool space_same(const struct flow_entry *a, const struct flow_entry *b);

/* The number of entries[entry], whose hash is equal if the entry is. -1 without
 * memory. */
int space_intern(struct space_interner *interner, const struct flow_entry *entries, uint32_t entry,
                 uint64_t hash, space_same *same, uint32_t *id);

void space_intern_free(struct space_interner *interner);

#endif
