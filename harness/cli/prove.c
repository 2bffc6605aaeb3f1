/* SPDX-License-Identifier: Apache-2.0
 *
 * tapproof prove: every claim, for every header, from the tables. */
#include "run/prove.h"
#include "cli/cli.h"
#include "report/report.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct prove {
    const char *expectation, *lab, *state;
    struct run_prove_options run;
    const char *patterns[64];
    bool verbose;
    struct cli_output text, json;
};

enum { OPT_STATE = 256, OPT_JSON, OPT_CONFIRM, OPT_TIMEOUT };

static const struct option options[] = {
    {"lab", required_argument, NULL, 'l'},
    {"state", required_argument, NULL, OPT_STATE},
    {"json", required_argument, NULL, OPT_JSON},
    {"confirm", no_argument, NULL, OPT_CONFIRM},
    {"timeout", required_argument, NULL, OPT_TIMEOUT},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static int set_option(struct prove *prove, int option)
{
    struct run_options *run = &prove->run.run;
    switch (option) {
    case 'l':
        prove->lab = optarg;
        return CLI_CONFORMS;
    case OPT_STATE:
        prove->state = optarg;
        return CLI_CONFORMS;
    case 'k':
        if (run->n_patterns == sizeof prove->patterns / sizeof *prove->patterns) {
            return cli_usage_error("prove", "too many -k");
        }
        prove->patterns[run->n_patterns++] = optarg;
        return CLI_CONFORMS;
    case 'v':
        prove->verbose = true;
        return CLI_CONFORMS;
    case OPT_JSON:
        prove->json.path = optarg;
        return CLI_CONFORMS;
    case OPT_CONFIRM:
        prove->run.confirm = true;
        return CLI_CONFORMS;
    case OPT_TIMEOUT:
        return cli_parse_duration(optarg, &run->timeout_ms)
                   ? CLI_CONFORMS
                   : cli_usage_error("prove", "--timeout: '%s' is not a time such as 2s or 500ms",
                                     optarg);
    default:
        return cli_usage_error("prove", "bad option");
    }
}

/* -1: help is wanted. */
static int parse_options(struct prove *prove, int argc, char **argv)
{
    int option;
    while ((option = getopt_long(argc, argv, "l:k:vh", options, NULL)) != -1) {
        int status = option == 'h' ? -1 : set_option(prove, option);
        if (status != CLI_CONFORMS) {
            return status;
        }
    }
    if (argc - optind != 1) {
        return cli_usage_error("prove",
                               argc == optind ? "which expectation?" : "one expectation at a time");
    }
    if (prove->state && (prove->lab || prove->run.confirm)) {
        return cli_usage_error("prove", "--state cannot go with %s",
                               prove->lab ? "--lab" : "--confirm");
    }
    prove->expectation = argv[optind];
    prove->lab = cli_lab_path(prove->lab);
    return CLI_CONFORMS;
}

static int write_reports(struct prove *prove, const struct report *report)
{
    struct base_buffer out = {0};
    int status = CLI_CONFORMS;
    if (prove->json.file) {
        report_json(report, CLI_VERSION, &out);
        status = cli_write_output("prove", &prove->json, &out);
        base_buffer_free(&out);
    }
    if (prove->text.file) {
        const char *no_color = getenv("NO_COLOR");
        struct report_text_options text = {.verbose = prove->verbose};
        if (isatty(STDOUT_FILENO)) {
            text.color = !(no_color && *no_color);
            text.width = 100;
        }
        report_text(report, &text, &out);
        status =
            cli_write_output("prove", &prove->text, &out) != CLI_CONFORMS ? CLI_UNJUDGED : status;
        base_buffer_free(&out);
    }
    return status;
}

static int run_and_report(struct prove *prove, const struct expectation *expectation,
                          struct run_source *source)
{
    static const int exits[N_VERDICTS] = {[VERDICT_PASS] = CLI_CONFORMS,
                                          [VERDICT_FAIL] = CLI_DEVIATES,
                                          [VERDICT_INCONCLUSIVE] = CLI_UNJUDGED,
                                          [VERDICT_SKIP] = CLI_UNJUDGED};
    struct report report = {0};
    struct base_error error = {0};
    int status = CLI_UNJUDGED;
    if (run_prove(expectation, source, &prove->run, &report, &error) < 0) {
        fprintf(stderr, "tapproof prove: %s\n", error.text);
    } else {
        status = write_reports(prove, &report);
        status = status != CLI_CONFORMS ? status : exits[report_verdict(&report)];
    }
    report_free(&report);
    return status;
}

static int prove_loaded(struct prove *prove, const struct expectation *expectation,
                        struct run_source *source)
{
    struct run_options claims = prove->run.run;
    claims.no_state = true;
    if (run_list(expectation, &claims, NULL, NULL) == 0) {
        fprintf(stderr, "tapproof prove: %s: %s\n", prove->expectation,
                claims.n_patterns ? "nothing is selected by -k" : "no claim in `traffic:`");
        return CLI_USAGE;
    }
    prove->text.path = prove->json.path && strcmp(prove->json.path, "-") == 0 ? NULL : "-";
    if (cli_open_output("prove", &prove->json) != CLI_CONFORMS ||
        cli_open_output("prove", &prove->text) != CLI_CONFORMS) {
        return CLI_USAGE;
    }
    return run_and_report(prove, expectation, source);
}

int cli_prove(int argc, char **argv)
{
    struct prove prove = {0};
    struct expectation *expectation = NULL;
    struct run_source source = {0};
    struct spec_diagnostics diagnostics = {0};
    prove.run.run.patterns = prove.patterns;
    int status = parse_options(&prove, argc, argv);
    if (status != CLI_CONFORMS) {
        if (status < 0) {
            cli_print_help(stdout, "prove");
        }
        return status < 0 ? CLI_CONFORMS : status;
    }
    status = CLI_USAGE;
    if (spec_load_expectation(prove.expectation, &expectation, &diagnostics) == 0 &&
        run_source_load(&source, expectation->topology, prove.lab, prove.state, &diagnostics) ==
            0) {
        status = prove_loaded(&prove, expectation, &source);
    } else {
        cli_print_diagnostics(&diagnostics);
    }
    spec_diagnostics_free(&diagnostics);
    run_source_close(&source);
    expectation_free(expectation);
    return status;
}
