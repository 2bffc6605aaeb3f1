/* SPDX-License-Identifier: Apache-2.0
 *
 * What do commands have in common before they judge: where the network is, and how it is read? */
#include "cli/cli.h"
#include "run/pattern.h"

#include <stdlib.h>

int cli_set_pattern(const struct base_option *option, void *at, const char *value,
                    struct base_error *error)
{
    return run_pattern_check(value, error) < 0 ? base_fail_in(error, "'%s'", value)
                                               : base_option_list(option, at, value, error);
}

const char *cli_lab_path(const char *option)
{
    const char *environment = getenv("TAPPROOF_LAB");
    return option ? option : environment && *environment ? environment : NULL;
}

void cli_confine(const struct cli_job *job)
{
    struct base_error missing;
    if (job->world.confine(&job->world, &missing) < 0) {
        cli_complain(job, CLI_CONFORMS, "warning: not confined: %s", missing.text);
    }
}

int cli_read_states(struct cli_job *job, unsigned what)
{
    struct base_error error = {0};
    int failed = run_source_open(&job->source, job->run.timeout_ms, &error);
    if (!failed && job->source.lab) {
        cli_confine(job);
    }
    return failed || run_source_read(&job->source, what, &error) < 0
               ? cli_complain(job, CLI_UNJUDGED, "%s", error.text)
               : CLI_CONFORMS;
}

int cli_open_and_read(struct cli_job *job, unsigned what)
{
    int status = cli_open_reports(job);
    return status == CLI_CONFORMS ? cli_read_states(job, what) : status;
}
