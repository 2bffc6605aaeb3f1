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

/* The same with the pseudo header of TCP (RFC 9293, section 3.1) and UDP (RFC
 * 768) in front, taken from an IPv4 header of 20 bytes or more. */
uint16_t frame_checksum_over_ipv4(const uint8_t *ipv4, const uint8_t *segment, size_t n_bytes);

/* The same with the pseudo header of IPv6 (RFC 8200, section 8.1), taken from an IPv6 header of
 * 40 bytes whose next header is that of the segment. */
uint16_t frame_checksum_over_ipv6(const uint8_t *ipv6, const uint8_t *segment, size_t n_bytes);

#endif
