/* SPDX-License-Identifier: Apache-2.0
 *
 * What an expectation leaves to the switch: one_of, failover, may, and controller: any. */
#include "ofctl/group.h"
#include "testing/state_of.h"

/* The last case of the expectation, with a choice between two ports behind its actions. */
static void choose(struct world *world, enum action_type type, uint16_t a, uint16_t b)
{
    struct expectation *expectation = &world->expectation;
    struct expected_port *port = &world->expected[expectation->n_ports - 1];
    struct expected_case *last = &port->cases[port->n_cases - 1];
    const struct action choice[] = {{.type = (uint16_t)type, .n_ways = 2},
                                    {.type = ACTION_COPY},
                                    {.port = a},
                                    {.type = ACTION_COPY_END},
                                    {.type = ACTION_COPY},
                                    {.port = b},
                                    {.type = ACTION_COPY_END}};
    enum { N = sizeof choice / sizeof *choice };
    struct action *all = base_arena_alloc(&expectation->arena, (last->n_actions + N) * sizeof *all);
    assert_non_null(all);
    if (last->n_actions > 0) {
        memcpy(all, last->actions, last->n_actions * sizeof *all);
    }
    memcpy(all + last->n_actions, choice, sizeof choice);
    last->actions = all;
    last->n_actions += N;
}

static void allow(struct world *world, const uint16_t *may, size_t n_may)
{
    struct expected_port *port = &world->expected[world->expectation.n_ports - 1];
    port->cases[port->n_cases - 1].may = may;
    port->cases[port->n_cases - 1].n_may = n_may;
}

static void check_flow(struct world *world, const char *flow, enum verdict verdict)
{
    flow_table_free(&world->state.flows);
    add_flow(world, flow);
    judge(world);
    const struct result *result = get_result(world, "state/s1/1");
    if (result->verdict != verdict) {
        fail_msg("%s: %s", flow, verdict_name(result->verdict));
    }
}

static void what_may_leave_is_not_judged(void **state)
{
    (void)state;
    static const uint16_t may[] = {3, PORT_CONTROLLER};
    struct world world;
    make_world(&world);
    expect(&world, 1, "", "output:2");
    allow(&world, may, 2);
    check_flow(&world, "actions=output:2", VERDICT_PASS);
    check_text("expected", get_result(&world, "state/s1/1")->expected,
               "output:2, may output:3,CONTROLLER:65535");
    check_flow(&world, "actions=output:2,output:3", VERDICT_PASS);
    check_flow(&world, "actions=output:3,output:2,controller:9,output:3", VERDICT_PASS);
    check_flow(&world, "actions=output:3", VERDICT_FAIL);
    check_flow(&world, "actions=output:2,output:4", VERDICT_FAIL);
    const struct state_set *set = &get_result(&world, "state/s1/1")->finding->sets[0];
    assert_int_equal(set->n_tolerated, 2);
    assert_memory_equal(set->tolerated, may, sizeof may);
    check_flow(&world, "actions=drop", VERDICT_FAIL);
    world.ports[2].config = PORT_CONFIG_DOWN; /* port 3 need not be there */
    check_flow(&world, "actions=output:2", VERDICT_PASS);
    free_world(&world);
}

/* Two entries of one priority may differ in it. */
static void rivals_may_differ_in_what_is_not_judged(void **state)
{
    (void)state;
    static const uint16_t may[] = {3};
    struct world world;
    make_world(&world);
    expect(&world, 1, "", "output:2");
    allow(&world, may, 1);
    add_flow(&world, "priority=1 actions=output:2");
    add_flow(&world, "priority=5,tcp actions=output:2,output:3");
    add_flow(&world, "priority=5,in_port=1 actions=output:2");
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_PASS);
    allow(&world, NULL, 0);
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_INCONCLUSIVE);
    /* ... and in nothing else. */
    flow_table_free(&world.state.flows);
    allow(&world, may, 1);
    add_flow(&world, "priority=5,tcp actions=output:2,output:3");
    add_flow(&world, "priority=5,in_port=1 actions=output:3,output:4");
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_FAIL);
    const struct state_finding *found = get_result(&world, "state/s1/1")->finding;
    assert_non_null(found->open_rival);
    free_world(&world);
}

static void copies_to_the_controller_may_be_left_out(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "", "output:2,controller");
    check_flow(&world, "actions=output:2", VERDICT_FAIL);
    world.expectation.controller_any = true;
    check_flow(&world, "actions=output:2", VERDICT_PASS);
    check_flow(&world, "actions=output:2,controller:99", VERDICT_PASS);
    check_flow(&world, "actions=output:3", VERDICT_FAIL);
    static const uint16_t may[] = {3};
    allow(&world, may, 1);
    check_flow(&world, "actions=output:2,output:3,controller:99", VERDICT_PASS);
    check_flow(&world, "actions=output:2,output:4,controller:99", VERDICT_FAIL);
    allow(&world, NULL, 0);
    /* Of ports that are not listed, too. */
    flow_table_free(&world.state.flows);
    add_flow(&world, "actions=controller");
    judge(&world);
    assert_null(find_result(&world, "state/s1/2"));
    world.expectation.controller_any = false;
    judge(&world);
    check_result(&world, "state/s1/2", VERDICT_FAIL);
    free_world(&world);
}

