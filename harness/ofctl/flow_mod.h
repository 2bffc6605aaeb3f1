/* SPDX-License-Identifier: Apache-2.0
 *
 * Flow-mods in the syntax of `ovs-ofctl add-flows`, and of its bundles. */
#ifndef OFCTL_FLOW_MOD_H
#define OFCTL_FLOW_MOD_H

#include "model/flow_mod.h"

/* Parses one line as `ovs-ofctl add-flows` reads it: [flow] [add | modify |
 * modify_strict | delete | delete_strict] FLOW; add unless a command is written.
 * The keys are those of ofctl_parse_flow; besides check_overlap, send_flow_rem and
 * reset_counts (which 1.0 does not have: an add resets anyway), cookie=VALUE/MASK
 * to choose entries by their cookie in modify and delete, out_port=N in delete.
 * A delete has no actions, no timeouts, and, unless it is strict, no priority.
 * The actions are in the arena. Errors as ofctl_parse_flow. */
int ofctl_parse_flow_mod(const char *text, struct base_arena *arena, struct flow_mod *mod,
                         size_t *column, struct base_error *error);

#endif
