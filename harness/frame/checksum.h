/* SPDX-License-Identifier: Apache-2.0
 *
 * The Internet checksum (RFC 1071) of IPv4 and of what it carries. Within this
 * room only. */
#ifndef FRAME_CHECKSUM_H
#define FRAME_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* The one's complement of the one's complement sum. Over bytes that contain a
 * right checksum: 0. */
uint16_t frame_checksum(const uint8_t *bytes, size_t n_bytes);

/* The same with the pseudo header of IPv4 (RFC 9293, section 3.1; RFC 768) or of IPv6 (RFC 8200,
 * section 8.1) in front, of a segment of this protocol. The version is that of the Ethernet type:
 * `ip` has the 20 or 40 bytes of its header or more, whatever its first byte says. */
uint16_t frame_checksum_over(uint16_t dl_type, const uint8_t *ip, uint8_t proto,
                             const uint8_t *segment, size_t n_bytes);

#endif
