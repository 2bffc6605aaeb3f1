/* SPDX-License-Identifier: Apache-2.0
 *
 * What a command is, and what all of them share. Each command is one row (its
 * name, options, help and function), in a file named after it; dispatch.c has
 * the list of rows, reads the command line and the files that it names, and
 * calls the function. Only this room prints and exits. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/buffer.h"
#include "base/helper.h"
#include "base/options.h"
#include "model/expectation.h"
#include "model/result.h"
#include "report/report.h"
#include "run/run.h"
#include "run/source.h"

#include <stdio.h>
#include <sys/types.h>

enum cli_exit {
    CLI_CONFORMS = 0,
    CLI_DEVIATES = 1,
    CLI_USAGE = 2,   /* usage or input error */
    CLI_UNJUDGED = 3 /* could not be judged */
};

/* Where a report goes: a file, or "-" for stdout. Checked before the run, so that a path
 * that cannot be written costs nothing; written behind it, so that an old report is there
 * until the new one is. */
struct cli_output {
    const char *path;          /* NULL: not wanted */
    bool is_open;              /* it was checked, and may be written */
    struct base_helper writer; /* of the file: this process cannot when it is confined */
};

enum cli_color { CLI_COLOR_AUTO, CLI_COLOR_ALWAYS, CLI_COLOR_NEVER };

enum { CLI_OPERANDS_MAX = 4 };

/* A file that was read. What is no regular one, such as a pipe, gives its bytes once only: they
 * are kept for who reads it again. */
struct cli_input {
    dev_t device;
    ino_t inode;
    bool is_kept;
    struct base_buffer bytes;
};

/* One expectation of a command that takes several, and what was found. */
struct cli_case {
    char *path;
    dev_t device;
    ino_t inode;
    struct expectation *expectation;
    struct run_source source;
    struct report report;
    const char *unjudged; /* why it was not; NULL: it was */
};

/* One command line, as far as commands have it in common. A command that has
 * options of its own begins its structure with this one. */
struct cli_job {
    const struct cli_command *command;
    const char *operands[CLI_OPERANDS_MAX]; /* NULL behind the last one */
    const char *lab;                        /* --lab, else $TAPPROOF_LAB, else NULL */
    const char *state;                      /* --state: a saved state; NULL: the switches */
    struct base_option_list patterns;       /* -k; also in `run` */
    struct run_options run;
    struct run_world
        world;       /* the one of the program, interrupted by signals and limited by `memory` */
    uint64_t memory; /* bytes; 0: half of what there is */
    bool verbose, quiet;
    enum cli_color color;
    struct cli_output text, json, html, prometheus;
    bool github;              /* --github, or this is one of its workflows */
    int summary_fd;           /* of the workflow's step; -1: none */
    struct yaml_files files;  /* this machine's; those that are read are noted in `inputs` */
    struct cli_input *inputs; /* no output may replace them; freed behind the command */
    size_t n_inputs, inputs_capacity;
    uint64_t started_ns;
    double load_ms; /* what reading the files took */
    bool stops;     /* --exitfirst */
    char **paths;   /* the operands of a command that takes several expectations */
    size_t n_paths;
    struct cli_case *cases; /* what they name; each in turn is `expectation` and so on, below */
    size_t n_cases;
    /* What operands[0] names, by command->reads; freed behind the command. */
    struct expectation *expectation; /* NULL unless it is one */
    const struct topology *topology; /* the expectation's, or the one that was named */
    struct run_source source;        /* lab or saved state; no switch has been read yet */
};

enum cli_reads {
    CLI_READS_NOTHING, /* the command reads its operands itself */
    CLI_READS_TOPOLOGY,
    CLI_READS_EXPECTATION,
    CLI_READS_EXPECTATIONS /* job->cases, any number */
};

struct cli_command {
    const char *name, *arguments, *summary;
    const char *before, *after;        /* paragraphs of help around the options; may be NULL */
    const struct base_option *options; /* offsets are those of the command's own structure */
    bool ends_early;                   /* by a signal, with a report of what it has judged */
    enum cli_reads reads;              /* what operands[0] is */
    size_t min_operands, max_operands; /* both 0: one, if the command reads one */
    const char *wants;    /* the usage error where there are fewer or more; NULL: by `reads` */
    const void *defaults; /* the command's structure before the options are read; NULL: zeros */
    size_t n_bytes;       /* of that structure */
    /* Options that do not go together: CLI_CONFORMS, or a message and CLI_USAGE.
     * Called before any file is read; NULL: there are none. */
    int (*settle)(struct cli_job *job);
    int (*run)(struct cli_job *job); /* returns enum cli_exit */
};

extern const struct cli_command cli_check, cli_diff, cli_explain, cli_flows, cli_learn, cli_mutate,
    cli_plan, cli_prove, cli_station;

