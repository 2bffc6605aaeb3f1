/* SPDX-License-Identifier: Apache-2.0
 *
 * Matches as ternary vectors: which headers a match takes, and what two of them
 * have in common. */
#include "model/match.h"

#define IPV6_ONES                                                                                  \
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff

const struct header_part header_parts[N_HEADER_PARTS] = {
    {"in_port", {.in_port = UINT16_MAX}},
    {"dl_vlan", {.vlan_tci = VLAN_TAGGED | VLAN_VID}},
    {"dl_vlan_pcp", {.vlan_tci = VLAN_PCP}},
    {"dl_src", {.dl_src = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}},
    {"dl_dst", {.dl_dst = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}},
    {"dl_type", {.dl_type = UINT16_MAX}},
    {"nw_src", {.nw_src = UINT32_MAX}},
    {"nw_dst", {.nw_dst = UINT32_MAX}},
    {"ipv6_src", {.ipv6_src = {IPV6_ONES}}},
    {"ipv6_dst", {.ipv6_dst = {IPV6_ONES}}},
    {"nw_proto", {.nw_proto = UINT8_MAX}},
    {"nw_tos", {.nw_tos = UINT8_MAX}},
    {"tp_src", {.tp_src = UINT16_MAX}},
    {"tp_dst", {.tp_dst = UINT16_MAX}},
};

struct match match_any(void)
{
    return (struct match){0};
}

struct match match_in_port(uint16_t in_port)
{
    return (struct match){.value.in_port = in_port, .mask.in_port = UINT16_MAX};
}

struct match match_exactly(const struct header *header)
{
    struct match match = {.value = *header};
    memset(&match.mask, 0xff, sizeof match.mask);
    match_normalize(&match);
    return match;
}

struct match match_without_port(const struct match *match)
{
    struct match without = *match;
    without.value.in_port = without.mask.in_port = 0;
    return without;
}

void match_normalize(struct match *match)
{
    struct header *mask = &match->mask;
    if (!(mask->vlan_tci & match->value.vlan_tci & VLAN_TAGGED)) {
        mask->vlan_tci &= VLAN_TAGGED; /* what has no tag has neither vid nor pcp */
    }
    bool has_type = mask->dl_type == UINT16_MAX;
    bool has_proto = mask->nw_proto == UINT8_MAX;
    if (!has_type || !header_has_nw(&match->value)) {
        mask->nw_src = mask->nw_dst = 0;
    }
    if (!has_type || !header_has_proto(&match->value)) {
        mask->nw_proto = 0;
    }
    if (!has_type || match->value.dl_type != DL_TYPE_IPV6) {
        memset(mask->ipv6_src, 0, sizeof mask->ipv6_src);
        memset(mask->ipv6_dst, 0, sizeof mask->ipv6_dst);
    }
    mask->nw_tos &= has_type && header_has_ip(&match->value) ? 0xfc : 0;
    if (!has_type || !has_proto || !header_has_tp(&match->value)) {
        mask->tp_src = mask->tp_dst = 0;
    }
    match->value = header_and(&match->value, mask);
}

bool match_is_exact(const struct match *match)
{
    struct match exact = match_exactly(&match->value);
    return match->value.dl_type == DL_TYPE_IP && header_has_tp(&match->value) &&
           match_equal(match, &exact);
}

bool match_equal(const struct match *a, const struct match *b)
{
    return header_equal(&a->value, &b->value) && header_equal(&a->mask, &b->mask);
}

bool match_takes(const struct match *match, const struct header *header)
{
#define DIFFER(i)                                                                                  \
    ((header_word(header, i) ^ header_word(&match->value, i)) & header_word(&match->mask, i))
    return HEADER_FRONT(DIFFER, |) == 0 && HEADER_BACK(DIFFER, |) == 0;
#undef DIFFER
}

/* ---------------------------------------------------------------- existence */

static bool is_icmp(const struct match *match)
{
    return match->mask.dl_type == UINT16_MAX && match->mask.nw_proto == UINT8_MAX &&
           header_is_icmp(&match->value);
}

/* Of the types that are high enough only one can be wrong: if none of the two
 * highest exists, none does. */
static bool some_type_exists(const struct match *match, bool may_be_tagged)
{
    uint16_t fixed = match->value.dl_type, free = (uint16_t)~match->mask.dl_type;
    uint16_t highest = fixed | free, second = fixed | (uint16_t)((free - 1) & free);
    return header_type_exists(highest, may_be_tagged) || header_type_exists(second, may_be_tagged);
}

bool match_is_empty(const struct match *match)
{
    const struct header *value = &match->value;
    bool untagged = match->mask.vlan_tci & VLAN_TAGGED && !(value->vlan_tci & VLAN_TAGGED);
    return (untagged && value->vlan_tci != 0) || (value->nw_tos & 3) ||
           ((value->tp_src | value->tp_dst) > 0xff && is_icmp(match)) ||
           !some_type_exists(match, !untagged);
}

bool match_intersect(const struct match *a, const struct match *b, struct match *out)
{
    if (!match_overlaps(a, b)) {
        return false;
    }
    struct match both = {.value = header_or(&a->value, &b->value),
                         .mask = header_or(&a->mask, &b->mask)};
    if (match_is_empty(&both)) {
        return false;
    }
    *out = both;
    return true;
}
