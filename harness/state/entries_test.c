/* SPDX-License-Identifier: Apache-2.0
 *
 * `entries:` and `tables: exact`. */
#include "state/state.h"

#include "testing/state_of.h"

static void entries_must_be_as_written(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    world.lists = false;
    add_entry(&world, "in_port=1 actions=output:2");
    add_entry(&world, "priority=5,in_port=1 actions=output:2,output:6");
    add_entry(&world, "cookie=7,idle_timeout=0,hard_timeout=9,in_port=3 actions=output:4");
    add_flow(&world, "priority=5,in_port=1 actions=output:2,output:6");
    add_flow(&world, "cookie=7,hard_timeout=9,in_port=3 actions=output:4");
    add_flow(&world, "cookie=3,idle_timeout=4,in_port=1 actions=output:2"); /* not written: free */
    add_flow(&world, "in_port=7 actions=drop");
    judge(&world);
    check_result(&world, "entry/s1/1", VERDICT_PASS, NULL);
    check_result(&world, "entry/s1/2", VERDICT_PASS, NULL);
    check_result(&world, "entry/s1/3", VERDICT_PASS, NULL);
    assert_int_equal(world.report.n_results, 4);

    flow_table_free(&world.state.flows);
    add_flow(&world, "priority=5,in_port=1 actions=output:6,output:2");
    add_flow(&world, "cookie=8,idle_timeout=1,hard_timeout=10,in_port=3 actions=output:4");
    judge(&world);
    check_result(&world, "entry/s1/1", VERDICT_FAIL,
                 "there is no entry of this match and priority");
    check_text("observed", get_result(&world, "entry/s1/1")->observed, "no entry");
    check_result(&world, "entry/s1/2", VERDICT_FAIL,
                 "actions are output:6,output:2 instead of output:2,output:6");
    check_text("expected", get_result(&world, "entry/s1/2")->expected,
               "priority=5,in_port=1 actions=output:2,output:6");
    check_text("observed", get_result(&world, "entry/s1/2")->observed,
               "priority=5,in_port=1 actions=output:6,output:2");
    check_result(&world, "entry/s1/3", VERDICT_FAIL,
                 "cookie is 0x8 instead of 0x7, idle_timeout is 1 instead of 0, "
                 "hard_timeout is 10 instead of 9");
    free_world(&world);
}

static void entries_must_be_in_their_table(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    world.lists = false;
    world.expectation.tables_exact = true;
    add_entry(&world, "in_port=1 actions=output:2");
    add_entry(&world, "table=1,in_port=2 actions=output:3");
    add_flow(&world, "table=1,in_port=1 actions=output:2");
    add_flow(&world, "in_port=2 actions=output:3");
    judge(&world);
    check_result(&world, "entry/s1/1", VERDICT_FAIL, "table is 1 instead of 0");
    check_result(&world, "entry/s1/2", VERDICT_FAIL, "table is 0 instead of 1");
    check_result(&world, "entry/s1/unexpected/table=1,priority=32768,in_port=1", VERDICT_FAIL,
                 NULL);
    check_result(&world, "entry/s1/unexpected/priority=32768,in_port=2", VERDICT_FAIL, NULL);
    add_flow(&world, "in_port=1 actions=output:2");
    add_flow(&world, "table=1,in_port=2 actions=output:3");
    judge(&world);
    check_result(&world, "entry/s1/1", VERDICT_PASS, NULL);
    check_result(&world, "entry/s1/2", VERDICT_PASS, NULL);
    assert_int_equal(world.report.n_results, 5); /* the first two are unexpected still */
    free_world(&world);
}

static void exact_tables_have_nothing_else(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    world.lists = false;
    world.expectation.tables_exact = true;
    add_entry(&world, "priority=5,in_port=1 actions=output:2");
    add_flow(&world, "priority=5,in_port=1 actions=output:2");
    judge(&world);
    assert_int_equal(world.report.n_results, 2);
    add_flow(&world, "priority=6,tcp,in_port=1 actions=output:2");
    add_flow(&world, "priority=7 actions=drop");
    judge(&world);
    assert_int_equal(world.report.n_results, 4);
    check_result(&world, "entry/s1/unexpected/priority=6,tcp,in_port=1", VERDICT_FAIL,
                 "tables: exact, and no entry of the expectation names it");
    check_result(&world, "entry/s1/unexpected/priority=7", VERDICT_FAIL, NULL);
    check_text("observed", get_result(&world, "entry/s1/unexpected/priority=7")->observed,
               "priority=7 actions=drop");
    world.exact = false; /* `entries:` does not have this switch */
    world.expectation.n_entries = 0;
    judge(&world);
    assert_int_equal(world.report.n_results, 1);
    free_world(&world);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(entries_must_be_as_written),
    cmocka_unit_test(entries_must_be_in_their_table),
    cmocka_unit_test(exact_tables_have_nothing_else),
};

TEST_MAIN(tests)