/* Runs the command line argv[1]... in this world, and returns the exit status of
 * the process. argv is reordered. `interrupt`: the signal that ended the run early, by which the
 * process is to end in place of the status; 0: none. */
int cli_main(const struct run_world *world, int argc, char **argv, int *interrupt);

/* The formats of files that `tapproof help` knows. */
enum { CLI_N_REFERENCES = 4 };
extern const char *const cli_reference_names[CLI_N_REFERENCES];

/* All about a format: the source of its manual page, in Markdown (docs/man); NULL: there is no such
 * format. */
const char *cli_reference_text(const char *name);

/* Rows that several commands have; the offsets are of struct cli_job. */
enum { CLI_TIME_MAX_MS = 86400000 };
#define CLI_JOB(member) offsetof(struct cli_job, member)
#define CLI_OPTION_LAB                                                                             \
    {                                                                                              \
        "lab", 'l', "LAB", base_option_text, CLI_JOB(lab),                                         \
            .help = "where the topology runs (default: $TAPPROOF_LAB, else the endpoints in the "  \
                    "topology file)"                                                               \
    }
#define CLI_OPTION_STATE                                                                           \
    {                                                                                              \
        "state", 0, "FILE", base_option_text, CLI_JOB(state),                                      \
            .help = "the tables saved in FILE (flows --save), in place of the switches"            \
    }
#define CLI_OPTION_PATTERN(things)                                                                 \
    {                                                                                              \
        NULL, 'k', "PATTERN", cli_set_pattern, CLI_JOB(patterns),                                  \
            .help = "only " things " whose id contains PATTERN, or matches it as a whole if it "   \
                    "has *, ? or [; with and, or, not and parentheses; may be repeated"            \
    }
#define CLI_OPTION_JSON                                                                            \
    {                                                                                              \
        "json", 0, "FILE", base_option_text, CLI_JOB(json.path),                                   \
            .help = "the report as JSON; - is stdout, in place of the text"                        \
    }
#define CLI_OPTION_HTML                                                                            \
    {                                                                                              \
        "html", 0, "FILE", base_option_text, CLI_JOB(html.path),                                   \
            .help = "the report as one HTML file, with a picture of the network"                   \
    }
#define CLI_OPTION_PROMETHEUS                                                                      \
    {                                                                                              \
        "prometheus", 0, "FILE", base_option_text, CLI_JOB(prometheus.path),                       \
            .help = "counts of the report, in Prometheus' text format"                             \
    }
#define CLI_OPTION_GITHUB                                                                          \
    {                                                                                              \
        "github", 0, NULL, base_option_flag, CLI_JOB(github),                                      \
            .help = "annotations on stderr and the summary of the step ($GITHUB_STEP_SUMMARY), "   \
                    "as GitHub's workflows read them; there it is on by itself"                    \
    }
#define CLI_OPTION_VERBOSE(text)                                                                   \
    {                                                                                              \
        "verbose", 'v', NULL, base_option_flag, CLI_JOB(verbose), .help = (text)                   \
    }
#define CLI_OPTION_EXITFIRST                                                                       \
    {                                                                                              \
        "exitfirst", 'x', NULL, base_option_flag, CLI_JOB(stops),                                  \
            .help = "of several expectations, stop behind the first that deviates"                 \
    }
#define CLI_OPTION_QUIET                                                                           \
    {                                                                                              \
        "quiet", 'q', NULL, base_option_flag, CLI_JOB(quiet),                                      \
            .help = "of the text only the last line, the verdict"                                  \
    }
#define CLI_OPTION_COLOR                                                                           \
    {                                                                                              \
        "color", 0, "WHEN", cli_set_color, CLI_JOB(color),                                         \
            .help = "colour the text: always, never or auto (the default: on a terminal, "         \
                    "unless NO_COLOR is set)"                                                      \
    }
#define CLI_OPTION_ALLOW_FLOOD                                                                     \
    {                                                                                              \
        "allow-flood", 0, NULL, base_option_flag, CLI_JOB(run.allow_flood),                        \
            .help =                                                                                \
                "send broadcast, multicast and unknown unicast into NORMAL, too, which floods "    \
                "them: endlessly in a ring without spanning tree"                                  \
    }
#define CLI_OPTION_RATE                                                                            \
    {                                                                                              \
        "rate", 0, "N", base_option_number, CLI_JOB(run.rate),                                     \
            .min = 1, .max = 1000000000,                                                           \
            .help = "send at most N frames a second (default: what the lab file says, else 1000)"  \
    }
#define CLI_OPTION_MEMORY                                                                          \
    {                                                                                              \
        "memory", 0, "SIZE", base_option_size, CLI_JOB(memory),                                    \
            .min = 1 << 20,                                                                        \
            .help = "what all switches together may make it use (default: half of the machine's)"  \
    }
