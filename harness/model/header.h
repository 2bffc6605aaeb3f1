/* SPDX-License-Identifier: Apache-2.0
 *
 * A packet header as switches see one: the twelve fields of OpenFlow 1.0 (1.0.0,
 * section 3.1 and table 3), in host byte order, in exactly four 64-bit words, and
 * behind them what later versions have besides, in four more. A value and a mask
 * of this type form a ternary vector over 512 bits (header space analysis,
 * Kazemian, Varghese, McKeown, NSDI 2012). Of two vectors the upper half is
 * looked at only where the lower one does not decide. */
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
    uint8_t ipv6_src[16]; /* as they are on the wire; nw_src and nw_dst are 0 in IPv6 */
    uint8_t ipv6_dst[16];
};
_Static_assert(sizeof(struct header) == 64, "a header is eight 64-bit words without padding");

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

/* Whether it has nw_src and nw_dst, addresses of IPv4. */
static inline bool header_has_nw(const struct header *header)
{
    return header->dl_type == DL_TYPE_IP || header->dl_type == DL_TYPE_ARP;
}

/* Whether packets of this type exist, tagged or not. */
static inline bool header_type_exists(uint16_t dl_type, bool tagged)
{
    return dl_type >= DL_TYPE_NOT_ETH2 && (dl_type != DL_TYPE_VLAN || tagged);
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

/* A header as words, for arithmetic on all of its bits at once: in front those of OpenFlow 1.0.
 * What is done to each word is written out, word by word: in a loop compilers copy whole headers
 * first. */
enum { HEADER_FRONT_WORDS = 4, HEADER_WORDS = 8 };
struct header_words {
    uint64_t word[HEADER_WORDS];
};
#define HEADER_FRONT(OF, by) (OF(0) by OF(1) by OF(2) by OF(3))
#define HEADER_BACK(OF, by)  (OF(4) by OF(5) by OF(6) by OF(7))
#define HEADER_ALL(OF)                                                                             \
    {                                                                                              \
        {                                                                                          \
            OF(0), OF(1), OF(2), OF(3), OF(4), OF(5), OF(6), OF(7)                                 \
        }                                                                                          \
    }

static inline uint64_t header_word(const struct header *header, int i)
{
    uint64_t word;
    memcpy(&word, (const uint8_t *)header + sizeof word * (size_t)i, sizeof word);
    return word;
}

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

/* Bitwise: a & b, a | b, a ^ b, and a & ~b. */
static inline struct header header_and(const struct header *a, const struct header *b)
{
#define BOTH(i) header_word(a, i) & header_word(b, i)
    struct header_words words = HEADER_ALL(BOTH);
#undef BOTH
    return header_of_words(words);
}

static inline struct header header_or(const struct header *a, const struct header *b)
{
#define EITHER(i) header_word(a, i) | header_word(b, i)
    struct header_words words = HEADER_ALL(EITHER);
#undef EITHER
    return header_of_words(words);
}

static inline struct header header_xor(const struct header *a, const struct header *b)
{
#define UNLIKE(i) header_word(a, i) ^ header_word(b, i)
    struct header_words words = HEADER_ALL(UNLIKE);
#undef UNLIKE
    return header_of_words(words);
}

static inline struct header header_without(const struct header *a, const struct header *b)
{
#define FIRST(i) header_word(a, i) & ~header_word(b, i)
    struct header_words words = HEADER_ALL(FIRST);
#undef FIRST
    return header_of_words(words);
}

/* Whether all bits of `inner` are in `outer`, too. */
static inline bool header_within(const struct header *inner, const struct header *outer)
{
#define BEYOND(i) (header_word(inner, i) & ~header_word(outer, i))
    return HEADER_FRONT(BEYOND, |) == 0 && HEADER_BACK(BEYOND, |) == 0;
#undef BEYOND
}

/* Whether a word behind those of OpenFlow 1.0 has a bit; whether any has. */
static inline bool header_is_wide(const struct header *header)
{
#define OWN(i) header_word(header, i)
    return HEADER_BACK(OWN, |) != 0;
}

static inline bool header_is_zero(const struct header *header)
{
    return (HEADER_FRONT(OWN, |) | HEADER_BACK(OWN, |)) == 0;
}

/* The number of bits that are 1. */
static inline int header_count_bits(const struct header *header)
{
#define COUNT(i) (OWN(i) ? __builtin_popcountll(OWN(i)) : 0)
    int n = HEADER_FRONT(COUNT, +);
    return header_is_wide(header) ? n + HEADER_BACK(COUNT, +) : n;
#undef COUNT
#undef OWN
}

/* A hash of all bits, to begin another one with or to look up in a table of a
 * power of two slots. Not the same on machines of another byte order. */
static inline uint64_t header_hash(const struct header *header, uint64_t seed)
{
    int n = header_is_wide(header) ? HEADER_WORDS : HEADER_FRONT_WORDS;
    for (int i = 0; i < n; i++) {
        seed = (seed ^ header_word(header, i)) * 0x9e3779b97f4a7c15;
        seed ^= seed >> 32;
    }
    return seed;
}

#endif
