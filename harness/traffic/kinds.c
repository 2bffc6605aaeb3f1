/* SPDX-License-Identifier: Apache-2.0
 *
 * What do probes look like? */
#include "traffic/kinds.h"

enum {
    TCP_SYN = 0x02,
    TCP_DATA = 0x18, /* PSH, ACK */
    ICMPV6_ECHO_REQUEST = 128,
    ICMPV6_SOLICITATION = 135, /* of neighbours */
    ICMPV6_ADVERTISEMENT = 136,
    FRESH_TYPE = 0x9c00, /* EtherTypes that IEEE has not given to anybody, FRESH_TYPES of them */
    FRESH_TYPES = 0x0400,
    FRESH = TRAFFIC_KINDS_MORE - 1,
};

/* The network where nobody is (RFC 5737): a kernel that gets a segment for it says nothing, and
 * no connection is opened. */
#define TO_NOBODY .nw_dst = 0xc6336402
#define IS_IP(protocol)                                                                            \
    .value = {.dl_type = DL_TYPE_IP, .nw_proto = (protocol)},                                      \
    .mask = {.dl_type = 0xffff, .nw_proto = 0xff}
#define IS_ICMPV6(type)                                                                            \
    .value = {.dl_type = DL_TYPE_IPV6, .nw_proto = NW_PROTO_ICMPV6, .tp_src = (type)},             \
    .mask = {.dl_type = 0xffff, .nw_proto = 0xff, .tp_src = 0xffff, .tp_dst = 0xffff}
#define IS_TCP_TO_NOBODY                                                                           \
    .value = {.dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_TCP, TO_NOBODY},                         \
    .mask = {.dl_type = 0xffff, .nw_proto = 0xff, .nw_dst = UINT32_MAX}
#define IS_UDP_WITHOUT_PORTS                                                                       \
    .value = {.dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_UDP, TO_NOBODY},                         \
    .mask = {.dl_type = 0xffff,                                                                    \
             .nw_proto = 0xff,                                                                     \
             .nw_dst = UINT32_MAX,                                                                 \
             .tp_src = 0xffff,                                                                     \
             .tp_dst = 0xffff}

static const struct traffic_kind kinds[TRAFFIC_KINDS] = {
    {.name = "unicast"},
    {.name = "broadcast",
     .essential = {.value.dl_dst = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
                   .mask.dl_dst = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}},
    {.name = "vlan",
     .essential = {.value.vlan_tci = VLAN_TAGGED | 2049, .mask.vlan_tci = VLAN_TAGGED | VLAN_VID}},
    {.name = "arp", .essential = {.value.dl_type = DL_TYPE_ARP, .mask.dl_type = 0xffff}},
    {.name = "udp", .essential = {IS_IP(NW_PROTO_UDP)}},
    {.name = "tcp", .essential = {IS_IP(NW_PROTO_TCP)}},
    {.name = "icmp", .essential = {IS_IP(NW_PROTO_ICMP)}},
};

/* The last one is made for each run. */
static const struct traffic_kind more[TRAFFIC_KINDS_MORE] = {
    {.name = "multicast", /* MCAST-TEST-NET of RFC 5771, section 10, as RFC 1112 maps it */
     .essential = {.value.dl_dst = {0x01, 0x00, 0x5e, 0x7c, 0x00, 0x09},
                   .mask.dl_dst = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}},
    {.name = "vlan-priority",
     .essential = {.value.vlan_tci = VLAN_TAGGED | 5 << 13 | 2050,
                   .mask.vlan_tci = VLAN_TAGGED | VLAN_VID | VLAN_PCP}},
    {.name = "two-tags",
     .essential = {.value = {.vlan_tci = VLAN_TAGGED | 2051, .dl_type = DL_TYPE_VLAN},
                   .mask = {.vlan_tci = VLAN_TAGGED | VLAN_VID, .dl_type = 0xffff}},
     .shape = {.inner_tci = VLAN_TAGGED | 2052}},
    {.name = "arp-reply",
     .essential = {.value = {.dl_type = DL_TYPE_ARP, .nw_proto = 2},
                   .mask = {.dl_type = 0xffff, .nw_proto = 0xff}}},
    {.name = "ipv6",
     .essential = {.value = {.dl_type = DL_TYPE_IPV6, .nw_proto = NW_PROTO_UDP},
                   .mask = {.dl_type = 0xffff, .nw_proto = 0xff}}},
    {.name = "icmp6-echo", /* to an address that nobody has (traffic/ordinary.c): nobody answers */
     .essential = {IS_ICMPV6(ICMPV6_ECHO_REQUEST)}},
    /* These two hosts discard, as they have not come with a hop limit of 255 (RFC 4861, 7.1). */
    {.name = "neighbour-solicitation",
     .essential = {IS_ICMPV6(ICMPV6_SOLICITATION)},
     .is_besides = true},
    {.name = "neighbour-advertisement",
     .essential = {IS_ICMPV6(ICMPV6_ADVERTISEMENT)},
     .is_besides = true},
    {.name = "sctp", .essential = {IS_IP(NW_PROTO_SCTP)}},
    {.name = "sctp6",
     .essential = {.value = {.dl_type = DL_TYPE_IPV6, .nw_proto = NW_PROTO_SCTP},
                   .mask = {.dl_type = 0xffff, .nw_proto = 0xff}}},
    {.name = "tcp-syn", .essential = {IS_TCP_TO_NOBODY}, .shape = {.tcp_flags = TCP_SYN}},
    {.name = "tcp-data",
     .essential = {IS_TCP_TO_NOBODY},
     .shape = {.tcp_flags = TCP_DATA, .n_bytes = 300}},
    {.name = "first-fragment",
     .essential = {IS_UDP_WITHOUT_PORTS},
     .shape = {.fragment = FRAME_FIRST_FRAGMENT}},
    {.name = "later-fragment",
     .essential = {IS_UDP_WITHOUT_PORTS},
     .shape = {.fragment = FRAME_LATER_FRAGMENT}},
    {.name = "200-bytes",
     .is_size = true,
     .essential = {IS_IP(NW_PROTO_UDP)},
     .shape = {.n_bytes = 200}},
    {.name = "600-bytes",
     .is_size = true,
     .essential = {IS_IP(NW_PROTO_UDP)},
     .shape = {.n_bytes = 600}},
    {.name = "1100-bytes",
     .is_size = true,
     .essential = {IS_IP(NW_PROTO_UDP)},
     .shape = {.n_bytes = 1100}},
    {.name = "full-size",
     .is_size = true,
     .essential = {IS_IP(NW_PROTO_UDP)},
     .shape = {.n_bytes = TRAFFIC_FULL_SIZE}},
    [FRESH] = {.name = "fresh", .essential = {.mask.dl_type = 0xffff}},
};

struct traffic_kind traffic_kind(size_t number)
{
    return kinds[number];
}

uint16_t traffic_fresh_type(uint16_t fresh)
{
    return (uint16_t)(FRESH_TYPE + fresh % FRESH_TYPES);
}

struct traffic_kind traffic_kind_more(size_t number, uint16_t fresh)
{
    struct traffic_kind kind = more[number];
    if (number == FRESH) {
        kind.essential.value.dl_type = traffic_fresh_type(fresh);
    }
    return kind;
}
