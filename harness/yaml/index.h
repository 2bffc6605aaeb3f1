/* SPDX-License-Identifier: Apache-2.0
 *
 * A hash index: from a key (a name, a port, a match…) to the place where it was
 * written first and a number. It finds duplicates and resolves names, in
 * constant time each. Zero-initialise before use. */
#ifndef YAML_INDEX_H
#define YAML_INDEX_H

#include "base/arena.h"
#include "base/intern.h"
#include "model/place.h"

#include <stddef.h>

struct yaml_entry {
    const void *key;
    size_t n_bytes;
    size_t number;
    struct place place;
};

struct yaml_index {
    struct base_interner numbers; /* of the entries */
    struct yaml_entry *entries;
    size_t capacity;
    struct base_arena keys;
};

/* Adds a key (copied), unless it is there already. Returns NULL if it was new,
 * else the entry that was there; it lives until the next key is added. Without
 * memory nothing is added and NULL is returned: a duplicate may then be missed. */
const struct yaml_entry *yaml_index_add(struct yaml_index *index, const void *key, size_t n_bytes,
                                        size_t number, struct place place);

/* NULL: not there. */
const struct yaml_entry *yaml_index_find(const struct yaml_index *index, const void *key,
                                         size_t n_bytes);

/* Frees the index; keys and nodes are the caller's. */
void yaml_index_free(struct yaml_index *index);

#endif
