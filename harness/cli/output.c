/* SPDX-License-Identifier: Apache-2.0
 *
 * Where does a report go, and how is it written? */
#include "base/file.h"
#include "base/memory.h"
#include "base/version.h"
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_stdout(const struct cli_output *output)
{
    return strcmp(output->path, "-") == 0;
}

/* A terminal or a pipe can be read and written. */
static bool is_input(const struct cli_job *job, const char *path)
{
    struct stat status;
    bool is = false;
    if (stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
        for (size_t i = 0; i < job->n_inputs; i++) {
            is |= job->inputs[i].device == status.st_dev && job->inputs[i].inode == status.st_ino;
        }
    }
    return is;
}

/* base_helper_work: the file of this path becomes what is in the descriptor, which nobody can
 * shorten any more. */
static int write_for_parent(void *path, struct base_helper_task *task, struct base_error *error)
{
    enum { SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };
    struct stat status;
    int seals = fcntl(task->fd, F_GET_SEALS);
    if (seals < 0 || (seals & SEALS) != SEALS || fstat(task->fd, &status) < 0) {
        return base_fail(error, "no report");
    }
    size_t n_bytes = (size_t)status.st_size;
    void *bytes = mmap(NULL, n_bytes + 1, PROT_READ, MAP_PRIVATE, task->fd, 0);
    if (bytes == MAP_FAILED) {
        return base_fail(error, "%s", strerror(errno));
    }
    int failed = base_file_write(path, bytes, n_bytes, error);
    munmap(bytes, n_bytes + 1);
    return failed;
}

static int seal(const struct base_buffer *text, struct base_error *error)
{
    int fd = memfd_create("report", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    size_t n_written = 0;
    ssize_t n = fd;
    while (n >= 0 && n_written < text->n_bytes) {
        n = write(fd, text->data + n_written, text->n_bytes - n_written);
        n_written += n > 0 ? (size_t)n : 0;
    }
    if (n < 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0) {
        base_fail(error, "%s", strerror(errno));
        close(fd);
        return -1;
    }
    return fd;
}

static int have_written(struct cli_output *output, const struct base_buffer *text,
                        struct base_error *error)
{
    struct base_helper_task task = {.fd = seal(text, error)};
    int failed = task.fd < 0 ? -1 : base_helper_ask(&output->writer, &task, error);
    if (task.fd >= 0) {
        close(task.fd);
    }
    return failed;
}

int cli_open_output(const struct cli_job *job, struct cli_output *output)
{
    struct base_error error = {0};
    if (!output->path) {
        return CLI_CONFORMS;
    }
    if (!is_stdout(output) && base_file_check(output->path, &error) < 0) {
        return cli_complain(job, CLI_USAGE, "%s: %s", output->path, error.text);
    }
    if (!is_stdout(output) && is_input(job, output->path)) {
        return cli_complain(job, CLI_USAGE, "%s: this command reads it, and does not replace it",
                            output->path);
    }
    if (!is_stdout(output) &&
        base_helper_start(&output->writer, write_for_parent, (void *)output->path, &error) < 0) {
        return cli_complain(job, CLI_UNJUDGED, "%s: %s", output->path, error.text);
    }
    output->is_open = true;
    return CLI_CONFORMS;
}

int cli_open_reports(struct cli_job *job)
{
    struct cli_output *outputs[] = {&job->json, &job->html, &job->prometheus, &job->text};
    size_t n = 0;
    for (size_t i = 0; i < 3; i++) {
        n += outputs[i]->path && is_stdout(outputs[i]);
    }
    if (n > 1) {
        return cli_usage_error(job, "only one report can go to stdout");
    }
    if (!job->text.path && n == 0) {
        job->text.path = "-";
    }
    int status = CLI_CONFORMS;
    for (size_t i = 0; i < 4 && status == CLI_CONFORMS; i++) {
        status = cli_open_output(job, outputs[i]);
    }
    return status;
}

/* Nobody reads any more from the pipe or socket that stdout is. */
static bool is_reader_gone(void)
{
    struct pollfd polled = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&polled, 1, 0) > 0 && (polled.revents & POLLERR);
}

int cli_flush(void)
{
    errno = 0;
    int failed = fflush(stdout) != 0 || ferror(stdout) ? (errno ? errno : EIO) : 0;
    if (failed && is_reader_gone()) {
        clearerr(stdout);
        return 0;
    }
    return failed;
}

