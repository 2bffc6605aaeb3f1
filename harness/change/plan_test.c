/* SPDX-License-Identifier: Apache-2.0
 *
 * A change of a network, on copies. */
#include "change/plan.h"

#include "ofctl/flow.h"
#include "ofctl/flow_mod.h"
#include "testing/cmocka.h"

/* All items of a change, each for its switch; a switch that was not read. */
static void a_change_leaves_the_states_alone(void **state)
{
    (void)state;
    struct switch_state s1 = {.datapath_id = 1}, s2 = {.datapath_id = 2};
    const struct switch_state *before[] = {&s1, NULL, &s2};
    struct flow_change items[3] = {{.sw = 2}, {.sw = 1}, {.sw = 2}};
    struct flow_changes changes = {.items = items, .n_items = 3};
    struct change_plan plan;
    assert_int_equal(ofctl_parse_flow("n_packets=3,arp,actions=1", &s2.flows, NULL, NULL, NULL), 0);
    ofctl_parse_flow_mod("check_overlap,actions=3", &changes.arena, &items[0].mod, NULL, NULL);
    ofctl_parse_flow_mod("actions=3", &changes.arena, &items[1].mod, NULL, NULL);
    ofctl_parse_flow_mod("udp,actions=4", &changes.arena, &items[2].mod, NULL, NULL);
    assert_int_equal(change_plan_make(&plan, &changes, before, 3), 0);
    assert_int_equal(s2.flows.n_entries, 1);
    assert_int_equal(plan.states[0]->flows.n_entries, 0);
    assert_null(plan.states[1]);
    const struct flow_table *flows = &plan.states[2]->flows;
    assert_int_equal(flows->n_entries, 2);
    assert_int_equal(flows->entries[0].n_packets, 3);
    assert_int_equal(flows->entries[1].match.value.nw_proto, 17);
    assert_true(flow_equal(plan.overlaps[0], &s2.flows.entries[0]));
    assert_null(plan.overlaps[1]);
    assert_null(plan.overlaps[2]);
    change_plan_free(&plan);
    flow_table_free(&s2.flows);
    base_arena_free(&changes.arena);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_change_leaves_the_states_alone),
};

TEST_MAIN(tests)
