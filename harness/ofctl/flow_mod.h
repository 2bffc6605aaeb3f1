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

/* Parses one line as a group-mod, `group add | modify | add_or_mod GROUP` or `group delete
 * [group_id=N | group_id=all]`, as `ovs-ofctl bundle` reads it, or the same of meters: `meter add |
 * modify METER`, `meter delete [meter=N | meter=all]`. GROUP and METER as ofctl_parse_group reads
 * them; they are added to the table. 1: the line begins with neither word; -1, with `*column`: it
 * is none of these. */
int ofctl_parse_group_mod(const char *text, struct group_table *table, struct group_mod *mod,
                          size_t *column, struct base_error *error);

#endif
