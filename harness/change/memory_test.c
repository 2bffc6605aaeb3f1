/* SPDX-License-Identifier: Apache-2.0
 *
 * What does each function of this room answer where an allocation fails: that it did, or what it
 * answers with enough memory, and never less. */
#include "base/memory.h"
#include "change/diff.h"
#include "change/edit.h"
#include "change/plan.h"
#include "ofctl/flow.h"
#include "ofctl/flow_mod.h"
#include "ofctl/group.h"
#include "testing/cmocka.h"
#include "testing/failing.h"

#include <stdio.h>
#include <stdlib.h>

enum { MODS = 6, MANY = 40, PLENTY = 10000000 };

static struct port ports[] = {{.number = 1}, {.number = 2}, {.number = 3}, {.number = 4}};

static void add_flow(struct switch_state *state, const char *text)
{
    assert_int_equal(ofctl_parse_flow(text, &state->flows, NULL, NULL, NULL), 0);
}

/* Two tables that differ in many entries, some of which have rivals. */
static void make_pair(struct switch_state states[2])
{
    for (int s = 0; s < 2; s++) {
        states[s] = (struct switch_state){.ports = ports, .n_ports = 4};
        for (int i = 0; i < MANY; i++) {
            char text[96];
            snprintf(text, sizeof text, "priority=%d,in_port=%d,ip,nw_src=10.0.0.%d,actions=%d",
                     10 + i % 3, 1 + i % 4, i / 2, i % 5 == s ? 2 : 3);
            add_flow(&states[s], text);
        }
        add_flow(&states[s], "priority=11,tcp,actions=mod_nw_tos:32,2");
        add_flow(&states[s],
                 s ? "priority=11,udp,actions=normal" : "priority=11,udp,actions=table");
    }
}

static void release(struct switch_state *states, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        flow_table_free(&states[i].flows);
    }
}

struct compared {
    struct switch_state states[2];
    size_t n_changes; /* with enough memory */
};

static int compare(void *aux)
{
    struct compared *compared = aux;
    struct change_diff diff = {0};
    size_t budget = PLENTY;
    base_memory_begin();
    int status = change_diff(&compared->states[0], &compared->states[1], &budget, &diff);
    if (status == 0 && !diff.open) {
        assert_true(diff.n_changes == compared->n_changes || compared->n_changes == 0);
        compared->n_changes = diff.n_changes;
    }
    status = status < 0 || base_memory_ran_out() ? -1 : 0;
    assert_true(status == 0 || base_memory_ran_out());
    change_diff_free(&diff);
    return status;
}

static void states_are_compared(void **state)
{
    (void)state;
    struct compared compared = {0};
    make_pair(compared.states);
    assert_int_equal(compare(&compared), 0);
    assert_true(compared.n_changes > 10);
    assert_true(failing_each(compare, &compared) > 50);
    release(compared.states, 2);
}

static int pair(void *aux)
{
    const struct switch_state *states = aux;
    size_t *found, *back;
    int status = change_diff_counterparts(&states[0].flows, &states[1].flows, &found, &back);
    for (size_t i = 0; found && i < states[0].flows.n_entries; i++) {
        assert_int_equal(found[i], i);
        assert_int_equal(back[i], i);
    }
    free(found);
    free(back);
    return status;
}

static void counterparts_are_found(void **state)
{
    (void)state;
    struct switch_state states[2];
    make_pair(states);
    assert_int_equal(failing_each(pair, states), 3);
    release(states, 2);
}

struct changed {
    struct switch_state before;
    struct flow_change items[MODS + MANY];
    struct flow_changes changes;
    size_t n_first; /* of the many, how many deletes come first */
};

static int make_plan(void *aux)
{
    struct changed *changed = aux;
    const struct switch_state *before[] = {&changed->before, NULL};
    struct change_plan plan;
    if (change_plan_make(&plan, &changed->changes, before, 2) < 0) {
        return -1;
    }
    const struct flow_table *flows = &plan.states[0]->flows;
    assert_int_equal(flows->n_entries,
                     changed->before.flows.n_entries - MANY / 2 + 1 + 1 + MANY - changed->n_first);
    assert_int_equal(plan.effects[2].answer, CHANGE_OVERLAPS);
    assert_int_equal(plan.effects[4].answer, CHANGE_NO_ENTRY);
    static const struct change_plan empty;
    change_plan_free(&plan);
    assert_memory_equal(&plan, &empty, sizeof plan);
    return 0;
}