static void add_select(struct world *world, const char *text)
{
    struct base_error error;
    flow_table_free(&world->state.flows);
    group_table_free(&world->state.groups);
    add_flow(world, "actions=output:2,group:1");
    world->state.version = 4;
    if (ofctl_parse_group(text, &world->state.groups, NULL, &error) < 0) {
        fail_msg("%s: %s", text, error.text);
    }
    judge(world);
}

static void one_of_is_a_group_that_selects(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "", "output:2");
    choose(&world, ACTION_ONE_OF, 4, 5);
    add_select(&world, "group_id=1,type=select,bucket=output:5,bucket=output:4");
    check_result(&world, "state/s1/1", VERDICT_PASS);
    add_select(&world, "group_id=1,type=select,bucket=output:5,bucket=output:4,bucket=output:6");
    check_result(&world, "state/s1/1", VERDICT_FAIL);
    add_select(&world, "group_id=1,type=select,bucket=output:5");
    check_result(&world, "state/s1/1", VERDICT_FAIL);
    add_select(&world, "group_id=1,type=select,bucket=output:5,bucket=weight:0,output:4");
    check_result(&world, "state/s1/1", VERDICT_FAIL);
    add_select(&world, "group_id=1,type=all,bucket=output:5,bucket=output:4");
    check_result(&world, "state/s1/1", VERDICT_FAIL);
    free_world(&world);
}

/* Not declared, a choice fails wherever one bucket does something else. */
static void a_choice_that_is_not_declared_fails(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "", "output:2,output:4");
    add_select(&world, "group_id=1,type=select,bucket=output:5,bucket=output:4");
    check_result(&world, "state/s1/1", VERDICT_FAIL);
    add_select(&world, "group_id=1,type=select,bucket=output:4");
    check_result(&world, "state/s1/1", VERDICT_PASS);
    free_world(&world);
}

/* A table of OpenFlow 1.0 has no choice: it does one of the two, and never the other. */
static void one_of_is_all_of_them(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "", "output:2");
    choose(&world, ACTION_ONE_OF, 4, 5);
    check_flow(&world, "actions=output:2,output:4", VERDICT_FAIL);
    check_text("expected", get_result(&world, "state/s1/1")->expected,
               "output:2,one_of(output:4 or output:5)");
    check_flow(&world, "actions=output:2,output:4,output:5", VERDICT_FAIL);
    check_flow(&world, "actions=drop", VERDICT_FAIL);
    free_world(&world);
}

static void failover_is_by_ports(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "", "drop");
    choose(&world, ACTION_FAILOVER, 4, 5);
    check_flow(&world, "actions=output:4", VERDICT_PASS);
    check_flow(&world, "actions=output:5", VERDICT_FAIL);
    world.ports[3].state = PORT_STATE_LINK_DOWN;
    check_flow(&world, "actions=output:5", VERDICT_PASS);
    check_flow(&world, "actions=output:4", VERDICT_FAIL);
    world.ports[4].config = PORT_CONFIG_DOWN; /* no way is left */
    check_flow(&world, "actions=drop", VERDICT_FAIL);
    assert_int_equal(get_result(&world, "state/s1/1")->finding->n_troubles, 2);
    free_world(&world);
}

/* As failover_is_by_ports, but the ways of the switch's own: a group. */
static void check_failover(struct world *world, const char *group, enum verdict now,
                           enum verdict then)
{
    flow_table_free(&world->state.flows);
    group_table_free(&world->state.groups);
    add_flow(world, "in_port=1 actions=group:1");
    world->state.version = 4;
    struct base_error error;
    if (ofctl_parse_group(group, &world->state.groups, NULL, &error) < 0) {
        fail_msg("%s: %s", group, error.text);
    }
    judge(world);
    check_result(world, "state/s1/1", now);
    check_result(world, "failover/s1/1", then);
}

