/* SPDX-License-Identifier: Apache-2.0
 *
 * All that judge_state says beside what the table does: ports, switches,
 * entries, lifetimes, exceptions, notes. */
#include "judge/state.h"

#include "judge/state_testing.h"

/* ------------------------------------------------------------------- ports */

static void check_port_trouble(void (*make)(struct world *), const char *detail)
{
    struct world world;
    make_world(&world);
    expect(&world, 1, "", "output:2");
    add_flow(&world, "in_port=1 actions=output:2");
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_PASS, NULL);
    make(&world);
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_FAIL, detail);
    check_text("observed", get_result(&world, "state/s1/1")->observed, detail);
    check_text("expected", get_result(&world, "state/s1/1")->expected, "output:2");
    free_world(&world);
}

static void no_ingress(struct world *world)
{
    world->state.ports++;
    world->state.n_ports--;
}

static void ingress_off(struct world *world)
{
    world->ports[0].config = PORT_CONFIG_DOWN;
}

static void ingress_unplugged(struct world *world)
{
    world->ports[0].state = PORT_STATE_LINK_DOWN;
}

static void ingress_deaf(struct world *world)
{
    world->ports[0].config = PORT_CONFIG_NO_RECV;
}

static void no_egress(struct world *world)
{
    world->state.n_ports = 1;
}

static void egress_off(struct world *world)
{
    world->ports[1].config = PORT_CONFIG_DOWN;
}

static void egress_unplugged(struct world *world)
{
    world->ports[1].state = PORT_STATE_LINK_DOWN;
}

static void egress_mute(struct world *world)
{
    world->ports[1].config = PORT_CONFIG_NO_FWD;
}

static void ports_must_be_there_and_up(void **state)
{
    (void)state;
    check_port_trouble(no_ingress, "port 1 is not on the switch");
    check_port_trouble(ingress_off, "port 1 is down (configuration)");
    check_port_trouble(ingress_unplugged, "port 1 is down (no link)");
    check_port_trouble(ingress_deaf, "port 1 drops what it receives (no-receive)");
    check_port_trouble(no_egress, "output port 2 is not on the switch");
    check_port_trouble(egress_off, "output port 2 is down (configuration)");
    check_port_trouble(egress_unplugged, "output port 2 is down (no link)");
    check_port_trouble(egress_mute, "output port 2 does not send (no-forward)");
}

static void a_port_in_trouble_is_named_once(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "tcp", "output:2,output:3");
    expect(&world, 1, "", "output:2");
    add_flow(&world, "priority=2,tcp,in_port=1 actions=output:2,output:3");
    add_flow(&world, "priority=1,in_port=1 actions=output:2");
    world.ports[1].config = PORT_CONFIG_DOWN;
    world.ports[2].config = PORT_CONFIG_NO_FWD;
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_FAIL,
                 "output port 2 is down (configuration); output port 3 does not send (no-forward)");
    free_world(&world);
}

static void a_port_that_drops_may_be_down_but_not_absent(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "", "drop");
    ingress_off(&world);
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_PASS, NULL);
    no_ingress(&world);
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_FAIL, "port 1 is not on the switch");
    free_world(&world);
}

static void ports_that_are_not_listed_must_drop(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    world.host.port.port = 9;
    world.topology.hosts = &world.host;
    world.topology.n_hosts = 1;
    expect(&world, 2, "", "output:4");
    add_flow(&world, "in_port=2 actions=output:4");
    judge(&world);
    assert_int_equal(world.report.n_results, 2); /* they do: nothing to say */
    add_flow(&world, "in_port=3 actions=output:4");
    add_flow(&world, "in_port=9 actions=output:4");  /* of the topology */
    add_flow(&world, "in_port=10 actions=output:4"); /* of nobody */
    add_flow(&world, "in_port=LOCAL actions=output:4");
    world.ports[N_PORTS - 1].number = PORT_LOCAL; /* what enters there is the switch's own */
    judge(&world);
    assert_int_equal(world.report.n_results, 4);
    check_result(&world, "state/s1/3", VERDICT_FAIL, "output:4 is extra");
    check_result(&world, "state/s1/9", VERDICT_FAIL, NULL);
    check_text("expected", get_result(&world, "state/s1/3")->expected, "drop");
    check_text("declared", get_result(&world, "state/s1/3")->says[SAYS_DECLARED],
               "drop (not listed)");
    assert_string_equal(world.report.results[1].id, "state/s1/2"); /* ascending */
    assert_string_equal(world.report.results[2].id, "state/s1/3");
    world.expectation.unlisted_any = true;
    judge(&world);
    assert_int_equal(world.report.n_results, 2);
    world.expectation.unlisted_any = world.lists = false;
    judge(&world);
    assert_int_equal(world.report.n_results, 2);
    free_world(&world);
}

