/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables that are right, and frames that are not: which cable, switch or host
 * the counters and the arrivals tell. */
#include "blame/shots.h"
#include "testing/reference_network.h"

static const char simulated[] = "expected/demon/simulated.yaml";

static struct port *port_of(struct network *network, size_t sw, uint16_t number)
{
    return &network->later[sw].ports[number - 1];
}

static const struct result *judged(struct network *network, const char *id)
{
    network_judge(network);
    const struct result *result = network_result(network, id);
    assert_int_equal(result->verdict, VERDICT_FAIL);
    return result;
}

static void expect_cause(const struct result *result, enum cause_kind kind, const char *where)
{
    assert_non_null(result->cause);
    assert_string_equal(result->cause, where);
    assert_int_equal(result->cause_kind, kind);
}

/* s1:6 sent what s3:1 did not get. */
static void a_cable_loses(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h11");
    port_of(&network, 2, 1)->counters.rx_packets = 3;
    const struct result *result = judged(&network, "traffic/h1/mirrored/h11");
    expect_cause(result, CAUSE_CABLE, "s1:6 - s3:1");
    assert_string_equal(result->suspect, "s1:6 -> s3:1");
    assert_non_null(strstr(result->detail, "frames left s1:6, 3 came to s3:1"));
    network_free(&network);
}

/* s3:11, over which the frames of h7 came, has counted nothing so far. */
static void a_late_counter_is_not_believed(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h11");
    port_of(&network, 2, 7)->counters.rx_packets = 0;
    port_of(&network, 2, 11)->counters.tx_packets = 0;
    const struct result *result = judged(&network, "traffic/h1/mirrored/h11");
    assert_null(strstr(result->detail, "frames left"));
    assert_null(strstr(result->detail, "by its table"));
    network_free(&network);
}

/* All of it came to s3:1, and s3 did not send it on. */
static void a_switch_keeps_back(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h11");
    for (size_t p = 0; p < network.plan.n_probes; p++) {
        bool lost = network.plan.probes[p].from == network_host(&network, "h1");
        port_of(&network, 2, 11)->counters.tx_packets -= lost;
    }
    const struct result *result = judged(&network, "traffic/h1/mirrored/h11");
    expect_cause(result, CAUSE_SWITCH, "s3:1");
    network_free(&network);
}

/* More came out of the cable than was sent into it. */
static void a_cable_doubles(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    traffic_round_see(&network.round, 0, network_host(&network, "h11"), 0);
    port_of(&network, 2, 1)->counters.rx_packets++;
    port_of(&network, 2, 11)->counters.tx_packets++;
    const struct result *result = judged(&network, "traffic/h1/mirrored/h11");
    expect_cause(result, CAUSE_CABLE, "s1:6 - s3:1");
    network_free(&network);
}

/* A frame of h3 came to h5, by a port that no entry sends to. */
static void a_switch_leaks(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    size_t p = 0;
    while (network.plan.probes[p].from != network_host(&network, "h3")) {
        p++;
    }
    traffic_round_see(&network.round, p, network_host(&network, "h5"), 0);
    port_of(&network, 0, 5)->counters.tx_packets++;
    network_judge(&network);
    expect_cause(network_result(&network, "traffic/h3/stray/h5"), CAUSE_SWITCH, "s1:3");
    report_free(&network.report);
    /* ... and now by none that the switch knows of. */
    port_of(&network, 0, 5)->counters.tx_packets--;
    network_judge(&network);
    expect_cause(network_result(&network, "traffic/h3/stray/h5"), CAUSE_CABLE, "h5 - s1:5");
    report_free(&network.report);
    /* ... and now h4, who got it, sends more than it was told to. */
    port_of(&network, 0, 4)->counters.rx_packets++;
    network_judge(&network);
    expect_cause(network_result(&network, "traffic/h3/stray/h5"), CAUSE_STATION, "h4");
    network_free(&network);
}

/* Every frame that went over one cable is altered, and no other: to h2 what h1
 * sends comes well. */
static void company_tells_who_alters(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h11");
    for (size_t p = 0; p < network.plan.n_probes; p++) {
        if (network.plan.probes[p].from == network_host(&network, "h1")) {
            traffic_round_see_altered(&network.round, p, network_host(&network, "h11"), "a byte");
        }
    }
    const struct result *result = judged(&network, "traffic/h1/mirrored/h11");
    expect_cause(result, CAUSE_CABLE, "s1:6 - s3:1");
    network_free(&network);
}

/* Between h3 and h4 there are two cables, and nothing to tell them apart;
 * bytes would, and so does what the switch was told to send. */
static void two_cables_are_told_apart(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h3", "h4");
    size_t h4 = network_host(&network, "h4"), first = PROBE_NONE;
    for (size_t p = 0; p < network.plan.n_probes; p++) {
        if (network.plan.probes[p].from == network_host(&network, "h3")) {
            first = first < p ? first : p;
            traffic_round_see_altered(&network.round, p, h4, "a byte");
        }
    }
    const struct result *result = judged(&network, "traffic/h3/delivered/h4");
    expect_cause(result, CAUSE_CABLE, "h3 - s1:3 or h4 - s1:4");
    report_free(&network.report);
    struct traffic_shot shot = {.probe = first, .to = h4, .depth = 1, .sent = 9, .good = 9};
    network.shots = &shot;
    network.n_shots = 1;
    network_judge(&network);
    expect_cause(network_result(&network, "traffic/h3/delivered/h4"), CAUSE_CABLE, "h3 - s1:3");
    report_free(&network.report);
    shot.good = 4;
    network_judge(&network);
    expect_cause(network_result(&network, "traffic/h3/delivered/h4"), CAUSE_CABLE, "h4 - s1:4");
    network_free(&network);
}

