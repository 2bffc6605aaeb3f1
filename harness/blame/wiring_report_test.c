/* SPDX-License-Identifier: Apache-2.0
 *
 * All that is said of cables, in each part of a result: of cables that are elsewhere, disputed,
 * where they should be, or not told. */
#include "testing/wiring_bench.h"

/* What is not there is left out. */
static void put(struct base_buffer *out, const char *label, const char *text)
{
    if (text) {
        base_put_format(out, "  %s: %s\n", label, text);
    }
}

static void put_result(const struct result *result, struct base_buffer *out)
{
    static const char *const statements[N_STATEMENTS] = {"declared", "advertised", "counted",
                                                         "observed"};
    base_put_format(out, "%s %s, ", verdict_name(result->verdict), result->id);
    base_put_format(out, "%s\n", result->source);
    if (result->cause) {
        base_put_format(out, "  %s at %s\n", cause_kind_name(result->cause_kind), result->cause);
        assert_string_equal(result->suspect, result->cause);
    }
    put(out, "expected", result->expected);
    put(out, "observed", result->observed);
    put(out, "detail", result->detail);
    for (size_t i = 0; i < N_STATEMENTS; i++) {
        put(out, statements[i], result->says[i]);
    }
    if (result->disagrees) {
        base_put_format(out, "  %s against %s\n", statements[result->disagree[0]],
                        statements[result->disagree[1]]);
    }
}

/* What is said after so many readings in which the i-th cable from s1 carried numbers[i] frames to
 * port to[i] of s2, of which s2:1 lost some. */
static void expect_told(const unsigned *numbers, const uint16_t *to, unsigned lost,
                        const char *expected)
{
    struct bench bench;
    struct report report = {0};
    struct base_buffer text = {0};
    bench_open(&bench);
    for (unsigned i = 0; i < 2; i++) {
        bench_carry(&bench, numbers, to);
        later(&bench, 1, 1)->rx_packets -= lost;
        blame_wiring_read(&bench.wiring, &bench.reading);
        blame_wiring_note(&bench.wiring);
    }
    assert_int_equal(blame_wiring_decide(&bench.wiring, &bench.evidence, &bench.reading), 0);
    assert_int_equal(blame_wiring_report(&bench.wiring, NULL, &report), 0);
    for (size_t i = 0; i < report.n_results; i++) {
        put_result(&report.results[i], &text);
    }
    base_put_format(&text, "%zu cables\n", report.coverage.n_cables);
    for (size_t i = 0; i < report.coverage.n_untold; i++) {
        put(&text, report.coverage.untold[i].what, report.coverage.untold[i].reason);
    }
    assert_string_equal(base_buffer_text(&text), expected);
    base_buffer_free(&text);
    report_free(&report);
    bench_close(&bench);
}

static const unsigned numbers[] = {4, 8, 12};

static void of_cables_in_place(void **state)
{
    (void)state;
    expect_told(numbers, straight, 0,
                "pass wiring/s1:1 - s2:1, t.yaml:1:1\n"
                "pass wiring/s1:2 - s2:2, t.yaml:2:1\n"
                "pass wiring/s1:3 - s2:3, t.yaml:3:1\n"
                "3 cables\n");
    expect_told((const unsigned[]){27, 27, 0}, straight, 0,
                "3 cables\n"
                "  s1:1 - s2:1: it counts as another cable does\n"
                "  s1:2 - s2:2: it counts as another cable does\n"
                "  s1:3 - s2:3: no frame is known to have crossed it\n");
}

