/* SPDX-License-Identifier: Apache-2.0
 *
 * Which bits of a header does a list of NXM or OXM TLVs match, and which other
 * fields. */
#include "openflow/nxm.h"

#include "openflow/check.h"
#include "openflow/port_number.h"

#include <string.h>

enum { EXTRAS_MAX = 64 };

/* A list of TLVs being read. */
struct decoding {
    struct match match;
    struct field_value extras[EXTRAS_MAX];
    size_t n_extras;
    uint16_t tci_mask; /* as it was said */
};

/* Whether its mask leaves a bit out. */
static bool is_part(const struct of_tlv *tlv)
{
    uint8_t all = UINT8_MAX;
    for (size_t i = 0; tlv->mask && i < tlv->n_bytes; i++) {
        all &= tlv->mask[i];
    }
    return all != UINT8_MAX;
}

/* Class 0xffff: the id of an experimenter stands in front of the value. The Open Networking
 * Foundation's, of fields that OXM got in later versions, are those of OXM. */
static void take_experimenter(struct base_reader *in, struct of_tlv *tlv, uint8_t *length)
{
    enum { EXPERIMENTERS = 0xffff, ONF = 0x4f4e4600, ID_BYTES = 4 };
    struct base_reader peek = *in;
    if (tlv->field >> 16 == EXPERIMENTERS && *length > ID_BYTES && base_read_be32(&peek) == ONF) {
        tlv->field = UINT32_C(0x8000) << 16 | (tlv->field & UINT16_MAX);
        *length = (uint8_t)(*length - ID_BYTES);
        *in = peek;
    }
}

int of_read_tlv(struct base_reader *in, struct of_tlv *tlv, struct base_error *error)
{
    uint32_t header = base_read_be32(in);
    uint8_t length = header & 0xff;
    bool has_mask = header & 0x100;
    *tlv = (struct of_tlv){.field = header & ~UINT32_C(0x1ff)};
    take_experimenter(in, tlv, &length);
    if (has_mask && length % 2) {
        return base_fail(error, "match field 0x%08x: %u bytes are no value and mask", header,
                         length);
    }
    tlv->n_bytes = has_mask ? length / 2 : length;
    tlv->value = base_read_bytes(in, tlv->n_bytes);
    tlv->mask = has_mask ? base_read_bytes(in, tlv->n_bytes) : NULL;
    tlv->mask = is_part(tlv) ? tlv->mask : NULL;
    return of_check_read(in, "match field", error);
}

static uint64_t number_of(const uint8_t *bytes, size_t n_bytes)
{
    uint64_t number = 0;
    for (size_t i = 0; i < n_bytes; i++) {
        number = number << 8 | (bytes ? bytes[i] : UINT8_MAX);
    }
    return number;
}

/* Adds bits of the wire to the place of a field in a header. */
static void put_bits(struct header *header, const struct field *field, const uint8_t *bytes)
{
    const struct field_place *place = &field->place;
    uint8_t *at = (uint8_t *)header + place->offset;
    uint64_t number = number_of(bytes, field->n_bytes);
    number = (place->bits ? number & ((1u << place->bits) - 1) : number) << place->shift;
    if (place->n_bytes >= 6) {
        for (size_t i = 0; i < place->n_bytes; i++) {
            at[i] |= bytes ? bytes[i] : UINT8_MAX;
        }
    } else if (place->n_bytes == 4) {
        uint32_t word = (uint32_t)number;
        memcpy(at, &word, sizeof word);
    } else if (place->n_bytes == 2) {
        uint16_t before, half = (uint16_t)number;
        memcpy(&before, at, sizeof before);
        half |= before; /* the VLAN id and its priority share one */
        memcpy(at, &half, sizeof half);
    } else {
        *at = (uint8_t)number;
    }
}

/* An 8-bit ICMP type has all 16 bits of its place; a VLAN id says that there is a tag. */
static int put_header_field(struct decoding *decoding, const struct field *field,
                            const struct of_tlv *tlv, struct base_error *error)
{
    struct match *match = &decoding->match;
    struct header added = {0};
    const size_t offset = field->place.offset;
    const uint8_t *before = (const uint8_t *)&match->mask + offset;
    put_bits(&added, field, tlv->mask);
    for (size_t i = 0; i < field->place.n_bytes; i++) {
        bool is_shared = offset == offsetof(struct header, vlan_tci);
        if (before[i] & (is_shared ? ((const uint8_t *)&added + offset)[i] : UINT8_MAX)) {
            return base_fail(error, "the same field twice");
        }
    }
    put_bits(&match->value, field, tlv->value);
    put_bits(&match->mask, field, tlv->mask);
    if (field->place.n_bytes == 2 && field->n_bytes == 1 && field->place.bits == 0) {
        uint16_t all = UINT16_MAX;
        memcpy((uint8_t *)&match->mask + field->place.offset, &all, sizeof all);
    }
    decoding->tci_mask = match->mask.vlan_tci;
    if (match->value.vlan_tci) { /* so there is a tag */
        match->value.vlan_tci |= VLAN_TAGGED;
        match->mask.vlan_tci |= VLAN_TAGGED;
    }
    return 0;
}

