/* SPDX-License-Identifier: Apache-2.0
 *
 * tapproof diff: what differs between two states, each of them saved or live? */
#include "change/diff.h"
#include "base/memory.h"
#include "base/version.h"
#include "channel/channel.h"
#include "cli/cli.h"
#include "report/diff.h"
#include "yaml/load.h"

#include <stdlib.h>

enum { SHOWN = 10 };

/* One of the two. */
struct side {
    const char *path, *lab;
    struct topology *topology; /* live */
    struct run_source source;  /* live */
    struct yaml_state *saved;
};

struct diff {
    struct cli_job job;
    const char *labs[2]; /* of A or B alone */
    bool entries;
    struct side sides[2];
    struct switch_difference *switches;
    size_t n_switches;
    struct base_arena arena;
};

static const struct base_option options[] = {
    {"lab", 'l', "LAB", base_option_text, CLI_JOB(lab),
     .help = "where topologies run (default: $TAPPROOF_LAB, else the endpoints in the topology "
             "file)"},
    {"lab-a", 0, "LAB", base_option_text, offsetof(struct diff, labs[0]),
     .help = "the same for A alone"},
    {"lab-b", 0, "LAB", base_option_text, offsetof(struct diff, labs[1]),
     .help = "the same for B alone"},
    {"entries", 0, NULL, base_option_flag, offsetof(struct diff, entries),
     .help = "compare entries, not what they do; lines as ovs-ofctl diff-flows"},
    CLI_OPTION_JSON,
    CLI_OPTION_VERBOSE("all sets of packets, not only the first 10 of a switch"),
    CLI_OPTION_TIMEOUT,
    CLI_OPTION_MEMORY,
    {0},
};

/* ------------------------------------------------------------------- sides */

static int load_side(struct side *side, const struct cli_job *job,
                     struct yaml_diagnostics *diagnostics)
{
    if (yaml_is_state(&job->files, side->path)) {
        return yaml_load_state(&job->files, side->path, &side->saved, diagnostics);
    }
    if (yaml_load_topology(&job->files, side->path, &side->topology, diagnostics) < 0) {
        return -1;
    }
    return run_source_load(&side->source, job->run.world, &job->files, side->topology,
                           cli_lab_path(side->lab), NULL, diagnostics);
}

static void free_side(struct side *side)
{
    run_source_close(&side->source);
    topology_free(side->topology);
    yaml_state_free(side->saved);
}

static size_t count_switches(const struct side *side)
{
    return side->saved ? side->saved->n_switches : side->topology->n_switches;
}

static const char *switch_name(const struct side *side, size_t i)
{
    return side->saved ? side->saved->switches[i].name : side->topology->switches[i].name;
}

static const char no_such_switch[] = "no such switch";

/* NULL and a reason: it is not there, or was not read. */
static const struct switch_state *find_state(const struct side *side, const char *name,
                                             const char **reason)
{
    *reason = no_such_switch;
    if (side->saved) {
        const struct yaml_state_switch *sw = yaml_state_find(side->saved, name);
        *reason = sw ? sw->not_read : *reason;
        return sw && !sw->not_read ? &sw->state : NULL;
    }
    size_t sw = topology_find_switch(side->topology, name);
    if (sw == SWITCH_NONE) {
        return NULL;
    }
    *reason = side->source.states.reasons[sw];
    return side->source.states.by_switch[sw];
}

/* -------------------------------------------------------------- comparison */

static int compare_switch(struct diff *diff, const char *name)
{
    struct switch_difference *sw = &diff->switches[diff->n_switches++];
    const char *reasons[2];
    const struct switch_state *a = find_state(&diff->sides[0], name, &reasons[0]);
    const struct switch_state *b = find_state(&diff->sides[1], name, &reasons[1]);
    size_t budget = CHANGE_DIFF_BUDGET;
    sw->name = name;
    if (a && b) {
        return report_difference(a, b, &budget, &diff->arena, sw);
    }
    sw->not_compared =
        base_arena_format(&diff->arena, "%s: %s", a ? "B" : "A", a ? reasons[1] : reasons[0]);
    return sw->not_compared ? 0 : -1;
}

