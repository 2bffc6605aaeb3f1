/* SPDX-License-Identifier: Apache-2.0
 *
 * What rewrites do to headers and cubes: one after another, forwards and backwards. */
#include "space/rewrite.h"

#define REWRITE_L2                                                                                 \
    .vlan_tci = 0xffff, .dl_src = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},                            \
    .dl_dst = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
#define REWRITE_NW REWRITE_L2, .nw_src = UINT32_MAX, .nw_dst = UINT32_MAX, .nw_tos = 0xfc

/* The bits that can be rewritten in packets of a class. */
static const struct header class_fields[N_SPACE_CLASSES] = {
    [SPACE_NOT_IP] = {REWRITE_L2},
    [SPACE_IP] = {REWRITE_NW},
    [SPACE_TCP] = {REWRITE_NW, .tp_src = 0xffff, .tp_dst = 0xffff},
    [SPACE_UDP] = {REWRITE_NW, .tp_src = 0xffff, .tp_dst = 0xffff},
    [SPACE_ICMP] = {REWRITE_NW, .tp_src = 0xff, .tp_dst = 0xff},
};

const struct match space_class_cubes[N_SPACE_CLASSES] = {
    [SPACE_NOT_IP] = {{0}, {0}},
    [SPACE_IP] = {{.dl_type = DL_TYPE_IP}, {.dl_type = 0xffff}},
    [SPACE_TCP] = {{.dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_TCP},
                   {.dl_type = 0xffff, .nw_proto = 0xff}},
    [SPACE_UDP] = {{.dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_UDP},
                   {.dl_type = 0xffff, .nw_proto = 0xff}},
    [SPACE_ICMP] = {{.dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_ICMP},
                    {.dl_type = 0xffff, .nw_proto = 0xff}},
};

enum space_class space_class_of(const struct header *header)
{
    if (header->dl_type != DL_TYPE_IP) {
        return SPACE_NOT_IP;
    }
    switch (header->nw_proto) {
    case NW_PROTO_TCP:
        return SPACE_TCP;
    case NW_PROTO_UDP:
        return SPACE_UDP;
    case NW_PROTO_ICMP:
        return SPACE_ICMP;
    default:
        return SPACE_IP;
    }
}

static void set_vlan(struct space_rewrite *rewrite, uint16_t mask, uint16_t value)
{
    mask |= VLAN_TAGGED;
    value |= VLAN_TAGGED;
    rewrite->value.vlan_tci = (uint16_t)((rewrite->value.vlan_tci & ~mask) | value);
    rewrite->mask.vlan_tci |= mask;
}

bool space_rewrite_add(struct space_rewrite *rewrite, const struct action *action)
{
    struct header *value = &rewrite->value, *mask = &rewrite->mask;
    switch (action->type) {
    case ACTION_SET_VLAN_VID:
        set_vlan(rewrite, VLAN_VID, action->vlan_vid & VLAN_VID);
        return true;
    case ACTION_SET_VLAN_PCP:
        set_vlan(rewrite, VLAN_PCP, (uint16_t)(action->vlan_pcp << VLAN_PCP_SHIFT) & VLAN_PCP);
        return true;
    case ACTION_STRIP_VLAN:
        value->vlan_tci = 0;
        mask->vlan_tci = 0xffff;
        return true;
    case ACTION_SET_DL_SRC:
        memcpy(value->dl_src, action->dl_addr, sizeof value->dl_src);
        memset(mask->dl_src, 0xff, sizeof mask->dl_src);
        return true;
    case ACTION_SET_DL_DST:
        memcpy(value->dl_dst, action->dl_addr, sizeof value->dl_dst);
        memset(mask->dl_dst, 0xff, sizeof mask->dl_dst);
        return true;
    case ACTION_SET_NW_SRC:
        value->nw_src = action->nw_addr;
        mask->nw_src = UINT32_MAX;
        return true;
    case ACTION_SET_NW_DST:
        value->nw_dst = action->nw_addr;
        mask->nw_dst = UINT32_MAX;
        return true;
    case ACTION_SET_NW_TOS:
        value->nw_tos = action->nw_tos & 0xfc;
        mask->nw_tos = 0xfc;
        return true;
    case ACTION_SET_TP_SRC:
        value->tp_src = action->tp_port;
        mask->tp_src = 0xffff;
        return true;
    case ACTION_SET_TP_DST:
        value->tp_dst = action->tp_port;
        mask->tp_dst = 0xffff;
        return true;
    default:
        return false;
    }
}

