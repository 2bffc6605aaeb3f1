/* SPDX-License-Identifier: Apache-2.0
 *
 * The JSON report, read back by jansson. */
#include "report/report.h"

#include "testing/cmocka.h"
#include "testing/report_sample.h"
#include "testing/tool.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static json_t *load(const struct report *report)
{
    struct base_buffer out = {0};
    report_json(report, "1.2.3", &out);
    assert_false(out.failed);
    json_error_t error;
    json_t *root = json_loadb((const char *)out.data, out.n_bytes, JSON_REJECT_DUPLICATES, &error);
    if (!root) {
        fail_msg("%s at line %d, column %d", error.text, error.line, error.column);
    }
    base_buffer_free(&out);
    return root;
}

static const char *string_at(json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void test_head_and_tail(void **state)
{
    (void)state;
    struct report report = sample_report();
    json_t *root = load(&report);
    int n_pass, n_fail, n_inconclusive, n_skip, n_sent, n_arrived, n_background, n_deselected;
    int n_rounds, format;
    double dump, compare, probe, total, converge;
    assert_int_equal(json_unpack(root, "{s{sisisisi}s{sisisi}sisisis{sFsFsFsF}sF}", "counts",
                                 "pass", &n_pass, "fail", &n_fail, "inconclusive", &n_inconclusive,
                                 "skip", &n_skip, "frames", "sent", &n_sent, "arrived", &n_arrived,
                                 "background", &n_background, "deselected", &n_deselected, "rounds",
                                 &n_rounds, "format", &format, "timing_ms", "dump", &dump,
                                 "compare", &compare, "probe", &probe, "total", &total,
                                 "converge_ms", &converge),
                     0);
    assert_string_equal(string_at(root, "verdict"), "fail");
    assert_string_equal(string_at(root, "tapproof"), "1.2.3");
    assert_string_equal(string_at(root, "expectation"), "expected/demon/simulated.yaml");
    assert_true(n_pass == 3 && n_fail == 2 && n_inconclusive == 3 && n_skip == 1);
    assert_true(n_sent == 77 && n_arrived == 75 && n_background == 4);
    assert_true(n_deselected == 2 && n_rounds == 1 && format == 1);
    assert_true(dump == 1.25 && compare == 0.1 && probe == 9.8 && total == 181.4 && converge == 0);
    json_t *ignored = json_array_get(json_object_get(root, "ignored"), 0);
    assert_string_equal(string_at(ignored, "reason"), "installed by the monitor");
    assert_int_equal(json_integer_value(json_object_get(ignored, "entries")), 3);
    assert_string_equal(json_string_value(json_array_get(json_object_get(root, "notes"), 0)),
                        "an entry of s1 expires in 8 s");
    json_decref(root);
    report_free(&report);
}

static void test_results(void **state)
{
    (void)state;
    struct report report = sample_report();
    json_t *root = load(&report);
    json_t *results = json_object_get(root, "results");
    assert_int_equal(json_array_size(results), 9);
    json_t *failure = json_array_get(results, 2);
    assert_string_equal(string_at(failure, "id"), "state/s1/2");
    assert_string_equal(string_at(failure, "kind"), "state");
    assert_string_equal(string_at(failure, "switch"), "s1");
    assert_int_equal(json_integer_value(json_object_get(failure, "port")), 2);
    assert_string_equal(string_at(failure, "verdict"), "fail");
    assert_string_equal(string_at(failure, "expected"), "output:1");
    assert_string_equal(string_at(failure, "observed"), "output:1,output:6");
    assert_string_equal(string_at(failure, "source"), "expected/demon/simulated.yaml:9:8");
    json_t *statements = json_object_get(failure, "statements");
    assert_string_equal(string_at(statements, "counted"), "3 packets");
    assert_null(json_object_get(statements, "observed"));
    json_t *disagree = json_object_get(failure, "disagree");
    assert_string_equal(json_string_value(json_array_get(disagree, 1)), "advertised");
    json_t *claim = json_array_get(results, 3);
    assert_true(json_is_integer(json_object_get(claim, "expected")));
    assert_int_equal(json_integer_value(json_object_get(claim, "observed")), 1);
    assert_string_equal(string_at(claim, "from"), "h2");
    assert_null(json_object_get(claim, "port"));
    assert_null(json_object_get(json_array_get(results, 1), "expected"));
    json_decref(root);
    report_free(&report);
}

/* What the tables do was not observed. */
static void test_what_tables_say_is_not_observed(void **state)
{
    (void)state;
    struct report report = {0};
    struct result *count = report_add(&report, RESULT_TRAFFIC, "traffic/h1/delivered/h2");
    count->is_count = count->by_tables = true;
    count->expected_count = 1;
    count->says[SAYS_ADVERTISED] = "0 copies";
    struct result *loop = report_add(&report, RESULT_TRAFFIC, "traffic/h1/loop");
    loop->by_tables = true;
    loop->observed = loop->says[SAYS_ADVERTISED] = "1 loop";
    json_t *root = load(&report);
    for (size_t i = 0; i < 2; i++) {
        json_t *read = json_array_get(json_object_get(root, "results"), i);
        assert_null(json_object_get(read, "observed"));
        assert_string_equal(string_at(json_object_get(read, "statements"), "advertised"),
                            i == 0 ? "0 copies" : "1 loop");
    }
    json_decref(root);
    report_free(&report);
}

/* A port name with bad bytes is spelled, and nothing else is changed. */
static void test_foreign_bytes(void **state)
{
    (void)state;
    struct report report = {0};
    struct result *result = report_add(&report, RESULT_STATE, "state/s1/1");
    result->observed = "eth\xff \"0\" \\ é\n\x07";
    json_t *root = load(&report);
    json_t *read = json_array_get(json_object_get(root, "results"), 0);
    assert_string_equal(string_at(read, "observed"), "eth\\xff \"0\" \\ é\n\\x07");
    json_decref(root);
    report_free(&report);
}

static void test_random_bytes_parse(void **state)
{
    (void)state;
    unsigned seed = 1;
    for (int i = 0; i < 300; i++) {
        char text[64];
        tool_random_text(&seed, text, sizeof text);
        struct report report = {.expectation = text};
        struct result *result = report_add(&report, RESULT_TRAFFIC, text);
        result->detail = result->source = result->says[SAYS_OBSERVED] = text;
        report_note(&report, "%s", text);
        json_decref(load(&report));
        report_free(&report);
    }
}

static void test_numbers_that_json_has_not(void **state)
{
    (void)state;
    struct report report = {.timing = {.dump_ms = NAN, .probe_ms = INFINITY, .total_ms = 1e300}};
    json_t *root = load(&report);
    json_t *timing = json_object_get(root, "timing_ms");
    assert_true(json_is_null(json_object_get(timing, "dump")));
    assert_true(json_is_null(json_object_get(timing, "probe")));
    assert_true(json_number_value(json_object_get(timing, "total")) == 1e300);
    assert_int_equal(json_array_size(json_object_get(root, "results")), 0);
    assert_true(json_is_array(json_object_get(root, "ignored")));
    json_decref(root);
}

/* A result is a line: grep finds it whole. */
static void test_a_result_a_line(void **state)
{
    (void)state;
    struct report report = sample_report();
    struct base_buffer out = {0};
    report_json(&report, "1.2.3", &out);
    assert_non_null(strstr(base_buffer_text(&out),
                           "\n    {\"id\": \"switch/s1\", \"kind\": \"switch\", "
                           "\"verdict\": \"pass\"},\n"));
    assert_memory_equal(out.data, "{\n  \"verdict\": \"fail\",\n", 23);
    base_buffer_free(&out);
    report_free(&report);
}

/* It passes, and yet its reason is to be seen. */
static void transients_say_what_happened(void **state)
{
    (void)state;
    struct report report = {0};
    struct base_buffer out = {0};
    sample_add(&report, RESULT_TRANSIENT, "transient/h1/h11", VERDICT_PASS,
               "in round 1 of 3: s1 was young");
    report_json(&report, "1", &out);
    assert_non_null(strstr(base_buffer_text(&out), "\"in round 1 of 3: s1 was young\""));
    base_buffer_free(&out);
    report_free(&report);
}

/* docs/reports.md names each key of the object. */
static void check_named(const char *page, json_t *object)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        char quoted[64];
        snprintf(quoted, sizeof quoted, "`%s`", key);
        if (!strstr(page, quoted)) {
            fail_msg("docs/reports.md does not say what `%s` is", key);
        }
    }
}

