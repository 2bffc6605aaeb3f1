/* SPDX-License-Identifier: Apache-2.0
 *
 * A growing buffer, for bytes to be sent and for text to be shown. A failed
 * allocation makes the buffer `failed`, for good; what was there stays, and
 * the writer asks once at the end. Zero-initialise before use. */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct base_buffer {
    uint8_t *data;
    size_t n_bytes;
    size_t capacity;
    bool failed;
};

/* Frees the memory and makes the buffer empty and usable again. */
void base_buffer_free(struct base_buffer *buffer);

/* n_bytes more at the end, zeroed; NULL (and failed) without memory. The
 * pointer lives until the next put. */
uint8_t *base_put_zeros(struct base_buffer *buffer, size_t n_bytes);

void base_put_bytes(struct base_buffer *buffer, const void *bytes, size_t n_bytes);
void base_put_u8(struct base_buffer *buffer, uint8_t value);
void base_put_be16(struct base_buffer *buffer, uint16_t value);
void base_put_be32(struct base_buffer *buffer, uint32_t value);
void base_put_be64(struct base_buffer *buffer, uint64_t value);

/* Overwrites two bytes that are there already: a length known only at the end. */
void base_patch_be16(struct base_buffer *buffer, size_t offset, uint16_t value);

/* Text: appended without its terminating zero. */
void base_put_text(struct base_buffer *buffer, const char *text);
void base_put_format(struct base_buffer *buffer, const char *format, ...) BASE_PRINTF(2, 3);

/* Numbers, without the cost of a format; hexadecimal in lower case, no "0x". */
void base_put_decimal(struct base_buffer *buffer, uint64_t value);
void base_put_hex(struct base_buffer *buffer, uint64_t value);

/* The content as a string. It lives until the next put; "" if nothing is there
 * or memory ran out. */
const char *base_buffer_text(struct base_buffer *buffer);

/* The content as a string that the caller frees; the buffer is empty after
 * that. NULL without memory. */
char *base_buffer_take_text(struct base_buffer *buffer);

#endif
