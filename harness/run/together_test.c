/* SPDX-License-Identifier: Apache-2.0
 *
 * Reports of several expectations as one: ids, causes, verdicts, sums. */
#include "run/together.h"

#include "testing/cmocka.h"

#include <string.h>

/* Two results, of which the second fails because of a cable. */
static void fill(struct report *report, const char *where)
{
    assert_non_null(report_add(report, RESULT_TRAFFIC, "traffic/a/isolated/all"));
    struct result *result = report_add(report, RESULT_TRAFFIC, "traffic/a/delivered/b");
    assert_non_null(result);
    result->verdict = VERDICT_FAIL;
    result->detail = "it is missing";
    report->causes = base_arena_alloc(&report->arena, sizeof *report->causes);
    size_t *of = base_arena_alloc(&report->arena, sizeof *of);
    assert_true(report->causes && of);
    *of = 1;
    *report->causes =
        (struct cause){.kind = CAUSE_CABLE, .where = where, .results = of, .n_results = 1};
    report->n_causes = 1;
    report->n_probes = 5;
    report->timing.total_ms = 2;
    report->n_deselected = 3;
    report_note(report, "so");
}

static void ids_and_sums(void **state)
{
    (void)state;
    struct report reports[2] = {0}, whole = {0};
    fill(&reports[0], "s1:1 - s2:1");
    fill(&reports[1], "s1:1 - s2:1");
    const struct run_part parts[] = {{&reports[0], "a.yaml", "t.yaml", NULL},
                                     {&reports[1], "b.yaml", "t.yaml", NULL}};
    assert_int_equal(run_together(parts, 2, &whole), 0);
    assert_string_equal(whole.expectation, "a.yaml, b.yaml");
    assert_int_equal(whole.n_results, 4);
    assert_string_equal(whole.results[1].id, "a.yaml::traffic/a/delivered/b");
    assert_string_equal(whole.results[3].id, "b.yaml::traffic/a/delivered/b");
    assert_string_equal(whole.results[3].detail, "it is missing");
    assert_string_equal(whole.notes[1], "b.yaml: so");
    assert_non_null(strstr(whole.notes[2], "coverage"));
    assert_int_equal(whole.n_probes, 10);
    assert_int_equal(whole.n_deselected, 6);
    assert_true(whole.timing.total_ms > 3.9);
    assert_int_equal(whole.parts[1].counts[VERDICT_FAIL], 1);
    assert_int_equal(whole.parts[1].verdict, VERDICT_FAIL);
    assert_int_equal(whole.n_causes, 1);
    assert_int_equal(whole.causes[0].n_results, 2);
    assert_int_equal(whole.causes[0].results[0], 1);
    assert_int_equal(whole.causes[0].results[1], 3);
    report_free(&whole);
    report_free(&reports[0]);
    report_free(&reports[1]);
}

static size_t causes_of(const char *where, const char *topology)
{
    struct report reports[2] = {0}, whole = {0};
    fill(&reports[0], "s1:1 - s2:1");
    fill(&reports[1], where);
    const struct run_part parts[] = {{&reports[0], "a.yaml", "t.yaml", NULL},
                                     {&reports[1], "b.yaml", topology, NULL}};
    assert_int_equal(run_together(parts, 2, &whole), 0);
    size_t n = whole.n_causes;
    report_free(&whole);
    report_free(&reports[0]);
    report_free(&reports[1]);
    return n;
}

static void a_cause_is_a_place_of_one_network(void **state)
{
    (void)state;
    assert_int_equal(causes_of("s1:1 - s2:1", "t.yaml"), 1);
    assert_int_equal(causes_of("s1:2 - s2:2", "t.yaml"), 2);
    assert_int_equal(causes_of("s1:1 - s2:1", "u.yaml"), 2);
}

/* One that has nothing but what is skipped is no pass, unless it was left out. */
static void the_worst_verdict(void **state)
{
    (void)state;
    struct report reports[2] = {0};
    assert_non_null(report_add(&reports[0], RESULT_TRAFFIC, "x"));
    struct result *result = report_add(&reports[1], RESULT_TRAFFIC, "x");
    assert_non_null(result);
    result->verdict = VERDICT_SKIP;
    for (int left_out = 0; left_out < 2; left_out++) {
        struct report whole = {0};
        const struct run_part parts[] = {{&reports[0], "a", "t", NULL},
                                         {&reports[1], "b", "t", left_out ? "why" : NULL}};
        assert_int_equal(run_together(parts, 2, &whole), 0);
        assert_int_equal(report_verdict(&whole), left_out ? VERDICT_PASS : VERDICT_INCONCLUSIVE);
        report_free(&whole);
    }
    report_free(&reports[0]);
    report_free(&reports[1]);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(ids_and_sums),
    cmocka_unit_test(a_cause_is_a_place_of_one_network),
    cmocka_unit_test(the_worst_verdict),
};

TEST_MAIN(tests)
