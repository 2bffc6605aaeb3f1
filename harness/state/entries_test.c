/* SPDX-License-Identifier: Apache-2.0
 *
 * `entries:` and `tables: exact`. */

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
    check_result(&world, "entry/s1/1", VERDICT_PASS);
    check_result(&world, "entry/s1/2", VERDICT_PASS);
    check_result(&world, "entry/s1/3", VERDICT_PASS);
    assert_int_equal(world.report.n_results, 4);

    flow_table_free(&world.state.flows);
    add_flow(&world, "priority=5,in_port=1 actions=output:6,output:2");
    add_flow(&world, "cookie=8,idle_timeout=1,hard_timeout=10,in_port=3 actions=output:4");
    judge(&world);
    check_result(&world, "entry/s1/1", VERDICT_FAIL);
    check_text("observed", get_result(&world, "entry/s1/1")->observed, "no entry");
    check_result(&world, "entry/s1/2", VERDICT_FAIL);
    check_text("expected", get_result(&world, "entry/s1/2")->expected,
               "priority=5,in_port=1 actions=output:2,output:6");
    check_text("observed", get_result(&world, "entry/s1/2")->observed,
               "priority=5,in_port=1 actions=output:6,output:2");
    check_result(&world, "entry/s1/3", VERDICT_FAIL);
    assert_int_equal(get_result(&world, "entry/s1/1")->finding->kind, STATE_ENTRY_MISSING);
    const struct state_finding *third = get_result(&world, "entry/s1/3")->finding;
    assert_int_equal(third->kind, STATE_ENTRY_DIFFERS);
    assert_int_equal(third->given & FLOW_HAS_COOKIE, FLOW_HAS_COOKIE);
    assert_ptr_equal(third->observed, &world.state.flows.entries[1]);
    free_world(&world);
}