static int print(const struct base_buffer *text, struct base_error *error)
{
    fwrite(text->data, 1, text->n_bytes, stdout);
    int failed = cli_flush();
    return failed ? base_fail(error, "%s", strerror(failed)) : 0;
}

int cli_write_output(const struct cli_job *job, struct cli_output *output, struct base_buffer *text)
{
    struct base_error error = {0};
    if (!output->is_open) {
        return CLI_CONFORMS;
    }
    int failed = text->failed || base_memory_ran_out() ? base_fail(&error, "out of memory")
                 : is_stdout(output)                   ? print(text, &error)
                                                       : have_written(output, text, &error);
    base_helper_end(&output->writer);
    output->is_open = false;
    base_buffer_free(text);
    return failed ? cli_complain(job, CLI_UNJUDGED, "cannot write %s: %s",
                                 is_stdout(output) ? "stdout" : output->path, error.text)
                  : CLI_CONFORMS;
}

int cli_worse(const struct cli_job *job, int found, int written)
{
    if (written != CLI_CONFORMS && found == CLI_CONFORMS) {
        cli_complain(job, CLI_UNJUDGED, "without that report the exit status is %d, not %d",
                     CLI_UNJUDGED, CLI_CONFORMS);
    }
    return written == CLI_CONFORMS || found == CLI_DEVIATES ? found : CLI_UNJUDGED;
}

int cli_write_reports(struct cli_job *job, int status, struct base_buffer *text,
                      struct base_buffer *json)
{
    status = cli_worse(job, status, cli_write_output(job, &job->text, text));
    return cli_worse(job, status, cli_write_output(job, &job->json, json));
}

static bool wants_color(void)
{
    const char *no_color = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(no_color && *no_color) &&
           !(terminal && strcmp(terminal, "dumb") == 0);
}

/* What the terminal says, if it is one and says it. */
static unsigned columns(void)
{
    enum { USUAL = 100, LEAST = 40 };
    struct winsize size;
    if (!isatty(STDOUT_FILENO)) {
        return 0;
    }
    bool told = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= LEAST;
    return told ? size.ws_col : USUAL;
}

int cli_set_color(const struct base_option *option, void *at, const char *value,
                  struct base_error *error)
{
    static const char *const words[] = {
        [CLI_COLOR_AUTO] = "auto", [CLI_COLOR_ALWAYS] = "always", [CLI_COLOR_NEVER] = "never"};
    (void)option;
    for (int i = 0; i < 3; i++) {
        if (strcmp(value, words[i]) == 0) {
            *(enum cli_color *)at = (enum cli_color)i;
            return 0;
        }
    }
    return base_fail(error, "'%s' is none of auto, always and never", value);
}

struct report_text_options cli_text_options(const struct cli_job *job)
{
    return (struct report_text_options){
        .verbose = job->verbose,
        .quiet = job->quiet,
        .color = job->color == CLI_COLOR_AUTO ? wants_color() : job->color == CLI_COLOR_ALWAYS,
        .width = columns(),
    };
}

int cli_exit_of(const struct report *report)
{
    static const int exits[N_VERDICTS] = {[VERDICT_PASS] = CLI_CONFORMS,
                                          [VERDICT_FAIL] = CLI_DEVIATES,
                                          [VERDICT_INCONCLUSIVE] = CLI_UNJUDGED,
                                          [VERDICT_SKIP] = CLI_UNJUDGED};
    return exits[report_verdict(report)];
}

int cli_put_verdicts(struct cli_job *job, const struct report *report)
{
    struct report_text_options how = cli_text_options(job);
    struct base_buffer text = {0}, json = {0}, html = {0}, prometheus = {0};
    if (job->text.is_open) {
        report_text(report, &how, &text);
    }
    if (job->json.is_open) {
        report_json(report, BASE_VERSION, &json);
    }
    if (job->html.is_open) {
        report_html(report, job->topology, BASE_VERSION, &html);
    }
    if (job->prometheus.is_open) {
        report_prometheus(report, (double)job->run.world->wall_ns(job->run.world) / 1e9,
                          &prometheus);
    }
    int status = cli_write_reports(job, cli_exit_of(report), &text, &json);
    status = cli_worse(job, status, cli_write_output(job, &job->html, &html));
    status = cli_worse(job, status, cli_write_output(job, &job->prometheus, &prometheus));
    return cli_worse(job, status, cli_put_github(job, report));
}
