/* SPDX-License-Identifier: Apache-2.0
 *
 * tapproof check: the options, the run, the reports. */
#include "cli/cli.h"
#include "report/report.h"
#include "run/run.h"
#include "run/source.h"
#include "yaml/load.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct check {
    const char *expectation;
    const char *lab, *state;
    struct run_options run;
    struct cli_patterns patterns;
    bool list, verbose;
    struct cli_output text, json, junit, tap, pcapng;
    struct base_buffer frames; /* for pcapng */
    struct timespec started;
    double load_ms;
    bool shows_progress;
};

enum {
    OPT_ONLY = 256,
    OPT_LIST,
    OPT_JSON,
    OPT_JUNIT,
    OPT_TAP,
    OPT_PCAPNG,
    OPT_TIMEOUT,
    OPT_CONVERGE,
    OPT_STATE,
    OPT_PACKET_OUT
};

static const struct option options[] = {
    {"lab", required_argument, NULL, 'l'},
    {"state", required_argument, NULL, OPT_STATE},
    {"only", required_argument, NULL, OPT_ONLY},
    {"list", no_argument, NULL, OPT_LIST},
    {"json", required_argument, NULL, OPT_JSON},
    {"junit", required_argument, NULL, OPT_JUNIT},
    {"tap", optional_argument, NULL, OPT_TAP},
    {"pcapng", required_argument, NULL, OPT_PCAPNG},
    {"timeout", required_argument, NULL, OPT_TIMEOUT},
    {"converge", required_argument, NULL, OPT_CONVERGE},
    {"packet-out", no_argument, NULL, OPT_PACKET_OUT},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static int set_only(struct check *check, const char *kind)
{
    check->run.no_traffic = strcmp(kind, "state") == 0;
    check->run.no_state = strcmp(kind, "traffic") == 0;
    if (!check->run.no_traffic && !check->run.no_state) {
        return cli_usage_error("check", "--only: '%s' is neither state nor traffic", kind);
    }
    return CLI_CONFORMS;
}

static int set_option(struct check *check, int option)
{
    switch (option) {
    case 'l':
        check->lab = optarg;
        return CLI_CONFORMS;
    case 'k':
        return cli_add_pattern("check", &check->patterns, &check->run, optarg);
    case 'v':
        check->verbose = true;
        return CLI_CONFORMS;
    case OPT_STATE:
        check->state = optarg;
        return CLI_CONFORMS;
    case OPT_ONLY:
        return set_only(check, optarg);
    case OPT_LIST:
        check->list = true;
        return CLI_CONFORMS;
    case OPT_JSON:
        check->json.path = optarg;
        return CLI_CONFORMS;
    case OPT_JUNIT:
        check->junit.path = optarg;
        return CLI_CONFORMS;
    case OPT_TAP:
        check->tap.path = optarg ? optarg : "-";
        return CLI_CONFORMS;
    case OPT_PCAPNG:
        check->pcapng.path = optarg;
        check->run.pcapng = &check->frames;
        return CLI_CONFORMS;
    case OPT_PACKET_OUT:
        check->run.packet_out = true;
        return CLI_CONFORMS;
    case OPT_TIMEOUT:
        return cli_set_duration("check", "--timeout", optarg, &check->run.timeout_ms);
    case OPT_CONVERGE:
        return cli_set_duration("check", "--converge", optarg, &check->run.converge_ms);
    default:
        return CLI_USAGE;
    }
}

/* At most one report goes to stdout; the text does if no other one is to. */
static int settle_outputs(struct check *check)
{
    struct cli_output *outputs[] = {&check->json, &check->junit, &check->tap, &check->pcapng};
    int n_stdout = 0;
    for (size_t i = 0; i < 4; i++) {
        n_stdout += outputs[i]->path && strcmp(outputs[i]->path, "-") == 0;
    }
    if (n_stdout > 1) {
        return cli_usage_error("check", "only one report can go to stdout");
    }
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < i; j++) {
            if (outputs[i]->path && outputs[j]->path &&
                strcmp(outputs[i]->path, outputs[j]->path) == 0) {
                return cli_usage_error("check", "two reports cannot go to %s", outputs[i]->path);
            }
        }
    }
    if (n_stdout == 0) {
        check->text.path = "-";
    }
    for (size_t i = 0; i < 4; i++) {
        if (cli_open_output("check", outputs[i]) != CLI_CONFORMS) {
            return CLI_USAGE;
        }
    }
    return cli_open_output("check", &check->text);
}

static int parse_options(struct check *check, int argc, char **argv)
{
    int option;
    while ((option = getopt_long(argc, argv, ":l:k:vh", options, NULL)) != -1) {
        if (option == 'h') {
            return -1;
        }
        if (option == '?' || option == ':') {
            return cli_option_error("check", option, argv);
        }
        int status = set_option(check, option);
        if (status != CLI_CONFORMS) {
            return status;
        }
    }
    if (argc - optind != 1) {
        return cli_usage_error("check",
                               argc == optind ? "which expectation?" : "one expectation at a time");
    }
    if (check->state && (check->lab || check->run.no_state)) {
        return cli_usage_error("check", "--state cannot go with %s",
                               check->lab ? "--lab" : "--only traffic");
    }
    check->run.no_traffic |= check->state != NULL;
    check->expectation = argv[optind];
    check->lab = cli_lab_path(check->lab);
    return CLI_CONFORMS;
}

