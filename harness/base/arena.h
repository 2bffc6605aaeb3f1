/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory that is freed all at once: what belongs to one table, one file or one
 * report. Whoever owns the table owns its arena; there is nothing else to free.
 * Zero-initialise before use. Each function that returns NULL without memory
 * also sets `failed`, so that a caller may make many pieces and ask once. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct base_arena {
    struct base_arena_chunk *chunks;
    size_t n_bytes; /* taken from the system so far */
    bool failed;    /* a call returned NULL since the arena was last empty */
};

/* A piece of n_bytes (0 is allowed), zeroed and aligned for any type. It lives
 * until base_arena_free. NULL without memory. */
void *base_arena_alloc(struct base_arena *arena, size_t n_bytes);

/* A copy of n_bytes; `bytes` may be NULL if there are none. NULL without memory. */
void *base_arena_copy(struct base_arena *arena, const void *bytes, size_t n_bytes);

/* A copy of a string, and a string made as printf does. NULL without memory. */
char *base_arena_text(struct base_arena *arena, const char *text);
char *base_arena_format(struct base_arena *arena, const char *format, ...) BASE_PRINTF(2, 3);

/* The text of a buffer as a string in the arena; the buffer is freed in any case,
 * and empty after that. NULL without memory, now or when the buffer was filled. */
const char *base_arena_take(struct base_arena *arena, struct base_buffer *buffer);

/* Frees everything and makes the arena empty and usable again. */
void base_arena_free(struct base_arena *arena);

/* Makes room for one more item in an array that malloc made (not in an arena: the
 * caller frees it with free()), by doubling it when it is full. `items` is the
 * address of the array's pointer, `*capacity` the number of items that there is
 * room for; both begin as NULL and 0. Returns 0, or -1 without memory; nothing
 * has changed then. */
int base_grow(void *items, size_t n_items, size_t *capacity, size_t item_bytes);

#endif
