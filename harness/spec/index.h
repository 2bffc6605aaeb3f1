/* SPDX-License-Identifier: Apache-2.0
 *
 * A hash index: from a key (a name, a port, a match…) to the place where it was
 * written first and a number. It finds duplicates and resolves names, in
 * constant time each. Zero-initialise before use. */
#ifndef SPEC_INDEX_H
#define SPEC_INDEX_H

#include "base/arena.h"
#include "model/place.h"

#include <stddef.h>

struct spec_entry {
    const void *key; /* NULL: an empty slot */
    size_t n_bytes;
    size_t number;
    struct place place;
};

struct spec_index {
    struct spec_entry *slots;
    size_t n_entries;
    size_t n_slots; /* 0 or a power of two */
    struct base_arena keys;
};

/* Adds a key (copied), unless it is there already. Returns NULL if it was new,
 * else the entry that was there; it lives until the next key is added. Without
 * memory nothing is added and NULL is returned: a duplicate may then be missed. */
const struct spec_entry *spec_index_add(struct spec_index *index, const void *key, size_t n_bytes,
                                        size_t number, struct place place);

/* NULL: not there. */
const struct spec_entry *spec_index_find(const struct spec_index *index, const void *key,
                                         size_t n_bytes);

void spec_index_free(struct spec_index *index);

#endif
