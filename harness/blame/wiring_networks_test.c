/* SPDX-License-Identifier: Apache-2.0
 *
 * Cables of whole networks: what frames tell of cables in a row, and how many ports are compared.
 */
#include "blame/wiring.h"

#include "ofctl/flow.h"
#include "testing/cmocka.h"

#include <string.h>

/* a - s1 - s2 - s3 - b: the two cables carry the same frames, but if they were exchanged s2 would
 * not get any. */
static void cables_in_a_row_are_told_apart(void **state)
{
    (void)state;
    enum { N = 3, SENT = 9 };
    struct topology_switch switches[N] = {{.name = "s1"}, {.name = "s2"}, {.name = "s3"}};
    struct topology_host hosts[] = {{.name = "a", .port = {0, 1}}, {.name = "b", .port = {2, 2}}};
    struct topology_link links[] = {{{0, 2}, {1, 1}, {0}}, {{1, 2}, {2, 1}, {0}}};
    struct topology topology = {.switches = switches,
                                .n_switches = N,
                                .hosts = hosts,
                                .n_hosts = 2,
                                .links = links,
                                .n_links = 2};
    struct switch_state states[N] = {0}, later[N] = {0};
    struct port ports[N][2] = {0}, more[N][2];
    const struct switch_state *before[N], *after[N];
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(
            ofctl_parse_flow("in_port=1 actions=output:2", &states[i].flows, NULL, NULL, NULL), 0);
        for (uint16_t port = 0; port < 2; port++) {
            ports[i][port] = (struct port){.number = port + 1, .has_counters = true};
        }
        memcpy(more[i], ports[i], sizeof more[i]);
        more[i][0].counters.rx_packets = more[i][1].counters.tx_packets = SENT;
        states[i].ports = ports[i];
        later[i].ports = more[i];
        states[i].n_ports = later[i].n_ports = 2;
        before[i] = &states[i];
        after[i] = &later[i];
    }
    struct path_network tables;
    assert_int_equal(path_network_open_dumps(&tables, &topology, before, NULL), 0);
    struct traffic_probe probe = {.header = {.in_port = 1, .dl_type = DL_TYPE_PROBE}};
    struct traffic_plan plan = {.probes = &probe, .n_probes = 1};
    const bool captures[] = {true, true};
    struct traffic_round round;
    assert_int_equal(traffic_round_init(&round, &plan, captures, 2), 0);
    round.sent[0] = SENT;
    for (int i = 0; i < SENT; i++) {
        traffic_round_see(&round, 0, 1, 0);
    }
    struct traffic_count count;
    assert_int_equal(traffic_count_init(&count, &plan, &round, &tables, before), 0);
    struct blame_reading reading = {before, after, &count};
    struct traffic_evidence evidence = {.tables = &tables, .plan = &plan, .round = &round};
    struct blame_wiring wiring;
    assert_int_equal(blame_wiring_open(&wiring, &topology, before), 0);
    assert_int_equal(blame_wiring_read(&wiring, &reading), BLAME_COUNTED);
    blame_wiring_note(&wiring);
    assert_int_equal(blame_wiring_decide(&wiring, &evidence, &reading), 0);
    assert_int_equal(wiring.wired[0], BLAME_WIRED_RIGHT);
    assert_int_equal(wiring.wired[1], BLAME_WIRED_RIGHT);
    blame_wiring_close(&wiring);
    traffic_count_free(&count);
    traffic_round_free(&round);
    path_network_close(&tables);
    for (size_t i = 0; i < N; i++) {
        flow_table_free(&states[i].flows);
    }
}

/* Ports without a cable are left out first; that no cable is told is said of each. */
static void a_network_may_be_too_large(void **state)
{
    (void)state;
    static struct port ports[2049];
    static struct topology_link links[1025];
    struct topology topology = {.n_switches = 1, .links = links};
    struct topology_switch sw = {.name = "s1"};
    struct switch_state large = {.ports = ports, .n_ports = 2048};
    const struct switch_state *states[] = {&large};
    struct blame_wiring wiring;
    struct report report = {0};
    topology.switches = &sw;
    assert_int_equal(blame_wiring_open(&wiring, &topology, states), 0);
    assert_int_equal(wiring.n_ends, 2048);
    blame_wiring_close(&wiring);
    large.n_ports++;
    topology.n_links = 1;
    assert_int_equal(blame_wiring_open(&wiring, &topology, states), 0);
    assert_int_equal(wiring.n_ends, 2);
    blame_wiring_close(&wiring);
    topology.n_links = 1025;
    assert_int_equal(blame_wiring_open(&wiring, &topology, states), 0);
    assert_int_equal(wiring.n_ends, 0);
    assert_int_equal(blame_wiring_report(&wiring, NULL, &report), 0);
    assert_int_equal(report.coverage.n_untold, 1025);
    assert_string_equal(report.coverage.untold[1024].reason,
                        "more than 2,048 ports are not compared");
    report_free(&report);
    blame_wiring_close(&wiring);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(cables_in_a_row_are_told_apart),
    cmocka_unit_test(a_network_may_be_too_large),
};

TEST_MAIN(tests)
