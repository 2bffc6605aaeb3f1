/* SPDX-License-Identifier: Apache-2.0
 *
 * How are matches of OpenFlow 1.3 read and written? */
#include "openflow/of13/match_codec.h"

#include "openflow/check.h"
#include "openflow/nxm.h"
#include "openflow/of13/wire.h"
#include "openflow/port_number.h"

#include <string.h>

enum { TYPE_AND_LENGTH = 4, DSCP = 0xfc };

int of13_decode_match(struct base_reader *in, struct base_arena *arena, struct flow_entry *entry,
                      struct base_error *error)
{
    uint16_t type = base_read_be16(in), length = base_read_be16(in);
    if (of_check_read(in, "match", error)) {
        return -1;
    }
    if (type != OF13_MATCH_OXM || length < TYPE_AND_LENGTH) {
        return base_fail(error, "match of type %u and length %u, OXM is type 1", type, length);
    }
    struct base_reader fields = base_read_child(in, length - TYPE_AND_LENGTH);
    base_read_skip(in, (8 - length % 8) % 8);
    return of_check_read(in, "match", error) || of_decode_tlv_match(&fields, arena, entry, error)
               ? -1
               : 0;
}

/* The bytes of a number, the most significant first. */
static void spread(uint64_t number, size_t n_bytes, uint8_t *bytes)
{
    for (size_t i = n_bytes; i-- > 0; number >>= 8) {
        bytes[i] = (uint8_t)number;
    }
}

/* A TLV; without a mask where all bits of the field (of `bits`; 0: of all bytes) are asked for. */
static void put_tlv(struct base_buffer *out, enum field_id id, uint64_t value, uint64_t mask)
{
    const struct field *field = field_of(id);
    size_t n_bytes = field->n_bytes;
    unsigned bits = field->place.bits ? field->place.bits : (unsigned)n_bytes * 8;
    uint64_t whole = UINT64_MAX >> (64 - bits);
    uint8_t bytes[16];
    if (mask == 0) {
        return;
    }
    bool is_masked = (mask & whole) != whole;
    base_put_be32(out, field_tlv(id) | (is_masked ? 0x100 : 0) |
                           (uint32_t)(is_masked ? 2 * n_bytes : n_bytes));
    spread(value, n_bytes, bytes);
    spread(mask, n_bytes, bytes + n_bytes);
    base_put_bytes(out, bytes, is_masked ? 2 * n_bytes : n_bytes);
}

static uint64_t number_of(const uint8_t mac[6])
{
    uint64_t number = 0;
    for (int i = 0; i < 6; i++) {
        number = number << 8 | mac[i];
    }
    return number;
}

static void put_ipv6(struct base_buffer *out, enum field_id id, const uint8_t value[16],
                     const uint8_t mask[16])
{
    enum { BYTES = 16 };
    uint8_t any = 0, all = UINT8_MAX;
    for (size_t i = 0; i < BYTES; i++) {
        any |= mask[i];
        all &= mask[i];
    }
    if (any) {
        bool is_masked = all != UINT8_MAX;
        base_put_be32(out, field_tlv(id) | (is_masked ? 0x100 | 2 * BYTES : BYTES));
        base_put_bytes(out, value, BYTES);
        base_put_bytes(out, mask, is_masked ? BYTES : 0);
    }
}

static int put_in_port(struct base_buffer *out, const struct match *match, struct base_error *error)
{
    if (match->mask.in_port != 0 && match->mask.in_port != UINT16_MAX) {
        return base_fail(error, "in_port can have no mask");
    }
    if (match->mask.in_port) {
        base_put_be32(out, field_tlv(FIELD_IN_PORT_OXM) | 4);
        base_put_be32(out, of_port_to_wire(match->value.in_port));
    }
    return 0;
}

static void put_link(struct base_buffer *out, const struct match *match, uint16_t said)
{
    const struct header *value = &match->value, *mask = &match->mask;
    uint16_t tci = said ? said : mask->vlan_tci;
    uint16_t vid = (uint16_t)(tci & (VLAN_VID | VLAN_TAGGED));
    if (vid == VLAN_TAGGED && !(value->vlan_tci & VLAN_TAGGED)) {
        vid |= VLAN_VID; /* untagged, all of it */
    }
    put_tlv(out, FIELD_DL_SRC, number_of(value->dl_src), number_of(mask->dl_src));
    put_tlv(out, FIELD_DL_DST, number_of(value->dl_dst), number_of(mask->dl_dst));
    put_tlv(out, FIELD_DL_TYPE, value->dl_type, mask->dl_type);
    put_tlv(out, FIELD_VLAN_VID, value->vlan_tci & vid, vid);
    if (value->vlan_tci & VLAN_TAGGED) { /* else it has none */
        put_tlv(out, FIELD_VLAN_PCP, value->vlan_tci >> VLAN_PCP_SHIFT, tci >> VLAN_PCP_SHIFT);
    }
}

