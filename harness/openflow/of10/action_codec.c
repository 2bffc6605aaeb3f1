/* SPDX-License-Identifier: Apache-2.0
 *
 * How are lists of actions read and written? */
#include "openflow/of10/action_codec.h"
#include "openflow/check.h"

#include "model/port.h"

/* The whole action on the wire; a vendor's has 8 bytes or any multiple. */
static const uint8_t action_bytes[] = {
    [ACTION_OUTPUT] = 8,     [ACTION_SET_VLAN_VID] = 8, [ACTION_SET_VLAN_PCP] = 8,
    [ACTION_STRIP_VLAN] = 8, [ACTION_SET_DL_SRC] = 16,  [ACTION_SET_DL_DST] = 16,
    [ACTION_SET_NW_SRC] = 8, [ACTION_SET_NW_DST] = 8,   [ACTION_SET_NW_TOS] = 8,
    [ACTION_SET_TP_SRC] = 8, [ACTION_SET_TP_DST] = 8,   [ACTION_ENQUEUE] = 16,
};
enum {
    N_WIRE_TYPES = sizeof action_bytes / sizeof action_bytes[0],
    VLAN_VID_MAX = 4095,
    VLAN_PCP_MAX = 7,
    TOS_ECN = 0x03,
    /* what an OFPST_FLOW reply of one record leaves for actions, in whole 8 bytes */
    MAX_LIST_BYTES =
        (OFP_MAX_MESSAGE_BYTES - OF_STATS_HEADER_BYTES - OF_FLOW_STATS_MIN_BYTES) / 8 * 8,
};

/* Type and length of an action against each other and against what is there. */
static int check_length(uint16_t type, size_t length, size_t left, struct base_error *error)
{
    if (left < OF_ACTION_MIN_BYTES) {
        return base_fail(error, "an action has 8 bytes or more, %zu are left", left);
    }
    if (length % 8 != 0) {
        return base_fail(error, "length %zu is not a multiple of 8", length);
    }
    if (length < OF_ACTION_MIN_BYTES || length > left) {
        return base_fail(error, "length %zu, %zu bytes are left", length, left);
    }
    if (type < N_WIRE_TYPES && length != action_bytes[type]) {
        return base_fail(error, "length %zu, type %u has %u", length, type, action_bytes[type]);
    }
    return 0;
}

static int check_value(const struct action *action, struct base_error *error)
{
    if (action->type == ACTION_SET_VLAN_VID && action->vlan_vid > VLAN_VID_MAX) {
        return base_fail(error, "VLAN id %u is above 4095", action->vlan_vid);
    }
    if (action->type == ACTION_SET_VLAN_PCP && action->vlan_pcp > VLAN_PCP_MAX) {
        return base_fail(error, "VLAN priority %u is above 7", action->vlan_pcp);
    }
    if (action->type == ACTION_SET_NW_TOS && action->nw_tos & TOS_ECN) {
        return base_fail(error, "nw_tos %u has its lower 2 bits set", action->nw_tos);
    }
    return 0;
}

/* Vendor: from the vendor's id on; unknown: from the type on. */
static int keep_body(const struct base_reader *body, struct base_arena *arena,
                     struct action *action, struct base_error *error)
{
    action->body_bytes = (uint16_t)base_reader_left(body);
    action->body = base_arena_copy(arena, body->at, action->body_bytes);
    return action->body ? 0 : base_fail(error, "out of memory");
}

static void decode_output(struct base_reader *body, struct action *action)
{
    action->port = base_read_be16(body);
    uint16_t max_len = base_read_be16(body);
    action->max_len = action->port == PORT_CONTROLLER ? max_len : 0;
}

/* `body` is what is behind type and length, and long enough. */
static int decode_body(struct base_reader *body, struct base_arena *arena, struct action *action,
                       struct base_error *error)
{
    switch (action->type) {
    case ACTION_OUTPUT:
        decode_output(body, action);
        break;
    case ACTION_SET_VLAN_VID: /* vlan_vid and tp_port are one member */
    case ACTION_SET_TP_SRC:
    case ACTION_SET_TP_DST:
        action->tp_port = base_read_be16(body);
        break;
    case ACTION_SET_VLAN_PCP: /* and so are vlan_pcp and nw_tos */
    case ACTION_SET_NW_TOS:
        action->nw_tos = base_read_u8(body);
        break;
    case ACTION_SET_DL_SRC:
    case ACTION_SET_DL_DST:
        base_read_copy(body, action->dl_addr, sizeof action->dl_addr);
        break;
    case ACTION_SET_NW_SRC:
    case ACTION_SET_NW_DST:
        action->nw_addr = base_read_be32(body);
        break;
    case ACTION_ENQUEUE:
        action->port = base_read_be16(body);
        base_read_skip(body, 6);
        action->queue_id = base_read_be32(body);
        break;
    case ACTION_VENDOR:
        return keep_body(body, arena, action, error);
    default: /* ACTION_STRIP_VLAN has none */
        break;
    }
    return check_value(action, error);
}

