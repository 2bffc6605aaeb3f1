/* SPDX-License-Identifier: Apache-2.0
 *
 * The verdict of a run, for every combination of verdicts in it; and that the
 * four formats agree about it. */
#include "report/report.h"

#include "testing/cmocka.h"
#include "testing/report_sample.h"

#include <stdio.h>
#include <string.h>

enum { P = VERDICT_PASS, F = VERDICT_FAIL, I = VERDICT_INCONCLUSIVE };

/* By the set of verdicts that occur: 1 pass, 2 fail, 4 inconclusive, 8 skip.
 * Nothing, and nothing but skips, is no pass. */
static const uint8_t expected[16] = {
    I, P, F, F, I, I, F, F, /* nothing skipped */
    I, P, F, F, I, I, F, F,
};

static struct report report_of(unsigned set)
{
    static const char *const ids[N_VERDICTS] = {"state/s1/1", "state/s1/2", "state/s1/3",
                                                "state/s1/4"};
    struct report report = {0};
    for (unsigned i = N_VERDICTS; i-- > 0;) {
        if (set & 1u << i) {
            sample_add(&report, RESULT_STATE, ids[i], (enum verdict)i, "why");
        }
    }
    return report;
}

static void test_all_combinations(void **state)
{
    (void)state;
    for (unsigned set = 0; set < 16; set++) {
        struct report report = report_of(set);
        assert_int_equal(report_verdict(&report), expected[set]);
        for (enum verdict v = 0; v < N_VERDICTS; v++) {
            assert_int_equal(report_count(&report, v), set >> v & 1);
        }
        report_free(&report);
    }
}

static void assert_says(struct base_buffer *out, const char *format, const char *word)
{
    char expected_text[64];
    snprintf(expected_text, sizeof expected_text, format, word);
    if (!strstr(base_buffer_text(out), expected_text)) {
        fail_msg("\"%s\" is not in:\n%s", expected_text, base_buffer_text(out));
    }
    base_buffer_free(out);
}

static void test_all_formats_agree(void **state)
{
    (void)state;
    static const char *const tags[] = {[P] = "PASS", [F] = "FAIL", [I] = "INCONCLUSIVE"};
    static const char *const words[] = {[P] = "pass", [F] = "fail", [I] = "inconclusive"};
    for (unsigned set = 0; set < 16; set++) {
        struct report report = report_of(set);
        struct base_buffer out = {0};
        report_text(&report, &(struct report_text_options){0}, &out);
        const char *last = memrchr(base_buffer_text(&out), '\n', out.n_bytes - 1);
        last = last ? last + 1 : base_buffer_text(&out);
        assert_memory_equal(last, tags[expected[set]], strlen(tags[expected[set]]));
        assert_int_equal(last[strlen(tags[expected[set]])], ':');
        base_buffer_free(&out);
        report_json(&report, "1", &out);
        assert_says(&out, "{\n  \"verdict\": \"%s\",\n", words[expected[set]]);
        report_junit(&report, &out);
        assert_says(&out, "name=\"verdict\" value=\"%s\"", words[expected[set]]);
        report_tap(&report, &out);
        assert_says(&out, "\n# verdict: %s\n", words[expected[set]]);
        report_free(&report);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_all_combinations),
    cmocka_unit_test(test_all_formats_agree),
};

TEST_MAIN(tests)
