/* SPDX-License-Identifier: Apache-2.0
 *
 * What state_judge says beside what the table does: ports, cabling, switches,
 * exceptions, notes. */
#include "state/state.h"

#include "ofctl/match.h"
#include "testing/state_of.h"

#include <stdio.h>

/* ------------------------------------------------------------------- ports */

static void check_trouble(const struct world *world, size_t i, uint16_t port, bool is_egress,
                          const char *why)
{
    const struct state_finding *found = get_result(world, "state/s1/1")->finding;
    assert_true(i < found->n_troubles);
    assert_int_equal(found->troubles[i].port, port);
    assert_int_equal(found->troubles[i].is_egress, is_egress);
    check_text("why", found->troubles[i].why, why);
}

static void check_port_trouble(void (*make)(struct world *), uint16_t port, const char *why,
                               enum cause_kind kind)
{
    struct world world;
    make_world(&world);
    expect(&world, 1, "", "output:2");
    add_flow(&world, "in_port=1 actions=output:2");
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_PASS);
    make(&world);
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_FAIL);
    check_trouble(&world, 0, port, port == 2, why);
    const struct result *result = get_result(&world, "state/s1/1");
    assert_int_equal(result->finding->n_troubles, 1);
    assert_int_equal(result->cause_kind, kind);
    check_text("expected", result->expected, "output:2");
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
    check_port_trouble(no_ingress, 1, "is absent", CAUSE_PORT);
    check_port_trouble(ingress_off, 1, "is switched off", CAUSE_PORT);
    check_port_trouble(ingress_unplugged, 1, "has no link", CAUSE_CABLE);
    check_port_trouble(ingress_deaf, 1, "does not receive", CAUSE_PORT);
    check_port_trouble(no_egress, 2, "is absent", CAUSE_PORT);
    check_port_trouble(egress_off, 2, "is switched off", CAUSE_PORT);
    check_port_trouble(egress_unplugged, 2, "has no link", CAUSE_CABLE);
    check_port_trouble(egress_mute, 2, "does not send", CAUSE_PORT);
}

static void every_case_is_looked_at(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "tcp", "output:2");
    expect(&world, 1, "", "output:3");
    add_flow(&world, "priority=2,tcp,in_port=1 actions=output:2");
    add_flow(&world, "priority=1,in_port=1 actions=output:3");
    world.ports[2].config = PORT_CONFIG_NO_FWD;
    judge(&world);
    check_trouble(&world, 0, 3, true, "does not send");
    free_world(&world);
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
    check_result(&world, "state/s1/1", VERDICT_FAIL);
    assert_int_equal(get_result(&world, "state/s1/1")->finding->n_troubles, 2);
    check_trouble(&world, 0, 2, true, "is switched off");
    check_trouble(&world, 1, 3, true, "does not send");
    free_world(&world);
}

/* As an output by number: where a cable is, packets are lost. */
static void ports_meant_by_flood_must_send(void **state)
{
    (void)state;
    static const struct {
        const char *actions;
        uint16_t closed;
        bool fails;
    } rows[] = {
        {"flood", 2, true},    {"flood", 3, true},    {"flood", 4, false}, /* nothing there */
        {"all", 2, true},      {"all", 4, false},     {"in_port", 1, true},
        {"in_port", 2, false}, {"output:4", 4, true}, {"enqueue:4:1", 4, true},
        {"flood", 1, false}, /* never returned */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char flow[64];
        struct world world;
        struct topology_host host = {.port = {.port = 2}};
        struct topology_link link = {.a = {.sw = 1, .port = 5}, .b = {.port = 3}};
        make_world(&world);
        world.topology.hosts = &host;
        world.topology.links = &link;
        world.topology.n_hosts = world.topology.n_links = 1;
        world.expectation.unlisted_any = true;
        expect(&world, 1, "", rows[i].actions);
        snprintf(flow, sizeof flow, "in_port=1 actions=%s", rows[i].actions);
        add_flow(&world, flow);
        judge(&world);
        check_result(&world, "state/s1/1", VERDICT_PASS);
        world.ports[rows[i].closed - 1].config = PORT_CONFIG_NO_FWD;
        judge(&world);
        check_result(&world, "state/s1/1", rows[i].fails ? VERDICT_FAIL : VERDICT_PASS);
        if (rows[i].fails) {
            check_trouble(&world, 0, rows[i].closed, true, "does not send");
        }
        free_world(&world);
    }
}

