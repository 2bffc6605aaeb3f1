/* SPDX-License-Identifier: Apache-2.0
 *
 * A bounds-checked cursor over bytes that somebody else wrote. All parsing of
 * network bytes goes through it; there is no pointer arithmetic elsewhere.
 *
 * A read past the end returns zero and makes the reader `failed`; nothing is left
 * of it then, so that all later reads return zero, too. So a decoder reads a whole
 * record and then asks once. Integers are big-endian on the wire and in host order when returned.
 * The bytes are not copied and must outlive the reader. */
#ifndef BASE_READER_H
#define BASE_READER_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct base_reader {
    const uint8_t *at;
    const uint8_t *end;
    bool failed;
};

/* A reader of n_bytes; NULL has none. */
static inline struct base_reader base_reader_over(const void *bytes, size_t n_bytes)
{
    const uint8_t *at = bytes ? bytes : (const uint8_t *)""; /* NULL: no bytes */
    return (struct base_reader){.at = at, .end = bytes ? at + n_bytes : at, .failed = false};
}

/* How many bytes have not been read; none of a failed reader. */
static inline size_t base_reader_left(const struct base_reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

/* The next n_bytes, or NULL (and failed) if there are fewer. */
static inline const uint8_t *base_read_bytes(struct base_reader *reader, size_t n_bytes)
{
    const uint8_t *bytes = reader->at;
    if (base_reader_left(reader) < n_bytes) {
        reader->at = reader->end;
        reader->failed = true;
        return NULL;
    }
    reader->at += n_bytes;
    return bytes;
}

/* Copies the next n_bytes, or zeroes `out` if there are fewer. */
static inline void base_read_copy(struct base_reader *reader, void *out, size_t n_bytes)
{
    const uint8_t *bytes = base_read_bytes(reader, n_bytes);
    if (bytes) {
        memcpy(out, bytes, n_bytes);
    } else {
        memset(out, 0, n_bytes);
    }
}

/* Passes over n_bytes. */
static inline void base_read_skip(struct base_reader *reader, size_t n_bytes)
{
    (void)base_read_bytes(reader, n_bytes);
}

/* The next integer; 0 (and failed) if too few bytes are left. */
static inline uint8_t base_read_u8(struct base_reader *reader)
{
    const uint8_t *b = base_read_bytes(reader, 1);
    return b ? b[0] : 0;
}

static inline uint16_t base_read_be16(struct base_reader *reader)
{
    uint16_t big;
    base_read_copy(reader, &big, sizeof big);
    return be16toh(big);
}

static inline uint32_t base_read_be32(struct base_reader *reader)
{
    uint32_t big;
    base_read_copy(reader, &big, sizeof big);
    return be32toh(big);
}

static inline uint64_t base_read_be64(struct base_reader *reader)
{
    uint64_t big;
    base_read_copy(reader, &big, sizeof big);
    return be64toh(big);
}

/* A nested length gets its own cursor: the child covers the next n_bytes, the
 * parent goes on behind them. The child is failed if there are fewer. */
static inline struct base_reader base_read_child(struct base_reader *reader, size_t n_bytes)
{
    const uint8_t *bytes = base_read_bytes(reader, n_bytes);
    struct base_reader child = base_reader_over(bytes, bytes ? n_bytes : 0);
    child.failed = reader->failed;
    return child;
}

#endif
