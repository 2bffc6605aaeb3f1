/* SPDX-License-Identifier: Apache-2.0
 *
 * Findings of room state in words. */
#include "report/words.h"

#include "ofctl/group.h"
#include "testing/state_kinds.h"

#include <stdio.h>

static void add_group(struct group_table *table, const char *text)
{
    char whole[128];
    snprintf(whole, sizeof whole, "group_id=1,%s", text);
    assert_int_equal(ofctl_parse_group(whole, table, NULL, NULL), 0);
}

static void say(struct world *world)
{
    judge(world);
    assert_int_equal(report_words(&world->report), 0);
}

static void check_detail(const struct world *world, const char *id, const char *detail)
{
    check_text("detail", get_result(world, id)->detail, detail);
}

/* Of each kind; whatever does not pass has a reason, and passes have none. */
static void kinds_are_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_KINDS; i++) {
        struct world world;
        judge_kind(&world, &kinds[i], kinds[i].wrong);
        assert_int_equal(report_words(&world.report), 0);
        assert_non_null(get_result(&world, "state/s1/1")->detail);
        check_detail(&world, "state/s1/1", kinds[i].detail);
        check_text("expected", get_result(&world, "state/s1/1")->expected, kinds[i].expected);
        check_text("observed", get_result(&world, "state/s1/1")->observed, kinds[i].observed);
        free_world(&world);
        judge_kind(&world, &kinds[i], kinds[i].right);
        assert_int_equal(report_words(&world.report), 0);
        assert_null(get_result(&world, "state/s1/1")->detail);
        free_world(&world);
    }
}

static void four_sets_are_said_and_the_others_counted(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "", "output:2");
    add_flow(&world, "priority=5,in_port=1 actions=output:2");
    for (int i = 0; i < 6; i++) {
        char text[64];
        snprintf(text, sizeof text, "priority=6,in_port=1,udp,tp_dst=%d actions=output:3", 7 + i);
        add_flow(&world, text);
    }
    say(&world);
    const char *detail = get_result(&world, "state/s1/1")->detail;
    assert_non_null(strstr(detail, "for udp,in_port=1,tp_dst=7: output:3 instead of output:2\n"));
    assert_non_null(strstr(detail, "tp_dst=8: output:3 instead of output:2 (priority=6,"));
    assert_non_null(strstr(detail, "; example udp,in_port=1,"));
    assert_non_null(strstr(detail, "\nand 2 more sets of headers"));
    assert_null(strstr(detail, "tp_dst=11"));
    world.state.flows.n_entries -= 2;
    say(&world);
    assert_null(strstr(get_result(&world, "state/s1/1")->detail, "more sets"));
    free_world(&world);
}

/* Also what is compared then. */
static void ports_in_trouble_are_said(void **state)
{
    (void)state;
    static const char both[] = "port 1 does not receive; output port 2 is switched off";
    struct world world;
    make_world(&world);
    expect(&world, 1, "", "output:2");
    add_flow(&world, "in_port=1 actions=output:2");
    world.ports[0].config = PORT_CONFIG_NO_RECV;
    world.ports[1].config = PORT_CONFIG_DOWN;
    say(&world);
    check_detail(&world, "state/s1/1", both);
    check_text("observed", get_result(&world, "state/s1/1")->observed, both);
    check_text("advertised", get_result(&world, "state/s1/1")->says[SAYS_ADVERTISED], both);
    add_flow(&world, "priority=65535,in_port=1,arp actions=output:3"); /* and a wrong entry */
    say(&world);
    check_detail(&world, "state/s1/1",
                 "for arp,in_port=1: output:3 instead of output:2\n"
                 "the entry that would, in_port=1 actions=output:2, is hidden by "
                 "priority=65535,arp,in_port=1 actions=output:3\n"
                 "port 1 does not receive; output port 2 is switched off");
    check_text("observed", get_result(&world, "state/s1/1")->observed, "output:3");
    free_world(&world);
}

