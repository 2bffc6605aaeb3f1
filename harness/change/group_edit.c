/* SPDX-License-Identifier: Apache-2.0
 *
 * What does a group- or meter-mod do to a switch, and what does it lack for a flow-mod? */
#include "change/group_edit.h"

#include "base/memory.h"

#include <stdlib.h>

#define GROUP_MAX UINT32_C(0xffffff00) /* OFPG_MAX */

/* ----------------------------------------------------------------------- copies */

int change_groups_copy(const struct group_table *from, struct group_table *to)
{
    int status = 0;
    for (size_t i = 0; i < from->n_groups && status == 0; i++) {
        struct group *group = group_table_add(to);
        status = group ? 0 : -1;
        if (group) {
            *group = from->groups[i];
        }
    }
    for (size_t i = 0; i < from->n_meters && status == 0; i++) {
        struct meter *meter = group_table_add_meter(to);
        status = meter ? 0 : -1;
        if (meter) {
            *meter = from->meters[i];
        }
    }
    return status;
}

/* ----------------------------------------------------------------------- groups */

static bool calls(const struct group *group, uint32_t id)
{
    bool found = false;
    for (size_t i = 0; i < group->n_buckets && !found; i++) {
        found = actions_hand_to(group->buckets[i].actions, group->buckets[i].n_actions, id);
    }
    return found;
}

/* Whether packets that come to `from` may come to group `id` again; seen: by group of the table. */
static bool leads_to(const struct group_table *groups, const struct group *from, uint32_t id,
                     bool *seen)
{
    bool leads = calls(from, id);
    for (size_t i = 0; i < groups->n_groups && !leads; i++) {
        if (!seen[i] && calls(from, groups->groups[i].id)) {
            seen[i] = true;
            leads = leads_to(groups, &groups->groups[i], id, seen);
        }
    }
    return leads;
}

/* What the switch may object to in a group that it takes: a port or a group that it does not have,
 * a circle. -1 without memory. */
static int doubt(const struct group_table *groups, const struct switch_state *state,
                 const struct group *group, struct change_effect *effect)
{
    for (size_t i = 0; i < group->n_buckets && effect->answer == CHANGE_TAKEN; i++) {
        for (size_t j = 0; j < group->buckets[i].n_actions && effect->answer == CHANGE_TAKEN; j++) {
            const struct action *action = &group->buckets[i].actions[j];
            if (action->type == ACTION_GROUP && !group_find(groups, action->group_id)) {
                *effect =
                    (struct change_effect){.answer = CHANGE_NO_CALLED, .number = action->group_id};
            } else if (action_sends(action) && action->port <= PORT_MAX && state->n_ports > 0 &&
                       !switch_state_port(state, action->port)) {
                *effect = (struct change_effect){.answer = CHANGE_NO_PORT, .action = action};
            }
        }
    }
    bool *seen = base_calloc(groups->n_groups + 1, sizeof *seen);
    if (seen && leads_to(groups, group, group->id, seen)) {
        *effect = (struct change_effect){.answer = CHANGE_LOOP, .number = group->id};
    }
    free(seen);
    return seen ? 0 : -1;
}

static int set_group(struct group_table *groups, const struct switch_state *state,
                     const struct group_mod *mod, const struct group *group,
                     struct change_effect *effect)
{
    struct group *there = (struct group *)group_find(groups, group->id);
    bool adds = mod->command == FLOW_ADD || (mod->adds_too && !there);
    effect->number = group->id;
    if (group->id > GROUP_MAX || (group->type == GROUP_INDIRECT && group->n_buckets != 1)) {
        effect->answer = CHANGE_GROUP_INVALID;
    } else if (adds && there) {
        effect->answer = CHANGE_GROUP_EXISTS;
    } else if (!adds && !there) {
        effect->answer = CHANGE_GROUP_UNKNOWN;
    } else {
        there = there ? there : group_table_add(groups);
        if (!there) {
            return -1;
        }
        *there = *group;
        return doubt(groups, state, group, effect);
    }
    return 0;
}

static void delete_groups(struct group_table *groups, struct change_edit *edit,
                          const struct group_mod *mod, const struct group *group,
                          struct change_effect *effect)
{
    size_t n = 0;
    for (size_t i = 0; i < groups->n_groups; i++) {
        uint32_t id = groups->groups[i].id;
        if (mod->all || id == group->id) {
            change_edit_delete_users(edit, id, NO_METER);
        } else {
            groups->groups[n++] = groups->groups[i];
        }
    }
    bool none = n == groups->n_groups && !mod->all;
    groups->n_groups = n;
    effect->answer = none ? CHANGE_NO_ENTRY : CHANGE_TAKEN;
}

