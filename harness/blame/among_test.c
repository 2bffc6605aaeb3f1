/* SPDX-License-Identifier: Apache-2.0
 *
 * Where is a frame lost, or doubled, that a switch hands to one of several hosts? */
#include "blame/frames.h"

#include "testing/choosing_network.h"

static void count(struct choosing *choosing, size_t sw, uint16_t port, unsigned rx, unsigned tx)
{
    choosing->ports[1][sw][port - 1].counters.rx_packets = rx;
    choosing->ports[1][sw][port - 1].counters.tx_packets = tx;
}

static const struct result *blame(struct choosing *choosing, const char *id)
{
    choosing_judge(choosing);
    struct traffic_evidence evidence = choosing_evidence(choosing);
    blame_frames(&evidence, &choosing->failures, &choosing->report);
    return choosing_result(choosing, id);
}

static unsigned count_probes(const struct choosing *choosing)
{
    unsigned n = 0;
    for (size_t p = 0; p < choosing->plan.n_probes; p++) {
        n += choosing->plan.probes[p].from == HOST_A;
    }
    return n;
}

static void counters_tell_the_cable(void **state)
{
    (void)state;
    struct choosing choosing;
    choosing_open(&choosing, "1: {output: [2], one_of: [3, 4]}");
    unsigned n = count_probes(&choosing);
    choosing_send(&choosing, 1, 1, 0, 0);
    count(&choosing, 0, 1, n, 0);
    count(&choosing, 0, 2, 0, n);
    count(&choosing, 0, 4, 0, n);
    count(&choosing, 1, 1, 0, 1); /* its counters move */
    const struct result *lost = blame(&choosing, "traffic/a/delivered/c1,c2");
    assert_string_equal(lost->suspect, "s1:4 -> s2:1");
    assert_int_equal(lost->cause_kind, CAUSE_CABLE);
    /* The other way, to a host. */
    count(&choosing, 0, 4, 0, 0);
    count(&choosing, 0, 3, 0, n);
    lost = blame(&choosing, "traffic/a/delivered/c1,c2");
    assert_string_equal(lost->suspect, "s1:3 -> c1");
    /* Nothing tells. */
    count(&choosing, 0, 3, 0, 0);
    lost = blame(&choosing, "traffic/a/delivered/c1,c2");
    assert_null(lost->suspect);
    assert_non_null(strstr(lost->detail, "from s1:1 on is not known"));
    choosing_close(&choosing);
}

static void a_doubling_cable_is_told(void **state)
{
    (void)state;
    struct choosing choosing;
    choosing_open(&choosing, "1: {output: [2], one_of: [3, 4]}");
    unsigned n = count_probes(&choosing);
    choosing_send(&choosing, 1, 1, 1, 1);
    count(&choosing, 0, 1, n, 0);
    count(&choosing, 0, 2, 0, n);
    count(&choosing, 0, 3, 0, n);
    count(&choosing, 0, 4, 0, 0);
    count(&choosing, 1, 1, n, 0);
    count(&choosing, 1, 2, 0, n);
    const struct result *extra = blame(&choosing, "traffic/a/stray/c1,c2");
    assert_string_equal(extra->suspect, "s1:4 -> s2:1");
    choosing_close(&choosing);
}

/* A table that sends by both, or by none. */
static void a_table_is_told(void **state)
{
    (void)state;
    struct choosing choosing;
    choosing_open(&choosing, "1: {output: [2], one_of: [3, 4]}");
    assert_int_equal(ofctl_parse_flow("in_port=1 actions=output:2,output:3,output:4",
                                      &choosing.states[0].flows, NULL, NULL, NULL),
                     0);
    assert_int_equal(
        ofctl_parse_flow("in_port=1 actions=output:2", &choosing.states[1].flows, NULL, NULL, NULL),
        0);
    path_network_close(&choosing.tables);
    assert_int_equal(path_network_open_dumps(&choosing.tables, choosing.expectation->topology,
                                             choosing.before, NULL),
                     0);
    choosing_send(&choosing, 1, 1, 1, 1);
    const struct result *extra = blame(&choosing, "traffic/a/stray/c1,c2");
    assert_string_equal(extra->suspect, "s1:1");
    assert_int_equal(extra->cause_kind, CAUSE_TABLE);
    assert_int_equal(extra->disagree[1], SAYS_ADVERTISED);
    flow_table_free(&choosing.states[0].flows);
    flow_table_free(&choosing.states[1].flows);
    choosing_close(&choosing);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(counters_tell_the_cable),
    cmocka_unit_test(a_doubling_cable_is_told),
    cmocka_unit_test(a_table_is_told),
};

TEST_MAIN(tests)