static void test_the_manual_names_the_keys(void **state)
{
    (void)state;
    static char page[1 << 17];
    FILE *file = fopen("docs/reports.md", "r");
    assert_non_null(file);
    page[fread(page, 1, sizeof page - 1, file)] = 0;
    fclose(file);
    struct report report = sample_report();
    report.coverage.is_known = report.interrupted = true;
    report.coverage.n_cables = 1;
    size_t first = 0;
    struct cause cause = {
        .kind = CAUSE_TABLE, .where = "s1:3", .why = "why", .results = &first, .n_results = 1};
    report.causes = &cause;
    report.n_causes = 1;
    json_t *root = load(&report), *item;
    size_t i;
    check_named(page, root);
    check_named(page, json_object_get(root, "coverage"));
    json_array_foreach(json_object_get(root, "results"), i, item)
    {
        check_named(page, item);
    }
    assert_int_equal(json_array_size(json_object_get(root, "causes")), 1);
    json_array_foreach(json_object_get(root, "causes"), i, item)
    {
        check_named(page, item);
    }
    json_decref(root);
    report_free(&report);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(transients_say_what_happened),
    cmocka_unit_test(test_head_and_tail),
    cmocka_unit_test(test_the_manual_names_the_keys),
    cmocka_unit_test(test_results),
    cmocka_unit_test(test_what_tables_say_is_not_observed),
    cmocka_unit_test(test_foreign_bytes),
    cmocka_unit_test(test_random_bytes_parse),
    cmocka_unit_test(test_numbers_that_json_has_not),
    cmocka_unit_test(test_a_result_a_line),
};

TEST_MAIN(tests)
