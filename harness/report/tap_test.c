/* SPDX-License-Identifier: Apache-2.0
 *
 * TAP, letter by letter, as Perl's prove reads it, and its YAML as PyYAML does. */
#include "report/report.h"

#include "testing/report_sample.h"
#include "testing/tool.h"

static void test_golden(void **state)
{
    (void)state;
    struct report report = sample_report();
    struct base_buffer out = {0};
    report_tap(&report, &out);
    assert_string_equal(
        base_buffer_text(&out),
        "TAP version 13\n"
        "1..9\n"
        "ok 1 - state/s1/1\n"
        "ok 2 - switch/s1\n"
        "not ok 3 - state/s1/2\n"
        "  ---\n"
        "  id: \"state/s1/2\"\n"
        "  kind: \"state\"\n"
        "  switch: \"s1\"\n"
        "  port: 2\n"
        "  verdict: \"fail\"\n"
        "  expected: \"output:1\"\n"
        "  observed: \"output:1,output:6\"\n"
        "  example: \"in_port=2,dl_type=0x88b5\"\n"
        "  source: \"expected/demon/simulated.yaml:9:8\"\n"
        "  suspect: \"s1 priority=32768,in_port=2 actions=output:1,output:6\"\n"
        "  detail: \"s1 sends to port 6 too what enters port 2\"\n"
        "  disagree: [\"declared\", \"advertised\"]\n"
        "  statements: {declared: \"output:1\", advertised: \"output:1,output:6\", "
        "counted: \"3 packets\"}\n"
        "  ...\n"
        "not ok 4 - traffic/h2/isolated/h11\n"
        "  ---\n"
        "  id: \"traffic/h2/isolated/h11\"\n"
        "  kind: \"traffic\"\n"
        "  from: \"h2\"\n"
        "  to: \"h11\"\n"
        "  verdict: \"fail\"\n"
        "  expected: 0\n"
        "  observed: 1\n"
        "  source: \"expected/demon/simulated.yaml:24:5\"\n"
        "  detail: \"a frame of h2 arrived at h11\"\n"
        "  disagree: [\"declared\", \"observed\"]\n"
        "  ...\n"
        "not ok 5 - switch/s2 # inconclusive: s2 does not answer: connect to 127.0.0.1:6635: "
        "refused\n"
        "  ---\n"
        "  id: \"switch/s2\"\n"
        "  kind: \"switch\"\n"
        "  verdict: \"inconclusive\"\n"
        "  detail: \"s2 does not answer: connect to 127.0.0.1:6635: refused\"\n"
        "  ...\n"
        "not ok 6 - state/s2/1 # inconclusive: s2 does not answer: connect to 127.0.0.1:6635: "
        "refused\n"
        "  ---\n"
        "  id: \"state/s2/1\"\n"
        "  kind: \"state\"\n"
        "  verdict: \"inconclusive\"\n"
        "  detail: \"s2 does not answer: connect to 127.0.0.1:6635: refused\"\n"
        "  ...\n"
        "not ok 7 - state/s2/2 # inconclusive: s2 does not answer: connect to 127.0.0.1:6635: "
        "refused\n"
        "  ---\n"
        "  id: \"state/s2/2\"\n"
        "  kind: \"state\"\n"
        "  verdict: \"inconclusive\"\n"
        "  detail: \"s2 does not answer: connect to 127.0.0.1:6635: refused\"\n"
        "  ...\n"
        "ok 8 - traffic/h5/isolated/all # SKIP h5 has no station\n"
        "ok 9 - traffic/h1/delivered/h2\n"
        "# note: an entry of s1 expires in 8 s\n"
        "# ignored: cookie=0x2a/-1: 3 entries, 0 ports: installed by the monitor\n"
        "# deselected: 2\n"
        "# verdict: fail\n");
    base_buffer_free(&out);
    report_free(&report);
}

static void test_nothing(void **state)
{
    (void)state;
    struct base_buffer out = {0};
    report_tap(&(struct report){0}, &out);
    assert_string_equal(base_buffer_text(&out), "TAP version 13\n1..0 # SKIP nothing was looked "
                                                "at\n# verdict: inconclusive\n");
    base_buffer_free(&out);
}

