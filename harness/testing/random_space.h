/* SPDX-License-Identifier: Apache-2.0
 *
 * For the tests of this room: random matches over a few values a field, and a
 * universe of headers in which every header that exists has a counterpart
 * which is in the same of these matches. So a question about all headers is
 * answered by asking each of the universe, without any cube. */
#ifndef TESTING_RANDOM_SPACE_H
#define TESTING_RANDOM_SPACE_H

#include "model/match.h"

#include <stdlib.h>

struct universe {
    struct header *headers;
    size_t n_headers;
};

/* Below n; the same sequence in every run (xorshift64*, Vigna 2016). */
static inline unsigned random_below(unsigned n)
{
    static uint64_t state = 0x853c49e6748fea9b;
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (unsigned)((state * 0x2545f4914f6cdd1d) >> 33) % n;
}

/* Values that matches ask for come first, then for each set of them that a
 * mask may tell apart one that none asks for. */
static const uint16_t universe_tci[] = {0,      0x1000, 0x3000, 0x1001, 0x3001, 0x1002, 0x3002,
                                        0x1fff, 0x3fff, 0x5000, 0x5001, 0x5002, 0x5fff};
static const uint16_t universe_dl_type[] = {DL_TYPE_IP, DL_TYPE_ARP, DL_TYPE_PROBE, DL_TYPE_IPV6,
                                            0x88cc};
static const uint8_t universe_proto[] = {NW_PROTO_ICMP, NW_PROTO_TCP, NW_PROTO_UDP, NW_PROTO_ICMPV6,
                                         2};
static const uint8_t universe_tos[] = {0, 0x20, 0xfc};
static const uint16_t universe_tp[] = {8, 80, 7};
static const uint32_t universe_nw[] = {0x0a000001, 0x0a000002, 0x0a010001, 0x0a000009,
                                       0x0a010009, 0x0a020001, 0xc0a80001};
static const uint8_t universe_mac[] = {2, 4, 6};

#define UNIVERSE_COUNT(values) (sizeof(values) / sizeof *(values))

/* Four bytes become the first, some between, and the last two of an address of IPv6: of the
 * values above, and of masks. */
static inline void universe_ipv6(uint32_t nw, bool is_mask, uint8_t ipv6[16])
{
    for (int i = 0; i < 16; i++) {
        uint8_t byte = (uint8_t)(nw >> (i == 0 ? 24 : i < 6 ? 16 : i < 15 ? 8 : 0));
        ipv6[i] = is_mask || i == 0 || i == 5 || i >= 14 ? byte : 0;
    }
}

static inline void universe_add(struct universe *universe, struct header header)
{
    if (universe->headers) {
        universe->headers[universe->n_headers] = header;
    }
    universe->n_headers++;
}

static inline void universe_add_nw(struct universe *universe, struct header header)
{
    if (!header_has_proto(&header)) {
        universe_add(universe, header);
        return;
    }
    bool ip = header_has_ip(&header), nw = header_has_nw(&header);
    for (size_t i = 0; i < UNIVERSE_COUNT(universe_nw); i++) {
        if (!nw) {
            universe_ipv6(universe_nw[i], false, header.ipv6_src);
        }
        for (size_t j = 0; j < UNIVERSE_COUNT(universe_proto); j++) {
            header.nw_src = nw ? universe_nw[i] : 0;
            header.nw_proto = universe_proto[j];
            size_t n_tp = header_has_tp(&header) ? UNIVERSE_COUNT(universe_tp) : 1;
            for (size_t k = 0; k < n_tp * (ip ? UNIVERSE_COUNT(universe_tos) : 1); k++) {
                header.tp_dst = header_has_tp(&header) ? universe_tp[k % n_tp] : 0;
                header.nw_tos = ip ? universe_tos[k / n_tp] : 0;
                universe_add(universe, header);
            }
        }
    }
}

static inline void universe_fill(struct universe *universe)
{
    universe->n_headers = 0;
    for (size_t t = 0; t < UNIVERSE_COUNT(universe_tci); t++) {
        for (size_t d = 0; d < UNIVERSE_COUNT(universe_dl_type); d++) {
            for (size_t m = 0; m < UNIVERSE_COUNT(universe_mac); m++) {
                struct header header = {.in_port = 1,
                                        .vlan_tci = universe_tci[t],
                                        .dl_type = universe_dl_type[d],
                                        .dl_src = {universe_mac[m]}};
                universe_add_nw(universe, header);
            }
        }
    }
}

/* The caller frees .headers. */
static inline struct universe universe_make(void)
{
    struct universe universe = {0};
    universe_fill(&universe); /* counts */
    universe.headers = calloc(universe.n_headers, sizeof *universe.headers);
    universe_fill(&universe);
    return universe;
}

static inline void random_nw(struct match *match)
{
    static const uint32_t masks[] = {0, 0, 0xff000000, 0xffff0000, UINT32_MAX};
    match->mask.nw_src = masks[random_below(UNIVERSE_COUNT(masks))];
    match->value.nw_src = universe_nw[random_below(3)] & match->mask.nw_src;
    universe_ipv6(match->mask.nw_src, true, match->mask.ipv6_src);
    universe_ipv6(match->value.nw_src, false, match->value.ipv6_src);
    if (random_below(2)) {
        match->mask.nw_proto = 0xff;
        match->value.nw_proto = universe_proto[random_below(4)];
    }
    if (random_below(4) == 0) {
        match->mask.nw_tos = 0xfc;
        match->value.nw_tos = universe_tos[random_below(2)];
    }
    if (random_below(2)) {
        match->mask.tp_dst = 0xffff;
        match->value.tp_dst = universe_tp[random_below(2)];
    }
}

/* Normal, as a switch would have it. */
static inline struct match random_match(void)
{
    static const uint16_t tci_masks[] = {
        0, 0, 0, VLAN_TAGGED, VLAN_TAGGED, VLAN_TAGGED | VLAN_VID, 0xffff, VLAN_TAGGED | VLAN_PCP};
    struct match match = {0};
    match.mask.vlan_tci = tci_masks[random_below(UNIVERSE_COUNT(tci_masks))];
    match.value.vlan_tci = universe_tci[random_below(7)] & match.mask.vlan_tci;
    if (match.value.vlan_tci == 0) {
        match.mask.vlan_tci &= VLAN_TAGGED;
    }
    if (random_below(3)) {
        match.mask.dl_type = 0xffff;
        match.value.dl_type = universe_dl_type[random_below(4)];
        random_nw(&match);
    }
    if (random_below(4) == 0) {
        match.mask.dl_src[0] = 0xff;
        match.value.dl_src[0] = universe_mac[random_below(2)];
        for (int i = 1; i < 6; i++) {
            match.mask.dl_src[i] = 0xff;
        }
    }
    match_normalize(&match);
    return match;
}

#endif
