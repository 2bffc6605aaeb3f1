/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames as a capture file that opens in Wireshark. The format is pcapng 1.0,
 * draft-ietf-opsawg-pcapng: one section in big-endian order, nanoseconds,
 * Ethernet. */
#ifndef FRAME_PCAPNG_H
#define FRAME_PCAPNG_H

#include "base/buffer.h"

#include <stddef.h>
#include <stdint.h>

/* The numbers are those of the direction bits of epb_flags (section 4.3.1). */
enum frame_direction {
    FRAME_DIRECTION_UNKNOWN = 0,
    FRAME_INBOUND = 1, /* captured */
    FRAME_OUTBOUND = 2 /* injected */
};

struct frame_captured {
    const uint8_t *bytes;
    size_t n_bytes;      /* that were captured */
    size_t n_wire_bytes; /* that the frame had on the wire; taken as n_bytes if less */
    uint64_t time_ns;    /* since 1970-01-01 UTC */
    size_t interface;    /* index */
    const char *comment; /* NULL: none; cut at 65,532 bytes */
    enum frame_direction direction;
};

/* Texts must be UTF-8 without control characters (report/pcapng.h cleans others).
 * Errors show in the buffer's `failed` only. */

/* Appends the head of a file: the names of its interfaces, as Wireshark shows
 * them. */
void frame_pcapng_begin(const char *const *interfaces, size_t n_interfaces,
                        struct base_buffer *out);

/* Appends one frame, of an interface that is in the head. */
void frame_pcapng_put(const struct frame_captured *frame, struct base_buffer *out);

#endif
