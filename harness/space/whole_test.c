/* SPDX-License-Identifier: Apache-2.0
 *
 * One table for all of a switch, and the rows behind its entries. */
#include "space/whole.h"

#include "ofctl/flow.h"
#include "space/table.h"
#include "testing/cmocka.h"

static void add_flow(struct switch_state *state, const char *text)
{
    assert_int_equal(ofctl_parse_flow(text, &state->flows, NULL, NULL, NULL), 0);
}

static void assert_rows(const struct space_whole *whole, size_t entry, const char *expected)
{
    struct base_buffer text = {0};
    space_whole_format_rows(whole, entry, NULL, &text);
    assert_string_equal(base_buffer_text(&text), expected);
    base_buffer_free(&text);
}

static void one_table_is_itself(void **unused)
{
    (void)unused;
    static const bool left_out[] = {true, false};
    struct switch_state state = {.version = 1};
    struct space_whole whole;
    add_flow(&state, "in_port=1 actions=output:2");
    add_flow(&state, "in_port=2 actions=output:1");
    const struct space_composition how = {.left_out = left_out};
    struct space_table table;
    assert_int_equal(space_whole_open(&state, &how, &whole), 0);
    assert_int_equal(space_whole_index(&whole, &table), 0);
    assert_int_equal(table.n_entries, 1);
    space_table_free(&table);
    assert_ptr_equal(whole.flows, &state.flows);
    assert_ptr_equal(whole.rows, &state.flows);
    assert_null(whole.ways);
    assert_int_equal(space_whole_n_rows(&whole, 1), 1);
    assert_int_equal(space_whole_row(&whole, 1, 0), 1);
    assert_int_equal(space_whole_last_row(&whole, 1), 1);
    assert_int_equal(space_whole_n_rows(&whole, ENTRY_NONE), 0);
    assert_int_equal(space_whole_last_row(&whole, ENTRY_NONE), ENTRY_NONE);
    assert_rows(&whole, 1, "in_port=2 actions=output:1");
    assert_rows(&whole, ENTRY_NONE, "");
    space_whole_close(&whole);
    switch_state_free(&state);
}

static void several_are_composed(void **unused)
{
    (void)unused;
    static const bool left_out[] = {false, false, true};
    struct switch_state state = {.version = 4};
    struct space_whole whole;
    add_flow(&state, "table=1 actions=output:3");
    add_flow(&state, "in_port=1 actions=goto_table:1");
    add_flow(&state, "in_port=2 actions=goto_table:1");
    const struct space_composition how = {.left_out = left_out};
    assert_int_equal(space_whole_open(&state, &how, &whole), 0);
    assert_int_equal(whole.flows->n_entries, 1);
    assert_ptr_equal(whole.rows, &state.flows);
    assert_int_equal(space_whole_n_rows(&whole, 0), 2);
    assert_int_equal(space_whole_row(&whole, 0, 0), 1);
    assert_int_equal(space_whole_last_row(&whole, 0), 0);
    assert_rows(&whole, 0, "in_port=1 actions=goto_table:1, then table=1, actions=output:3");
    space_whole_close(&whole);
    assert_null(whole.flows);
    switch_state_free(&state);
}

/* Of rows that are merged those are told that take the packet. */
static void a_packet_opens_what_is_merged(void **unused)
{
    (void)unused;
    struct switch_state state = {.version = 4};
    struct space_whole whole;
    struct space_table table;
    struct base_buffer text = {0};
    add_flow(&state, "dl_src=02:00:00:00:00:01 actions=goto_table:1");
    add_flow(&state, "dl_src=02:00:00:00:00:02 actions=goto_table:1");
    add_flow(&state, "dl_src=02:00:00:00:00:03 actions=drop");
    add_flow(&state, "table=1,tcp actions=output:3");
    add_flow(&state, "table=1,udp actions=output:4");
    const struct space_composition how = {.merges = true};
    assert_int_equal(space_whole_open(&state, &how, &whole), 0);
    assert_int_equal(space_whole_index(&whole, &table), 0);
    assert_int_equal(space_table_prepare(&table), 0);
    struct header header = {.in_port = 1,
                            .dl_type = DL_TYPE_IP,
                            .nw_proto = NW_PROTO_UDP,
                            .dl_src = {2, 0, 0, 0, 0, 2}};
    size_t entry = space_table_lookup(&table, &header, NULL, NULL, NULL);
    assert_int_equal(whole.flows->entries[entry].actions[0].port, 4);
    space_whole_format_rows(&whole, entry, &header, &text);
    assert_string_equal(base_buffer_text(&text),
                        "dl_src=02:00:00:00:00:02 actions=goto_table:1, then "
                        "table=1, udp actions=output:4");
    header.dl_src[5] = 4;
    entry = space_table_lookup(&table, &header, NULL, NULL, NULL);
    assert_int_equal(space_whole_n_rows(&whole, entry), 0); /* no entry takes it */
    base_buffer_free(&text);
    space_table_free(&table);
    space_whole_close(&whole);
    switch_state_free(&state);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_packet_opens_what_is_merged),
    cmocka_unit_test(one_table_is_itself),
    cmocka_unit_test(several_are_composed),
};

TEST_MAIN(tests)
