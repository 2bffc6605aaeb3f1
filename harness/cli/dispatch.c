/* SPDX-License-Identifier: Apache-2.0
 *
 * Which command is meant, what do its options say, and what is its help? */
#include "base/memory.h"
#include "base/suggest.h"
#include "base/version.h"
#include "cli/cases.h"
#include "cli/cli.h"
#include "cli/interrupt.h"
#include "run/expected.h"
#include "yaml/load.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct cli_command *const commands[] = {
    &cli_check,  &cli_diff, &cli_explain, &cli_flows,   &cli_learn,
    &cli_mutate, &cli_plan, &cli_prove,   &cli_station,
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

/* -------------------------------------------------------------------- help */

static void print_overview(FILE *out)
{
    fprintf(out, "usage: tapproof COMMAND ...\n\n"
                 "Proves that an OpenFlow network does what its policy says.\n\n");
    for (size_t i = 0; i < N_COMMANDS; i++) {
        fprintf(out, "  %-8s %s\n", commands[i]->name, commands[i]->summary);
    }
    fprintf(out, "\n  tapproof help COMMAND     more about a command (COMMAND --help)\n"
                 "  tapproof help FORMAT      what can stand in an expectation, a topology, a lab\n"
                 "                            file, or a policy of tapd\n"
                 "  tapproof --version        the version\n");
}

static void print_help(const struct cli_command *command)
{
    struct base_buffer options = {0};
    base_options_format(command->options, &options);
    printf("usage: tapproof %s%s%s\n\n%s\n", command->name, *command->arguments ? " " : "",
           command->arguments, command->summary);
    const char *parts[] = {command->before, base_buffer_text(&options), command->after};
    for (size_t i = 0; i < 3; i++) {
        if (parts[i] && *parts[i]) {
            printf("\n%s", parts[i]);
        }
    }
    base_buffer_free(&options);
}

/* NULL: there is none. */
static const struct cli_command *find_command(const char *name)
{
    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            return commands[i];
        }
    }
    return NULL;
}

static int refuse_command(const char *name, bool may_be_format)
{
    const char *names[N_COMMANDS + CLI_N_REFERENCES];
    for (size_t i = 0; i < N_COMMANDS; i++) {
        names[i] = commands[i]->name;
    }
    memcpy(names + N_COMMANDS, cli_reference_names, sizeof cli_reference_names);
    const char *nearest =
        base_suggest(name, names, N_COMMANDS + (may_be_format ? CLI_N_REFERENCES : 0));
    fprintf(stderr, "tapproof: no command '%s'%s%s%s; see tapproof --help\n", name,
            nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "");
    return CLI_USAGE;
}

/* A command or a format. */
static int help(const char *topic)
{
    const struct cli_command *command = find_command(topic);
    const char *text = cli_reference_text(topic);
    if (command) {
        print_help(command);
    } else if (text) {
        fputs(text, stdout);
    } else {
        return refuse_command(topic, true);
    }
    return CLI_CONFORMS;
}

/* ----------------------------------------------------------------- one job */

static int check_operands(struct cli_job *job, char **operands, int n)
{
    const struct cli_command *command = job->command;
    const char *what = command->reads == CLI_READS_TOPOLOGY ? "topology" : "expectation";
    bool several = command->reads == CLI_READS_EXPECTATIONS;
    size_t one = command->reads != CLI_READS_NOTHING && command->max_operands == 0;
    bool few = (size_t)n < command->min_operands + one;
    if (few || (!several && (size_t)n > command->max_operands + one)) {
        return command->wants ? cli_usage_error(job, "%s", command->wants)
               : few          ? cli_usage_error(job, "which %s?", what)
                              : cli_usage_error(job, "one %s at a time", what);
    }
    for (int i = 0; i < n && i < CLI_OPERANDS_MAX; i++) {
        job->operands[i] = operands[i];
    }
    job->paths = operands;
    job->n_paths = (size_t)n;
    return CLI_CONFORMS;
}

/* What the operands and options of a command say, and whether they go together. */
static int settle(struct cli_job *job, char **operands, int n)
{
    const struct cli_command *command = job->command;
    int status = check_operands(job, operands, n);
    if (status != CLI_CONFORMS) {
        return status;
    }
    if (job->state && job->lab) {
        return cli_usage_error(job, "--lab or --state, not both");
    }
    job->run.patterns = job->patterns.items;
    job->run.n_patterns = job->patterns.n;
    return command->settle ? command->settle(job) : CLI_CONFORMS;
}

/* NULL without memory. */
static struct cli_input *note_input(struct cli_job *job, const struct stat *status)
{
    for (size_t i = 0; i < job->n_inputs; i++) {
        struct cli_input *input = &job->inputs[i];
        if (input->device == status->st_dev && input->inode == status->st_ino) {
            return input;
        }
    }
    if (base_grow(&job->inputs, job->n_inputs, &job->inputs_capacity, sizeof *job->inputs) < 0) {
        return NULL;
    }
    job->inputs[job->n_inputs] =
        (struct cli_input){.device = status->st_dev, .inode = status->st_ino};
    return &job->inputs[job->n_inputs++];
}

static int read_kept(struct cli_input *input, const char *path, struct base_buffer *bytes,
                     struct base_error *error)
{
    if (!input->is_kept && yaml_disk.read(yaml_disk.context, path, &input->bytes, error) < 0) {
        return -1;
    }
    input->is_kept = true;
    base_put_bytes(bytes, input->bytes.data, input->bytes.n_bytes);
    return bytes->failed ? base_fail(error, "out of memory") : 0;
}

