/* SPDX-License-Identifier: Apache-2.0
 *
 * What group- and meter-mods do to a switch (OpenFlow 1.3.5, sections 6.4, 6.5, 7.3.4.2 and
 * 7.3.4.4), on a copy of it. Where the specification is silent, what Open vSwitch 3.1 does: a group
 * may call one that is not there, and itself. Pure. */
#ifndef CHANGE_GROUP_EDIT_H
#define CHANGE_GROUP_EDIT_H

#include "change/edit.h"
#include "change/plan.h"

/* Fills an empty table with the same groups and meters, whose buckets and bands are borrowed:
 * group_table_free. -1 without memory; free it even then. */
int change_groups_copy(const struct group_table *from, struct group_table *to);

/* One mod, whose group or meter is in `of`; entries that use what is deleted are deleted, too. What
 * is refused changes nothing. `state`: of the switch before the change, whose version and ports
 * count. -1 without memory. */
int change_groups_apply(struct group_table *groups, struct change_edit *edit,
                        const struct switch_state *state, const struct group_mod *mod,
                        const struct group_table *of, struct change_effect *effect);

/* What the switch lacks for a flow-mod: groups, meters, tables. CHANGE_TAKEN: nothing. */
struct change_effect change_groups_expect(const struct group_table *groups,
                                          const struct switch_state *state,
                                          const struct flow_mod *mod);

#endif
