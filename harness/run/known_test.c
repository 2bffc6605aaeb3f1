/* SPDX-License-Identifier: Apache-2.0
 *
 * Failures that are known: set aside while they last and their day is not over. */
#include "run/run.h"

#include "testing/cmocka.h"

#include <string.h>

enum { NOW_S = 1000000 };

static uint64_t wall_ns(const struct run_world *world)
{
    (void)world;
    return NOW_S * UINT64_C(1000000000);
}

static const struct run_world world = {.wall_ns = wall_ns};

static struct known_failure known = {.id = "state/s1/1",
                                     .reason = "ticket 42",
                                     .until = NOW_S + 1,
                                     .day = "2027-01-31",
                                     .place = {.file = "e.yaml", .line = 7, .column = 5}};
static const struct expectation expectation = {.known = &known, .n_known = 1};

/* A report of that result and another one, compared with the list. */
static struct report judged(enum verdict verdict, enum run_known_of of)
{
    struct report report = {0};
    report_add(&report, RESULT_STATE, "state/s1/2");
    struct result *result = report_add(&report, RESULT_STATE, "state/s1/1");
    result->verdict = verdict;
    result->detail = verdict == VERDICT_PASS ? NULL : "output:6 is missing";
    assert_int_equal(run_known(&expectation, &world, of, &report), 0);
    assert_int_equal(report.results[0].verdict, VERDICT_PASS);
    assert_null(report.results[0].known);
    return report;
}

static void what_deviates_as_known_is_set_aside(void **state)
{
    (void)state;
    struct report report = judged(VERDICT_FAIL, RUN_KNOWN_OF_ALL);
    const struct result *result = &report.results[1];
    assert_int_equal(result->verdict, VERDICT_SKIP);
    assert_string_equal(result->known, "until 2027-01-31: ticket 42");
    assert_string_equal(result->detail, "known until 2027-01-31: ticket 42\noutput:6 is missing");
    assert_int_equal(report_known(&report), 1);
    assert_int_equal(report_verdict(&report), VERDICT_PASS);
    assert_int_equal(report.n_notes, 0);
    report_free(&report);
}

/* Nobody knows what is behind it. */
static void what_was_not_judged_is_left_alone(void **state)
{
    (void)state;
    static const enum verdict verdicts[] = {VERDICT_INCONCLUSIVE, VERDICT_SKIP};
    for (size_t i = 0; i < 2; i++) {
        struct report report = judged(verdicts[i], RUN_KNOWN_OF_ALL);
        assert_int_equal(report.results[1].verdict, verdicts[i]);
        assert_null(report.results[1].known);
        assert_string_equal(report.results[1].detail, "output:6 is missing");
        report_free(&report);
    }
}

static void what_passes_is_no_longer_known(void **state)
{
    (void)state;
    struct report report = judged(VERDICT_PASS, RUN_KNOWN_OF_ALL);
    assert_int_equal(report.results[1].verdict, VERDICT_FAIL);
    assert_string_equal(report.results[1].source, "e.yaml:7:5");
    assert_non_null(strstr(report.results[1].detail, "take it out of `known`"));
    report_free(&report);
    report = judged(VERDICT_PASS, RUN_KNOWN_OF_PART);
    assert_int_equal(report.results[1].verdict, VERDICT_FAIL);
    report_free(&report);
    report = judged(VERDICT_PASS, RUN_KNOWN_OF_PROOF); /* frames may fail all the same */
    assert_int_equal(report.results[1].verdict, VERDICT_PASS);
    report_free(&report);
}

static void it_is_excused_until_the_day_is_over(void **state)
{
    (void)state;
    known.until = NOW_S;
    struct report report = judged(VERDICT_FAIL, RUN_KNOWN_OF_ALL);
    assert_int_equal(report.results[1].verdict, VERDICT_FAIL);
    assert_string_equal(report.results[1].detail, "output:6 is missing");
    assert_string_equal(report.notes[0], "known: state/s1/1 was excused until 2027-01-31 (ticket "
                                         "42): the time is over");
    known.until = NOW_S + 1;
    report_free(&report);
}

static void what_is_no_result_is_noted(void **state)
{
    (void)state;
    known.id = "state/s9/1";
    struct report report = judged(VERDICT_FAIL, RUN_KNOWN_OF_ALL);
    assert_int_equal(report.results[1].verdict, VERDICT_FAIL);
    assert_string_equal(report.notes[0], "known: state/s9/1 is no result of this run (e.yaml:7)");
    report_free(&report);
    report = judged(VERDICT_FAIL, RUN_KNOWN_OF_PART);
    assert_int_equal(report.n_notes, 0);
    report_free(&report);
    known.id = "state/s1/1";
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_deviates_as_known_is_set_aside),
    cmocka_unit_test(what_was_not_judged_is_left_alone),
    cmocka_unit_test(what_passes_is_no_longer_known),
    cmocka_unit_test(it_is_excused_until_the_day_is_over),
    cmocka_unit_test(what_is_no_result_is_noted),
};

TEST_MAIN(tests)