static void lifetimes_are_said(void **state)
{
    (void)state;
    static const struct {
        uint16_t expires;
        const char *flows[2], *detail, *expected, *observed;
    } rows[] = {
        {120,
         {"idle_timeout=119,hard_timeout=120,in_port=1 actions=output:2"},
         "idle_timeout=119,hard_timeout=120 where the expectation says hard_timeout=120 "
         "(idle_timeout=119, hard_timeout=120, in_port=1 actions=output:2)",
         "hard_timeout=120",
         "idle_timeout=119,hard_timeout=120"},
        {0,
         {"hard_timeout=9,in_port=1 actions=output:2",
          "hard_timeout=9,priority=9,in_port=1,tcp actions=output:2"},
         NULL,
         "no timeout",
         "hard_timeout=9"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world world;
        make_world(&world);
        world.expectation.expires_sec = rows[i].expires;
        expect(&world, 1, "", "output:2");
        for (size_t j = 0; j < 2 && rows[i].flows[j]; j++) {
            add_flow(&world, rows[i].flows[j]);
        }
        say(&world);
        check_detail(&world, "state/s1/1", rows[i].detail);
        check_text("expected", get_result(&world, "state/s1/1")->expected, rows[i].expected);
        check_text("observed", get_result(&world, "state/s1/1")->observed, rows[i].observed);
        bool more = strstr(get_result(&world, "state/s1/1")->detail,
                           ", one of 2 entries with a wrong lifetime") != NULL;
        assert_int_equal(more, rows[i].flows[1] != NULL);
        free_world(&world);
    }
}

static void entries_for_ports_of_nobody_are_said(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    add_flow(&world, "in_port=3 actions=output:4");
    add_flow(&world, "in_port=99 actions=output:4");
    add_flow(&world, "in_port=LOCAL,tcp actions=output:3");
    add_flow(&world, "in_port=CONTROLLER actions=output:3");
    world.ports[N_PORTS - 1].number = PORT_LOCAL;
    say(&world);
    check_detail(&world, "state/s1/3", "output:4 is extra");
    check_detail(&world, "state/s1/99",
                 "entry for port 99, which the switch does not have: output:4 is extra");
    check_detail(&world, "state/s1/LOCAL", "for tcp,in_port=LOCAL: output:3 is extra");
    check_detail(&world, "state/s1/CONTROLLER", "output:3 is extra");
    free_world(&world);
}

static void what_is_open_is_said(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "ip", "output:2");
    add_flow(&world, "in_port=1,ip,nw_src=0.0.0.0/1 actions=output:2");
    add_flow(&world, "in_port=1,ip,nw_src=128.0.0.0/1 actions=output:2");
    world.options.budget = 3;
    say(&world);
    check_detail(&world, "state/s1/1", "not decided within the budget");
    free_world(&world);
}

static void other_switches_are_said(void **state)
{
    (void)state;
    struct topology_switch both[] = {{.name = "s1", .dpid = 1}, {.name = "s2", .dpid = 0xabc}};
    bool lists[] = {true, true}, exact[] = {false, false};
    struct world world;
    make_world(&world);
    world.state.datapath_id = 0xabc;
    expect(&world, 1, "", "output:2");
    say(&world);
    static const char unknown[] =
        "another switch answers here, datapath id 0000000000000abc instead of 0000000000000001; "
        "is the endpoint wrong, or the topology?";
    check_detail(&world, "switch/s1", unknown);
    check_detail(&world, "state/s1/1", unknown);
    report_free(&world.report);
    struct switch_dump dumps[] = {world.dump, {.reason = "connection refused"}};
    world.topology.switches = both;
    world.topology.n_switches = 2;
    world.expectation.lists_switch = lists;
    world.expectation.exact_switch = exact;
    assert_int_equal(state_judge(&world.expectation, dumps, NULL, &world.report, NULL), 0);
    assert_int_equal(report_words(&world.report), 0);
    check_detail(&world, "switch/s1",
                 "another switch answers here: s2, datapath id 0000000000000abc instead of "
                 "0000000000000001; are the endpoints swapped?");
    check_detail(&world, "switch/s2", "connection refused"); /* what was said stays */
    free_world(&world);
}

static void entries_are_said(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    world.lists = false;
    world.expectation.tables_exact = true;
    add_entry(&world, "in_port=1 actions=output:2");
    add_entry(&world, "priority=5,in_port=1 actions=output:2,output:6");
    add_entry(&world, "cookie=7,idle_timeout=0,hard_timeout=9,in_port=3 actions=output:4");
    add_entry(&world, "in_port=4 actions=output:4");
    add_entry(&world, "hard_timeout=3,in_port=5 actions=output:4");
    add_flow(&world, "priority=5,in_port=1 actions=output:6,output:2");
    add_flow(&world, "cookie=8,idle_timeout=1,hard_timeout=10,in_port=3 actions=output:4");
    add_flow(&world, "table=1,in_port=4 actions=output:3");
    add_flow(&world, "cookie=8,hard_timeout=4,in_port=5 actions=output:4");
    add_flow(&world, "cookie=8,hard_timeout=4,in_port=5 actions=output:5");
    say(&world);
    check_detail(&world, "entry/s1/1", "there is no entry of this match and priority");
    check_detail(&world, "entry/s1/2",
                 "actions are output:6,output:2 instead of output:2,output:6");
    check_detail(&world, "entry/s1/3",
                 "cookie is 0x8 instead of 0x7, idle_timeout is 1 instead of 0, "
                 "hard_timeout is 10 instead of 9");
    check_detail(&world, "entry/s1/4",
                 "actions are output:3 instead of output:4, table is 1 instead of 0");
    check_detail(&world, "entry/s1/5", "hard_timeout is 4 instead of 3");
    check_detail(&world, "entry/s1/unexpected/table=1,priority=32768,in_port=4",
                 "tables: exact, and no entry of the expectation names it");
    check_detail(&world, "entry/s1/unexpected/priority=32768,in_port=5",
                 "tables: exact, and the table has another entry of this match and priority, which "
                 "is the one that the expectation names");
    free_world(&world);
}

