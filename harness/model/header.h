/* SPDX-License-Identifier: Apache-2.0
 *
 * A packet header as OpenFlow 1.0 sees one: twelve fields (OpenFlow 1.0.0,
 * section 3.1 and table 3), in host byte order, in exactly four 64-bit words.
 * A value and a mask of this type form a ternary vector over 256 bits (header
 * space analysis, Kazemian, Varghese, McKeown, NSDI 2012). */
#ifndef MODEL_HEADER_H
#define MODEL_HEADER_H

#include <stdbool.h>
#include <stdint.h>

struct header {
    uint16_t in_port;
    uint16_t vlan_tci; /* pcp << 13 | VLAN_TAGGED | vid; 0 when untagged */
    uint16_t dl_type;  /* of the payload, behind a tag; below 0x600: DL_TYPE_NOT_ETH2 */
    uint8_t nw_tos;    /* IPv4 only: DSCP in the upper 6 bits, lower 2 always 0 */
    uint8_t nw_proto;  /* IPv4: protocol; ARP: opcode, lower 8 bits */
    uint16_t tp_src;   /* TCP and UDP: port; ICMP: type */
    uint16_t tp_dst;   /* TCP and UDP: port; ICMP: code */
    uint32_t nw_src;   /* IPv4: source; ARP: sender protocol address */
    uint32_t nw_dst;   /* IPv4: destination; ARP: target protocol address */
    uint8_t dl_src[6];
    uint8_t dl_dst[6];
};
_Static_assert(sizeof(struct header) == 32, "a header is four 64-bit words without padding");

enum {
    VLAN_TAGGED = 0x1000, /* in vlan_tci, and in its mask: "whether tagged" matters */
    VLAN_VID = 0x0fff,
    VLAN_PCP = 0xe000,
    VLAN_PCP_SHIFT = 13,

    DL_TYPE_IP = 0x0800,
    DL_TYPE_ARP = 0x0806,
    DL_TYPE_VLAN = 0x8100,
    DL_TYPE_PROBE = 0x88b5,    /* IEEE 802 local experimental EtherType 1 */
    DL_TYPE_NOT_ETH2 = 0x05ff, /* OFP_DL_TYPE_NOT_ETH_TYPE: 802.3 without SNAP */

    NW_PROTO_ICMP = 1,
    NW_PROTO_TCP = 6,
    NW_PROTO_UDP = 17,
};

static inline bool header_has_nw(const struct header *header)
{
    return header->dl_type == DL_TYPE_IP || header->dl_type == DL_TYPE_ARP;
}

static inline bool header_has_tp(const struct header *header)
{
    return header->dl_type == DL_TYPE_IP &&
           (header->nw_proto == NW_PROTO_ICMP || header->nw_proto == NW_PROTO_TCP ||
            header->nw_proto == NW_PROTO_UDP);
}

#endif
