/* SPDX-License-Identifier: Apache-2.0
 *
 * A change made on copies of the switches' states. Pure. */
#ifndef CHANGE_PLAN_H
#define CHANGE_PLAN_H

#include "base/arena.h"
#include "model/flow_mod.h"
#include "model/state.h"

/* What a switch makes of one item. */
enum change_answer {
    CHANGE_TAKEN,
    CHANGE_NO_ENTRY,  /* a modify or delete that no entry matches; such a modify adds one, unless it
                         chooses by cookie. Or a delete of a group or meter that is not there */
    CHANGE_NO_PORT,   /* it sends to a port that the switch does not have: section 4.6 leaves it to
                         the switch whether it takes that. Made here as if it did */
    CHANGE_NO_CALLED, /* a bucket calls a group that is not there, */
    CHANGE_LOOP,      /* or a group would call itself, in the end: the same */
    CHANGE_OVERLAPS,  /* refused, OFPFMFC_OVERLAP */
    CHANGE_BAD_ACTION, /* refused, OFPBAC_BAD_TYPE: by its features it has no such action */
    CHANGE_NO_GROUP,   /* refused, as all that follow, with the error that the report names */
    CHANGE_NO_METER,
    CHANGE_NO_TABLE,
    CHANGE_BAD_GOTO,
    CHANGE_GROUP_EXISTS,
    CHANGE_GROUP_UNKNOWN,
    CHANGE_GROUP_INVALID,
    CHANGE_METER_EXISTS,
    CHANGE_METER_UNKNOWN,
    CHANGE_NOT_IN_10,
    N_CHANGE_ANSWERS
};

static inline bool change_is_refused(enum change_answer answer)
{
    return answer >= CHANGE_OVERLAPS;
}

struct change_effect {
    enum change_answer answer;
    const struct flow_entry *overlaps; /* CHANGE_OVERLAPS: with this one, in the arena */
    const struct action *action;       /* CHANGE_NO_PORT, CHANGE_BAD_ACTION: the first such one */
    uint32_t number; /* of the group, meter or table that is missing, or there already */
};

struct change_plan {
    struct switch_state *copies; /* by switch; all but entries, groups and meters is borrowed */
    const struct switch_state **states; /* by switch: after the change; NULL: not read */
    struct change_effect *effects;      /* by item */
    size_t n_switches;
    struct base_arena arena;
};

/* Makes all items in their order (change/edit.h): one that is refused changes nothing,
 * and the next one follows. What a switch says of its ports and actions is used where it is known
 * (a saved state may leave it out). `before`: by switch, NULL: not read. Both `changes` and
 * `before` must outlive the plan. 0, or -1 without memory, and then there is nothing to
 * free. */
int change_plan_make(struct change_plan *plan, const struct flow_changes *changes,
                     const struct switch_state *const *before, size_t n_switches);
void change_plan_free(struct change_plan *plan);

#endif
