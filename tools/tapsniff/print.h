/* SPDX-License-Identifier: Apache-2.0
 *
 * Captured frames in the form in which network people read them: that of
 * tcpdump(8). (frame/difference.h is for reports, and speaks OpenFlow.) */
#ifndef TAPSNIFF_PRINT_H
#define TAPSNIFF_PRINT_H

#include "base/buffer.h"

#include <stddef.h>

/* Appends one line without newline, as `tcpdump -e -n -S -t` prints it:
 * Ethernet with all tags, ARP, IPv4, IPv6, ICMP, ICMPv6, UDP, TCP and LLDP; of
 * other protocols the name or number. Behind it, where a mark of ours is:
 * ", tapproof probe 7, round 1, run 0123456789abcdef" (frame/mark.h; it may be
 * forged). What is cut ends in "[|NAME]". `wire_bytes`
 * is what the frame had on the wire, n_bytes what was captured of it. */
void tapsniff_print(const void *bytes, size_t n_bytes, size_t wire_bytes, struct base_buffer *out);

/* Appends all bytes, 16 a line and with the text that is in them, as `tcpdump
 * -XX` does; each line ends in a newline. */
void tapsniff_print_hex(const void *bytes, size_t n_bytes, struct base_buffer *out);

#endif
