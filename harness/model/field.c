/* SPDX-License-Identifier: Apache-2.0
 *
 * Which fields are there, and which numbers do NXM and OXM give them? The numbers are those of
 * ovs-fields(7), Open vSwitch 3.1. */
#include "model/field.h"

#include "model/match.h"

#include <string.h>

static const char *const ct_flags[] = {"new", "est",  "rel",  "rpl", "inv",
                                       "trk", "snat", "dnat", NULL};
static const char *const tcp_flags[] = {"fin", "syn", "rst", "psh",  "ack",  "urg", "ece",
                                        "cwr", "ns",  "[9]", "[10]", "[11]", NULL};
static const char *const tunnel_flags[] = {"oam", NULL};

#define NAME(text) .name = text, .depends = "whether an entry takes it depends on " text
#define AT(member)                                                                                 \
    .n_bytes = sizeof(((struct header *)0)->member), .offset = offsetof(struct header, member)
#define OF(which, member) AT(member), 0, 0, FIELD_OF_##which

/* The names of registers are made of their numbers. */
#define REGISTER(name, n_bytes)                                                                    \
    {                                                                                              \
        NAME(name), n_bytes, FIELD_HEX, .starts_at_zero = true                                     \
    }
#define REG(n)                [FIELD_REG0 + (n)] = REGISTER("reg" #n, 4)
#define XREG_(n)              [FIELD_XREG0 + (n)] = REGISTER("xreg" #n, 8)
#define XXREG(n)              [FIELD_XXREG0 + (n)] = REGISTER("xxreg" #n, 16)
#define FOUR(ROW, a, b, c, d) ROW(a), ROW(b), ROW(c), ROW(d)

