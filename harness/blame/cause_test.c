/* SPDX-License-Identifier: Apache-2.0
 *
 * Symptoms of one fault are one cause, whatever stands first in the report. */
#include "blame/cause.h"

#include "testing/cmocka.h"
#include "testing/failing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(struct report *report, enum result_kind kind, const char *id,
                enum cause_kind cause_kind, const char *cause)
{
    struct result *result = report_add(report, kind, id);
    assert_non_null(result);
    result->verdict = VERDICT_FAIL;
    result->cause_kind = cause_kind;
    result->cause = cause;
    result->detail = "first line\nsecond line";
}

/* What is added, and no room behind it: AddressSanitizer sees what reads one more. */
static int causes_of(struct report *report)
{
    void *exact = realloc(report->results, report->n_results * sizeof *report->results);
    assert_non_null(exact);
    report->results = exact;
    return blame_causes(report);
}

static const struct cause *cause_at(const struct report *report, size_t i, const char *where,
                                    size_t n_results)
{
    assert_true(i < report->n_causes);
    assert_string_equal(report->causes[i].where, where);
    assert_int_equal(report->causes[i].n_results, n_results);
    return &report->causes[i];
}

/* What a switch says tells it best, wherever it stands in the report. */
static void symptoms_of_one_cause(void **state)
{
    (void)state;
    struct report report = {0};
    report_add(&report, RESULT_STATE, "state/s1/2");
    add(&report, RESULT_TRAFFIC, "traffic/h1/mirrored/h11", CAUSE_TABLE, "s1:1");
    add(&report, RESULT_STATE, "state/s1/1", CAUSE_TABLE, "s1:1");
    add(&report, RESULT_TRAFFIC, "traffic/h2/delivered/h3", CAUSE_CABLE, "h2 - s1:2");
    add(&report, RESULT_TRAFFIC, "traffic/h5/isolated/all", CAUSE_UNKNOWN, NULL);
    assert_int_equal(causes_of(&report), 0);
    assert_int_equal(report.n_causes, 2);
    const struct cause *cause = cause_at(&report, 0, "s1:1", 2);
    assert_int_equal(cause->results[0], 2);
    assert_int_equal(cause->results[1], 1);
    assert_string_equal(cause->why, "first line");
    assert_true(report.results[1].is_consequence);
    assert_false(report.results[2].is_consequence);
    cause_at(&report, 1, "h2 - s1:2", 1);
    assert_int_equal(causes_of(&report), 0); /* again: the same */
    assert_int_equal(report.n_causes, 2);
    cause_at(&report, 0, "s1:1", 2);
    report_free(&report);
}

/* Of several that tell, the one at the place; of several there, the first. */
static void the_first_at_the_place_tells(void **state)
{
    (void)state;
    for (size_t first = 0; first < 3; first++) {
        struct report report = {0};
        for (size_t i = 0; i < 3; i++) {
            static const char *const ids[] = {"state/s1/1", "state/s1/2", "state/s1/3"};
            add(&report, RESULT_STATE, ids[i], CAUSE_PORT, "s1:6");
            if (i < first) { /* has another end of the cable, and the cause of its port */
                report.results[i].cause_kind = CAUSE_CABLE;
                report.results[i].cause = "s1:6 - s3:1";
            }
        }
        assert_int_equal(causes_of(&report), 0);
        assert_int_equal(report.n_causes, 1);
        assert_int_equal(cause_at(&report, 0, "s1:6", 3)->results[0], first);
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(report.results[i].is_consequence, i != first);
        }
        report_free(&report);
    }
}

static void a_port_takes_its_cable_in(void **state)
{
    (void)state;
    struct report report = {0};
    add(&report, RESULT_STATE, "state/s3/1", CAUSE_CABLE, "s1:6 - s3:1");
    add(&report, RESULT_STATE, "state/s1/1", CAUSE_PORT, "s1:6");
    add(&report, RESULT_STATE, "state/s3/2", CAUSE_CABLE, "s1:66 - s3:2");
    add(&report, RESULT_TRAFFIC, "traffic/h1/mirrored/h11", CAUSE_CABLE, "s1:6 - s3:1");
    report.results[2].suspect = "s1:66 -> s3:2";
    report.results[3].suspect = "s3:1"; /* which has no link */
    assert_int_equal(causes_of(&report), 0);
    assert_int_equal(report.n_causes, 2);
    assert_int_equal(cause_at(&report, 0, "s1:6", 3)->results[0], 1);
    cause_at(&report, 1, "s1:66 - s3:2", 1);
    assert_string_equal(report.results[2].suspect, "s1:66 -> s3:2");
    assert_string_equal(report.results[3].suspect, "s1:6");
    assert_null(report.results[0].suspect);
    report_free(&report);
}

