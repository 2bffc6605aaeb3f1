/* SPDX-License-Identifier: Apache-2.0
 *
 * A match: the headers that agree with `value` in every bit of `mask`. The
 * first fields and their wildcards are those of OpenFlow 1.0 (section 5.2.3);
 * it is at the same time the ternary cube that harness/space computes with.
 *
 * A match is *normal* when (a) value has no bit outside mask, (b) fields whose
 * prerequisite is not fixed by the match are wildcards (nw_src and nw_dst need
 * dl_type IP or ARP, nw_proto one of them or IPv6, nw_tos IP or IPv6; tp_* need
 * IP or IPv6 and nw_proto TCP, UDP, SCTP or its ICMP; ipv6_* need IPv6; a VLAN
 * vid or pcp needs VLAN_TAGGED), as Open vSwitch normalises them. Every
 * function here returns normal matches and expects them. */
#ifndef MODEL_MATCH_H
#define MODEL_MATCH_H

#include "base/buffer.h"
#include "base/error.h"
#include "model/header.h"

struct match {
    struct header value;
    struct header mask; /* 1: the bit must agree */
};

/* The fields of a header and their bits, as ovs-ofctl names and orders them. */
struct header_part {
    const char *name;
    struct header bits;
};
enum { N_HEADER_PARTS = 14 };
extern const struct header_part header_parts[N_HEADER_PARTS];

/* Every header. (All zero, so `(struct match){0}` is the same.) */
struct match match_any(void);

/* Every header that enters by this port. */
struct match match_in_port(uint16_t in_port);

/* Exactly this header. */
struct match match_exactly(const struct header *header);

/* The same match for every port: in_port is a wildcard. */
struct match match_without_port(const struct match *match);

/* Removes what has no prerequisite or no mask bit. */
void match_normalize(struct match *match);

/* Whether a flow-mod with this match has no wildcard on the wire: all fields
 * are fixed, those of the transport too. A switch then gives it the highest
 * priority, whatever the flow-mod says (OpenFlow 1.0.0, section 3.4). */
bool match_is_exact(const struct match *match);

/* Whether both have the same value and mask; of normal matches: whether they take
 * the same headers. */
bool match_equal(const struct match *a, const struct match *b);

/* Whether the match takes this header. */
bool match_takes(const struct match *match, const struct header *header);

/* A hash of value and mask, as header_hash. */
static inline uint64_t match_hash(const struct match *match, uint64_t seed)
{
    return header_hash(&match->mask, header_hash(&match->value, seed));
}

/* Whether no header that exists is in the match: a VLAN id without a tag, a
 * dl_type below DL_TYPE_NOT_ETH2 (IEEE 802.3 lengths), DL_TYPE_VLAN without a
 * tag, an ICMP type or code above 255, the two ECN bits in nw_tos. Not asked by
 * match_overlaps and match_within, which compare bit patterns. */
bool match_is_empty(const struct match *match);

/* Whether two matches have a bit pattern in common. */
static inline bool match_overlaps(const struct match *a, const struct match *b)
{
#define CONFLICT(i)                                                                                \
    ((header_word(&a->value, i) ^ header_word(&b->value, i)) & header_word(&a->mask, i) &          \
     header_word(&b->mask, i))
    return HEADER_FRONT(CONFLICT, |) == 0 && HEADER_BACK(CONFLICT, |) == 0;
#undef CONFLICT
}

/* Whether every header of `inner` is one of `outer`. */
static inline bool match_within(const struct match *inner, const struct match *outer)
{
#define OUTSIDE(i)                                                                                 \
    (((header_word(&inner->value, i) ^ header_word(&outer->value, i)) |                            \
      ~header_word(&inner->mask, i)) &                                                             \
     header_word(&outer->mask, i))
    return HEADER_FRONT(OUTSIDE, |) == 0 && HEADER_BACK(OUTSIDE, |) == 0;
#undef OUTSIDE
}

/* The headers that are in both. False: there are none, and `*out` is left
 * alone. `out` may be one of the two. */
bool match_intersect(const struct match *a, const struct match *b, struct match *out);

#endif