/* ----------------------------------------------------------------- switches */

static void another_datapath_id_fails(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    world.state.datapath_id = 0xabc;
    judge(&world);
    check_result(&world, "switch/s1", VERDICT_FAIL,
                 "another switch answers here, or the topology is wrong");
    const struct result *result = get_result(&world, "switch/s1");
    check_text("expected", result->expected, "datapath id 0000000000000001");
    check_text("observed", result->observed, "datapath id 0000000000000abc");
    free_world(&world);
}

static void a_switch_that_was_not_dumped_is_inconclusive(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "", "drop");
    expect(&world, 2, "", "output:3");
    add_entry(&world, "in_port=2 actions=output:3");
    world.dump = (struct judge_switch){.reason = "connection refused"};
    judge(&world);
    assert_int_equal(world.report.n_results, 4);
    for (size_t i = 0; i < 4; i++) {
        check_result(&world, world.report.results[i].id, VERDICT_INCONCLUSIVE,
                     "connection refused");
    }
    assert_non_null(find_result(&world, "switch/s1"));
    assert_non_null(find_result(&world, "state/s1/2"));
    assert_non_null(find_result(&world, "entry/s1/1"));
    assert_int_equal(report_verdict(&world.report), VERDICT_INCONCLUSIVE);
    free_world(&world);
}

/* ------------------------------------------------------------------ entries */

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

/* ----------------------------------------------------------------- lifetime */

static void expires_is_the_hard_timeout(void **state)
{
    (void)state;
    static const struct {
        const char *flow, *detail;
    } rows[] = {
        {"hard_timeout=120,in_port=1 actions=output:2", NULL},
        {"idle_timeout=120,hard_timeout=120,in_port=1 actions=output:2", NULL},
        {"idle_timeout=119,hard_timeout=120,in_port=1 actions=output:2",
         "idle_timeout=119,hard_timeout=120 where the expectation says hard_timeout=120 "
         "(idle_timeout=119, hard_timeout=120, in_port=1 actions=output:2)"},
        {"in_port=1 actions=output:2",
         "hard_timeout=0 where the expectation says hard_timeout=120 (in_port=1 actions=output:2)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world world;
        make_world(&world);
        world.expectation.expires_sec = 120;
        expect(&world, 1, "", "output:2");
        add_flow(&world, rows[i].flow);
        judge(&world);
        check_result(&world, "state/s1/1", rows[i].detail ? VERDICT_FAIL : VERDICT_PASS,
                     rows[i].detail);
        free_world(&world);
    }
}

static void entries_about_to_expire_are_noted(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    world.expectation.expires_sec = 120;
    expect(&world, 1, "", "output:2");
    add_flow(&world, "hard_timeout=120,in_port=1 actions=output:2");
    world.state.flows.entries[0].duration_sec = 114;
    world.state.flows.entries[0].duration_nsec = 900000000;
    judge(&world);
    assert_int_equal(world.report.n_notes, 0);
    world.state.flows.entries[0].duration_sec = 118;
    judge(&world);
    check_note(&world, "s1: hard_timeout=120, in_port=1 actions=output:2 may expire during the "
                       "run, in 1.1 s");
    assert_int_equal(world.report.n_notes, 1);
    world.options.run_ms = 1000;
    judge(&world);
    assert_int_equal(world.report.n_notes, 0);
    free_world(&world);
}

/* ------------------------------------------------------- notes and exceptions */

static void hidden_entries_are_noted(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "", "output:2");
    add_flow(&world, "priority=6,in_port=1 actions=output:2");
    add_flow(&world, "priority=7,in_port=2,arp actions=drop");
    judge(&world);
    assert_int_equal(world.report.n_notes, 0);
    add_flow(&world, "priority=5,in_port=1,arp actions=output:3");
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_PASS, NULL);
    check_note(&world, "s1: no packet ever reaches priority=5,arp,in_port=1 actions=output:3: "
                       "priority=6,in_port=1 actions=output:2 takes them all");
    free_world(&world);
}