/* The value and mask that a TLV has, of the field as which it is kept. */
static struct field_value value_as(enum field_id id, const struct of_tlv *tlv)
{
    size_t n = tlv->n_bytes < FIELD_BYTES_MAX ? tlv->n_bytes : FIELD_BYTES_MAX;
    struct field_value value = {.id = (uint8_t)id, .n_bytes = (uint8_t)n};
    value.header = id == FIELD_OTHER ? tlv->field : 0;
    memcpy(value.value, tlv->value, n);
    memset(value.mask, 0xff, n);
    if (tlv->mask) {
        memcpy(value.mask, tlv->mask, n);
    }
    return value;
}

struct field_value of_tlv_value(const struct of_tlv *tlv)
{
    return value_as(field_of_tlv(tlv->field), tlv);
}

static int add_extra(struct decoding *decoding, enum field_id id, const struct of_tlv *tlv,
                     struct base_error *error)
{
    struct field_value extra = value_as(id, tlv);
    field_value_trim(&extra);
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

/* A traffic class without the two bits that are congestion marks (RFC 3168). */
static bool is_tos(const struct of_tlv *tlv)
{
    return !tlv->mask && (tlv->value[0] & 3) == 0;
}

/* Of which fields a part may be asked for (ovs-fields(7), "Masking"). */
static bool may_be_masked(enum field_id id)
{
    static const uint8_t ids[] = {FIELD_VLAN_TCI, FIELD_VLAN_VID, FIELD_DL_SRC,   FIELD_DL_DST,
                                  FIELD_IP_SRC,   FIELD_IP_DST,   FIELD_ARP_SPA,  FIELD_ARP_TPA,
                                  FIELD_TCP_SRC,  FIELD_TCP_DST,  FIELD_UDP_SRC,  FIELD_UDP_DST,
                                  FIELD_SCTP_SRC, FIELD_SCTP_DST, FIELD_IPV6_SRC, FIELD_IPV6_DST};
    return memchr(ids, id, sizeof ids) != NULL;
}

/* Whether struct header can say it: it has 8 bits of an ARP opcode, and no frame has one that is
 * larger. */
static bool fits_header(enum field_id id, const struct of_tlv *tlv)
{
    const struct field *field = field_of(id);
    return field->place.n_bytes > 0 && (!tlv->mask || may_be_masked(id)) &&
           (id != FIELD_ARP_OP || tlv->value[0] == 0) && (id != FIELD_NW_TOS || is_tos(tlv)) &&
           ((id != FIELD_VLAN_TCI && id != FIELD_VLAN_VID) || is_one_cube(tlv));
}

/* OXM's in_port has 32 bits. One that no port here can have is a field that is not known. */
static bool take_in_port(struct decoding *decoding, const struct of_tlv *tlv)
{
    bool taken = !tlv->mask && of_port_of_wire((uint32_t)number_of(tlv->value, 4),
                                               &decoding->match.value.in_port);
    decoding->match.mask.in_port |= taken ? UINT16_MAX : 0;
    return taken;
}

/* A condition beyond struct header. One on a field that struct header has, but not of the packets
 * of this match or not in this way, is one that nobody knows: of a switch that asks for a port
 * without a protocol. */
static int take_extra(struct decoding *decoding, enum field_id id, const struct of_tlv *tlv,
                      struct base_error *error)
{
    bool is_tci = id == FIELD_VLAN_TCI && decoding->match.mask.vlan_tci == 0;
    bool is_known = id == FIELD_VLAN_TCI ? is_tci : field_of(id)->depends != NULL;
    return add_extra(decoding, is_known ? id : FIELD_OTHER, tlv, error);
}

/* Whether there is a condition on the whole tag already that struct header cannot say. */
static bool clashes(const struct decoding *decoding, const struct field *field)
{
    bool clash = false;
    for (size_t i = 0; i < decoding->n_extras; i++) {
        clash |= decoding->extras[i].id == FIELD_VLAN_TCI;
    }
    return clash && field->place.offset == offsetof(struct header, vlan_tci);
}

static int take(struct decoding *decoding, const struct of_tlv *tlv, struct base_error *error)
{
    enum field_id id = field_of_tlv(tlv->field);
    const struct field *field = field_of(id);
    if (check_mask(tlv, error) || (id != FIELD_OTHER && check_length(tlv, field->n_bytes, error))) {
        return -1;
    }
    if (id == FIELD_IN_PORT_OXM && take_in_port(decoding, tlv)) {
        return 0;
    }
    if (field->place.bits && number_of(tlv->value, field->n_bytes) >> field->place.bits) {
        return add_extra(decoding, FIELD_OTHER, tlv, error); /* no frame has it */
    }
    if (fits_header(id, tlv) && !clashes(decoding, field) &&
        field_is_of((enum field_needs)field->place.needs, &decoding->match)) {
        return put_header_field(decoding, field, tlv, error);
    }
    return take_extra(decoding, id, tlv, error);
}

int of_decode_tlv_match(struct base_reader *in, struct base_arena *arena, struct flow_entry *entry,
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
    entry->match = decoding.match;
    entry->tci_mask = decoding.tci_mask;
    entry->n_extras = (uint8_t)decoding.n_extras;
    entry->extras =
        base_arena_copy(arena, decoding.extras, decoding.n_extras * sizeof *decoding.extras);
    return entry->extras ? 0 : base_fail(error, "out of memory");
}
