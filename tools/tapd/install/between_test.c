/* SPDX-License-Identifier: Apache-2.0
 *
 * What is written between two tables of a port, so that at no time more is sent than one of them
 * sends? */
#include "tapd/install/between.h"

#include "ofctl/action.h"
#include "ofctl/flow.h"
#include "testing/cmocka.h"

#include <stdio.h>
#include <string.h>

enum { ROWS_MAX = 32 };

struct tables {
    struct flow_table old, wanted;
    struct tapd_row items[ROWS_MAX];
    struct tapd_rows rows;
    struct base_arena arena;
    struct tapd_between between;
};

static void read_table(const char *const *texts, struct flow_table *table)
{
    struct base_error error;
    for (size_t i = 0; texts[i]; i++) {
        if (ofctl_parse_flow(texts[i], table, NULL, NULL, &error)) {
            fail_msg("%s: %s", texts[i], error.text);
        }
    }
}

static struct tapd_row *row_of(struct tables *tables, const struct flow_entry *entry)
{
    for (size_t i = 0; i < tables->rows.n; i++) {
        struct tapd_row *row = &tables->items[i];
        if (row->priority == entry->priority && match_equal(&row->match, &entry->match)) {
            return row;
        }
    }
    struct tapd_row *row = &tables->items[tables->rows.n++];
    row->match = entry->match;
    row->priority = entry->priority;
    return row;
}

/* Entries of one port, as texts, NULL at the end. */
static void find(struct tables *tables, const char *const *old, const char *const *wanted)
{
    memset(tables, 0, sizeof *tables);
    tables->rows.items = tables->items;
    read_table(old, &tables->old);
    read_table(wanted, &tables->wanted);
    for (size_t i = 0; i < tables->old.n_entries; i++) {
        row_of(tables, &tables->old.entries[i])->old = &tables->old.entries[i];
    }
    for (size_t i = 0; i < tables->wanted.n_entries; i++) {
        const struct flow_entry *entry = &tables->wanted.entries[i];
        struct tapd_row *row = row_of(tables, entry);
        row->wanted = entry;
        row->then = (struct tapd_actions){entry->actions, entry->n_actions};
    }
    qsort(tables->items, tables->rows.n, sizeof *tables->items, tapd_compare_rows);
    assert_int_equal(tapd_between_find(&tables->rows, &tables->arena, &tables->between), 0);
}

static void free_tables(struct tables *tables)
{
    flow_table_free(&tables->old);
    flow_table_free(&tables->wanted);
    base_arena_free(&tables->arena);
}

/* What is written, a line an entry: "20 output:2"; "-" in front: neither table has it. */
static void assert_written(const struct tables *tables, const char *expected)
{
    struct base_buffer text = {0};
    for (size_t i = 0; i < tables->rows.n; i++) {
        const struct tapd_row *row = &tables->rows.items[i];
        if (row->is_between) {
            base_put_format(&text, "%s%u ", row->old || row->wanted ? "" : "-", row->priority);
            ofctl_format_actions(row->between.items, row->between.n, &text);
            base_put_text(&text, "\n");
        }
    }
    assert_string_equal(base_buffer_text(&text), expected);
    base_buffer_free(&text);
}

#define FLOWS(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

static const struct {
    const char *const *old, *const *wanted;
    bool from_old, to_wanted;
    const char *written;
} cases[] = {
    {FLOWS("priority=9,in_port=1 actions=output:2"), FLOWS("priority=9,in_port=1 actions=output:2"),
     true, true, ""},
    {FLOWS("priority=9,in_port=1 actions=output:2"),
     FLOWS("priority=9,in_port=1 actions=output:2,output:3"), true, false, ""},
    {FLOWS("priority=9,in_port=1 actions=output:2,output:3"),
     FLOWS("priority=9,in_port=1 actions=output:2"), false, true, ""},
    {FLOWS("priority=9,in_port=1 actions=output:2,output:4"),
     FLOWS("priority=9,in_port=1 actions=output:2,output:3"), false, false, "9 output:2\n"},
    /* of TCP what both send; above the old entry that takes the rest */
    {FLOWS("priority=9,in_port=1 actions=output:2,output:4"),
     FLOWS("priority=9,in_port=1 actions=output:2,output:4",
           "priority=20,tcp,in_port=1 actions=output:3,output:4"),
     false, false, "20 output:4\n"},
    /* the lower entry of the two takes nothing of the upper one */
    {FLOWS("priority=9,in_port=1 actions=output:2", "priority=20,tcp,in_port=1 actions=output:3"),
     FLOWS("priority=9,in_port=1 actions=output:4", "priority=20,tcp,in_port=1 actions=output:3"),
     false, false, "9 drop\n"},
    /* what both tables have an upper entry for, each another one: the part that they share is above
     */
    {FLOWS("priority=20,tcp,in_port=1 actions=output:2",
           "priority=9,ip,in_port=1 actions=output:3"),
     FLOWS("priority=20,ip,in_port=1,nw_src=10.0.0.1 actions=output:3",
           "priority=9,ip,in_port=1 actions=output:2"),
     false, false, "-21 drop\n20 output:3\n9 drop\n"},
};

static void what_both_send_is_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tables tables;
        find(&tables, cases[i].old, cases[i].wanted);
        assert_int_equal(tables.between.from_old, cases[i].from_old);
        assert_int_equal(tables.between.to_wanted, cases[i].to_wanted);
        assert_written(&tables, cases[i].written);
        free_tables(&tables);
    }
}

/* So many rows that each other's parts are over 2,000: then nothing is sent in between. */
static void where_too_many_overlap_nothing_is_sent(void **state)
{
    (void)state;
    enum { N = 12 };
    char texts[N][80];
    const char *old[N + 1] = {0}, *wanted[N + 2] = {0};
    for (int i = 0; i < N; i++) {
        snprintf(texts[i], sizeof texts[i],
                 "priority=%d,ip,in_port=1,nw_src=0.0.%d.%d/0.0.%d.%d actions=output:2", 10 + i,
                 i / 8 ? 1 << (i - 8) : 0, i / 8 ? 0 : 1 << i, i / 8 ? 1 << (i - 8) : 0,
                 i / 8 ? 0 : 1 << i);
        old[i] = wanted[i] = texts[i];
    }
    struct tables tables;
    find(&tables, old, wanted);
    assert_true(tables.between.from_old && tables.between.to_wanted); /* nothing changes */
    assert_written(&tables, "");
    free_tables(&tables);
    wanted[0] = "priority=10,ip,in_port=1,nw_src=0.0.0.1/0.0.0.1 actions=output:3";
    wanted[N] = "priority=99,arp,in_port=1 actions=output:4";
    find(&tables, old, wanted);
    assert_false(tables.between.from_old || tables.between.to_wanted);
    assert_written(&tables, "21 drop\n20 drop\n19 drop\n18 drop\n17 drop\n16 drop\n15 drop\n"
                            "14 drop\n13 drop\n12 drop\n11 drop\n10 drop\n");
    free_tables(&tables);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_both_send_is_written),
    cmocka_unit_test(where_too_many_overlap_nothing_is_sent),
};
TEST_MAIN(tests)
