/* SPDX-License-Identifier: Apache-2.0
 *
 * FLOW stats and FLOW_REMOVED, field by field; malformed ones. */
#include "testing/cmocka.h"

#include "model/port.h"
#include "openflow/of10/flow_codec.h"
#include "openflow/of10/stats.h"
#include "testing/golden.h"

#include <string.h>

/* udp,in_port=3,nw_src=10.1.2.0/24,tp_dst=53: the match of the hand-made ones */
static const struct match udp53 = {
    .value = {.in_port = 3, .dl_type = 0x800, .nw_proto = 17, .nw_src = 0x0a010200, .tp_dst = 53},
    .mask = {.in_port = 0xffff,
             .dl_type = 0xffff,
             .nw_proto = 0xff,
             .nw_src = 0xffffff00,
             .tp_dst = 0xffff},
};

static void flow_removed(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct of_header header;
    struct of_flow_removed removed = {.entry = {.n_actions = 1, .hard_timeout = 1, .table_id = 1}};
    struct base_reader body = golden_body("flow_removed", &bytes, &header);
    assert_int_equal(of_decode_flow_removed(&body, &removed, NULL), 0);
    assert_int_equal(removed.reason, OFPRR_HARD_TIMEOUT);
    assert_true(match_equal(&removed.entry.match, &udp53));
    assert_true(removed.entry.cookie == 0x1122334455667788);
    assert_int_equal(removed.entry.priority, 1000);
    assert_int_equal(removed.entry.duration_sec, 61);
    assert_int_equal(removed.entry.duration_nsec, 500000007);
    assert_int_equal(removed.entry.idle_timeout, 30);
    assert_int_equal(removed.entry.n_packets, 12345);
    assert_int_equal(removed.entry.n_bytes, 6789012);
    assert_int_equal(removed.entry.n_actions + removed.entry.hard_timeout, 0);
    assert_int_equal(removed.entry.table_id, 0);
    base_buffer_free(&bytes);
}

static struct base_reader stats_body(const char *golden, struct base_buffer *bytes,
                                     struct of_stats *stats)
{
    struct of_header header;
    struct base_reader body = golden_body(golden, bytes, &header);
    assert_int_equal(of_open_stats(&body, stats, NULL), 0);
    assert_int_equal(stats->kind, OFPST_FLOW);
    return body;
}

static void flow_stats(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct flow_table table = {0};
    struct of_stats stats;
    struct base_reader body = stats_body("flow_reply", &bytes, &stats);
    assert_true(stats.more);
    assert_int_equal(of_decode_flow_stats(&body, &table, 2, NULL), 0);
    assert_int_equal(table.n_entries, 2);
    const struct flow_entry *entry = &table.entries[0];
    assert_int_equal(entry->table_id, 1);
    assert_true(match_equal(&entry->match, &udp53));
    assert_int_equal(entry->duration_sec, 61);
    assert_int_equal(entry->duration_nsec, 500000007);
    assert_int_equal(entry->priority, 1000);
    assert_int_equal(entry->idle_timeout, 30);
    assert_int_equal(entry->hard_timeout, 40);
    assert_int_equal(entry->cookie, 0xabc);
    assert_int_equal(entry->n_packets, 12);
    assert_int_equal(entry->n_bytes, 3456);
    assert_int_equal(entry->n_actions, 1);
    assert_int_equal(entry->actions[0].port, 2);
    assert_int_equal(table.entries[1].n_actions, 0);
    assert_int_equal(table.entries[1].priority, 3);
    assert_true(table.entries[1].n_packets == UINT64_MAX);
    flow_table_free(&table);
    base_buffer_free(&bytes);
}

