/* SPDX-License-Identifier: Apache-2.0
 *
 * What does each function of this room answer where an allocation fails: an error, or "not
 * decided", and never a wrong answer. Afterwards, with enough memory, what is left works. */
#include "base/arena.h"
#include "base/memory.h"
#include "space/atoms.h"
#include "space/pipeline.h"
#include "space/table.h"
#include "testing/cmocka.h"
#include "testing/failing.h"
#include "testing/random_pipeline.h"

#include <string.h>

enum { N = 60, PLENTY = 1000000 };

static struct flow_entry entries[N];
static struct flow_table flows = {.entries = entries, .n_entries = N};
static const struct action outputs[] = {{.type = ACTION_OUTPUT, .port = 2},
                                        {.type = ACTION_SET_NW_TOS, .nw_tos = 32},
                                        {.type = ACTION_OUTPUT, .port = 3}};

static int make_entries(void **state)
{
    (void)state;
    for (size_t i = 0; i < N; i++) {
        entries[i] = (struct flow_entry){.match = random_match(),
                                         .priority = (uint16_t)random_below(8),
                                         .actions = outputs,
                                         .n_actions = 1 + 2 * (i % 2)};
        if (i % 3 == 0) {
            entries[i].match.mask.in_port = UINT16_MAX;
            entries[i].match.value.in_port = (uint16_t)(1 + random_below(3));
        }
    }
    return 0;
}

static int index_all(void *aux)
{
    struct space_table table;
    (void)aux;
    int status = space_table_index(&table, &flows, NULL);
    if (status == 0) {
        assert_int_equal(table.n_entries, N);
        space_table_free(&table);
    }
    return status;
}

static void tables_are_indexed(void **state)
{
    (void)state;
    assert_true(failing_each(index_all, NULL) > 10);
}

/* As often as there are entries, in the lists by port and by mask. */
static void assert_listed(const struct space_table *table)
{
    size_t in_buckets = 0, in_groups = 0;
    for (size_t i = 0; i < table->n_buckets; i++) {
        in_buckets += table->buckets[i].list.n;
    }
    for (size_t i = 0; i < table->n_groups; i++) {
        in_groups += table->groups[i].list.n;
    }
    assert_int_equal(in_buckets, table->n_entries);
    assert_int_equal(in_groups, table->n_entries);
}

/* What does not go in is not in, and goes in later. */
static int insert_all(void *aux)
{
    static bool none[N];
    struct space_table table;
    int failed = 0;
    (void)aux;
    memset(none, true, sizeof none);
    if (space_table_index(&table, &flows, none) < 0) {
        return -1;
    }
    struct header header = {.in_port = 1, .dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_TCP};
    if (space_table_prepare(&table) < 0) {
        failed = -1;
        assert_int_equal(space_table_prepare(&table), 0);
    }
    for (size_t i = 0; i < N; i++) {
        if (space_table_insert(&table, i) < 0) {
            assert_int_equal(table.n_entries, i);
            assert_listed(&table);
            assert_int_equal(space_table_insert(&table, i), 0);
            failed = -1;
        }
    }
    assert_int_equal(table.n_entries, N);
    size_t wanted = ENTRY_NONE;
    for (size_t i = 0; i < N; i++) {
        if (match_takes(&entries[i].match, &header) &&
            (wanted == ENTRY_NONE || space_table_precedes(&table, i, wanted))) {
            wanted = i;
        }
    }
    assert_int_equal(space_table_lookup(&table, &header, NULL, NULL, NULL), wanted);
    space_table_free(&table);
    return failed;
}

static void entries_are_inserted(void **state)
{
    (void)state;
    assert_true(failing_each(insert_all, NULL) > 10);
}

static void note(void *aux, size_t entry, size_t by)
{
    (void)entry;
    (void)by;
    ++*(size_t *)aux;
}

/* How often each kind of answer was given. */
struct answers {
    size_t left[N], hidden, overlapping; /* with enough memory */
    bool known;
};

static int ask(struct space_table *table, struct answers *answers)
{
    int failed = 0;
    size_t budget = PLENTY, n_hidden = 0;
    for (size_t i = 0; i < N; i++) {
        struct header example;
        enum space_answer answer = space_table_find(table, i, &entries[i].match, &budget, &example);
        failed |= answer == SPACE_OPEN ? -1 : 0;
        if (!answers->known) {
            answers->left[i] = answer;
        }
        assert_true(answer == SPACE_OPEN || answer == answers->left[i]);
    }
    failed |= space_table_hidden(table, &budget, note, &n_hidden);
    struct match all = match_any();
    struct space_overlapping found = {0};
    int listed = space_list_overlapping(table, &all, 0, UINT32_MAX, &budget, &found);
    assert_true(listed < 0 || found.n_entries == N);
    free(found.entries);
    answers->hidden = answers->known ? answers->hidden : n_hidden;
    answers->known = true;
    assert_true(failed || n_hidden == answers->hidden);
    return failed | listed;
}

static int ask_all(void *aux)
{
    struct space_table table;
    if (space_table_index(&table, &flows, NULL) < 0) {
        return -1;
    }
    base_memory_begin();
    int failed = ask(&table, aux);
    assert_true(!failed || base_memory_ran_out());
    space_table_free(&table);
    return base_memory_ran_out() ? -1 : 0; /* some questions are answered in another way then */
}