static const struct field fields[N_FIELD_IDS] = {
    [FIELD_PKT_MARK] = {NAME("pkt_mark"), 4, FIELD_HEX},
    [FIELD_RECIRC_ID] = {NAME("recirc_id"), 4, FIELD_HEX},
    [FIELD_DP_HASH] = {NAME("dp_hash"), 4, FIELD_HEX},
    [FIELD_CONJ_ID] = {NAME("conj_id"), 4, FIELD_DECIMAL},
    [FIELD_ACTSET_OUTPUT] = {NAME("actset_output"), 4, FIELD_DECIMAL},
    [FIELD_CT_STATE] = {NAME("ct_state"), 4, FIELD_FLAGS, .flags = ct_flags},
    [FIELD_CT_ZONE] = {NAME("ct_zone"), 2, FIELD_DECIMAL},
    [FIELD_CT_MARK] = {NAME("ct_mark"), 4, FIELD_HEX},
    [FIELD_CT_LABEL] = {NAME("ct_label"), 16, FIELD_HEX},
    [FIELD_CT_NW_SRC] = {NAME("ct_nw_src"), 4, FIELD_IPV4},
    [FIELD_CT_IPV6_SRC] = {NAME("ct_ipv6_src"), 16, FIELD_IPV6},
    [FIELD_CT_NW_DST] = {NAME("ct_nw_dst"), 4, FIELD_IPV4},
    [FIELD_CT_IPV6_DST] = {NAME("ct_ipv6_dst"), 16, FIELD_IPV6},
    [FIELD_CT_NW_PROTO] = {NAME("ct_nw_proto"), 1, FIELD_DECIMAL},
    [FIELD_CT_TP_SRC] = {NAME("ct_tp_src"), 2, FIELD_DECIMAL},
    [FIELD_CT_TP_DST] = {NAME("ct_tp_dst"), 2, FIELD_DECIMAL},
    FOUR(REG, 0, 1, 2, 3),
    FOUR(REG, 4, 5, 6, 7),
    FOUR(REG, 8, 9, 10, 11),
    FOUR(REG, 12, 13, 14, 15),
    FOUR(XREG_, 0, 1, 2, 3),
    FOUR(XREG_, 4, 5, 6, 7),
    FOUR(XXREG, 0, 1, 2, 3),
    [FIELD_TUN_ID] = {NAME("tun_id"), 8, FIELD_HEX, .alias = "tunnel_id"},
    [FIELD_TUN_SRC] = {NAME("tun_src"), 4, FIELD_IPV4},
    [FIELD_TUN_DST] = {NAME("tun_dst"), 4, FIELD_IPV4},
    [FIELD_TUN_IPV6_SRC] = {NAME("tun_ipv6_src"), 16, FIELD_IPV6},
    [FIELD_TUN_IPV6_DST] = {NAME("tun_ipv6_dst"), 16, FIELD_IPV6},
    [FIELD_TUN_GBP_ID] = {NAME("tun_gbp_id"), 2, FIELD_DECIMAL},
    [FIELD_TUN_GBP_FLAGS] = {NAME("tun_gbp_flags"), 1, FIELD_HEX},
    [FIELD_TUN_FLAGS] = {NAME("tun_flags"), 2, FIELD_FLAGS, .flags = tunnel_flags},
    [FIELD_METADATA] = {NAME("metadata"), 8, FIELD_HEX, .starts_at_zero = true},
    [FIELD_IN_PORT] = {"in_port", NULL, 2, FIELD_DECIMAL, .place = {AT(in_port)}},
    [FIELD_IN_PORT_OXM] = {.name = "in_port_oxm", NULL, 4, FIELD_DECIMAL},
    [FIELD_VLAN_TCI] = {NAME("vlan_tci"), 2, FIELD_HEX, .place = {AT(vlan_tci)}},
    [FIELD_VLAN_VID] = {"vlan_vid", NULL, 2, FIELD_DECIMAL, .place = {AT(vlan_tci), 0, 13}},
    [FIELD_VLAN_PCP] = {"vlan_pcp", NULL, 1, FIELD_DECIMAL,
                        .place = {AT(vlan_tci), VLAN_PCP_SHIFT, 3, FIELD_OF_TAGGED}},
    [FIELD_DL_SRC] = {"eth_src", NULL, 6, FIELD_MAC, .alias = "dl_src", .place = {AT(dl_src)}},
    [FIELD_DL_DST] = {"eth_dst", NULL, 6, FIELD_MAC, .alias = "dl_dst", .place = {AT(dl_dst)}},
    [FIELD_DL_TYPE] = {"eth_type", NULL, 2, FIELD_HEX, .alias = "dl_type", .place = {AT(dl_type)}},
    [FIELD_IPV6_SRC] = {"ipv6_src", NULL, 16, FIELD_IPV6, .place = {OF(IPV6, ipv6_src)}},
    [FIELD_IPV6_DST] = {"ipv6_dst", NULL, 16, FIELD_IPV6, .place = {OF(IPV6, ipv6_dst)}},
    [FIELD_IPV6_LABEL] = {NAME("ipv6_label"), 4, FIELD_HEX},
    [FIELD_IP_SRC] = {"ip_src", NULL, 4, FIELD_IPV4, .alias = "nw_src",
                      .place = {OF(IPV4, nw_src)}},
    [FIELD_IP_DST] = {"ip_dst", NULL, 4, FIELD_IPV4, .alias = "nw_dst",
                      .place = {OF(IPV4, nw_dst)}},
    [FIELD_ARP_SPA] = {"arp_spa", NULL, 4, FIELD_IPV4, .place = {OF(ARP, nw_src)}},
    [FIELD_ARP_TPA] = {"arp_tpa", NULL, 4, FIELD_IPV4, .place = {OF(ARP, nw_dst)}},
    [FIELD_NW_PROTO] = {"nw_proto", NULL, 1, FIELD_DECIMAL, .alias = "ip_proto",
                        .place = {OF(IP, nw_proto)}},
    [FIELD_ARP_OP] = {"arp_op", NULL, 2, FIELD_DECIMAL, .place = {OF(ARP, nw_proto)}},
    [FIELD_ARP_SHA] = {NAME("arp_sha"), 6, FIELD_MAC},
    [FIELD_ARP_THA] = {NAME("arp_tha"), 6, FIELD_MAC},
    [FIELD_NW_TOS] = {"nw_tos", NULL, 1, FIELD_DECIMAL, .place = {OF(IP, nw_tos)}},
    [FIELD_IP_DSCP] = {"ip_dscp", NULL, 1, FIELD_DECIMAL, .place = {AT(nw_tos), 2, 6, FIELD_OF_IP}},
    [FIELD_NW_ECN] = {NAME("nw_ecn"), 1, FIELD_DECIMAL, .alias = "ip_ecn"},
    [FIELD_NW_TTL] = {NAME("nw_ttl"), 1, FIELD_DECIMAL},
    [FIELD_MPLS_LABEL] = {NAME("mpls_label"), 4, FIELD_DECIMAL},
    [FIELD_MPLS_TC] = {NAME("mpls_tc"), 1, FIELD_DECIMAL},
    [FIELD_MPLS_TTL] = {NAME("mpls_ttl"), 1, FIELD_DECIMAL},
    [FIELD_MPLS_BOS] = {NAME("mpls_bos"), 1, FIELD_DECIMAL},
    [FIELD_NW_FRAG] = {NAME("nw_frag"), 1, FIELD_FRAG, .alias = "ip_frag"},
    [FIELD_ICMPV6_TYPE] = {"icmpv6_type", NULL, 1, FIELD_DECIMAL, .place = {OF(ICMPV6, tp_src)}},
    [FIELD_ICMPV6_CODE] = {"icmpv6_code", NULL, 1, FIELD_DECIMAL, .place = {OF(ICMPV6, tp_dst)}},
    [FIELD_ND_TARGET] = {NAME("nd_target"), 16, FIELD_IPV6},
    [FIELD_ND_SLL] = {NAME("nd_sll"), 6, FIELD_MAC},
    [FIELD_ND_TLL] = {NAME("nd_tll"), 6, FIELD_MAC},
    [FIELD_TCP_SRC] = {"tcp_src", NULL, 2, FIELD_DECIMAL, .place = {OF(TCP, tp_src)}},
    [FIELD_TCP_DST] = {"tcp_dst", NULL, 2, FIELD_DECIMAL, .place = {OF(TCP, tp_dst)}},
    [FIELD_UDP_SRC] = {"udp_src", NULL, 2, FIELD_DECIMAL, .place = {OF(UDP, tp_src)}},
    [FIELD_UDP_DST] = {"udp_dst", NULL, 2, FIELD_DECIMAL, .place = {OF(UDP, tp_dst)}},
    [FIELD_SCTP_SRC] = {"sctp_src", NULL, 2, FIELD_DECIMAL, .place = {OF(SCTP, tp_src)}},
    [FIELD_SCTP_DST] = {"sctp_dst", NULL, 2, FIELD_DECIMAL, .place = {OF(SCTP, tp_dst)}},
    [FIELD_ICMP_TYPE] = {"icmp_type", NULL, 1, FIELD_DECIMAL, .place = {OF(ICMP, tp_src)}},
    [FIELD_ICMP_CODE] = {"icmp_code", NULL, 1, FIELD_DECIMAL, .place = {OF(ICMP, tp_dst)}},
    [FIELD_TCP_FLAGS] = {NAME("tcp_flags"), 2, FIELD_FLAGS, .flags = tcp_flags},
    [FIELD_OTHER] = {.depends = "whether an entry takes it depends on a field that is not known"},
};

