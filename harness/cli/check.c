/* SPDX-License-Identifier: Apache-2.0
 *
 * tapproof check: do tables and frames do what the expectation says? */
#include "cli/cli.h"

#include <string.h>
#include <unistd.h>

struct check {
    struct cli_job job;
    bool list;
    struct cli_output junit, tap, pcapng;
    struct base_buffer frames; /* for pcapng */
    bool shows_progress;
};

static int set_only(const struct base_option *option, void *at, const char *value,
                    struct base_error *error)
{
    (void)option;
    struct run_options *run = at;
    run->no_traffic = strcmp(value, "state") == 0;
    run->no_state = strcmp(value, "traffic") == 0;
    return run->no_traffic || run->no_state
               ? 0
               : base_fail(error, "'%s' is neither state nor traffic", value);
}

static int set_tap(const struct base_option *option, void *at, const char *value,
                   struct base_error *error)
{
    return base_option_text(option, at, value ? value : "-", error);
}

static const struct base_option options[] = {
    CLI_OPTION_LAB,
    {"state", 0, "FILE", base_option_text, CLI_JOB(state),
     .help = "judge the tables saved in FILE (flows --save); no frame is sent"},
    {"only", 0, "KIND", set_only, CLI_JOB(run),
     .help = "state: send no frames; traffic: judge frames only"},
    CLI_OPTION_PATTERN("results"),
    {"list", 0, NULL, base_option_flag, offsetof(struct check, list),
     .help = "print the ids that would be checked, and stop: not those of what may be found "
             "besides (traffic/FROM/stray/TO, transient/FROM/TO), and also those of cables that no "
             "frame may cross"},
    CLI_OPTION_JSON,
    {"junit", 0, "FILE", base_option_text, offsetof(struct check, junit.path),
     .help = "the report as JUnit XML"},
    {"tap", 0, "FILE", set_tap, offsetof(struct check, tap.path), .is_optional = true,
     .help = "the report as TAP; without FILE on stdout, in place of the text"},
    CLI_OPTION_HTML,
    CLI_OPTION_PROMETHEUS,
    CLI_OPTION_GITHUB,
    {"pcapng", 0, "FILE", base_option_text, offsetof(struct check, pcapng.path),
     .help = "the frames of failing probes, for Wireshark"},
    CLI_OPTION_EXITFIRST,
    CLI_OPTION_VERBOSE("list what passed too, and where the time went"),
    CLI_OPTION_QUIET,
    CLI_OPTION_COLOR,
    CLI_OPTION_TIMEOUT,
    CLI_OPTION_MEMORY,
    CLI_OPTION_ALLOW_FLOOD,
    CLI_OPTION_RATE,
    {"thorough", 0, NULL, base_option_flag, CLI_JOB(run.thorough),
     .help = "send so often that a loss of 1 frame in 100 shows (with 99 %), and listen 2s longer"},
    {"packet-out", 0, NULL, base_option_flag, CLI_JOB(run.packet_out),
     .help = "have switches send frames over cables that no host's frame crossed, and where hosts "
             "cannot tell which cable is bad (PACKET_OUT); their tables stay as they are"},
    {"converge", 0, "TIME", base_option_ms, CLI_JOB(run.converge_ms), .max = CLI_TIME_MAX_MS,
     .help = "how long frames may lag behind a change of the tables (default 2s)"},
    {"listen", 0, "TIME", base_option_ms, CLI_JOB(run.listen_ms), .max = CLI_TIME_MAX_MS,
     .help = "listen longer behind the last round, for copies that come late (default 0s)"},
    {0},
};

enum { N_FILES = 6 };

/* The reports that may go to a file, in the order of their writing. */
static void list_files(struct check *check, struct cli_output *files[N_FILES])
{
    files[0] = &check->job.json;
    files[1] = &check->junit;
    files[2] = &check->tap;
    files[3] = &check->pcapng;
    files[4] = &check->job.html;
    files[5] = &check->job.prometheus;
}

/* At most one report goes to stdout; the text does if no other one is to. */
static int settle(struct cli_job *job)
{
    struct check *check = (struct check *)job;
    struct cli_output *files[N_FILES];
    bool is_stdout_taken = false;
    if (job->state && job->run.no_state) {
        return cli_usage_error(job, "--state cannot go with --only traffic");
    }
    list_files(check, files);
    for (size_t i = 0; i < N_FILES; i++) {
        bool is_stdout = files[i]->path && strcmp(files[i]->path, "-") == 0;
        if (is_stdout && is_stdout_taken) {
            return cli_usage_error(job, "only one report can go to stdout");
        }
        is_stdout_taken = is_stdout_taken || is_stdout;
        for (size_t j = 0; j < i && files[i]->path; j++) {
            if (files[j]->path && strcmp(files[i]->path, files[j]->path) == 0) {
                return cli_usage_error(job, "two reports cannot go to %s", files[i]->path);
            }
        }
    }
    job->text.path = is_stdout_taken ? NULL : "-";
    job->run.no_traffic |= job->state != NULL;
    job->run.pcapng = check->pcapng.path ? &check->frames : NULL;
    return CLI_CONFORMS;
}

