/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables that do what was observed: which entry or port is not as declared. */
#include "ofctl/flow.h"
#include "ofctl/match.h"
#include "testing/blamed_network.h"

static const char simulated[] = "expected/demon/simulated.yaml";

static void missing_mirror_is_the_tables_fault(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "no-mirror");
    network_send(&network, NULL, NULL);
    network_blame(&network);
    assert_int_equal(network_not_passed(&network), 1);
    const struct result *result = network_result(&network, "traffic/h1/mirrored/h11");
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_int_equal(result->expected_count, 1);
    assert_int_equal(result->observed_count, 0);
    assert_string_equal(result->suspect, "s1:1");
    assert_non_null(strstr(result->detail, "s1 does not send it on as declared: in_port=1"));
    assert_int_equal(result->disagree[0], SAYS_DECLARED);
    assert_int_equal(result->disagree[1], SAYS_ADVERTISED);
    assert_string_equal(result->says[SAYS_ADVERTISED], "0 copies");
    network_free(&network);
}

static void leak_is_the_tables_fault(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "leak");
    network_send(&network, NULL, NULL);
    network_blame(&network);
    assert_int_equal(network_not_passed(&network), 1);
    const struct result *result = network_result(&network, "traffic/h3/isolated/h11");
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_int_equal(result->observed_count, 1);
    assert_string_equal(result->suspect, "s1:3");
    network_free(&network);
}

/* The expectation lists the ports of one switch less. */
static void unlist_switch(struct network *network, size_t sw)
{
    struct expectation *expectation = network->expectation;
    size_t n = 0;
    for (size_t i = 0; i < expectation->n_ports; i++) {
        if (expectation->ports[i].port.sw != sw) {
            expectation->ports[n++] = expectation->ports[i];
        }
    }
    expectation->n_ports = n;
    expectation->lists_switch[sw] = false;
}

static void remove_entry(struct network *network, size_t sw, const char *match)
{
    struct match wanted;
    assert_int_equal(ofctl_parse_match(match, &wanted, NULL, NULL), 0);
    struct switch_state *states[] = {&network->states[sw], &network->later[sw]};
    for (size_t i = 0; i < 2; i++) {
        struct flow_table *flows = &states[i]->flows;
        size_t n = 0;
        for (size_t j = 0; j < flows->n_entries; j++) {
            if (!match_equal(&flows->entries[j].match, &wanted)) {
                flows->entries[n++] = flows->entries[j];
            }
        }
        assert_int_equal(n + 1, flows->n_entries);
        flows->n_entries = n;
    }
}

/* s1 sends on what s3, of whose ports nothing is declared, has no entry for:
 * h7, who comes to s3 by another port, is not lost. */
static void the_switch_without_an_entry_is_blamed(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    unlist_switch(&network, 2);
    remove_entry(&network, 2, "in_port=1");
    network_send(&network, NULL, NULL);
    network_blame(&network);
    assert_int_equal(network_not_passed(&network), 1);
    const struct result *result = network_result(&network, "traffic/h1/mirrored/h11");
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_string_equal(result->suspect, "s3:1");
    assert_string_equal(result->cause, "s3:1");
    assert_non_null(strstr(result->detail, "s3 does not send it on: no entry takes it"));
    network_free(&network);
}

/* ... and it makes no difference that nothing is declared of s1 either. */
static void several_claims_blame_the_same_hop(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    for (size_t sw = 0; sw < 3; sw++) {
        unlist_switch(&network, sw);
    }
    remove_entry(&network, 2, "in_port=1");
    remove_entry(&network, 2, "in_port=7");
    network_send(&network, NULL, NULL);
    network_blame(&network);
    assert_int_equal(network_not_passed(&network), 2);
    assert_string_equal(network_result(&network, "traffic/h1/mirrored/h11")->suspect, "s3:1");
    assert_string_equal(network_result(&network, "traffic/h7/mirrored/h11")->suspect, "s3:7");
    assert_int_equal(network.report.n_causes, 2);
    network_free(&network);
}

static void add_entry(struct network *network, size_t sw, const char *flow)
{
    assert_int_equal(ofctl_parse_flow(flow, &network->states[sw].flows, NULL, NULL, NULL), 0);
    assert_int_equal(ofctl_parse_flow(flow, &network->later[sw].flows, NULL, NULL, NULL), 0);
}

/* One copy ends at s3:1, the other goes on by s3:2 and s1:7 to h2. */
static void of_two_copies_that_is_lost_which_goes_on_nowhere(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    for (size_t sw = 0; sw < 3; sw++) {
        unlist_switch(&network, sw);
    }
    remove_entry(&network, 0, "in_port=1");
    remove_entry(&network, 2, "in_port=1");
    remove_entry(&network, 2, "in_port=2");
    add_entry(&network, 0, "in_port=1 actions=output:6,output:7");
    add_entry(&network, 0, "in_port=7 actions=output:2");
    add_entry(&network, 2, "in_port=2 actions=in_port");
    network_send(&network, NULL, NULL);
    network_blame(&network);
    assert_string_equal(network_result(&network, "traffic/h1/mirrored/h11")->suspect, "s3:1");
    network_free(&network);
}

/* The way may end where it begins. */
static void the_first_switch_has_no_entry(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    unlist_switch(&network, 0);
    remove_entry(&network, 0, "in_port=1");
    network_send(&network, NULL, NULL);
    network_blame(&network);
    const struct result *result = network_result(&network, "traffic/h1/delivered/h2");
    assert_string_equal(result->suspect, "s1:1");
    assert_non_null(strstr(result->detail, "s1 does not send it on: no entry takes it"));
    network_free(&network);
}