/* By number in a class; FIELD_NONE where nothing here knows it. */
/* Class 0x0000 */
static const uint8_t nxm_ids[] = {
    [0] = FIELD_IN_PORT,  [1] = FIELD_DL_DST,     [2] = FIELD_DL_SRC,     [3] = FIELD_DL_TYPE,
    [4] = FIELD_VLAN_TCI, [5] = FIELD_NW_TOS,     [6] = FIELD_NW_PROTO,   [7] = FIELD_IP_SRC,
    [8] = FIELD_IP_DST,   [9] = FIELD_TCP_SRC,    [10] = FIELD_TCP_DST,   [11] = FIELD_UDP_SRC,
    [12] = FIELD_UDP_DST, [13] = FIELD_ICMP_TYPE, [14] = FIELD_ICMP_CODE, [15] = FIELD_ARP_OP,
    [16] = FIELD_ARP_SPA, [17] = FIELD_ARP_TPA,
};

/* Class 0x0001 */
static const uint8_t nx_ids[] = {
    [0] = FIELD_REG0,           [1] = FIELD_REG0 + 1,       [2] = FIELD_REG0 + 2,
    [3] = FIELD_REG0 + 3,       [4] = FIELD_REG0 + 4,       [5] = FIELD_REG0 + 5,
    [6] = FIELD_REG0 + 6,       [7] = FIELD_REG0 + 7,       [8] = FIELD_REG0 + 8,
    [9] = FIELD_REG0 + 9,       [10] = FIELD_REG0 + 10,     [11] = FIELD_REG0 + 11,
    [12] = FIELD_REG0 + 12,     [13] = FIELD_REG0 + 13,     [14] = FIELD_REG0 + 14,
    [15] = FIELD_REG0 + 15,     [16] = FIELD_TUN_ID,        [17] = FIELD_ARP_SHA,
    [18] = FIELD_ARP_THA,       [19] = FIELD_IPV6_SRC,      [20] = FIELD_IPV6_DST,
    [21] = FIELD_ICMPV6_TYPE,   [22] = FIELD_ICMPV6_CODE,   [23] = FIELD_ND_TARGET,
    [24] = FIELD_ND_SLL,        [25] = FIELD_ND_TLL,        [26] = FIELD_NW_FRAG,
    [27] = FIELD_IPV6_LABEL,    [28] = FIELD_NW_ECN,        [29] = FIELD_NW_TTL,
    [30] = FIELD_MPLS_TTL,      [31] = FIELD_TUN_SRC,       [32] = FIELD_TUN_DST,
    [33] = FIELD_PKT_MARK,      [34] = FIELD_TCP_FLAGS,     [35] = FIELD_DP_HASH,
    [36] = FIELD_RECIRC_ID,     [37] = FIELD_CONJ_ID,       [38] = FIELD_TUN_GBP_ID,
    [39] = FIELD_TUN_GBP_FLAGS, [104] = FIELD_TUN_FLAGS,    [105] = FIELD_CT_STATE,
    [106] = FIELD_CT_ZONE,      [107] = FIELD_CT_MARK,      [108] = FIELD_CT_LABEL,
    [109] = FIELD_TUN_IPV6_SRC, [110] = FIELD_TUN_IPV6_DST, [111] = FIELD_XXREG0,
    [112] = FIELD_XXREG0 + 1,   [113] = FIELD_XXREG0 + 2,   [114] = FIELD_XXREG0 + 3,
    [119] = FIELD_CT_NW_PROTO,  [120] = FIELD_CT_NW_SRC,    [121] = FIELD_CT_NW_DST,
    [122] = FIELD_CT_IPV6_SRC,  [123] = FIELD_CT_IPV6_DST,  [124] = FIELD_CT_TP_SRC,
    [125] = FIELD_CT_TP_DST,
};

