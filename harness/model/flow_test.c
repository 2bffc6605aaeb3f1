/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables of flow entries, what makes two entries the same, and the names of
 * flow-mods. */
#include "model/flow_mod.h"

#include "testing/cmocka.h"

#include <stdlib.h>
#include <string.h>

static void a_table_grows_by_zeroed_entries(void **state)
{
    (void)state;
    struct flow_table table = {0};
    for (uint16_t i = 0; i < 100; i++) {
        struct flow_entry *entry = flow_table_add(&table), zero = {0};
        assert_non_null(entry);
        assert_memory_equal(entry, &zero, sizeof zero);
        memset(entry, 0xff, sizeof *entry);
        entry->priority = i;
    }
    assert_int_equal(table.n_entries, 100);
    for (uint16_t i = 0; i < 100; i++) {
        assert_int_equal(table.entries[i].priority, i);
    }
    base_arena_text(&table.arena, "actions");
    flow_table_free(&table);
    assert_int_equal(table.n_entries, 0);
    assert_null(table.entries);
    assert_null(table.arena.chunks);
    flow_table_free(NULL);
}

static void entries_are_equal_but_for_their_counters(void **state)
{
    (void)state;
    const struct action actions[] = {{.type = ACTION_OUTPUT, .port = 2}},
                        others[] = {{.type = ACTION_OUTPUT, .port = 3}};
    const struct flow_entry entry = {.match = match_in_port(1),
                                     .actions = actions,
                                     .n_actions = 1,
                                     .cookie = 5,
                                     .priority = 9,
                                     .idle_timeout = 10,
                                     .hard_timeout = 20};
    struct flow_entry other = entry;
    other.n_packets = 7;
    other.n_bytes = 8;
    other.duration_sec = 9;
    assert_true(flow_equal(&entry, &other));
    other = entry, other.table_id = 1;
    assert_false(flow_equal(&entry, &other));
    const struct field_value ttl = {.id = FIELD_NW_TTL, .n_bytes = 1, .value = {64}, .mask = {255}};
    other = entry, other.extras = &ttl, other.n_extras = 1;
    assert_false(flow_equal(&entry, &other));
    const struct instructions metered = {.meter = 1};
    other = entry, other.instructions = &metered;
    assert_false(flow_equal(&entry, &other));
    other = entry, other.priority = 8;
    assert_false(flow_equal(&entry, &other));
    other = entry, other.cookie = 4;
    assert_false(flow_equal(&entry, &other));
    other = entry, other.idle_timeout = 11;
    assert_false(flow_equal(&entry, &other));
    other = entry, other.hard_timeout = 21;
    assert_false(flow_equal(&entry, &other));
    other = entry, other.match = match_in_port(2);
    assert_false(flow_equal(&entry, &other));
    other = entry, other.actions = others;
    assert_false(flow_equal(&entry, &other));
    other = entry, other.n_actions = 0;
    assert_false(flow_equal(&entry, &other));
}

/* Arrays may be longer than what is said to be in them. */
static void only_the_actions_that_count_are_looked_at(void **state)
{
    (void)state;
    const struct action actions[] = {{.type = ACTION_OUTPUT, .port = 1},
                                     {.type = ACTION_OUTPUT, .port = 2},
                                     {.type = ACTION_GROUP, .group_id = 3},
                                     {.type = ACTION_OUTPUT, .port = 4}};
    assert_false(actions_send_to(actions, 0, 1));
    assert_true(actions_send_to(actions, 1, 1));
    assert_false(actions_send_to(actions, 1, 2));
    assert_true(actions_send_to(actions, 2, 2));
    assert_false(actions_send_to(actions, 3, 4));
    assert_true(actions_send_to(actions, 4, 4));
    assert_true(actions_equal(actions, 0, actions, 0));
    assert_false(actions_equal(actions, 1, actions + 1, 1));
    assert_false(actions_equal(actions, 1, actions, 2));
    for (size_t n = 0; n <= 4; n++) {
        const struct instructions written = {.written = actions, .n_written = n};
        const struct flow_entry applies = {.actions = actions, .n_actions = n},
                                writes = {.instructions = &written};
        assert_int_equal(flow_uses_group(&applies), n > 2);
        assert_int_equal(flow_uses_group(&writes), n > 2);
    }
}

