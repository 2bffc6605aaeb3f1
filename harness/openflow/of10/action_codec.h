/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of actions (OpenFlow 1.0, section 5.2.4) to and from struct action. */
#ifndef OPENFLOW_OF10_ACTION_CODEC_H
#define OPENFLOW_OF10_ACTION_CODEC_H

#include "model/action.h"
#include "openflow/message.h"

/* Reads everything that is left in `in` as actions. The list is in the arena,
 * bodies of vendor actions too; *actions is NULL when there are none.
 *
 * Fails, naming the number of the action (from 1) and showing its bytes, on: a
 * length that is 0, below 8, not a multiple of 8, behind the end, or not the
 * type's own; an unknown type; a value out of range (VLAN id above 4095,
 * priority above 7, nw_tos with its lower 2 bits set), as Open vSwitch does. */
int of_decode_actions(struct base_reader *in, struct base_arena *arena,
                      const struct action **actions, size_t *n_actions, struct base_error *error);

/* Fails, having written nothing, on an action that of_decode_actions would
 * refuse, and on a list that is too long for a FLOW_MOD or a flow stats record. */
int of_encode_actions(struct base_buffer *out, const struct action *actions, size_t n_actions,
                      struct base_error *error);

#endif
