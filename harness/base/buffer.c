/* SPDX-License-Identifier: Apache-2.0
 *
 * How does a buffer grow, and what is it after an allocation failed. */
#include "base/buffer.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void base_buffer_free(struct base_buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct base_buffer){0};
}

/* One byte more than asked, so that a terminating zero always fits. */
static bool reserve(struct base_buffer *buffer, size_t n_bytes)
{
    if (buffer->failed || n_bytes > SIZE_MAX / 4 - buffer->n_bytes) {
        buffer->failed = true;
        return false;
    }
    size_t needed = buffer->n_bytes + n_bytes + 1;
    if (needed > buffer->capacity) {
        size_t capacity = needed < 128 ? 128 : needed + needed / 2;
        uint8_t *data = base_realloc(buffer->data, capacity);
        if (!data) {
            buffer->failed = true;
            return false;
        }
        buffer->data = data;
        buffer->capacity = capacity;
    }
    return true;
}

uint8_t *base_put_zeros(struct base_buffer *buffer, size_t n_bytes)
{
    if (!reserve(buffer, n_bytes)) {
        return NULL;
    }
    uint8_t *at = buffer->data + buffer->n_bytes;
    memset(at, 0, n_bytes);
    buffer->n_bytes += n_bytes;
    return at;
}

void base_put_bytes(struct base_buffer *buffer, const void *bytes, size_t n_bytes)
{
    if (n_bytes > 0 && reserve(buffer, n_bytes)) {
        memcpy(buffer->data + buffer->n_bytes, bytes, n_bytes);
        buffer->n_bytes += n_bytes;
    }
}

void base_put_u8(struct base_buffer *buffer, uint8_t value)
{
    base_put_bytes(buffer, &value, 1);
}

void base_put_be16(struct base_buffer *buffer, uint16_t value)
{
    uint8_t bytes[2] = {(uint8_t)(value >> 8), (uint8_t)value};
    base_put_bytes(buffer, bytes, sizeof bytes);
}

void base_put_be32(struct base_buffer *buffer, uint32_t value)
{
    base_put_be16(buffer, (uint16_t)(value >> 16));
    base_put_be16(buffer, (uint16_t)value);
}

void base_put_be64(struct base_buffer *buffer, uint64_t value)
{
    base_put_be32(buffer, (uint32_t)(value >> 32));
    base_put_be32(buffer, (uint32_t)value);
}

void base_patch_be16(struct base_buffer *buffer, size_t offset, uint16_t value)
{
    if (offset + 2 <= buffer->n_bytes) {
        buffer->data[offset] = (uint8_t)(value >> 8);
        buffer->data[offset + 1] = (uint8_t)value;
    }
}

void base_put_text(struct base_buffer *buffer, const char *text)
{
    if (text) {
        base_put_bytes(buffer, text, strlen(text));
    } else {
        buffer->failed = true;
    }
}

void base_put_format(struct base_buffer *buffer, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n_chars = vsnprintf(NULL, 0, format, args);
    if (n_chars >= 0 && reserve(buffer, (size_t)n_chars)) {
        vsnprintf((char *)buffer->data + buffer->n_bytes, (size_t)n_chars + 1, format, again);
        buffer->n_bytes += (size_t)n_chars;
    }
    va_end(again);
    va_end(args);
}

static void put_number(struct base_buffer *buffer, uint64_t value, unsigned base)
{
    char text[20]; /* UINT64_MAX in decimal */
    char *at = text + sizeof text;
    do {
        *--at = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    base_put_bytes(buffer, at, (size_t)(text + sizeof text - at));
}

void base_put_decimal(struct base_buffer *buffer, uint64_t value)
{
    put_number(buffer, value, 10);
}

void base_put_hex(struct base_buffer *buffer, uint64_t value)
{
    put_number(buffer, value, 16);
}

const char *base_buffer_text(struct base_buffer *buffer)
{
    if (!reserve(buffer, 0)) {
        return "";
    }
    buffer->data[buffer->n_bytes] = 0;
    return (const char *)buffer->data;
}

char *base_buffer_take_text(struct base_buffer *buffer)
{
    if (!reserve(buffer, 0)) {
        base_buffer_free(buffer);
        return NULL;
    }
    buffer->data[buffer->n_bytes] = 0;
    char *text = (char *)buffer->data;
    *buffer = (struct base_buffer){0};
    return text;
}
