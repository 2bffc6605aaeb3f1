/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of actions of OpenFlow 1.3 (1.3.5, section 7.2.5) to and from struct action. */
#ifndef OPENFLOW_OF13_ACTION_CODEC_H
#define OPENFLOW_OF13_ACTION_CODEC_H

#include "base/buffer.h"
#include "base/reader.h"
#include "model/action.h"

/* Reads everything that is left in `in` as actions. All that they need is in the arena; *actions is
 * NULL when there are none. An experimenter's is taken whole, as ACTION_VENDOR, and
 * so is one of an unknown type, as ACTION_UNKNOWN. SET_TP_SRC and SET_TP_DST of OpenFlow 1.1 are
 * known: Open vSwitch sends them.
 *
 * Fails, naming the number of the action (from 1) and showing its bytes, on: a length that is below
 * 8, not a multiple of 8, behind the end, or not the type's own; a port that the model cannot say;
 * a field that is cut short. */
int of13_decode_actions(struct base_reader *in, struct base_arena *arena,
                        const struct action **actions, uint16_t *n_actions,
                        struct base_error *error);

/* Fails, having written nothing, on an action that OpenFlow 1.3 does not have: the mod_* of 1.0
 * (but for those that set_field can say; those of a tag it can behind one that is pushed: without
 * a tag in the frame it would do nothing, where 1.0 adds one). */
int of13_encode_actions(struct base_buffer *out, const struct action *actions, size_t n_actions,
                        struct base_error *error);

#endif
