/* SPDX-License-Identifier: Apache-2.0
 *
 * Copies of bytes and texts in an arena. */
#include "base/arena.h"

#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void *base_arena_copy(struct base_arena *arena, const void *bytes, size_t n_bytes)
{
    void *at = base_arena_alloc(arena, n_bytes);
    if (at && n_bytes > 0) {
        memcpy(at, bytes, n_bytes);
    }
    return at;
}

char *base_arena_text(struct base_arena *arena, const char *text)
{
    return base_arena_copy(arena, text, strlen(text) + 1);
}

char *base_arena_format(struct base_arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n_chars = vsnprintf(NULL, 0, format, args);
    char *text = n_chars < 0 ? NULL : base_arena_alloc(arena, (size_t)n_chars + 1);
    if (text) {
        vsnprintf(text, (size_t)n_chars + 1, format, again);
    }
    va_end(again);
    va_end(args);
    return text;
}

const char *base_arena_take(struct base_arena *arena, struct base_buffer *buffer)
{
    const char *text = buffer->failed ? NULL : base_arena_text(arena, base_buffer_text(buffer));
    arena->failed |= !text;
    base_buffer_free(buffer);
    return text;
}
