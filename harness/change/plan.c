/* SPDX-License-Identifier: Apache-2.0
 *
 * What would the flow tables of a network be after a change that was not made yet? */
#include "change/plan.h"

#include "base/memory.h"
#include "change/edit.h"
#include "change/group_edit.h"

#include <stdlib.h>

static bool brings_actions(const struct flow_mod *mod)
{
    return mod->command != FLOW_DELETE && mod->command != FLOW_DELETE_STRICT;
}

static bool is_supported(const struct switch_state *state, const struct action *action)
{
    uint32_t known = state->supported_actions;
    return !known || action->type >= 32 || (known >> action->type & 1);
}

static bool has_port(const struct switch_state *state, const struct action *action)
{
    return !action_sends(action) || action->port > PORT_MAX || state->n_ports == 0 ||
           switch_state_port(state, action->port);
}

/* What can be known of an item before its turn: by its actions. */
static struct change_effect expect(const struct switch_state *state, const struct flow_mod *mod)
{
    struct change_effect effect = {.answer = CHANGE_TAKEN};
    for (size_t i = 0; brings_actions(mod) && i < mod->flow.n_actions; i++) {
        const struct action *action = &mod->flow.actions[i];
        enum change_answer answer = !is_supported(state, action) ? CHANGE_BAD_ACTION
                                    : !has_port(state, action)   ? CHANGE_NO_PORT
                                                                 : CHANGE_TAKEN;
        if (answer > effect.answer) {
            effect = (struct change_effect){.answer = answer, .action = action};
        }
    }
    return effect;
}

static int change_flow(struct change_plan *plan, const struct switch_state *state,
                       const struct group_table *groups, const struct flow_mod *mod,
                       struct change_edit *edit, struct change_effect *effect)
{
    const struct flow_entry *overlaps;
    struct change_effect lacks = brings_actions(mod)
                                     ? change_groups_expect(groups, state, mod)
                                     : (struct change_effect){.answer = CHANGE_TAKEN};
    *effect = expect(state, mod);
    *effect = lacks.answer > effect->answer ? lacks : *effect;
    if (change_is_refused(effect->answer)) {
        return 0;
    }
    int status = change_edit_apply(edit, mod, &overlaps);
    if (status == 1) {
        effect->answer = CHANGE_OVERLAPS;
        effect->overlaps = base_arena_copy(&plan->arena, overlaps, sizeof *overlaps);
        return effect->overlaps ? 0 : -1;
    }
    if (effect->answer == CHANGE_TAKEN && mod->command != FLOW_ADD && !edit->chose) {
        effect->answer = CHANGE_NO_ENTRY;
    }
    return status;
}

static int change_switch(struct change_plan *plan, const struct flow_changes *changes,
                         const struct switch_state *before, size_t sw)
{
    struct group_table *groups = &plan->copies[sw].groups;
    struct change_edit edit = {0};
    int status = change_groups_copy(&before->groups, groups);
    status = status == 0 ? change_edit_begin(&edit, &before->flows) : status;
    for (size_t i = 0; i < changes->n_items && status >= 0; i++) {
        const struct flow_change *item = &changes->items[i];
        if (item->sw == sw && item->of_groups) {
            status = change_groups_apply(groups, &edit, before, &item->group_mod, &changes->groups,
                                         &plan->effects[i]);
        } else if (item->sw == sw) {
            status = change_flow(plan, before, groups, &item->mod, &edit, &plan->effects[i]);
        }
    }
    if (status >= 0) {
        struct group_table changed = *groups;
        plan->copies[sw] = *before;
        plan->copies[sw].groups = changed;
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
    plan->effects = base_calloc(changes->n_items + 1, sizeof *plan->effects);
    int status = plan->copies && plan->states && plan->effects ? 0 : -1;
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
        group_table_free(&plan->copies[sw].groups);
    }
    free(plan->copies);
    free(plan->states);
    free(plan->effects);
    base_arena_free(&plan->arena);
    *plan = (struct change_plan){0};
}
