/* SPDX-License-Identifier: Apache-2.0
 *
 * tapproof flows: what do the switches say, now or in a saved state, as text, YAML or JSON? */
#include "report/flows.h"
#include "base/memory.h"
#include "channel/channel.h"
#include "cli/cli.h"

#include <stdlib.h>

struct flows {
    struct cli_job job;
    enum report_flows_format format;
    enum report_groups_kind groups;
    bool no_stats;
    struct cli_output save;
};

static const struct base_option options[] = {
    CLI_OPTION_LAB,
    CLI_OPTION_STATE,
    {"no-stats", 0, NULL, base_option_flag, offsetof(struct flows, no_stats),
     .help = "without counters and ages, as ovs-ofctl --no-stats --no-names"},
    {"groups", 0, NULL, base_option_choice, offsetof(struct flows, groups), .min = REPORT_GROUPS,
     .help = "groups (OpenFlow 1.3) instead, as ovs-ofctl dump-groups"},
    {"meters", 0, NULL, base_option_choice, offsetof(struct flows, groups), .min = REPORT_METERS,
     .help = "meters instead, as ovs-ofctl dump-meters"},
    {"yaml", 0, NULL, base_option_choice, offsetof(struct flows, format), .min = REPORT_FLOWS_YAML,
     .help = "as YAML, with ports and datapath ids"},
    {"json", 0, NULL, base_option_choice, offsetof(struct flows, format), .min = REPORT_FLOWS_JSON,
     .help = "the same as JSON"},
    {"save", 0, "FILE", base_option_text, offsetof(struct flows, save.path),
     .help =
         "save the state (the YAML form) to FILE, and print it only if --yaml or --json says so"},
    CLI_OPTION_TIMEOUT,
    CLI_OPTION_MEMORY,
    {0},
};

static int write_flows(struct flows *flows, const struct report_flows_switch *switches, size_t n)
{
    struct cli_job *job = &flows->job;
    struct base_buffer text = {0}, saved = {0};
    if (job->text.is_open && flows->groups) {
        report_groups(switches, n, flows->groups, &text);
    } else if (job->text.is_open) {
        report_flows(switches, n, flows->format, flows->no_stats, &text);
    }
    if (flows->save.is_open) {
        report_flows(switches, n, REPORT_FLOWS_YAML, flows->no_stats, &saved);
    }
    int status = cli_write_output(job, &job->text, &text);
    return cli_worse(job, status, cli_write_output(job, &flows->save, &saved));
}

static int show(struct flows *flows)
{
    struct cli_job *job = &flows->job;
    const struct run_states *states = &job->source.states;
    size_t n = job->topology->n_switches;
    struct report_flows_switch *switches = base_calloc(n, sizeof *switches);
    bool all = true;
    if (!switches) {
        return cli_complain(job, CLI_UNJUDGED, "out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        switches[i] = (struct report_flows_switch){.name = job->topology->switches[i].name,
                                                   .state = states->by_switch[i],
                                                   .reason = states->reasons[i]};
        all = all && switches[i].state;
        bool is_told = job->text.is_open && flows->format == REPORT_FLOWS_TEXT;
        if (!switches[i].state && !is_told) {
            cli_complain(job, CLI_UNJUDGED, "%s: %s", switches[i].name, switches[i].reason);
        }
    }
    int status = write_flows(flows, switches, n);
    free(switches);
    return all ? status : CLI_UNJUDGED;
}

static int run(struct cli_job *job)
{
    struct flows *flows = (struct flows *)job;
    bool is_quiet = flows->save.path && flows->format == REPORT_FLOWS_TEXT;
    int status = is_quiet ? CLI_CONFORMS : cli_open_reports(job);
    status = status == CLI_CONFORMS ? cli_open_output(job, &flows->save) : status;
    status = status == CLI_CONFORMS ? cli_read_states(job, CHANNEL_FLOWS | CHANNEL_PORTS) : status;
    return status == CLI_CONFORMS ? show(flows) : status;
}

const struct cli_command cli_flows = {
    .name = "flows",
    .arguments = "TOPOLOGY [--lab LAB | --state FILE]",
    .summary = "print the flow tables of all switches",
    .options = options,
    .after = "Exit status: 0 all switches read, 2 usage or input error, 3 a switch could not be\n"
             "read.\n",
    .reads = CLI_READS_TOPOLOGY,
    .n_bytes = sizeof(struct flows),
    .run = run,
};
