/* SPDX-License-Identifier: Apache-2.0
 *
 * tapproof prove: does every claim hold for every header, by the tables? */
#include "run/prove.h"
#include "cli/cli.h"

struct prove {
    struct cli_job job;
    bool confirm, failover;
};

static const struct base_option options[] = {
    CLI_OPTION_LAB,
    CLI_OPTION_STATE,
    {"confirm", 0, NULL, base_option_flag, offsetof(struct prove, confirm),
     .help = "send the packet that refutes a claim, and say where it arrives"},
    {"failover", 0, NULL, base_option_flag, offsetof(struct prove, failover),
     .help = "also as if each single port were down that a group watches"},
    CLI_OPTION_PATTERN("claims"),
    CLI_OPTION_JSON,
    CLI_OPTION_HTML,
    CLI_OPTION_PROMETHEUS,
    CLI_OPTION_GITHUB,
    CLI_OPTION_EXITFIRST,
    CLI_OPTION_VERBOSE("list what was proved too, and where the time went"),
    CLI_OPTION_QUIET,
    CLI_OPTION_COLOR,
    CLI_OPTION_TIMEOUT,
    CLI_OPTION_MEMORY,
    CLI_OPTION_ALLOW_FLOOD,
    CLI_OPTION_RATE,
    {0},
};

static int settle(struct cli_job *job)
{
    return job->state && ((struct prove *)job)->confirm
               ? cli_usage_error(job, "--state cannot go with --confirm")
               : CLI_CONFORMS;
}

static bool has_claims(const struct cli_job *job)
{
    struct run_options claims = job->run;
    claims.no_state = true;
    return (claims.n_patterns == 0 && job->expectation->n_ports > 0) ||
           run_list(job->expectation, &claims, NULL, NULL) > 0;
}

static int judge(struct cli_job *job, struct report *report, const char **unjudged)
{
    const struct prove *prove = (const struct prove *)job;
    struct run_prove_options how = {
        .run = job->run, .confirm = prove->confirm, .failover = prove->failover};
    struct base_error error = {0};
    if (!has_claims(job)) {
        *unjudged = job->run.n_patterns ? "nothing is selected by -k"
                                        : "no claim in `traffic:`, and no `ports:`";
        return CLI_CONFORMS;
    }
    return run_prove(job->expectation, &job->source, &how, report, &error) < 0
               ? cli_complain(job, CLI_UNJUDGED, "%s", error.text)
               : CLI_CONFORMS;
}

static int run(struct cli_job *job)
{
    struct cli_judging how = {
        .judge = judge, .put = cli_put_verdicts, .stations = ((struct prove *)job)->confirm};
    int status = cli_open_github(job);
    status = status == CLI_CONFORMS ? cli_open_reports(job) : status;
    return status == CLI_CONFORMS ? cli_judge(job, &how) : status;
}

const struct cli_command cli_prove = {
    .name = "prove",
    .arguments = "EXPECTED... [--lab LAB | --state FILE]",
    .summary = "prove or refute the claims for every header; no frame is sent",
    .options = options,
    .after = "A claim passes if it holds for every header that its sender can send. Exit status:\n"
             "0 all proved, 1 one is refuted, 2 usage or input error, 3 not decided.\n",
    .ends_early = true,
    .reads = CLI_READS_EXPECTATIONS,
    .n_bytes = sizeof(struct prove),
    .settle = settle,
    .run = run,
};
