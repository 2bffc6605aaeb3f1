/* SPDX-License-Identifier: Apache-2.0
 *
 * How are matches read and written? */
#include "openflow/of10/match_codec.h"
#include "openflow/check.h"

enum { TOS_DSCP = 0xfc };

/* `bits` low bits of the address do not matter. */
static uint32_t nw_mask(unsigned bits)
{
    bits &= OFPFW_NW_BITS;
    return bits >= 32 ? 0 : UINT32_MAX << bits;
}

static void decode_vlan(struct match *match, uint32_t wildcards, uint16_t vid, uint8_t pcp)
{
    if (!(wildcards & OFPFW_DL_VLAN) && vid == OFP_VLAN_NONE) {
        match->mask.vlan_tci = VLAN_TAGGED; /* and the value is 0: untagged */
        return;
    }
    if (!(wildcards & OFPFW_DL_VLAN)) {
        match->value.vlan_tci |= vid & VLAN_VID;
        match->mask.vlan_tci |= VLAN_VID | VLAN_TAGGED;
    }
    if (!(wildcards & OFPFW_DL_VLAN_PCP)) {
        match->value.vlan_tci |= (uint16_t)((pcp & 7) << VLAN_PCP_SHIFT);
        match->mask.vlan_tci |= VLAN_PCP | VLAN_TAGGED;
    }
    match->value.vlan_tci |= match->mask.vlan_tci & VLAN_TAGGED;
}

static void decode_masks(struct header *mask, uint32_t wildcards)
{
    mask->in_port = wildcards & OFPFW_IN_PORT ? 0 : UINT16_MAX;
    memset(mask->dl_src, wildcards & OFPFW_DL_SRC ? 0 : 0xff, sizeof mask->dl_src);
    memset(mask->dl_dst, wildcards & OFPFW_DL_DST ? 0 : 0xff, sizeof mask->dl_dst);
    mask->dl_type = wildcards & OFPFW_DL_TYPE ? 0 : UINT16_MAX;
    mask->nw_tos = wildcards & OFPFW_NW_TOS ? 0 : TOS_DSCP;
    mask->nw_proto = wildcards & OFPFW_NW_PROTO ? 0 : UINT8_MAX;
    mask->nw_src = nw_mask(wildcards >> OFPFW_NW_SRC_SHIFT);
    mask->nw_dst = nw_mask(wildcards >> OFPFW_NW_DST_SHIFT);
    mask->tp_src = wildcards & OFPFW_TP_SRC ? 0 : UINT16_MAX;
    mask->tp_dst = wildcards & OFPFW_TP_DST ? 0 : UINT16_MAX;
}

/* Of IPv6, OpenFlow 1.0 has nothing but the type. */
static void ignore_beyond_ipv4(struct match *match)
{
    if (match->value.dl_type == DL_TYPE_IPV6) {
        match->mask.nw_tos = match->mask.nw_proto = 0;
    }
}

static int check_ipv4(const struct match *match, struct base_error *error)
{
    static const uint8_t none[16];
    const struct header *mask = &match->mask;
    bool is_beyond = mask->nw_tos || mask->nw_proto ||
                     memcmp(mask->ipv6_src, none, sizeof none) != 0 ||
                     memcmp(mask->ipv6_dst, none, sizeof none) != 0;
    return match->value.dl_type == DL_TYPE_IPV6 && is_beyond
               ? base_fail(error, "OpenFlow 1.0 can not match fields of IPv6")
               : 0;
}

int of_decode_match(struct base_reader *in, struct match *match, bool *exact,
                    struct base_error *error)
{
    *match = (struct match){0};
    struct header *value = &match->value;
    uint32_t wildcards = base_read_be32(in) & OFPFW_ALL;
    value->in_port = base_read_be16(in);
    base_read_copy(in, value->dl_src, sizeof value->dl_src);
    base_read_copy(in, value->dl_dst, sizeof value->dl_dst);
    uint16_t vid = base_read_be16(in);
    uint8_t pcp = base_read_u8(in);
    base_read_skip(in, 1);
    value->dl_type = base_read_be16(in);
    value->nw_tos = base_read_u8(in);
    value->nw_proto = base_read_u8(in);
    base_read_skip(in, 2);
    value->nw_src = base_read_be32(in);
    value->nw_dst = base_read_be32(in);
    value->tp_src = base_read_be16(in);
    value->tp_dst = base_read_be16(in);

    decode_masks(&match->mask, wildcards);
    decode_vlan(match, wildcards, vid, pcp);
    ignore_beyond_ipv4(match);
    match_normalize(match);
    if (exact) {
        *exact = wildcards == 0;
    }
    return of_check_read(in, "match", error);
}

/* Each of these writes into *wildcards what the mask says, or fails. */

static int encode_whole(uint32_t mask, uint32_t full, uint32_t flag, const char *name,
                        uint32_t *wildcards, struct base_error *error)
{
    if (mask != 0 && mask != full) {
        return base_fail(error, "OpenFlow 1.0 can not match a part of %s (mask 0x%x)", name, mask);
    }
    *wildcards |= mask == 0 ? flag : 0;
    return 0;
}

