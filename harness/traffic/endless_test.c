/* SPDX-License-Identifier: Apache-2.0
 *
 * Probes that loop are taken from the plan, and no others. */
#include "traffic/endless.h"

#include "ofctl/flow.h"
#include "testing/reference_network.h"

static const char simulated[] = "expected/demon/simulated.yaml";

/* What comes from h1 is sent to s3 and back, on two cables of s1, when it is broadcast. */
static void make_loop(struct network *network)
{
    struct flow_table *s1 = &network->states[0].flows, *s3 = &network->states[2].flows;
    assert_int_equal(
        ofctl_parse_flow("priority=50000,dl_dst=ff:ff:ff:ff:ff:ff actions=output:6,in_port", s1,
                         NULL, NULL, NULL),
        0);
    assert_int_equal(
        ofctl_parse_flow("priority=50000,in_port=1,dl_dst=ff:ff:ff:ff:ff:ff actions=in_port", s3,
                         NULL, NULL, NULL),
        0);
}

static void nothing_is_taken_where_nothing_loops(void **state)
{
    (void)state;
    struct network network;
    struct traffic_plan endless = {0};
    network_load(&network, simulated, "simulated");
    network_index(&network);
    size_t n = network.plan.n_probes;
    assert_int_equal(traffic_endless_take(&network.plan, &network.tables, &endless), 0);
    assert_int_equal(network.plan.n_probes, n);
    assert_int_equal(endless.n_probes, 0);
    traffic_plan_free(&endless);
    network_free(&network);
}

static void only_what_loops_is_taken(void **state)
{
    (void)state;
    struct network network;
    struct traffic_plan endless = {0};
    struct path_walk walk;
    network_load(&network, simulated, "simulated");
    make_loop(&network);
    network_index(&network);
    size_t n = network.plan.n_probes;
    assert_int_equal(traffic_endless_take(&network.plan, &network.tables, &endless), 0);
    assert_int_equal(network.plan.n_probes + endless.n_probes, n);
    assert_true(endless.n_probes > 0 && network.plan.n_probes > 0);
    for (size_t p = 0; p < endless.n_probes; p++) {
        const struct traffic_probe *probe = &endless.probes[p];
        assert_int_equal(probe->header.dl_dst[0], 0xff);
        path_follow_from(&network.tables, probe->from, &probe->header, &walk);
        assert_true(walk.loops);
    }
    for (size_t p = 0; p < network.plan.n_probes; p++) {
        const struct traffic_probe *probe = &network.plan.probes[p];
        path_follow_from(&network.tables, probe->from, &probe->header, &walk);
        assert_false(walk.loops);
    }
    assert_int_equal(traffic_endless(&endless, &network.tables, &network.report, &network.failures),
                     0);
    const struct result *result = network_result(&network, "traffic/h1/loop");
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_non_null(strstr(result->detail, "s3:1 -> s1:6 -> s3:1"));
    assert_non_null(
        strstr(result->detail, "1 of its probes would go round endlessly, and was not"));
    assert_string_equal(result->from, "h1");
    assert_non_null(strstr(result->example, "dl_dst=ff:ff:ff:ff:ff:ff"));
    assert_int_equal(network.failures.items[0].probe, 0);
    assert_string_equal(network.report.results[network.failures.items[0].result].id,
                        "traffic/h1/loop");
    /* Once more: now nothing is left. */
    struct traffic_plan again = {0};
    n = endless.n_probes;
    assert_int_equal(traffic_endless_take(&endless, &network.tables, &again), 0);
    assert_int_equal(endless.n_probes, 0);
    assert_int_equal(again.n_probes, n);
    traffic_plan_free(&again);
    traffic_plan_free(&endless);
    network_free(&network);
}

/* The same, but each time with another VLAN: it takes more hops than are followed to
 * come back unchanged, and nobody knows that it will. */
static void what_comes_back_in_ever_other_forms_is_taken(void **state)
{
    (void)state;
    struct network network;
    struct traffic_plan endless = {0};
    network_load(&network, simulated, "simulated");
    struct flow_table *s1 = &network.states[0].flows, *s3 = &network.states[2].flows;
    char text[128];
    assert_int_equal(ofctl_parse_flow("priority=50000,in_port=1 actions=mod_vlan_vid:0,output:6",
                                      s1, NULL, NULL, NULL),
                     0);
    for (int vlan = 0; vlan < 300; vlan++) {
        snprintf(text, sizeof text,
                 "priority=50000,in_port=6,dl_vlan=%d actions=mod_vlan_vid:%d,in_port", vlan,
                 (vlan + 1) % 300);
        assert_int_equal(ofctl_parse_flow(text, s1, NULL, NULL, NULL), 0);
    }
    assert_int_equal(
        ofctl_parse_flow("priority=50000,in_port=1 actions=in_port", s3, NULL, NULL, NULL), 0);
    network_index(&network);
    const struct topology *topology = network.expectation->topology;
    assert_int_equal(traffic_endless_take(&network.plan, &network.tables, &endless), 0);
    assert_true(endless.n_probes > 0);
    for (size_t p = 0; p < network.plan.n_probes; p++) {
        assert_string_not_equal(topology->hosts[network.plan.probes[p].from].name, "h1");
    }
    assert_int_equal(traffic_endless(&endless, &network.tables, &network.report, &network.failures),
                     0);
    const struct result *result = network_result(&network, "traffic/h1/loop");
    assert_int_equal(result->verdict, VERDICT_INCONCLUSIVE);
    assert_true(result->by_tables);
    assert_string_equal(result->from, "h1");
    assert_non_null(result->example);
    assert_non_null(strstr(result->detail, "not sent: " PATH_TOO_DEEP));
    traffic_plan_free(&endless);
    network_free(&network);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_comes_back_in_ever_other_forms_is_taken),
    cmocka_unit_test(nothing_is_taken_where_nothing_loops),
    cmocka_unit_test(only_what_loops_is_taken),
};

TEST_MAIN(tests)
