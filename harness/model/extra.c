/* SPDX-License-Identifier: Apache-2.0
 *
 * Which fields there are beyond those of OpenFlow 1.0, and what a condition on
 * one means for a packet. The numbers are those of ovs-fields(7), Open vSwitch
 * 3.1. */
#include "model/extra.h"

#include <string.h>

#define TLV(class, number) ((uint32_t)(class) << 16 | (number) << 9)
#define NXM(number)        TLV(0x0000, number)
#define NX(number)         TLV(0x0001, number)
#define OXM(number)        TLV(0x8000, number)
#define XREG(number)       TLV(0x8001, number)

static const char *const ct_flags[] = {"new", "est",  "rel",  "rpl", "inv",
                                       "trk", "snat", "dnat", NULL};
static const char *const tcp_flags[] = {"fin", "syn", "rst", "psh",  "ack",  "urg", "ece",
                                        "cwr", "ns",  "[9]", "[10]", "[11]", NULL};
static const char *const tunnel_flags[] = {"oam", NULL};

/* The names of registers are made of their numbers: extra_field has them whole. */
#define REG(n)   [EXTRA_REG0 + (n)] = {"reg" #n, NULL, 4, EXTRA_HEX, NULL, true, {NX(n)}}
#define XREG_(n) [EXTRA_XREG0 + (n)] = {"xreg" #n, NULL, 8, EXTRA_HEX, NULL, true, {XREG(n)}}
#define XXREG(n)                                                                                   \
    [EXTRA_XXREG0 + (n)] = {"xxreg" #n, NULL, 16, EXTRA_HEX, NULL, true, {NX(111 + (n))}}

static const struct extra_field fields[N_EXTRA_IDS] = {
    [EXTRA_PKT_MARK] = {"pkt_mark", NULL, 4, EXTRA_HEX, NULL, false, {NX(33)}},
    [EXTRA_RECIRC_ID] = {"recirc_id", NULL, 4, EXTRA_HEX, NULL, false, {NX(36)}},
    [EXTRA_DP_HASH] = {"dp_hash", NULL, 4, EXTRA_HEX, NULL, false, {NX(35)}},
    [EXTRA_CONJ_ID] = {"conj_id", NULL, 4, EXTRA_DECIMAL, NULL, false, {NX(37)}},
    [EXTRA_ACTSET_OUTPUT] = {"actset_output", NULL, 4, EXTRA_DECIMAL, NULL, false, {OXM(43)}},
    [EXTRA_CT_STATE] = {"ct_state", NULL, 4, EXTRA_FLAGS, ct_flags, false, {NX(105)}},
    [EXTRA_CT_ZONE] = {"ct_zone", NULL, 2, EXTRA_DECIMAL, NULL, false, {NX(106)}},
    [EXTRA_CT_MARK] = {"ct_mark", NULL, 4, EXTRA_HEX, NULL, false, {NX(107)}},
    [EXTRA_CT_LABEL] = {"ct_label", NULL, 16, EXTRA_HEX, NULL, false, {NX(108)}},
    [EXTRA_CT_NW_SRC] = {"ct_nw_src", NULL, 4, EXTRA_IPV4, NULL, false, {NX(120)}},
    [EXTRA_CT_IPV6_SRC] = {"ct_ipv6_src", NULL, 16, EXTRA_IPV6, NULL, false, {NX(122)}},
    [EXTRA_CT_NW_DST] = {"ct_nw_dst", NULL, 4, EXTRA_IPV4, NULL, false, {NX(121)}},
    [EXTRA_CT_IPV6_DST] = {"ct_ipv6_dst", NULL, 16, EXTRA_IPV6, NULL, false, {NX(123)}},
    [EXTRA_CT_NW_PROTO] = {"ct_nw_proto", NULL, 1, EXTRA_DECIMAL, NULL, false, {NX(119)}},
    [EXTRA_CT_TP_SRC] = {"ct_tp_src", NULL, 2, EXTRA_DECIMAL, NULL, false, {NX(124)}},
    [EXTRA_CT_TP_DST] = {"ct_tp_dst", NULL, 2, EXTRA_DECIMAL, NULL, false, {NX(125)}},
    REG(0),
    REG(1),
    REG(2),
    REG(3),
    REG(4),
    REG(5),
    REG(6),
    REG(7),
    REG(8),
    REG(9),
    REG(10),
    REG(11),
    REG(12),
    REG(13),
    REG(14),
    REG(15),
    XREG_(0),
    XREG_(1),
    XREG_(2),
    XREG_(3),
    XREG_(4),
    XREG_(5),
    XREG_(6),
    XREG_(7),
    XXREG(0),
    XXREG(1),
    XXREG(2),
    XXREG(3),
    [EXTRA_TUN_ID] = {"tun_id", "tunnel_id", 8, EXTRA_HEX, NULL, false, {NX(16), OXM(38)}},
    [EXTRA_TUN_SRC] = {"tun_src", NULL, 4, EXTRA_IPV4, NULL, false, {NX(31)}},
    [EXTRA_TUN_DST] = {"tun_dst", NULL, 4, EXTRA_IPV4, NULL, false, {NX(32)}},
    [EXTRA_TUN_IPV6_SRC] = {"tun_ipv6_src", NULL, 16, EXTRA_IPV6, NULL, false, {NX(109)}},
    [EXTRA_TUN_IPV6_DST] = {"tun_ipv6_dst", NULL, 16, EXTRA_IPV6, NULL, false, {NX(110)}},
    [EXTRA_TUN_GBP_ID] = {"tun_gbp_id", NULL, 2, EXTRA_DECIMAL, NULL, false, {NX(38)}},
    [EXTRA_TUN_GBP_FLAGS] = {"tun_gbp_flags", NULL, 1, EXTRA_HEX, NULL, false, {NX(39)}},
    [EXTRA_TUN_FLAGS] = {"tun_flags", NULL, 2, EXTRA_FLAGS, tunnel_flags, false, {NX(104)}},
    [EXTRA_METADATA] = {"metadata", NULL, 8, EXTRA_HEX, NULL, true, {OXM(2)}},
    [EXTRA_VLAN_TCI] = {"vlan_tci", NULL, 2, EXTRA_HEX, NULL, false, {0}},
    [EXTRA_IPV6_SRC] = {"ipv6_src", NULL, 16, EXTRA_IPV6, NULL, false, {NX(19), OXM(26)}},
    [EXTRA_IPV6_DST] = {"ipv6_dst", NULL, 16, EXTRA_IPV6, NULL, false, {NX(20), OXM(27)}},
    [EXTRA_IPV6_LABEL] = {"ipv6_label", NULL, 4, EXTRA_HEX, NULL, false, {NX(27), OXM(28)}},
    [EXTRA_NW_PROTO] = {"nw_proto", "ip_proto", 1, EXTRA_DECIMAL, NULL, false, {0}},
    [EXTRA_ARP_SHA] = {"arp_sha", NULL, 6, EXTRA_MAC, NULL, false, {NX(17), OXM(24)}},
    [EXTRA_ARP_THA] = {"arp_tha", NULL, 6, EXTRA_MAC, NULL, false, {NX(18), OXM(25)}},
    [EXTRA_NW_TOS] = {"nw_tos", NULL, 1, EXTRA_DECIMAL, NULL, false, {0}},
    [EXTRA_NW_ECN] = {"nw_ecn", "ip_ecn", 1, EXTRA_DECIMAL, NULL, false, {NX(28), OXM(9)}},
    [EXTRA_NW_TTL] = {"nw_ttl", NULL, 1, EXTRA_DECIMAL, NULL, false, {NX(29)}},
    [EXTRA_MPLS_LABEL] = {"mpls_label", NULL, 4, EXTRA_DECIMAL, NULL, false, {OXM(34)}},
    [EXTRA_MPLS_TC] = {"mpls_tc", NULL, 1, EXTRA_DECIMAL, NULL, false, {OXM(35)}},
    [EXTRA_MPLS_TTL] = {"mpls_ttl", NULL, 1, EXTRA_DECIMAL, NULL, false, {NX(30)}},
    [EXTRA_MPLS_BOS] = {"mpls_bos", NULL, 1, EXTRA_DECIMAL, NULL, false, {OXM(36)}},
    [EXTRA_NW_FRAG] = {"nw_frag", "ip_frag", 1, EXTRA_FRAG, NULL, false, {NX(26)}},
    [EXTRA_ICMPV6_TYPE] =
        {"icmp_type", "icmpv6_type", 1, EXTRA_DECIMAL, NULL, false, {NX(21), OXM(29)}},
    [EXTRA_ICMPV6_CODE] =
        {"icmp_code", "icmpv6_code", 1, EXTRA_DECIMAL, NULL, false, {NX(22), OXM(30)}},
    [EXTRA_ND_TARGET] = {"nd_target", NULL, 16, EXTRA_IPV6, NULL, false, {NX(23), OXM(31)}},
    [EXTRA_ND_SLL] = {"nd_sll", NULL, 6, EXTRA_MAC, NULL, false, {NX(24), OXM(32)}},
    [EXTRA_ND_TLL] = {"nd_tll", NULL, 6, EXTRA_MAC, NULL, false, {NX(25), OXM(33)}},
    [EXTRA_TP_SRC] = {"tp_src", "sctp_src", 2, EXTRA_DECIMAL, NULL, false, {OXM(17)}},
    [EXTRA_TP_DST] = {"tp_dst", "sctp_dst", 2, EXTRA_DECIMAL, NULL, false, {OXM(18)}},
    [EXTRA_TCP_FLAGS] = {"tcp_flags", NULL, 2, EXTRA_FLAGS, tcp_flags, false, {NX(34), OXM(42)}},
};

#define DEPENDS "whether an entry takes it depends on "

/* Constant texts, since results keep them: one a field that is not zero at the start. */
static const char *const reasons[N_EXTRA_IDS] = {
    [EXTRA_PKT_MARK] = DEPENDS "pkt_mark",
    [EXTRA_RECIRC_ID] = DEPENDS "recirc_id",
    [EXTRA_DP_HASH] = DEPENDS "dp_hash",
    [EXTRA_CONJ_ID] = DEPENDS "conj_id",
    [EXTRA_ACTSET_OUTPUT] = DEPENDS "actset_output",
    [EXTRA_CT_STATE] = DEPENDS "ct_state",
    [EXTRA_CT_ZONE] = DEPENDS "ct_zone",
    [EXTRA_CT_MARK] = DEPENDS "ct_mark",
    [EXTRA_CT_LABEL] = DEPENDS "ct_label",
    [EXTRA_CT_NW_SRC] = DEPENDS "ct_nw_src",
    [EXTRA_CT_IPV6_SRC] = DEPENDS "ct_ipv6_src",
    [EXTRA_CT_NW_DST] = DEPENDS "ct_nw_dst",
    [EXTRA_CT_IPV6_DST] = DEPENDS "ct_ipv6_dst",
    [EXTRA_CT_NW_PROTO] = DEPENDS "ct_nw_proto",
    [EXTRA_CT_TP_SRC] = DEPENDS "ct_tp_src",
    [EXTRA_CT_TP_DST] = DEPENDS "ct_tp_dst",
    [EXTRA_TUN_ID] = DEPENDS "tun_id",
    [EXTRA_TUN_SRC] = DEPENDS "tun_src",
    [EXTRA_TUN_DST] = DEPENDS "tun_dst",
    [EXTRA_TUN_IPV6_SRC] = DEPENDS "tun_ipv6_src",
    [EXTRA_TUN_IPV6_DST] = DEPENDS "tun_ipv6_dst",
    [EXTRA_TUN_GBP_ID] = DEPENDS "tun_gbp_id",
    [EXTRA_TUN_GBP_FLAGS] = DEPENDS "tun_gbp_flags",
    [EXTRA_TUN_FLAGS] = DEPENDS "tun_flags",
    [EXTRA_VLAN_TCI] = DEPENDS "vlan_tci",
    [EXTRA_IPV6_SRC] = DEPENDS "ipv6_src",
    [EXTRA_IPV6_DST] = DEPENDS "ipv6_dst",
    [EXTRA_IPV6_LABEL] = DEPENDS "ipv6_label",
    [EXTRA_NW_PROTO] = DEPENDS "nw_proto",
    [EXTRA_ARP_SHA] = DEPENDS "arp_sha",
    [EXTRA_ARP_THA] = DEPENDS "arp_tha",
    [EXTRA_NW_TOS] = DEPENDS "nw_tos",
    [EXTRA_NW_ECN] = DEPENDS "nw_ecn",
    [EXTRA_NW_TTL] = DEPENDS "nw_ttl",
    [EXTRA_MPLS_LABEL] = DEPENDS "mpls_label",
    [EXTRA_MPLS_TC] = DEPENDS "mpls_tc",
    [EXTRA_MPLS_TTL] = DEPENDS "mpls_ttl",
    [EXTRA_MPLS_BOS] = DEPENDS "mpls_bos",
    [EXTRA_NW_FRAG] = DEPENDS "nw_frag",
    [EXTRA_ND_TARGET] = DEPENDS "nd_target",
    [EXTRA_ND_SLL] = DEPENDS "nd_sll",
    [EXTRA_ND_TLL] = DEPENDS "nd_tll",
    [EXTRA_TP_SRC] = DEPENDS "tp_src",
    [EXTRA_TP_DST] = DEPENDS "tp_dst",
    [EXTRA_TCP_FLAGS] = DEPENDS "tcp_flags",
    [EXTRA_OTHER] = DEPENDS "a field that is not known",
};

const char *extra_reason(const struct extra *which)
{
    return reasons[which->id];
}

const struct extra_field *extra_field(enum extra_id id)
{
    return &fields[id];
}

static bool is_zero(const struct extra *extra)
{
    uint8_t any = 0;
    for (size_t i = 0; i < sizeof extra->value; i++) {
        any |= extra->value[i];
    }
    return any == 0;
}

enum extra_effect extra_effect(const struct extra *extras, size_t n_extras,
                               const struct extra **which)
{
    *which = NULL;
    for (size_t i = 0; i < n_extras; i++) {
        if (!fields[extras[i].id].starts_at_zero) {
            *which = *which ? *which : &extras[i];
        } else if (!is_zero(&extras[i])) {
            return EXTRA_NEVER;
        }
    }
    return *which ? EXTRA_MAY_TAKE : EXTRA_NOTHING;
}

bool extra_within(const struct extra *a, const struct extra *b)
{
    bool within = a->id == b->id && a->header == b->header;
    for (size_t i = 0; i < EXTRA_BYTES_MAX && within; i++) {
        within = (b->mask[i] & ~a->mask[i]) == 0 && ((a->value[i] ^ b->value[i]) & b->mask[i]) == 0;
    }
    return within;
}

static int compare_conditions(const struct extra *a, const struct extra *b)
{
    int order = (a->id > b->id) - (a->id < b->id);
    order = order ? order : (a->header > b->header) - (a->header < b->header);
    order = order ? order : (a->n_bytes > b->n_bytes) - (a->n_bytes < b->n_bytes);
    order = order ? order : memcmp(a->value, b->value, sizeof a->value);
    return order ? order : memcmp(a->mask, b->mask, sizeof a->mask);
}

int extras_compare(const struct extra *a, size_t n_a, const struct extra *b, size_t n_b)
{
    int order = (n_a > n_b) - (n_a < n_b);
    for (size_t i = 0; i < n_a && order == 0; i++) {
        order = compare_conditions(&a[i], &b[i]);
    }
    return order;
}

bool extras_equal(const struct extra *a, size_t n_a, const struct extra *b, size_t n_b)
{
    return extras_compare(a, n_a, b, n_b) == 0;
}