static void local_is_judged_where_it_is_named(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    world.expectation.unlisted_any = true;
    expect(&world, 1, "", "output:LOCAL,controller");
    add_flow(&world, "in_port=1 actions=output:LOCAL,controller");
    judge(&world);
    check_trouble(&world, 0, PORT_LOCAL, true, "is absent");
    world.ports[N_PORTS - 1].number = PORT_LOCAL;
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_PASS);
    world.ports[N_PORTS - 1].config = PORT_CONFIG_DOWN;
    judge(&world);
    check_trouble(&world, 0, PORT_LOCAL, true, "is switched off");
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
    check_result(&world, "state/s1/1", VERDICT_PASS);
    no_ingress(&world);
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_FAIL);
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
    add_flow(&world, "in_port=9 actions=output:4"); /* of the topology */
    judge(&world);
    assert_int_equal(world.report.n_results, 4);
    check_result(&world, "state/s1/3", VERDICT_FAIL);
    check_result(&world, "state/s1/9", VERDICT_FAIL);
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

/* Whatever port an entry names: somebody may come to send there. */
static void entries_for_ports_of_nobody_are_judged(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 2, "", "output:4");
    add_flow(&world, "in_port=2 actions=output:4");
    add_flow(&world, "priority=40000,in_port=99,arp actions=drop");
    add_flow(&world, "in_port=65280 actions=drop");
    world.ports[N_PORTS - 1].number = PORT_LOCAL;
    judge(&world);
    assert_int_equal(world.report.n_results, 2); /* they drop: nothing to say */
    add_flow(&world, "in_port=99 actions=output:4");
    add_flow(&world, "in_port=LOCAL,tcp actions=output:3");
    add_flow(&world, "in_port=CONTROLLER actions=output:3");
    judge(&world);
    assert_int_equal(world.report.n_results, 5);
    check_result(&world, "state/s1/99", VERDICT_FAIL);
    check_result(&world, "state/s1/CONTROLLER", VERDICT_FAIL);
    const struct result *local = get_result(&world, "state/s1/LOCAL");
    check_text("suspect", local->suspect, "s1:LOCAL");
    check_text("declared", local->says[SAYS_DECLARED], "drop (not listed)");
    assert_int_equal(local->port, PORT_LOCAL);
    world.expectation.unlisted_any = true;
    judge(&world);
    assert_int_equal(world.report.n_results, 2);
    world.expectation.unlisted_any = false;
    add_exception(&world, (struct exception){.sw = SWITCH_NONE, .has_match = true});
    world.exceptions[0].match = match_in_port(PORT_LOCAL);
    judge(&world);
    assert_null(find_result(&world, "state/s1/LOCAL"));
    assert_non_null(find_result(&world, "state/s1/99"));
    free_world(&world);
}

/* What names no port is judged where a frame can enter. */
static void wildcards_are_not_judged_at_ports_of_nobody(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    for (uint16_t i = 1; i <= N_PORTS; i++) {
        expect(&world, i, "", "output:4");
    }
    add_flow(&world, "priority=7 actions=output:4");
    add_flow(&world, "priority=8,in_port=LOCAL,arp actions=drop");
    add_flow(&world, "priority=8,in_port=99,udp actions=drop");
    judge(&world);
    assert_int_equal(report_count(&world.report, VERDICT_FAIL), 0);
    assert_int_equal(world.report.n_results, 1 + N_PORTS);
    add_flow(&world, "priority=7,in_port=99 actions=drop"); /* which wins is not defined */
    add_flow(&world, "priority=7,icmp actions=output:5");
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_INCONCLUSIVE);
    assert_null(find_result(&world, "state/s1/LOCAL"));
    check_result(&world, "state/s1/99", VERDICT_INCONCLUSIVE);
    free_world(&world);
}

/* ------------------------------------------------------------------ cabling */

static void ports_that_are_not_cabled_are_noted(void **state)
{
    (void)state;
    struct world world;
    struct topology_link link = {.a = {.port = 1}, .b = {.sw = 1, .port = 5}};
    struct topology_host hosts[2] = {{.port = {.port = 2}}, {.port = {.sw = 1, .port = 6}}};
    make_world(&world);
    expect(&world, 1, "", "output:2,output:7,output:LOCAL,enqueue:6:1");
    expect(&world, 2, "tcp", "output:1,output:7");
    expect(&world, 3, "", "drop");
    expect(&world, 5, "", "output:1");
    judge(&world);
    assert_int_equal(world.report.n_notes, 0); /* a topology without cables */
    world.topology.hosts = hosts;
    world.topology.n_hosts = 2;
    world.topology.links = &link;
    world.topology.n_links = 1;
    judge(&world);
    assert_int_equal(world.report.n_notes, 3);
    check_note(&world, "s1:7 is not cabled in the topology");
    check_note(&world, "s1:6 is not cabled in the topology");
    check_note(&world, "s1:5 is not cabled in the topology");
    expect(&world, 6, "", "output:4,output:1");
    judge(&world);
    assert_int_equal(world.report.n_notes, 4);
    check_note(&world, "s1: 1 more ports that the expectation names are not cabled");
    free_world(&world);
}

