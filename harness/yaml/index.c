/* SPDX-License-Identifier: Apache-2.0
 *
 * Open addressing with linear probing; at most half of the slots are in use. */
#include "yaml/index.h"

#include "base/memory.h"

#include <stdint.h>
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

/* The slot of this key, or the empty one where it belongs. */
static struct yaml_entry *find_slot(struct yaml_entry *slots, size_t n_slots, const void *key,
                                    size_t n_bytes)
{
    size_t at = hash_bytes(key, n_bytes) & (n_slots - 1);
    while (slots[at].key &&
           (slots[at].n_bytes != n_bytes || memcmp(slots[at].key, key, n_bytes) != 0)) {
        at = (at + 1) & (n_slots - 1);
    }
    return &slots[at];
}

static int make_room(struct yaml_index *index)
{
    if (index->n_entries < index->n_slots / 2) {
        return 0;
    }
    size_t n_slots = index->n_slots ? index->n_slots * 2 : 64;
    struct yaml_entry *slots = base_calloc(n_slots, sizeof *slots);
    if (!slots) {
        return -1;
    }
    for (size_t i = 0; i < index->n_slots; i++) {
        const struct yaml_entry *old = &index->slots[i];
        if (old->key) {
            *find_slot(slots, n_slots, old->key, old->n_bytes) = *old;
        }
    }
    free(index->slots);
    index->slots = slots;
    index->n_slots = n_slots;
    return 0;
}

const struct yaml_entry *yaml_index_add(struct yaml_index *index, const void *key, size_t n_bytes,
                                        size_t number, struct place place)
{
    if (make_room(index) < 0) {
        return NULL;
    }
    struct yaml_entry *slot = find_slot(index->slots, index->n_slots, key, n_bytes);
    if (slot->key) {
        return slot;
    }
    const void *copy = base_arena_copy(&index->keys, key, n_bytes);
    if (copy) {
        *slot = (struct yaml_entry){copy, n_bytes, number, place};
        index->n_entries++;
    }
    return NULL;
}

const struct yaml_entry *yaml_index_find(const struct yaml_index *index, const void *key,
                                         size_t n_bytes)
{
    if (index->n_slots == 0) {
        return NULL;
    }
    const struct yaml_entry *slot = find_slot(index->slots, index->n_slots, key, n_bytes);
    return slot->key ? slot : NULL;
}

void yaml_index_free(struct yaml_index *index)
{
    free(index->slots);
    base_arena_free(&index->keys);
    *index = (struct yaml_index){0};
}
