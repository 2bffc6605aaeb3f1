/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of actions that send the same, and some that do not. */
#include "tapd/install/action_set.h"

#include "ofctl/flow.h"
#include "testing/cmocka.h"

#include <stdio.h>

static void add(struct flow_table *table, const char *actions)
{
    char text[256];
    snprintf(text, sizeof text, "actions=%s", actions);
    assert_int_equal(ofctl_parse_flow(text, table, NULL, NULL, NULL), 0);
}

/* Either way round. */
static bool do_same(const char *a, const char *b)
{
    struct flow_table table = {0};
    add(&table, a);
    add(&table, b);
    struct tapd_actions x = {table.entries[0].actions, table.entries[0].n_actions};
    struct tapd_actions y = {table.entries[1].actions, table.entries[1].n_actions};
    bool same = tapd_does_same(&x, &y);
    assert_int_equal(tapd_does_same(&y, &x), same);
    flow_table_free(&table);
    return same;
}

static void outputs_may_come_in_any_order(void **state)
{
    (void)state;
    assert_true(do_same("output:2,output:3", "output:3,output:2"));
    assert_true(do_same("output:2,mod_vlan_vid:5,output:3", "output:2,mod_vlan_vid:5,output:3"));
    assert_true(do_same("drop", "drop"));
    assert_false(do_same("output:2", "drop"));
    assert_false(do_same("output:2,output:3", "output:2,output:4"));
    assert_false(do_same("output:2,output:2", "output:2"));
    assert_false(do_same("output:2,output:2,output:3", "output:2,output:3,output:3"));
}

static void a_change_belongs_to_the_outputs_behind_it(void **state)
{
    (void)state;
    assert_false(do_same("output:2,mod_vlan_vid:5,output:3", "mod_vlan_vid:5,output:3,output:2"));
    assert_false(do_same("mod_vlan_vid:5,output:3", "mod_vlan_vid:6,output:3"));
    assert_false(do_same("mod_vlan_vid:5,output:3", "output:3"));
    assert_true(do_same("output:3,mod_vlan_vid:5", "output:3"));
    assert_true(do_same("mod_tp_src:6,mod_tp_src:5,output:3", "mod_tp_src:5,output:3"));
}

static void changes_of_different_fields_may_change_places(void **state)
{
    (void)state;
    assert_true(do_same("mod_vlan_vid:5,mod_vlan_pcp:3,mod_dl_dst:02:00:00:00:00:01,output:3",
                        "mod_dl_dst:02:00:00:00:00:01,mod_vlan_pcp:3,mod_vlan_vid:5,output:3"));
    assert_true(do_same("mod_nw_src:1.2.3.4,mod_nw_dst:1.2.3.5,mod_nw_tos:8,output:3",
                        "mod_nw_tos:8,mod_nw_dst:1.2.3.5,mod_nw_src:1.2.3.4,output:3"));
    assert_true(do_same("mod_tp_src:1,mod_tp_dst:2,mod_dl_src:02:00:00:00:00:01,output:3",
                        "mod_dl_src:02:00:00:00:00:01,mod_tp_dst:2,mod_tp_src:1,output:3"));
    assert_false(
        do_same("mod_tp_src:1,mod_tp_dst:2,output:3", "mod_tp_src:2,mod_tp_dst:1,output:3"));
    assert_false(
        do_same("strip_vlan,mod_vlan_vid:5,output:3", "mod_vlan_vid:5,strip_vlan,output:3"));
    assert_true(
        do_same("strip_vlan,mod_vlan_vid:5,output:3", "strip_vlan,mod_vlan_vid:5,output:3"));
}

static void a_tag_that_is_pushed_is_another_than_the_one_behind_it(void **state)
{
    (void)state;
    const char *pushed = "push_vlan:0x8100,mod_vlan_vid:5,output:3";
    assert_true(do_same(pushed, "push_vlan:0x8100,set_field:4101->vlan_vid,output:3"));
    assert_true(do_same(pushed, "push_vlan:0x8100,mod_vlan_vid:6,mod_vlan_vid:5,output:3"));
    assert_false(do_same(pushed, "mod_vlan_vid:5,output:3"));
    assert_false(do_same(pushed, "mod_vlan_vid:5,push_vlan:0x8100,output:3"));
    assert_false(do_same(pushed, "push_vlan:0x88a8,mod_vlan_vid:5,output:3"));
    assert_false(do_same(pushed, "push_vlan:0x8100,mod_vlan_vid:5,pop_vlan,output:3"));
    assert_true(do_same("pop_vlan,output:3", "strip_vlan,output:3"));
    assert_false(do_same("pop_vlan,output:3", "pop_vlan,pop_vlan,output:3"));
    assert_true(do_same("push_vlan:0x8100,mod_vlan_vid:5,output:6,mod_vlan_vid:7,output:8",
                        "push_vlan:0x8100,mod_vlan_vid:7,output:8,mod_vlan_vid:5,output:6"));
}

static void a_group_sends(void **state)
{
    (void)state;
    assert_false(do_same("output:2,group:1", "output:2"));
    assert_false(do_same("output:2,group:1", "output:2,group:2"));
    assert_true(do_same("output:2,group:1", "group:1,output:2"));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(outputs_may_come_in_any_order),
    cmocka_unit_test(a_change_belongs_to_the_outputs_behind_it),
    cmocka_unit_test(changes_of_different_fields_may_change_places),
    cmocka_unit_test(a_tag_that_is_pushed_is_another_than_the_one_behind_it),
    cmocka_unit_test(a_group_sends),
};
TEST_MAIN(tests)
