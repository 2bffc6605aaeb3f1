/* SPDX-License-Identifier: Apache-2.0
 *
 * Which bits of a header does a list of NXM or OXM TLVs match, and which other
 * fields. */
#include "openflow/nxm.h"

#include "openflow/check.h"

#include <string.h>

enum { EXTRAS_MAX = 64 };

#define NXM(number) ((uint32_t)(number) << 9)
#define OXM(number) (UINT32_C(0x8000) << 16 | (uint32_t)(number) << 9)

/* A list of TLVs being read. */
struct decoding {
    struct match match;
    struct extra extras[EXTRAS_MAX];
    size_t n_extras;
    uint16_t tci_mask; /* as it was said */
};

/* Of which packets a field of the wire is one that struct header has. */
enum needs { ALWAYS, IP, ARP };

/* A field that struct header has. */
struct header_field {
    uint32_t fields[2]; /* of_tlv.field; 0: there is only one (IN_PORT stands first) */
    uint8_t n_bytes;    /* on the wire */
    uint8_t n_place;    /* in struct header: 2 and 4 in host order, 6 bytes as they are */
    uint8_t place;      /* offset in struct header */
    uint8_t shift;      /* to the left */
    uint8_t bits;       /* that count, of the value on the wire; 0: all */
    uint8_t needs;
    uint8_t otherwise; /* enum extra_id: what it is for other packets; 0: EXTRA_OTHER */
};

#define AT(member) sizeof(((struct header *)0)->member), offsetof(struct header, member)

static const struct header_field header_fields[] = {
    {{NXM(0), 0}, 2, AT(in_port), 0, 0, ALWAYS, 0},
    {{NXM(1), OXM(3)}, 6, AT(dl_dst), 0, 0, ALWAYS, 0},
    {{NXM(2), OXM(4)}, 6, AT(dl_src), 0, 0, ALWAYS, 0},
    {{NXM(3), OXM(5)}, 2, AT(dl_type), 0, 0, ALWAYS, 0},
    {{NXM(4), OXM(6)}, 2, AT(vlan_tci), 0, 0, ALWAYS, EXTRA_VLAN_TCI},
    {{OXM(7), 0}, 1, AT(vlan_tci), VLAN_PCP_SHIFT, 3, ALWAYS, 0},
    {{NXM(5), 0}, 1, AT(nw_tos), 0, 0, IP, EXTRA_NW_TOS},
    {{OXM(8), 0}, 1, AT(nw_tos), 2, 6, IP, EXTRA_NW_TOS},
    {{NXM(6), OXM(10)}, 1, AT(nw_proto), 0, 0, IP, EXTRA_NW_PROTO},
    {{NXM(7), OXM(11)}, 4, AT(nw_src), 0, 0, IP, 0},
    {{NXM(8), OXM(12)}, 4, AT(nw_dst), 0, 0, IP, 0},
    {{NXM(9), OXM(13)}, 2, AT(tp_src), 0, 0, IP, EXTRA_TP_SRC},
    {{NXM(10), OXM(14)}, 2, AT(tp_dst), 0, 0, IP, EXTRA_TP_DST},
    {{NXM(11), OXM(15)}, 2, AT(tp_src), 0, 0, IP, EXTRA_TP_SRC},
    {{NXM(12), OXM(16)}, 2, AT(tp_dst), 0, 0, IP, EXTRA_TP_DST},
    {{NXM(13), OXM(19)}, 1, AT(tp_src), 0, 0, IP, 0},
    {{NXM(14), OXM(20)}, 1, AT(tp_dst), 0, 0, IP, 0},
    {{NXM(15), OXM(21)}, 2, AT(nw_proto), 0, 0, ARP, 0},
    {{NXM(16), OXM(22)}, 4, AT(nw_src), 0, 0, ARP, 0},
    {{NXM(17), OXM(23)}, 4, AT(nw_dst), 0, 0, ARP, 0},
};

