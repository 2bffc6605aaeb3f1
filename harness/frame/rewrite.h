/* SPDX-License-Identifier: Apache-2.0
 *
 * A real frame, as a switch sends it on after the rewrites of OpenFlow 1.0. */
#ifndef FRAME_REWRITE_H
#define FRAME_REWRITE_H

#include "base/buffer.h"
#include "model/header.h"

#include <stdbool.h>

/* Appends the frame (from the destination address on, without FCS) with the
 * fields of its header (frame/parse.h) changed to those of `as`: what
 * space_rewritten makes of that header. Everything else stays, byte for byte:
 * payload, padding, ECN, options, wrong checksums wrong by as much as before.
 *
 * OpenFlow 1.0.0, section 5.2.4; the checksums of IPv4, TCP, UDP and ICMP are
 * updated as RFC 1624 says (equation 3), also in a first fragment (its ports
 * count as 0, and are rewritten if `as` has others). A UDP checksum of 0 means that there is none
 * and stays so. A tag is added in front of others, with EtherType 0x8100; one that is changed loses
 * its DEI bit, as with Open vSwitch. A stripped frame is not padded. Later fragments
 * have no checksum of their own and keep their data (Open vSwitch 3.1 damages two
 * bytes of it). False, and nothing appended:
 * there is no Ethernet header. */
bool frame_rewrite(const void *bytes, size_t n_bytes, const struct header *as,
                   struct base_buffer *out);

#endif
