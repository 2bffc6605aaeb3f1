/* SPDX-License-Identifier: Apache-2.0
 *
 * Conditions of a flow entry on fields that struct header does not have: those
 * of later versions of OpenFlow and of Open vSwitch (ovs-fields(7)), which its
 * switches match in an OpenFlow 1.0 table as well.
 *
 * What such an entry takes is not known from its match alone: of the packets
 * that the match takes it may take all, some or none. */
#ifndef MODEL_EXTRA_H
#define MODEL_EXTRA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order in which ovs-ofctl prints them. The fields of struct header
 * stand between these: the marks say where. */
enum extra_id {
    EXTRA_PKT_MARK,
    EXTRA_RECIRC_ID,
    EXTRA_DP_HASH,
    EXTRA_CONJ_ID,
    EXTRA_ACTSET_OUTPUT,
    EXTRA_CT_STATE,
    EXTRA_CT_ZONE,
    EXTRA_CT_MARK,
    EXTRA_CT_LABEL,
    EXTRA_CT_NW_SRC,
    EXTRA_CT_IPV6_SRC,
    EXTRA_CT_NW_DST,
    EXTRA_CT_IPV6_DST,
    EXTRA_CT_NW_PROTO,
    EXTRA_CT_TP_SRC,
    EXTRA_CT_TP_DST,
    EXTRA_MARK_KEYWORD, /* ip, tcp, arp … */
    EXTRA_REG0,
    EXTRA_REG15 = EXTRA_REG0 + 15,
    EXTRA_XREG0,
    EXTRA_XREG7 = EXTRA_XREG0 + 7,
    EXTRA_XXREG0,
    EXTRA_XXREG3 = EXTRA_XXREG0 + 3,
    EXTRA_TUN_ID,
    EXTRA_TUN_SRC,
    EXTRA_TUN_DST,
    EXTRA_TUN_IPV6_SRC,
    EXTRA_TUN_IPV6_DST,
    EXTRA_TUN_GBP_ID,
    EXTRA_TUN_GBP_FLAGS,
    EXTRA_TUN_FLAGS,
    EXTRA_METADATA,
    EXTRA_MARK_PORT, /* in_port */
    EXTRA_VLAN_TCI,  /* a mask that no set of tagged, or of untagged, frames has */
    EXTRA_MARK_LINK, /* dl_vlan, dl_src, dl_dst, dl_type */
    EXTRA_IPV6_SRC,
    EXTRA_IPV6_DST,
    EXTRA_IPV6_LABEL,
    EXTRA_MARK_NETWORK, /* nw_src, nw_dst */
    EXTRA_NW_PROTO,     /* of IPv6 */
    EXTRA_MARK_PROTO,   /* nw_proto, arp_op */
    EXTRA_ARP_SHA,
    EXTRA_ARP_THA,
    EXTRA_NW_TOS,   /* of IPv6 */
    EXTRA_MARK_TOS, /* nw_tos */
    EXTRA_NW_ECN,
    EXTRA_NW_TTL,
    EXTRA_MPLS_LABEL,
    EXTRA_MPLS_TC,
    EXTRA_MPLS_TTL,
    EXTRA_MPLS_BOS,
    EXTRA_NW_FRAG,
    EXTRA_ICMPV6_TYPE,
    EXTRA_ICMPV6_CODE,
    EXTRA_ND_TARGET,
    EXTRA_ND_SLL,
    EXTRA_ND_TLL,
    EXTRA_TP_SRC,  /* of IPv6, and of SCTP */
    EXTRA_TP_DST,  /* the same */
    EXTRA_MARK_TP, /* tp_src, tp_dst */
    EXTRA_TCP_FLAGS,
    EXTRA_OTHER, /* a field that nothing here knows */
    N_EXTRA_IDS
};

/* How a value is written (ovs-fields(7), "Format"). */
enum extra_style {
    EXTRA_DECIMAL,
    EXTRA_HEX,
    EXTRA_MAC,
    EXTRA_IPV4,
    EXTRA_IPV6,
    EXTRA_FRAG,
    EXTRA_FLAGS, /* those of a bit each: +NAME, -NAME, or whole numbers */
};

enum { EXTRA_BYTES_MAX = 16 };

/* A field as such. */
struct extra_field {
    const char *name;    /* as ovs-ofctl prints it; NULL: a mark, or EXTRA_OTHER */
    const char *depends; /* extra_reason */
    uint8_t n_bytes;
    uint8_t style;            /* enum extra_style */
    const char *alias;        /* another name that it reads, or NULL */
    const char *const *flags; /* EXTRA_FLAGS: names by bit, NULL at the end of the list */
    bool starts_at_zero;      /* nothing but an action sets it: 0 in table 0 */
    uint32_t nxm[2];          /* class << 16 | number << 9, without mask bit and length; 0: none */
};

/* The field of this id, which is below N_EXTRA_IDS. */
const struct extra_field *extra_field(enum extra_id id);

/* Where the value of the entry's field must agree. Big-endian, n_bytes of each;
 * the rest is 0. Of EXTRA_OTHER only the first 16 bytes are kept, beside the
 * header of the TLV. */
struct extra {
    uint8_t id; /* enum extra_id */
    uint8_t n_bytes;
    uint32_t header; /* EXTRA_OTHER */
    uint8_t value[EXTRA_BYTES_MAX];
    uint8_t mask[EXTRA_BYTES_MAX]; /* no bit of value outside */
};

/* What the conditions of an entry mean for a packet that enters the switch and
 * is in table 0. */
enum extra_effect {
    EXTRA_NOTHING,  /* nothing: they hold for every packet */
    EXTRA_NEVER,    /* no packet meets them */
    EXTRA_MAY_TAKE, /* not known; `*which` is the first of them */
};
enum extra_effect extra_effect(const struct extra *extras, size_t n_extras,
                               const struct extra **which);

/* Why it is not known whether the entry takes a packet, a constant: "whether an
 * entry takes it depends on nw_ttl". */
const char *extra_reason(const struct extra *which);

/* Whether every packet that meets `a` meets `b`: the same field, and a mask that has every bit of
 * the other. */
bool extra_within(const struct extra *a, const struct extra *b);

/* Puts a condition where it belongs in a list sorted by id, and of EXTRA_OTHER by header, which has
 * room for one more. False: the list has a condition on this field already. */
bool extras_insert(struct extra *extras, size_t *n_extras, const struct extra *extra);

/* An order of lists of conditions, which are sorted by id: negative, 0 or positive, as for qsort.
 * 0: the same conditions. */
int extras_compare(const struct extra *a, size_t n_a, const struct extra *b, size_t n_b);

/* The same conditions. Both are sorted by id. */
bool extras_equal(const struct extra *a, size_t n_a, const struct extra *b, size_t n_b);

#endif
