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

/* What goes by a port that is down is lost there; no counter is needed to tell. */
static void a_port_that_is_down_is_told(void **state)
{
    (void)state;
    struct choosing choosing;
    choosing_open(&choosing, "1: {output: [2], one_of: [3, 4]}");
    choosing_send(&choosing, 1, 1, 0, 0);
    choosing.ports[0][0][3].config = PORT_CONFIG_DOWN;
    const struct result *lost = blame(&choosing, "traffic/a/delivered/c1,c2");
    assert_string_equal(lost->suspect, "s1:4");
    assert_int_equal(lost->cause_kind, CAUSE_PORT);
    choosing.ports[0][0][3].config = 0;
    choosing.ports[0][1][0].config = PORT_CONFIG_NO_RECV;
    lost = blame(&choosing, "traffic/a/delivered/c1,c2");
    assert_string_equal(lost->suspect, "s2:1");
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

/* By the counters of when the round was over. */
static void a_cable_that_is_late_is_told(void **state)
{
    (void)state;
    struct choosing choosing;
    struct switch_state early[2];
    const struct switch_state *then[] = {&early[0], &early[1]};
    choosing_open(&choosing, "1: {output: [2], one_of: [3, 4]}");
    unsigned n = count_probes(&choosing);
    choosing_send(&choosing, 1, 1, 0, 1);
    for (size_t p = 0; p < choosing.plan.n_probes; p++) {
        if (choosing.plan.probes[p].from == HOST_A) {
            traffic_round_see_late(&choosing.round, p, HOST_C2, 500000000);
        }
    }
    count(&choosing, 0, 1, n, 0);
    count(&choosing, 0, 2, 0, n);
    count(&choosing, 0, 4, 0, n);
    count(&choosing, 1, 1, 1, 0);
    memcpy(early, choosing.later, sizeof early);
    choosing_judge(&choosing);
    struct traffic_evidence evidence = choosing_evidence(&choosing);
    blame_frames(&evidence, &choosing.failures, &choosing.report);
    const struct result *late = choosing_result(&choosing, "traffic/a/delivered/c1,c2");
    assert_string_equal(late->suspect, "s1:4 -> s2:1"); /* as they stand: nothing else is known */
    evidence.early = then;
    static const struct switch_state nothing[2];
    const struct switch_state *unread[] = {&nothing[0], &nothing[1]};
    evidence.after = unread;
    choosing_judge(&choosing);
    blame_frames(&evidence, &choosing.failures, &choosing.report);
    late = choosing_result(&choosing, "traffic/a/delivered/c1,c2");
    assert_string_equal(late->suspect, "s1:4 -> s2:1");
    assert_non_null(strstr(late->detail, "when the round was over, "));
    choosing_close(&choosing);
}

/* What is altered has come by one way. */
static void a_cable_that_alters_is_told(void **state)
{
    (void)state;
    struct choosing choosing;
    choosing_open(&choosing, "1: {output: [2], one_of: [3, 4]}");
    path_network_close(&choosing.tables);
    assert_int_equal(path_network_open(&choosing.tables, choosing.expectation->topology,
                                       choosing.declared.network.switches),
                     0);
    choosing_send(&choosing, 1, 1, 0, 0);
    size_t p = 0;
    while (choosing.plan.probes[p].from != HOST_A) {
        p++;
    }
    for (size_t i = p; i < choosing.plan.n_probes && choosing.plan.probes[i].from == HOST_A; i++) {
        if (i == p) {
            traffic_round_see_altered(&choosing.round, i, HOST_C2, "other bytes");
        } else {
            traffic_round_see(&choosing.round, i, HOST_C1, 0);
        }
    }
    const struct result *altered = blame(&choosing, "traffic/a/delivered/c2");
    assert_string_equal(altered->suspect, "s1:4 -> s2:1 or s2:2 -> c2");
    assert_int_equal(altered->cause_kind, CAUSE_CABLE);
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
    cmocka_unit_test(counters_tell_the_cable),     cmocka_unit_test(a_port_that_is_down_is_told),
    cmocka_unit_test(a_doubling_cable_is_told),    cmocka_unit_test(a_cable_that_is_late_is_told),
    cmocka_unit_test(a_cable_that_alters_is_told), cmocka_unit_test(a_table_is_told),
};

TEST_MAIN(tests)