/* The first thing in which a group is another one. */
static void groups_are_said(void **state)
{
    (void)state;
    static const struct {
        const char *expected, *observed, *detail;
    } rows[] = {
        {"type=all,bucket=output:1", "type=ff,bucket=output:1", "the type is ff instead of all"},
        {"type=all,bucket=output:1,bucket=output:2", "type=all,bucket=output:1",
         "1 bucket instead of 2; bucket 2 is missing"},
        {"type=all,bucket=output:1", "type=all,bucket=output:1,bucket=output:2",
         "2 buckets instead of 1; bucket 2 is extra"},
        {"type=all,bucket=output:1,bucket=output:2", "type=all,bucket=output:1,bucket=output:3",
         "bucket 2 is another one"},
        {"type=all,bucket=output:1,bucket=output:2", "type=all,bucket=output:3",
         "1 bucket instead of 2; bucket 1 is another one"},
        {"type=all,bucket=output:1", "type=all", "0 buckets instead of 1; bucket 1 is missing"},
        {"type=all", "type=all,bucket=output:1", "1 bucket instead of 0; bucket 1 is extra"},
        {"type=all,bucket=output:1", NULL, "the switch has no such group"},
        {NULL, "type=all", "`groups:` of the expectation does not name it"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world world;
        make_world(&world);
        world.lists = false;
        world.lists_groups = true;
        world.state.version = 4;
        if (rows[i].expected) {
            add_group(&world.expectation.groups, rows[i].expected);
            world.expectation.n_expected_groups = 1;
        }
        if (rows[i].observed) {
            add_group(&world.state.groups, rows[i].observed);
        }
        say(&world);
        check_detail(&world, "group/s1/1", rows[i].detail);
        free_world(&world);
    }
}

static void tables_are_named(void **state)
{
    (void)state;
    struct table_name name = {.table = 2, .name = "vlan"};
    struct world world;
    make_world(&world);
    world.lists = false;
    world.expectation.table_names = &name;
    world.expectation.n_table_names = 1;
    add_entry(&world, "table=2,in_port=1 actions=output:2");
    say(&world);
    check_detail(&world, "entry/s1/1",
                 "there is no entry of this match and priority (table 2: vlan)");
    add_flow(&world, "table=2,in_port=1 actions=output:3");
    say(&world);
    check_detail(&world, "entry/s1/1", "actions are output:3 instead of output:2 (table 2: vlan)");
    world.expectation.tables_exact = true;
    add_flow(&world, "table=2,in_port=1 actions=output:2");
    add_flow(&world, "table=2,in_port=3 actions=output:3");
    say(&world);
    check_detail(&world, "entry/s1/unexpected/table=2,priority=32768,in_port=3",
                 "tables: exact, and no entry of the expectation names it (table 2: vlan)");
    check_detail(&world, "entry/s1/unexpected/table=2,priority=32768,in_port=1",
                 "tables: exact, and the table has another entry of this match and priority, which "
                 "is the one that the expectation names (table 2: vlan)");
    free_world(&world);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(groups_are_said),
    cmocka_unit_test(tables_are_named),
    cmocka_unit_test(kinds_are_said),
    cmocka_unit_test(four_sets_are_said_and_the_others_counted),
    cmocka_unit_test(ports_in_trouble_are_said),
    cmocka_unit_test(lifetimes_are_said),
    cmocka_unit_test(entries_for_ports_of_nobody_are_said),
    cmocka_unit_test(what_is_open_is_said),
    cmocka_unit_test(other_switches_are_said),
    cmocka_unit_test(entries_are_said),
};

TEST_MAIN(tests)