/* Class 0x8000 */
static const uint8_t oxm_ids[] = {
    [0] = FIELD_IN_PORT_OXM, [2] = FIELD_METADATA,     [3] = FIELD_DL_DST,
    [4] = FIELD_DL_SRC,      [5] = FIELD_DL_TYPE,      [6] = FIELD_VLAN_VID,
    [7] = FIELD_VLAN_PCP,    [8] = FIELD_IP_DSCP,      [9] = FIELD_NW_ECN,
    [10] = FIELD_NW_PROTO,   [11] = FIELD_IP_SRC,      [12] = FIELD_IP_DST,
    [13] = FIELD_TCP_SRC,    [14] = FIELD_TCP_DST,     [15] = FIELD_UDP_SRC,
    [16] = FIELD_UDP_DST,    [17] = FIELD_SCTP_SRC,    [18] = FIELD_SCTP_DST,
    [19] = FIELD_ICMP_TYPE,  [20] = FIELD_ICMP_CODE,   [21] = FIELD_ARP_OP,
    [22] = FIELD_ARP_SPA,    [23] = FIELD_ARP_TPA,     [24] = FIELD_ARP_SHA,
    [25] = FIELD_ARP_THA,    [26] = FIELD_IPV6_SRC,    [27] = FIELD_IPV6_DST,
    [28] = FIELD_IPV6_LABEL, [29] = FIELD_ICMPV6_TYPE, [30] = FIELD_ICMPV6_CODE,
    [31] = FIELD_ND_TARGET,  [32] = FIELD_ND_SLL,      [33] = FIELD_ND_TLL,
    [34] = FIELD_MPLS_LABEL, [35] = FIELD_MPLS_TC,     [36] = FIELD_MPLS_BOS,
    [38] = FIELD_TUN_ID,     [42] = FIELD_TCP_FLAGS,   [43] = FIELD_ACTSET_OUTPUT,
};

/* Class 0x8001 */
static const uint8_t xreg_ids[] = {
    [0] = FIELD_XREG0,     [1] = FIELD_XREG0 + 1, [2] = FIELD_XREG0 + 2, [3] = FIELD_XREG0 + 3,
    [4] = FIELD_XREG0 + 4, [5] = FIELD_XREG0 + 5, [6] = FIELD_XREG0 + 6, [7] = FIELD_XREG0 + 7,
};