/* A line is one line, and has no directive but ours. */
static void test_signs_are_escaped(void **state)
{
    (void)state;
    struct report report = {0};
    struct base_buffer out = {0};
    sample_add(&report, RESULT_STATE, "a#b\\c\nd", VERDICT_SKIP, "#e\\\\f");
    report_tap(&report, &out);
    assert_non_null(strstr(base_buffer_text(&out), "\nok 1 - a\\#b\\\\c d # SKIP \\#e\\\\\\\\f\n"));
    base_buffer_free(&out);
    report_free(&report);
}

/* An id or a reason must not turn a failure into a TODO or a SKIP. */
static void test_prove_sees_every_failure(void **state)
{
    (void)state;
    tool_needs("prove --version", "prove");
    struct report report = {0};
    sample_add(&report, RESULT_STATE, "a # TODO later", VERDICT_FAIL, "b");
    sample_add(&report, RESULT_STATE, "c \\# SKIP d", VERDICT_INCONCLUSIVE, "# TODO e\n1..7");
    sample_add(&report, RESULT_STATE, "f", VERDICT_SKIP, "# TODO g");
    sample_add(&report, RESULT_STATE, "h", VERDICT_PASS, NULL);
    struct base_buffer out = {0}, said = {0};
    report_tap(&report, &out);
    int status = tool_run("prove --exec cat --failures $1 2>&1", &out, &said);
    assert_int_not_equal(status, 0);
    assert_non_null(strstr(base_buffer_text(&said), "Tests: 4 Failed: 2"));
    assert_non_null(strstr(base_buffer_text(&said), "Failed tests:  1-2"));
    assert_null(strstr(base_buffer_text(&said), "Parse errors"));
    base_buffer_free(&out);
    base_buffer_free(&said);
    report_free(&report);
}

static void test_diagnostics_are_yaml(void **state)
{
    (void)state;
    tool_needs("/usr/bin/python3 -c 'import yaml'", "python3-yaml");
    static const char read[] =
        "/usr/bin/python3 -c 'import sys, re, yaml\n"
        "text = open(sys.argv[1], encoding=\"utf-8\", newline=\"\\n\").read()\n"
        "blocks = re.findall(r\"^  ---\\n(.*?)^  \\.\\.\\.\\n\", text, re.S | re.M)\n"
        "read = [yaml.safe_load(block) for block in blocks]\n"
        "print(len(read), all(r[\"detail\"] == r[\"says\"] for r in\n"
        "  [dict(r, says=r[\"statements\"][\"counted\"]) for r in read]))' $1 2>&1";
    enum { N_RESULTS = 200, TEXT_BYTES = 48 };
    struct report report = {0};
    unsigned seed = 3;
    for (int i = 0; i < N_RESULTS; i++) {
        char *text = base_arena_alloc(&report.arena, TEXT_BYTES);
        tool_random_text(&seed, text, TEXT_BYTES);
        struct result *result = report_add(&report, RESULT_STATE, text);
        result->verdict = VERDICT_FAIL;
        result->detail = result->says[SAYS_COUNTED] = text;
    }
    struct base_buffer out = {0}, said = {0};
    report_tap(&report, &out);
    int status = tool_run(read, &out, &said);
    assert_string_equal(base_buffer_text(&said), "200 True\n");
    assert_int_equal(status, 0);
    base_buffer_free(&out);
    base_buffer_free(&said);
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
    report_tap(&report, &out);
    assert_non_null(strstr(base_buffer_text(&out),
                           "ok 1 - transient/h1/h11\n"
                           "  ---\n"
                           "  id: \"transient/h1/h11\"\n"
                           "  kind: \"transient\"\n"
                           "  verdict: \"pass\"\n"
                           "  detail: \"in round 1 of 3: s1 was young\"\n"));
    base_buffer_free(&out);
    report_free(&report);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(transients_say_what_happened),
    cmocka_unit_test(test_golden),
    cmocka_unit_test(test_nothing),
    cmocka_unit_test(test_signs_are_escaped),
    cmocka_unit_test(test_prove_sees_every_failure),
    cmocka_unit_test(test_diagnostics_are_yaml),
};

TEST_MAIN(tests)
