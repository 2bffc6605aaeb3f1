/* SPDX-License-Identifier: Apache-2.0
 *
 * What is an ordinary frame of a sender, where a class leaves the choice? */
#include "traffic/ordinary.h"

#include "base/address.h"

#include <string.h>

/* Narrows the cube to the wish, if it leaves room for it. */
static void prefer(struct match *cube, struct match wish)
{
    struct match narrowed;
    match_normalize(cube);
    if (match_intersect(cube, &wish, &narrowed)) {
        match_normalize(&narrowed);
        *cube = narrowed;
    }
}

/* Who shall be the receiver of unicast frames: somebody to whom they go. */
static const uint8_t *receiver_mac(const struct expectation *expectation, size_t from)
{
    const struct topology_host *hosts = expectation->topology->hosts;
    for (size_t i = 0; i < expectation->n_claims; i++) {
        const struct claim *claim = &expectation->claims[i];
        if (claim->from == from && claim->kind == CLAIM_DELIVERED) {
            return hosts[claim->to].mac;
        }
    }
    size_t other = from == 0 && expectation->topology->n_hosts > 1 ? 1 : 0;
    return hosts[other].mac;
}

/* A request that tells the sender's own address, else that of another host. */
static void prefer_arp(const struct topology *topology, size_t from, struct match *cube)
{
    uint32_t own = topology->hosts[from].ip;
    prefer(cube, (struct match){.value.nw_proto = 1, .mask.nw_proto = 0xff});
    prefer(cube, (struct match){.value.nw_src = own, .mask.nw_src = UINT32_MAX});
    for (size_t i = 0; i < topology->n_hosts && ~cube->mask.nw_src; i++) {
        prefer(cube, (struct match){.value.nw_src = topology->hosts[i].ip,
                                    .mask.nw_src = topology->hosts[i].has_ip ? UINT32_MAX : 0});
    }
}

/* From the sender's address, or else from one of RFC 3849, to one that nobody has: of RFC 3849, or
 * a group of RFC 6676, section 3, where dl_dst is one of RFC 2464, section 7. */
static void prefer_ipv6(const struct topology_host *host, struct match *cube)
{
    static const uint8_t network[] = {0x20, 0x01, 0x0d, 0xb8}, group[] = {0xff, 0x0e};
    const uint8_t *to = cube->value.dl_dst;
    struct match src = {0}, dst = {0};
    memset(src.mask.ipv6_src, 0xff, sizeof src.mask.ipv6_src);
    memset(dst.mask.ipv6_dst, 0xff, sizeof dst.mask.ipv6_dst);
    memcpy(src.value.ipv6_src, network, sizeof network);
    memcpy(src.value.ipv6_src + 10, host->mac, sizeof host->mac);
    if (host->has_ipv6) {
        memcpy(src.value.ipv6_src, host->ipv6, sizeof host->ipv6);
    }
    if (to[0] == 0x33 && to[1] == 0x33) {
        memcpy(dst.value.ipv6_dst, group, sizeof group);
        memcpy(dst.value.ipv6_dst + 10, &network[2], 2);
        memcpy(dst.value.ipv6_dst + 12, to + 2, 4);
    } else {
        memcpy(dst.value.ipv6_dst, network, sizeof network);
        memcpy(dst.value.ipv6_dst + 10, to, sizeof cube->value.dl_dst);
    }
    prefer(cube, src);
    prefer(cube, dst);
}

void traffic_prefer_ordinary(const struct expectation *expectation, size_t from, size_t to,
                             struct match *cube)
{
    const struct topology *topology = expectation->topology;
    const struct topology_host *host = &topology->hosts[from];
    struct match mac = {0};
    memcpy(mac.value.dl_src, host->mac, sizeof host->mac);
    memset(mac.mask.dl_src, 0xff, sizeof mac.mask.dl_src);
    prefer(cube, mac);
    mac = (struct match){0};
    memcpy(mac.value.dl_dst,
           to == HOST_NONE ? receiver_mac(expectation, from) : topology->hosts[to].mac,
           BASE_MAC_BYTES);
    memset(mac.mask.dl_dst, 0xff, sizeof mac.mask.dl_dst);
    prefer(cube, mac);
    prefer(cube, (struct match){.mask.vlan_tci = VLAN_TAGGED});
    prefer(cube, (struct match){.mask.vlan_tci = VLAN_PCP});
    prefer(cube, (struct match){.value.dl_type = DL_TYPE_PROBE, .mask.dl_type = 0xffff});
    if (cube->value.dl_type == DL_TYPE_ARP) {
        prefer_arp(topology, from, cube);
    } else if (cube->value.dl_type == DL_TYPE_IPV6) {
        prefer_ipv6(host, cube);
    }
    prefer(cube, (struct match){.value.nw_proto = 253, .mask.nw_proto = 0xff});
    prefer(cube, (struct match){.mask.nw_tos = 0xff});
    prefer(cube, (struct match){.value.nw_src = host->ip, .mask.nw_src = UINT32_MAX});
    prefer(cube, (struct match){.value.nw_dst = 0xc6336402, .mask.nw_dst = UINT32_MAX});
    bool is_icmp = header_is_icmp(&cube->value);
    uint16_t reply = cube->value.dl_type == DL_TYPE_IPV6 ? 129 : 0, tp_src = is_icmp ? reply : 9;
    prefer(cube, (struct match){.value.tp_src = tp_src, .mask.tp_src = 0xffff});
    prefer(cube, (struct match){.value.tp_dst = is_icmp ? 0 : 9, .mask.tp_dst = 0xffff});
}
