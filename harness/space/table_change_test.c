/* SPDX-License-Identifier: Apache-2.0
 *
 * An index that has followed changes is one of the table as it is now. */
#include "space/table.h"

#include "testing/cmocka.h"
#include "testing/naive.h"
#include "testing/random_space.h"

enum { ROWS = 120, PLENTY = 1000000 };

struct changing {
    struct flow_table flows; /* all rows */
    bool left_out[ROWS];     /* not indexed */
    struct space_table table;
};

static const struct action outputs[] = {{.type = ACTION_OUTPUT, .port = 2},
                                        {.type = ACTION_OUTPUT, .port = 3},
                                        {.type = ACTION_OUTPUT, .port = 4}};

static void fill_row(struct changing *changing, size_t row)
{
    struct flow_entry *entry = &changing->flows.entries[row];
    *entry = (struct flow_entry){.match = random_match(), .priority = (uint16_t)random_below(4)};
    if (random_below(5) == 0) {
        entry->match = changing->flows.entries[random_below((unsigned)changing->flows.n_entries)]
                           .match; /* a twin, perhaps */
    } else if (random_below(3)) {
        entry->match.mask.in_port = 0xffff;
        entry->match.value.in_port = (uint16_t)(1 + random_below(3));
    }
    entry->table_id = random_below(8) == 0;
    entry->actions = outputs;
    entry->n_actions = (uint16_t)random_below(4);
}

static void begin(struct changing *changing, int round)
{
    *changing = (struct changing){0};
    for (size_t i = 0; i < ROWS; i++) {
        flow_table_add(&changing->flows);
        fill_row(changing, i);
        changing->left_out[i] = random_below(3) == 0;
    }
    assert_int_equal(space_table_index(&changing->table, &changing->flows, changing->left_out), 0);
    if (round % 2) {
        assert_int_equal(space_table_prepare(&changing->table), 0);
    }
}

static void change(struct changing *changing)
{
    size_t row = random_below(ROWS);
    if (!changing->left_out[row]) {
        space_table_remove(&changing->table, row);
        changing->left_out[row] = true;
        return;
    }
    if (random_below(2)) {
        fill_row(changing, row);
    }
    assert_int_equal(space_table_insert(&changing->table, row), 0);
    changing->left_out[row] = false;
}

static void expect_same_list(struct space_entries a, struct space_entries b)
{
    assert_int_equal(a.n_entries, b.n_entries);
    assert_true(a.n_entries == 0 ||
                memcmp(a.entries, b.entries, a.n_entries * sizeof *a.entries) == 0);
}

static void note_hider(void *aux, size_t entry, size_t by)
{
    (void)by;
    ((bool *)aux)[entry] = true;
}

static void expect_the_same(struct space_table *a, struct space_table *b)
{
    bool hidden_a[ROWS] = {0}, hidden_b[ROWS] = {0};
    size_t budget = PLENTY;
    assert_int_equal(a->n_entries, b->n_entries);
    expect_same_list(space_table_any_port(a), space_table_any_port(b));
    for (uint16_t port = 1; port <= 4; port++) {
        expect_same_list(space_table_port(a, port), space_table_port(b, port));
    }
    for (size_t i = 0; i < ROWS; i++) {
        assert_int_equal(a->indexed[i], b->indexed[i]);
        for (size_t j = 0; j < i && a->indexed[i]; j++) {
            if (a->indexed[j]) {
                assert_int_equal(a->action_ids[i] == a->action_ids[j],
                                 b->action_ids[i] == b->action_ids[j]);
                assert_int_equal(a->group_ids[i] == a->group_ids[j],
                                 b->group_ids[i] == b->group_ids[j]);
            }
        }
    }
    assert_int_equal(space_table_hidden(a, &budget, note_hider, hidden_a), 0);
    assert_int_equal(space_table_hidden(b, &budget, note_hider, hidden_b), 0);
    assert_memory_equal(hidden_a, hidden_b, sizeof hidden_a);
}

static int compare_pointees(const void *a, const void *b)
{
    return memcmp(*(const struct match *const *)a, *(const struct match *const *)b,
                  sizeof(struct match));
}

