/* SPDX-License-Identifier: Apache-2.0
 *
 * Reports: what a new result is, what the verdict of all is, and the names of
 * verdicts, kinds, statements and causes. */
#include "model/result.h"

#include "testing/cmocka.h"

#include <stdio.h>
#include <string.h>

static void a_new_result_has_passed(void **state)
{
    (void)state;
    struct report report = {0};
    char id[16];
    for (int i = 0; i < 100; i++) {
        snprintf(id, sizeof id, "state/s1/%d", i);
        struct result *result = report_add(&report, RESULT_STATE, id);
        assert_non_null(result);
        assert_int_equal(result->kind, RESULT_STATE);
        assert_int_equal(result->verdict, VERDICT_PASS);
        assert_int_equal(result->port, -1);
        assert_null(result->detail);
        assert_false(result->is_count);
    }
    assert_int_equal(report.n_results, 100);
    assert_string_equal(report.results[0].id, "state/s1/0");
    assert_string_equal(report.results[99].id, "state/s1/99");
    report_free(&report);
    assert_int_equal(report.n_results, 0);
    report_free(NULL);
}

static void notes_are_kept_and_cut(void **state)
{
    (void)state;
    struct report report = {0};
    char text[2000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    report_note(&report, "%s: %d", "s1", 1);
    report_note(&report, "%s", text);
    assert_int_equal(report.n_notes, 2);
    assert_string_equal(report.notes[0], "s1: 1");
    assert_int_equal(strlen(report.notes[1]), 1023);
    for (int i = 0; i < 50; i++) {
        report_note(&report, "%d", i);
    }
    assert_string_equal(report.notes[51], "49");
    report_free(&report);
}

/* The verdict of a report with so many results of each. */
static enum verdict verdict_of(unsigned n_pass, unsigned n_fail, unsigned n_open, unsigned n_skip)
{
    struct report report = {0};
    const unsigned n[N_VERDICTS] = {[VERDICT_PASS] = n_pass,
                                    [VERDICT_FAIL] = n_fail,
                                    [VERDICT_INCONCLUSIVE] = n_open,
                                    [VERDICT_SKIP] = n_skip};
    for (int verdict = 0; verdict < N_VERDICTS; verdict++) {
        for (unsigned i = 0; i < n[verdict]; i++) {
            report_add(&report, RESULT_TRAFFIC, "x")->verdict = (enum verdict)verdict;
        }
    }
    for (int verdict = 0; verdict < N_VERDICTS; verdict++) {
        assert_int_equal(report_count(&report, (enum verdict)verdict), n[verdict]);
    }
    enum verdict verdict = report_verdict(&report);
    report_free(&report);
    return verdict;
}

static void the_worst_result_counts(void **state)
{
    (void)state;
    assert_int_equal(verdict_of(1, 0, 0, 0), VERDICT_PASS);
    assert_int_equal(verdict_of(3, 0, 0, 2), VERDICT_PASS);
    assert_int_equal(verdict_of(3, 1, 0, 0), VERDICT_FAIL);
    assert_int_equal(verdict_of(3, 1, 1, 0), VERDICT_FAIL);
    assert_int_equal(verdict_of(3, 0, 1, 0), VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict_of(0, 0, 0, 0), VERDICT_INCONCLUSIVE); /* nothing was looked at */
    assert_int_equal(verdict_of(0, 0, 0, 4), VERDICT_INCONCLUSIVE);
}

static void all_have_names(void **state)
{
    (void)state;
    assert_string_equal(verdict_name(VERDICT_PASS), "pass");
    assert_string_equal(verdict_name(VERDICT_FAIL), "fail");
    assert_string_equal(verdict_name(VERDICT_INCONCLUSIVE), "inconclusive");
    assert_string_equal(verdict_name(VERDICT_SKIP), "skip");
    assert_string_equal(result_kind_name(RESULT_SWITCH), "switch");
    assert_string_equal(result_kind_name(RESULT_STATE), "state");
    assert_string_equal(result_kind_name(RESULT_ENTRY), "entry");
    assert_string_equal(result_kind_name(RESULT_HOST), "host");
    assert_string_equal(result_kind_name(RESULT_CHANGE), "change");
    assert_string_equal(result_kind_name(RESULT_TRAFFIC), "traffic");
    assert_string_equal(statement_name(SAYS_DECLARED), "declared");
    assert_string_equal(statement_name(SAYS_ADVERTISED), "advertised");
    assert_string_equal(statement_name(SAYS_COUNTED), "counted");
    assert_string_equal(statement_name(SAYS_OBSERVED), "observed");
    static const char *const causes[] = {"unknown", "switch", "table",  "port",
                                         "cable",   "swap",   "station"};
    assert_int_equal(sizeof causes / sizeof *causes, N_CAUSE_KINDS);
    for (int kind = 0; kind < N_CAUSE_KINDS; kind++) {
        assert_string_equal(cause_kind_name((enum cause_kind)kind), causes[kind]);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_new_result_has_passed),
    cmocka_unit_test(notes_are_kept_and_cut),
    cmocka_unit_test(the_worst_result_counts),
    cmocka_unit_test(all_have_names),
};

TEST_MAIN(tests)
