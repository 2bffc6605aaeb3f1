/* SPDX-License-Identifier: Apache-2.0
 *
 * The commands, and what they share. Only this room prints and exits. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/buffer.h"
#include "base/version.h"
#include "model/expectation.h"
#include "model/result.h"
#include "report/report.h"
#include "run/run.h"
#include "yaml/load.h"

#include <stdio.h>

enum cli_exit {
    CLI_CONFORMS = 0,
    CLI_DEVIATES = 1,
    CLI_USAGE = 2,   /* usage or input error */
    CLI_UNJUDGED = 3 /* could not be judged */
};

struct cli_command {
    const char *name;
    int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns enum cli_exit */
    const char *arguments;
    const char *summary;
    const char *help; /* options and what they mean */
};

extern const struct cli_command cli_commands[];
extern const size_t cli_n_commands;

int cli_check(int argc, char **argv);
int cli_diff(int argc, char **argv);
int cli_explain(int argc, char **argv);
int cli_flows(int argc, char **argv);
int cli_learn(int argc, char **argv);
int cli_mutate(int argc, char **argv);
int cli_plan(int argc, char **argv);
int cli_prove(int argc, char **argv);
int cli_station(int argc, char **argv);

/* Prints the help of the command whose name this is. */
void cli_print_help(FILE *out, const char *command);

/* "tapproof COMMAND: TEXT" on stderr and how to get help. Returns CLI_USAGE. */
int cli_usage_error(const char *command, const char *format, ...) BASE_PRINTF(2, 3);

/* For what getopt_long (with opterr 0 and ':' first) does not know: '?' or ':'.
 * Returns CLI_USAGE. */
int cli_option_error(const char *command, int option, char **argv);

/* Keeps what a -k says. CLI_CONFORMS, or a message and CLI_USAGE. */
enum { CLI_PATTERNS_MAX = 64 };
struct cli_patterns {
    const char *items[CLI_PATTERNS_MAX];
};
int cli_add_pattern(const char *command, struct cli_patterns *patterns, struct run_options *run,
                    const char *pattern);

/* The value of an option that is a time. CLI_CONFORMS, or a message and CLI_USAGE. */
int cli_set_duration(const char *command, const char *option, const char *text, unsigned *ms);

/* How text goes to stdout: in colour on a terminal, unless NO_COLOR or TERM say
 * otherwise. */
struct report_text_options cli_text_options(bool verbose);

/* The exit status that the verdict of a report means. */
int cli_exit_of(const struct report *report);

/* "2s", "500ms", "1m", or plain seconds. False: not a duration, or over a day. */
bool cli_parse_duration(const char *text, unsigned *ms);

/* Where a report goes: a file, or "-" for stdout. Opened before the run, so
 * that a path that cannot be written costs nothing. */
struct cli_output {
    const char *path; /* NULL: not wanted */
    FILE *file;
};

/* CLI_CONFORMS, or a message and CLI_USAGE. */
int cli_open_output(const char *command, struct cli_output *output);

/* Writes and closes. CLI_CONFORMS, or a message and CLI_UNJUDGED. */
int cli_write_output(const char *command, struct cli_output *output, struct base_buffer *text);

/* What is wrong with the files that were read, on stderr. */
void cli_print_diagnostics(const struct yaml_diagnostics *diagnostics);

/* The lab file: what --lab says, else $TAPPROOF_LAB, else NULL (the topology's
 * own endpoints). */
const char *cli_lab_path(const char *option);

#endif
