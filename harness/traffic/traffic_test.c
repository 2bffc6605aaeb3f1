/* SPDX-License-Identifier: Apache-2.0
 *
 * Verdicts about traffic: the right one for each way in which frames can
 * deviate, and none where they do not. */
#include "ofctl/flow.h"
#include "ofctl/match.h"
#include "testing/reference_network.h"

static const char simulated[] = "expected/demon/simulated.yaml";

static void right_network_passes(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    network_judge(&network);
    assert_int_equal(network_not_passed(&network), 0);
    assert_int_equal(network.report.n_results, network.expectation->n_claims);
    assert_true(traffic_round_conforms(&network.round, &network.plan));
    const struct result *result = network_result(&network, "traffic/h1/delivered/h2");
    assert_string_equal(result->from, "h1");
    assert_string_equal(result->to, "h2");
    assert_true(result->is_count);
    assert_int_equal(result->expected_count, 1);
    assert_int_equal(result->observed_count, 1);
    assert_non_null(strstr(result->source, "simulated.yaml:"));
    result = network_result(&network, "traffic/h5/isolated/all");
    assert_string_equal(result->to, "all");
    assert_int_equal(result->expected_count, 0);
    network_free(&network);
}

static void forget_claims_of(struct network *network, const char *host)
{
    struct expectation *expectation = network->expectation;
    size_t n = 0;
    for (size_t i = 0; i < expectation->n_claims; i++) {
        if (expectation->claims[i].from != network_host(network, host)) {
            expectation->claims[n++] = expectation->claims[i];
        }
    }
    expectation->n_claims = n;
}

/* Nobody claims anything of h2; `ports:` says that its frames go to h1. */
static void ports_speak_where_no_claim_does(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    forget_claims_of(&network, "h2");
    network_send(&network, "h2", "h1");
    network_judge(&network);
    assert_int_equal(network_not_passed(&network), 1);
    const struct result *result = network_result(&network, "traffic/h2/delivered/h1");
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_int_equal(result->expected_count, 1);
    assert_int_equal(result->observed_count, 0);
    assert_true(result->is_count);
    assert_string_equal(result->from, "h2");
    assert_string_equal(result->to, "h1");
    assert_string_equal(result->source, network.expectation->file);
    /* If h2 could not be trusted it may not have sent them. */
    network.problems[network_host(&network, "h2")] = "no station";
    network_judge(&network);
    assert_int_equal(report_count(&network.report, VERDICT_FAIL), 0);
    network_free(&network);
}

/* A host at which strays would not be seen leaves the closed world open. */
static void blind_host_is_inconclusive(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    network.problems[network_host(&network, "h8")] = "no station";
    network_judge(&network);
    const struct result *blind = network_result(&network, "traffic/any/stray/h8");
    assert_int_equal(blind->verdict, VERDICT_INCONCLUSIVE);
    assert_string_equal(blind->detail, "strays to h8 would not be seen: no station");
    assert_int_equal(report_count(&network.report, VERDICT_FAIL), 0);
    network_free(&network);
}