/* More than the table has room for at first: it grows where an entry is looked for in vain, or is
 * added. */
static void check_changes(size_t n_first)
{
    static const char *const mods[] = {"delete in_port=1",
                                       "delete in_port=2,ip",
                                       "check_overlap,priority=11,ip,nw_proto=6,nw_tos=4,actions=3",
                                       "priority=77,arp,actions=2",
                                       "modify_strict priority=5,arp,actions=2",
                                       "modify udp,actions=1"};
    struct changed changed = {.changes = {.items = changed.items, .n_items = MODS + MANY},
                              .n_first = n_first};
    struct switch_state pair[2];
    make_pair(pair);
    changed.before = pair[0];
    for (size_t i = 0; i < MODS + MANY; i++) {
        char more[64];
        snprintf(more, sizeof more,
                 i < MODS + n_first ? "delete_strict priority=%zu,arp"
                                    : "priority=%zu,arp,actions=2",
                 100 + i);
        assert_int_equal(ofctl_parse_flow_mod(i < MODS ? mods[i] : more, &changed.changes.arena,
                                              &changed.items[i].mod, NULL, NULL),
                         0);
    }
    assert_true(failing_each(make_plan, &changed) > 10);
    base_arena_free(&changed.changes.arena);
    release(pair, 2);
}

static void changes_are_planned(void **state)
{
    (void)state;
    check_changes(0);
    check_changes(MANY);
}

static int make_groups(void *aux)
{
    struct changed *changed = aux;
    const struct switch_state *before[] = {&changed->before};
    struct change_plan plan;
    if (change_plan_make(&plan, &changed->changes, before, 1) < 0) {
        return -1;
    }
    const struct group_table *groups = &plan.states[0]->groups;
    assert_int_equal(groups->n_groups, 2 + MANY / 2);
    assert_int_equal(groups->n_meters, 2 + MANY / 2);
    for (size_t i = 0; i < changed->changes.n_items; i++) {
        assert_int_equal(plan.effects[i].answer, i < 2 ? CHANGE_LOOP : CHANGE_TAKEN);
    }
    change_plan_free(&plan);
    return 0;
}

static void groups_are_planned(void **state)
{
    (void)state;
    struct changed changed = {.before = {.version = 4}, .changes = {.items = changed.items}};
    struct flow_changes *changes = &changed.changes;
    struct group_table *groups = &changed.before.groups;
    for (unsigned i = 0; i < 2 + MANY; i++) {
        char text[96];
        snprintf(text, sizeof text,
                 i < 2   ? "group add_or_mod group_id=%u,type=all,bucket=group:%u"
                 : i % 2 ? "group add group_id=%u,type=all"
                         : "meter add meter=%u kbps bands=type=drop rate=1",
                 i, i);
        assert_int_equal(ofctl_parse_group_mod(text, &changes->groups,
                                               &changed.items[changes->n_items++].group_mod, NULL,
                                               NULL),
                         0);
        changed.items[i].of_groups = true;
    }
    for (unsigned i = 0; i < 2; i++) {
        char text[96];
        snprintf(text, sizeof text, "group_id=%u,type=all,bucket=output:2", i);
        assert_int_equal(ofctl_parse_group(text, groups, NULL, NULL), 0);
        snprintf(text, sizeof text, "meter=%u kbps bands=type=drop rate=1", 1000 + i);
        assert_int_equal(ofctl_parse_meter(text, groups, NULL, NULL), 0);
    }
    assert_true(failing_each(make_groups, &changed) > 10);
    group_table_free(&changes->groups);
    group_table_free(groups);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(states_are_compared),
    cmocka_unit_test(counterparts_are_found),
    cmocka_unit_test(changes_are_planned),
    cmocka_unit_test(groups_are_planned),
};

TEST_MAIN(tests)
