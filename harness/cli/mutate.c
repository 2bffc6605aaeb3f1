/* SPDX-License-Identifier: Apache-2.0
 *
 * tapproof mutate: which mistakes an expectation would not notice. */
#include "mutate/mutate.h"
#include "cli/cli.h"
#include "report/mutate.h"
#include "run/source.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SHOWN = 20 };

struct mutate {
    const char *expectation, *lab, *state;
    bool verbose;
    double min_score; /* percent; -1: none */
    struct mutate_options options;
    struct run_options run;
    struct cli_patterns patterns;
    struct cli_output text, json;
};

enum { OPT_STATE = 256, OPT_JSON, OPT_TIMEOUT, OPT_MIN_SCORE, OPT_LIMIT, OPT_SEED };

static const struct option options[] = {
    {"lab", required_argument, NULL, 'l'},
    {"state", required_argument, NULL, OPT_STATE},
    {"min-score", required_argument, NULL, OPT_MIN_SCORE},
    {"limit", required_argument, NULL, OPT_LIMIT},
    {"seed", required_argument, NULL, OPT_SEED},
    {"json", required_argument, NULL, OPT_JSON},
    {"timeout", required_argument, NULL, OPT_TIMEOUT},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static int set_number(const char *option, const char *text, uint64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end || strspn(text, "0123456789") != strlen(text)) {
        return cli_usage_error("mutate", "%s: '%s' is not a number", option, text);
    }
    return CLI_CONFORMS;
}

static int set_limit(struct mutate *mutate)
{
    uint64_t limit;
    int status = set_number("--limit", optarg, &limit);
    if (status == CLI_CONFORMS && (limit == 0 || limit > SIZE_MAX)) {
        return cli_usage_error("mutate", "--limit: at least 1");
    }
    mutate->options.limit = (size_t)limit;
    return status;
}

static int set_min_score(struct mutate *mutate)
{
    char *end;
    mutate->min_score = strtod(optarg, &end);
    if (end == optarg || (*end && strcmp(end, "%") != 0) ||
        !(mutate->min_score >= 0 && mutate->min_score <= 100)) {
        return cli_usage_error("mutate", "--min-score: '%s' is not a percentage from 0 to 100",
                               optarg);
    }
    return CLI_CONFORMS;
}

static int set_option(struct mutate *mutate, int option)
{
    switch (option) {
    case 'l':
        mutate->lab = optarg;
        return CLI_CONFORMS;
    case OPT_STATE:
        mutate->state = optarg;
        return CLI_CONFORMS;
    case 'k':
        return cli_add_pattern("mutate", &mutate->patterns, &mutate->run, optarg);
    case 'v':
        mutate->verbose = true;
        return CLI_CONFORMS;
    case OPT_MIN_SCORE:
        return set_min_score(mutate);
    case OPT_LIMIT:
        return set_limit(mutate);
    case OPT_SEED:
        return set_number("--seed", optarg, &mutate->options.seed);
    case OPT_JSON:
        mutate->json.path = optarg;
        return CLI_CONFORMS;
    case OPT_TIMEOUT:
        return cli_set_duration("mutate", "--timeout", optarg, &mutate->run.timeout_ms);
    default:
        return CLI_USAGE;
    }
}

static int parse_options(struct mutate *mutate, int argc, char **argv)
{
    int option;
    while ((option = getopt_long(argc, argv, ":l:k:vh", options, NULL)) != -1) {
        if (option == '?' || option == ':') {
            return cli_option_error("mutate", option, argv);
        }
        if (option == 'h') {
            return -1;
        }
        int status = set_option(mutate, option);
        if (status != CLI_CONFORMS) {
            return status;
        }
    }
    if (argc - optind != 1) {
        return cli_usage_error("mutate",
                               argc == optind ? "which expectation?" : "one expectation at a time");
    }
    if (mutate->lab && mutate->state) {
        return cli_usage_error("mutate", "--lab or --state, not both");
    }
    mutate->expectation = argv[optind];
    mutate->text.path = mutate->json.path && strcmp(mutate->json.path, "-") == 0 ? NULL : "-";
    return CLI_CONFORMS;
}

