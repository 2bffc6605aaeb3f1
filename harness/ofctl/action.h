/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of actions in the syntax of ovs-ofctl(8), both ways. */
#ifndef OFCTL_ACTION_H
#define OFCTL_ACTION_H

#include "model/action.h"

/* Text, as `ovs-ofctl dump-flows --no-names` prints it behind "actions=":
 * "output:2,mod_vlan_vid:5,output:6", "drop" for the empty list. A vendor
 * action: "vendor(0xNNNNNNNN,HEX)" (not ovs-ofctl's; it can be parsed back). What only expectations
 * and composed tables have: "one_of(output:4 or output:5)", "failover(output:4 else output:5)",
 * "clone(mod_vlan_vid:5,output:2)" of a copy that is rewritten, "unknown(REASON)". */
void ofctl_format_actions(const struct action *actions, size_t n_actions, struct base_buffer *out);

/* The same as a text in the arena; NULL without memory. */
const char *ofctl_actions_text(const struct action *actions, size_t n_actions,
                               struct base_arena *arena);

/* Parses what ovs-ofctl(8) accepts for OpenFlow 1.0 actions: output:N, N,
 * in_port, table, normal, flood, all, local, controller, controller:N,
 * controller(max_len=N), output:CONTROLLER:N, enqueue:P:Q, enqueue(P,Q),
 * mod_* and set_* forms, strip_vlan / pop_vlan, drop (alone); and set_field. The actions are
 * in the arena. Errors name the action; `*column` as in ofctl_parse_match. */
int ofctl_parse_actions(const char *text, struct base_arena *arena, const struct action **actions,
                        size_t *n_actions, size_t *column, struct base_error *error);

#endif
