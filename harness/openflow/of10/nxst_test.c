/* SPDX-License-Identifier: Apache-2.0
 *
 * Extended flow statistics, packed by hand after struct nx_flow_stats. */
#include "testing/cmocka.h"

#include "model/port.h"
#include "openflow/of10/nxst.h"
#include "testing/golden.h"

#include <string.h>

/* vendor, kind, pad; then a record of 88 bytes: in_port=3 (NXM_OF_IN_PORT, 6
 * bytes and 2 of padding), output:2. */
#define FRONT "00002320 00000000 00000000"
#define RECORD                                                                                     \
    "0040 0200 0000003d 1dcd6507 03e8 001e 0028 0006 0000 0000"                                    \
    "0000000000000abc 000000000000000c 0000000000000d80 00000002 0003 0000"
#define ACTIONS "0000 0008 0002 0000"

static int decode(const char *hex, struct flow_table *table, size_t max_entries,
                  struct base_error *error)
{
    struct base_buffer bytes = {0};
    unhex(hex, &bytes);
    struct base_reader body = base_reader_over(bytes.data, bytes.n_bytes);
    int status = of_decode_nxst_flow(&body, table, max_entries, error);
    base_buffer_free(&bytes);
    return status;
}

static void the_request_is_for_every_entry(void **state)
{
    (void)state;
    struct base_buffer out = {0}, expected = {0};
    of_encode_nxst_flow_request(&out, 9);
    unhex("01100020 00000009 ffff0000 00002320 00000000 00000000 ffff0000 ff000000", &expected);
    assert_int_equal(out.n_bytes, expected.n_bytes);
    assert_memory_equal(out.data, expected.data, expected.n_bytes);
    base_buffer_free(&out);
    base_buffer_free(&expected);
}

static void each_field_of_a_record(void **state)
{
    (void)state;
    struct flow_table table = {0};
    struct base_error error = {""};
    if (decode(FRONT RECORD ACTIONS RECORD ACTIONS, &table, 2, &error)) {
        fail_msg("%s", error.text);
    }
    assert_int_equal(table.n_entries, 2);
    const struct flow_entry *entry = &table.entries[1];
    assert_int_equal(entry->table_id, 2);
    assert_int_equal(entry->duration_sec, 61);
    assert_int_equal(entry->duration_nsec, 500000007);
    assert_int_equal(entry->priority, 1000);
    assert_int_equal(entry->idle_timeout, 30);
    assert_int_equal(entry->hard_timeout, 40);
    assert_int_equal(entry->cookie, 0xabc);
    assert_int_equal(entry->n_packets, 12);
    assert_int_equal(entry->n_bytes, 3456);
    assert_int_equal(entry->match.value.in_port, 3);
    assert_int_equal(entry->match.mask.in_port, 0xffff);
    assert_int_equal(entry->n_actions, 1);
    assert_int_equal(entry->actions[0].port, 2);
    assert_int_equal(entry->n_extras, 0);
    flow_table_free(&table);
}

static void malformed_replies_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *reason;
        size_t n_entries;
    } bad[] = {
        {"00002320 00000000 000000", "vendor statistics is cut short", 0},
        {"00002321 00000000 00000000", "vendor 0x00002321, kind 0: NXST_FLOW was asked for", 0},
        {"00002320 00000001 00000000", "vendor 0x00002320, kind 1: NXST_FLOW was asked for", 0},
        {FRONT "0041" RECORD, "flow stats record 1 (00 41 00 40", 0},
        {FRONT RECORD ACTIONS "002f 00*45", "record 2 (00 2f 00", 1},
        {FRONT RECORD ACTIONS "002f 00*45", "length 47, 47 bytes are left, a record has 48", 1},
        {FRONT RECORD ACTIONS RECORD ACTIONS RECORD ACTIONS, "record 3 (00 40", 2},
        {FRONT RECORD ACTIONS RECORD ACTIONS RECORD ACTIONS, "has more than 2 entries", 2},
        {FRONT RECORD "00ff 0009 0002 0000", "action 1 (00 ff 00 09", 0},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct flow_table table = {0};
        struct base_error error = {""};
        assert_int_equal(decode(bad[i].hex, &table, 2, &error), -1);
        assert_int_equal(table.n_entries, bad[i].n_entries);
        if (!strstr(error.text, bad[i].reason)) {
            fail_msg("\"%s\" does not say \"%s\"", error.text, bad[i].reason);
        }
        flow_table_free(&table);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_request_is_for_every_entry),
    cmocka_unit_test(each_field_of_a_record),
    cmocka_unit_test(malformed_replies_are_refused),
};
TEST_MAIN(tests)
