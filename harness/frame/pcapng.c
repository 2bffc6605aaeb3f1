/* SPDX-License-Identifier: Apache-2.0
 *
 * A writer of pcapng. Section numbers are those of draft-ietf-opsawg-pcapng. */
#include "frame/pcapng.h"

#include <string.h>

/* Block types (section 10.1), options of all blocks (3.5), of an interface
 * (4.2) and of a packet (4.3). */
enum {
    BLOCK_SECTION_HEADER = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_ENHANCED_PACKET = 6,

    OPTION_END = 0,
    OPTION_COMMENT = 1,
    OPTION_IF_NAME = 2,
    OPTION_IF_TSRESOL = 9,
    OPTION_EPB_FLAGS = 2,

    BYTE_ORDER_MAGIC = 0x1a2b3c4d,
    LINKTYPE_ETHERNET = 1,
    NANOSECONDS = 9, /* if_tsresol: a negative power of 10 */
    MAX_OPTION_BYTES = 65532,
};

static void put_padded(struct base_buffer *out, const void *bytes, size_t n_bytes)
{
    base_put_bytes(out, bytes, n_bytes);
    base_put_zeros(out, (4 - n_bytes % 4) % 4);
}

static void put_option(struct base_buffer *out, uint16_t code, const void *bytes, size_t n_bytes)
{
    base_put_be16(out, code);
    base_put_be16(out, (uint16_t)n_bytes);
    put_padded(out, bytes, n_bytes);
}

/* Without a terminating zero, cut between two characters. */
static void put_text_option(struct base_buffer *out, uint16_t code, const char *text)
{
    size_t n_bytes = strlen(text);
    if (n_bytes > MAX_OPTION_BYTES) {
        n_bytes = MAX_OPTION_BYTES;
        while (((unsigned char)text[n_bytes] & 0xc0) == 0x80) {
            n_bytes--;
        }
    }
    put_option(out, code, text, n_bytes);
}

/* A block has its length in front and behind (section 3.1). Returns where it begins. */
static size_t begin_block(struct base_buffer *out, uint32_t type)
{
    size_t start = out->n_bytes;
    base_put_be32(out, type);
    base_put_be32(out, 0);
    return start;
}

static void end_block(struct base_buffer *out, size_t start)
{
    size_t n_bytes = out->n_bytes + 4 - start;
    base_patch_be16(out, start + 4, (uint16_t)(n_bytes >> 16));
    base_patch_be16(out, start + 6, (uint16_t)n_bytes);
    base_put_be32(out, (uint32_t)n_bytes);
}

/* Section 4.1. */
static void put_section_header(struct base_buffer *out)
{
    size_t start = begin_block(out, BLOCK_SECTION_HEADER);
    base_put_be32(out, BYTE_ORDER_MAGIC);
    base_put_be16(out, 1); /* version 1.0 */
    base_put_be16(out, 0);
    base_put_be64(out, UINT64_MAX); /* length of the section: not said */
    end_block(out, start);
}

/* Section 4.2. */
static void put_interface(struct base_buffer *out, const char *name)
{
    const uint8_t resolution = NANOSECONDS;
    size_t start = begin_block(out, BLOCK_INTERFACE);
    base_put_be16(out, LINKTYPE_ETHERNET);
    base_put_be16(out, 0);
    base_put_be32(out, 0); /* no limit to what was captured of a frame */
    put_text_option(out, OPTION_IF_NAME, name);
    put_option(out, OPTION_IF_TSRESOL, &resolution, sizeof resolution);
    put_option(out, OPTION_END, NULL, 0);
    end_block(out, start);
}

void frame_pcapng_begin(const char *const *interfaces, size_t n_interfaces, struct base_buffer *out)
{
    put_section_header(out);
    for (size_t i = 0; i < n_interfaces; i++) {
        put_interface(out, interfaces[i]);
    }
}

/* Section 4.3. */
void frame_pcapng_put(const struct frame_captured *frame, struct base_buffer *out)
{
    const uint8_t flags[4] = {0, 0, 0, (uint8_t)frame->direction};
    size_t n_wire_bytes =
        frame->n_wire_bytes > frame->n_bytes ? frame->n_wire_bytes : frame->n_bytes;
    size_t start = begin_block(out, BLOCK_ENHANCED_PACKET);
    base_put_be32(out, (uint32_t)frame->interface);
    base_put_be64(out, frame->time_ns); /* upper half first, in either byte order */
    base_put_be32(out, (uint32_t)frame->n_bytes);
    base_put_be32(out, (uint32_t)n_wire_bytes);
    put_padded(out, frame->bytes, frame->n_bytes);
    if (frame->comment) {
        put_text_option(out, OPTION_COMMENT, frame->comment);
    }
    put_option(out, OPTION_EPB_FLAGS, flags, sizeof flags);
    put_option(out, OPTION_END, NULL, 0);
    end_block(out, start);
}
