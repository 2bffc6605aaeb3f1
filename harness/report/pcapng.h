/* SPDX-License-Identifier: Apache-2.0
 *
 * The evidence of probes that failed, as a capture file: frame/pcapng.h, with
 * texts made safe to show. */
#ifndef REPORT_PCAPNG_H
#define REPORT_PCAPNG_H

#include "frame/pcapng.h"

/* Appends the whole file. Frames are written in the order given; `interface`
 * of each must be less than n_interfaces. Names: one for each interface, as
 * Wireshark shows them. Fails only by the buffer's `failed`. */
void report_pcapng(const struct frame_captured *frames, size_t n_frames,
                   const char *const *interfaces, size_t n_interfaces, struct base_buffer *out);

#endif
