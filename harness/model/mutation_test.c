/* SPDX-License-Identifier: Apache-2.0
 *
 * Mutations: how many had which fate, and the score. */
#include "model/mutation.h"

#include "testing/cmocka.h"

#include <stdlib.h>

static void only_what_could_be_noticed_is_scored(void **state)
{
    (void)state;
    struct mutation items[] = {
        {.fate = MUTATION_NOTICED},    {.fate = MUTATION_UNNOTICED}, {.fate = MUTATION_NOTICED},
        {.fate = MUTATION_EQUIVALENT}, {.fate = MUTATION_UNDECIDED}, {.fate = MUTATION_NOTICED},
    };
    struct mutations mutations = {.items = items, .n_items = 6};
    assert_int_equal(mutations_count(&mutations, MUTATION_NOTICED), 3);
    assert_int_equal(mutations_count(&mutations, MUTATION_UNNOTICED), 1);
    assert_int_equal(mutations_count(&mutations, MUTATION_EQUIVALENT), 1);
    assert_int_equal(mutations_count(&mutations, MUTATION_UNDECIDED), 1);
    assert_true(mutations_score(&mutations) == 60); /* an undecided one is not noticed */
    mutations.n_items = 1;
    assert_true(mutations_score(&mutations) == 100);
    mutations.items = &items[3];
    assert_true(mutations_score(&mutations) == -1);
    mutations.n_items = 2;
    assert_true(mutations_score(&mutations) == 0);
    mutations.n_items = 0;
    assert_true(mutations_score(&mutations) == -1);
}

static void fates_and_senses_have_names(void **state)
{
    (void)state;
    static const char *const fates[] = {"noticed", "unnoticed", "equivalent", "undecided"};
    static const char *const senses[] = {"ports", "traffic", "entries"};
    assert_int_equal(sizeof fates / sizeof *fates, N_MUTATION_FATES);
    assert_int_equal(sizeof senses / sizeof *senses, N_MUTATION_SENSES);
    for (int i = 0; i < N_MUTATION_FATES; i++) {
        assert_string_equal(mutation_fate_name((enum mutation_fate)i), fates[i]);
    }
    for (int i = 0; i < N_MUTATION_SENSES; i++) {
        assert_string_equal(mutation_sense_name((enum mutation_sense)i), senses[i]);
    }
}

/* Under AddressSanitizer: nothing leaks. */
static void a_list_is_freed_and_empty(void **state)
{
    (void)state;
    struct mutations mutations = {.items = calloc(2, sizeof *mutations.items), .n_items = 2};
    assert_non_null(report_add(&mutations.base, RESULT_STATE, "state/s1/1"));
    base_arena_text(&mutations.arena, "text");
    mutations_free(&mutations);
    assert_null(mutations.items);
    assert_int_equal(mutations.n_items, 0);
    assert_int_equal(mutations.base.n_results, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(only_what_could_be_noticed_is_scored),
    cmocka_unit_test(fates_and_senses_have_names),
    cmocka_unit_test(a_list_is_freed_and_empty),
};

TEST_MAIN(tests)
