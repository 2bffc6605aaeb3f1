/* SPDX-License-Identifier: Apache-2.0
 *
 * Where was a key written first? */
#include "yaml/index.h"

#include <stdlib.h>
#include <string.h>

/* Multiplication and folding, by words of eight bytes: the high half of each product is folded
 * back, since the low bits choose the slot. */
static uint64_t hash_bytes(const void *key, size_t n_bytes)
{
    const uint8_t *bytes = key;
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n_bytes; i += sizeof hash) {
        uint64_t word = 0;
        memcpy(&word, bytes + i, n_bytes - i < sizeof word ? n_bytes - i : sizeof word);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    return hash;
}

static bool same_key(const void *aux, uint32_t id, const void *key)
{
    const struct yaml_entry *a = &((const struct yaml_index *)aux)->entries[id], *b = key;
    return a->n_bytes == b->n_bytes && memcmp(a->key, b->key, a->n_bytes) == 0;
}

const struct yaml_entry *yaml_index_add(struct yaml_index *index, const void *key, size_t n_bytes,
                                        size_t number, struct place place)
{
    const struct yaml_entry *first = yaml_index_find(index, key, n_bytes);
    struct yaml_entry added = {base_arena_copy(&index->keys, key, n_bytes), n_bytes, number, place};
    size_t n = index->numbers.n_ids;
    uint32_t id;
    if (!first && added.key &&
        base_grow(&index->entries, n, &index->capacity, sizeof *index->entries) == 0 &&
        base_intern(&index->numbers, hash_bytes(key, n_bytes), same_key, index, &added, &id) == 0) {
        index->entries[id] = added;
    }
    return first;
}

const struct yaml_entry *yaml_index_find(const struct yaml_index *index, const void *key,
                                         size_t n_bytes)
{
    const struct yaml_entry wanted = {.key = key, .n_bytes = n_bytes};
    uint32_t id;
    bool found =
        base_intern_find(&index->numbers, hash_bytes(key, n_bytes), same_key, index, &wanted, &id);
    return found ? &index->entries[id] : NULL;
}

void yaml_index_free(struct yaml_index *index)
{
    free(index->entries);
    base_intern_free(&index->numbers);
    base_arena_free(&index->keys);
    *index = (struct yaml_index){0};
}
