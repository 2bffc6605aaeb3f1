/* SPDX-License-Identifier: Apache-2.0
 *
 * What the commands share: usage errors, durations, output files. */
#include "cli/cli.h"

#include "base/duration.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int cli_usage_error(const char *command, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "tapproof %s: ", command);
    vfprintf(stderr, format, args);
    fprintf(stderr, "; see tapproof %s --help\n", command);
    va_end(args);
    return CLI_USAGE;
}

int cli_option_error(const char *command, int option, char **argv)
{
    const char *word = argv[optind - 1];
    return option == ':' ? cli_usage_error(command, "%s needs a value", word)
                         : cli_usage_error(command, "unknown option '%s'", word);
}

bool cli_parse_duration(const char *text, unsigned *ms)
{
    uint64_t ns;
    if (!base_duration_parse(text, &ns) || ns > UINT64_C(86400000000000)) {
        return false;
    }
    *ms = (unsigned)(ns / 1000000);
    return true;
}

int cli_set_duration(const char *command, const char *option, const char *text, unsigned *ms)
{
    return cli_parse_duration(text, ms)
               ? CLI_CONFORMS
               : cli_usage_error(command, "%s: '%s' is not a time such as 2s or 500ms", option,
                                 text);
}

int cli_add_pattern(const char *command, struct cli_patterns *patterns, struct run_options *run,
                    const char *pattern)
{
    if (run->n_patterns == CLI_PATTERNS_MAX) {
        return cli_usage_error(command, "more than %d -k", CLI_PATTERNS_MAX);
    }
    patterns->items[run->n_patterns++] = pattern;
    run->patterns = patterns->items;
    return CLI_CONFORMS;
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

int cli_open_output(const char *command, struct cli_output *output)
{
    if (!output->path) {
        return CLI_CONFORMS;
    }
    output->file = strcmp(output->path, "-") == 0 ? stdout : fopen(output->path, "w");
    if (!output->file) {
        fprintf(stderr, "tapproof %s: %s: %s\n", command, output->path, strerror(errno));
        return CLI_USAGE;
    }
    return CLI_CONFORMS;
}

int cli_write_output(const char *command, struct cli_output *output, struct base_buffer *text)
{
    bool written =
        !text->failed && fwrite(text->data, 1, text->n_bytes, output->file) == text->n_bytes;
    int error = errno;
    if (output->file == stdout ? fflush(stdout) != 0 : fclose(output->file) != 0) {
        error = errno;
        written = false;
    }
    output->file = NULL;
    if (!written) {
        fprintf(stderr, "tapproof %s: cannot write %s: %s\n", command,
                strcmp(output->path, "-") == 0 ? "stdout" : output->path, strerror(error));
        return CLI_UNJUDGED;
    }
    return CLI_CONFORMS;
}

void cli_print_diagnostics(const struct yaml_diagnostics *diagnostics)
{
    struct base_buffer text = {0};
    yaml_format_diagnostics(diagnostics, &text);
    fputs(base_buffer_text(&text), stderr);
    base_buffer_free(&text);
}

const char *cli_lab_path(const char *option)
{
    const char *environment = getenv("TAPPROOF_LAB");
    return option ? option : environment && *environment ? environment : NULL;
}
