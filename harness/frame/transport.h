/* SPDX-License-Identifier: Apache-2.0
 *
 * What is known of transport headers: where their ports, types and checksums stand, and what the
 * checksums cover. Within this room only. */
#ifndef FRAME_TRANSPORT_H
#define FRAME_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FRAME_SCTP_CHUNK = 4 }; /* bytes of the chunk's header in front of a mark in SCTP */

enum frame_sum {
    FRAME_SUM,            /* RFC 1071, over the segment */
    FRAME_SUM_WITH_ADDRS, /* the same with a pseudo header in front */
    FRAME_CRC32C          /* RFC 9260, appendix A, over the segment; the least byte first */
};

struct frame_transport {
    uint16_t dl_type; /* 0: of both versions of IP */
    uint8_t proto;
    uint8_t min_bytes; /* of a header that is whole */
    uint8_t tp_bytes;  /* of tp_src and of tp_dst behind it, with which the header begins */
    uint8_t checksum;  /* where it stands */
    uint8_t sum;       /* enum frame_sum */
};

/* The row of a protocol of IPv4 or IPv6; NULL: struct header has nothing of its header. */
const struct frame_transport *frame_transport_of(uint16_t dl_type, uint8_t proto);

/* Whether the checksum in the segment is right, behind this IP header (of the version of this
 * Ethernet type, of 20 or 40 bytes or more). */
bool frame_transport_is_right(const struct frame_transport *row, uint16_t dl_type,
                              const uint8_t *ip, const uint8_t *segment, size_t n_bytes);

/* Writes it. In UDP a sum of 0 is written as its other form, since 0 means "none" (RFC 768). */
void frame_transport_seal(const struct frame_transport *row, uint16_t dl_type, const uint8_t *ip,
                          uint8_t *segment, size_t n_bytes);

/* The CRC32c of the segment but for its checksum (RFC 9260, appendix A), as a checksum says it. */
uint32_t frame_crc32c(const uint8_t *segment, size_t n_bytes, size_t checksum);

#endif
