/* SPDX-License-Identifier: Apache-2.0
 *
 * Flow entries in ovs-ofctl's syntax: printed, read, refused. */
#include "model/flow.h"

#include "ofctl/flow.h"
#include "testing/cmocka.h"

#include <string.h>

static struct flow_entry *parsed(const char *text, struct flow_table *table, unsigned *given)
{
    struct base_error error = {""};
    if (ofctl_parse_flow(text, table, given, NULL, &error)) {
        fail_msg("\"%s\": %s", text, error.text);
    }
    return &table->entries[table->n_entries - 1];
}

static void assert_printed(const char *text, enum ofctl_flow_style how, const char *expected)
{
    struct flow_table table = {0};
    struct base_buffer out = {0};
    ofctl_format_flow(parsed(text, &table, NULL), how, &out);
    assert_string_equal(base_buffer_text(&out), expected);
    base_buffer_free(&out);
    flow_table_free(&table);
}

/* Lines of `ovs-ofctl -O OpenFlow10 -F openflow10 --no-names dump-flows`, 3.1.0,
 * of one table, and of the same with --no-stats. */
static const struct {
    const char *with_stats, *no_stats;
} dumped[] = {
    {"cookie=0xffffffffffffffff, duration=0.100s, table=0, n_packets=0, n_bytes=0, "
     "priority=0,in_port=4 actions=drop",
     "cookie=0xffffffffffffffff, priority=0,in_port=4 actions=drop"},
    {"cookie=0x5, duration=0.082s, table=0, n_packets=7, n_bytes=420, idle_timeout=5, "
     "hard_timeout=10, priority=7,in_port=6 actions=drop",
     "cookie=0x5, idle_timeout=5, hard_timeout=10, priority=7,in_port=6 actions=drop"},
    {"cookie=0x0, duration=0.075s, table=0, n_packets=0, n_bytes=0, in_port=7,vlan_tci=0x0000 "
     "actions=output:1",
     "in_port=7,vlan_tci=0x0000 actions=output:1"},
    {"cookie=0x0, duration=0.037s, table=0, n_packets=0, n_bytes=0, in_port=LOCAL,dl_vlan_pcp=1 "
     "actions=CONTROLLER:65535",
     "in_port=LOCAL,dl_vlan_pcp=1 actions=CONTROLLER:65535"},
    {"cookie=0x0, duration=0.107s, table=0, n_packets=0, n_bytes=0, priority=0 actions=drop",
     "priority=0 actions=drop"},
    {"cookie=0x5, duration=0.115s, table=1, n_packets=0, n_bytes=0, in_port=3 actions=output:2",
     "cookie=0x5, table=1, in_port=3 actions=output:2"},
};

static void prints_as_dump_flows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof dumped / sizeof *dumped; i++) {
        assert_printed(dumped[i].with_stats, FLOW_WITH_STATS, dumped[i].with_stats);
        assert_printed(dumped[i].with_stats, FLOW_NO_STATS, dumped[i].no_stats);
        assert_printed(dumped[i].no_stats, FLOW_NO_STATS, dumped[i].no_stats);
    }
    assert_printed("actions=", FLOW_NO_STATS, "actions=drop");
    assert_printed(" actions=1,2\n", FLOW_NO_STATS, "actions=output:1,output:2");
    assert_printed("duration=3s,action=1", FLOW_WITH_STATS,
                   "cookie=0x0, duration=3s, table=0, actions=output:1");
    assert_printed("duration=3.000000001s,n_packets=1,actions=1", FLOW_WITH_STATS,
                   "cookie=0x0, duration=3.000000001s, table=0, n_packets=1, actions=output:1");
}

static void reads_every_field_of_an_entry(void **state)
{
    (void)state;
    struct flow_table table = {0};
    unsigned given;
    const struct flow_entry *entry =
        parsed(" cookie=0x123, duration=12.5s, table=3, n_packets=4, n_bytes=5, idle_timeout=6, "
               "hard_timeout=7, send_flow_rem idle_age=1, hard_age=2, priority=8,in_port=9 "
               "actions=output:10",
               &table, &given);
    assert_int_equal(entry->cookie, 0x123);
    assert_int_equal(entry->duration_sec, 12);
    assert_int_equal(entry->duration_nsec, 500000000);
    assert_int_equal(entry->table_id, 3);
    assert_int_equal(entry->n_packets, 4);
    assert_int_equal(entry->n_bytes, 5);
    assert_int_equal(entry->idle_timeout, 6);
    assert_int_equal(entry->hard_timeout, 7);
    assert_int_equal(entry->priority, 8);
    assert_int_equal(entry->match.value.in_port, 9);
    assert_int_equal(entry->n_actions, 1);
    assert_int_equal(entry->actions[0].port, 10);
    assert_int_equal(given, FLOW_HAS_COOKIE | FLOW_HAS_PRIORITY | FLOW_HAS_IDLE_TIMEOUT |
                                FLOW_HAS_HARD_TIMEOUT | FLOW_HAS_TABLE);
    entry = parsed("in_port=1 actions=drop", &table, &given);
    assert_int_equal(given, 0);
    assert_int_equal(entry->priority, FLOW_PRIORITY_DEFAULT);
    assert_int_equal(entry->n_packets, UINT64_MAX);
    assert_int_equal(table.n_entries, 2);
    flow_table_free(&table);
}