static double ms_since_start(const struct check *check)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - check->started.tv_sec) * 1e3 +
           (double)(now.tv_nsec - check->started.tv_nsec) / 1e6;
}

/* A run that takes longer than a blink says on the terminal what it does. */
static void show_progress(void *aux, const char *text)
{
    struct check *check = aux;
    double s = ms_since_start(check) / 1e3;
    bool terminal = isatty(STDERR_FILENO);
    if (s > (terminal ? 0.4 : 5)) {
        check->shows_progress = true;
        fprintf(stderr, terminal ? "\r\033[K%s" : "%s\n", text);
    }
}

static void end_progress(struct check *check)
{
    if (check->shows_progress && isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r\033[K");
    }
}

static void print_id(void *aux, const char *id)
{
    (void)aux;
    puts(id);
}

static int write_reports(struct check *check, const struct report *report)
{
    struct base_buffer out = {0};
    int status = CLI_CONFORMS;
    struct cli_output *outputs[] = {&check->text, &check->json, &check->junit, &check->tap};
    for (size_t i = 0; i < 4; i++) {
        if (!outputs[i]->file) {
            continue;
        }
        if (outputs[i] == &check->text) {
            struct report_text_options text = cli_text_options(check->verbose);
            report_text(report, &text, &out);
        } else if (outputs[i] == &check->json) {
            report_json(report, BASE_VERSION, &out);
        } else if (outputs[i] == &check->junit) {
            report_junit(report, &out);
        } else {
            report_tap(report, &out);
        }
        status =
            cli_write_output("check", outputs[i], &out) != CLI_CONFORMS ? CLI_UNJUDGED : status;
        base_buffer_free(&out);
    }
    if (check->pcapng.file &&
        cli_write_output("check", &check->pcapng, &check->frames) != CLI_CONFORMS) {
        status = CLI_UNJUDGED;
    }
    return status;
}

static int nothing_selected(const struct check *check)
{
    fprintf(stderr, "tapproof check: %s: nothing is selected%s\n", check->expectation,
            check->run.n_patterns ? " by -k" : "");
    return CLI_USAGE;
}

static int run_and_report(struct check *check, const struct expectation *expectation,
                          const struct lab *lab)
{
    struct report report = {0};
    struct base_error error = {0};
    int status = CLI_UNJUDGED;
    if (run_check(expectation, lab, &check->run, &report, &error) < 0) {
        end_progress(check);
        fprintf(stderr, "tapproof check: %s\n", error.text);
    } else if (report.n_results == 0) {
        end_progress(check);
        status = nothing_selected(check);
    } else {
        end_progress(check);
        report.timing.load_ms = check->load_ms;
        report.timing.total_ms += check->load_ms;
        status = cli_exit_of(&report);
        if (write_reports(check, &report) != CLI_CONFORMS && status != CLI_DEVIATES) {
            status = CLI_UNJUDGED;
        }
    }
    report_free(&report);
    base_buffer_free(&check->frames);
    return status;
}

static int check_loaded(struct check *check, const struct expectation *expectation,
                        const struct lab *lab)
{
    if (check->list) {
        return run_list(expectation, &check->run, print_id, NULL) > 0 ? CLI_CONFORMS
                                                                      : nothing_selected(check);
    }
    int status = settle_outputs(check);
    return status != CLI_CONFORMS ? status : run_and_report(check, expectation, lab);
}

static int load_and_check(struct check *check)
{
    struct expectation *expectation = NULL;
    struct run_source source = {0};
    struct yaml_diagnostics diagnostics = {0};
    int status = CLI_USAGE;
    if (yaml_load_expectation(check->expectation, &expectation, &diagnostics) == 0 &&
        run_source_load(&source, expectation->topology, check->lab, check->state, &diagnostics) ==
            0) {
        check->load_ms = ms_since_start(check);
        check->run.saved = source.saved;
        status = check_loaded(check, expectation, source.lab);
    } else {
        cli_print_diagnostics(&diagnostics);
    }
    yaml_diagnostics_free(&diagnostics);
    run_source_close(&source);
    expectation_free(expectation);
    return status;
}

int cli_check(int argc, char **argv)
{
    struct check check = {.run.converge_ms = RUN_CONVERGE_MS};
    clock_gettime(CLOCK_MONOTONIC, &check.started);
    check.run.progress = show_progress;
    check.run.progress_aux = &check;
    int status = parse_options(&check, argc, argv);
    if (status < 0) {
        cli_print_help(stdout, "check");
        return CLI_CONFORMS;
    }
    return status != CLI_CONFORMS ? status : load_and_check(&check);
}
