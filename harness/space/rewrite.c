/* SPDX-License-Identifier: Apache-2.0 */
#include "space/rewrite.h"

#define REWRITE_L2                                                                                 \
    .vlan_tci = 0xffff, .dl_src = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},                            \
    .dl_dst = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
#define REWRITE_NW REWRITE_L2, .nw_src = UINT32_MAX, .nw_dst = UINT32_MAX, .nw_tos = 0xfc

const struct header space_class_fields[N_SPACE_CLASSES] = {
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
    struct space_words v1 = space_words(&first->value), m1 = space_words(&first->mask);
    struct space_words v2 = space_words(&second->value), m2 = space_words(&second->mask);
    struct space_rewrite both;
    for (int i = 0; i < SPACE_WORDS; i++) {
        v1.word[i] = (v1.word[i] & ~m2.word[i]) | v2.word[i];
        m1.word[i] |= m2.word[i];
    }
    memcpy(&both.value, &v1, sizeof both.value);
    memcpy(&both.mask, &m1, sizeof both.mask);
    return both;
}

struct header space_rewritten(const struct space_rewrite *rewrite, const struct header *in)
{
    struct space_words header = space_words(in), value = space_words(&rewrite->value);
    struct space_words mask = space_words(&rewrite->mask);
    struct space_words fields = space_words(&space_class_fields[space_class_of(in)]);
    for (int i = 0; i < SPACE_WORDS; i++) {
        uint64_t set = mask.word[i] & fields.word[i];
        header.word[i] = (header.word[i] & ~set) | (value.word[i] & set);
    }
    struct header out;
    memcpy(&out, &header, sizeof out);
    return out;
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
    struct space_words av = space_words(&a->value), am = space_words(&a->mask);
    struct space_words bv = space_words(&b->value), bm = space_words(&b->mask);
    struct space_words fields = space_words(&space_class_fields[class]), value, mask;
    for (int i = 0; i < SPACE_WORDS; i++) {
        uint64_t of_a = am.word[i] & fields.word[i], of_b = bm.word[i] & fields.word[i];
        if ((av.word[i] ^ bv.word[i]) & of_a & of_b) {
            return false;
        }
        mask.word[i] = of_a ^ of_b;
        value.word[i] = (av.word[i] | bv.word[i]) & mask.word[i];
    }
    memcpy(&equal->value, &value, sizeof value);
    memcpy(&equal->mask, &mask, sizeof mask);
    tidy_vlan(equal);
    return true;
}

struct match space_image(const struct space_rewrite *rewrite, const struct match *cube)
{
    /* A normal cube has bits of nw_* and tp_* only where it fixes the class. */
    struct space_words fields = space_words(&space_class_fields[space_class_of(&cube->value)]);
    struct space_words value = space_words(&cube->value), mask = space_words(&cube->mask);
    struct space_words set = space_words(&rewrite->mask), to = space_words(&rewrite->value);
    struct match image;
    for (int i = 0; i < SPACE_WORDS; i++) {
        uint64_t bits = set.word[i] & fields.word[i];
        value.word[i] = (value.word[i] & ~bits) | (to.word[i] & bits);
        mask.word[i] |= bits;
    }
    memcpy(&image.value, &value, sizeof value);
    memcpy(&image.mask, &mask, sizeof mask);
    tidy_vlan(&image);
    return image;
}

size_t space_preimage(const struct space_rewrite *rewrite, const struct match *match,
                      struct match out[2])
{
    /* A normal match asks for nw_* and tp_* only in packets whose class it fixes. */
    struct space_words fields = space_words(&space_class_fields[space_class_of(&match->value)]);
    struct space_words value = space_words(&match->value), mask = space_words(&match->mask);
    struct space_words set = space_words(&rewrite->mask), to = space_words(&rewrite->value);
    for (int i = 0; i < SPACE_WORDS; i++) {
        uint64_t bits = set.word[i] & fields.word[i];
        if ((value.word[i] ^ to.word[i]) & mask.word[i] & bits) {
            return 0;
        }
        mask.word[i] &= ~bits;
        value.word[i] &= ~bits;
    }
    memcpy(&out[0].value, &value, sizeof value);
    memcpy(&out[0].mask, &mask, sizeof mask);
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
