/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions of OpenFlow 1.3 that 1.0 does not have, in the syntax of ovs-ofctl(8). Within this room
 * only. */
#ifndef OFCTL_LATER_ACTION_H
#define OFCTL_LATER_ACTION_H

#include "base/token.h"
#include "model/action.h"

/* Appends the action: "group:1", "set_field:4196->vlan_vid". False: it is none of these. */
bool later_action_format(const struct action *action, struct base_buffer *out);

/* Reads one: what it sets stands in the arena. 1: it is none of these. -1: a bad value, or no
 * memory. */
int later_action_parse(const struct token *token, struct base_arena *arena, struct action *action,
                       struct base_error *error);

#endif
