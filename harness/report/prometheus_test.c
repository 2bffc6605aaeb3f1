/* SPDX-License-Identifier: Apache-2.0
 *
 * A run as Prometheus' gauges, letter by letter. */
#include "report/report.h"

#include "testing/cmocka.h"
#include "testing/report_sample.h"

#include <stdio.h>
#include <string.h>

static void a_run_is_a_few_gauges(void **state)
{
    (void)state;
    struct report report = sample_report();
    struct base_buffer out = {0};
    size_t first = 2;
    struct cause cause = {.kind = CAUSE_TABLE, .results = &first, .n_results = 1};
    report.results[7].known = "until 2027-01-31: why";
    report.expectation = "a \"b\".yaml";
    report.causes = &cause;
    report.n_causes = 1;
    report_prometheus(&report, 1764523200.25, &out);
    const char *text = base_buffer_text(&out);
    const char *const lines[] = {
        "# HELP tapproof_results Results of the last run, by verdict.\n"
        "# TYPE tapproof_results gauge\n"
        "tapproof_results{expectation=\"a \\\"b\\\".yaml\",verdict=\"pass\"} 3\n"
        "tapproof_results{expectation=\"a \\\"b\\\".yaml\",verdict=\"fail\"} 2\n"
        "tapproof_results{expectation=\"a \\\"b\\\".yaml\",verdict=\"inconclusive\"} 3\n"
        "tapproof_results{expectation=\"a \\\"b\\\".yaml\",verdict=\"skip\"} 0\n",
        "\ntapproof_known{expectation=\"a \\\"b\\\".yaml\"} 1\n",
        "\ntapproof_causes{expectation=\"a \\\"b\\\".yaml\",kind=\"table\"} 1\n",
        "\ntapproof_causes{expectation=\"a \\\"b\\\".yaml\",kind=\"cable\"} 0\n",
        "\ntapproof_conforms{expectation=\"a \\\"b\\\".yaml\"} 0\n",
        "\ntapproof_probes{expectation=\"a \\\"b\\\".yaml\"} 77\n",
        "\ntapproof_last_run_timestamp_seconds{expectation=\"a \\\"b\\\".yaml\"} 1764523200.25\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_non_null(strstr(text, lines[i]));
    }
    assert_non_null(strstr(text, "\ntapproof_duration_seconds{"));
    base_buffer_free(&out);
    report.n_causes = 0;
    report.n_results = 2; /* both passed */
    report_prometheus(&report, 0, &out);
    assert_non_null(strstr(base_buffer_text(&out), "\ntapproof_conforms{expectation=\"a "
                                                   "\\\"b\\\".yaml\"} 1\n"));
    base_buffer_free(&out);
    report_free(&report);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_run_is_a_few_gauges),
};

TEST_MAIN(tests)
