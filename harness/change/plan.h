/* SPDX-License-Identifier: Apache-2.0
 *
 * A change made on copies of the switches' states. Pure. */
#ifndef CHANGE_PLAN_H
#define CHANGE_PLAN_H

#include "base/arena.h"
#include "model/flow_mod.h"
#include "model/state.h"

struct change_plan {
    struct switch_state *copies;        /* by switch; everything but the entries is borrowed */
    const struct switch_state **states; /* by switch: after the change; NULL: not read */
    const struct flow_entry **overlaps; /* by item: the entry with which it overlaps, so that the
                                           switch would refuse it; NULL: it would not */
    size_t n_switches;
    struct base_arena arena;
};

/* Makes all items in their order (change/edit.h): one that is refused changes nothing,
 * and the next one follows. `before`: by switch, NULL: not read. Both `changes` and
 * `before` must outlive the plan. 0, or -1 without memory, and then there is nothing to
 * free. */
int change_plan_make(struct change_plan *plan, const struct flow_changes *changes,
                     const struct switch_state *const *before, size_t n_switches);
void change_plan_free(struct change_plan *plan);

#endif
