/* SPDX-License-Identifier: Apache-2.0
 *
 * What counters and frames say of a port, and which claims a wrong one breaks. */
#include "blame/witness.h"

#include "testing/blamed_network.h"

static const char simulated[] = "expected/demon/simulated.yaml";

static struct result *add_port(struct network *network, const char *sw, int port,
                               enum verdict verdict)
{
    char id[32];
    snprintf(id, sizeof id, "state/%s/%d", sw, port);
    struct result *result = report_add(&network->report, RESULT_STATE, id);
    assert_non_null(result);
    result->switch_name = sw;
    result->port = port;
    result->verdict = verdict;
    result->detail = verdict == VERDICT_FAIL ? "it is wrong" : NULL;
    return result;
}

static void tell(struct network *network)
{
    network_index(network);
    struct traffic_evidence evidence = network_evidence(network);
    blame_witness(&evidence, &network->report);
}

static unsigned count_probes(const struct network *network, const char *from)
{
    unsigned n = 0;
    for (size_t p = 0; p < network->plan.n_probes; p++) {
        n += network->plan.probes[p].from == network_host(network, from);
    }
    return n;
}

static void a_right_port(void **state)
{
    (void)state;
    struct network network;
    char text[64];
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    const struct result *result = add_port(&network, "s1", 1, VERDICT_PASS);
    tell(&network);
    unsigned n = count_probes(&network, "h1");
    snprintf(text, sizeof text, "s1:1 +%u packets", n);
    assert_string_equal(result->says[SAYS_COUNTED], text);
    snprintf(text, sizeof text, "%u frames: h2 %u, h11 %u", n, n, n);
    assert_string_equal(result->says[SAYS_OBSERVED], text);
    assert_null(result->detail);
    network_free(&network);
}

/* Where an entry takes packets of several ports the counters of the port tell, or nothing does. */
static void entries_of_several_ports(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network.states[0].flows.entries[0].match.mask.in_port = 0;
    network.later[0].ports[0].counters.rx_packets =
        network.states[0].ports[0].counters.rx_packets + 9;
    const struct result *result = add_port(&network, "s1", 1, VERDICT_PASS);
    tell(&network);
    assert_string_equal(result->says[SAYS_COUNTED], "s1:1 +9 packets");
    network.after[0] = NULL;
    tell(&network);
    assert_null(result->says[SAYS_COUNTED]);
    network_free(&network);
}

/* Without later counters those of the first reading are told, as they are. */
static void counters_that_were_read_once(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    for (size_t i = 0; i < network.states[0].flows.n_entries; i++) {
        network.states[0].flows.entries[i].n_packets = 40 + i;
    }
    network.after[0] = NULL;
    const struct result *result = add_port(&network, "s1", 1, VERDICT_PASS);
    tell(&network);
    assert_string_equal(result->says[SAYS_COUNTED], "s1:1 40 packets in all");
    assert_null(result->says[SAYS_OBSERVED]); /* nothing was sent */
    /* What does not count is left out, as is a switch that was not read. */
    network.states[0].flows.entries[0].n_packets = UINT64_MAX;
    tell(&network);
    assert_string_equal(result->says[SAYS_COUNTED], "s1:1 0 packets in all");
    network.before[0] = NULL;
    add_port(&network, "s1", 2, VERDICT_PASS);
    tell(&network);
    assert_null(network_result(&network, "state/s1/2")->says[SAYS_COUNTED]);
    network_free(&network);
}

/* Of a port that deviates: those behind its outputs, declared or advertised, and
 * the claims whose packets come by. */
static void a_wrong_port(void **state)
{
    (void)state;
    struct network network;
    char text[96];
    network_load(&network, simulated, "no-mirror");
    network_send(&network, NULL, NULL);
    network_blame(&network);
    add_port(&network, "s1", 1, VERDICT_FAIL);
    add_port(&network, "s1", 3, VERDICT_FAIL);
    tell(&network);
    const struct result *result = network_result(&network, "state/s1/1");
    snprintf(text, sizeof text, "s1:1 +%u packets, s3:1 +0 packets", count_probes(&network, "h1"));
    assert_string_equal(result->says[SAYS_COUNTED], text);
    assert_string_equal(result->detail, "it is wrong\nbreaks traffic/h1/mirrored/h11");
    assert_string_equal(network_result(&network, "state/s1/3")->detail, "it is wrong");
    network_free(&network);
}

/* Of two claims whose packets come by the port that one is broken whose packets it treats
 * otherwise: here tcp to port 80; what h1 sends besides is lost at s3. */
static void what_a_wrong_port_breaks(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    struct flow_table *s1 = &network.states[0].flows;
    assert_int_equal(ofctl_parse_flow("priority=40000,tcp,in_port=1,tp_dst=80 actions=output:6", s1,
                                      NULL, NULL, NULL),
                     0);
    network_index(&network);
    add_port(&network, "s1", 1, VERDICT_FAIL);
    add_port(&network, "s1", 1, VERDICT_PASS)->detail = "it may be wrong";
    static const char *const packets[] = {"in_port=1,tcp,tp_dst=80", "in_port=1,tcp,tp_dst=81"};
    for (size_t i = 0; i < 2; i++) {
        char id[32];
        snprintf(id, sizeof id, "traffic/h1/%zu", i);
        struct result *claim = report_add(&network.report, RESULT_TRAFFIC, id);
        claim->verdict = VERDICT_FAIL;
        claim->from = "h1";
        claim->example = packets[i];
    }
    tell(&network);
    assert_string_equal(network_result(&network, "state/s1/1")->detail,
                        "it is wrong\nbreaks traffic/h1/0");
    assert_string_equal(network.report.results[1].detail, "it may be wrong");
    network_free(&network);
}

/* A port to which no host is cabled; and frames that arrive nowhere. */
static void what_is_observed(void **state)
{
    (void)state;
    struct network network;
    char text[64];
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    add_port(&network, "s3", 1, VERDICT_PASS);
    add_port(&network, "s1", 5, VERDICT_PASS);
    tell(&network);
    assert_null(network_result(&network, "state/s3/1")->says[SAYS_OBSERVED]);
    snprintf(text, sizeof text, "%u frames: none arrived", count_probes(&network, "h5"));
    assert_string_equal(network_result(&network, "state/s1/5")->says[SAYS_OBSERVED], text);
    network_free(&network);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_right_port),
    cmocka_unit_test(entries_of_several_ports),
    cmocka_unit_test(counters_that_were_read_once),
    cmocka_unit_test(a_wrong_port),
    cmocka_unit_test(what_a_wrong_port_breaks),
    cmocka_unit_test(what_is_observed),
};

TEST_MAIN(tests)