struct space_rewrite space_rewrite_then(const struct space_rewrite *first,
                                        const struct space_rewrite *second)
{
    struct header kept = header_without(&first->value, &second->mask);
    return (struct space_rewrite){.value = header_or(&kept, &second->value),
                                  .mask = header_or(&first->mask, &second->mask)};
}

struct header space_rewritten(const struct space_rewrite *rewrite, const struct header *in)
{
    struct header set = header_and(&rewrite->mask, &class_fields[space_class_of(in)]);
    struct header kept = header_without(in, &set), value = header_and(&rewrite->value, &set);
    return header_or(&kept, &value);
}

/* A tag that must have some bit set must be there; where there must be none,
 * its bits need not be asked for. */
static void tidy_vlan(struct match *cube)
{
    if (cube->value.vlan_tci != 0) {
        cube->value.vlan_tci |= VLAN_TAGGED;
        cube->mask.vlan_tci |= VLAN_TAGGED;
    } else if (cube->mask.vlan_tci & VLAN_TAGGED) {
        cube->mask.vlan_tci = VLAN_TAGGED;
    }
}

bool space_rewrite_equal(const struct space_rewrite *a, const struct space_rewrite *b,
                         enum space_class class, struct match *equal)
{
    struct match of_a = {a->value, header_and(&a->mask, &class_fields[class])};
    struct match of_b = {b->value, header_and(&b->mask, &class_fields[class])};
    if (!match_overlaps(&of_a, &of_b)) {
        return false;
    }
    struct header either = header_or(&of_a.mask, &of_b.mask);
    struct header both = header_and(&of_a.mask, &of_b.mask);
    struct header value = header_or(&a->value, &b->value);
    equal->mask = header_without(&either, &both);
    equal->value = header_and(&value, &equal->mask);
    tidy_vlan(equal);
    return true;
}

bool space_rewrites_beyond_l2(const struct space_rewrite *rewrite)
{
    struct header beyond = header_without(&rewrite->mask, &class_fields[SPACE_NOT_IP]);
    return !header_is_zero(&beyond);
}

struct match space_image(const struct space_rewrite *rewrite, const struct match *cube)
{
    /* A normal cube has bits of nw_* and tp_* only where it fixes the class. */
    const struct header *fields = &class_fields[space_class_of(&cube->value)];
    struct header set = header_and(&rewrite->mask, fields), to = header_and(&rewrite->value, &set);
    struct header kept = header_without(&cube->value, &set);
    struct match image = {header_or(&kept, &to), header_or(&cube->mask, &set)};
    tidy_vlan(&image);
    return image;
}

size_t space_preimage(const struct space_rewrite *rewrite, const struct match *match,
                      struct match out[2])
{
    /* A normal match asks for nw_* and tp_* only in packets whose class it fixes. */
    const struct header *fields = &class_fields[space_class_of(&match->value)];
    struct match set = {rewrite->value, header_and(&rewrite->mask, fields)};
    if (!match_overlaps(match, &set)) {
        return 0;
    }
    out[0].value = header_without(&match->value, &set.mask);
    out[0].mask = header_without(&match->mask, &set.mask);
    uint16_t asked = out[0].mask.vlan_tci;
    tidy_vlan(&out[0]);
    if (asked == 0 || out[0].mask.vlan_tci & VLAN_TAGGED) {
        return 1;
    }
    /* vid or pcp must be 0: a packet without a tag will do, and one with such a tag. */
    out[1] = out[0];
    out[0].mask.vlan_tci = VLAN_TAGGED;
    out[1].mask.vlan_tci |= VLAN_TAGGED;
    out[1].value.vlan_tci |= VLAN_TAGGED;
    return 2;
}
