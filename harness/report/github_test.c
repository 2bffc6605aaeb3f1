/* SPDX-License-Identifier: Apache-2.0
 *
 * What GitHub is told, letter by letter: annotations and the summary. */
#include "report/report.h"

#include "testing/cmocka.h"
#include "testing/report_sample.h"

#include <stdio.h>
#include <string.h>

static void lines_of_causes_are_annotated(void **state)
{
    (void)state;
    struct report report = {0};
    struct base_buffer out = {0};
    size_t both[] = {0, 1};
    struct cause cause = {.where = "s1:2", .results = both, .n_results = 2};
    sample_failures(&report);
    report.results[1].is_consequence = true;
    report.causes = &cause;
    report.n_causes = 1;
    sample_add(&report, RESULT_SWITCH, "switch/s2", VERDICT_INCONCLUSIVE,
               "50% :, \x1b[31m\nat all");
    report.results[2].source = "c:/a,b.yaml:3:14";
    sample_add(&report, RESULT_SWITCH, "switch/s3", VERDICT_PASS, NULL);
    sample_add(&report, RESULT_SWITCH, "switch/s4", VERDICT_INCONCLUSIVE, "unknown");
    report_github(&report, &out);
    assert_string_equal(base_buffer_text(&out),
                        "::error file=expected/demon/simulated.yaml,line=9,col=8,title=state/s1/2::"
                        "s1 sends to port 6 too what enters port 2%0A"
                        "declared    output:1%0A"
                        "advertised  output:1,output:6    extra: output:6%0A"
                        "counted     3 packets%0A"
                        "example     in_port=2,dl_type=0x88b5%0A"
                        "suspect     s1 priority=32768,in_port=2 actions=output:1,output:6%0A"
                        "source      expected/demon/simulated.yaml:9:8%0A"
                        "1 more fail because of it%0A\n"
                        "::warning file=c%3A/a%2Cb.yaml,line=3,col=14,title=switch/s2::"
                        "50%25 :, \\x1b[31m%0Aat all%0A"
                        "source      c:/a,b.yaml:3:14%0A\n"
                        "::warning title=switch/s4::unknown%0A\n");
    base_buffer_free(&out);
    report.n_causes = 0;
    report_free(&report);
}

static void no_more_than_github_shows(void **state)
{
    (void)state;
    struct report report = {0};
    struct base_buffer out = {0};
    for (size_t i = 0; i < 12; i++) {
        char id[32];
        snprintf(id, sizeof id, "switch/s%zu", i);
        sample_add(&report, RESULT_SWITCH, id, VERDICT_FAIL, "wrong");
    }
    report_github(&report, &out);
    assert_non_null(strstr(base_buffer_text(&out), "title=switch/s9:"));
    assert_null(strstr(base_buffer_text(&out), "title=switch/s10:"));
    base_buffer_free(&out);
    report_free(&report);
}

static void the_summary_is_a_table(void **state)
{
    (void)state;
    struct report report = sample_report();
    struct base_buffer out = {0};
    report.results[2].detail = "a | b <i>*c*\nmore";
    report.results[2].cause = "s1:2";
    report_markdown(&report, &out);
    assert_string_equal(
        base_buffer_text(&out),
        "### fail: expected/demon/simulated.yaml\n\n"
        "3 passed, 2 failed, 3 inconclusive, 1 skipped, 2 deselected\n\n"
        "ignored: cookie=0x2a/-1  \n"
        "| verdict | what | why | where | declared in |\n|---|---|---|---|---|\n"
        "| fail | state/s1/2 | a \\| b \\<i\\>\\*c\\* | s1:2 | expected/demon/simulated.yaml:9:8 "
        "|\n"
        "| fail | traffic/h2/isolated/h11 | a frame of h2 arrived at h11 |  | "
        "expected/demon/simulated.yaml:24:5 |\n"
        "| inconclusive | switch/s2 | s2 does not answer: connect to 127.0.0.1:6635: refused |  |  "
        "|\n"
        "| inconclusive | state/s2/1 | s2 does not answer: connect to 127.0.0.1:6635: refused |  "
        "|  |\n"
        "| inconclusive | state/s2/2 | s2 does not answer: connect to 127.0.0.1:6635: refused |  "
        "|  |\n\n");
    base_buffer_free(&out);
    report_free(&report);
}

static void the_summary_is_below_the_limit(void **state)
{
    (void)state;
    static char words[2000];
    struct report report = {.expectation = "e.yaml"};
    struct base_buffer out = {0};
    memset(words, '*', sizeof words - 1);
    sample_add(&report, RESULT_SWITCH, "switch/s1", VERDICT_PASS, NULL);
    report_markdown(&report, &out);
    assert_string_equal(base_buffer_text(&out),
                        "### pass: e.yaml\n\n1 passed, 0 failed, 0 inconclusive, 0 skipped\n\n");
    base_buffer_free(&out);
    for (size_t i = 0; i < 1000; i++) {
        char id[32];
        snprintf(id, sizeof id, "switch/s%zu", i + 2);
        sample_add(&report, RESULT_SWITCH, id, i < 150 ? VERDICT_FAIL : VERDICT_INCONCLUSIVE,
                   words);
    }
    report_markdown(&report, &out);
    assert_in_range(out.n_bytes, 100000, (1 << 20) - 1);
    assert_non_null(strstr(base_buffer_text(&out), "| switch/s201 |"));
    assert_null(strstr(base_buffer_text(&out), "| switch/s202 |"));
    assert_non_null(strstr(base_buffer_text(&out), "\n800 more\n"));
    base_buffer_free(&out);
    report_free(&report);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(lines_of_causes_are_annotated),
    cmocka_unit_test(no_more_than_github_shows),
    cmocka_unit_test(the_summary_is_a_table),
    cmocka_unit_test(the_summary_is_below_the_limit),
};

TEST_MAIN(tests)
