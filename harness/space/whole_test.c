/* SPDX-License-Identifier: Apache-2.0
 *
 * One table for all of a switch, and the rows behind its entries. */
#include "space/whole.h"

#include "base/none.h"
#include "ofctl/flow.h"
#include "space/table.h"
#include "testing/cmocka.h"
#include "testing/random_pipeline.h"

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
    assert_int_equal(space_whole_row(&whole, 1, 0, NULL), 1);
    assert_int_equal(space_whole_n_rows(&whole, ENTRY_NONE), 0);
    assert_int_equal(space_whole_n_rows(&whole, ENTRY_NONE), 0);
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
    assert_int_equal(space_whole_row(&whole, 0, 0, NULL), 1);
    assert_int_equal(space_whole_row(&whole, 0, 1, NULL), 0);
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
    base_buffer_free(&text);
    space_whole_format_rows(&whole, entry, NULL, &text);
    assert_string_equal(base_buffer_text(&text),
                        "dl_src=02:00:00:00:00:01 actions=goto_table:1 (or one of 1 others that go "
                        "on alike), then table=1, udp actions=output:4");
    header.dl_src[5] = 4;
    entry = space_table_lookup(&table, &header, NULL, NULL, NULL);
    assert_int_equal(space_whole_n_rows(&whole, entry), 0); /* no entry takes it */
    base_buffer_free(&text);
    space_table_free(&table);
    space_whole_close(&whole);
    switch_state_free(&state);
}

static bool is_open(const struct space_whole *whole, size_t entry)
{
    bool open = false;
    for (size_t i = 0; entry != ENTRY_NONE && i < whole->flows->entries[entry].n_actions; i++) {
        open |= whole->flows->entries[entry].actions[i].type == ACTION_OPEN;
    }
    return open;
}

/* The rows of one composition that a packet meets, by number. False: it is open which. */
static bool find_rows(const struct space_whole *whole, const struct space_table *table,
                      const struct header *header, size_t rows[PIPELINE_TABLES], size_t *n)
{
    size_t entry = space_table_lookup(table, header, NULL, NULL, NULL);
    *n = space_whole_n_rows(whole, entry);
    for (size_t i = 0; i < *n; i++) {
        rows[i] = space_whole_row(whole, entry, i, header);
    }
    return !is_open(whole, entry);
}

/* The same row, or one of its priority that goes on like it: which takes a packet is open. */
static bool are_one(const struct flow_entry *a, const struct flow_entry *b)
{
    return a == b || (space_rank(a) == space_rank(b) &&
                      actions_equal(a->actions, a->n_actions, b->actions, b->n_actions));
}

static size_t count_merged(const struct space_whole *whole)
{
    size_t n = 0;
    for (size_t i = 0; whole->ways && i < whole->flows->n_entries; i++) {
        for (size_t nth = 0; nth < whole->ways[i].n_rows; nth++) {
            n += whole->ways[i].merged[nth] != NULL;
        }
    }
    return n;
}

/* Row by row, and merged: a packet meets the same ones. */
static void a_packet_meets_the_same_rows(void **unused)
{
    static const struct space_composition hows[] = {{0}, {.merges = true}};
    struct universe universe = universe_make();
    size_t n_merged_leaves = 0;
    (void)unused;
    for (int i = 0; i < 200; i++) {
        struct switch_state state = {0};
        struct space_whole wholes[2];
        struct space_table tables[2];
        random_pipeline(&state, 20);
        for (int w = 0; w < 2; w++) {
            assert_int_equal(space_whole_open(&state, &hows[w], &wholes[w]), 0);
            assert_int_equal(space_whole_index(&wholes[w], &tables[w]), 0);
            assert_int_equal(space_table_prepare(&tables[w]), 0);
        }
        n_merged_leaves += count_merged(&wholes[1]);
        for (int j = 0; j < 100; j++) {
            const struct header *header =
                &universe.headers[random_below((unsigned)universe.n_headers)];
            size_t rows[2][PIPELINE_TABLES], n, n_merged;
            if (find_rows(&wholes[0], &tables[0], header, rows[0], &n)) {
                find_rows(&wholes[1], &tables[1], header, rows[1], &n_merged);
                assert_int_equal(n_merged, n);
                for (size_t k = 0; k < n; k++) {
                    assert_true(are_one(&state.flows.entries[rows[0][k]],
                                        &state.flows.entries[rows[1][k]]));
                }
            }
        }
        for (int w = 0; w < 2; w++) {
            space_table_free(&tables[w]);
            space_whole_close(&wholes[w]);
        }
        switch_state_free(&state);
    }
    assert_true(n_merged_leaves > 100);
    free(universe.headers);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_packet_meets_the_same_rows),
    cmocka_unit_test(a_packet_opens_what_is_merged),
    cmocka_unit_test(one_table_is_itself),
    cmocka_unit_test(several_are_composed),
};

TEST_MAIN(tests)