/* Reads a file of this machine, and notes which one it is. "-" is stdin. */
static int read_input(void *context, const char *path, struct base_buffer *bytes,
                      struct base_error *error)
{
    struct stat status;
    if (stat(strcmp(path, "-") == 0 ? "/dev/stdin" : path, &status) == 0) {
        struct cli_input *input = note_input(context, &status);
        if (!input) {
            return base_fail(error, "out of memory");
        }
        if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
            return read_kept(input, path, bytes, error);
        }
    }
    return yaml_disk.read(yaml_disk.context, path, bytes, error);
}

/* The files: topology or expectation, then lab or saved state. */
static int load(struct cli_job *job, struct topology **topology,
                struct yaml_diagnostics *diagnostics)
{
    if (job->command->reads == CLI_READS_EXPECTATIONS) {
        return cli_cases_load(job, diagnostics);
    }
    if (job->command->reads == CLI_READS_TOPOLOGY) {
        if (yaml_load_topology(&job->files, job->operands[0], topology, diagnostics) < 0) {
            return -1;
        }
        job->topology = *topology;
    } else if (run_load_expectation(&job->files, job->operands[0], &job->expectation, diagnostics) <
               0) {
        return -1;
    } else {
        job->topology = job->expectation->topology;
    }
    return run_source_load(&job->source, job->run.world, &job->files, job->topology,
                           cli_lab_path(job->lab), job->state, diagnostics);
}

static int load_and_run(struct cli_job *job)
{
    struct topology *topology = NULL;
    struct yaml_diagnostics diagnostics = {0};
    int status = CLI_USAGE;
    if (job->command->reads == CLI_READS_NOTHING || load(job, &topology, &diagnostics) == 0) {
        job->load_ms = run_ms_since(job->run.world, job->started_ns);
        status = job->command->run(job);
    } else {
        cli_print_diagnostics(&diagnostics);
    }
    yaml_diagnostics_free(&diagnostics);
    cli_cases_free(job);
    run_source_close(&job->source);
    expectation_free(job->expectation);
    topology_free(topology);
    return status;
}

/* Up to three readings are kept at a time, and each takes twice its bytes: with what is made of
 * them, eight times what comes from the network. */
static void limit_memory(struct cli_job *job)
{
    job->world.max_read_bytes = (size_t)((job->memory ? job->memory : base_memory_half()) / 8);
}

static int run_job(struct cli_job *job, int argc, char **argv)
{
    struct base_error error = {0};
    int first = base_options_parse(job->command->options, job, argc, argv, &error);
    if (first == BASE_OPTIONS_HELP_WANTED) {
        print_help(job->command);
        return CLI_CONFORMS;
    }
    if (first < 0) {
        return cli_usage_error(job, "%s", error.text);
    }
    limit_memory(job);
    int status = settle(job, argv + first, argc - first);
    return status == CLI_CONFORMS ? load_and_run(job) : status;
}

static int run_command(const struct cli_command *command, const struct run_world *world, int argc,
                       char **argv)
{
    base_memory_begin();
    struct cli_job *job = base_calloc(1, command->n_bytes);
    if (!job) {
        fputs("tapproof: out of memory\n", stderr);
        return CLI_UNJUDGED;
    }
    if (command->defaults) {
        memcpy(job, command->defaults, command->n_bytes);
    }
    job->command = command;
    job->files = (struct yaml_files){.context = job, .read = read_input};
    job->world = *world;
    job->world.interrupt_fd = command->ends_early ? cli_interrupt_catch() : 0;
    job->run.world = &job->world;
    job->started_ns = world->now_ns(world);
    int status = run_job(job, argc, argv);
    if (status != CLI_UNJUDGED && base_memory_ran_out()) {
        status = cli_complain(job, CLI_UNJUDGED, "out of memory");
    }
    for (size_t i = 0; i < job->n_inputs; i++) {
        base_buffer_free(&job->inputs[i].bytes);
    }
    free(job->inputs);
    free(job);
    return status;
}

/* -------------------------------------------------------------------- main */

static bool is_either(const char *word, const char *name, const char *letter)
{
    return strcmp(word, name) == 0 || strcmp(word, letter) == 0;
}

static int run(const struct run_world *world, int argc, char **argv)
{
    if (argc < 2) {
        print_overview(stderr);
        return CLI_USAGE;
    }
    bool helps = strcmp(argv[1], "help") == 0;
    if (is_either(argv[1], "--help", "-h") || (helps && argc == 2)) {
        print_overview(stdout);
        return CLI_CONFORMS;
    }
    if (is_either(argv[1], "--version", "-V")) {
        puts("tapproof " BASE_VERSION);
        return CLI_CONFORMS;
    }
    if (helps) {
        return help(argv[2]);
    }
    const struct cli_command *command = find_command(argv[1]);
    return command ? run_command(command, world, argc - 1, argv + 1)
                   : refuse_command(argv[1], false);
}

int cli_main(const struct run_world *world, int argc, char **argv, int *interrupt)
{
    int status = run(world, argc, argv);
    *interrupt = cli_interrupt_release();
    if (cli_flush() != 0) {
        fprintf(stderr, "tapproof: cannot write to stdout\n");
        return status == CLI_DEVIATES ? status : CLI_UNJUDGED;
    }
    return status;
}
