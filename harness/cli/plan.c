/* SPDX-License-Identifier: Apache-2.0
 *
 * tapproof plan: what would a change do? */
#include "report/plan.h"
#include "base/version.h"
#include "channel/channel.h"
#include "cli/cli.h"
#include "run/plan.h"
#include "yaml/change.h"

enum { SHOWN = 10 };

struct plan {
    struct cli_job job;
    const char *change;
    bool replace;
};

static const struct base_option options[] = {
    {"change", 0, "FILE", base_option_text, offsetof(struct plan, change),
     .help = "flow-mods as `ovs-ofctl add-flows` reads them (add, modify, modify_strict, delete, "
             "delete_strict), group- and meter-mods as `ovs-ofctl bundle` does (group add ..., "
             "meter add ...), those of a switch behind a line `SWITCH:`; behind `SWITCH: replace` "
             "its whole new table"},
    {"replace", 0, NULL, base_option_flag, offsetof(struct plan, replace),
     .help = "FILE holds whole tables, as `tapproof flows --no-stats` prints"},
    CLI_OPTION_LAB,
    CLI_OPTION_STATE,
    CLI_OPTION_PATTERN("results"),
    CLI_OPTION_JSON,
    CLI_OPTION_VERBOSE("list everything"),
    CLI_OPTION_COLOR,
    CLI_OPTION_TIMEOUT,
    CLI_OPTION_MEMORY,
    {0},
};

static int settle(struct cli_job *job)
{
    return ((struct plan *)job)->change ? CLI_CONFORMS
                                        : cli_usage_error(job, "which change? --change FILE");
}

static int write_reports(struct cli_job *job, const struct report_plan *plan)
{
    struct report_text_options how = cli_text_options(job);
    struct base_buffer text = {0}, json = {0};
    if (job->text.is_open) {
        report_plan_text(plan, job->verbose ? 0 : SHOWN, &how, &text);
    }
    if (job->json.is_open) {
        report_plan_json(plan, BASE_VERSION, &json);
    }
    return cli_write_reports(job, cli_exit_of(plan->after), &text, &json);
}

static int make_and_report(struct cli_job *job, const struct flow_changes *changes)
{
    struct run_plan made = {0};
    struct base_error error = {0};
    struct base_arena reasons = {0};
    int status;
    if (run_states_distrust_others(&job->source.states, job->topology, &reasons) < 0) {
        status = cli_complain(job, CLI_UNJUDGED, "out of memory");
    } else if (run_plan_make(&made, job->expectation, &job->source.states, changes, &job->run,
                             &error) < 0) {
        status = cli_complain(job, CLI_UNJUDGED, "%s", error.text);
    } else {
        struct report_plan outcome = {.changes = changes,
                                      .effects = made.changed.effects,
                                      .switches = made.switches,
                                      .n_switches = made.n_switches,
                                      .probes = &made.probes,
                                      .before = &made.before,
                                      .after = &made.after};
        status = write_reports(job, &outcome);
    }
    run_plan_free(&made);
    base_arena_free(&reasons);
    return status;
}

static int read_and_make(struct cli_job *job, const struct flow_changes *changes)
{
    if (run_list(job->expectation, &job->run, NULL, NULL) == 0) {
        return cli_complain(job, CLI_USAGE, "%s: nothing is selected by -k", job->operands[0]);
    }
    int status = cli_open_and_read(job, CHANNEL_FLOWS);
    return status == CLI_CONFORMS ? make_and_report(job, changes) : status;
}

static int run(struct cli_job *job)
{
    struct plan *plan = (struct plan *)job;
    struct flow_changes *changes = NULL;
    struct yaml_diagnostics diagnostics = {0};
    int status = CLI_USAGE;
    if (yaml_load_change(&job->files, plan->change, job->topology, plan->replace, &changes,
                         &diagnostics) < 0) {
        cli_print_diagnostics(&diagnostics);
    } else {
        status = read_and_make(job, changes);
    }
    yaml_diagnostics_free(&diagnostics);
    flow_changes_free(changes);
    return status;
}

const struct cli_command cli_plan = {
    .name = "plan",
    .arguments = "EXPECTED --change FILE [--lab LAB | --state FILE]",
    .summary = "say what a change would do before it is made",
    .options = options,
    .after = "Nothing is sent to any switch but requests to read. Exit status, of the network\n"
             "after the change: 0 conforms, 1 deviates, 2 usage or input error, 3 could not be\n"
             "judged, though the change may touch it: what was not judged before either, and of\n"
             "which no packet is treated otherwise, is left out (SKIP).\n",
    .reads = CLI_READS_EXPECTATION,
    .n_bytes = sizeof(struct plan),
    .settle = settle,
    .run = run,
};
