/* SPDX-License-Identifier: Apache-2.0
 *
 * How does a command say what is wrong? */
#include "base/memory.h"
#include "cli/cli.h"

#include <stdarg.h>

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
