/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether anything is left of a cube without other cubes, and one header of it. */
#include "space/cube.h"

#include "base/memory.h"

#include <limits.h>
#include <stdlib.h>

/* What a header has if the cube leaves the choice. Addresses: local unicast,
 * TEST-NET-1 and -2 (RFC 5737), and the like of IPv6 (RFC 3849). */
static const struct header plausible = {
    .in_port = 1,
    .vlan_tci = 1,
    .dl_type = DL_TYPE_PROBE,
    .nw_proto = NW_PROTO_UDP,
    .tp_src = 49152,
    .tp_dst = 9,
    .nw_src = 0xc0000201,
    .nw_dst = 0xc6336401,
    .dl_src = {0x02, 0, 0, 0, 0, 0x01},
    .dl_dst = {0x02, 0, 0, 0, 0, 0x02},
    .ipv6_src = {0x20, 0x01, 0x0d, 0xb8, [15] = 1},
    .ipv6_dst = {0x20, 0x01, 0x0d, 0xb8, [15] = 2},
};

#define ONES                                                                                       \
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff

/* The order in which cubes are split: a field after what it depends on. */
static const struct header split_order[] = {
    {.vlan_tci = VLAN_TAGGED},
    {.vlan_tci = VLAN_VID | VLAN_PCP},
    {.dl_type = 0xffff},
    {.nw_tos = 0xff, .nw_proto = 0xff},
    {.in_port = 0xffff,
     .tp_src = 0xffff,
     .tp_dst = 0xffff,
     .nw_src = UINT32_MAX,
     .nw_dst = UINT32_MAX,
     .dl_src = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
     .dl_dst = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
     .ipv6_src = {ONES},
     .ipv6_dst = {ONES}},
};

/* A dl_type of the cube that exists; false: there is none. Only one of those
 * that are high enough can be wrong, so the two highest are enough to try. */
static bool choose_dl_type(const struct match *cube, bool tagged, uint16_t *dl_type)
{
    uint16_t fixed = cube->value.dl_type, free = (uint16_t)~cube->mask.dl_type;
    const uint16_t candidates[] = {
        fixed | (plausible.dl_type & free),
        fixed | free,
        fixed | (uint16_t)((free - 1) & free),
    };
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
        *dl_type = candidates[i];
        if (header_type_exists(*dl_type, tagged)) {
            return true;
        }
    }
    return false;
}

/* The bits of the cube where it has any, plausible ones elsewhere. */
static struct header fill_in(const struct match *cube)
{
    struct header filler = header_without(&plausible, &cube->mask);
    return header_or(&cube->value, &filler);
}

/* Removes what the packet does not have, and what does not fit. */
static void prune(struct header *header, const struct match *cube)
{
    enum { ECHO_REQUEST = 8, ECHO_REQUEST_V6 = 128 };
    bool is_arp = header->dl_type == DL_TYPE_ARP, is_ipv6 = header->dl_type == DL_TYPE_IPV6;
    if (!header_has_nw(header)) {
        header->nw_src = header->nw_dst = 0;
    }
    if (!is_ipv6) {
        memset(header->ipv6_src, 0, sizeof header->ipv6_src);
        memset(header->ipv6_dst, 0, sizeof header->ipv6_dst);
    }
    header->nw_tos = header_has_ip(header) ? header->nw_tos : 0;
    if (!header_has_proto(header)) {
        header->nw_proto = 0;
    } else if (is_arp && cube->mask.nw_proto == 0) {
        header->nw_proto = 1; /* a request */
    }
    if (!header_has_tp(header)) {
        header->tp_src = header->tp_dst = 0;
    } else if (header_is_icmp(header)) {
        uint16_t echo = is_ipv6 ? ECHO_REQUEST_V6 : ECHO_REQUEST;
        header->tp_src = cube->mask.tp_src ? header->tp_src & 0xff : echo;
        header->tp_dst = cube->mask.tp_dst ? header->tp_dst & 0xff : 0;
    }
}

bool space_member(const struct match *cube, struct header *header)
{
    if (match_is_empty(cube)) {
        return false;
    }
    struct header member = fill_in(cube);
    bool tagged = cube->value.vlan_tci != 0;
    if (!choose_dl_type(cube, tagged, &member.dl_type)) {
        tagged = true;
        choose_dl_type(cube, tagged, &member.dl_type);
    }
    member.vlan_tci = tagged ? member.vlan_tci | VLAN_TAGGED : 0;
    prune(&member, cube);
    *header = member;
    return true;
}