static void questions_are_not_decided(void **state)
{
    (void)state;
    struct answers answers = {.known = false};
    ask_all(&answers);
    assert_true(failing_each(ask_all, &answers) > 20);
}

static bool count(void *aux, uint32_t entry, const struct match *match)
{
    (void)entry;
    (void)match;
    ++*(size_t *)aux;
    return true;
}

static int grow_tree(void *aux)
{
    struct space_tree tree = {0};
    static struct space_item items[N];
    int failed = 0;
    size_t budget = PLENTY, n = 0;
    struct match all = match_any();
    (void)aux;
    for (uint32_t i = 0; i < N; i++) {
        items[i] = (struct space_item){.match = entries[i].match, .rank = i % 7, .entry = i};
    }
    if (space_tree_build(&tree, items, N / 2) < 0) {
        failed = -1;
        assert_int_equal(space_tree_build(&tree, items, N / 2), 0);
    }
    for (size_t i = N / 2; i < N; i++) {
        if (space_tree_insert(&tree, &items[i]) < 0) {
            failed = -1;
            assert_int_equal(space_tree_insert(&tree, &items[i]), 0);
        }
    }
    assert_true(space_tree_overlapping(&tree, &all, 0, UINT32_MAX, &budget, count, &n));
    assert_int_equal(n, N);
    space_tree_free(&tree);
    return failed;
}

static void trees_keep_what_they_have(void **state)
{
    (void)state;
    assert_true(failing_each(grow_tree, NULL) > 4);
}

static enum space_answer visit(void *aux, const struct space_atom *atom, bool *leave_out)
{
    (void)leave_out;
    *(size_t *)aux += atom->is_whole;
    return SPACE_EMPTY;
}

static int divide(void *aux)
{
    struct space_region set = {.cube = match_any()}, regions[6] = {{.n_excluded = 0}};
    const struct space_region *all[6];
    size_t budget = PLENTY, n = 0;
    (void)aux;
    int failed = 0;
    for (size_t i = 0; i < 6; i++) {
        regions[i].cube = entries[i].match;
        failed |= space_exclude(&regions[i], &entries[i + 6].match);
        all[i] = &regions[i];
    }
    failed |= space_exclude(&set, &entries[20].match);
    if (!failed) {
        failed = space_atoms(&set, all, 6, &budget, visit, &n) == SPACE_EMPTY ? 0 : -1;
    }
    for (size_t i = 0; i < 6; i++) {
        space_region_free(&regions[i]);
    }
    space_region_free(&set);
    return failed;
}

static void atoms_are_not_all_visited(void **state)
{
    (void)state;
    assert_true(failing_each(divide, NULL) > 4);
}

static int differ(void *aux)
{
    struct base_arena arena = {0};
    struct space_behavior a, b;
    struct space_region region = {.cube = match_any()};
    struct space_difference difference;
    size_t budget = PLENTY;
    (void)aux;
    int failed = space_exclude(&region, &entries[0].match);
    failed |= space_behavior(outputs, 1, 1, NULL, 0, &arena, &a);
    failed |= space_behavior(outputs, 3, 1, NULL, 0, &arena, &b);
    if (!failed) {
        enum space_answer answer = space_differ(&region, &a, &b, &budget, &difference);
        assert_true(answer == SPACE_OPEN || answer == SPACE_FOUND);
        assert_int_equal(region.n_excluded, 1);
        failed = answer == SPACE_OPEN ? -1 : 0;
    }
    if (!failed) {
        enum space_answer answer = space_differ(&region, &b, &b, &budget, NULL);
        assert_true(answer == SPACE_OPEN || answer == SPACE_EMPTY);
        failed = answer == SPACE_OPEN ? -1 : 0;
    }
    space_region_free(&region);
    base_arena_free(&arena);
    return failed;
}

static void behaviours_are_not_compared(void **state)
{
    (void)state;
    assert_true(failing_each(differ, NULL) > 2);
}

static int compose(void *aux)
{
    struct space_pipeline pipeline;
    struct space_table table;
    const struct space_composition how = {.merges = true};
    int status = space_pipeline_compose(aux, &how, &pipeline);
    if (status < 0) {
        return -1;
    }
    status = space_pipeline_index(&pipeline, &table);
    if (status == 0) {
        status = space_table_prepare(&table);
        space_table_free(&table);
    }
    space_pipeline_free(&pipeline);
    return status;
}

static void pipelines_are_composed(void **state)
{
    unsigned n = 0;
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct switch_state sw = {0};
        random_pipeline(&sw, 20);
        n += i % 4 ? failing_each(compose, &sw) : failing_each_piece(compose, &sw);
        switch_state_free(&sw);
    }
    assert_true(n > 100);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(pipelines_are_composed),
    cmocka_unit_test_setup(tables_are_indexed, make_entries),
    cmocka_unit_test_setup(entries_are_inserted, make_entries),
    cmocka_unit_test_setup(questions_are_not_decided, make_entries),
    cmocka_unit_test_setup(trees_keep_what_they_have, make_entries),
    cmocka_unit_test_setup(atoms_are_not_all_visited, make_entries),
    cmocka_unit_test_setup(behaviours_are_not_compared, make_entries),
};

TEST_MAIN(tests)
