/* SPDX-License-Identifier: Apache-2.0
 *
 * `groups:` against the groups of a switch; exceptions and names of tables. */
#include "ofctl/group.h"
#include "testing/state_of.h"

static void add_group(struct world *world, const char *text)
{
    struct base_error error;
    if (ofctl_parse_group(text, &world->state.groups, NULL, &error) < 0) {
        fail_msg("%s: %s", text, error.text);
    }
    world->state.version = 4;
}

static void expect_group(struct world *world, const char *text)
{
    struct expectation *expectation = &world->expectation;
    struct base_error error;
    if (ofctl_parse_group(text, &expectation->groups, NULL, &error) < 0) {
        fail_msg("%s: %s", text, error.text);
    }
    world->groups[expectation->n_expected_groups++] =
        (struct expected_group){.group = expectation->groups.n_groups - 1};
    world->lists_groups = true;
}

#define FF "group_id=1,type=ff,bucket=watch_port:2,actions=output:2"

static void check_group(struct world *world, const char *id, enum state_finding_kind kind)
{
    check_result(world, id, VERDICT_FAIL);
    assert_int_equal(get_result(world, id)->finding->kind, kind);
    assert_int_equal(get_result(world, id)->kind, RESULT_GROUP);
}

static void groups_must_be_as_written(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    world.lists = false;
    expect_group(&world, FF ",bucket=watch_port:3,actions=output:3");
    expect_group(&world, "group_id=5,type=all,bucket=output:1");
    expect_group(&world, "group_id=6,type=all,bucket=output:1");
    add_group(&world, "group_id=5,type=all,bucket=output:1");
    add_group(&world, FF);
    add_group(&world, "group_id=9,type=all");
    judge(&world);
    check_group(&world, "group/s1/1", STATE_GROUP_DIFFERS);
    check_text("observed", get_result(&world, "group/s1/1")->observed, FF);
    check_result(&world, "group/s1/5", VERDICT_PASS);
    check_group(&world, "group/s1/6", STATE_GROUP_MISSING);
    check_text("observed", get_result(&world, "group/s1/6")->observed, "no group");
    check_group(&world, "group/s1/9", STATE_GROUP_UNLISTED);
    assert_int_equal(world.report.n_results, 5);
    world.lists_groups = false; /* `groups:` does not have the switch */
    judge(&world);
    assert_int_equal(world.report.n_results, 1);
    free_world(&world);
}

static void groups_that_are_not_told_are_not_judged(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    world.lists = false;
    expect_group(&world, FF);
    add_group(&world, FF);
    world.state.version = 1;
    judge(&world);
    check_result(&world, "group/s1/1", VERDICT_INCONCLUSIVE);
    world.dump = (struct switch_dump){.reason = "refused"};
    judge(&world);
    check_result(&world, "group/s1/1", VERDICT_INCONCLUSIVE);
    check_text("detail", get_result(&world, "group/s1/1")->detail, "refused");
    free_world(&world);
}

static void that_there_is_no_group_must_be_told_too(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    world.lists = false;
    world.lists_groups = true;
    world.state.version = 1;
    judge(&world);
    check_result(&world, "group/s1", VERDICT_INCONCLUSIVE);
    world.state.version = 4;
    judge(&world);
    assert_int_equal(world.report.n_results, 1);
    free_world(&world);
}

static void entries_of_a_table_are_left_out(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    world.lists = false;
    world.expectation.tables_exact = true;
    add_entry(&world, "in_port=1 actions=output:2");
    add_flow(&world, "in_port=1 actions=output:2");
    add_flow(&world, "table=1,cookie=5,in_port=1 actions=output:2");
    add_flow(&world, "table=1,cookie=6,in_port=2 actions=output:2");
    add_flow(&world, "table=2,cookie=5,in_port=3 actions=output:2");
    add_exception(&world, (struct exception){.has_table = true, .table = 1});
    judge(&world);
    assert_int_equal(world.report.n_results, 3);
    check_result(&world, "entry/s1/unexpected/table=2,priority=32768,in_port=3", VERDICT_FAIL);
    assert_int_equal(world.report.ignored[0].n_entries, 2);
    world.exceptions[0].has_cookie = true;
    world.exceptions[0].cookie = 5;
    world.exceptions[0].cookie_mask = UINT64_MAX;
    judge(&world);
    assert_int_equal(world.report.ignored[0].n_entries, 1);
    check_result(&world, "entry/s1/unexpected/table=1,priority=32768,in_port=2", VERDICT_FAIL);
    free_world(&world);
}

static void tables_have_names(void **state)
{
    (void)state;
    struct table_name name = {.table = 2, .name = "vlan"};
    struct world world;
    make_world(&world);
    world.lists = false;
    world.expectation.table_names = &name;
    world.expectation.n_table_names = 1;
    add_entry(&world, "table=2,in_port=1 actions=output:2");
    add_entry(&world, "table=3,in_port=1 actions=output:2");
    judge(&world);
    check_text("name", get_result(&world, "entry/s1/1")->finding->table_name, "vlan");
    assert_null(get_result(&world, "entry/s1/2")->finding->table_name);
    free_world(&world);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(groups_must_be_as_written),
    cmocka_unit_test(groups_that_are_not_told_are_not_judged),
    cmocka_unit_test(that_there_is_no_group_must_be_told_too),
    cmocka_unit_test(entries_of_a_table_are_left_out),
    cmocka_unit_test(tables_have_names),
};

TEST_MAIN(tests)