/* A search under way. */
struct search {
    const struct match **excluded; /* permuted: a call may reorder what it was given */
    size_t *budget;
    struct header *example;
};

static enum space_answer search(const struct search *state, const struct match *cube, size_t n);

static int count_bits_to_split(const struct match *cube, const struct match *by)
{
    struct header missing = header_without(&by->mask, &cube->mask);
    return header_count_bits(&missing);
}

/* Moves the excluded cubes that overlap this one to the front and returns how
 * many they are. `*largest`: the one that cuts off most, by `*n_bits` bits. */
static size_t gather(const struct match **excluded, size_t n, const struct match *cube,
                     const struct match **largest, int *n_bits)
{
    size_t n_overlaps = 0;
    *n_bits = INT_MAX;
    for (size_t i = 0; i<n && * n_bits> 0; i++) {
        const struct match *other = excluded[i];
        if (match_overlaps(cube, other)) {
            int bits = count_bits_to_split(cube, other);
            if (bits < *n_bits) {
                *n_bits = bits;
                *largest = other;
            }
            excluded[i] = excluded[n_overlaps];
            excluded[n_overlaps++] = other;
        }
    }
    return n_overlaps;
}

static void fix_bit(struct match *cube, int word, uint64_t bit, bool one)
{
    struct header_words value = header_words(&cube->value), mask = header_words(&cube->mask);
    mask.word[word] |= bit;
    value.word[word] |= one ? bit : 0;
    *cube = (struct match){header_of_words(value), header_of_words(mask)};
}

/* Searches `rest` outside of `by`, bit by bit: where the first bit differs,
 * then where the first agrees and the second differs, and so on. */
static enum space_answer split(const struct search *state, struct match rest,
                               const struct match *by, size_t n)
{
    struct header_words wanted = header_words(&by->value), mask = header_words(&by->mask);
    struct header_words have = header_words(&rest.mask);
    for (size_t step = 0; step < sizeof split_order / sizeof *split_order; step++) {
        struct header_words fields = header_words(&split_order[step]);
        for (int i = 0; i < HEADER_WORDS; i++) {
            uint64_t bits = mask.word[i] & ~have.word[i] & fields.word[i];
            for (; bits; bits &= bits - 1) {
                uint64_t bit = bits & -bits;
                bool one = wanted.word[i] & bit;
                struct match piece = rest;
                fix_bit(&piece, i, bit, !one);
                enum space_answer answer = search(state, &piece, n);
                if (answer != SPACE_EMPTY) {
                    return answer;
                }
                fix_bit(&rest, i, bit, one);
            }
        }
    }
    return SPACE_EMPTY;
}

static enum space_answer search(const struct search *state, const struct match *cube, size_t n)
{
    if (match_is_empty(cube)) {
        return SPACE_EMPTY;
    }
    if (*state->budget <= n) {
        *state->budget = 0;
        return SPACE_OPEN;
    }
    *state->budget -= n + 1;
    const struct match *largest = NULL;
    int n_bits;
    size_t n_overlaps = gather(state->excluded, n, cube, &largest, &n_bits);
    if (!largest) {
        return space_member(cube, state->example) ? SPACE_FOUND : SPACE_EMPTY;
    }
    return n_bits == 0 ? SPACE_EMPTY : split(state, *cube, largest, n_overlaps);
}

enum space_answer space_find(const struct match *cube, const struct match *const *excluded,
                             size_t n_excluded, size_t *budget, struct header *example)
{
    const struct match *few[32];
    struct header unused;
    const struct match **copy = few;
    if (n_excluded > sizeof few / sizeof *few) {
        copy = base_malloc(n_excluded * sizeof(*copy));
        if (!copy) {
            return SPACE_OPEN;
        }
    }
    if (n_excluded > 0) {
        memcpy(copy, excluded, n_excluded * sizeof(*copy));
    }
    struct search state = {copy, budget, example ? example : &unused};
    enum space_answer answer = search(&state, cube, n_excluded);
    if (copy != few) {
        free(copy);
    }
    return answer;
}
