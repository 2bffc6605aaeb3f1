/* SPDX-License-Identifier: Apache-2.0
 *
 * Is there a mark in this frame, and is it of this run? */
#include "frame/mark.h"

#include "base/reader.h"
#include "frame/siphash.h"

static const char magic[8] = {'t', 'a', 'p', 'p', 'r', 'o', 'o', 'f'};
enum { TAGGED_BYTES = 24 }; /* what the tag is computed over */

_Static_assert(sizeof((struct frame_run *)0)->key == FRAME_KEY_BYTES, "one key, one size");

void frame_mark_put(const struct frame_run *run, const struct frame_mark *mark,
                    struct base_buffer *out)
{
    size_t start = out->n_bytes;
    base_put_bytes(out, magic, sizeof magic);
    base_put_be64(out, run->nonce);
    base_put_be32(out, mark->number);
    base_put_be16(out, mark->round);
    base_put_u8(out, mark->kind);
    base_put_u8(out, 0);
    if (!out->failed) {
        base_put_be64(out, frame_siphash(run->key, out->data + start, TAGGED_BYTES));
    }
}

bool frame_mark_read(const struct frame_run *run, const void *bytes, size_t n_bytes, size_t offset,
                     struct frame_mark *mark)
{
    struct base_reader reader = base_reader_over(bytes, n_bytes);
    base_read_skip(&reader, offset);
    struct base_reader tagged = base_read_child(&reader, TAGGED_BYTES);
    uint64_t tag = base_read_be64(&reader), nonce;
    return !reader.failed && frame_siphash(run->key, tagged.at, TAGGED_BYTES) == tag &&
           frame_mark_peek(bytes, n_bytes, offset, &nonce, mark) && nonce == run->nonce;
}

bool frame_mark_peek(const void *bytes, size_t n_bytes, size_t offset, uint64_t *nonce,
                     struct frame_mark *mark)
{
    struct base_reader reader = base_reader_over(bytes, n_bytes);
    base_read_skip(&reader, offset);
    struct base_reader tagged = base_read_child(&reader, TAGGED_BYTES);
    const uint8_t *begins = base_read_bytes(&tagged, sizeof magic);
    if (!begins || memcmp(begins, magic, sizeof magic) != 0) {
        return false;
    }
    *nonce = base_read_be64(&tagged);
    *mark = (struct frame_mark){.number = base_read_be32(&tagged),
                                .round = base_read_be16(&tagged),
                                .kind = base_read_u8(&tagged)};
    return mark->kind >= FRAME_PROBE && mark->kind <= FRAME_SPEECH;
}

size_t frame_mark_find(const void *bytes, size_t n_bytes, size_t from)
{
    struct base_reader reader = base_reader_over(bytes, n_bytes);
    base_read_skip(&reader, from);
    if (reader.failed) {
        return FRAME_NO_MARK;
    }
    const uint8_t *found = memmem(reader.at, base_reader_left(&reader), magic, sizeof magic);
    return found ? (size_t)(found - (const uint8_t *)bytes) : FRAME_NO_MARK;
}
