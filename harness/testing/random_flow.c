/* SPDX-License-Identifier: Apache-2.0
 *
 * What entries can a table of OpenFlow 1.0 have? */
#include "testing/random_flow.h"

#include "model/port.h"

#include <string.h>

uint32_t roll(struct dice *dice, uint32_t n)
{
    dice->state ^= dice->state >> 12;
    dice->state ^= dice->state << 25;
    dice->state ^= dice->state >> 27;
    return (uint32_t)((dice->state * 0x2545f4914f6cdd1d >> 32) % n);
}

static void random_bytes(struct dice *dice, uint8_t *bytes, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++) {
        bytes[i] = (uint8_t)roll(dice, 256);
    }
}

static uint16_t random_port(struct dice *dice)
{
    static const uint16_t ports[] = {PORT_LOCAL, 1, 2, 10, 48, 1000, PORT_MAX - 1};
    return ports[roll(dice, sizeof ports / sizeof ports[0])];
}

static void random_layer_2(struct dice *dice, struct match *match)
{
    static const uint16_t types[] = {0x0800, 0x0800, 0x0800, 0x0806,
                                     0x86dd, 0x88b5, 0x88cc, 0x05ff};
    if (roll(dice, 2)) {
        match->value.in_port = random_port(dice);
        match->mask.in_port = UINT16_MAX;
    }
    if (roll(dice, 3) == 0) {
        random_bytes(dice, match->value.dl_src, 6);
        memset(match->mask.dl_src, 0xff, 6);
    }
    if (roll(dice, 3) == 0) {
        random_bytes(dice, match->value.dl_dst, 6);
        memset(match->mask.dl_dst, 0xff, 6);
    }
    static const uint16_t vlan_masks[] = {
        0, 0, VLAN_TAGGED | VLAN_VID, VLAN_TAGGED | VLAN_PCP, 0xffff, VLAN_TAGGED};
    match->mask.vlan_tci = vlan_masks[roll(dice, 6)];
    if (match->mask.vlan_tci != VLAN_TAGGED) {
        match->value.vlan_tci = (uint16_t)(roll(dice, 65536) | VLAN_TAGGED);
    }
    if (roll(dice, 4)) {
        match->value.dl_type = types[roll(dice, sizeof types / sizeof types[0])];
        match->mask.dl_type = UINT16_MAX;
    }
}

static void random_layers_3_and_4(struct dice *dice, struct match *match)
{
    static const uint8_t protos[] = {1, 2, 6, 17, 58, 89, 132};
    match->value.nw_tos = (uint8_t)(roll(dice, 64) << 2);
    match->mask.nw_tos = roll(dice, 3) ? 0 : 0xfc;
    match->value.nw_src = roll(dice, UINT32_MAX);
    match->mask.nw_src = roll(dice, 2) ? 0 : UINT32_MAX << roll(dice, 32);
    match->value.nw_dst = roll(dice, UINT32_MAX);
    match->mask.nw_dst = roll(dice, 2) ? 0 : UINT32_MAX << roll(dice, 32);
    match->value.nw_proto = protos[roll(dice, sizeof protos)];
    match->mask.nw_proto = roll(dice, 3) ? 0xff : 0;
    bool icmp = header_is_icmp(&match->value); /* type and code have 8 bits */
    match->value.tp_src = (uint16_t)roll(dice, icmp ? 256 : 65536);
    match->mask.tp_src = roll(dice, 2) ? UINT16_MAX : 0;
    match->value.tp_dst = (uint16_t)roll(dice, icmp ? 256 : 65536);
    match->mask.tp_dst = roll(dice, 2) ? UINT16_MAX : 0;
}

static struct match random_match(struct dice *dice)
{
    struct match match = {0};
    random_layer_2(dice, &match);
    if (match.value.dl_type != DL_TYPE_IPV6) { /* OpenFlow 1.0 has nothing more of it */
        random_layers_3_and_4(dice, &match);
    }
    match_normalize(&match);
    return match;
}

static void random_output(struct dice *dice, struct action *action)
{
    static const uint16_t reserved[] = {PORT_IN_PORT, PORT_NORMAL, PORT_FLOOD,
                                        PORT_ALL,     PORT_LOCAL,  PORT_CONTROLLER};
    action->port = roll(dice, 2) ? (uint16_t)(1 + roll(dice, 300)) : reserved[roll(dice, 6)];
    if (action->port == PORT_CONTROLLER) {
        action->max_len = (uint16_t)roll(dice, 65536);
    }
}

static struct action random_action(struct dice *dice)
{
    struct action action = {.type = (uint16_t)roll(dice, ACTION_ENQUEUE + 1)};
    switch (action.type) {
    case ACTION_OUTPUT:
        random_output(dice, &action);
        break;
    case ACTION_SET_VLAN_VID:
        action.vlan_vid = (uint16_t)roll(dice, 4096);
        break;
    case ACTION_SET_VLAN_PCP:
        action.vlan_pcp = (uint8_t)roll(dice, 8);
        break;
    case ACTION_SET_DL_SRC:
    case ACTION_SET_DL_DST:
        random_bytes(dice, action.dl_addr, 6);
        break;
    case ACTION_SET_NW_SRC:
    case ACTION_SET_NW_DST:
        action.nw_addr = roll(dice, UINT32_MAX);
        break;
    case ACTION_SET_NW_TOS:
        action.nw_tos = (uint8_t)(roll(dice, 64) << 2);
        break;
    case ACTION_SET_TP_SRC:
    case ACTION_SET_TP_DST:
        action.tp_port = (uint16_t)roll(dice, 65536);
        break;
    case ACTION_ENQUEUE:
        action.port = (uint16_t)(1 + roll(dice, 300));
        action.queue_id = roll(dice, UINT32_MAX);
        break;
    default:
        break;
    }
    return action;
}

struct flow_entry *random_flow(struct dice *dice, struct flow_table *table)
{
    struct flow_entry *entry = flow_table_add(table);
    uint16_t n_actions = (uint16_t)roll(dice, 6);
    struct action *actions = base_arena_alloc(&table->arena, 6 * sizeof *actions);
    if (!entry || !actions) {
        return NULL;
    }
    for (uint16_t i = 0; i < n_actions; i++) {
        actions[i] = random_action(dice);
    }
    *entry = (struct flow_entry){
        .match = random_match(dice),
        .actions = n_actions > 0 ? actions : NULL,
        .n_actions = n_actions,
        .cookie = roll(dice, 2) ? 0 : (uint64_t)roll(dice, UINT32_MAX) << 32 | roll(dice, 99),
        .n_packets = roll(dice, 1000000),
        .n_bytes = roll(dice, UINT32_MAX),
        .duration_sec = roll(dice, 100000),
        .duration_nsec = roll(dice, 3) ? roll(dice, 1000) * 1000000 : roll(dice, 1000000000),
        .priority = roll(dice, 2) ? (uint16_t)roll(dice, 65536) : FLOW_PRIORITY_DEFAULT,
        .idle_timeout = (uint16_t)(roll(dice, 2) ? 0 : roll(dice, 65536)),
        .hard_timeout = (uint16_t)(roll(dice, 2) ? 0 : roll(dice, 65536)),
        .table_id = (uint8_t)roll(dice, 3),
    };
    return entry;
}
