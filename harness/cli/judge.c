/* SPDX-License-Identifier: Apache-2.0
 *
 * How are several expectations judged, and reported as one? */
#include "base/memory.h"
#include "cli/cli.h"
#include "run/shared.h"
#include "run/together.h"

#include <stdlib.h>
#include <string.h>

void cli_enter_case(struct cli_job *job, size_t i)
{
    struct cli_case *of = &job->cases[i];
    job->expectation = of->expectation;
    job->topology = of->expectation->topology;
    job->source = of->source;
    job->source.world = job->run.world;
}

void cli_leave_case(struct cli_job *job, size_t i)
{
    job->cases[i].source = job->source;
    job->expectation = NULL;
    job->source = (struct run_source){0};
}

/* One, as if there could be no more. Without -k there is something to judge of one that is alone.
 */
static int judge_case(struct cli_job *job, const struct cli_judging *how, size_t i)
{
    struct cli_case *of = &job->cases[i];
    cli_enter_case(job, i);
    int status = how->judge(job, &of->report, &of->unjudged);
    cli_leave_case(job, i);
    return status == CLI_CONFORMS && of->unjudged && !job->run.n_patterns && job->n_cases == 1
               ? cli_complain(job, CLI_USAGE, "%s: %s", of->path, of->unjudged)
               : status;
}

static int judge_all(struct cli_job *job, const struct cli_judging *how)
{
    bool stopped = false;
    int status = CLI_CONFORMS;
    for (size_t i = 0; i < job->n_cases && status == CLI_CONFORMS; i++) {
        struct cli_case *of = &job->cases[i];
        if (stopped) {
            of->unjudged = "not judged: one before it deviates (-x)";
            continue;
        }
        status = judge_case(job, how, i);
        stopped = job->stops && report_count(&of->report, VERDICT_FAIL) > 0;
    }
    return status;
}

static bool is_any_judged(const struct cli_job *job)
{
    bool any = false;
    for (size_t i = 0; i < job->n_cases; i++) {
        any |= !job->cases[i].unjudged;
    }
    return any;
}

static int put_together(struct cli_job *job, const struct cli_judging *how)
{
    struct report whole = {0};
    struct run_part *parts = base_calloc(job->n_cases, sizeof *parts);
    for (size_t i = 0; parts && i < job->n_cases; i++) {
        parts[i] = (struct run_part){.report = &job->cases[i].report,
                                     .file = job->cases[i].path,
                                     .topology = job->cases[i].expectation->topology->file,
                                     .unjudged = job->cases[i].unjudged};
    }
    int failed = !parts || run_together(parts, job->n_cases, &whole) < 0;
    whole.timing.load_ms = job->load_ms;
    whole.timing.total_ms += job->load_ms;
    int status = failed ? cli_complain(job, CLI_UNJUDGED, "out of memory") : how->put(job, &whole);
    report_free(&whole);
    free(parts);
    return status;
}

static int put(struct cli_job *job, const struct cli_judging *how)
{
    struct report *report = &job->cases[0].report;
    if (!is_any_judged(job)) {
        return cli_complain(job, CLI_USAGE, "%s: %s", job->cases[0].path, job->cases[0].unjudged);
    }
    if (job->n_cases > 1) {
        return put_together(job, how);
    }
    report->timing.load_ms = job->load_ms;
    report->timing.total_ms += job->load_ms;
    return how->put(job, report);
}

/* A page shows one network. */
static int check_drawing(const struct cli_job *job)
{
    const char *first = job->cases[0].expectation->topology->file;
    for (size_t i = 1; job->html.path && i < job->n_cases; i++) {
        const char *file = job->cases[i].expectation->topology->file;
        if (strcmp(file, first) != 0) {
            return cli_complain(job, CLI_USAGE,
                                "--html shows one network: %s is of %s, and %s of %s",
                                job->cases[0].path, first, job->cases[i].path, file);
        }
    }
    return CLI_CONFORMS;
}

/* All that needs a privilege, for all of them: the first run gives it up. */
static int prepare(struct cli_job *job, const struct cli_judging *how, struct run_shared *shared)
{
    struct base_error error = {0};
    int failed = 0;
    run_shared_open(shared, &job->world);
    job->run.world = &shared->world;
    for (size_t i = 0; i < job->n_cases && !failed; i++) {
        struct run_source *source = &job->cases[i].source;
        source->like = how->stations ? NULL : source->like; /* frames want the tables of now */
        failed = source->saved ? 0
                               : run_shared_prepare(shared, source->topology, source->lab,
                                                    how->stations, job->run.timeout_ms, &error);
    }
    return failed ? cli_complain(job, CLI_UNJUDGED, "%s", error.text) : CLI_CONFORMS;
}

int cli_judge(struct cli_job *job, const struct cli_judging *how)
{
    struct run_shared shared = {0};
    int status = check_drawing(job);
    if (status == CLI_CONFORMS && job->n_cases > 1) {
        status = prepare(job, how, &shared);
    }
    status = status == CLI_CONFORMS ? judge_all(job, how) : status;
    job->run.world = &job->world;
    run_shared_close(&shared);
    job->topology = job->cases[0].expectation->topology;
    return status == CLI_CONFORMS ? put(job, how) : status;
}