static void exceptions_leave_out_entries_and_are_listed(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "", "output:2");
    add_entry(&world, "in_port=1 actions=output:2");
    world.expectation.tables_exact = true;
    add_flow(&world, "in_port=1 actions=output:2");
    add_flow(&world, "cookie=0x15,priority=40000,arp actions=controller:65535");
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_FAIL, NULL);
    assert_int_equal(report_count(&world.report, VERDICT_FAIL), 8); /* ports 1 to 7, the entry */
    add_exception(&world, (struct exception){
                              .sw = SIZE_MAX, .has_cookie = true, .cookie = 5, .cookie_mask = 0xf});
    add_exception(&world, (struct exception){.sw = 3, .has_cookie = true, .cookie_mask = 0});
    judge(&world);
    assert_int_equal(report_count(&world.report, VERDICT_PASS), 3);
    assert_int_equal(world.report.n_results, 3);
    assert_int_equal(world.report.n_ignored, 2);
    assert_int_equal(world.report.ignored[0].n_entries, 1);
    assert_int_equal(world.report.ignored[0].n_ports, 0);
    assert_int_equal(world.report.ignored[1].n_entries, 0);
    check_text("text", world.report.ignored[0].text, "cookie 0x5");
    check_text("reason", world.report.ignored[0].reason, "monitoring");
    check_text("source", world.report.ignored[0].source, "e.yaml:40:5");
    world.exceptions[0].has_match = true; /* both conditions must hold */
    assert_int_equal(match_parse("udp", &world.exceptions[0].match, NULL, NULL), 0);
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_FAIL, NULL);
    assert_int_equal(match_parse("dl_type=0x0806", &world.exceptions[0].match, NULL, NULL), 0);
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_PASS, NULL);
    free_world(&world);
}

static void exceptions_leave_out_ports(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "", "output:2");
    add_flow(&world, "in_port=2 actions=output:3");
    add_exception(&world, (struct exception){.has_port = true, .port = 1});
    add_exception(&world, (struct exception){.has_port = true, .port = 2});
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_SKIP, "monitoring");
    assert_null(find_result(&world, "state/s1/2"));
    assert_int_equal(world.report.ignored[0].n_ports, 1);
    assert_int_equal(world.report.ignored[1].n_ports, 1);
    world.exceptions[0].sw = 1; /* another switch */
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_FAIL, NULL);
    free_world(&world);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(ports_must_be_there_and_up),
    cmocka_unit_test(a_port_in_trouble_is_named_once),
    cmocka_unit_test(a_port_that_drops_may_be_down_but_not_absent),
    cmocka_unit_test(ports_that_are_not_listed_must_drop),
    cmocka_unit_test(another_datapath_id_fails),
    cmocka_unit_test(a_switch_that_was_not_dumped_is_inconclusive),
    cmocka_unit_test(entries_must_be_as_written),
    cmocka_unit_test(exact_tables_have_nothing_else),
    cmocka_unit_test(expires_is_the_hard_timeout),
    cmocka_unit_test(entries_about_to_expire_are_noted),
    cmocka_unit_test(hidden_entries_are_noted),
    cmocka_unit_test(exceptions_leave_out_entries_and_are_listed),
    cmocka_unit_test(exceptions_leave_out_ports),
};

TEST_MAIN(tests)