static int encode_dl_addr(const uint8_t mask[6], uint32_t flag, const char *name,
                          uint32_t *wildcards, struct base_error *error)
{
    static const uint8_t none[6], full[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    if (memcmp(mask, none, sizeof none) == 0) {
        *wildcards |= flag;
    } else if (memcmp(mask, full, sizeof full) != 0) {
        return base_fail(error, "OpenFlow 1.0 can not match a part of %s", name);
    }
    return 0;
}

static int encode_nw_addr(uint32_t mask, unsigned shift, const char *name, uint32_t *wildcards,
                          struct base_error *error)
{
    uint32_t low = ~mask;
    if (low & (low + 1)) {
        return base_fail(error, "the mask 0x%08x of %s is not a prefix", mask, name);
    }
    *wildcards |= (uint32_t)__builtin_popcount(low) << shift;
    return 0;
}

/* A tag is matched by its id, by its priority, or by both; no tag by an id.
 * Untagged, the priority is a wildcard (Open vSwitch does not write one there):
 * else a match of every other field would have no wildcard left, and with that
 * the highest priority. */
static int encode_vlan(uint16_t value, uint16_t mask, uint16_t *vid, uint32_t *wildcards,
                       struct base_error *error)
{
    if (mask & VLAN_TAGGED && !(value & VLAN_TAGGED)) {
        *vid = OFP_VLAN_NONE;
        *wildcards |= OFPFW_DL_VLAN_PCP;
        return 0;
    }
    if (mask == VLAN_TAGGED) {
        return base_fail(error, "OpenFlow 1.0 can not match \"tagged, with any VLAN\"");
    }
    *vid = value & VLAN_VID;
    if (encode_whole(mask & VLAN_VID, VLAN_VID, OFPFW_DL_VLAN, "dl_vlan", wildcards, error)) {
        return -1;
    }
    return encode_whole(mask & VLAN_PCP, VLAN_PCP, OFPFW_DL_VLAN_PCP, "dl_vlan_pcp", wildcards,
                        error);
}

static int encode_masks(const struct header *mask, uint32_t *wild, struct base_error *error)
{
    const struct {
        uint32_t mask, full, flag;
        const char *name;
    } whole[] = {
        {mask->in_port, UINT16_MAX, OFPFW_IN_PORT, "in_port"},
        {mask->dl_type, UINT16_MAX, OFPFW_DL_TYPE, "dl_type"},
        {mask->nw_tos & TOS_DSCP, TOS_DSCP, OFPFW_NW_TOS, "nw_tos"},
        {mask->nw_proto, UINT8_MAX, OFPFW_NW_PROTO, "nw_proto"},
        {mask->tp_src, UINT16_MAX, OFPFW_TP_SRC, "tp_src"},
        {mask->tp_dst, UINT16_MAX, OFPFW_TP_DST, "tp_dst"},
    };
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        if (encode_whole(whole[i].mask, whole[i].full, whole[i].flag, whole[i].name, wild, error)) {
            return -1;
        }
    }
    if (encode_dl_addr(mask->dl_src, OFPFW_DL_SRC, "dl_src", wild, error) ||
        encode_dl_addr(mask->dl_dst, OFPFW_DL_DST, "dl_dst", wild, error) ||
        encode_nw_addr(mask->nw_src, OFPFW_NW_SRC_SHIFT, "nw_src", wild, error) ||
        encode_nw_addr(mask->nw_dst, OFPFW_NW_DST_SHIFT, "nw_dst", wild, error)) {
        return -1;
    }
    return 0;
}

int of_encode_match(struct base_buffer *out, const struct match *match, struct base_error *error)
{
    const struct header *value = &match->value;
    uint32_t wildcards = 0;
    uint16_t vid = 0;
    if (check_ipv4(match, error) || encode_masks(&match->mask, &wildcards, error) ||
        encode_vlan(value->vlan_tci, match->mask.vlan_tci, &vid, &wildcards, error)) {
        return -1;
    }
    base_put_be32(out, wildcards);
    base_put_be16(out, value->in_port);
    base_put_bytes(out, value->dl_src, sizeof value->dl_src);
    base_put_bytes(out, value->dl_dst, sizeof value->dl_dst);
    base_put_be16(out, vid);
    base_put_u8(out, (uint8_t)(value->vlan_tci >> VLAN_PCP_SHIFT));
    base_put_u8(out, 0);
    base_put_be16(out, value->dl_type);
    base_put_u8(out, value->nw_tos);
    base_put_u8(out, value->nw_proto);
    base_put_be16(out, 0);
    base_put_be32(out, value->nw_src);
    base_put_be32(out, value->nw_dst);
    base_put_be16(out, value->tp_src);
    base_put_be16(out, value->tp_dst);
    return 0;
}
