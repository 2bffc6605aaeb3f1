/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory in chunks: pieces are cut off the newest one, and all are freed together. */
#include "base/arena.h"

#include "base/memory.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 64 * 1024 };

struct base_arena_chunk {
    struct base_arena_chunk *next;
    size_t used;
    size_t capacity;
    alignas(max_align_t) uint8_t bytes[];
};

static struct base_arena_chunk *add_chunk(struct base_arena *arena, size_t n_bytes)
{
    size_t capacity = n_bytes > CHUNK_BYTES ? n_bytes : CHUNK_BYTES;
    struct base_arena_chunk *chunk = base_malloc(sizeof *chunk + capacity);
    if (chunk) {
        *chunk = (struct base_arena_chunk){.next = arena->chunks, .capacity = capacity};
        arena->chunks = chunk;
        arena->n_bytes += sizeof *chunk + capacity;
    }
    return chunk;
}

void *base_arena_alloc(struct base_arena *arena, size_t n_bytes)
{
    enum { ALIGN = alignof(max_align_t) };
    if (n_bytes > SIZE_MAX / 2) {
        arena->failed = true;
        return NULL;
    }
    size_t rounded = (n_bytes + ALIGN - 1) / ALIGN * ALIGN;
    struct base_arena_chunk *chunk = arena->chunks;
    if (!chunk || chunk->capacity - chunk->used < rounded) {
        chunk = add_chunk(arena, rounded);
        if (!chunk) {
            arena->failed = true;
            return NULL;
        }
    }
    void *at = chunk->bytes + chunk->used;
    chunk->used += rounded;
    return memset(at, 0, rounded);
}

void base_arena_free(struct base_arena *arena)
{
    struct base_arena_chunk *next;
    for (struct base_arena_chunk *chunk = arena->chunks; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    *arena = (struct base_arena){0};
}

int base_grow(void *items, size_t n_items, size_t *capacity, size_t item_bytes)
{
    if (n_items < *capacity) {
        return 0;
    }
    size_t larger = *capacity ? *capacity * 2 : 16;
    void *old, *new;
    memcpy(&old, items, sizeof old);
    if (larger > SIZE_MAX / item_bytes || !(new = base_realloc(old, larger * item_bytes))) {
        return -1;
    }
    memcpy(items, &new, sizeof new);
    *capacity = larger;
    return 0;
}
