/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory that is freed all at once: what belongs to one table, one file or one
 * report. Zero-initialise before use. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct base_arena {
    struct base_arena_chunk *chunks;
    size_t n_bytes; /* taken from the system so far */
    bool failed;    /* some call returned NULL since the arena was last empty */
};

/* n_bytes, zeroed, aligned for any type; lives until base_arena_free. NULL
 * without memory. */
void *base_arena_alloc(struct base_arena *arena, size_t n_bytes);

/* Copies into the arena. NULL without memory. */
void *base_arena_copy(struct base_arena *arena, const void *bytes, size_t n_bytes);
char *base_arena_text(struct base_arena *arena, const char *text);
char *base_arena_format(struct base_arena *arena, const char *format, ...) BASE_PRINTF(2, 3);

/* Copies the text of a buffer into the arena, and frees the buffer, which is
 * then empty. NULL without memory, now or when the buffer was filled; the
 * buffer is freed then too. */
const char *base_arena_take(struct base_arena *arena, struct base_buffer *buffer);

/* Frees everything and makes the arena empty and usable again. */
void base_arena_free(struct base_arena *arena);

/* Makes room for one item more in a growing array: doubles it when it is full.
 * `items` is the address of the array's pointer. 0, or -1 without memory, and
 * then nothing has changed. (malloc'd, not in an arena: the caller frees.) */
int base_grow(void *items, size_t n_items, size_t *capacity, size_t item_bytes);

#endif
