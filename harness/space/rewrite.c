/* SPDX-License-Identifier: Apache-2.0
 *
 * What rewrites do to headers and cubes: one after another, forwards and backwards. */
#include "space/rewrite.h"

#define REWRITE_L2                                                                                 \
    .vlan_tci = 0xffff, .dl_src = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},                            \
    .dl_dst = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
#define ONES                                                                                       \
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff
#define REWRITE_IPV6 REWRITE_L2, .nw_tos = 0xfc, .ipv6_src = {ONES}, .ipv6_dst = {ONES}
#define REWRITE_IP   REWRITE_L2, .nw_tos = 0xfc, .nw_src = UINT32_MAX, .nw_dst = UINT32_MAX
#define PORTS        .tp_src = 0xffff, .tp_dst = 0xffff
#define OCTETS       .tp_src = 0xff, .tp_dst = 0xff

const struct header space_class_fields[N_SPACE_CLASSES] = {
    [SPACE_NOT_IP] = {REWRITE_L2},          [SPACE_IP] = {REWRITE_IP},
    [SPACE_TCP] = {REWRITE_IP, PORTS},      [SPACE_UDP] = {REWRITE_IP, PORTS},
    [SPACE_SCTP] = {REWRITE_IP, PORTS},     [SPACE_ICMP] = {REWRITE_IP, OCTETS},
    [SPACE_IPV6] = {REWRITE_IPV6},          [SPACE_TCP6] = {REWRITE_IPV6, PORTS},
    [SPACE_UDP6] = {REWRITE_IPV6, PORTS},   [SPACE_SCTP6] = {REWRITE_IPV6, PORTS},
    [SPACE_ICMP6] = {REWRITE_IPV6, OCTETS},
};

#define TYPE(type)                                                                                 \
    {                                                                                              \
        {.dl_type = (type)},                                                                       \
        {                                                                                          \
            .dl_type = 0xffff                                                                      \
        }                                                                                          \
    }
#define PROTO(type, proto)                                                                         \
    {                                                                                              \
        {.dl_type = (type), .nw_proto = (proto)},                                                  \
        {                                                                                          \
            .dl_type = 0xffff, .nw_proto = 0xff                                                    \
        }                                                                                          \
    }

const struct match space_class_cubes[N_SPACE_CLASSES] = {
    [SPACE_NOT_IP] = {{0}, {0}},
    [SPACE_IP] = TYPE(DL_TYPE_IP),
    [SPACE_TCP] = PROTO(DL_TYPE_IP, NW_PROTO_TCP),
    [SPACE_UDP] = PROTO(DL_TYPE_IP, NW_PROTO_UDP),
    [SPACE_SCTP] = PROTO(DL_TYPE_IP, NW_PROTO_SCTP),
    [SPACE_ICMP] = PROTO(DL_TYPE_IP, NW_PROTO_ICMP),
    [SPACE_IPV6] = TYPE(DL_TYPE_IPV6),
    [SPACE_TCP6] = PROTO(DL_TYPE_IPV6, NW_PROTO_TCP),
    [SPACE_UDP6] = PROTO(DL_TYPE_IPV6, NW_PROTO_UDP),
    [SPACE_SCTP6] = PROTO(DL_TYPE_IPV6, NW_PROTO_SCTP),
    [SPACE_ICMP6] = PROTO(DL_TYPE_IPV6, NW_PROTO_ICMPV6),
};

enum space_class space_class_of(const struct header *header)
{
    if (!header_has_ip(header)) {
        return SPACE_NOT_IP;
    }
    bool is_ipv6 = header->dl_type == DL_TYPE_IPV6;
    if (header_is_icmp(header)) {
        return is_ipv6 ? SPACE_ICMP6 : SPACE_ICMP;
    }
    switch (header->nw_proto) {
    case NW_PROTO_TCP:
        return is_ipv6 ? SPACE_TCP6 : SPACE_TCP;
    case NW_PROTO_UDP:
        return is_ipv6 ? SPACE_UDP6 : SPACE_UDP;
    case NW_PROTO_SCTP:
        return is_ipv6 ? SPACE_SCTP6 : SPACE_SCTP;
    default:
        return is_ipv6 ? SPACE_IPV6 : SPACE_IP;
    }
}

/* In the list, a class stands behind the one around it. */
enum space_class space_class_around(enum space_class class)
{
    enum space_class around = class;
    do {
        around -= around > SPACE_NOT_IP;
    } while (!match_within(&space_class_cubes[class], &space_class_cubes[around]));
    return around;
}

static void set_vlan(struct space_rewrite *rewrite, uint16_t mask, uint16_t value)
{
    mask |= VLAN_TAGGED;
    value |= VLAN_TAGGED;
    rewrite->value.vlan_tci = (uint16_t)((rewrite->value.vlan_tci & ~mask) | value);
    rewrite->mask.vlan_tci |= mask;
}

/* Of what action_plain has no other action for: addresses of IPv6, whole or in part. */
static bool set_field(struct space_rewrite *rewrite, const struct field_value *field)
{
    uint8_t *value = rewrite->value.ipv6_src, *mask = rewrite->mask.ipv6_src;
    if (field->id == FIELD_IPV6_DST) {
        value = rewrite->value.ipv6_dst;
        mask = rewrite->mask.ipv6_dst;
    }
    bool is_known = field->id == FIELD_IPV6_SRC || field->id == FIELD_IPV6_DST;
    for (size_t i = 0; i < sizeof rewrite->value.ipv6_src && is_known; i++) {
        value[i] = (uint8_t)((value[i] & ~field->mask[i]) | (field->value[i] & field->mask[i]));
        mask[i] |= field->mask[i];
    }
    return is_known;
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
    case ACTION_SET_FIELD:
        return set_field(rewrite, action->field);
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
    struct header set = header_and(&rewrite->mask, &space_class_fields[space_class_of(in)]);
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
    struct match of_a = {a->value, header_and(&a->mask, &space_class_fields[class])};
    struct match of_b = {b->value, header_and(&b->mask, &space_class_fields[class])};
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
    return !header_within(&rewrite->mask, &space_class_fields[SPACE_NOT_IP]);
}

struct match space_image(const struct space_rewrite *rewrite, const struct match *cube)
{
    /* A normal cube has bits of nw_* and tp_* only where it fixes the class. */
    const struct header *fields = &space_class_fields[space_class_of(&cube->value)];
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
    const struct header *fields = &space_class_fields[space_class_of(&match->value)];
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

int space_preimage_holes(const struct space_rewrite *rewrite, const struct space_holes *holes,
                         uint16_t in_port, struct base_arena *arena, struct space_holes *out)
{
    struct match *cubes = base_arena_alloc(arena, 2 * holes->n_cubes * sizeof *cubes);
    *out = (struct space_holes){.cubes = cubes};
    for (size_t i = 0; i < holes->n_cubes && cubes; i++) {
        struct match cube = holes->cubes[i];
        if (!cube.mask.in_port || cube.value.in_port == in_port) {
            cube.value.in_port = cube.mask.in_port = 0;
            out->n_cubes += space_preimage(rewrite, &cube, &cubes[out->n_cubes]);
        }
    }
    return cubes ? 0 : -1;
}