int of_read_tlv(struct base_reader *in, struct of_tlv *tlv, struct base_error *error)
{
    uint32_t header = base_read_be32(in);
    uint8_t length = header & 0xff;
    bool has_mask = header & 0x100;
    *tlv = (struct of_tlv){.field = header & ~UINT32_C(0x1ff)};
    if (has_mask && length % 2) {
        return base_fail(error, "match field 0x%08x: %u bytes are no value and mask", header,
                         length);
    }
    tlv->n_bytes = has_mask ? length / 2 : length;
    tlv->value = base_read_bytes(in, tlv->n_bytes);
    tlv->mask = has_mask ? base_read_bytes(in, tlv->n_bytes) : NULL;
    return of_check_read(in, "match field", error);
}

static const struct header_field *find_header_field(uint32_t field)
{
    for (size_t i = 0; i < sizeof header_fields / sizeof *header_fields; i++) {
        const struct header_field *at = &header_fields[i];
        if (at->fields[0] == field || (at->fields[1] && at->fields[1] == field)) {
            return at;
        }
    }
    return NULL;
}

static enum extra_id find_extra(uint32_t field)
{
    for (int id = 0; field && id < EXTRA_OTHER; id++) {
        const struct extra_field *at = extra_field((enum extra_id)id);
        if (at->nxm[0] == field || at->nxm[1] == field) {
            return (enum extra_id)id;
        }
    }
    return EXTRA_OTHER;
}

/* Whether packets of the match have the field of struct header. */
static bool has_field(const struct match *match, enum needs needs)
{
    bool knows_type = match->mask.dl_type == UINT16_MAX;
    bool is_ip = knows_type && match->value.dl_type == DL_TYPE_IP;
    bool is_arp = knows_type && match->value.dl_type == DL_TYPE_ARP;
    return needs == ALWAYS || (needs == IP && is_ip) || (needs == ARP && is_arp);
}

static uint64_t number_of(const uint8_t *bytes, size_t n_bytes)
{
    uint64_t number = 0;
    for (size_t i = 0; i < n_bytes; i++) {
        number = number << 8 | (bytes ? bytes[i] : UINT8_MAX);
    }
    return number;
}

/* Adds bits to the place of a field in a header. */
static void put_bits(struct header *header, const struct header_field *field, const uint8_t *bytes)
{
    uint8_t *at = (uint8_t *)header + field->place;
    uint64_t number = number_of(bytes, field->n_bytes);
    number = (field->bits ? number & ((1u << field->bits) - 1) : number) << field->shift;
    if (field->n_place == 6) {
        for (int i = 0; i < 6; i++) {
            at[i] |= bytes ? bytes[i] : UINT8_MAX;
        }
    } else if (field->n_place == 4) {
        uint32_t word = (uint32_t)number;
        memcpy(at, &word, sizeof word);
    } else if (field->n_place == 2) {
        uint16_t before, half = (uint16_t)number;
        memcpy(&before, at, sizeof before);
        half |= before; /* the VLAN id and its priority share one */
        memcpy(at, &half, sizeof half);
    } else {
        *at = (uint8_t)number;
    }
}

/* An 8-bit ICMP type has all 16 bits of its place; a VLAN id says that there is a tag. */
static void put_header_field(struct decoding *decoding, const struct header_field *field,
                             const struct of_tlv *tlv)
{
    struct match *match = &decoding->match;
    put_bits(&match->value, field, tlv->value);
    put_bits(&match->mask, field, tlv->mask);
    if (field->n_place == 2 && field->n_bytes == 1 && field->shift == 0) {
        uint16_t all = UINT16_MAX;
        memcpy((uint8_t *)&match->mask + field->place, &all, sizeof all);
    }
    if (tlv->field == OXM(6)) { /* 13 bits */
        match->mask.vlan_tci &= (uint16_t)~VLAN_PCP;
    }
    decoding->tci_mask = match->mask.vlan_tci;
    if (match->value.vlan_tci) { /* so there is a tag */
        match->value.vlan_tci |= VLAN_TAGGED;
        match->mask.vlan_tci |= VLAN_TAGGED;
    }
}

