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
    struct cli_patterns patterns;
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
        return cli_add_pattern("prove", &prove->patterns, run, optarg);
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
        return cli_set_duration("prove", "--timeout", optarg, &run->timeout_ms);
    default:
        return CLI_USAGE;
    }
}

/* -1: help is wanted. */
static int parse_options(struct prove *prove, int argc, char **argv)
{
    int option;
    while ((option = getopt_long(argc, argv, ":l:k:vh", options, NULL)) != -1) {
        if (option == '?' || option == ':') {
            return cli_option_error("prove", option, argv);
        }
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
        report_json(report, BASE_VERSION, &out);
        status = cli_write_output("prove", &prove->json, &out);
        base_buffer_free(&out);
    }
    if (prove->text.file) {
        struct report_text_options text = cli_text_options(prove->verbose);
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
    struct report report = {0};
    struct base_error error = {0};
    int status = CLI_UNJUDGED;
    if (run_prove(expectation, source, &prove->run, &report, &error) < 0) {
        fprintf(stderr, "tapproof prove: %s\n", error.text);
    } else {
        status = write_reports(prove, &report);
        status = status != CLI_CONFORMS ? status : cli_exit_of(&report);
    }
    report_free(&report);
    return status;
}

static int prove_loaded(struct prove *prove, const struct expectation *expectation,
                        struct run_source *source)
{
    struct run_options claims = prove->run.run;
    claims.no_state = true;
    bool by_ports = claims.n_patterns == 0 && expectation->n_ports > 0;
    if (!by_ports && run_list(expectation, &claims, NULL, NULL) == 0) {
        fprintf(stderr, "tapproof prove: %s: %s\n", prove->expectation,
                claims.n_patterns ? "nothing is selected by -k"
                                  : "no claim in `traffic:`, and no `ports:`");
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
    struct yaml_diagnostics diagnostics = {0};
    int status = parse_options(&prove, argc, argv);
    if (status != CLI_CONFORMS) {
        if (status < 0) {
            cli_print_help(stdout, "prove");
        }
        return status < 0 ? CLI_CONFORMS : status;
    }
    status = CLI_USAGE;
    if (yaml_load_expectation(prove.expectation, &expectation, &diagnostics) == 0 &&
        run_source_load(&source, expectation->topology, prove.lab, prove.state, &diagnostics) ==
            0) {
        status = prove_loaded(&prove, expectation, &source);
    } else {
        cli_print_diagnostics(&diagnostics);
    }
    yaml_diagnostics_free(&diagnostics);
    run_source_close(&source);
    expectation_free(expectation);
    return status;
}
