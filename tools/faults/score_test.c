/* SPDX-License-Identifier: Apache-2.0
 *
 * Which cases are misses, when the goals are met, and that a log is read as it was written. */
#include "faults/score.h"

#include "testing/cmocka.h"

#include <string.h>
#include <unistd.h>

/* The first fault of the catalogue with this outcome. */
static const struct fault *fault_with(enum fault_outcome outcome)
{
    for (size_t i = 0; i < fault_count(); i++) {
        if (fault_number(i)->outcome == outcome) {
            return fault_number(i);
        }
    }
    fail_msg("no fault with outcome %d", (int)outcome);
    return NULL;
}

static struct score_case good(enum fault_outcome outcome, bool pair)
{
    return (struct score_case){.fault = fault_with(outcome),
                               .pair = pair,
                               .found = true,
                               .located = true,
                               .n_named = 2,
                               .clean_after = true,
                               .ms = 1.5};
}

static void add(struct score *score, struct score_case row, size_t n)
{
    while (n-- > 0) {
        score_add(score, &row);
    }
}

static void misses(void **state)
{
    (void)state;
    struct score_case row = good(OUTCOME_FOUND, false), silent = good(OUTCOME_SILENT, false),
                      pair = good(OUTCOME_FOUND, true);
    assert_false(score_is_miss(&row) || score_is_miss(&silent) || score_is_miss(&pair));
    silent.located = false; /* there is nothing to locate */
    assert_false(score_is_miss(&silent));
    silent.found = false;
    assert_true(score_is_miss(&silent));
    row.located = false;
    assert_true(score_is_miss(&row));
    row = good(OUTCOME_FOUND, false);
    row.clean_after = false;
    assert_true(score_is_miss(&row));
    pair.located = false;
    assert_false(score_is_miss(&pair));
    pair.n_named = 1;
    assert_true(score_is_miss(&pair));
}

/* 95 of 100 located, 80 of 100 pairs with both named, and everything found. */
static void goals(void **state)
{
    (void)state;
    struct score score = {0};
    struct score_case unlocated = good(OUTCOME_OPEN, false), one_named = good(OUTCOME_FOUND, true);
    unlocated.located = false;
    one_named.n_named = 1;
    add(&score, good(OUTCOME_FOUND, false), 95);
    add(&score, good(OUTCOME_SILENT, false), 1);
    add(&score, good(OUTCOME_FOUND, true), 80);
    add(&score, unlocated, 5);
    add(&score, one_named, 20);
    assert_true(score_is_clean(&score));
    add(&score, unlocated, 1);
    assert_false(score_is_clean(&score));
    score.n_cases--;
    add(&score, one_named, 1);
    assert_false(score_is_clean(&score));
    score_free(&score);
    assert_true(score_is_clean(&score));
}

static void one_that_is_not_met(void **state)
{
    (void)state;
    struct score_case rows[] = {good(OUTCOME_FOUND, false), good(OUTCOME_SILENT, false),
                                good(OUTCOME_SILENT, false), good(OUTCOME_FOUND, true)};
    rows[0].found = false;
    rows[1].found = false;
    rows[2].clean_after = false;
    rows[3].n_named = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct score score = {0};
        add(&score, good(rows[i].fault->outcome, rows[i].pair), 99);
        assert_true(score_is_clean(&score));
        add(&score, rows[i], 1);
        assert_false(score_is_clean(&score));
        score_free(&score);
    }
}

