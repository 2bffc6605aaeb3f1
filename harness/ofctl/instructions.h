/* SPDX-License-Identifier: Apache-2.0
 *
 * What an entry does, in the syntax of ovs-ofctl(8): its actions, and among them the instructions
 * of OpenFlow 1.3: "meter:1,output:2,write_actions(group:3),goto_table:4". */
#ifndef OFCTL_INSTRUCTIONS_H
#define OFCTL_INSTRUCTIONS_H

#include "model/flow.h"

/* Appends what stands behind "actions=". */
void ofctl_format_instructions(const struct flow_entry *entry, struct base_buffer *out);

/* Reads what stands there: actions, n_actions and instructions of the entry; all in the arena.
 * from_switch: also outputs to ports that no flow-mod may name. -1, `*column` is where in the
 * text: as ofctl_parse_actions; an instruction twice, or behind one that is executed after it; no
 * memory. */
int ofctl_read_instructions(const char *text, bool from_switch, struct base_arena *arena,
                            struct flow_entry *entry, size_t *column, struct base_error *error);

#endif
