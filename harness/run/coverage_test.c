/* SPDX-License-Identifier: Apache-2.0
 *
 * When is something said of what the probes exercise, and how are entries named that none does? */
#include "run/coverage.h"

#include "ofctl/flow.h"
#include "testing/fake_run.h"

static void without_a_table_nothing_is_said_of_entries(void **state)
{
    (void)state;
    static const char *const switches[] = {"s1", "s2", "s3"};
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    for (size_t i = 0; i < 3; i++) {
        fake_run_fault(&run, (struct fake_fault){FAKE_SILENT, .at = switches[i]});
    }
    fake_run_check(&run);
    assert_false(run.report.coverage.is_known);
    assert_true(run.report.n_probes > 0);
    fake_run_close(&run);
}

/* As ovs-ofctl writes it, without what it does. */
static void an_entry_is_named_by_its_conditions(void **state)
{
    (void)state;
    static const struct {
        const char *flow, *what, *by;
        enum traffic_miss why;
        const char *reason;
    } rows[] = {
        {"in_port=1 actions=drop", "s1 in_port=1", "in_port=1", TRAFFIC_MISS_HIDDEN, "hidden"},
        {"actions=drop", "s1 priority=32768", "priority=32768", TRAFFIC_MISS_HIDDEN, "hidden"},
        {"priority=7 actions=drop", "s1 priority=7", NULL, TRAFFIC_MISS_LIMIT,
         "over the limit of probes"},
        {"priority=7,udp actions=drop", "s1 priority=7,udp", NULL, TRAFFIC_MISS_OPEN,
         "not decided"},
        {"table=2,arp actions=drop", "s1 table=2,arp", NULL, TRAFFIC_MISS_UNREACHABLE,
         "unreachable from every host that sends"},
        {"table=2,actions=drop", "s1 table=2,priority=32768", NULL, TRAFFIC_MISS_HARM,
         "only frames that may not be sent were found to reach it"},
        {"nd_target=::1,icmp6,icmp_type=135 actions=drop", "s1 icmp6,icmp_type=135,nd_target=::1",
         NULL, TRAFFIC_MISS_NEVER, "no packet meets its conditions"},
        {"nd_target=::1 actions=drop", "s1 nd_target=::1", NULL, TRAFFIC_MISS_LOOP,
         "only frames that loop were found to reach it"},
    };
    struct topology_switch sw = {.name = "s1"};
    const struct topology topology = {.switches = &sw, .n_switches = 1};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        struct switch_state one = {0};
        const struct switch_state *const states[] = {&one};
        struct path_network tables;
        struct traffic_missed missed = {.why = rows[r].why};
        struct traffic_cover cover = {
            .missed = &missed, .n_missed = 1, .n_entries = 3, .n_exercised = 2};
        struct report_coverage coverage = {0};
        struct base_arena arena = {0};
        assert_int_equal(ofctl_parse_flow(rows[r].flow, &one.flows, NULL, NULL, NULL), 0);
        assert_int_equal(path_network_open_dumps(&tables, &topology, states, NULL), 0);
        assert_int_equal(run_coverage_tell(&tables, &cover, &arena, &coverage), 0);
        assert_true(coverage.is_known);
        assert_int_equal(coverage.n_entries, 3);
        assert_int_equal(coverage.n_exercised, 2);
        assert_int_equal(coverage.n_missed, 1);
        assert_string_equal(coverage.missed[0].what, rows[r].what);
        assert_string_equal(coverage.missed[0].reason, rows[r].reason);
        if (rows[r].by) {
            assert_string_equal(coverage.missed[0].by, rows[r].by);
        } else {
            assert_null(coverage.missed[0].by);
        }
        path_network_close(&tables);
        switch_state_free(&one);
        base_arena_free(&arena);
    }
}

/* Of two entries that no frame surely reaches one has counted, and is still the same. */
static void what_is_not_decided_may_be_counted(void **state)
{
    (void)state;
    struct topology_switch sw = {.name = "s1"};
    const struct topology topology = {.switches = &sw, .n_switches = 1};
    struct switch_state before = {0}, after = {0};
    const struct switch_state *const states[] = {&before}, *const later[] = {&after};
    const struct switch_state *const unread[] = {NULL};
    struct path_network tables;
    struct traffic_missed missed[] = {{.entry = 0, .why = TRAFFIC_MISS_OPEN},
                                      {.entry = 1, .why = TRAFFIC_MISS_OPEN},
                                      {.entry = 1, .why = TRAFFIC_MISS_HARM}};
    struct traffic_cover cover = {.missed = missed, .n_missed = 3};
    struct report report = {0};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(ofctl_parse_flow(i % 2 ? "udp actions=drop" : "tcp actions=drop",
                                          i < 2 ? &before.flows : &after.flows, NULL, NULL, NULL),
                         0);
    }
    before.flows.entries[0].n_packets = before.flows.entries[1].n_packets = 5;
    after.flows.entries[0].n_packets = 5;
    after.flows.entries[1].n_packets = 6;
    assert_int_equal(path_network_open_dumps(&tables, &topology, states, NULL), 0);
    assert_int_equal(run_coverage_tell(&tables, &cover, &report.arena, &report.coverage), 0);
    assert_int_equal(run_coverage_count(&topology, unread, later, &report), 0);
    assert_int_equal(run_coverage_count(&topology, states, unread, &report), 0);
    assert_string_equal(report.coverage.missed[1].reason, "not decided");
    assert_int_equal(run_coverage_count(&topology, states, later, &report), 0);
    assert_string_equal(report.coverage.missed[0].reason, "not decided");
    assert_string_equal(report.coverage.missed[1].reason, "not decided, but counted");
    assert_non_null(strstr(report.coverage.missed[2].reason, "may not be sent"));
    path_network_close(&tables);
    switch_state_free(&before);
    switch_state_free(&after);
    report_free(&report);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_not_decided_may_be_counted),
    cmocka_unit_test(an_entry_is_named_by_its_conditions),
    cmocka_unit_test(without_a_table_nothing_is_said_of_entries),
};

TEST_MAIN(tests)
