/* SPDX-License-Identifier: Apache-2.0
 *
 * Flow-mods and the tables that show them, or do not. */
#include "tapd/install/confirm.h"

#include "ofctl/flow.h"
#include "testing/cmocka.h"

static struct flow_table table_of(const char *const *flows, size_t n)
{
    struct flow_table table = {0};
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(ofctl_parse_flow(flows[i], &table, NULL, NULL, NULL), 0);
    }
    return table;
}

static bool shows(uint16_t command, const char *flow)
{
    static const char *const there[] = {"priority=7,in_port=1 actions=output:2,output:3",
                                        "priority=8,in_port=1 actions=output:4",
                                        "priority=7,in_port=2 actions=drop"};
    struct flow_table table = table_of(there, 3), wanted = table_of(&flow, 1);
    struct of_flow_mod mods[] = {{.command = OFPFC_ADD, .entry = table.entries[1]},
                                 {.command = command, .entry = wanted.entries[0]}};
    bool shown = tapd_table_shows(&table, mods, 2);
    flow_table_free(&table);
    flow_table_free(&wanted);
    return shown;
}

static void what_was_added_is_there_and_does_the_same(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        uint16_t command = i ? OFPFC_ADD : OFPFC_MODIFY_STRICT;
        assert_true(shows(command, "priority=7,in_port=1 actions=output:3,output:2"));
        assert_true(shows(command, "priority=7,in_port=2 actions=drop"));
        assert_false(shows(command, "priority=7,in_port=1 actions=output:2"));
        assert_false(shows(command, "priority=7,in_port=3 actions=drop"));
        assert_false(shows(command, "priority=6,in_port=1 actions=output:2,output:3"));
    }
}

static void what_was_deleted_is_gone(void **state)
{
    (void)state;
    assert_false(shows(OFPFC_DELETE_STRICT, "priority=7,in_port=1 actions=drop"));
    assert_true(shows(OFPFC_DELETE_STRICT, "priority=9,in_port=1 actions=drop"));
    assert_true(shows(OFPFC_DELETE, "priority=7,in_port=1 actions=drop"));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_was_added_is_there_and_does_the_same),
    cmocka_unit_test(what_was_deleted_is_gone),
};
TEST_MAIN(tests)