static void an_exchange_takes_its_cables_in(void **state)
{
    (void)state;
    struct report report = {0};
    static const char *const exchanged = "s1:6 - s3:1, s1:7 - s3:2";
    add(&report, RESULT_TRAFFIC, "traffic/h1/mirrored/h11", CAUSE_CABLE, "s1:6 - s3:1");
    add(&report, RESULT_TRAFFIC, "traffic/h2/mirrored/h11", CAUSE_CABLE, "s1:7 - s3:21");
    add(&report, RESULT_WIRING, "wiring/s1:6 - s3:1", CAUSE_SWAP, exchanged);
    add(&report, RESULT_WIRING, "wiring/s1:7 - s3:2", CAUSE_SWAP, exchanged);
    assert_int_equal(causes_of(&report), 0);
    assert_int_equal(report.n_causes, 2);
    cause_at(&report, 0, exchanged, 3);
    cause_at(&report, 1, "s1:7 - s3:21", 1);
    report_free(&report);
}

/* An entry that takes packets of every port is wrong once. */
static void one_entry_of_several_ports(void **state)
{
    (void)state;
    struct report report = {0};
    static const char *const ids[] = {"state/s1/1", "state/s1/2", "state/s2/1"};
    static const char *const places[] = {"s1:1", "s1:2", "s2:1"};
    for (size_t i = 0; i < 3; i++) {
        add(&report, RESULT_STATE, ids[i], CAUSE_TABLE, places[i]);
        report.results[i].switch_name = i < 2 ? "s1" : "s2";
        report.results[i].says[SAYS_ADVERTISED] = "tcp actions=output:9";
    }
    add(&report, RESULT_TRAFFIC, "traffic/h2/stray/h3", CAUSE_TABLE, "s1:2");
    assert_int_equal(causes_of(&report), 0);
    assert_int_equal(report.n_causes, 2);
    cause_at(&report, 0, "s1:1", 3);
    cause_at(&report, 1, "s2:1", 1);
    report_free(&report);
}

static void results_decide_between_places(void **state)
{
    (void)state;
    struct report report = {0};
    add(&report, RESULT_TRAFFIC, "a", CAUSE_CABLE, "h1 - s1:1 or h2 - s1:2");
    add(&report, RESULT_TRAFFIC, "b", CAUSE_CABLE, "h1 - s1:1 or s1:6 - s3:1");
    add(&report, RESULT_TRAFFIC, "c", CAUSE_CABLE, "h3 - s1:3 or h4 - s1:4");
    assert_int_equal(causes_of(&report), 0);
    assert_int_equal(report.n_causes, 2);
    cause_at(&report, 0, "h1 - s1:1", 2);
    cause_at(&report, 1, "h3 - s1:3 or h4 - s1:4", 1);
    report_free(&report);
}

/* What could not be decided is a cause, but hides no failure. */
static void open_questions(void **state)
{
    (void)state;
    struct report report = {0};
    add(&report, RESULT_STATE, "state/s1/1", CAUSE_TABLE, "s1:1");
    report.results[0].verdict = VERDICT_INCONCLUSIVE;
    add(&report, RESULT_TRAFFIC, "traffic/h1/mirrored/h11", CAUSE_TABLE, "s1:1");
    assert_int_equal(causes_of(&report), 0);
    cause_at(&report, 0, "s1:1", 2);
    assert_false(report.results[1].is_consequence);
    report_free(&report);
}

/* A place so long that its text needs memory of its own: without it all places stay. */
static void memory_runs_out_between_places(void **state)
{
    (void)state;
    static char one[70000], both[70100];
    bool failed = true;
    memset(one, 'h', sizeof one - 1);
    snprintf(both, sizeof both, "%s or s1:9", one);
    for (size_t n = 0; failed; n++) {
        struct report report = {0};
        add(&report, RESULT_TRAFFIC, "traffic/h1/mirrored/h11", CAUSE_CABLE, both);
        add(&report, RESULT_TRAFFIC, "traffic/h2/mirrored/h11", CAUSE_CABLE, one);
        report.results[0].suspect = both;
        failing_begin(n, false);
        blame_causes(&report);
        failed = failing_end();
        assert_non_null(report.results[0].cause);
        report_free(&report);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(symptoms_of_one_cause),
    cmocka_unit_test(the_first_at_the_place_tells),
    cmocka_unit_test(a_port_takes_its_cable_in),
    cmocka_unit_test(an_exchange_takes_its_cables_in),
    cmocka_unit_test(one_entry_of_several_ports),
    cmocka_unit_test(results_decide_between_places),
    cmocka_unit_test(open_questions),
    cmocka_unit_test(memory_runs_out_between_places),
};

TEST_MAIN(tests)
