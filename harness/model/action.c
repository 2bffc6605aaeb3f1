/* SPDX-License-Identifier: Apache-2.0
 *
 * When are two actions, or two lists of them, the same. */
#include "model/action.h"

#include <string.h>

static uint16_t kind_of(const struct action *action)
{
    return action->type == ACTION_POP_VLAN ? ACTION_STRIP_VLAN : action->type;
}

bool action_equal(const struct action *a, const struct action *b)
{
    if (kind_of(a) != kind_of(b)) {
        return false;
    }
    switch ((enum action_type)a->type) {
    case ACTION_OUTPUT:
        return a->port == b->port && a->max_len == b->max_len;
    case ACTION_SET_VLAN_VID: /* vlan_vid and tp_port are one member */
    case ACTION_SET_TP_SRC:
    case ACTION_SET_TP_DST:
        return a->tp_port == b->tp_port;
    case ACTION_SET_VLAN_PCP: /* and so are vlan_pcp and nw_tos */
    case ACTION_SET_NW_TOS:
        return a->nw_tos == b->nw_tos;
    case ACTION_STRIP_VLAN:
    case ACTION_POP_VLAN:
    case ACTION_POP_PBB:
    case ACTION_DEC_NW_TTL:
    case ACTION_DEC_MPLS_TTL:
    case ACTION_COPY_TTL_OUT:
    case ACTION_COPY_TTL_IN:
    case ACTION_COPY:
    case ACTION_COPY_END:
        return true;
    case ACTION_ONE_OF:
    case ACTION_FAILOVER:
        return a->n_ways == b->n_ways && a->chosen_by == b->chosen_by;
    case ACTION_OPEN:
        return false;
    case ACTION_GROUP:
        return a->group_id == b->group_id;
    case ACTION_SET_FIELD:
        return field_value_equal(a->field, b->field);
    case ACTION_PUSH_VLAN:
    case ACTION_PUSH_MPLS:
    case ACTION_POP_MPLS:
    case ACTION_PUSH_PBB:
        return a->ethertype == b->ethertype;
    case ACTION_SET_QUEUE:
        return a->queue_id == b->queue_id;
    case ACTION_SET_NW_TTL:
    case ACTION_SET_MPLS_TTL:
        return a->ttl == b->ttl;
    case ACTION_SET_DL_SRC:
    case ACTION_SET_DL_DST:
        return memcmp(a->dl_addr, b->dl_addr, sizeof a->dl_addr) == 0;
    case ACTION_SET_NW_SRC:
    case ACTION_SET_NW_DST:
        return a->nw_addr == b->nw_addr;
    case ACTION_ENQUEUE:
        return a->port == b->port && a->queue_id == b->queue_id;
    case ACTION_UNKNOWN:
    case ACTION_VENDOR:
        return a->body_bytes == b->body_bytes &&
               (a->body_bytes == 0 || memcmp(a->body, b->body, a->body_bytes) == 0);
    }
    return false; /* a type that no decoder lets in is equal to nothing */
}

bool actions_equal(const struct action *a, size_t n_a, const struct action *b, size_t n_b)
{
    for (size_t i = 0; i < n_a && i < n_b; i++) {
        if (!action_equal(&a[i], &b[i])) {
            return false;
        }
    }
    return n_a == n_b;
}

bool actions_send_to(const struct action *actions, size_t n_actions, uint16_t port)
{
    bool found = false;
    for (size_t i = 0; i < n_actions && !found; i++) {
        found = action_sends(&actions[i]) && actions[i].port == port;
    }
    return found;
}

static uint32_t number_of(const struct field_value *field)
{
    uint32_t number = 0;
    for (size_t i = 0; i < field->n_bytes && i < sizeof number; i++) {
        number = number << 8 | field->value[i];
    }
    return number;
}

static struct action plain_set(const struct action *action)
{
    const struct field_value *field = action->field;
    struct action plain = {.type = ACTION_SET_DL_SRC};
    switch ((enum field_id)field->id) {
    case FIELD_DL_DST:
        plain.type = ACTION_SET_DL_DST;
        memcpy(plain.dl_addr, field->value, sizeof plain.dl_addr);
        return plain;
    case FIELD_DL_SRC:
        memcpy(plain.dl_addr, field->value, sizeof plain.dl_addr);
        return plain;
    case FIELD_VLAN_VID:
        return (struct action){.type = ACTION_SET_VLAN_VID, .vlan_vid = number_of(field) & 0xfff};
    case FIELD_VLAN_PCP:
        return (struct action){.type = ACTION_SET_VLAN_PCP, .vlan_pcp = number_of(field) & 7};
    case FIELD_IP_DSCP:
        return (struct action){.type = ACTION_SET_NW_TOS,
                               .nw_tos = (uint8_t)(number_of(field) << 2)};
    case FIELD_IP_SRC:
        return (struct action){.type = ACTION_SET_NW_SRC, .nw_addr = number_of(field)};
    case FIELD_IP_DST:
        return (struct action){.type = ACTION_SET_NW_DST, .nw_addr = number_of(field)};
    case FIELD_TCP_SRC:
    case FIELD_UDP_SRC:
    case FIELD_SCTP_SRC:
    case FIELD_ICMP_TYPE:
    case FIELD_ICMPV6_TYPE:
        return (struct action){.type = ACTION_SET_TP_SRC, .tp_port = (uint16_t)number_of(field)};
    case FIELD_TCP_DST:
    case FIELD_UDP_DST:
    case FIELD_SCTP_DST:
    case FIELD_ICMP_CODE:
    case FIELD_ICMPV6_CODE:
        return (struct action){.type = ACTION_SET_TP_DST, .tp_port = (uint16_t)number_of(field)};
    default:
        return *action;
    }
}

static bool is_whole(const struct field_value *field)
{
    uint8_t all = UINT8_MAX;
    for (size_t i = 0; i < field->n_bytes && i < sizeof field->mask; i++) {
        all &= field->mask[i];
    }
    return all == UINT8_MAX;
}

struct action action_plain(const struct action *action)
{
    if (action->type == ACTION_POP_VLAN) {
        return (struct action){.type = ACTION_STRIP_VLAN};
    }
    return action->type == ACTION_SET_FIELD && is_whole(action->field) ? plain_set(action)
                                                                       : *action;
}

bool actions_hand_to(const struct action *actions, size_t n_actions, uint32_t group_id)
{
    bool hand = false;
    for (size_t i = 0; i < n_actions && !hand; i++) {
        hand = actions[i].type == ACTION_GROUP && actions[i].group_id == group_id;
    }
    return hand;
}
