/* SPDX-License-Identifier: Apache-2.0
 *
 * tapproof learn: an expectation file written from the network as it is. */
#include "learn/learn.h"
#include "cli/cli.h"
#include "report/learn.h"
#include "run/source.h"
#include "yaml/write.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct learn {
    const char *topology, *lab, *state;
    bool force;
    unsigned timeout_ms;
    struct cli_output out;
};

enum { OPT_STATE = 256, OPT_FORCE, OPT_TIMEOUT };

static const struct option options[] = {
    {"lab", required_argument, NULL, 'l'},
    {"output", required_argument, NULL, 'o'},
    {"state", required_argument, NULL, OPT_STATE},
    {"timeout", required_argument, NULL, OPT_TIMEOUT},
    {"force", no_argument, NULL, OPT_FORCE},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static int set_option(struct learn *learn, int option)
{
    switch (option) {
    case 'l':
        learn->lab = optarg;
        return CLI_CONFORMS;
    case 'o':
        learn->out.path = optarg;
        return CLI_CONFORMS;
    case OPT_STATE:
        learn->state = optarg;
        return CLI_CONFORMS;
    case OPT_FORCE:
        learn->force = true;
        return CLI_CONFORMS;
    default:
        return cli_set_duration("learn", "--timeout", optarg, &learn->timeout_ms);
    }
}

/* -1: help is wanted. */
static int parse_options(struct learn *learn, int argc, char **argv)
{
    int option;
    while ((option = getopt_long(argc, argv, ":l:o:h", options, NULL)) != -1) {
        if (option == '?' || option == ':') {
            return cli_option_error("learn", option, argv);
        }
        int status = option == 'h' ? -1 : set_option(learn, option);
        if (status != CLI_CONFORMS) {
            return status;
        }
    }
    if (argc - optind != 1) {
        return cli_usage_error("learn",
                               argc == optind ? "which topology?" : "one topology at a time");
    }
    if (learn->state && learn->lab) {
        return cli_usage_error("learn", "--state cannot go with --lab");
    }
    learn->topology = argv[optind];
    learn->lab = cli_lab_path(learn->lab);
    return CLI_CONFORMS;
}

/* The directory of the file that is written, with a '/' at the end; free it. */
static char *directory_of(const struct cli_output *out)
{
    struct base_buffer text = {0};
    const char *slash = out->file == stdout ? NULL : strrchr(out->path, '/');
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
    char *base = directory_of(&learn->out), *target = realpath(learn->topology, NULL);
    if (!base || !target) {
        base_put_text(out, learn->topology);
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

static int write_draft(struct learn *learn, const struct learn_draft *draft,
                       const struct switch_dump *switches)
{
    struct base_buffer text = {0}, path = {0}, remarks = {0};
    put_path(learn, &path);
    put_head(draft, switches, &text);
    yaml_write_expectation(&draft->expectation, base_buffer_text(&path), &text);
    int status = cli_write_output("learn", &learn->out, &text);
    report_learn_remarks(draft, switches, "tapproof learn: ", &remarks);
    fputs(base_buffer_text(&remarks), stderr);
    base_buffer_free(&remarks);
    base_buffer_free(&text);
    base_buffer_free(&path);
    return status;
}

static int learn_from(struct learn *learn, const struct run_source *source)
{
    const struct topology *topology = source->topology;
    struct switch_dump *switches = calloc(topology->n_switches + 1, sizeof *switches);
    struct learn_draft draft = {0};
    struct base_error error = {0};
    int status = CLI_UNJUDGED;
    bool all = true;
    for (size_t i = 0; switches && i < topology->n_switches; i++) {
        const struct switch_state *state = source->states.by_switch[i];
        switches[i] = (struct switch_dump){
            .dumped = state != NULL, .reason = source->states.reasons[i], .state = state};
        all = all && state;
    }
    if (!switches ||
        learn_expectation(topology, switches, &(struct learn_options){0}, &draft, &error) < 0) {
        fprintf(stderr, "tapproof learn: out of memory\n");
    } else {
        status = cli_open_output("learn", &learn->out) == CLI_CONFORMS
                     ? write_draft(learn, &draft, switches)
                     : CLI_USAGE;
        status = status != CLI_CONFORMS || all ? status : CLI_UNJUDGED;
    }
    learn_draft_free(&draft);
    free(switches);
    return status;
}

static int read_and_learn(struct learn *learn, struct run_source *source)
{
    struct base_error error = {0};
    if (run_source_read(source, learn->timeout_ms, &error) < 0) {
        fprintf(stderr, "tapproof learn: %s\n", error.text);
        return CLI_UNJUDGED;
    }
    return learn_from(learn, source);
}

int cli_learn(int argc, char **argv)
{
    struct learn learn = {.out.path = "-"};
    struct topology *topology = NULL;
    struct run_source source = {0};
    struct yaml_diagnostics diagnostics = {0};
    int status = parse_options(&learn, argc, argv);
    if (status != CLI_CONFORMS) {
        if (status < 0) {
            cli_print_help(stdout, "learn");
        }
        return status < 0 ? CLI_CONFORMS : status;
    }
    status = CLI_USAGE;
    if (!learn.force && strcmp(learn.out.path, "-") != 0 && access(learn.out.path, F_OK) == 0) {
        return cli_usage_error("learn", "%s exists; --force replaces it", learn.out.path);
    }
    if (yaml_load_topology(learn.topology, &topology, &diagnostics) == 0 &&
        run_source_load(&source, topology, learn.lab, learn.state, &diagnostics) == 0) {
        status = read_and_learn(&learn, &source);
    } else {
        cli_print_diagnostics(&diagnostics);
    }
    yaml_diagnostics_free(&diagnostics);
    run_source_close(&source);
    topology_free(topology);
    return status;
}