static int write_reports(struct mutate *mutate, const struct mutations *mutations,
                         const struct topology *topology)
{
    struct base_buffer out = {0};
    int status = CLI_CONFORMS;
    if (mutate->text.file) {
        struct report_text_options text = cli_text_options(mutate->verbose);
        report_mutate_text(mutations, topology, mutate->verbose ? 0 : SHOWN, &text, &out);
        status = cli_write_output("mutate", &mutate->text, &out);
        base_buffer_free(&out);
    }
    if (mutate->json.file) {
        report_mutate_json(mutations, topology, BASE_VERSION, &out);
        int written = cli_write_output("mutate", &mutate->json, &out);
        status = status != CLI_CONFORMS ? status : written;
        base_buffer_free(&out);
    }
    return status;
}

/* What the score means. Undecided changes may count against it. */
static int exit_of(const struct mutate *mutate, const struct mutations *mutations)
{
    enum verdict base = report_verdict(&mutations->base);
    double score = mutations_score(mutations);
    double noticed = (double)mutations_count(mutations, MUTATION_NOTICED);
    double worst = noticed + (double)mutations_count(mutations, MUTATION_UNNOTICED) +
                   (double)mutations_count(mutations, MUTATION_UNDECIDED);
    if (base != VERDICT_PASS) {
        fprintf(stderr, "tapproof mutate: the network as it is %s: no score\n",
                base == VERDICT_FAIL ? "does not conform" : "could not be judged");
        return CLI_UNJUDGED;
    }
    if (mutations->n_items == 0 && mutations->n_deselected > 0) {
        fprintf(stderr, "tapproof mutate: %s: nothing is selected by -k\n", mutate->expectation);
        return CLI_USAGE;
    }
    if (score < 0) {
        return CLI_UNJUDGED;
    }
    if (score < mutate->min_score) {
        return CLI_DEVIATES;
    }
    return 100 * noticed / worst < mutate->min_score ? CLI_UNJUDGED : CLI_CONFORMS;
}

static bool selects(void *aux, const char *id)
{
    return run_selects(aux, id);
}

static int try_and_report(struct mutate *mutate, const struct expectation *expectation,
                          const struct run_states *states)
{
    const struct topology *topology = expectation->topology;
    struct switch_dump *switches = calloc(topology->n_switches + 1, sizeof *switches);
    struct mutations mutations = {0};
    struct base_error error = {0};
    int status = CLI_UNJUDGED;
    for (size_t i = 0; switches && i < topology->n_switches; i++) {
        switches[i] = (struct switch_dump){.dumped = states->by_switch[i] != NULL,
                                           .reason = states->reasons[i],
                                           .state = states->by_switch[i]};
    }
    mutate->options.selects = selects;
    mutate->options.aux = &mutate->run;
    if (!switches ||
        mutate_expectation(expectation, switches, &mutate->options, &mutations, &error) < 0) {
        fprintf(stderr, "tapproof mutate: out of memory\n");
    } else {
        status = write_reports(mutate, &mutations, topology);
        status = status != CLI_CONFORMS ? status : exit_of(mutate, &mutations);
    }
    mutations_free(&mutations);
    free(switches);
    return status;
}

static int read_and_try(struct mutate *mutate, const struct expectation *expectation,
                        struct run_source *source)
{
    struct base_error error = {0};
    if (cli_open_output("mutate", &mutate->json) != CLI_CONFORMS ||
        cli_open_output("mutate", &mutate->text) != CLI_CONFORMS) {
        return CLI_USAGE;
    }
    if (run_source_read(source, mutate->run.timeout_ms, &error) < 0) {
        fprintf(stderr, "tapproof mutate: %s\n", error.text);
        return CLI_UNJUDGED;
    }
    return try_and_report(mutate, expectation, &source->states);
}

int cli_mutate(int argc, char **argv)
{
    struct mutate mutate = {.min_score = -1};
    struct expectation *expectation = NULL;
    struct run_source source = {0};
    struct yaml_diagnostics diagnostics = {0};
    int status = parse_options(&mutate, argc, argv);
    if (status != CLI_CONFORMS) {
        if (status < 0) {
            cli_print_help(stdout, "mutate");
        }
        return status < 0 ? CLI_CONFORMS : status;
    }
    status = CLI_USAGE;
    if (yaml_load_expectation(mutate.expectation, &expectation, &diagnostics) == 0 &&
        run_source_load(&source, expectation->topology, cli_lab_path(mutate.lab), mutate.state,
                        &diagnostics) == 0) {
        status = read_and_try(&mutate, expectation, &source);
    } else {
        cli_print_diagnostics(&diagnostics);
    }
    yaml_diagnostics_free(&diagnostics);
    run_source_close(&source);
    expectation_free(expectation);
    return status;
}
