/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers for things: those that are equal in some respect have the same
 * number, and numbers are given out from 0 on. The things themselves are the
 * caller's. */
#ifndef BASE_INTERN_H
#define BASE_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An open hash table of numbers. Zero-initialise before use. */
struct base_interner {
    uint32_t *slots;  /* number + 1; 0: free */
    size_t n_slots;   /* a power of two, more than twice n_ids */
    uint64_t *hashes; /* by number */
    size_t n_ids, capacity;
};

/* Whether the thing that has this number equals `key`. */
typedef bool base_same(const void *aux, uint32_t id, const void *key);

/* The number of what equals `key`, which has the same hash. If there is none it
 * gets the next one, and n_ids has grown: the caller keeps what `same` will ask
 * for. -1 without memory, and then nothing has changed. */
int base_intern(struct base_interner *interner, uint64_t hash, base_same *same, const void *aux,
                const void *key, uint32_t *id);

/* The same without a new number. False: nothing equals `key`. */
bool base_intern_find(const struct base_interner *interner, uint64_t hash, base_same *same,
                      const void *aux, const void *key, uint32_t *id);

/* Frees the index; the things themselves are the caller's. */
void base_intern_free(struct base_interner *interner);

#endif