static int open_files(struct check *check)
{
    struct cli_output *files[N_FILES];
    int status = cli_open_github(&check->job);
    list_files(check, files);
    for (size_t i = 0; i < N_FILES && status == CLI_CONFORMS; i++) {
        status = cli_open_output(&check->job, files[i]);
    }
    return status == CLI_CONFORMS ? cli_open_output(&check->job, &check->job.text) : status;
}

/* A run that takes longer than a blink says on the terminal what it does. */
static void show_progress(void *aux, const char *text)
{
    struct check *check = aux;
    bool terminal = isatty(STDERR_FILENO);
    if (run_ms_since(check->job.run.world, check->job.started_ns) > (terminal ? 400 : 5000)) {
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

/* All are made before the first is written: there may be no memory for one of them, and then
 * there is no verdict. */
static int write_reports(struct cli_job *job, const struct report *report)
{
    struct check *check = (struct check *)job;
    struct base_buffer junit = {0}, tap = {0};
    if (check->junit.is_open) {
        report_junit(report, &junit);
    }
    if (check->tap.is_open) {
        report_tap(report, &tap);
    }
    int status = cli_put_verdicts(job, report);
    status = cli_worse(job, status, cli_write_output(job, &check->junit, &junit));
    status = cli_worse(job, status, cli_write_output(job, &check->tap, &tap));
    return cli_worse(job, status, cli_write_output(job, &check->pcapng, &check->frames));
}

static int judge(struct cli_job *job, struct report *report, const char **unjudged)
{
    struct base_error error = {0};
    job->run.saved = job->source.saved;
    int failed = run_check(job->expectation, job->source.lab, &job->run, report, &error);
    end_progress((struct check *)job);
    if (failed) {
        return cli_complain(job, CLI_UNJUDGED, "%s", error.text);
    }
    if (report->n_results == 0 && report->coverage.n_untold == 0) {
        *unjudged = job->run.n_patterns ? "nothing is selected by -k" : "nothing is selected";
    }
    return CLI_CONFORMS;
}

/* As they are in a report: of several expectations, behind the file. */
static void print_id(void *aux, const char *id)
{
    const struct cli_job *job = aux;
    printf("%s%s%s\n", job->n_cases > 1 ? job->expectation->file : "", job->n_cases > 1 ? "::" : "",
           id);
}

#define NOT_LISTED                                                                                 \
    "; what only a check may find, as traffic/FROM/stray/TO and transient/FROM/TO, is not listed"

static int list(struct cli_job *job)
{
    size_t n = 0;
    for (size_t i = 0; i < job->n_cases; i++) {
        cli_enter_case(job, i);
        n += run_list(job->expectation, &job->run, print_id, job);
        n += run_list_cables(job->topology, &job->run, print_id, job);
        cli_leave_case(job, i);
    }
    return n > 0 ? CLI_CONFORMS
                 : cli_complain(job, CLI_USAGE, "%s: nothing is selected%s" NOT_LISTED,
                                job->operands[0], job->run.n_patterns ? " by -k" : "");
}

static int run(struct cli_job *job)
{
    struct check *check = (struct check *)job;
    struct cli_judging how = {
        .judge = judge, .put = write_reports, .stations = !job->run.no_traffic};
    if (check->list) {
        return list(job);
    }
    job->run.progress = show_progress;
    job->run.progress_aux = check;
    int status = open_files(check);
    status = status == CLI_CONFORMS ? cli_judge(job, &how) : status;
    base_buffer_free(&check->frames);
    return status;
}

static const struct check defaults = {.job.run.converge_ms = RUN_CONVERGE_MS};

const struct cli_command cli_check = {
    .name = "check",
    .arguments = "EXPECTED... [--lab LAB]",
    .summary = "compare the switches and the frames with the expectation",
    .options = options,
    .after =
        "Several expectations, and directories of them (*.yaml), are checked one behind the\n"
        "other and reported together: the id of a result is FILE::ID then, and the exit status\n"
        "the worst.\n\n"
        "Nothing on a switch is changed. Exit status: 0 conforms, 1 deviates, 2 usage or\n"
        "input error, 3 could not be judged.\n",
    .ends_early = true,
    .reads = CLI_READS_EXPECTATIONS,
    .defaults = &defaults,
    .n_bytes = sizeof defaults,
    .settle = settle,
    .run = run,
};