/* ----------------------------------------------------------------- switches */

static void another_datapath_id_fails(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    world.state.datapath_id = 0xabc;
    expect(&world, 1, "", "output:2");
    add_entry(&world, "in_port=1 actions=output:2");
    add_flow(&world, "in_port=1 actions=output:2"); /* as if it were right */
    add_flow(&world, "in_port=3 actions=output:2");
    judge(&world);
    assert_int_equal(world.report.n_results, 3);
    check_result(&world, "switch/s1", VERDICT_FAIL);
    check_result(&world, "state/s1/1", VERDICT_INCONCLUSIVE);
    check_result(&world, "entry/s1/1", VERDICT_INCONCLUSIVE);
    const struct result *result = get_result(&world, "switch/s1");
    check_text("expected", result->expected, "datapath id 0000000000000001");
    check_text("observed", result->observed, "datapath id 0000000000000abc");
    assert_int_equal(result->finding->kind, STATE_OTHER_SWITCH);
    assert_int_equal(result->finding->datapath_id, 1);
    assert_null(result->finding->other);
    assert_ptr_equal(get_result(&world, "entry/s1/1")->finding, result->finding);
    free_world(&world);
}

static void swapped_endpoints_are_told(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    struct topology_switch both[] = {{.name = "s1", .dpid = 1}, {.name = "s2", .dpid = 2}};
    bool lists[] = {true, true}, exact[] = {false, false};
    struct switch_state other = {.datapath_id = 1};
    struct switch_dump dumps[] = {{.dumped = true, .state = &world.state},
                                  {.dumped = true, .state = &other}};
    world.state.datapath_id = 2;
    world.topology.switches = both;
    world.topology.n_switches = 2;
    world.expectation.lists_switch = lists;
    world.expectation.exact_switch = exact;
    expect(&world, 1, "", "drop"); /* of s1, and s2 drops, too */
    assert_int_equal(state_judge(&world.expectation, dumps, NULL, &world.report, NULL), 0);
    check_result(&world, "switch/s1", VERDICT_FAIL);
    check_result(&world, "switch/s2", VERDICT_FAIL);
    assert_ptr_equal(get_result(&world, "switch/s1")->finding->other, &both[1]);
    assert_ptr_equal(get_result(&world, "switch/s2")->finding->other, &both[0]);
    check_result(&world, "state/s1/1", VERDICT_INCONCLUSIVE);
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
    world.dump = (struct switch_dump){.reason = "connection refused"};
    judge(&world);
    assert_int_equal(world.report.n_results, 4);
    for (size_t i = 0; i < 4; i++) {
        check_result(&world, world.report.results[i].id, VERDICT_INCONCLUSIVE);
        check_text("detail", world.report.results[i].detail, "connection refused");
    }
    assert_non_null(find_result(&world, "switch/s1"));
    assert_non_null(find_result(&world, "state/s1/2"));
    assert_non_null(find_result(&world, "entry/s1/1"));
    assert_int_equal(report_verdict(&world.report), VERDICT_INCONCLUSIVE);
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
    check_result(&world, "state/s1/1", VERDICT_PASS);
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
    check_result(&world, "state/s1/1", VERDICT_FAIL);
    assert_int_equal(report_count(&world.report, VERDICT_FAIL), 8); /* ports 1 to 7, the entry */
    add_exception(
        &world,
        (struct exception){.sw = SWITCH_NONE, .has_cookie = true, .cookie = 5, .cookie_mask = 0xf});
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
    assert_int_equal(ofctl_parse_match("udp", &world.exceptions[0].match, NULL, NULL), 0);
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_FAIL);
    assert_int_equal(ofctl_parse_match("dl_type=0x0806", &world.exceptions[0].match, NULL, NULL),
                     0);
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_PASS);
    free_world(&world);
}

