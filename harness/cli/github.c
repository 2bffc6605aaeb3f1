/* SPDX-License-Identifier: Apache-2.0
 *
 * How does a command tell GitHub's workflows what it found? Annotations go to stderr, where a
 * report on stdout is not disturbed, and the summary behind what the step's file has already. */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_wanted(const struct cli_job *job)
{
    const char *actions = getenv("GITHUB_ACTIONS");
    return job->github || (actions && strcmp(actions, "true") == 0);
}

int cli_open_github(struct cli_job *job)
{
    const char *path = getenv("GITHUB_STEP_SUMMARY");
    job->github = is_wanted(job);
    job->summary_fd = -1;
    if (!job->github || !path || !*path) {
        return CLI_CONFORMS;
    }
    job->summary_fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
    return job->summary_fd < 0
               ? cli_complain(job, CLI_USAGE, "GITHUB_STEP_SUMMARY: %s: %s", path, strerror(errno))
               : CLI_CONFORMS;
}

/* 0, or an errno. */
static int write_all(int fd, struct base_buffer *text)
{
    for (size_t n = 0; n < text->n_bytes;) {
        ssize_t written = write(fd, base_buffer_text(text) + n, text->n_bytes - n);
        if (written < 0 && errno != EINTR) {
            return errno;
        }
        n += written > 0 ? (size_t)written : 0;
    }
    return 0;
}

static int put_summary(const struct cli_job *job, const struct report *report)
{
    struct base_buffer text = {0};
    report_markdown(report, &text);
    int failed = text.failed ? ENOMEM : write_all(job->summary_fd, &text);
    base_buffer_free(&text);
    return failed ? cli_complain(job, CLI_UNJUDGED, "GITHUB_STEP_SUMMARY: %s", strerror(failed))
                  : CLI_CONFORMS;
}

int cli_put_github(struct cli_job *job, const struct report *report)
{
    struct base_buffer text = {0};
    int status = CLI_CONFORMS;
    if (!job->github) {
        return status;
    }
    report_github(report, &text);
    fputs(base_buffer_text(&text), stderr);
    base_buffer_free(&text);
    if (job->summary_fd >= 0) {
        status = put_summary(job, report);
        close(job->summary_fd);
        job->summary_fd = -1;
    }
    return status;
}