static void the_next_ways_are_judged_too(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "", "drop");
    choose(&world, ACTION_FAILOVER, 4, 5);
    check_failover(&world,
                   "group_id=1,type=ff,bucket=watch_port:4,output:4,bucket=watch_port:5,output:5",
                   VERDICT_PASS, VERDICT_PASS);
    check_text("expected", get_result(&world, "failover/s1/1")->expected,
               "failover(output:4 else output:5)");
    /* By another port, by none, by the first alone; or there is a third. */
    check_failover(&world,
                   "group_id=1,type=ff,bucket=watch_port:4,output:4,bucket=watch_port:5,output:6",
                   VERDICT_PASS, VERDICT_FAIL);
    const struct state_finding *found = get_result(&world, "failover/s1/1")->finding;
    assert_int_equal(found->n_down, 1);
    assert_int_equal(found->down[0], 4);
    check_failover(&world, "group_id=1,type=ff,bucket=watch_port:4,output:4", VERDICT_PASS,
                   VERDICT_FAIL);
    check_failover(&world,
                   "group_id=1,type=ff,bucket=watch_port:4,output:4,bucket=watch_port:5,output:5,"
                   "bucket=watch_port:6,output:6",
                   VERDICT_PASS, VERDICT_FAIL);
    found = get_result(&world, "failover/s1/1")->finding;
    assert_int_equal(found->n_down, 2);
    assert_int_equal(found->down[1], 5);
    /* The first watches another port: it stays, or goes, where it should not. */
    check_failover(&world,
                   "group_id=1,type=ff,bucket=watch_port:5,output:4,bucket=watch_port:5,output:5",
                   VERDICT_PASS, VERDICT_FAIL);
    check_failover(&world,
                   "group_id=1,type=ff,bucket=watch_port:6,output:4,bucket=watch_port:5,output:5",
                   VERDICT_PASS, VERDICT_FAIL);
    /* It is down now. */
    world.ports[3].state = PORT_STATE_LINK_DOWN;
    check_failover(&world,
                   "group_id=1,type=ff,bucket=watch_port:4,output:4,bucket=watch_port:5,output:5",
                   VERDICT_PASS, VERDICT_PASS);
    free_world(&world);
}

/* What the last bucket sends by a port that is down goes nowhere. */
static void a_bucket_that_watches_nothing_is_the_last(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "", "drop");
    choose(&world, ACTION_FAILOVER, 4, 5);
    check_failover(&world, "group_id=1,type=ff,bucket=watch_port:4,output:4,bucket=output:5",
                   VERDICT_PASS, VERDICT_PASS);
    /* The port that the other one's group watches is no way of this one. */
    check_failover(&world,
                   "group_id=1,type=ff,bucket=watch_port:4,output:4,bucket=watch_port:7,output:5",
                   VERDICT_PASS, VERDICT_PASS);
    free_world(&world);
}

static void a_table_without_a_group_does_not_fail_over(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "", "drop");
    choose(&world, ACTION_FAILOVER, 4, 5);
    check_flow(&world, "in_port=1 actions=output:4", VERDICT_PASS);
    check_result(&world, "failover/s1/1", VERDICT_FAIL);
    world.expectation.exceptions = world.exceptions;
    world.exceptions[0] =
        (struct exception){.sw = 0, .has_port = true, .port = 1, .text = "", .reason = "moved"};
    world.expectation.n_exceptions = 1;
    judge(&world);
    assert_null(find_result(&world, "failover/s1/1"));
    free_world(&world);
}

static void without_ports_it_is_not_known(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "", "drop");
    choose(&world, ACTION_FAILOVER, 4, 5);
    world.state.n_ports = 0;
    check_flow(&world, "in_port=1 actions=output:4", VERDICT_PASS);
    check_result(&world, "failover/s1/1", VERDICT_INCONCLUSIVE);
    world.dump = (struct switch_dump){.reason = "connection refused"};
    judge(&world);
    check_result(&world, "failover/s1/1", VERDICT_INCONCLUSIVE);
    free_world(&world);
}

/* An entry that ends is a matter of the port as it is. */
static void lifetimes_are_not_judged_again(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "", "drop");
    choose(&world, ACTION_FAILOVER, 4, 5);
    check_failover(&world,
                   "group_id=1,type=ff,bucket=watch_port:4,output:4,bucket=watch_port:5,output:5",
                   VERDICT_PASS, VERDICT_PASS);
    world.state.flows.entries[0].hard_timeout = 1000;
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_FAIL);
    check_result(&world, "failover/s1/1", VERDICT_PASS);
    free_world(&world);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_next_ways_are_judged_too),
    cmocka_unit_test(a_bucket_that_watches_nothing_is_the_last),
    cmocka_unit_test(a_table_without_a_group_does_not_fail_over),
    cmocka_unit_test(without_ports_it_is_not_known),
    cmocka_unit_test(lifetimes_are_not_judged_again),
    cmocka_unit_test(what_may_leave_is_not_judged),
    cmocka_unit_test(rivals_may_differ_in_what_is_not_judged),
    cmocka_unit_test(copies_to_the_controller_may_be_left_out),
    cmocka_unit_test(one_of_is_all_of_them),
    cmocka_unit_test(one_of_is_a_group_that_selects),
    cmocka_unit_test(a_choice_that_is_not_declared_fails),
    cmocka_unit_test(failover_is_by_ports),
};

TEST_MAIN(tests)
