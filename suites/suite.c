/* SPDX-License-Identifier: Apache-2.0
 *
 * One check of an expectation, as cmocka tests: one a result of the suite's kind. */
#include "suite.h"

#include "report/report.h"
#include "run/expected.h"
#include "run/run.h"
#include "testing/cmocka.h"
#include "yaml/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As those of tapproof. */
enum { EXIT_CONFORMS = 0, EXIT_DEVIATES = 1, EXIT_USAGE = 2, EXIT_UNJUDGED = 3 };

bool suite_is_kind(const struct result *result, const char *kind)
{
    char part[64];
    snprintf(part, sizeof part, "/%s/", kind);
    const char *from = strchr(result->id, '/');
    const char *at = from ? strchr(from + 1, '/') : NULL;
    return result->kind == RESULT_TRAFFIC && at && strncmp(at, part, strlen(part)) == 0;
}

static void expect_pass(void **state)
{
    const struct result *result = *state;
    if (result->verdict == VERDICT_SKIP) {
        print_message("%s: %s\n", result->id, result->detail ? result->detail : "");
        skip();
    }
    if (result->verdict != VERDICT_PASS) {
        fail_msg("%s: %s", verdict_name(result->verdict), result->detail ? result->detail : "");
    }
}

/* The worst of the results of this kind; as report_verdict. */
static int exit_of(const struct suite *suite, const struct report *report)
{
    size_t n[N_VERDICTS] = {0};
    for (size_t i = 0; i < report->n_results; i++) {
        n[report->results[i].verdict] += suite->has(&report->results[i]);
    }
    return n[VERDICT_FAIL] > 0                                   ? EXIT_DEVIATES
           : n[VERDICT_INCONCLUSIVE] > 0 || n[VERDICT_PASS] == 0 ? EXIT_UNJUDGED
                                                                 : EXIT_CONFORMS;
}

static int report_tests(const struct suite *suite, struct report *report)
{
    struct CMUnitTest *tests = calloc(report->n_results + 1, sizeof *tests);
    size_t n = 0;
    for (size_t i = 0; tests && i < report->n_results; i++) {
        struct result *result = &report->results[i];
        if (suite->has(result)) {
            tests[n++] = (struct CMUnitTest){
                .name = result->id, .test_func = expect_pass, .initial_state = result};
        }
    }
    int status = EXIT_CONFORMS;
    if (!tests) {
        fprintf(stderr, "%s: out of memory\n", suite->name);
        status = EXIT_UNJUDGED;
    } else if (n == 0) {
        printf("1..0 # SKIP %s: the expectation says nothing of this kind\n", suite->name);
    } else {
        cmocka_set_message_output(CM_OUTPUT_TAP);
        int failed = _cmocka_run_group_tests(suite->name, tests, n, NULL, NULL);
        status = failed < 0 ? EXIT_UNJUDGED : exit_of(suite, report);
    }
    free(tests);
    return status;
}

static int check(const struct suite *suite, const struct expectation *expectation,
                 const struct lab *lab)
{
    struct report report = {0};
    struct base_error error = {0};
    struct run_options options = {.world = &run_world_live,
                                  .no_state = suite->traffic,
                                  .no_traffic = !suite->traffic,
                                  .converge_ms = RUN_CONVERGE_MS};
    int status = EXIT_UNJUDGED;
    if (run_check(expectation, lab, &options, &report, &error) == 0) {
        status = report_tests(suite, &report);
    } else {
        fprintf(stderr, "%s: %s\n", suite->name, error.text);
    }
    report_free(&report);
    return status;
}

int suite_main(const struct suite *suite, int argc, char **argv)
{
    struct expectation *expectation = NULL;
    struct lab *lab = NULL;
    struct yaml_diagnostics diagnostics = {0};
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: %s EXPECTED [LAB]\n", argv[0]);
        return EXIT_USAGE;
    }
    int status = EXIT_USAGE;
    if (run_load_expectation(&yaml_disk, argv[1], &expectation, &diagnostics) == 0 &&
        yaml_load_lab(&yaml_disk, argc == 3 ? argv[2] : getenv("TAPPROOF_LAB"),
                      expectation->topology, &lab, &diagnostics) == 0) {
        status = check(suite, expectation, lab);
    } else {
        struct base_buffer text = {0};
        yaml_format_diagnostics(&diagnostics, &text);
        fputs(base_buffer_text(&text), stderr);
        base_buffer_free(&text);
    }
    yaml_diagnostics_free(&diagnostics);
    lab_free(lab);
    expectation_free(expectation);
    return status;
}