#define CLI_OPTION_TIMEOUT                                                                         \
    {                                                                                              \
        "timeout", 0, "TIME", base_option_ms, CLI_JOB(run.timeout_ms),                             \
            .max = CLI_TIME_MAX_MS, .help = "for reading a switch (default 10s)"                   \
    }

base_option_set cli_set_color;   /* enum cli_color: auto, always or never */
base_option_set cli_set_pattern; /* struct base_option_list of expressions (run/pattern.h) */

/* Writes out what was printed to stdout. 0, also if its reader went away; else errno. */
int cli_flush(void);

/* "tapproof COMMAND: TEXT" on stderr. Returns `status`. */
int cli_complain(const struct cli_job *job, int status, const char *format, ...) BASE_PRINTF(3, 4);

/* The same, and how to get help. Returns CLI_USAGE. */
int cli_usage_error(const struct cli_job *job, const char *format, ...) BASE_PRINTF(2, 3);

/* What is wrong with the files that were read, on stderr; nothing if memory ran out, which may
 * be all that is wrong with them. */
void cli_print_diagnostics(const struct yaml_diagnostics *diagnostics);

/* The lab file: what an option says, else $TAPPROOF_LAB, else NULL (the
 * topology's own endpoints). */
const char *cli_lab_path(const char *option);

/* Opens job->json, job->html, job->prometheus and job->text; the text goes to stdout unless its
 * path is set already, or another report goes there. CLI_CONFORMS, or a message and CLI_USAGE. */
int cli_open_reports(struct cli_job *job);

/* CLI_CONFORMS, also if the output is not wanted, or a message and CLI_USAGE: it cannot
 * be written, or is a file that this command has read. */
int cli_open_output(const struct cli_job *job, struct cli_output *output);

/* Writes the text, closes the output and frees the text; does nothing if the
 * output is not open. CLI_CONFORMS, or a message and CLI_UNJUDGED. A reader of stdout who went
 * away has seen enough: that is no error. If memory ran out since the
 * command began, nothing is written: what was found may be wrong. */
int cli_write_output(const struct cli_job *job, struct cli_output *output,
                     struct base_buffer *text);

/* Writes job->text and job->json, as cli_write_output does. Returns the exit status: `status`, or
 * as cli_worse if one could not be written. */
int cli_write_reports(struct cli_job *job, int status, struct base_buffer *text,
                      struct base_buffer *json);

/* The worse of what was found and how it was written: a deviation stays one,
 * anything else is CLI_UNJUDGED if the report could not be written, and stderr says so where it
 * would have been CLI_CONFORMS. */
int cli_worse(const struct cli_job *job, int found, int written);

/* cli_open_reports, then cli_read_states. */
int cli_open_and_read(struct cli_job *job, unsigned what);

/* Gives up all privileges, before the first switch is read; says on stderr what is missing. */
void cli_confine(const struct cli_job *job);

/* Confines itself, and reads the switches, or reads the saved state, into job->source.states.
 * `what`: CHANNEL_*. CLI_CONFORMS, or a message and CLI_UNJUDGED. */
int cli_read_states(struct cli_job *job, unsigned what);

/* How text goes to stdout: in colour on a terminal, unless NO_COLOR, TERM or --color say
 * otherwise, and as wide as the terminal says. */
struct report_text_options cli_text_options(const struct cli_job *job);

/* Whether GitHub is to be told, and the file of its summary. CLI_CONFORMS, or a message and
 * CLI_USAGE: it cannot be opened. */
int cli_open_github(struct cli_job *job);

/* Tells GitHub, if it is to be told. CLI_CONFORMS, or a message and CLI_UNJUDGED. */
int cli_put_github(struct cli_job *job, const struct report *report);

/* Writes a report of verdicts as text, JSON, HTML and for Prometheus, and tells GitHub. Returns the
 * exit status. */
int cli_put_verdicts(struct cli_job *job, const struct report *report);

/* How a command judges, and says what it found. */
struct cli_judging {
    /* job->expectation, into `report`. CLI_CONFORMS, also if *unjudged says why there was nothing
     * to judge; else a message and the exit status. */
    int (*judge)(struct cli_job *job, struct report *report, const char **unjudged);
    /* Returns the exit status. */
    int (*put)(struct cli_job *job, const struct report *report);
    bool stations; /* frames will be sent */
};

/* Judges job->cases one behind the other, and reports them together; the switches of a lab are
 * spoken to in one session for all of them. Returns the exit status. */
int cli_judge(struct cli_job *job, const struct cli_judging *how);

/* Makes one of job->cases the expectation of the job, and takes it back. */
void cli_enter_case(struct cli_job *job, size_t i);
void cli_leave_case(struct cli_job *job, size_t i);

/* The exit status that the verdict of a report means. */
int cli_exit_of(const struct report *report);

#endif