/* From the end of the way to its beginning, as the frame leaves each switch. */
static void shots_are_aimed_along_the_way(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h11");
    struct traffic_evidence evidence = {.expectation = network.expectation,
                                        .plan = &network.plan,
                                        .round = &network.round,
                                        .before = network.before};
    struct traffic_shot shots[BLAME_SHOTS_MAX];
    assert_int_equal(blame_shots(&evidence, shots), 2);
    assert_int_equal(shots[0].to, network_host(&network, "h11"));
    assert_int_equal(shots[0].by.sw, 2);
    assert_int_equal(shots[0].by.port, 11);
    assert_int_equal(shots[0].depth, 1);
    assert_int_equal(shots[1].by.sw, 0);
    assert_int_equal(shots[1].by.port, 6);
    assert_int_equal(shots[1].depth, 2);
    network_free(&network);
}

static void bytes_tell_who_cuts(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h11");
    for (size_t p = 0; p < network.plan.n_probes; p++) {
        if (network.plan.probes[p].from == network_host(&network, "h1")) {
            traffic_round_see_altered(&network.round, p, network_host(&network, "h11"), "shorter");
        }
    }
    port_of(&network, 0, 6)->counters.tx_bytes = 600;
    port_of(&network, 2, 1)->counters.rx_bytes = 500;
    const struct result *result = judged(&network, "traffic/h1/mirrored/h11");
    expect_cause(result, CAUSE_CABLE, "s1:6 - s3:1");
    assert_non_null(strstr(result->detail, "600 bytes left s1:6, 500 came to s3:1"));
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
    expect_cause(judged(&network, "traffic/h1/mirrored/h11"), CAUSE_PORT, "s1:6");
    report_free(&network.report);
    network.states[0].ports[5].config = 0;
    network.states[0].ports[5].state = PORT_STATE_LINK_DOWN;
    expect_cause(judged(&network, "traffic/h1/mirrored/h11"), CAUSE_CABLE, "s1:6 - s3:1");
    network_free(&network);
}

/* h2 and h3 are each in the other's place. */
static void cables_are_swapped(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    struct topology *topology = network.expectation->topology;
    struct topology_host *h2 = &topology->hosts[network_host(&network, "h2")];
    struct topology_host *h3 = &topology->hosts[network_host(&network, "h3")];
    struct port_ref of_h2 = h2->port, of_h3 = h3->port;
    h2->port = of_h3;
    h3->port = of_h2;
    network_send(&network, NULL, NULL);
    h2->port = of_h2;
    h3->port = of_h3;
    network_judge(&network);
    assert_int_equal(network.report.n_causes, 1);
    assert_int_equal(network.report.causes[0].kind, CAUSE_SWAP);
    assert_string_equal(network.report.causes[0].where, "h2 - s1:2, h3 - s1:3");
    assert_true(network.report.causes[0].n_results > 3);
    network_free(&network);
}

/* ... and h9 gets what it should not, by a cable that nobody knows. The swap is
 * told, and so is that. */
static void another_fault_beside_a_swap(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    struct topology *topology = network.expectation->topology;
    struct topology_host *h2 = &topology->hosts[network_host(&network, "h2")];
    struct topology_host *h3 = &topology->hosts[network_host(&network, "h3")];
    struct port_ref of_h2 = h2->port, of_h3 = h3->port;
    h2->port = of_h3;
    h3->port = of_h2;
    network_send(&network, NULL, NULL);
    h2->port = of_h2;
    h3->port = of_h3;
    size_t p = 0;
    while (network.plan.probes[p].from != network_host(&network, "h6")) {
        p++;
    }
    traffic_round_see(&network.round, p, network_host(&network, "h9"), 0);
    network_judge(&network);
    assert_int_equal(network.report.n_causes, 2);
    assert_string_equal(network.report.causes[0].where, "h2 - s1:2, h3 - s1:3");
    assert_string_equal(network.report.causes[1].where, "h9 - s2:4");
    network_free(&network);
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
    expect_cause(result, CAUSE_STATION, "h5");
    assert_string_equal(result->observed, "02:00:00:00:00:63");
    network_free(&network);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_cable_loses),
    cmocka_unit_test(a_late_counter_is_not_believed),
    cmocka_unit_test(a_switch_keeps_back),
    cmocka_unit_test(a_cable_doubles),
    cmocka_unit_test(a_switch_leaks),
    cmocka_unit_test(company_tells_who_alters),
    cmocka_unit_test(two_cables_are_told_apart),
    cmocka_unit_test(shots_are_aimed_along_the_way),
    cmocka_unit_test(bytes_tell_who_cuts),
    cmocka_unit_test(a_port_is_down),
    cmocka_unit_test(cables_are_swapped),
    cmocka_unit_test(another_fault_beside_a_swap),
    cmocka_unit_test(another_address),
};

TEST_MAIN(tests)
