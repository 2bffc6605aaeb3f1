/* SPDX-License-Identifier: Apache-2.0
 *
 * A growing buffer, for bytes to be sent and for text to be shown. After a failed
 * allocation the buffer is `failed`: it keeps what it has, takes nothing more,
 * and the writer asks once at the end. Zero-initialise before use. */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct base_buffer {
    uint8_t *data; /* not zero-terminated: base_buffer_text */
    size_t n_bytes;
    size_t capacity;
    bool failed; /* until base_buffer_free */
};

/* Frees the memory and makes the buffer empty and usable again. */
void base_buffer_free(struct base_buffer *buffer);

/* Appends n_bytes of zero and returns where they begin, for the caller to fill
 * in. The pointer lives until the next put. NULL (and failed) without memory. */
uint8_t *base_put_zeros(struct base_buffer *buffer, size_t n_bytes);

/* Appends bytes; integers are appended most significant byte first. */
void base_put_bytes(struct base_buffer *buffer, const void *bytes, size_t n_bytes);
void base_put_u8(struct base_buffer *buffer, uint8_t value);
void base_put_be16(struct base_buffer *buffer, uint16_t value);
void base_put_be32(struct base_buffer *buffer, uint32_t value);
void base_put_be64(struct base_buffer *buffer, uint64_t value);

/* Overwrites the two bytes at `offset`: a length that is known only at the end.
 * Does nothing if they are not in the buffer. */
void base_patch_be16(struct base_buffer *buffer, size_t offset, uint16_t value);

/* Appends text, without its terminating zero; the second as printf does. A text that is NULL could
 * not be made for want of memory: the buffer has failed. */
void base_put_text(struct base_buffer *buffer, const char *text);
void base_put_format(struct base_buffer *buffer, const char *format, ...) BASE_PRINTF(2, 3);

/* Appends a number as text: cheaper than base_put_format. Hexadecimal in lower
 * case, without "0x". */
void base_put_decimal(struct base_buffer *buffer, uint64_t value);
void base_put_hex(struct base_buffer *buffer, uint64_t value);

/* The content as a string, which lives until the next put; "" for an empty buffer,
 * and for one that failed. */
const char *base_buffer_text(struct base_buffer *buffer);

/* The content as a string that the caller frees with free(). The buffer is empty
 * and usable after that. NULL if the buffer failed. (A text that is to live in an
 * arena: base_arena_take.) */
char *base_buffer_take_text(struct base_buffer *buffer);

#endif