static void what_is_open_of_an_entry(void **state)
{
    (void)state;
    const struct field_value ttl = {.id = FIELD_NW_TTL, .n_bytes = 1, .value = {64}, .mask = {255}};
    assert_null(flow_open(&(struct flow_entry){0}));
    for (unsigned id = 1; id < 3; id++) {
        assert_string_equal(flow_open(&(struct flow_entry){.table_id = (uint8_t)id}),
                            "another table than 0 decides");
    }
    assert_string_equal(flow_open(&(struct flow_entry){.extras = &ttl, .n_extras = 1}),
                        extra_reason(&ttl));
    assert_null(flow_open(&(struct flow_entry){.extras = &ttl}));
}

static void tables_differ_whatever_their_order(void **state)
{
    (void)state;
    struct flow_table a = {0}, b = {0};
    assert_false(flow_tables_differ(&a, &b));
    for (uint16_t i = 0; i < 4; i++) {
        flow_table_add(&a)->priority = i;
        flow_table_add(&b)->priority = 3 - i;
    }
    assert_false(flow_tables_differ(&a, &b));
    b.entries[0].n_packets = 7;
    assert_false(flow_tables_differ(&a, &b));
    b.entries[2].priority = 9;
    assert_true(flow_tables_differ(&a, &b));
    b.entries[2].priority = 1;
    assert_false(flow_tables_differ(&a, &b));
    flow_table_add(&b)->priority = 1;
    assert_true(flow_tables_differ(&a, &b));
    flow_table_free(&a);
    flow_table_free(&b);
}

/* The first table first, in it the highest priority; then whatever tells two entries apart. */
static void keys_have_an_order(void **state)
{
    (void)state;
    const struct field_value ttl = {.id = FIELD_NW_TTL, .n_bytes = 1, .value = {64}, .mask = {255}};
    struct flow_entry entries[] = {{.priority = 7},
                                   {.priority = 5, .match = match_in_port(1)},
                                   {.priority = 5, .match = match_in_port(1)},
                                   {.table_id = 1, .priority = 9}};
    entries[2].extras = &ttl;
    entries[2].n_extras = 1;
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < 4; j++) {
            int order = flow_compare_keys(&entries[i], &entries[j]);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
            assert_int_equal(flow_same_key(&entries[i], &entries[j]), i == j);
        }
    }
}

static void flow_mods_have_names(void **state)
{
    (void)state;
    assert_string_equal(flow_command_name(FLOW_ADD), "add");
    assert_string_equal(flow_command_name(FLOW_MODIFY), "modify");
    assert_string_equal(flow_command_name(FLOW_MODIFY_STRICT), "modify_strict");
    assert_string_equal(flow_command_name(FLOW_DELETE), "delete");
    assert_string_equal(flow_command_name(FLOW_DELETE_STRICT), "delete_strict");
}

/* Under AddressSanitizer: nothing leaks. */
static void changes_are_freed_as_a_whole(void **state)
{
    (void)state;
    struct flow_changes *changes = calloc(1, sizeof *changes);
    assert_non_null(changes);
    changes->items = calloc(3, sizeof *changes->items);
    changes->file = base_arena_text(&changes->arena, "change.flows");
    flow_changes_free(changes);
    flow_changes_free(NULL);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_table_grows_by_zeroed_entries),
    cmocka_unit_test(entries_are_equal_but_for_their_counters),
    cmocka_unit_test(only_the_actions_that_count_are_looked_at),
    cmocka_unit_test(what_is_open_of_an_entry),
    cmocka_unit_test(tables_differ_whatever_their_order),
    cmocka_unit_test(keys_have_an_order),
    cmocka_unit_test(flow_mods_have_names),
    cmocka_unit_test(changes_are_freed_as_a_whole),
};

TEST_MAIN(tests)
