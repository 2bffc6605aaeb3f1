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
#include <string.h>

struct header {
    uint16_t in_port;
    uint16_t vlan_tci; /* pcp << 13 | VLAN_TAGGED | vid; 0 when untagged */
    uint16_t dl_type;  /* of the payload, behind a tag; below 0x600: DL_TYPE_NOT_ETH2 */
    uint8_t nw_tos;    /* IPv4, IPv6: DSCP in the upper 6 bits, lower 2 always 0 */
    uint8_t nw_proto;  /* IPv4, IPv6: protocol; ARP: opcode, lower 8 bits */
    uint16_t tp_src;   /* TCP, UDP, SCTP: port; ICMP, ICMPv6: type */
    uint16_t tp_dst;   /* TCP, UDP, SCTP: port; ICMP, ICMPv6: code */
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
    DL_TYPE_IPV6 = 0x86dd,
    DL_TYPE_PROBE = 0x88b5,    /* IEEE 802 local experimental EtherType 1 */
    DL_TYPE_NOT_ETH2 = 0x05ff, /* OFP_DL_TYPE_NOT_ETH_TYPE: 802.3 without SNAP */

    NW_PROTO_ICMP = 1,
    NW_PROTO_TCP = 6,
    NW_PROTO_UDP = 17,
    NW_PROTO_ICMPV6 = 58,
    NW_PROTO_SCTP = 132,
};

/* Whether the packet is of IP, of either version: it has nw_tos and nw_proto. */
static inline bool header_has_ip(const struct header *header)
{
    return header->dl_type == DL_TYPE_IP || header->dl_type == DL_TYPE_IPV6;
}

/* Whether it has nw_src and nw_dst. */
static inline bool header_has_nw(const struct header *header)
{
    return header->dl_type == DL_TYPE_IP || header->dl_type == DL_TYPE_ARP;
}

/* Whether it has nw_proto. */
static inline bool header_has_proto(const struct header *header)
{
    return header_has_ip(header) || header->dl_type == DL_TYPE_ARP;
}

/* Whether it is of the ICMP that belongs to its version of IP: tp_src and tp_dst have 8 bits. */
static inline bool header_is_icmp(const struct header *header)
{
    return (header->dl_type == DL_TYPE_IP && header->nw_proto == NW_PROTO_ICMP) ||
           (header->dl_type == DL_TYPE_IPV6 && header->nw_proto == NW_PROTO_ICMPV6);
}

/* Whether it has tp_src and tp_dst, and they are ports. */
static inline bool header_has_ports(const struct header *header)
{
    return header_has_ip(header) &&
           (header->nw_proto == NW_PROTO_TCP || header->nw_proto == NW_PROTO_UDP ||
            header->nw_proto == NW_PROTO_SCTP);
}

/* Whether it has tp_src and tp_dst. */
static inline bool header_has_tp(const struct header *header)
{
    return header_has_ports(header) || header_is_icmp(header);
}

/* Whether all bits are the same. */
static inline bool header_equal(const struct header *a, const struct header *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* A header as four words, for arithmetic on all of its bits at once. */
enum { HEADER_WORDS = 4 };
struct header_words {
    uint64_t word[HEADER_WORDS];
};

/* A header as words, and back. */
static inline struct header_words header_words(const struct header *header)
{
    struct header_words words;
    memcpy(&words, header, sizeof words);
    return words;
}

static inline struct header header_of_words(struct header_words words)
{
    struct header header;
    memcpy(&header, &words, sizeof header);
    return header;
}

/* Bitwise: a & b, a | b, and a & ~b. */
static inline struct header header_and(const struct header *a, const struct header *b)
{
    struct header_words x = header_words(a), y = header_words(b);
    for (int i = 0; i < HEADER_WORDS; i++) {
        x.word[i] &= y.word[i];
    }
    return header_of_words(x);
}

static inline struct header header_or(const struct header *a, const struct header *b)
{
    struct header_words x = header_words(a), y = header_words(b);
    for (int i = 0; i < HEADER_WORDS; i++) {
        x.word[i] |= y.word[i];
    }
    return header_of_words(x);
}

static inline struct header header_without(const struct header *a, const struct header *b)
{
    struct header_words x = header_words(a), y = header_words(b);
    for (int i = 0; i < HEADER_WORDS; i++) {
        x.word[i] &= ~y.word[i];
    }
    return header_of_words(x);
}

static inline bool header_is_zero(const struct header *header)
{
    struct header_words x = header_words(header);
    return (x.word[0] | x.word[1] | x.word[2] | x.word[3]) == 0;
}

/* The number of bits that are 1. */
static inline int header_count_bits(const struct header *header)
{
    struct header_words x = header_words(header);
    int n = 0;
    for (int i = 0; i < HEADER_WORDS; i++) {
        n += __builtin_popcountll(x.word[i]);
    }
    return n;
}

/* A hash of all bits, to begin another one with or to look up in a table of a
 * power of two slots. Not the same on machines of another byte order. */
static inline uint64_t header_hash(const struct header *header, uint64_t seed)
{
    struct header_words x = header_words(header);
    for (int i = 0; i < HEADER_WORDS; i++) {
        seed = (seed ^ x.word[i]) * 0x9e3779b97f4a7c15;
        seed ^= seed >> 32;
    }
    return seed;
}

#endif
