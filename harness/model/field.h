/* SPDX-License-Identifier: Apache-2.0
 *
 * The fields that a switch may match or set, of every version of OpenFlow and of Open vSwitch
 * (ovs-fields(7)): which there are, how wide, which struct header has, and the numbers that NXM and
 * OXM give them (OpenFlow 1.3.5, section 7.2.3.7). The one table of them. */
#ifndef MODEL_FIELD_H
#define MODEL_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order in which ovs-ofctl prints them in a match. */
enum field_id {
    FIELD_NONE,
    FIELD_PKT_MARK,
    FIELD_RECIRC_ID,
    FIELD_DP_HASH,
    FIELD_CONJ_ID,
    FIELD_ACTSET_OUTPUT,
    FIELD_CT_STATE,
    FIELD_CT_ZONE,
    FIELD_CT_MARK,
    FIELD_CT_LABEL,
    FIELD_CT_NW_SRC,
    FIELD_CT_IPV6_SRC,
    FIELD_CT_NW_DST,
    FIELD_CT_IPV6_DST,
    FIELD_CT_NW_PROTO,
    FIELD_CT_TP_SRC,
    FIELD_CT_TP_DST,
    FIELD_KEYWORD, /* no field: ip, tcp, arp … stand here */
    FIELD_REG0,
    FIELD_REG15 = FIELD_REG0 + 15,
    FIELD_XREG0,
    FIELD_XREG7 = FIELD_XREG0 + 7,
    FIELD_XXREG0,
    FIELD_XXREG3 = FIELD_XXREG0 + 3,
    FIELD_TUN_ID,
    FIELD_TUN_SRC,
    FIELD_TUN_DST,
    FIELD_TUN_IPV6_SRC,
    FIELD_TUN_IPV6_DST,
    FIELD_TUN_GBP_ID,
    FIELD_TUN_GBP_FLAGS,
    FIELD_TUN_FLAGS,
    FIELD_METADATA,
    FIELD_IN_PORT,
    FIELD_IN_PORT_OXM, /* the same in 32 bits */
    FIELD_VLAN_TCI,
    FIELD_VLAN_VID,
    FIELD_VLAN_PCP,
    FIELD_DL_SRC,
    FIELD_DL_DST,
    FIELD_DL_TYPE,
    FIELD_IPV6_SRC,
    FIELD_IPV6_DST,
    FIELD_IPV6_LABEL,
    FIELD_IP_SRC,
    FIELD_IP_DST,
    FIELD_ARP_SPA,
    FIELD_ARP_TPA,
    FIELD_NW_PROTO,
    FIELD_ARP_OP,
    FIELD_ARP_SHA,
    FIELD_ARP_THA,
    FIELD_NW_TOS,
    FIELD_IP_DSCP, /* its upper six bits */
    FIELD_NW_ECN,
    FIELD_NW_TTL,
    FIELD_MPLS_LABEL,
    FIELD_MPLS_TC,
    FIELD_MPLS_TTL,
    FIELD_MPLS_BOS,
    FIELD_NW_FRAG,
    FIELD_ICMPV6_TYPE,
    FIELD_ICMPV6_CODE,
    FIELD_ND_TARGET,
    FIELD_ND_SLL,
    FIELD_ND_TLL,
    FIELD_TCP_SRC,
    FIELD_TCP_DST,
    FIELD_UDP_SRC,
    FIELD_UDP_DST,
    FIELD_SCTP_SRC,
    FIELD_SCTP_DST,
    FIELD_ICMP_TYPE,
    FIELD_ICMP_CODE,
    FIELD_TCP_FLAGS,
    FIELD_OTHER, /* a field that nothing here knows */
    N_FIELD_IDS
};

/* How a value is written (ovs-fields(7), "Format"). */
enum field_style {
    FIELD_DECIMAL,
    FIELD_HEX,
    FIELD_MAC,
    FIELD_IPV4,
    FIELD_IPV6,
    FIELD_FRAG,
    FIELD_FLAGS, /* those of a bit each: +NAME, -NAME, or whole numbers */
};

enum { FIELD_BYTES_MAX = 16 };

/* Which packets have a field: what a match of them must fix (ovs-fields(7), "Prerequisites"). */
enum field_needs {
    FIELD_OF_ALL,
    FIELD_OF_NW,    /* IPv4 or ARP */
    FIELD_OF_PROTO, /* IPv4, IPv6 or ARP */
    FIELD_OF_IP,    /* IPv4 or IPv6 */
    FIELD_OF_IPV4,
    FIELD_OF_IPV6,
    FIELD_OF_ARP,
    FIELD_OF_TP, /* of these two: TCP, UDP, SCTP, or the ICMP of the version */
    FIELD_OF_TCP,
    FIELD_OF_UDP,
    FIELD_OF_SCTP,
    FIELD_OF_ANY_ICMP,
    FIELD_OF_ICMP,
    FIELD_OF_ICMPV6,
    FIELD_OF_TAGGED,
};

struct match;

/* Whether all packets of the match have such a field. */
bool field_is_of(enum field_needs needs, const struct match *match);

/* Where struct header has a field. */
struct field_place {
    uint8_t
        n_bytes; /* there: 2 and 4 in host order, 6 and 16 as they are; 0: it does not have it */
    uint8_t offset;
    uint8_t shift; /* to the left, of what the wire has */
    uint8_t bits;  /* that count, of the value on the wire; 0: all */
    uint8_t needs; /* enum field_needs */
};

/* A field as such. */
struct field {
    const char *name;         /* as ovs-ofctl prints it; NULL: FIELD_KEYWORD, FIELD_OTHER */
    const char *depends;      /* extra_reason; NULL: it is never a condition beyond struct header */
    uint8_t n_bytes;          /* on the wire */
    uint8_t style;            /* enum field_style */
    const char *alias;        /* another name that it reads, or NULL */
    const char *const *flags; /* FIELD_FLAGS: names by bit, NULL at the end of the list */
    bool starts_at_zero;      /* nothing but an action sets it: 0 in table 0 */
    struct field_place place;
};

/* The field of this id, which is below N_FIELD_IDS. */
const struct field *field_of(enum field_id id);

/* The field that NXM or OXM give this number: class << 16 | number << 9. FIELD_OTHER: nothing here
 * knows it. */
enum field_id field_of_tlv(uint32_t header);

/* The reverse; of two numbers that of OXM. 0: it has none. */
uint32_t field_tlv(enum field_id id);

/* A value of a field, and the bits of it that count. Big-endian, n_bytes of each; the rest is 0. Of
 * FIELD_OTHER only the first 16 bytes are kept, beside the header of the TLV. */
struct field_value {
    uint8_t id; /* enum field_id */
    uint8_t n_bytes;
    uint32_t header; /* FIELD_OTHER */
    uint8_t value[FIELD_BYTES_MAX];
    uint8_t mask[FIELD_BYTES_MAX]; /* no bit of value outside */
};

/* Takes bits that no frame has set in this field out of the mask, unless the value has one of them:
 * a whole value is the same condition, whether they are asked for or not. What says the same of
 * fragments has one form. */
void field_value_trim(struct field_value *value);

/* Whether they are the same in every byte. */
bool field_value_equal(const struct field_value *a, const struct field_value *b);

#endif