/* ----------------------------------------------------------------------- meters */

static int set_meter(struct group_table *groups, const struct group_mod *mod,
                     const struct meter *meter, struct change_effect *effect)
{
    struct meter *there = (struct meter *)meter_find(groups, meter->id);
    bool adds = mod->command == FLOW_ADD;
    effect->number = meter->id;
    if (adds == (there != NULL)) {
        effect->answer = adds ? CHANGE_METER_EXISTS : CHANGE_METER_UNKNOWN;
        return 0;
    }
    there = there ? there : group_table_add_meter(groups);
    if (there) {
        *there = *meter;
    }
    return there ? 0 : -1;
}

static void delete_meters(struct group_table *groups, struct change_edit *edit,
                          const struct group_mod *mod, const struct meter *meter,
                          struct change_effect *effect)
{
    size_t n = 0;
    for (size_t i = 0; i < groups->n_meters; i++) {
        uint32_t id = groups->meters[i].id;
        if (mod->all || id == meter->id) {
            change_edit_delete_users(edit, GROUP_NONE, id);
        } else {
            groups->meters[n++] = groups->meters[i];
        }
    }
    bool none = n == groups->n_meters && !mod->all;
    groups->n_meters = n;
    effect->answer = none ? CHANGE_NO_ENTRY : CHANGE_TAKEN;
}

int change_groups_apply(struct group_table *groups, struct change_edit *edit,
                        const struct switch_state *state, const struct group_mod *mod,
                        const struct group_table *of, struct change_effect *effect)
{
    const struct group *group = mod->of_meters || mod->all ? NULL : &of->groups[mod->nth];
    const struct meter *meter = !mod->of_meters || mod->all ? NULL : &of->meters[mod->nth];
    int status = 0;
    *effect = (struct change_effect){.answer = CHANGE_TAKEN};
    if (state->version == 1) {
        effect->answer = CHANGE_NOT_IN_10;
    } else if (mod->command == FLOW_DELETE) {
        mod->of_meters ? delete_meters(groups, edit, mod, meter, effect)
                       : delete_groups(groups, edit, mod, group, effect);
    } else {
        status = mod->of_meters ? set_meter(groups, mod, meter, effect)
                                : set_group(groups, state, mod, group, effect);
    }
    return status;
}

/* ------------------------------------------------------------- what entries need */

static bool has_group(const struct group_table *groups, const struct action *actions, size_t n,
                      uint32_t *id)
{
    bool has = true;
    for (size_t i = 0; i < n && has; i++) {
        has = actions[i].type != ACTION_GROUP || group_find(groups, actions[i].group_id);
        *id = has ? *id : actions[i].group_id;
    }
    return has;
}

struct change_effect change_groups_expect(const struct group_table *groups,
                                          const struct switch_state *state,
                                          const struct flow_mod *mod)
{
    static const struct instructions none;
    const struct flow_entry *flow = &mod->flow;
    const struct instructions *more = flow->instructions ? flow->instructions : &none;
    bool one_table = mod->command == FLOW_ADD || !mod->any_table;
    struct change_effect effect = {.answer = CHANGE_TAKEN};
    if (one_table && state->n_tables > 0 && flow->table_id >= state->n_tables) {
        effect = (struct change_effect){.answer = CHANGE_NO_TABLE, .number = flow->table_id};
    } else if (more->goto_table != NO_GOTO &&
               ((one_table && more->goto_table <= flow->table_id) ||
                (state->n_tables > 0 && more->goto_table >= state->n_tables))) {
        effect = (struct change_effect){.answer = CHANGE_BAD_GOTO, .number = more->goto_table};
    } else if (switch_state_tells_groups(state) &&
               (!has_group(groups, flow->actions, flow->n_actions, &effect.number) ||
                !has_group(groups, more->written, more->n_written, &effect.number))) {
        effect.answer = CHANGE_NO_GROUP;
    } else if (switch_state_tells_groups(state) && more->meter != NO_METER &&
               !meter_find(groups, more->meter)) {
        effect = (struct change_effect){.answer = CHANGE_NO_METER, .number = more->meter};
    }
    return effect;
}
