/* SPDX-License-Identifier: Apache-2.0
 *
 * What would the flow tables of a network be after a change that was not made yet? */
#include "change/plan.h"

#include "base/memory.h"
#include "change/edit.h"

#include <stdlib.h>

static int refuse(struct change_plan *plan, size_t item, const struct flow_entry *overlaps)
{
    plan->overlaps[item] = base_arena_copy(&plan->arena, overlaps, sizeof *overlaps);
    return plan->overlaps[item] ? 0 : -1;
}

static int change_switch(struct change_plan *plan, const struct flow_changes *changes,
                         const struct switch_state *before, size_t sw)
{
    struct change_edit edit;
    const struct flow_entry *overlaps;
    int status = change_edit_begin(&edit, &before->flows);
    for (size_t i = 0; i < changes->n_items && status >= 0; i++) {
        if (changes->items[i].sw == sw) {
            status = change_edit_apply(&edit, &changes->items[i].mod, &overlaps);
            status = status == 1 ? refuse(plan, i, overlaps) : status;
        }
    }
    if (status >= 0) {
        plan->copies[sw] = *before;
        plan->copies[sw].flows = change_edit_end(&edit);
        plan->states[sw] = &plan->copies[sw];
    }
    change_edit_free(&edit);
    return status;
}

int change_plan_make(struct change_plan *plan, const struct flow_changes *changes,
                     const struct switch_state *const *before, size_t n_switches)
{
    *plan = (struct change_plan){.n_switches = n_switches};
    plan->copies = base_calloc(n_switches + 1, sizeof *plan->copies);
    plan->states = base_calloc(n_switches + 1, sizeof *plan->states);
    plan->overlaps = base_calloc(changes->n_items + 1, sizeof *plan->overlaps);
    int status = plan->copies && plan->states && plan->overlaps ? 0 : -1;
    for (size_t sw = 0; sw < n_switches && status == 0; sw++) {
        status = before[sw] ? change_switch(plan, changes, before[sw], sw) : 0;
    }
    if (status < 0) {
        change_plan_free(plan);
    }
    return status;
}

void change_plan_free(struct change_plan *plan)
{
    for (size_t sw = 0; plan->copies && sw < plan->n_switches; sw++) {
        flow_table_free(&plan->copies[sw].flows);
    }
    free(plan->copies);
    free(plan->states);
    free(plan->overlaps);
    base_arena_free(&plan->arena);
    *plan = (struct change_plan){0};
}
