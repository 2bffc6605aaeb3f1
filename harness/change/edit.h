/* SPDX-License-Identifier: Apache-2.0
 *
 * What flow-mods do to a flow table (OpenFlow 1.0.0, sections 3.4, 4.6 and
 * 5.3.3), on a copy of it. Where the specification is silent, what Open vSwitch
 * 3.1 does (checked against it in edit_live_test.c):
 *   - add replaces the entry of the same match and priority, counters and all,
 *     even if that one is the only thing that CHECK_OVERLAP could object to;
 *   - modify gives its cookie to the entries (unless it chooses by cookie), and
 *     keeps their timeouts, priority and counters; where it chooses none it is an
 *     add, unless it chooses by cookie;
 *   - a match without any wildcard has priority 65535, whatever was written
 *     (a flow-mod that chooses by cookie is Open vSwitch's own, not 1.0's, and
 *     has no such rule);
 *   - not strict: priorities do not count, and entries within the match are
 *     chosen; out_port counts for delete only, and enqueue is an output too.
 * Limits of a switch (a full table, an action it does not have) are not
 * foreseen. Pure. */
#ifndef CHANGE_EDIT_H
#define CHANGE_EDIT_H

#include "base/intern.h"
#include "model/flow.h"
#include "model/flow_mod.h"

/* A copy of a table that is being changed. Actions are borrowed from the table
 * and from the flow-mods. */
struct change_edit {
    struct flow_table rows; /* those that are gone too */
    bool *gone;             /* by row */
    size_t capacity;
    struct base_interner keys; /* by row: table, priority and match */
    uint8_t last_table;
    bool chose; /* the last modify or delete was about some entry */
};

/* -1 without memory; change_edit_free all the same. */
int change_edit_begin(struct change_edit *edit, const struct flow_table *table);

/* One flow-mod. 0: done; 1: refused, the switch would answer with
 * OFPFMFC_OVERLAP, and `*overlaps` is an entry that it overlaps with (until the
 * next call); -1 without memory. */
int change_edit_apply(struct change_edit *edit, const struct flow_mod *mod,
                      const struct flow_entry **overlaps);

/* Deletes the entries that use this group (GROUP_NONE: none), or this meter (NO_METER). */
void change_edit_delete_users(struct change_edit *edit, uint32_t group_id, uint32_t meter_id);

/* Takes the table out, those entries first that were there before, in their
 * order: free it with flow_table_free. */
struct flow_table change_edit_end(struct change_edit *edit);
void change_edit_free(struct change_edit *edit);

#endif
