/* SPDX-License-Identifier: Apache-2.0
 *
 * tapproof learn: which expectation says what the network does now? */
#include "learn/learn.h"
#include "channel/channel.h"
#include "cli/cli.h"
#include "report/learn.h"
#include "report/words.h"
#include "yaml/write.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct learn {
    struct cli_job job; /* the expectation is its text */
    bool force;
};

static const struct base_option options[] = {
    {"output", 'o', "FILE", base_option_text, CLI_JOB(text.path),
     .help = "where to; default: stdout"},
    {"force", 0, NULL, base_option_flag, offsetof(struct learn, force),
     .help = "replace the file if it exists; without --force it is not touched"},
    CLI_OPTION_LAB,
    CLI_OPTION_STATE,
    CLI_OPTION_TIMEOUT,
    CLI_OPTION_MEMORY,
    {0},
};

static int settle(struct cli_job *job)
{
    const char *path = job->text.path;
    return !((struct learn *)job)->force && strcmp(path, "-") != 0 && access(path, F_OK) == 0
               ? cli_usage_error(job, "%s exists; --force replaces it", path)
               : CLI_CONFORMS;
}

/* The directory of the file that is written, with a '/' at the end; free it. */
static char *directory_of(const struct cli_output *out)
{
    struct base_buffer text = {0};
    const char *slash = strrchr(out->path, '/');
    base_put_bytes(&text, out->path, slash ? (size_t)(slash - out->path) + 1 : 0);
    base_put_text(&text, ".");
    char *directory = realpath(base_buffer_text(&text), NULL);
    base_buffer_free(&text);
    base_put_format(&text, "%s%s", directory ? directory : "",
                    directory && strcmp(directory, "/") == 0 ? "" : "/");
    free(directory);
    return base_buffer_take_text(&text);
}

/* The topology as a path relative to the file that is written, so that the two
 * can be moved together. */
static void put_path(const struct learn *learn, struct base_buffer *out)
{
    char *base = directory_of(&learn->job.text), *target = realpath(learn->job.operands[0], NULL);
    if (!base || !target) {
        base_put_text(out, learn->job.operands[0]);
    } else {
        size_t common = 0; /* behind the last '/' that both have */
        for (size_t i = 0; base[i] && base[i] == target[i]; i++) {
            common = base[i] == '/' ? i + 1 : common;
        }
        for (const char *at = strchr(base + common, '/'); at; at = strchr(at + 1, '/')) {
            base_put_text(out, "../");
        }
        base_put_text(out, target + common);
    }
    free(base);
    free(target);
}

static void put_head(const struct learn_draft *draft, const struct switch_dump *switches,
                     struct base_buffer *out)
{
    struct base_buffer remarks = {0};
    base_put_format(
        out,
        "# What the network \"%s\" does, as `tapproof learn` found it: a draft. Read it,\n"
        "# correct what should be otherwise, and take this comment out.\n",
        draft->expectation.topology->name);
    report_learn_remarks(draft, switches, "# - ", &remarks);
    if (remarks.n_bytes > 0) {
        base_put_format(out, "#\n# Not said below, or wrong as it is:\n%s",
                        base_buffer_text(&remarks));
    }
    base_buffer_free(&remarks);
    base_put_text(out, "\n");
}

static int write_draft(struct cli_job *job, const struct learn_draft *draft)
{
    const struct switch_dump *switches = job->source.states.switches;
    struct base_buffer text = {0}, path = {0}, remarks = {0};
    put_path((struct learn *)job, &path);
    put_head(draft, switches, &text);
    yaml_write_expectation(&draft->expectation, base_buffer_text(&path), &text);
    report_learn_remarks(draft, switches, "tapproof learn: ", &remarks);
    const char *remarked = base_buffer_text(&remarks);
    int status = cli_write_output(job, &job->text, &text);
    fputs(remarked, stderr);
    base_buffer_free(&remarks);
    base_buffer_free(&path);
    return status;
}

static int run(struct cli_job *job)
{
    int status = cli_open_and_read(job, CHANNEL_FLOWS);
    if (status != CLI_CONFORMS) {
        return status;
    }
    const struct switch_dump *switches = job->source.states.switches;
    struct learn_draft draft = {0};
    struct base_error error = {0};
    if (learn_expectation(job->topology, switches, &(struct learn_options){0}, &draft, &error) <
            0 ||
        report_words(&draft.judged) < 0) {
        status = cli_complain(job, CLI_UNJUDGED, "out of memory");
    } else {
        status = write_draft(job, &draft);
    }
    for (size_t i = 0; i < job->topology->n_switches && status == CLI_CONFORMS; i++) {
        status = switches[i].dumped ? CLI_CONFORMS : CLI_UNJUDGED;
    }
    status = status == CLI_CONFORMS && draft.n_unsaid > 0 ? CLI_UNJUDGED : status;
    learn_draft_free(&draft);
    return status;
}

static const struct learn defaults = {.job.text.path = "-"};

const struct cli_command cli_learn = {
    .name = "learn",
    .arguments = "TOPOLOGY [--lab LAB | --state FILE]",
    .summary = "write an expectation from the network as it is",
    .options = options,
    .after = "It is a draft: what it says the network does, which need not be what it should\n"
             "do. What no expectation can say, or is wrong whatever is expected, is listed in\n"
             "its head and on stderr. Exit status: 0 written, 2 usage or input error, 3 written,\n"
             "but for a switch that could not be read, or a port of which it is not known which\n"
             "packets an entry takes, or which of two entries of one priority.\n",
    .reads = CLI_READS_TOPOLOGY,
    .defaults = &defaults,
    .n_bytes = sizeof defaults,
    .settle = settle,
    .run = run,
};
