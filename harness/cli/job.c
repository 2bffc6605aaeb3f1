/* SPDX-License-Identifier: Apache-2.0
 *
 * How does a command complain, read the network, and write its reports? */
#include "base/memory.h"
#include "base/version.h"
#include "cli/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int cli_complain(const struct cli_job *job, int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "tapproof %s: ", job->command->name);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return status;
}

int cli_usage_error(const struct cli_job *job, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "tapproof %s: ", job->command->name);
    vfprintf(stderr, format, args);
    fprintf(stderr, "; see tapproof %s --help\n", job->command->name);
    va_end(args);
    return CLI_USAGE;
}

void cli_print_diagnostics(const struct yaml_diagnostics *diagnostics)
{
    struct base_buffer text = {0};
    yaml_format_diagnostics(diagnostics, &text);
    if (!base_memory_ran_out()) {
        fputs(base_buffer_text(&text), stderr);
    }
    base_buffer_free(&text);
}

const char *cli_lab_path(const char *option)
{
    const char *environment = getenv("TAPPROOF_LAB");
    return option ? option : environment && *environment ? environment : NULL;
}

int cli_open_output(const struct cli_job *job, struct cli_output *output)
{
    if (!output->path) {
        return CLI_CONFORMS;
    }
    output->file = strcmp(output->path, "-") == 0 ? stdout : fopen(output->path, "w");
    return output->file ? CLI_CONFORMS
                        : cli_complain(job, CLI_USAGE, "%s: %s", output->path, strerror(errno));
}

int cli_open_reports(struct cli_job *job)
{
    if (!job->text.path && !(job->json.path && strcmp(job->json.path, "-") == 0)) {
        job->text.path = "-";
    }
    int status = cli_open_output(job, &job->json);
    return status == CLI_CONFORMS ? cli_open_output(job, &job->text) : status;
}

int cli_write_output(const struct cli_job *job, struct cli_output *output, struct base_buffer *text)
{
    if (!output->file) {
        return CLI_CONFORMS;
    }
    bool failed = text->failed || base_memory_ran_out();
    bool written = !failed && fwrite(text->data, 1, text->n_bytes, output->file) == text->n_bytes;
    int error = failed ? ENOMEM : errno;
    if (output->file == stdout ? fflush(stdout) != 0 : fclose(output->file) != 0) {
        error = errno;
        written = false;
    }
    output->file = NULL;
    base_buffer_free(text);
    return written ? CLI_CONFORMS
                   : cli_complain(job, CLI_UNJUDGED, "cannot write %s: %s",
                                  strcmp(output->path, "-") == 0 ? "stdout" : output->path,
                                  error == ENOMEM ? "out of memory" : strerror(error));
}

int cli_worse(int found, int written)
{
    return written == CLI_CONFORMS || found == CLI_DEVIATES ? found : CLI_UNJUDGED;
}

int cli_write_reports(struct cli_job *job, int status, struct base_buffer *text,
                      struct base_buffer *json)
{
    status = cli_worse(status, cli_write_output(job, &job->text, text));
    return cli_worse(status, cli_write_output(job, &job->json, json));
}

int cli_read_states(struct cli_job *job, unsigned what)
{
    struct base_error error = {0};
    return run_source_read(&job->source, what, job->run.timeout_ms, &error) < 0
               ? cli_complain(job, CLI_UNJUDGED, "%s", error.text)
               : CLI_CONFORMS;
}

int cli_open_and_read(struct cli_job *job, unsigned what)
{
    int status = cli_open_reports(job);
    return status == CLI_CONFORMS ? cli_read_states(job, what) : status;
}

struct report_text_options cli_text_options(bool verbose)
{
    const char *no_color = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    struct report_text_options text = {.verbose = verbose};
    if (isatty(STDOUT_FILENO)) {
        text.color = !(no_color && *no_color) && !(terminal && strcmp(terminal, "dumb") == 0);
        text.width = 100;
    }
    return text;
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
    struct report_text_options how = cli_text_options(job->verbose);
    struct base_buffer text = {0}, json = {0};
    if (job->text.file) {
        report_text(report, &how, &text);
    }
    if (job->json.file) {
        report_json(report, BASE_VERSION, &json);
    }
    return cli_write_reports(job, cli_exit_of(report), &text, &json);
}