static const struct class {
    uint16_t class;
    uint8_t n_ids;
    const uint8_t *ids;
} classes[] = {
    {0x8000, sizeof oxm_ids, oxm_ids},
    {0x0001, sizeof nx_ids, nx_ids},
    {0x0000, sizeof nxm_ids, nxm_ids},
    {0x8001, sizeof xreg_ids, xreg_ids},
};
enum { N_CLASSES = sizeof classes / sizeof *classes };

bool field_is_of(enum field_needs needs, const struct match *match)
{
    const struct header *value = &match->value;
    bool has_type = match->mask.dl_type == UINT16_MAX;
    bool has_proto = has_type && match->mask.nw_proto == UINT8_MAX;
    bool is_icmp = has_proto && header_is_icmp(value);
    int proto = has_proto && header_has_ip(value) ? value->nw_proto : -1;
    switch (needs) {
    case FIELD_OF_ALL:
        return true;
    case FIELD_OF_NW:
        return has_type && header_has_nw(value);
    case FIELD_OF_PROTO:
        return has_type && header_has_proto(value);
    case FIELD_OF_IP:
        return has_type && header_has_ip(value);
    case FIELD_OF_IPV4:
        return has_type && value->dl_type == DL_TYPE_IP;
    case FIELD_OF_IPV6:
        return has_type && value->dl_type == DL_TYPE_IPV6;
    case FIELD_OF_ARP:
        return has_type && value->dl_type == DL_TYPE_ARP;
    case FIELD_OF_TP:
        return has_proto && header_has_tp(value);
    case FIELD_OF_TCP:
        return proto == NW_PROTO_TCP;
    case FIELD_OF_UDP:
        return proto == NW_PROTO_UDP;
    case FIELD_OF_SCTP:
        return proto == NW_PROTO_SCTP;
    case FIELD_OF_ANY_ICMP:
        return is_icmp;
    case FIELD_OF_ICMP:
        return is_icmp && value->dl_type == DL_TYPE_IP;
    case FIELD_OF_ICMPV6:
        return is_icmp && value->dl_type == DL_TYPE_IPV6;
    case FIELD_OF_TAGGED:
        return value->vlan_tci & VLAN_TAGGED;
    }
    return false;
}

const struct field *field_of(enum field_id id)
{
    return &fields[id];
}

enum field_id field_of_tlv(uint32_t header)
{
    uint32_t number = header >> 9 & 0x7f;
    for (int i = 0; i < N_CLASSES; i++) {
        bool known = classes[i].class == header >> 16 && number < classes[i].n_ids;
        if (known && classes[i].ids[number] != FIELD_NONE) {
            return (enum field_id)classes[i].ids[number];
        }
    }
    return FIELD_OTHER;
}

uint32_t field_tlv(enum field_id id)
{
    for (int i = 0; i < N_CLASSES; i++) {
        for (uint32_t number = 0; number < classes[i].n_ids && id != FIELD_NONE; number++) {
            if (classes[i].ids[number] == id) {
                return (uint32_t)classes[i].class << 16 | number << 9;
            }
        }
    }
    return 0;
}

/* What is no fragment is no later one; a later one is a fragment. */
static void trim_frag(struct field_value *value)
{
    enum { ANY = 1, LATER = 2 };
    if (value->mask[0] == ANY && value->value[0] == 0) {
        value->mask[0] = ANY | LATER;
    } else if (value->mask[0] == LATER && value->value[0] == LATER) {
        value->value[0] = value->mask[0] = ANY | LATER;
    }
}

void field_value_trim(struct field_value *value)
{
    uint8_t front = value->id == FIELD_TCP_FLAGS ? 0x0f : value->id == FIELD_NW_FRAG ? 0x03 : 0xff;
    bool more = value->mask[0] & front || (value->n_bytes > 1 && value->mask[1]);
    if (more && !(value->value[0] & ~front)) {
        value->mask[0] &= front;
    }
    if (value->id == FIELD_NW_FRAG) {
        trim_frag(value);
    }
}

bool field_value_equal(const struct field_value *a, const struct field_value *b)
{
    return a->id == b->id && a->n_bytes == b->n_bytes && a->header == b->header &&
           memcmp(a->value, b->value, sizeof a->value) == 0 &&
           memcmp(a->mask, b->mask, sizeof a->mask) == 0;
}