/* What leaves the declared way at s1 is not the fault of where it ends. */
static void leaving_the_declared_way_is_blamed_first(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    unlist_switch(&network, 2);
    remove_entry(&network, 2, "in_port=3");
    for (size_t i = 0; i < network.states[0].flows.n_entries; i++) {
        struct flow_entry *flow = &network.states[0].flows.entries[i];
        if (flow->match.value.in_port == 1) {
            for (size_t j = 0; j < flow->n_actions; j++) {
                struct action *action = (struct action *)&flow->actions[j];
                action->port = action->port == 6 ? 8 : action->port;
            }
        }
    }
    network_send(&network, NULL, NULL);
    network_blame(&network);
    const struct result *result = network_result(&network, "traffic/h1/mirrored/h11");
    assert_string_equal(result->suspect, "s1:1");
    assert_non_null(strstr(result->detail, "s1 does not send it on as declared"));
    network_free(&network);
}

/* s3 has no entry for what enters port 1. */
static void table_in_the_middle_is_blamed(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network.states[2].flows.entries[0].match.value.in_port = 99;
    network_send(&network, NULL, NULL);
    network_blame(&network);
    assert_int_equal(network_not_passed(&network), 1);
    const struct result *result = network_result(&network, "traffic/h1/mirrored/h11");
    assert_string_equal(result->suspect, "s3:1");
    assert_non_null(strstr(result->detail, "no entry takes it"));
    network_free(&network);
}

/* s1 rewrites what it mirrors: each statement of the altered copy says so. */
static void a_table_that_alters_is_said_to(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    unlist_switch(&network, 0);
    remove_entry(&network, 0, "in_port=1");
    assert_int_equal(
        ofctl_parse_flow("in_port=1 actions=output:2,mod_nw_tos:4,mod_dl_src:2:0:0:0:0:9,"
                         "output:6",
                         &network.states[0].flows, NULL, NULL, NULL),
        0);
    network_send(&network, "h1", "h11");
    for (size_t p = 0; p < network.plan.n_probes; p++) {
        if (network.plan.probes[p].from == network_host(&network, "h1")) {
            traffic_round_see_altered(&network.round, p, network_host(&network, "h11"), "dl_src");
        }
    }
    network_blame(&network);
    const struct result *result = network_result(&network, "traffic/h1/mirrored/h11");
    assert_string_equal(result->suspect, "s1:1");
    assert_int_equal(result->disagree[1], SAYS_ADVERTISED);
    assert_string_equal(result->says[SAYS_DECLARED], "1 copy");
    assert_string_equal(result->says[SAYS_ADVERTISED], "1 copy, altered");
    assert_string_equal(result->says[SAYS_OBSERVED], "1 copy, altered: dl_src");
    network_free(&network);
}

/* A port that is down is the cause, and not the table that sends there. */
static void a_port_is_down(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network.states[0].ports[5].config = PORT_CONFIG_DOWN;
    network_send(&network, NULL, NULL);
    expect_cause(network_failure(&network, "traffic/h1/mirrored/h11"), CAUSE_PORT, "s1:6");
    network.states[0].ports[5].config = 0;
    network.states[0].ports[5].state = PORT_STATE_LINK_DOWN;
    expect_cause(network_failure(&network, "traffic/h1/mirrored/h11"), CAUSE_CABLE, "s1:6 - s3:1");
    network_free(&network);
}

/* Nothing is declared of s1 and s3; s1:5 and s1:6 are closed. */
static const struct result *send_by_closed_ports(struct network *network, const char *flow,
                                                 uint32_t config)
{
    network_load(network, simulated, "simulated");
    unlist_switch(network, 0);
    unlist_switch(network, 2);
    remove_entry(network, 0, "in_port=1");
    add_entry(network, 0, flow);
    network->states[0].ports[4].config = PORT_CONFIG_DOWN;
    network->states[0].ports[5].config = config;
    network->states[0].ports[5].state = PORT_STATE_LINK_DOWN;
    network_send(network, NULL, NULL);
    return network_failure(network, "traffic/h1/mirrored/h11");
}

/* All that s1 sends arrives, at h2: what does not is what it sends by a port that is closed, if
 * that does not lead to another host. */
static void a_port_is_down_beside_one_that_is_not(void **state)
{
    (void)state;
    struct network network;
    static const char both[] = "in_port=1 actions=output:2,output:5,output:6";
    const struct result *result =
        send_by_closed_ports(&network, "in_port=1 actions=output:2,output:5", 0);
    expect_cause(result, CAUSE_TABLE, "s1:1");
    network_free(&network);
    result = send_by_closed_ports(&network, both, 0);
    expect_cause(result, CAUSE_CABLE, "s1:6 - s3:1");
    assert_non_null(strstr(result->detail, "s1:6 has no link"));
    network_free(&network);
    result = send_by_closed_ports(&network, both, PORT_CONFIG_DOWN);
    expect_cause(result, CAUSE_PORT, "s1:6");
    network_free(&network);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(missing_mirror_is_the_tables_fault),
    cmocka_unit_test(leak_is_the_tables_fault),
    cmocka_unit_test(the_switch_without_an_entry_is_blamed),
    cmocka_unit_test(of_two_copies_that_is_lost_which_goes_on_nowhere),
    cmocka_unit_test(the_first_switch_has_no_entry),
    cmocka_unit_test(several_claims_blame_the_same_hop),
    cmocka_unit_test(leaving_the_declared_way_is_blamed_first),
    cmocka_unit_test(table_in_the_middle_is_blamed),
    cmocka_unit_test(a_table_that_alters_is_said_to),
    cmocka_unit_test(a_port_is_down),
    cmocka_unit_test(a_port_is_down_beside_one_that_is_not),
};

TEST_MAIN(tests)