static int add_extra(struct decoding *decoding, enum extra_id id, const struct of_tlv *tlv,
                     struct base_error *error)
{
    struct extra extra = {.id = (uint8_t)id, .n_bytes = tlv->n_bytes};
    size_t n = tlv->n_bytes < EXTRA_BYTES_MAX ? tlv->n_bytes : EXTRA_BYTES_MAX;
    extra.header = id == EXTRA_OTHER ? tlv->field : 0;
    if (n > 0) {
        memcpy(extra.value, tlv->value, n);
        memset(extra.mask, 0xff, n);
    }
    if (n > 0 && tlv->mask) {
        memcpy(extra.mask, tlv->mask, n);
    }
    if (decoding->n_extras == EXTRAS_MAX) {
        return base_fail(error, "more than %d match fields", EXTRAS_MAX);
    }
    return extras_insert(decoding->extras, &decoding->n_extras, &extra)
               ? 0
               : base_fail(error, "the same field twice");
}

static int check_length(const struct of_tlv *tlv, size_t n_bytes, struct base_error *error)
{
    return tlv->n_bytes == n_bytes
               ? 0
               : base_fail(error, "%u bytes instead of %zu", tlv->n_bytes, n_bytes);
}

static int check_mask(const struct of_tlv *tlv, struct base_error *error)
{
    for (size_t i = 0; tlv->mask && i < tlv->n_bytes; i++) {
        if (tlv->value[i] & ~tlv->mask[i]) {
            return base_fail(error, "the value has a bit that the mask leaves out");
        }
    }
    return 0;
}

/* Whether a mask of the tag is that of tagged frames, or of untagged ones: of those with a bit of
 * the tag set, or with the bit that says whether there is one and no other in the value. */
static bool is_one_cube(const struct of_tlv *tlv)
{
    uint16_t value = (uint16_t)number_of(tlv->value, 2);
    uint16_t mask = (uint16_t)number_of(tlv->mask, 2);
    return mask == 0 || value & VLAN_TAGGED || (mask & VLAN_TAGGED ? value == 0 : value != 0);
}

/* struct header has 8 bits of an ARP opcode: no frame has one that is larger there. */
static int take(struct decoding *decoding, const struct of_tlv *tlv, struct base_error *error)
{
    const struct header_field *field = find_header_field(tlv->field);
    if (check_mask(tlv, error) || (field && check_length(tlv, field->n_bytes, error))) {
        return -1;
    }
    bool fits = field && !(field->otherwise == EXTRA_VLAN_TCI && !is_one_cube(tlv)) &&
                (field->needs != ARP || field->n_bytes != 2 || tlv->value[0] == 0);
    if (fits && has_field(&decoding->match, field->needs)) {
        put_header_field(decoding, field, tlv);
        return 0;
    }
    enum extra_id id = !field             ? find_extra(tlv->field)
                       : field->otherwise ? (enum extra_id)field->otherwise
                                          : EXTRA_OTHER;
    if (id != EXTRA_OTHER && check_length(tlv, extra_field(id)->n_bytes, error)) {
        return -1;
    }
    return add_extra(decoding, id, tlv, error);
}

int of_decode_tlv_match(struct base_reader *in, struct base_arena *arena, struct of_tlv_match *out,
                        struct base_error *error)
{
    struct decoding decoding = {.n_extras = 0};
    while (base_reader_left(in) > 0) {
        struct of_tlv tlv;
        if (of_read_tlv(in, &tlv, error)) {
            return -1;
        }
        if (take(&decoding, &tlv, error)) {
            return base_fail_in(error, "match field 0x%08x", tlv.field);
        }
    }
    match_normalize(&decoding.match);
    *out = (struct of_tlv_match){.match = decoding.match,
                                 .n_extras = (uint8_t)decoding.n_extras,
                                 .tci_mask = decoding.tci_mask};
    if (decoding.n_extras > 0) {
        out->extras =
            base_arena_copy(arena, decoding.extras, decoding.n_extras * sizeof *decoding.extras);
        return out->extras ? 0 : base_fail(error, "out of memory");
    }
    return 0;
}
