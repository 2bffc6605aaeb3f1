/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is blamed for frames that would go round. */
#include "blame/loops.h"

#include "ofctl/flow.h"
#include "testing/blamed_network.h"

/* What h1 broadcasts is sent to s3 and back, on two cables of s1. */
static void the_circle_begins_at_a_port(void **state)
{
    (void)state;
    struct network network;
    struct traffic_plan endless = {0};
    network_load(&network, "expected/demon/simulated.yaml", "simulated");
    assert_int_equal(
        ofctl_parse_flow("priority=50000,dl_dst=ff:ff:ff:ff:ff:ff actions=output:6,in_port",
                         &network.states[0].flows, NULL, NULL, NULL),
        0);
    assert_int_equal(
        ofctl_parse_flow("priority=50000,in_port=1,dl_dst=ff:ff:ff:ff:ff:ff actions=in_port",
                         &network.states[2].flows, NULL, NULL, NULL),
        0);
    network_index(&network);
    assert_int_equal(traffic_endless_take(&network.plan, &network.tables, &endless), 0);
    assert_int_equal(traffic_endless(&endless, &network.tables, &network.report, &network.failures),
                     0);
    blame_loops(&endless, &network.tables, &network.failures, &network.report);
    expect_cause(network_result(&network, "traffic/h1/loop"), CAUSE_TABLE, "s3:1");
    assert_string_equal(network_result(&network, "traffic/h1/loop")->suspect, "s3:1");
    /* A port of the way that its own state result blames. */
    struct result *result = report_add(&network.report, RESULT_STATE, "state/s1/6");
    result->cause = "s1:6";
    blame_loops(&endless, &network.tables, &network.failures, &network.report);
    expect_cause(network_result(&network, "traffic/h1/loop"), CAUSE_TABLE, "s3:1"); /* it passes */
    network.report.results[network.report.n_results - 1].verdict = VERDICT_FAIL;
    blame_loops(&endless, &network.tables, &network.failures, &network.report);
    expect_cause(network_result(&network, "traffic/h1/loop"), CAUSE_TABLE, "s1:6");
    assert_string_equal(network_result(&network, "traffic/h1/loop")->suspect, "s3:1");
    traffic_plan_free(&endless);
    network_free(&network);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_circle_begins_at_a_port),
};

TEST_MAIN(tests)