static int decode_action(struct base_reader *in, struct base_arena *arena, struct action *action,
                         struct base_error *error)
{
    struct base_reader whole = *in;
    size_t left = base_reader_left(in);
    action->type = base_read_be16(in);
    uint16_t length = base_read_be16(in);
    if (check_length(action->type, length, left, error)) {
        return -1;
    }
    struct base_reader body = base_read_child(in, length - 4u);
    if (action->type >= N_WIRE_TYPES && action->type != ACTION_VENDOR) {
        action->type = ACTION_UNKNOWN;
        body = base_read_child(&whole, length);
        return keep_body(&body, arena, action, error);
    }
    return decode_body(&body, arena, action, error);
}

int of_decode_actions(struct base_reader *in, struct base_arena *arena,
                      const struct action **actions, size_t *n_actions, struct base_error *error)
{
    *actions = NULL;
    *n_actions = 0;
    if (base_reader_left(in) == 0) {
        return of_check_read(in, "list of actions", error);
    }
    /* No action has fewer than 8 bytes, so that there are no more than this. */
    size_t most = base_reader_left(in) / OF_ACTION_MIN_BYTES;
    struct action *list = base_arena_alloc(arena, most * sizeof *list);
    if (!list) {
        return base_fail(error, "out of memory");
    }
    size_t n = 0;
    while (base_reader_left(in) > 0) {
        struct base_reader begin = *in;
        if (decode_action(in, arena, &list[n], error)) {
            return base_fail_in(error, "action %zu (%s)", n + 1,
                                of_hex(begin.at, base_reader_left(&begin)).text);
        }
        n++;
    }
    *actions = list;
    *n_actions = n;
    return 0;
}

/* How many bytes the action has on the wire; 0 and an error if it can not be sent. */
static size_t sendable_bytes(const struct action *action, struct base_error *error)
{
    bool has_body = action->type == ACTION_VENDOR || action->type == ACTION_UNKNOWN;
    if (action->type >= N_WIRE_TYPES && !has_body) {
        (void)base_fail(error, "unknown action type %u", action->type);
        return 0;
    }
    size_t length = action->type == ACTION_VENDOR    ? action->body_bytes + 4u
                    : action->type == ACTION_UNKNOWN ? action->body_bytes
                                                     : action_bytes[action->type];
    if (check_length(action->type, length, OFP_MAX_MESSAGE_BYTES, error) ||
        check_value(action, error)) {
        return 0;
    }
    return length;
}

static void encode_body(struct base_buffer *out, const struct action *action)
{
    switch (action->type) {
    case ACTION_OUTPUT:
        base_put_be16(out, action->port);
        base_put_be16(out, action->max_len);
        break;
    case ACTION_SET_VLAN_VID:
    case ACTION_SET_TP_SRC:
    case ACTION_SET_TP_DST:
        base_put_be16(out, action->tp_port);
        break;
    case ACTION_SET_VLAN_PCP:
    case ACTION_SET_NW_TOS:
        base_put_u8(out, action->nw_tos);
        break;
    case ACTION_SET_DL_SRC:
    case ACTION_SET_DL_DST:
        base_put_bytes(out, action->dl_addr, sizeof action->dl_addr);
        break;
    case ACTION_SET_NW_SRC:
    case ACTION_SET_NW_DST:
        base_put_be32(out, action->nw_addr);
        break;
    case ACTION_ENQUEUE:
        base_put_be16(out, action->port);
        (void)base_put_zeros(out, 6);
        base_put_be32(out, action->queue_id);
        break;
    case ACTION_VENDOR:
        base_put_bytes(out, action->body, action->body_bytes);
        break;
    default: /* ACTION_STRIP_VLAN has none */
        break;
    }
}

static void encode_action(struct base_buffer *out, const struct action *action, size_t length)
{
    size_t begin = out->n_bytes;
    if (action->type == ACTION_UNKNOWN) {
        base_put_bytes(out, action->body, action->body_bytes);
        return;
    }
    base_put_be16(out, action->type);
    base_put_be16(out, (uint16_t)length);
    encode_body(out, action);
    if (!out->failed) {
        (void)base_put_zeros(out, begin + length - out->n_bytes);
    }
}

int of_encode_actions(struct base_buffer *out, const struct action *actions, size_t n_actions,
                      struct base_error *error)
{
    size_t begin = out->n_bytes;
    for (size_t i = 0; i < n_actions; i++) {
        size_t length = sendable_bytes(&actions[i], error);
        if (length == 0) {
            out->n_bytes = begin;
            return base_fail_in(error, "action %zu", i + 1);
        }
        if (out->n_bytes - begin + length > MAX_LIST_BYTES) {
            out->n_bytes = begin;
            return base_fail(error, "%zu actions are too long for one message", n_actions);
        }
        encode_action(out, &actions[i], length);
    }
    return 0;
}
