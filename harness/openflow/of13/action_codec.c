/* SPDX-License-Identifier: Apache-2.0
 *
 * How are lists of actions of OpenFlow 1.3 read and written? */
#include "openflow/of13/action_codec.h"

#include "model/header.h"
#include "model/port.h"
#include "openflow/check.h"
#include "openflow/nxm.h"
#include "openflow/of13/wire.h"
#include "openflow/port_number.h"

#include <string.h>

enum { HEADER_BYTES = 4, MIN_BYTES = 8, VENDOR = 0xffff };

/* What is behind type and length. */
enum body { BODY_NONE, BODY_PORT, BODY_32, BODY_16, BODY_8, BODY_FIELD };

/* Of OpenFlow 1.1, where it means what 1.0's do; 1.3 has no such number. Open vSwitch 3.1 reports
 * an entry so whose packets may be of any protocol, of which set_field would need one. */
enum { SET_TP_SRC = 9, SET_TP_DST = 10 };

static const struct kind {
    uint16_t wire; /* enum of13_action */
    uint16_t type; /* enum action_type */
    uint8_t body;
    uint8_t n_bytes; /* of the whole; BODY_FIELD: at least */
} kinds[] = {
    {OF13_OUTPUT, ACTION_OUTPUT, BODY_PORT, 16},
    {OF13_COPY_TTL_OUT, ACTION_COPY_TTL_OUT, BODY_NONE, 8},
    {OF13_COPY_TTL_IN, ACTION_COPY_TTL_IN, BODY_NONE, 8},
    {OF13_SET_MPLS_TTL, ACTION_SET_MPLS_TTL, BODY_8, 8},
    {OF13_DEC_MPLS_TTL, ACTION_DEC_MPLS_TTL, BODY_NONE, 8},
    {OF13_PUSH_VLAN, ACTION_PUSH_VLAN, BODY_16, 8},
    {OF13_POP_VLAN, ACTION_POP_VLAN, BODY_NONE, 8},
    {OF13_POP_VLAN, ACTION_STRIP_VLAN, BODY_NONE, 8},
    {OF13_PUSH_MPLS, ACTION_PUSH_MPLS, BODY_16, 8},
    {OF13_POP_MPLS, ACTION_POP_MPLS, BODY_16, 8},
    {OF13_SET_QUEUE, ACTION_SET_QUEUE, BODY_32, 8},
    {OF13_GROUP, ACTION_GROUP, BODY_32, 8},
    {OF13_SET_NW_TTL, ACTION_SET_NW_TTL, BODY_8, 8},
    {OF13_DEC_NW_TTL, ACTION_DEC_NW_TTL, BODY_NONE, 8},
    {OF13_SET_FIELD, ACTION_SET_FIELD, BODY_FIELD, 16},
    {OF13_PUSH_PBB, ACTION_PUSH_PBB, BODY_16, 8},
    {OF13_POP_PBB, ACTION_POP_PBB, BODY_NONE, 8},
    {SET_TP_SRC, ACTION_SET_TP_SRC, BODY_16, 8},
    {SET_TP_DST, ACTION_SET_TP_DST, BODY_16, 8},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

static const struct kind *kind_of_wire(uint16_t wire)
{
    for (int i = 0; i < N_KINDS; i++) {
        if (kinds[i].wire == wire) {
            return &kinds[i];
        }
    }
    return NULL;
}

static const struct kind *kind_of_type(uint16_t type)
{
    for (int i = 0; i < N_KINDS; i++) {
        if (kinds[i].type == type) {
            return &kinds[i];
        }
    }
    return NULL;
}

/* ---------------------------------------------------------------------- decode */

static int decode_output(struct base_reader *body, struct action *action, struct base_error *error)
{
    uint32_t number = base_read_be32(body);
    uint16_t max_len = base_read_be16(body);
    if (!of_port_of_wire(number, &action->port)) {
        return base_fail(error, "port %u: ports above 65279 are not supported", number);
    }
    action->max_len = action->port == PORT_CONTROLLER ? max_len : 0;
    return 0;
}

static int decode_field(struct base_reader *body, struct base_arena *arena, struct action *action,
                        struct base_error *error)
{
    struct of_tlv tlv;
    if (of_read_tlv(body, &tlv, error)) {
        return -1;
    }
    enum field_id id = field_of_tlv(tlv.field);
    if (id != FIELD_OTHER && tlv.n_bytes != field_of(id)->n_bytes) {
        return base_fail(error, "field 0x%08x: %u bytes instead of %u", tlv.field, tlv.n_bytes,
                         field_of(id)->n_bytes);
    }
    struct field_value field = of_tlv_value(&tlv);
    action->field = base_arena_copy(arena, &field, sizeof field);
    return action->field ? 0 : base_fail(error, "out of memory");
}

/* Vendor: from the experimenter's id on; unknown: from the type on. */
static int keep_body(const struct base_reader *body, enum action_type type,
                     struct base_arena *arena, struct action *action, struct base_error *error)
{
    action->type = (uint16_t)type;
    action->body_bytes = (uint16_t)base_reader_left(body);
    action->body = base_arena_copy(arena, body->at, action->body_bytes);
    return action->body ? 0 : base_fail(error, "out of memory");
}

static int decode_body(struct base_reader *body, const struct kind *kind, struct base_arena *arena,
                       struct action *action, struct base_error *error)
{
    action->type = kind->type;
    switch (kind->body) {
    case BODY_PORT:
        return decode_output(body, action, error);
    case BODY_32:
        action->group_id = base_read_be32(body); /* queue_id is the same member */
        return 0;
    case BODY_16:
        action->ethertype = base_read_be16(body); /* tp_port is the same member */
        return 0;
    case BODY_8:
        action->ttl = base_read_u8(body);
        return 0;
    case BODY_FIELD:
        return decode_field(body, arena, action, error);
    default:
        return 0;
    }
}

static int check_length(const struct kind *kind, size_t length, size_t left,
                        struct base_error *error)
{
    if (left < MIN_BYTES) {
        return base_fail(error, "an action has 8 bytes or more, %zu are left", left);
    }
    if (length < MIN_BYTES || length % 8 != 0 || length > left) {
        return base_fail(error, "length %zu, %zu bytes are left", length, left);
    }
    bool fits = !kind || (kind->body == BODY_FIELD ? length >= MIN_BYTES : length == kind->n_bytes);
    return fits ? 0
                : base_fail(error, "length %zu, type %u has %u", length, kind->wire, kind->n_bytes);
}

static int decode_action(struct base_reader *in, struct base_arena *arena, struct action *action,
                         struct base_error *error)
{
    struct base_reader whole = *in;
    size_t left = base_reader_left(in);
    uint16_t wire = base_read_be16(in), length = base_read_be16(in);
    const struct kind *kind = kind_of_wire(wire);
    if (check_length(kind, length, left, error)) {
        return -1;
    }
    struct base_reader body = base_read_child(in, length - (size_t)HEADER_BYTES);
    *action = (struct action){0};
    if (kind) {
        return decode_body(&body, kind, arena, action, error);
    }
    bool is_vendor = wire == VENDOR;
    body = is_vendor ? body : base_read_child(&whole, length);
    return keep_body(&body, is_vendor ? ACTION_VENDOR : ACTION_UNKNOWN, arena, action, error);
}

/* How many there are if they are right, and at most. */
static size_t count(struct base_reader in)
{
    size_t n = 0;
    for (; base_reader_left(&in) >= MIN_BYTES; n++) {
        base_read_skip(&in, 2);
        uint16_t length = base_read_be16(&in);
        base_read_skip(&in, length < MIN_BYTES ? SIZE_MAX / 2 : (size_t)length - HEADER_BYTES);
    }
    return n + 1;
}

int of13_decode_actions(struct base_reader *in, struct base_arena *arena,
                        const struct action **actions, uint16_t *n_actions,
                        struct base_error *error)
{
    *actions = NULL;
    *n_actions = 0;
    if (base_reader_left(in) == 0) {
        return 0;
    }
    struct action *list = base_arena_alloc(arena, count(*in) * sizeof *list);
    if (!list) {
        return base_fail(error, "out of memory");
    }
    for (uint16_t n = 0; base_reader_left(in) > 0; n++) {
        struct base_reader begin = *in;
        if (decode_action(in, arena, &list[n], error)) {
            return base_fail_in(error, "action %u (%s)", n + 1u,
                                of_hex(begin.at, base_reader_left(&begin)).text);
        }
        *n_actions = (uint16_t)(n + 1);
    }
    *actions = list;
    return 0;
}

/* ---------------------------------------------------------------------- encode */

static struct field_value whole_field(enum field_id id, uint64_t number)
{
    struct field_value field = {.id = (uint8_t)id, .n_bytes = field_of(id)->n_bytes};
    for (size_t i = field.n_bytes; i-- > 0; number >>= 8) {
        field.value[i] = (uint8_t)number;
    }
    memset(field.mask, 0xff, field.n_bytes);
    return field;
}

/* What set_field says of an action of OpenFlow 1.0; false: it cannot. */
static bool as_field(const struct action *action, bool is_tagged, struct field_value *field)
{
    switch (action->type) {
    case ACTION_SET_VLAN_VID:
        *field = whole_field(FIELD_VLAN_VID, VLAN_TAGGED | action->vlan_vid);
        return is_tagged;
    case ACTION_SET_VLAN_PCP:
        *field = whole_field(FIELD_VLAN_PCP, action->vlan_pcp);
        return is_tagged;
    case ACTION_SET_FIELD:
        *field = *action->field;
        return true;
    case ACTION_SET_DL_SRC:
    case ACTION_SET_DL_DST:
        *field = whole_field(action->type == ACTION_SET_DL_SRC ? FIELD_DL_SRC : FIELD_DL_DST, 0);
        memcpy(field->value, action->dl_addr, sizeof action->dl_addr);
        return true;
    case ACTION_SET_NW_SRC:
        *field = whole_field(FIELD_IP_SRC, action->nw_addr);
        return true;
    case ACTION_SET_NW_DST:
        *field = whole_field(FIELD_IP_DST, action->nw_addr);
        return true;
    case ACTION_SET_NW_TOS:
        *field = whole_field(FIELD_IP_DSCP, action->nw_tos >> 2);
        return true;
    default:
        return false;
    }
}

static void put_field(struct base_buffer *out, const struct field_value *field)
{
    uint32_t tlv = field->id == FIELD_OTHER ? field->header : field_tlv(field->id);
    bool whole = true;
    for (size_t i = 0; i < field->n_bytes && i < FIELD_BYTES_MAX; i++) {
        whole = whole && field->mask[i] == UINT8_MAX;
    }
    size_t n_bytes = field->n_bytes, n_all = whole ? n_bytes : 2 * n_bytes;
    size_t length = (HEADER_BYTES + 4 + n_all + 7) / 8 * 8;
    base_put_be16(out, OF13_SET_FIELD);
    base_put_be16(out, (uint16_t)length);
    base_put_be32(out, tlv | (whole ? 0 : 0x100) | (uint32_t)n_all);
    base_put_bytes(out, field->value, n_bytes);
    base_put_bytes(out, field->mask, whole ? 0 : n_bytes);
    (void)base_put_zeros(out, length - HEADER_BYTES - 4 - n_all);
}

static void put_body(struct base_buffer *out, const struct kind *kind, const struct action *action)
{
    switch (kind->body) {
    case BODY_PORT:
        base_put_be32(out, of_port_to_wire(action->port));
        base_put_be16(out, action->max_len);
        break;
    case BODY_32:
        base_put_be32(out, action->group_id);
        break;
    case BODY_16:
        base_put_be16(out, action->ethertype);
        break;
    case BODY_8:
        base_put_u8(out, action->ttl);
        break;
    default:
        break;
    }
}

/* is_tagged: the frame has a tag for sure. */
static int encode_action(struct base_buffer *out, const struct action *action, bool is_tagged,
                         struct base_error *error)
{
    const struct kind *kind = kind_of_type(action->type);
    struct field_value field;
    if (as_field(action, is_tagged, &field)) {
        put_field(out, &field);
        return 0;
    }
    if (action->type == ACTION_VENDOR) {
        base_put_be16(out, VENDOR);
        base_put_be16(out, (uint16_t)(HEADER_BYTES + action->body_bytes));
        base_put_bytes(out, action->body, action->body_bytes);
        return 0;
    }
    if (action->type == ACTION_UNKNOWN) {
        base_put_bytes(out, action->body, action->body_bytes);
        return 0;
    }
    if (!kind || kind->wire == SET_TP_SRC || kind->wire == SET_TP_DST) {
        return base_fail(error, "OpenFlow 1.3 has no action of type %u of 1.0", action->type);
    }
    size_t begin = out->n_bytes;
    base_put_be16(out, kind->wire);
    base_put_be16(out, kind->n_bytes);
    put_body(out, kind, action);
    if (!out->failed) {
        (void)base_put_zeros(out, begin + kind->n_bytes - out->n_bytes);
    }
    return 0;
}

int of13_encode_actions(struct base_buffer *out, const struct action *actions, size_t n_actions,
                        struct base_error *error)
{
    size_t begin = out->n_bytes, n_pushed = 0;
    for (size_t i = 0; i < n_actions; i++) {
        uint16_t type = actions[i].type;
        if (encode_action(out, &actions[i], n_pushed > 0, error)) {
            out->n_bytes = begin;
            return base_fail_in(error, "action %zu", i + 1);
        }
        n_pushed += type == ACTION_PUSH_VLAN;
        n_pushed -= n_pushed > 0 && (type == ACTION_POP_VLAN || type == ACTION_STRIP_VLAN);
    }
    return 0;
}