static void flow_stats_of_open_vswitch_are_appended(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct flow_table table = {0};
    struct of_stats stats;
    for (size_t round = 1; round <= 2; round++) {
        struct base_reader body = stats_body("flow_reply_ovs", &bytes, &stats);
        assert_false(stats.more);
        assert_int_equal(of_decode_flow_stats(&body, &table, 100, NULL), 0);
        assert_int_equal(table.n_entries, 4 * round);
        base_buffer_free(&bytes);
    }
    assert_int_equal(table.entries[4].match.mask.vlan_tci, VLAN_TAGGED);
    assert_int_equal(table.entries[5].actions[0].port, PORT_NORMAL);
    assert_int_equal(table.entries[6].n_actions, 0);
    assert_int_equal(table.entries[7].n_actions, 18);
    flow_table_free(&table);
}

static void caps_are_kept(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct flow_table table = {0};
    struct of_stats stats;
    struct base_error error = {""};
    struct base_reader body = stats_body("flow_reply_ovs", &bytes, &stats);
    assert_int_equal(of_decode_flow_stats(&body, &table, 3, &error), -1);
    assert_non_null(strstr(error.text, "flow stats record 4 (01 00 00 00"));
    assert_non_null(strstr(error.text, "the table has more than 3 entries"));
    assert_int_equal(table.n_entries, 3);
    flow_table_free(&table);
    base_buffer_free(&bytes);
}

/* The second record of the golden message begins at byte 108. */
static void bad_lengths_are_named(void **state)
{
    (void)state;
    static const struct {
        size_t offset;
        uint16_t value;
        const char *reason;
    } bad[] = {
        {108, 0, "flow stats record 2 (00 00 00 00"},
        {108, 0, "length 0, 88 bytes are left"},
        {108, 87, "length 87"},
        {108, 89, "length 89, 88 bytes are left"},
        {108, 0xffff, "length 65535"},
        {12, 92, "record 1 (00 5c 01 00"},
        {12, 92, "action 1 (00 00 00 08): an action has 8 bytes or more, 4 are left"},
        {12, 88 + 96 + 8, "length 192, 184 bytes are left"},
        {12 + 88 + 2, 0, "action 1 (00 00 00 00 00 02 00 00): length 0"},
        {12 + 88, 4, "length 8, type 4 has 16"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct base_buffer bytes = {0};
        struct flow_table table = {0};
        struct of_stats stats;
        struct base_error error = {""};
        struct base_reader body = stats_body("flow_reply", &bytes, &stats);
        base_patch_be16(&bytes, bad[i].offset, bad[i].value);
        assert_int_equal(of_decode_flow_stats(&body, &table, 100, &error), -1);
        assert_int_equal(table.n_entries, bad[i].offset == 108 ? 1 : 0);
        if (!strstr(error.text, bad[i].reason)) {
            fail_msg("\"%s\" does not say \"%s\"", error.text, bad[i].reason);
        }
        flow_table_free(&table);
        base_buffer_free(&bytes);
    }
}

static void without_any_wildcard_the_priority_is_the_highest(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct flow_table table = {0};
    struct of_stats stats;
    struct base_reader body = stats_body("flow_reply", &bytes, &stats);
    base_patch_be16(&bytes, 16, 0);
    base_patch_be16(&bytes, 18, 0);
    assert_int_equal(of_decode_flow_stats(&body, &table, 100, NULL), 0);
    assert_int_equal(table.entries[0].priority, 65535);
    assert_int_equal(table.entries[1].priority, 3);
    flow_table_free(&table);
    base_buffer_free(&bytes);
}

static void a_body_that_was_cut_before_is_refused(void **state)
{
    (void)state;
    struct flow_table table = {0};
    struct base_error error = {""};
    struct base_reader body = {.failed = true};
    assert_int_equal(of_decode_flow_stats(&body, &table, 100, &error), -1);
    assert_string_equal(error.text, "flow stats is cut short");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_body_that_was_cut_before_is_refused),
    cmocka_unit_test(flow_removed),
    cmocka_unit_test(flow_stats),
    cmocka_unit_test(flow_stats_of_open_vswitch_are_appended),
    cmocka_unit_test(caps_are_kept),
    cmocka_unit_test(bad_lengths_are_named),
    cmocka_unit_test(without_any_wildcard_the_priority_is_the_highest),
};
TEST_MAIN(tests)