static bool has_result(const struct network *network, const char *id)
{
    for (size_t i = 0; i < network->report.n_results; i++) {
        if (strcmp(network->report.results[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

/* ... unless its port is not to be looked at, or nothing could stray. */
static void blind_host_makes_no_difference(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    size_t h8 = network_host(&network, "h8");
    struct port_ref port = network.expectation->topology->hosts[h8].port;
    struct exception exceptions[] = {
        {.sw = port.sw, .has_port = true, .port = port.port},
        {.sw = SWITCH_ALL, .has_port = true, .port = port.port},
        {.sw = SWITCH_ALL, .port = port.port},
        {.sw = SWITCH_ALL, .has_port = true, .port = (uint16_t)(port.port + 1)},
        {.sw = port.sw + 1, .has_port = true, .port = port.port}};
    network.problems[h8] = "no station";
    for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++) {
        network.expectation->exceptions = &exceptions[i];
        network.expectation->n_exceptions = 1;
        network_judge(&network);
        assert_int_equal(has_result(&network, "traffic/any/stray/h8"), i >= 2);
    }
    network.expectation->exceptions = NULL;
    network.expectation->n_exceptions = 0;
    memset(network.round.sent, 0, network.plan.n_probes * sizeof *network.round.sent);
    network_judge(&network);
    assert_false(has_result(&network, "traffic/any/stray/h8"));
    network_free(&network);
}

/* Two copies, one tagged 30 and one tagged 40, are not two tagged 40. */
static void each_form_is_counted(void **state)
{
    (void)state;
    static const struct header forms[2] = {{.vlan_tci = VLAN_TAGGED | 30},
                                           {.vlan_tci = VLAN_TAGGED | 40}};
    const struct traffic_expected_arrival arrival = {
        .host = 1, .copies = 2, .as = forms, .n_as = 2};
    struct traffic_probe probe = {.from = 0, .kind = "udp", .arrivals = &arrival, .n_arrivals = 1};
    struct traffic_plan plan = {.probes = &probe, .n_probes = 1};
    const bool captures[2] = {true, true};
    struct traffic_round round;
    assert_int_equal(traffic_round_init(&round, &plan, captures, 2), 0);
    round.sent[0] = 1;
    traffic_round_see(&round, 0, 1, 1);
    traffic_round_see(&round, 0, 1, 1);
    assert_int_equal(traffic_round_wrong_form(&round, &plan, 0, 1), 1);
    assert_false(traffic_round_conforms(&round, &plan));
    traffic_round_free(&round);
    assert_int_equal(traffic_round_init(&round, &plan, captures, 2), 0);
    round.sent[0] = 1;
    traffic_round_see(&round, 0, 1, 0);
    traffic_round_see(&round, 0, 1, 1);
    assert_true(traffic_round_conforms(&round, &plan));
    traffic_round_free(&round);
}

static void arrival_without_a_claim_is_a_stray(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, "expected/demon/always-forward.yaml", "always-forward");
    network_send(&network, NULL, NULL);
    size_t p = 0;
    while (network.plan.probes[p].from != network_host(&network, "h2")) {
        p++;
    }
    forget_claims_of(&network, "h2");
    traffic_round_see(&network.round, p, network_host(&network, "h9"), 0);
    network_judge(&network);
    assert_int_equal(network_not_passed(&network), 1);
    const struct result *result = network_result(&network, "traffic/h2/stray/h9");
    assert_int_equal(result->observed_count, 1);
    network_free(&network);
}

static void second_copy_fails(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    traffic_round_see(&network.round, 0, network_host(&network, "h2"), 0);
    network_judge(&network);
    const struct result *result = network_result(&network, "traffic/h1/delivered/h2");
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_int_equal(result->observed_count, 2);
    assert_non_null(strstr(result->example, "in_port=1,"));
    assert_int_equal(result->disagree[0], SAYS_DECLARED);
    assert_int_equal(result->disagree[1], SAYS_OBSERVED);
    assert_string_equal(result->says[SAYS_DECLARED], "1 copy");
    assert_string_equal(result->says[SAYS_OBSERVED], "2 copies");
    assert_int_equal(network.failures.n_items, 1);
    assert_true(&network.report.results[network.failures.items[0].result] == result);
    assert_int_equal(network.failures.items[0].probe, 0);
    assert_int_equal(network.failures.items[0].host, network_host(&network, "h2"));
    assert_null(network.failures.items[0].alteration);
    assert_int_equal(network_not_passed(&network), 1);
    network_free(&network);
}

static void altered_copy_fails(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    network.round.seen[0]->copies = 0;
    traffic_round_see_altered(&network.round, 0, network.round.seen[0]->host, "byte 37 differs");
    network_judge(&network);
    assert_int_equal(network_not_passed(&network), 1);
    assert_int_equal(report_count(&network.report, VERDICT_FAIL), 1);
    bool said = false;
    for (size_t i = 0; i < network.report.n_results; i++) {
        const char *detail = network.report.results[i].detail;
        said = said || (detail && strstr(detail, "byte 37 differs"));
    }
    assert_true(said);
    assert_string_equal(network.failures.items[0].alteration, "byte 37 differs");
    network_free(&network);
}

/* Of two copies of two sendings one would be right: the third makes it two. */
static void of_several_sendings_the_number_is_rounded_up(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    size_t h2 = network_host(&network, "h2");
    for (size_t p = 0; p < network.plan.n_probes; p++) {
        const struct traffic_probe *probe = &network.plan.probes[p];
        network.round.sent[p] = 2;
        for (size_t i = 0; i < probe->n_arrivals; i++) {
            traffic_round_see(&network.round, p, probe->arrivals[i].host, 0);
        }
    }
    network_judge(&network);
    assert_int_equal(network_not_passed(&network), 0);
    traffic_round_see(&network.round, 0, h2, 0);
    network_judge(&network);
    assert_int_equal(network_result(&network, "traffic/h1/delivered/h2")->observed_count, 2);
    network_free(&network);
}

/* What was not seen because it could not be seen is never a pass or a fail. */
static void lost_capture_is_inconclusive(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h11");
    network.problems[network_host(&network, "h11")] = "its capture lost 3 frames";
    network_judge(&network);
    assert_int_equal(report_count(&network.report, VERDICT_FAIL), 0);
    const struct result *result = network_result(&network, "traffic/h1/mirrored/h11");
    assert_int_equal(result->verdict, VERDICT_INCONCLUSIVE);
    assert_non_null(strstr(result->detail, "lost 3 frames"));
    assert_int_equal(network_result(&network, "traffic/h5/isolated/all")->verdict,
                     VERDICT_INCONCLUSIVE);
    assert_int_equal(network_result(&network, "traffic/h3/delivered/h4")->verdict, VERDICT_PASS);
    network_free(&network);
}

/* None of h3's frames is seen anywhere: its isolation is proved only if a
 * counter saw them enter. */
static void absence_needs_a_witness(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h3", "h4");
    network.later[0].ports[2].counters.rx_packets = 0;
    network_judge(&network);
    assert_int_equal(network_result(&network, "traffic/h3/isolated/h11")->verdict,
                     VERDICT_INCONCLUSIVE);
    assert_non_null(strstr(network_result(&network, "traffic/h3/isolated/h11")->detail,
                           "none of the sender's frames was seen"));
    network.later[0].ports[2].counters.rx_packets = 9;
    network_judge(&network);
    assert_int_equal(network_result(&network, "traffic/h3/isolated/h11")->verdict, VERDICT_PASS);
    assert_int_equal(network_result(&network, "traffic/h3/delivered/h4")->verdict, VERDICT_FAIL);
    network_free(&network);
}

/* Nor is a claim of frames of which none could be sent. */
static void of_what_was_not_sent_nothing_is_known(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    for (size_t p = 0; p < network.plan.n_probes; p++) {
        if (network.plan.probes[p].from == network_host(&network, "h3")) {
            network.round.sent[p] = 0;
        }
    }
    network_judge(&network);
    const struct result *result = network_result(&network, "traffic/h3/delivered/h4");
    assert_int_equal(result->verdict, VERDICT_INCONCLUSIVE);
    assert_int_equal(result->observed_count, -1);
    assert_non_null(strstr(result->detail, "no probe could be sent"));
    assert_int_equal(network_result(&network, "traffic/h4/delivered/h3")->verdict, VERDICT_PASS);
    network_free(&network);
}

static void rounds_are_compared(void **state)
{
    (void)state;
    struct network network, other;
    network_load(&network, simulated, "simulated");
    network_load(&other, simulated, "no-mirror");
    network_send(&network, NULL, NULL);
    network_send(&other, NULL, NULL);
    assert_true(traffic_round_follows(&network.round, &network.plan, &network.tables));
    assert_false(traffic_round_follows(&network.round, &network.plan, &other.tables));
    assert_true(traffic_round_follows(&other.round, &network.plan, &other.tables));
    assert_true(traffic_round_equal(&network.round, &network.round, &network.plan));
    assert_false(traffic_round_equal(&network.round, &other.round, &network.plan));
    assert_false(traffic_round_conforms(&other.round, &network.plan));
    network_free(&network);
    network_free(&other);
}

static void another_address(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    static const uint8_t other[6] = {2, 0, 0, 0, 0, 99};
    const uint8_t *addresses[16] = {0};
    for (size_t i = 0; i < network.expectation->topology->n_hosts; i++) {
        addresses[i] = network.expectation->topology->hosts[i].mac;
    }
    addresses[network_host(&network, "h5")] = other;
    network.addresses = addresses;
    network_judge(&network);
    assert_int_equal(network_not_passed(&network), 1);
    const struct result *result = network_result(&network, "host/h5");
    assert_string_equal(result->cause, "h5");
    assert_int_equal(result->cause_kind, CAUSE_STATION);
    assert_string_equal(result->observed, "02:00:00:00:00:63");
    network_free(&network);
}

/* At s1, in the round, so many of what came. */
static void meter_drops(struct network *network, uint32_t id, uint64_t n_dropped)
{
    struct meter meter = {.id = id, .is_counted = true, .n_in = 8, .n_dropped = 3};
    *group_table_add_meter(&network->states[0].groups) = meter;
    meter.n_in += 5;
    meter.n_dropped += n_dropped;
    *group_table_add_meter(&network->later[0].groups) = meter;
}

/* A meter may drop what comes to it; not what no entry sends, nor what comes twice. */
static void what_a_meter_may_have_dropped_is_no_failure(void **state)
{
    (void)state;
    static const struct {
        const char *flow; /* at s1:1 */
        enum verdict verdict;
        const char *detail;
        long n_dropped; /* by its counters; -1: it has none */
    } cases[] = {
        {"in_port=1 actions=meter:5,output:2,output:6", VERDICT_INCONCLUSIVE,
         "meter 5 of s1 may have dropped what is missing", -1},
        {"in_port=1 actions=meter:5,output:2,output:6", VERDICT_INCONCLUSIVE,
         "meter 5 of s1 dropped 1 packet meanwhile, and may have dropped what is missing", 1},
        {"in_port=1 actions=meter:5,output:2,output:6", VERDICT_INCONCLUSIVE,
         "meter 5 of s1 dropped 2 packets meanwhile, and may have dropped what is missing", 2},
        {"in_port=1 actions=meter:5,output:2,output:6", VERDICT_FAIL, "did not arrive at h2", 0},
        {"in_port=1 actions=meter:5,goto_table:1", VERDICT_INCONCLUSIVE,
         "meter 6 of s1 may have dropped what is missing", 0},
        {"in_port=1 actions=output:2,output:6", VERDICT_FAIL, "did not arrive at h2", -1},
        {"in_port=1 actions=meter:5,output:6", VERDICT_FAIL, "did not arrive at h2", -1},
    };
    for (size_t claimed = 0; claimed < 2; claimed++) {
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            struct network network;
            network_load(&network, simulated, "simulated");
            struct switch_state *s1 = &network.states[0];
            s1->version = 4;
            s1->flows.n_entries = 0;
            assert_int_equal(ofctl_parse_flow(cases[i].flow, &s1->flows, NULL, NULL, NULL), 0);
            assert_int_equal(ofctl_parse_flow("table=1,in_port=1 actions=meter:6,output:2,output:6",
                                              &s1->flows, NULL, NULL, NULL),
                             0);
            if (cases[i].n_dropped >= 0) {
                meter_drops(&network, 5, (uint64_t)cases[i].n_dropped);
            }
            if (!claimed) {
                forget_claims_of(&network, "h1");
            }
            network_send(&network, "h1", "h2");
            network_judge(&network);
            const struct result *result = network_result(&network, "traffic/h1/delivered/h2");
            assert_int_equal(result->verdict, cases[i].verdict);
            assert_non_null(strstr(result->detail, cases[i].detail));
            if (cases[i].verdict == VERDICT_INCONCLUSIVE) {
                assert_string_equal(result->suspect, "s1:1");
                assert_string_equal(result->cause, "s1:1");
            }
            network_free(&network);
        }
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_a_meter_may_have_dropped_is_no_failure),
    cmocka_unit_test(right_network_passes),
    cmocka_unit_test(ports_speak_where_no_claim_does),
    cmocka_unit_test(blind_host_is_inconclusive),
    cmocka_unit_test(blind_host_makes_no_difference),
    cmocka_unit_test(each_form_is_counted),
    cmocka_unit_test(arrival_without_a_claim_is_a_stray),
    cmocka_unit_test(second_copy_fails),
    cmocka_unit_test(altered_copy_fails),
    cmocka_unit_test(of_several_sendings_the_number_is_rounded_up),
    cmocka_unit_test(lost_capture_is_inconclusive),
    cmocka_unit_test(absence_needs_a_witness),
    cmocka_unit_test(of_what_was_not_sent_nothing_is_known),
    cmocka_unit_test(rounds_are_compared),
    cmocka_unit_test(another_address),
};

TEST_MAIN(tests)
