/* SPDX-License-Identifier: Apache-2.0
 *
 * How are messages between a set and its remote stations written and read? */
#include "station/wire.h"

#include <errno.h>
#include <unistd.h>

void station_wire_put(struct base_buffer *out, enum station_wire_type type, const void *head,
                      size_t n_head, const void *tail, size_t n_tail)
{
    if (n_head + n_tail > STATION_WIRE_BODY_MAX) {
        out->failed = true;
        return;
    }
    base_put_u8(out, (uint8_t)type);
    base_put_be16(out, (uint16_t)(n_head + n_tail));
    base_put_bytes(out, head, n_head);
    base_put_bytes(out, tail, n_tail);
}

bool station_wire_take(struct base_reader *reader, uint8_t *type, struct base_reader *body)
{
    struct base_reader ahead = *reader;
    *type = base_read_u8(&ahead);
    uint16_t length = base_read_be16(&ahead);
    *body = base_read_child(&ahead, length);
    if (ahead.failed) {
        return false;
    }
    *reader = ahead;
    return true;
}

void station_wire_drop(struct base_buffer *buffer, size_t n_bytes)
{
    buffer->n_bytes -= n_bytes;
    if (buffer->n_bytes > 0) {
        memmove(buffer->data, buffer->data + n_bytes, buffer->n_bytes);
    }
}

bool station_wire_greet(struct base_buffer *in, bool *greeted)
{
    const size_t length = strlen(STATION_WIRE_GREETING);
    size_t n_compared = in->n_bytes < length ? in->n_bytes : length;
    bool right = n_compared == 0 || memcmp(in->data, STATION_WIRE_GREETING, n_compared) == 0;
    *greeted = right && n_compared == length;
    if (*greeted) {
        station_wire_drop(in, length);
    }
    return right;
}

long station_wire_read(int fd, struct base_buffer *in)
{
    enum { AT_ONCE = 64 << 10 };
    size_t before = in->n_bytes;
    uint8_t *room = base_put_zeros(in, AT_ONCE);
    if (!room) {
        errno = ENOMEM;
        return -1;
    }
    long n_read = read(fd, room, AT_ONCE);
    in->n_bytes = before + (n_read > 0 ? (size_t)n_read : 0);
    return n_read;
}

void station_wire_tame(char *text)
{
    for (; *text; text++) {
        *text = (unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text;
    }
}