static void assert_refused(const char *text, size_t column, const char *words)
{
    struct flow_table table = {0};
    struct base_error error = {""};
    size_t at = SIZE_MAX;
    if (ofctl_parse_flow(text, &table, NULL, &at, &error) != -1) {
        fail_msg("\"%s\" was accepted", text);
    }
    if (!strstr(error.text, words)) {
        fail_msg("\"%s\": \"%s\" does not say \"%s\"", text, error.text, words);
    }
    assert_int_equal(at, column);
    assert_int_equal(table.n_entries, 0);
    flow_table_free(&table);
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    assert_refused("", 0, "no actions");
    assert_refused("in_port=1", 9, "no actions");
    assert_refused("priorty=1,actions=1", 0, "(did you mean priority?)");
    assert_refused("in_port=1,acitons=1", 10, "(did you mean actions?)");
    assert_refused("priority=1,priority=2,actions=1", 11, "priority twice");
    assert_refused("priority=65536,actions=1", 9, "65535");
    assert_refused("cookie=1/0xff,actions=1", 7, "64 bits");
    assert_refused("idle_timeout=1s,actions=1", 13, "65535");
    assert_refused("table=255,actions=1", 6, "254");
    assert_refused("duration=5,actions=1", 9, "SECONDS");
    assert_refused("duration=5.s,actions=1", 9, "SECONDS");
    assert_refused("duration=.5s,actions=1", 9, "SECONDS");
    assert_refused("duration=1.1234567890s,actions=1", 9, "SECONDS");
    assert_refused("n_bytes=18446744073709551616,actions=1", 8, "64 bits");
    assert_refused("in_port=1,tp_dst=80,actions=1", 10, "tp_dst needs");
    assert_refused("in_port=1,actions=1,2,foo", 22, "unknown action \"foo\"");
    assert_refused("out_port=1,actions=1", 0, "unknown field");
}

/* What no flow-mod may have, but a switch may report. */
static void reads_what_a_switch_reports(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "table=255, in_port=65296 actions=65535",
        "icmp,icmp_type=256,icmp_code=65535 actions=65281,enqueue:65527:1",
        "actions=enqueue:NORMAL:1",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct flow_table table = {0};
        assert_int_equal(ofctl_parse_flow(lines[i], &table, NULL, NULL, NULL), -1);
        assert_int_equal(ofctl_parse_reported_flow(lines[i], &table, NULL, NULL), 0);
        flow_table_free(&table);
    }
    struct flow_table table = {0};
    size_t column;
    struct base_error error;
    assert_int_equal(ofctl_parse_reported_flow("table=256 actions=1", &table, &column, &error), -1);
    assert_int_equal(column, 6);
    assert_int_equal(ofctl_parse_reported_flow("actions=65536", &table, NULL, &error), -1);
    assert_int_equal(ofctl_parse_reported_flow("out_port=1 actions=2", &table, NULL, &error), -1);
    assert_non_null(strstr(error.text, "unknown field"));
    assert_int_equal(table.n_entries, 0);
    flow_table_free(&table);
}

static void whole_seconds_of_nanoseconds_are_carried(void **state)
{
    (void)state;
    static const struct {
        uint32_t sec, nsec;
        const char *text;
    } rows[] = {
        {1, 999999999, "duration=1.999999999s"},
        {1, 1000000000, "duration=2s"},
        {1, UINT32_MAX, "duration=5.294967295s"},
        {UINT32_MAX - 1, 1000000000, "duration=4294967295s"},
        {UINT32_MAX, 2000000000, "duration=4294967295s"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct flow_entry entry = {.duration_sec = rows[i].sec, .duration_nsec = rows[i].nsec};
        struct base_buffer out = {0};
        ofctl_format_flow(&entry, FLOW_WITH_STATS, &out);
        assert_non_null(strstr(base_buffer_text(&out), rows[i].text));
        base_buffer_free(&out);
    }
}

static void equal_leaves_out_only_counters(void **state)
{
    (void)state;
    static const char *const same[] = {"in_port=1,actions=1",
                                       "priority=0x8000 n_packets=4 n_bytes=7 duration=2s "
                                       "in_port=1,actions=output:1"};
    static const char *const others[] = {"in_port=2,actions=1",
                                         "actions=1",
                                         "in_port=1,actions=2",
                                         "in_port=1,actions=1,1",
                                         "priority=1,in_port=1,actions=1",
                                         "cookie=1,in_port=1,actions=1",
                                         "idle_timeout=1,in_port=1,actions=1",
                                         "hard_timeout=1,in_port=1,actions=1"};
    struct flow_table table = {0};
    struct flow_entry first = *parsed(same[0], &table, NULL);
    assert_true(flow_equal(&first, parsed(same[1], &table, NULL)));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (flow_equal(&first, parsed(others[i], &table, NULL))) {
            fail_msg("equal to %s", others[i]);
        }
    }
    flow_table_free(&table);
    flow_table_free(NULL);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(prints_as_dump_flows),
    cmocka_unit_test(reads_every_field_of_an_entry),
    cmocka_unit_test(says_what_is_wrong),
    cmocka_unit_test(reads_what_a_switch_reports),
    cmocka_unit_test(whole_seconds_of_nanoseconds_are_carried),
    cmocka_unit_test(equal_leaves_out_only_counters),
};

TEST_MAIN(tests)
