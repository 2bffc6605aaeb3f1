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

#define NAME(name) name, "whether an entry takes it depends on " name

/* The names of registers are made of their numbers. */
#define REGISTER(name, n_bytes, number)                                                            \
    {                                                                                              \
        NAME(name), n_bytes, EXTRA_HEX, .starts_at_zero = true, .nxm = { number }                  \
    }
#define REG(n)                [EXTRA_REG0 + (n)] = REGISTER("reg" #n, 4, NX(n))
#define XREG_(n)              [EXTRA_XREG0 + (n)] = REGISTER("xreg" #n, 8, XREG(n))
#define XXREG(n)              [EXTRA_XXREG0 + (n)] = REGISTER("xxreg" #n, 16, NX(111 + (n)))
#define FOUR(ROW, a, b, c, d) ROW(a), ROW(b), ROW(c), ROW(d)

static const struct extra_field fields[N_EXTRA_IDS] = {
    [EXTRA_PKT_MARK] = {NAME("pkt_mark"), 4, EXTRA_HEX, .nxm = {NX(33)}},
    [EXTRA_RECIRC_ID] = {NAME("recirc_id"), 4, EXTRA_HEX, .nxm = {NX(36)}},
    [EXTRA_DP_HASH] = {NAME("dp_hash"), 4, EXTRA_HEX, .nxm = {NX(35)}},
    [EXTRA_CONJ_ID] = {NAME("conj_id"), 4, EXTRA_DECIMAL, .nxm = {NX(37)}},
    [EXTRA_ACTSET_OUTPUT] = {NAME("actset_output"), 4, EXTRA_DECIMAL, .nxm = {OXM(43)}},
    [EXTRA_CT_STATE] = {NAME("ct_state"), 4, EXTRA_FLAGS, .flags = ct_flags, .nxm = {NX(105)}},
    [EXTRA_CT_ZONE] = {NAME("ct_zone"), 2, EXTRA_DECIMAL, .nxm = {NX(106)}},
    [EXTRA_CT_MARK] = {NAME("ct_mark"), 4, EXTRA_HEX, .nxm = {NX(107)}},
    [EXTRA_CT_LABEL] = {NAME("ct_label"), 16, EXTRA_HEX, .nxm = {NX(108)}},
    [EXTRA_CT_NW_SRC] = {NAME("ct_nw_src"), 4, EXTRA_IPV4, .nxm = {NX(120)}},
    [EXTRA_CT_IPV6_SRC] = {NAME("ct_ipv6_src"), 16, EXTRA_IPV6, .nxm = {NX(122)}},
    [EXTRA_CT_NW_DST] = {NAME("ct_nw_dst"), 4, EXTRA_IPV4, .nxm = {NX(121)}},
    [EXTRA_CT_IPV6_DST] = {NAME("ct_ipv6_dst"), 16, EXTRA_IPV6, .nxm = {NX(123)}},
    [EXTRA_CT_NW_PROTO] = {NAME("ct_nw_proto"), 1, EXTRA_DECIMAL, .nxm = {NX(119)}},
    [EXTRA_CT_TP_SRC] = {NAME("ct_tp_src"), 2, EXTRA_DECIMAL, .nxm = {NX(124)}},
    [EXTRA_CT_TP_DST] = {NAME("ct_tp_dst"), 2, EXTRA_DECIMAL, .nxm = {NX(125)}},
    FOUR(REG, 0, 1, 2, 3),
    FOUR(REG, 4, 5, 6, 7),
    FOUR(REG, 8, 9, 10, 11),
    FOUR(REG, 12, 13, 14, 15),
    FOUR(XREG_, 0, 1, 2, 3),
    FOUR(XREG_, 4, 5, 6, 7),
    FOUR(XXREG, 0, 1, 2, 3),
    [EXTRA_TUN_ID] = {NAME("tun_id"), 8, EXTRA_HEX, .alias = "tunnel_id", .nxm = {NX(16), OXM(38)}},
    [EXTRA_TUN_SRC] = {NAME("tun_src"), 4, EXTRA_IPV4, .nxm = {NX(31)}},
    [EXTRA_TUN_DST] = {NAME("tun_dst"), 4, EXTRA_IPV4, .nxm = {NX(32)}},
    [EXTRA_TUN_IPV6_SRC] = {NAME("tun_ipv6_src"), 16, EXTRA_IPV6, .nxm = {NX(109)}},
    [EXTRA_TUN_IPV6_DST] = {NAME("tun_ipv6_dst"), 16, EXTRA_IPV6, .nxm = {NX(110)}},
    [EXTRA_TUN_GBP_ID] = {NAME("tun_gbp_id"), 2, EXTRA_DECIMAL, .nxm = {NX(38)}},
    [EXTRA_TUN_GBP_FLAGS] = {NAME("tun_gbp_flags"), 1, EXTRA_HEX, .nxm = {NX(39)}},
    [EXTRA_TUN_FLAGS] = {NAME("tun_flags"), 2, EXTRA_FLAGS, .flags = tunnel_flags,
                         .nxm = {NX(104)}},
    [EXTRA_METADATA] = {NAME("metadata"), 8, EXTRA_HEX, .starts_at_zero = true, .nxm = {OXM(2)}},
    [EXTRA_VLAN_TCI] = {NAME("vlan_tci"), 2, EXTRA_HEX, .alias = NULL},
    [EXTRA_IPV6_SRC] = {NAME("ipv6_src"), 16, EXTRA_IPV6, .nxm = {NX(19), OXM(26)}},
    [EXTRA_IPV6_DST] = {NAME("ipv6_dst"), 16, EXTRA_IPV6, .nxm = {NX(20), OXM(27)}},
    [EXTRA_IPV6_LABEL] = {NAME("ipv6_label"), 4, EXTRA_HEX, .nxm = {NX(27), OXM(28)}},
    [EXTRA_NW_PROTO] = {NAME("nw_proto"), 1, EXTRA_DECIMAL, .alias = "ip_proto"},
    [EXTRA_ARP_SHA] = {NAME("arp_sha"), 6, EXTRA_MAC, .nxm = {NX(17), OXM(24)}},
    [EXTRA_ARP_THA] = {NAME("arp_tha"), 6, EXTRA_MAC, .nxm = {NX(18), OXM(25)}},
    [EXTRA_NW_TOS] = {NAME("nw_tos"), 1, EXTRA_DECIMAL, .alias = NULL},
    [EXTRA_NW_ECN] = {NAME("nw_ecn"), 1, EXTRA_DECIMAL, .alias = "ip_ecn", .nxm = {NX(28), OXM(9)}},
    [EXTRA_NW_TTL] = {NAME("nw_ttl"), 1, EXTRA_DECIMAL, .nxm = {NX(29)}},
    [EXTRA_MPLS_LABEL] = {NAME("mpls_label"), 4, EXTRA_DECIMAL, .nxm = {OXM(34)}},
    [EXTRA_MPLS_TC] = {NAME("mpls_tc"), 1, EXTRA_DECIMAL, .nxm = {OXM(35)}},
    [EXTRA_MPLS_TTL] = {NAME("mpls_ttl"), 1, EXTRA_DECIMAL, .nxm = {NX(30)}},
    [EXTRA_MPLS_BOS] = {NAME("mpls_bos"), 1, EXTRA_DECIMAL, .nxm = {OXM(36)}},
    [EXTRA_NW_FRAG] = {NAME("nw_frag"), 1, EXTRA_FRAG, .alias = "ip_frag", .nxm = {NX(26)}},
    [EXTRA_ICMPV6_TYPE] = {NAME("icmp_type"), 1, EXTRA_DECIMAL, .alias = "icmpv6_type",
                           .nxm = {NX(21), OXM(29)}},
    [EXTRA_ICMPV6_CODE] = {NAME("icmp_code"), 1, EXTRA_DECIMAL, .alias = "icmpv6_code",
                           .nxm = {NX(22), OXM(30)}},
    [EXTRA_ND_TARGET] = {NAME("nd_target"), 16, EXTRA_IPV6, .nxm = {NX(23), OXM(31)}},
    [EXTRA_ND_SLL] = {NAME("nd_sll"), 6, EXTRA_MAC, .nxm = {NX(24), OXM(32)}},
    [EXTRA_ND_TLL] = {NAME("nd_tll"), 6, EXTRA_MAC, .nxm = {NX(25), OXM(33)}},
    [EXTRA_TP_SRC] = {NAME("tp_src"), 2, EXTRA_DECIMAL, .alias = "sctp_src", .nxm = {OXM(17)}},
    [EXTRA_TP_DST] = {NAME("tp_dst"), 2, EXTRA_DECIMAL, .alias = "sctp_dst", .nxm = {OXM(18)}},
    [EXTRA_TCP_FLAGS] = {NAME("tcp_flags"), 2, EXTRA_FLAGS, .flags = tcp_flags,
                         .nxm = {NX(34), OXM(42)}},
    [EXTRA_OTHER] = {.depends = "whether an entry takes it depends on a field that is not known"},
};

const char *extra_reason(const struct extra *which)
{
    return fields[which->id].depends;
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

static int compare_fields(const struct extra *a, const struct extra *b)
{
    int order = (a->id > b->id) - (a->id < b->id);
    return order ? order : (a->header > b->header) - (a->header < b->header);
}

bool extras_insert(struct extra *extras, size_t *n_extras, const struct extra *extra)
{
    size_t at = *n_extras;
    while (at > 0 && compare_fields(&extras[at - 1], extra) > 0) {
        at--;
    }
    if (at > 0 && compare_fields(&extras[at - 1], extra) == 0) {
        return false;
    }
    memmove(&extras[at + 1], &extras[at], (*n_extras - at) * sizeof *extras);
    extras[at] = *extra;
    ++*n_extras;
    return true;
}

static int compare_conditions(const struct extra *a, const struct extra *b)
{
    int order = compare_fields(a, b);
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