static void put_transport(struct base_buffer *out, const struct match *match)
{
    static const struct {
        uint8_t proto, src, dst;
    } of_proto[] = {
        {NW_PROTO_TCP, FIELD_TCP_SRC, FIELD_TCP_DST},
        {NW_PROTO_UDP, FIELD_UDP_SRC, FIELD_UDP_DST},
        {NW_PROTO_SCTP, FIELD_SCTP_SRC, FIELD_SCTP_DST},
        {NW_PROTO_ICMP, FIELD_ICMP_TYPE, FIELD_ICMP_CODE},
        {NW_PROTO_ICMPV6, FIELD_ICMPV6_TYPE, FIELD_ICMPV6_CODE},
    };
    const struct header *value = &match->value, *mask = &match->mask;
    for (size_t i = 0; i < sizeof of_proto / sizeof *of_proto; i++) {
        if (value->nw_proto == of_proto[i].proto) {
            put_tlv(out, of_proto[i].src, value->tp_src, mask->tp_src);
            put_tlv(out, of_proto[i].dst, value->tp_dst, mask->tp_dst);
        }
    }
}

static void put_network(struct base_buffer *out, const struct match *match)
{
    const struct header *value = &match->value, *mask = &match->mask;
    if (value->dl_type == DL_TYPE_ARP) {
        put_tlv(out, FIELD_ARP_OP, value->nw_proto, mask->nw_proto ? UINT16_MAX : 0);
        put_tlv(out, FIELD_ARP_SPA, value->nw_src, mask->nw_src);
        put_tlv(out, FIELD_ARP_TPA, value->nw_dst, mask->nw_dst);
        return;
    }
    put_tlv(out, FIELD_IP_SRC, value->nw_src, mask->nw_src);
    put_tlv(out, FIELD_IP_DST, value->nw_dst, mask->nw_dst);
    put_ipv6(out, FIELD_IPV6_SRC, value->ipv6_src, mask->ipv6_src);
    put_ipv6(out, FIELD_IPV6_DST, value->ipv6_dst, mask->ipv6_dst);
    put_tlv(out, FIELD_IP_DSCP, value->nw_tos >> 2, (mask->nw_tos & DSCP) >> 2);
    put_tlv(out, FIELD_NW_PROTO, value->nw_proto, mask->nw_proto);
    if (mask->nw_proto == UINT8_MAX) {
        put_transport(out, match);
    }
}

/* Whether all bits of a field are asked for that it has: 20 of a flow label, one of MPLS BOS. */
static bool is_whole(const struct field_value *extra)
{
    static const struct {
        uint8_t id, first; /* the bits of the first bytes that count */
        uint8_t skip;      /* bytes in front that do not */
    } narrow[] = {{FIELD_IPV6_LABEL, 0x0f, 1}, {FIELD_MPLS_LABEL, 0x0f, 1},
                  {FIELD_MPLS_TC, 7, 0},       {FIELD_MPLS_BOS, 1, 0},
                  {FIELD_NW_ECN, 3, 0},        {FIELD_TCP_FLAGS, 0x0f, 0},
                  {FIELD_NW_FRAG, 3, 0}};
    uint8_t all = UINT8_MAX, skip = 0, first = UINT8_MAX;
    for (size_t i = 0; i < sizeof narrow / sizeof *narrow; i++) {
        if (narrow[i].id == extra->id) {
            first = narrow[i].first;
            skip = narrow[i].skip;
        }
    }
    for (size_t i = skip; i < extra->n_bytes && i < FIELD_BYTES_MAX; i++) {
        all &= extra->mask[i] | (uint8_t)(i == skip ? ~first : 0);
    }
    return all == UINT8_MAX;
}

static int put_extra(struct base_buffer *out, const struct field_value *extra,
                     struct base_error *error)
{
    enum field_id id = (enum field_id)extra->id;
    struct field_value value = *extra;
    bool whole = is_whole(extra);
    if (id == FIELD_VLAN_TCI) {
        id = FIELD_VLAN_VID;
    }
    uint32_t tlv = id == FIELD_OTHER ? extra->header : field_tlv(id);
    if (tlv == 0) {
        return base_fail(error, "OXM has no field for %s", field_of(extra->id)->name);
    }
    uint32_t n_bytes = value.n_bytes;
    base_put_be32(out, tlv | (whole ? n_bytes : 0x100 | 2 * n_bytes));
    base_put_bytes(out, value.value, n_bytes);
    base_put_bytes(out, value.mask, whole ? 0 : n_bytes);
    return 0;
}

int of13_encode_match(struct base_buffer *out, const struct flow_entry *entry,
                      struct base_error *error)
{
    size_t begin = out->n_bytes;
    int status = 0;
    base_put_be16(out, OF13_MATCH_OXM);
    base_put_be16(out, 0);
    status = status || put_in_port(out, &entry->match, error);
    put_link(out, &entry->match, entry->tci_mask);
    put_network(out, &entry->match);
    for (int pass = 0; pass < 2; pass++) { /* what only tables see stands last */
        for (size_t i = 0; i < entry->n_extras && !status; i++) {
            status = (entry->extras[i].id > FIELD_IN_PORT) == (pass == 0)
                         ? put_extra(out, &entry->extras[i], error)
                         : 0;
        }
    }
    if (status) {
        out->n_bytes = begin;
        return -1;
    }
    size_t length = out->n_bytes - begin;
    base_patch_be16(out, begin + 2, (uint16_t)length);
    (void)base_put_zeros(out, (8 - length % 8) % 8);
    return 0;
}