/* All of A, then what only B has. */
static int compare_all(struct diff *diff)
{
    const struct side *sides = diff->sides;
    size_t n = count_switches(&sides[0]) + count_switches(&sides[1]);
    diff->switches = base_calloc(n, sizeof *diff->switches);
    int failed = diff->switches ? 0 : -1;
    for (size_t i = 0; i < count_switches(&sides[0]) && !failed; i++) {
        failed = compare_switch(diff, switch_name(&sides[0], i));
    }
    for (size_t i = 0; i < count_switches(&sides[1]) && !failed; i++) {
        const char *name = switch_name(&sides[1], i), *reason;
        if (!find_state(&sides[0], name, &reason) && reason == no_such_switch) {
            failed = compare_switch(diff, name);
        }
    }
    return failed;
}

static int write_reports(struct diff *diff)
{
    static const int exits[] = {[REPORT_DIFF_SAME] = CLI_CONFORMS,
                                [REPORT_DIFF_DIFFERENT] = CLI_DEVIATES,
                                [REPORT_DIFF_UNDECIDED] = CLI_UNJUDGED};
    struct report_diff found = {.names = {diff->sides[0].path, diff->sides[1].path},
                                .switches = diff->switches,
                                .n_switches = diff->n_switches,
                                .entries = diff->entries};
    struct cli_job *job = &diff->job;
    struct base_buffer text = {0}, json = {0};
    if (job->text.is_open) {
        report_diff_text(&found, job->verbose ? 0 : SHOWN, &text);
    }
    if (job->json.is_open) {
        report_diff_json(&found, BASE_VERSION, &json);
    }
    return cli_write_reports(job, exits[report_diff_verdict(&found)], &text, &json);
}

static int read_and_compare(struct diff *diff)
{
    struct base_error error = {0};
    int failed = 0;
    for (int i = 0; i < 2 && !failed; i++) {
        failed = diff->sides[i].topology
                     ? run_source_open(&diff->sides[i].source, diff->job.run.timeout_ms, &error)
                     : 0;
    }
    if (!failed && (diff->sides[0].topology || diff->sides[1].topology)) {
        cli_confine(&diff->job);
    }
    for (int i = 0; i < 2 && !failed; i++) {
        failed = diff->sides[i].topology
                     ? run_source_read(&diff->sides[i].source, CHANNEL_FLOWS, &error)
                     : 0;
    }
    if (failed) {
        return cli_complain(&diff->job, CLI_UNJUDGED, "%s", error.text);
    }
    return compare_all(diff) < 0 ? cli_complain(&diff->job, CLI_UNJUDGED, "out of memory")
                                 : write_reports(diff);
}

static int run(struct cli_job *job)
{
    struct diff *diff = (struct diff *)job;
    struct yaml_diagnostics diagnostics = {0};
    int failed = 0;
    for (int i = 0; i < 2; i++) {
        diff->sides[i].path = job->operands[i];
        diff->sides[i].lab = diff->labs[i] ? diff->labs[i] : job->lab;
        failed |= load_side(&diff->sides[i], job, &diagnostics);
    }
    int status = CLI_USAGE;
    if (failed) {
        cli_print_diagnostics(&diagnostics);
    } else if (cli_open_reports(job) == CLI_CONFORMS) {
        status = read_and_compare(diff);
    }
    yaml_diagnostics_free(&diagnostics);
    free_side(&diff->sides[0]);
    free_side(&diff->sides[1]);
    free(diff->switches);
    base_arena_free(&diff->arena);
    return status;
}

const struct cli_command cli_diff = {
    .name = "diff",
    .arguments = "A B [--lab LAB]",
    .summary = "what differs in behaviour between two states",
    .before = "A and B are each a state that `tapproof flows --save` saved, or a topology, whose\n"
              "switches are then read.\n",
    .options = options,
    .after = "Exit status: 0 the same, 1 different, 2 usage or input error, 3 could not be\n"
             "decided.\n",
    .min_operands = 2,
    .max_operands = 2,
    .wants = "which two states? Each is a file of `flows --save`, or a topology to be read now",
    .n_bytes = sizeof(struct diff),
    .run = run,
};