static void of_exchanged_cables(void **state)
{
    (void)state;
    expect_told(numbers, crossed, 0,
                "fail wiring/s1:1 - s2:1, t.yaml:1:1\n"
                "  swap at s1:1 - s2:1, s1:2 - s2:2\n"
                "  expected: s1:1 - s2:1\n"
                "  observed: s1:1 - s2:2\n"
                "  detail: s1:1 is cabled to s2:2, not to s2:1\n"
                "  declared: s1:1 - s2:1\n"
                "  counted: 4 frames left s1:1, 4 came to s2:2, 8 to s2:1\n"
                "  declared against counted\n"
                "fail wiring/s1:2 - s2:2, t.yaml:2:1\n"
                "  swap at s1:1 - s2:1, s1:2 - s2:2\n"
                "  expected: s1:2 - s2:2\n"
                "  observed: s1:2 - s2:1\n"
                "  detail: s1:2 is cabled to s2:1, not to s2:2\n"
                "  declared: s1:2 - s2:2\n"
                "  counted: 8 frames left s1:2, 8 came to s2:1, 4 to s2:2\n"
                "  declared against counted\n"
                "pass wiring/s1:3 - s2:3, t.yaml:3:1\n"
                "3 cables\n");
}

static void of_cables_elsewhere(void **state)
{
    (void)state;
    expect_told(numbers, turned, 0,
                "fail wiring/s1:1 - s2:1, t.yaml:1:1\n"
                "  cable at s1:1 - s2:1\n"
                "  expected: s1:1 - s2:1\n"
                "  observed: s1:1 - s2:2\n"
                "  detail: s1:1 is cabled to s2:2, not to s2:1\n"
                "  declared: s1:1 - s2:1\n"
                "  counted: 4 frames left s1:1, 4 came to s2:2, 12 to s2:1\n"
                "  declared against counted\n"
                "fail wiring/s1:2 - s2:2, t.yaml:2:1\n"
                "  cable at s1:2 - s2:2\n"
                "  expected: s1:2 - s2:2\n"
                "  observed: s1:2 - s2:3\n"
                "  detail: s1:2 is cabled to s2:3, not to s2:2\n"
                "  declared: s1:2 - s2:2\n"
                "  counted: 8 frames left s1:2, 8 came to s2:3, 4 to s2:2\n"
                "  declared against counted\n"
                "fail wiring/s1:3 - s2:3, t.yaml:3:1\n"
                "  cable at s1:3 - s2:3\n"
                "  expected: s1:3 - s2:3\n"
                "  observed: s1:3 - s2:1\n"
                "  detail: s1:3 is cabled to s2:1, not to s2:3\n"
                "  declared: s1:3 - s2:3\n"
                "  counted: 12 frames left s1:3, 12 came to s2:1, 8 to s2:3\n"
                "  declared against counted\n"
                "3 cables\n");
    expect_told(numbers, (const uint16_t[]){4, 2, 3}, 0,
                "fail wiring/s1:1 - s2:1, t.yaml:1:1\n"
                "  cable at s1:1 - s2:1\n"
                "  expected: s1:1 - s2:1\n"
                "  observed: s1:1 - s2:4\n"
                "  detail: s1:1 is cabled to s2:4, not to s2:1\n"
                "  declared: s1:1 - s2:1\n"
                "  counted: 4 frames left s1:1, 4 came to s2:4, 0 to s2:1\n"
                "  declared against counted\n"
                "pass wiring/s1:2 - s2:2, t.yaml:2:1\n"
                "pass wiring/s1:3 - s2:3, t.yaml:3:1\n"
                "3 cables\n");
}

static void of_disputed_cables(void **state)
{
    (void)state;
    expect_told((const unsigned[]){27, 12, 0}, straight, 20,
                "inconclusive wiring/s1:1 - s2:1, t.yaml:1:1\n"
                "  cable at s1:1 - s2:1\n"
                "  detail: its ports do not count alike, again and again: 54 frames left s1:1, 14 "
                "came to s2:1\n"
                "  counted: 54 frames left s1:1, 14 came to s2:1\n"
                "pass wiring/s1:2 - s2:2, t.yaml:2:1\n"
                "3 cables\n"
                "  s1:1 - s2:1: its ports do not count alike\n"
                "  s1:3 - s2:3: no frame is known to have crossed it\n");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(of_cables_in_place),
    cmocka_unit_test(of_exchanged_cables),
    cmocka_unit_test(of_cables_elsewhere),
    cmocka_unit_test(of_disputed_cables),
};

TEST_MAIN(tests)
