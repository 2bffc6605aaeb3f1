/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames as a capture file that opens in Wireshark: the evidence of probes that
 * failed. The format is pcapng 1.0, draft-ietf-opsawg-pcapng: one section in
 * big-endian order, nanoseconds, Ethernet. */
#ifndef REPORT_PCAPNG_H
#define REPORT_PCAPNG_H

#include "base/buffer.h"

#include <stddef.h>
#include <stdint.h>

/* The numbers are those of the direction bits of epb_flags (section 4.3.1). */
enum report_direction {
    REPORT_DIRECTION_UNKNOWN = 0,
    REPORT_INBOUND = 1, /* captured */
    REPORT_OUTBOUND = 2 /* injected */
};

struct report_frame {
    const uint8_t *bytes;
    size_t n_bytes;      /* that were captured */
    size_t n_wire_bytes; /* that the frame had on the wire; taken as n_bytes if less */
    uint64_t time_ns;    /* since 1970-01-01 UTC */
    size_t interface;    /* index */
    const char *comment; /* NULL: none; cut at 65,532 bytes */
    enum report_direction direction;
};

/* Appends the whole file. Frames are written in the order given; `interface`
 * of each must be less than n_interfaces. Names: one for each interface, as
 * Wireshark shows them. Fails only by the buffer's `failed`. */
void report_pcapng(const struct report_frame *frames, size_t n_frames,
                   const char *const *interfaces, size_t n_interfaces, struct base_buffer *out);

#endif