/* Each field that is written, and no other. */
static void each_written_field_is_compared(void **state)
{
    (void)state;
    static const struct {
        const char *expected, *observed;
        bool same;
    } rows[] = {
        {"cookie=7,in_port=1 actions=2", "cookie=8,in_port=1 actions=2", false},
        {"cookie=7,in_port=1 actions=2", "cookie=7,idle_timeout=1,in_port=1 actions=2", true},
        {"idle_timeout=0,in_port=1 actions=2", "idle_timeout=1,in_port=1 actions=2", false},
        {"hard_timeout=3,in_port=1 actions=2", "hard_timeout=4,in_port=1 actions=2", false},
        {"hard_timeout=3,in_port=1 actions=2", "cookie=1,hard_timeout=3,in_port=1 actions=2", true},
        {"in_port=1 actions=2", "in_port=1 actions=3", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world world;
        make_world(&world);
        world.lists = false;
        add_entry(&world, rows[i].expected);
        add_flow(&world, rows[i].observed);
        judge(&world);
        check_result(&world, "entry/s1/1", rows[i].same ? VERDICT_PASS : VERDICT_FAIL);
        free_world(&world);
    }
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
    check_result(&world, "entry/s1/1", VERDICT_FAIL);
    check_result(&world, "entry/s1/2", VERDICT_FAIL);
    check_result(&world, "entry/s1/unexpected/table=1,priority=32768,in_port=1", VERDICT_FAIL);
    check_result(&world, "entry/s1/unexpected/priority=32768,in_port=2", VERDICT_FAIL);
    add_flow(&world, "in_port=1 actions=output:2");
    add_flow(&world, "table=1,in_port=2 actions=output:3");
    judge(&world);
    check_result(&world, "entry/s1/1", VERDICT_PASS);
    check_result(&world, "entry/s1/2", VERDICT_PASS);
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
    check_result(&world, "entry/s1/unexpected/priority=6,tcp,in_port=1", VERDICT_FAIL);
    assert_int_equal(
        get_result(&world, "entry/s1/unexpected/priority=6,tcp,in_port=1")->finding->kind,
        STATE_ENTRY_UNLISTED);
    check_result(&world, "entry/s1/unexpected/priority=7", VERDICT_FAIL);
    check_text("observed", get_result(&world, "entry/s1/unexpected/priority=7")->observed,
               "priority=7 actions=drop");
    world.exact = false; /* `entries:` does not have this switch */
    world.expectation.n_entries = 0;
    judge(&world);
    assert_int_equal(world.report.n_results, 1);
    free_world(&world);
}

/* Switches should have one entry of a match and priority; files, and some switches, have more. */
static void exact_tables_have_nothing_twice(void **state)
{
    (void)state;
    static const char id[] = "entry/s1/unexpected/priority=5,in_port=1";
    struct world world;
    make_world(&world);
    world.lists = false;
    world.expectation.tables_exact = true;
    add_entry(&world, "priority=5,in_port=1 actions=output:2");
    add_flow(&world, "priority=5,in_port=1 actions=output:2");
    add_flow(&world, "priority=5,in_port=1 actions=output:2");
    judge(&world);
    check_result(&world, "entry/s1/1", VERDICT_PASS);
    check_result(&world, id, VERDICT_FAIL);
    assert_int_equal(get_result(&world, id)->finding->kind, STATE_ENTRY_AGAIN);
    assert_ptr_equal(get_result(&world, id)->finding->observed, &world.state.flows.entries[1]);
    assert_int_equal(world.report.n_results, 3);
    add_flow(&world, "priority=5,in_port=1 actions=output:3");
    add_flow(&world, "table=1,priority=5,in_port=1 actions=output:2");
    judge(&world);
    check_result(&world, "entry/s1/unexpected/priority=5,in_port=1/2", VERDICT_FAIL);
    check_result(&world, "entry/s1/unexpected/table=1,priority=5,in_port=1", VERDICT_FAIL);
    assert_int_equal(world.report.n_results, 5);
    flow_table_free(&world.state.flows);
    /* The one that is as written is the one that is meant. */
    add_flow(&world, "priority=5,in_port=1 actions=output:3");
    add_flow(&world, "priority=5,in_port=1 actions=output:2");
    judge(&world);
    check_result(&world, "entry/s1/1", VERDICT_PASS);
    assert_ptr_equal(get_result(&world, id)->finding->observed, &world.state.flows.entries[0]);
    assert_int_equal(world.report.n_results, 3);
    world.expectation.tables_exact = false;
    judge(&world);
    assert_int_equal(world.report.n_results, 2);
    free_world(&world);
}

/* Entries that differ in a condition beyond struct header are two, and so are their ids. */
static void unexpected_entries_are_named_with_all_conditions(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    world.lists = false;
    world.expectation.tables_exact = true;
    add_entry(&world, "priority=1 actions=drop");
    add_flow(&world, "priority=1 actions=drop");
    add_flow(&world, "priority=5,ip,nw_ttl=64 actions=output:2");
    add_flow(&world, "priority=5,ip,nw_ttl=32 actions=output:2");
    add_flow(&world, "priority=5,ip,nw_ttl=64 actions=output:3");
    judge(&world);
    assert_int_equal(world.report.n_results, 5);
    check_result(&world, "entry/s1/unexpected/priority=5,ip,nw_ttl=64", VERDICT_FAIL);
    check_result(&world, "entry/s1/unexpected/priority=5,ip,nw_ttl=64/2", VERDICT_FAIL);
    check_result(&world, "entry/s1/unexpected/priority=5,ip,nw_ttl=32", VERDICT_FAIL);
    free_world(&world);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(unexpected_entries_are_named_with_all_conditions),
    cmocka_unit_test(entries_must_be_as_written),
    cmocka_unit_test(each_written_field_is_compared),
    cmocka_unit_test(entries_must_be_in_their_table),
    cmocka_unit_test(exact_tables_have_nothing_else),
    cmocka_unit_test(exact_tables_have_nothing_twice),
};

TEST_MAIN(tests)