/* By the first exception that takes it, on its switch or on all. */
static void who_is_ignored_by_what(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    add_exception(&world, (struct exception){.sw = 0, .has_port = true, .port = 1});
    add_exception(
        &world,
        (struct exception){.sw = SWITCH_ALL, .has_cookie = true, .cookie = 5, .cookie_mask = 0xf});
    add_exception(&world, (struct exception){.sw = 1, .has_port = true, .port = 2});
    add_exception(&world,
                  (struct exception){.sw = 0, .has_match = true, .match = match_in_port(3)});
    add_exception(&world, (struct exception){.sw = 0,
                                             .has_port = true,
                                             .port = 6,
                                             .has_cookie = true,
                                             .cookie = 7,
                                             .cookie_mask = UINT64_MAX});
    static const struct {
        size_t sw;
        uint16_t port;
        uint64_t cookie;
        size_t of_entry, of_port; /* 9: none */
    } rows[] = {{0, 1, 0, 9, 0}, {1, 1, 0, 9, 9}, {0, 1, 0x15, 1, 0}, {1, 1, 0x15, 1, 9},
                {0, 2, 0, 9, 9}, {1, 2, 0, 9, 2}, {1, 2, 5, 1, 2},    {0, 3, 0, 3, 9},
                {1, 3, 0, 9, 9}, {0, 3, 5, 1, 9}, {0, 4, 4, 9, 9},    {0, 6, 7, 4, 9},
                {0, 6, 8, 9, 9}, {0, 7, 7, 9, 9}, {1, 6, 7, 9, 9}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct flow_entry entry = {.match = match_in_port(rows[i].port),
                                         .cookie = rows[i].cookie};
        const struct exception *none = NULL;
        assert_ptr_equal(state_ignored_entry(&world.expectation, rows[i].sw, &entry),
                         rows[i].of_entry == 9 ? none : &world.exceptions[rows[i].of_entry]);
        assert_ptr_equal(
            state_ignored_port(&world.expectation, (struct port_ref){rows[i].sw, rows[i].port}),
            rows[i].of_port == 9 ? none : &world.exceptions[rows[i].of_port]);
    }
    free_world(&world);
}

/* Alone, it is judged as with all others. */
static void a_switch_may_be_judged_alone(void **state)
{
    (void)state;
    struct world world;
    struct base_error error;
    make_world(&world);
    expect(&world, 1, "", "output:2");
    add_flow(&world, "in_port=1 actions=output:3");
    add_exception(&world, (struct exception){.has_port = true, .port = 2});
    struct report alone = {0};
    assert_int_equal(
        state_judge_switch(&world.expectation, 0, &world.dump, &world.options, &alone, &error), 0);
    judge(&world);
    assert_int_equal(alone.n_results, world.report.n_results);
    assert_int_equal(alone.n_ignored, world.report.n_ignored);
    for (size_t i = 0; i < alone.n_results; i++) {
        assert_string_equal(alone.results[i].id, world.report.results[i].id);
        assert_int_equal(alone.results[i].verdict, world.report.results[i].verdict);
    }
    report_free(&alone);
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
    check_result(&world, "state/s1/1", VERDICT_SKIP);
    check_text("detail", get_result(&world, "state/s1/1")->detail, "monitoring");
    assert_null(find_result(&world, "state/s1/2"));
    assert_int_equal(world.report.ignored[0].n_ports, 1);
    assert_int_equal(world.report.ignored[1].n_ports, 1);
    world.exceptions[0].sw = 1; /* another switch */
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_FAIL);
    free_world(&world);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(ports_must_be_there_and_up),
    cmocka_unit_test(every_case_is_looked_at),
    cmocka_unit_test(a_port_in_trouble_is_named_once),
    cmocka_unit_test(ports_meant_by_flood_must_send),
    cmocka_unit_test(local_is_judged_where_it_is_named),
    cmocka_unit_test(a_port_that_drops_may_be_down_but_not_absent),
    cmocka_unit_test(ports_that_are_not_listed_must_drop),
    cmocka_unit_test(entries_for_ports_of_nobody_are_judged),
    cmocka_unit_test(wildcards_are_not_judged_at_ports_of_nobody),
    cmocka_unit_test(ports_that_are_not_cabled_are_noted),
    cmocka_unit_test(another_datapath_id_fails),
    cmocka_unit_test(swapped_endpoints_are_told),
    cmocka_unit_test(a_switch_that_was_not_dumped_is_inconclusive),
    cmocka_unit_test(hidden_entries_are_noted),
    cmocka_unit_test(exceptions_leave_out_entries_and_are_listed),
    cmocka_unit_test(who_is_ignored_by_what),
    cmocka_unit_test(a_switch_may_be_judged_alone),
    cmocka_unit_test(exceptions_leave_out_ports),
};

TEST_MAIN(tests)