/* What is excluded may be told in any order. */
static void expect_same_regions(struct space_table *a, struct space_table *b, size_t entry)
{
    struct match cube = entry == ENTRY_NONE ? match_in_port(1) : a->flows->entries[entry].match;
    struct space_region of_a = {.cube = cube}, of_b = {.cube = cube};
    size_t budget = PLENTY;
    enum space_answer answer = space_table_exclude(a, entry, &of_a, &budget);
    assert_int_equal(answer, space_table_exclude(b, entry, &of_b, &budget));
    if (answer == SPACE_FOUND) {
        assert_int_equal(of_a.n_excluded, of_b.n_excluded);
        for (size_t i = 0; i < 2; i++) {
            struct space_region *region = i ? &of_b : &of_a;
            if (region->n_excluded > 1) {
                qsort(region->excluded, region->n_excluded, sizeof(*region->excluded),
                      compare_pointees);
            }
        }
        for (size_t i = 0; i < of_a.n_excluded; i++) {
            assert_true(match_equal(of_a.excluded[i], of_b.excluded[i]));
        }
    }
    space_region_free(&of_a);
    space_region_free(&of_b);
}

/* By the oracle: among the rows that are there. */
static void expect_lookups(struct changing *changing, const struct universe *universe)
{
    struct flow_table there = {0};
    size_t rows[ROWS], n = 0;
    for (size_t i = 0; i < ROWS; i++) {
        if (!changing->left_out[i]) {
            *flow_table_add(&there) = changing->flows.entries[i];
            rows[n++] = i;
        }
    }
    assert_int_equal(space_table_prepare(&changing->table), 0);
    for (int i = 0; i < 100; i++) {
        struct header header = universe->headers[random_below((unsigned)universe->n_headers)];
        header.in_port = (uint16_t)(1 + random_below(4));
        bool ambiguous = true, expected = false;
        size_t taker = naive_lookup(&there, &header, &expected);
        assert_true(indexed_lookup(&changing->table, &header, &ambiguous) ==
                    (taker == ENTRY_NONE ? ENTRY_NONE : rows[taker]));
        assert_int_equal(ambiguous, expected);
    }
    flow_table_free(&there);
}

static void a_changed_index_is_a_new_one(void **state)
{
    (void)state;
    struct universe universe = universe_make();
    for (int round = 0; round < 6; round++) {
        struct changing changing;
        begin(&changing, round);
        for (int i = 0; i < 2000; i++) {
            change(&changing);
            if (i % 50 == 0) {
                struct space_table anew;
                assert_int_equal(space_table_index(&anew, &changing.flows, changing.left_out), 0);
                expect_the_same(&changing.table, &anew);
                for (size_t row = 0; row < ROWS; row += 3) {
                    if (!changing.left_out[row]) {
                        expect_same_regions(&changing.table, &anew, row);
                    }
                }
                expect_same_regions(&changing.table, &anew, ENTRY_NONE);
                expect_lookups(&changing, &universe);
                space_table_free(&anew);
            }
        }
        space_table_free(&changing.table);
        flow_table_free(&changing.flows);
    }
    free(universe.headers);
}

static void a_table_may_grow_and_become_empty(void **state)
{
    (void)state;
    struct flow_table flows = {0};
    struct space_table table;
    assert_int_equal(space_table_index(&table, &flows, NULL), 0);
    assert_int_equal(space_table_prepare(&table), 0);
    for (uint16_t i = 0; i < 1000; i++) {
        struct flow_entry *entry = flow_table_add(&flows);
        entry->match = match_in_port(i % 7);
        entry->match.mask.vlan_tci = i % 2 ? UINT16_MAX : VLAN_TAGGED;
        entry->match.value.vlan_tci = i % 2 ? VLAN_TAGGED | (i & 255) : 0;
        entry->priority = i;
        assert_int_equal(space_table_insert(&table, i), 0);
    }
    struct header header = {.in_port = 998 % 7};
    assert_int_equal(indexed_lookup(&table, &header, NULL), 998);
    for (size_t i = 0; i < 1000; i++) {
        space_table_remove(&table, 999 - i);
    }
    assert_int_equal(table.n_entries, 0);
    assert_true(indexed_lookup(&table, &header, NULL) == ENTRY_NONE);
    space_table_free(&table);
    flow_table_free(&flows);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_changed_index_is_a_new_one),
    cmocka_unit_test(a_table_may_grow_and_become_empty),
};

TEST_MAIN(tests)
