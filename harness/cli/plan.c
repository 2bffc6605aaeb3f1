/* SPDX-License-Identifier: Apache-2.0
 *
 * tapproof plan: what a change would do. */
#include "report/plan.h"
#include "cli/cli.h"
#include "run/plan.h"
#include "run/source.h"
#include "yaml/change.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SHOWN = 10 };

struct plan {
    const char *expectation, *change, *lab, *state;
    bool replace, verbose;
    struct cli_patterns patterns;
    struct run_options run;
    struct cli_output text, json;
};

enum { OPT_CHANGE = 256, OPT_REPLACE, OPT_STATE, OPT_JSON, OPT_TIMEOUT };

static const struct option options[] = {
    {"change", required_argument, NULL, OPT_CHANGE},
    {"replace", no_argument, NULL, OPT_REPLACE},
    {"lab", required_argument, NULL, 'l'},
    {"state", required_argument, NULL, OPT_STATE},
    {"json", required_argument, NULL, OPT_JSON},
    {"timeout", required_argument, NULL, OPT_TIMEOUT},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static int set_option(struct plan *plan, int option)
{
    switch (option) {
    case OPT_CHANGE:
        plan->change = optarg;
        return CLI_CONFORMS;
    case OPT_REPLACE:
        plan->replace = true;
        return CLI_CONFORMS;
    case 'l':
        plan->lab = optarg;
        return CLI_CONFORMS;
    case OPT_STATE:
        plan->state = optarg;
        return CLI_CONFORMS;
    case 'k':
        return cli_add_pattern("plan", &plan->patterns, &plan->run, optarg);
    case OPT_JSON:
        plan->json.path = optarg;
        return CLI_CONFORMS;
    case 'v':
        plan->verbose = true;
        return CLI_CONFORMS;
    case OPT_TIMEOUT:
        return cli_set_duration("plan", "--timeout", optarg, &plan->run.timeout_ms);
    default:
        return CLI_USAGE;
    }
}

static int parse_options(struct plan *plan, int argc, char **argv)
{
    int option;
    while ((option = getopt_long(argc, argv, ":l:k:vh", options, NULL)) != -1) {
        if (option == '?' || option == ':') {
            return cli_option_error("plan", option, argv);
        }
        if (option == 'h') {
            return -1;
        }
        int status = set_option(plan, option);
        if (status != CLI_CONFORMS) {
            return status;
        }
    }
    if (argc - optind != 1) {
        return cli_usage_error("plan",
                               argc == optind ? "which expectation?" : "one expectation at a time");
    }
    if (!plan->change) {
        return cli_usage_error("plan", "which change? --change FILE");
    }
    if (plan->lab && plan->state) {
        return cli_usage_error("plan", "--lab or --state, not both");
    }
    plan->expectation = argv[optind];
    plan->text.path = plan->json.path && strcmp(plan->json.path, "-") == 0 ? NULL : "-";
    return CLI_CONFORMS;
}

static int write_reports(struct plan *plan, const struct report_plan *told)
{
    struct base_buffer out = {0};
    int status = CLI_CONFORMS;
    if (plan->text.file) {
        struct report_text_options text = cli_text_options(plan->verbose);
        report_plan_text(told, plan->verbose ? 0 : SHOWN, &text, &out);
        status = cli_write_output("plan", &plan->text, &out);
        base_buffer_free(&out);
    }
    if (plan->json.file) {
        report_plan_json(told, BASE_VERSION, &out);
        int written = cli_write_output("plan", &plan->json, &out);
        status = status != CLI_CONFORMS ? status : written;
        base_buffer_free(&out);
    }
    return status;
}

static int make_and_report(struct plan *plan, const struct expectation *expectation,
                           const struct run_states *states, const struct flow_changes *changes)
{
    struct run_plan made;
    struct base_error error = {0};
    int status = CLI_UNJUDGED;
    if (run_plan_make(&made, expectation, states, changes, &plan->run, &error) < 0) {
        fprintf(stderr, "tapproof plan: %s\n", error.text);
    } else {
        struct report_plan told = {.changes = changes,
                                   .refused = made.changed.refused,
                                   .switches = made.switches,
                                   .n_switches = made.n_switches,
                                   .probes = &made.probes,
                                   .before = &made.before,
                                   .after = &made.after};
        status = write_reports(plan, &told);
        status = status != CLI_CONFORMS ? status : cli_exit_of(&made.after);
    }
    run_plan_free(&made);
    return status;
}

static int read_and_make(struct plan *plan, const struct expectation *expectation,
                         struct run_source *source, const struct flow_changes *changes)
{
    struct base_error error = {0};
    if (run_list(expectation, &plan->run, NULL, NULL) == 0) {
        fprintf(stderr, "tapproof plan: %s: nothing is selected by -k\n", plan->expectation);
        return CLI_USAGE;
    }
    if (cli_open_output("plan", &plan->json) != CLI_CONFORMS ||
        cli_open_output("plan", &plan->text) != CLI_CONFORMS) {
        return CLI_USAGE;
    }
    if (run_source_read(source, plan->run.timeout_ms, &error) < 0) {
        fprintf(stderr, "tapproof plan: %s\n", error.text);
        return CLI_UNJUDGED;
    }
    return make_and_report(plan, expectation, &source->states, changes);
}

static int load_and_plan(struct plan *plan)
{
    struct expectation *expectation = NULL;
    struct flow_changes *changes = NULL;
    struct run_source source = {0};
    struct yaml_diagnostics diagnostics = {0};
    int status = CLI_USAGE;
    bool failed = yaml_load_expectation(plan->expectation, &expectation, &diagnostics) < 0;
    if (!failed) {
        const struct topology *topology = expectation->topology;
        failed =
            yaml_load_change(plan->change, topology, plan->replace, &changes, &diagnostics) < 0;
        failed |= run_source_load(&source, topology, cli_lab_path(plan->lab), plan->state,
                                  &diagnostics) < 0;
    }
    if (failed) {
        cli_print_diagnostics(&diagnostics);
    } else {
        status = read_and_make(plan, expectation, &source, changes);
    }
    yaml_diagnostics_free(&diagnostics);
    run_source_close(&source);
    flow_changes_free(changes);
    expectation_free(expectation);
    return status;
}

int cli_plan(int argc, char **argv)
{
    struct plan plan = {0};
    int status = parse_options(&plan, argc, argv);
    if (status < 0) {
        cli_print_help(stdout, "plan");
        return CLI_CONFORMS;
    }
    return status != CLI_CONFORMS ? status : load_and_plan(&plan);
}
