/* SPDX-License-Identifier: Apache-2.0
 *
 * Random headers that frames can have, for the tests of this room. */
#ifndef TESTING_FRAME_SAMPLE_H
#define TESTING_FRAME_SAMPLE_H

#include "model/header.h"

#include <stddef.h>

/* xorshift64 (Marsaglia, 2003): the same samples in every run. */
static inline uint64_t sample_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state >> 8;
}

static inline void sample_fill(uint64_t *state, uint8_t *bytes, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++) {
        bytes[i] = (uint8_t)sample_random(state);
    }
}

static inline void sample_transport(uint64_t *state, struct header *header)
{
    bool is_icmp = header_is_icmp(header);
    header->tp_src = (uint16_t)(sample_random(state) & (is_icmp ? 0xff : 0xffff));
    header->tp_dst = (uint16_t)(sample_random(state) & (is_icmp ? 0xff : 0xffff));
}

static inline struct header sample_header(uint64_t *state)
{
    static const uint16_t types[] = {DL_TYPE_PROBE, DL_TYPE_IP,       DL_TYPE_IP, DL_TYPE_IP,
                                     DL_TYPE_ARP,   DL_TYPE_NOT_ETH2, 0x88cc,     0x0600,
                                     DL_TYPE_IPV6,  DL_TYPE_IPV6};
    static const uint8_t protos[] = {NW_PROTO_ICMP,   NW_PROTO_TCP, NW_PROTO_UDP, NW_PROTO_SCTP,
                                     NW_PROTO_ICMPV6, 47,           89,           253};
    struct header header = {.in_port = (uint16_t)sample_random(state)};
    header.dl_type = types[sample_random(state) % (sizeof types / sizeof types[0])];
    sample_fill(state, header.dl_src, sizeof header.dl_src);
    sample_fill(state, header.dl_dst, sizeof header.dl_dst);
    if (sample_random(state) % 2) {
        header.vlan_tci = (uint16_t)sample_random(state) | VLAN_TAGGED;
    }
    if (header_has_nw(&header)) {
        header.nw_src = (uint32_t)sample_random(state);
        header.nw_dst = (uint32_t)sample_random(state);
        header.nw_proto = (uint8_t)sample_random(state);
    }
    if (header_has_ip(&header)) {
        header.nw_tos = sample_random(state) & 0xfc;
        header.nw_proto = protos[sample_random(state) % sizeof protos];
    }
    if (header.dl_type == DL_TYPE_IPV6) {
        sample_fill(state, header.ipv6_src, sizeof header.ipv6_src);
        sample_fill(state, header.ipv6_dst, sizeof header.ipv6_dst);
    }
    if (header_has_tp(&header)) {
        sample_transport(state, &header);
    }
    return header;
}

#endif