static void a_log_is_read_as_it_was_written(void **state)
{
    (void)state;
    char path[] = "/tmp/score_test.XXXXXX";
    struct score score = {0};
    struct base_error error;
    struct score_case row = good(OUTCOME_FOUND, false), pair = good(OUTCOME_FOUND, true);
    close(mkstemp(path));
    row.seed = UINT64_MAX;
    row.seed_way = true;
    row.n_named = 7;
    pair.found = pair.located = pair.clean_after = false;
    score_log(&row, path);
    score_log(&pair, path);
    score_log(&pair, NULL);
    assert_int_equal(score_read(&score, path, &error), 0);
    assert_int_equal(score.n_cases, 2);
    assert_ptr_equal(score.cases[0].fault, row.fault);
    assert_true(score.cases[0].seed == UINT64_MAX && score.cases[0].seed_way);
    assert_true(score.cases[0].found && score.cases[0].located && score.cases[0].clean_after);
    assert_true(!score.cases[0].pair && score.cases[1].pair && score.cases[0].n_named == 7);
    assert_true(score.cases[0].ms > 1.4 && score.cases[0].ms < 1.6);
    assert_false(score.cases[1].found || score.cases[1].located || score.cases[1].clean_after);

    FILE *file = fopen(path, "a");
    fputs("none 1 0 0 0 0 0 0 0\n", file);
    fclose(file);
    assert_int_equal(score_read(&score, path, &error), -1);
    assert_non_null(strstr(error.text, path));
    assert_non_null(strstr(error.text, "not a case: none"));
    unlink(path);
    assert_int_equal(score_read(&score, path, &error), -1);
    score_free(&score);
}

/* What is printed of these cases. */
static void assert_printed(const struct score *score, const char *expected)
{
    static char text[8192];
    FILE *out = tmpfile();
    score_print(score, out);
    rewind(out);
    text[fread(text, 1, sizeof text - 1, out)] = '\0';
    fclose(out);
    assert_string_equal(text, expected);
}

static void put_passes(const char *title, const struct fault *fault, const char *numbers,
                       struct base_buffer *out)
{
    base_put_format(out, "\n| %s | cases | passed |\n|---|--:|--:|\n| %s: %s%s%s | %s |\n", title,
                    fault->name, fault->text, fault->reason ? "; " : "",
                    fault->reason ? fault->reason : "", numbers);
}

/* Each part of it stands there only if there is something in it. */
static void the_table(void **state)
{
    (void)state;
    static const char nothing[] =
        "\n0 cases; 0 checks of the right network after them, 0 of them not clean\n";
    struct score score = {0};
    struct score_case row = good(OUTCOME_FOUND, false), open = good(OUTCOME_OPEN, false),
                      silent = good(OUTCOME_SILENT, false), unseen = good(OUTCOME_UNSEEN, false),
                      pair = good(OUTCOME_FOUND, true);
    struct base_buffer expected = {0};
    assert_printed(&score, nothing);
    row.seed_way = true;
    add(&score, row, 2);
    row.found = row.located = row.clean_after = row.seed_way = false;
    add(&score, row, 1);
    add(&score, open, 1);
    add(&score, silent, 2);
    silent.found = silent.located = false;
    add(&score, silent, 1);
    add(&score, unseen, 1);
    add(&score, pair, 1);
    pair.n_named = 1;
    add(&score, pair, 1);
    pair.n_named = 0;
    pair.found = false;
    add(&score, pair, 1);
    base_put_text(&expected, "| group | fault | cases | found | located | seed's way |\n"
                             "|---|---|--:|--:|--:|--:|\n");
    for (size_t i = 0; i < fault_count(); i++) {
        const struct fault *fault = fault_number(i);
        bool is_row = fault == row.fault, is_open = fault == open.fault;
        if (is_row || is_open) {
            base_put_format(&expected, "| %s | %s | %s |\n", fault_group_of(fault), fault->name,
                            is_row ? "3 | 2 | 2 | 2" : "1 | 1 | 1 | 0");
        }
    }
    base_put_text(&expected, "| **all** |  | 4 | 3 | 3 | 2 |\n");
    put_passes("nothing wrong", silent.fault, "3 | 2", &expected);
    put_passes("not to be seen", unseen.fault, "1 | 1", &expected);
    base_put_text(&expected,
                  "\nPairs: 3 cases, 2 found, one named in 2, both in 1\n"
                  "\n11 cases; 11 checks of the right network after them, 1 of them not clean\n");
    assert_printed(&score, base_buffer_text(&expected));
    base_buffer_free(&expected);
    score_free(&score);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(misses),
        cmocka_unit_test(goals),
        cmocka_unit_test(one_that_is_not_met),
        cmocka_unit_test(a_log_is_read_as_it_was_written),
        cmocka_unit_test(the_table),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
