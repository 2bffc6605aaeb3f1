/* SPDX-License-Identifier: Apache-2.0
 *
 * tapproof diff: what differs between two states, each of them saved or live. */
#include "change/diff.h"
#include "cli/cli.h"
#include "report/diff.h"
#include "run/source.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

/* One of the two. */
struct side {
    const char *path, *lab;
    struct topology *topology; /* live */
    struct run_source source;  /* live */
    struct yaml_state *saved;
};

struct diff {
    struct side sides[2];
    bool entries, verbose;
    unsigned timeout_ms;
    struct cli_output text, json;
    struct switch_difference *switches;
    size_t n_switches;
    struct base_arena arena;
};

enum { OPT_LAB_A = 256, OPT_LAB_B, OPT_ENTRIES, OPT_JSON, OPT_TIMEOUT, SHOWN = 10 };

static const struct option options[] = {
    {"lab", required_argument, NULL, 'l'},
    {"lab-a", required_argument, NULL, OPT_LAB_A},
    {"lab-b", required_argument, NULL, OPT_LAB_B},
    {"entries", no_argument, NULL, OPT_ENTRIES},
    {"json", required_argument, NULL, OPT_JSON},
    {"timeout", required_argument, NULL, OPT_TIMEOUT},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static int set_option(struct diff *diff, int option)
{
    switch (option) {
    case 'l':
        diff->sides[0].lab = diff->sides[1].lab = optarg;
        return CLI_CONFORMS;
    case OPT_LAB_A:
    case OPT_LAB_B:
        diff->sides[option == OPT_LAB_B].lab = optarg;
        return CLI_CONFORMS;
    case OPT_ENTRIES:
        diff->entries = true;
        return CLI_CONFORMS;
    case OPT_JSON:
        diff->json.path = optarg;
        return CLI_CONFORMS;
    case 'v':
        diff->verbose = true;
        return CLI_CONFORMS;
    case OPT_TIMEOUT:
        if (!cli_parse_duration(optarg, &diff->timeout_ms)) {
            return cli_usage_error("diff", "--timeout: '%s' is not a time such as 2s", optarg);
        }
        return CLI_CONFORMS;
    default:
        return CLI_USAGE;
    }
}

/* ------------------------------------------------------------------- sides */

static int load_side(struct side *side, struct yaml_diagnostics *diagnostics)
{
    if (yaml_is_state(side->path)) {
        return yaml_load_state(side->path, &side->saved, diagnostics);
    }
    if (yaml_load_topology(side->path, &side->topology, diagnostics) < 0) {
        return -1;
    }
    return run_source_load(&side->source, side->topology, cli_lab_path(side->lab), NULL,
                           diagnostics);
}

static void free_side(struct side *side)
{
    run_source_close(&side->source);
    topology_free(side->topology);
    yaml_state_free(side->saved);
}

static size_t count_switches(const struct side *side)
{
    return side->saved ? side->saved->n_switches : side->topology->n_switches;
}

static const char *switch_name(const struct side *side, size_t i)
{
    return side->saved ? side->saved->switches[i].name : side->topology->switches[i].name;
}

/* NULL and a reason: it is not there, or was not read. */
static const struct switch_state *find_state(const struct side *side, const char *name,
                                             const char **reason)
{
    *reason = "no such switch";
    if (side->saved) {
        const struct yaml_state_switch *sw = yaml_state_find(side->saved, name);
        *reason = sw ? sw->not_read : *reason;
        return sw && !sw->not_read ? &sw->state : NULL;
    }
    size_t sw = topology_find_switch(side->topology, name);
    if (sw == SIZE_MAX) {
        return NULL;
    }
    *reason = side->source.states.reasons[sw];
    return side->source.states.by_switch[sw];
}

/* -------------------------------------------------------------- comparison */

static int compare_switch(struct diff *diff, const char *name)
{
    struct switch_difference *sw = &diff->switches[diff->n_switches++];
    const char *reasons[2];
    const struct switch_state *a = find_state(&diff->sides[0], name, &reasons[0]);
    const struct switch_state *b = find_state(&diff->sides[1], name, &reasons[1]);
    size_t budget = CHANGE_DIFF_BUDGET;
    sw->name = name;
    if (a && b) {
        return change_diff_tell(a, b, &budget, &diff->arena, sw);
    }
    sw->not_compared =
        base_arena_format(&diff->arena, "%s: %s", a ? "B" : "A", a ? reasons[1] : reasons[0]);
    return sw->not_compared ? 0 : -1;
}

/* All of A, then what only B has. */
static int compare_all(struct diff *diff)
{
    const struct side *sides = diff->sides;
    size_t n = count_switches(&sides[0]) + count_switches(&sides[1]);
    diff->switches = calloc(n + 1, sizeof *diff->switches);
    int failed = diff->switches ? 0 : -1;
    for (size_t i = 0; i < count_switches(&sides[0]) && !failed; i++) {
        failed = compare_switch(diff, switch_name(&sides[0], i));
    }
    for (size_t i = 0; i < count_switches(&sides[1]) && !failed; i++) {
        const char *name = switch_name(&sides[1], i), *reason;
        if (!find_state(&sides[0], name, &reason) && strcmp(reason, "no such switch") == 0) {
            failed = compare_switch(diff, name);
        }
    }
    return failed;
}

static int report(struct diff *diff)
{
    static const int exits[] = {[REPORT_DIFF_SAME] = CLI_CONFORMS,
                                [REPORT_DIFF_DIFFERENT] = CLI_DEVIATES,
                                [REPORT_DIFF_UNDECIDED] = CLI_UNJUDGED};
    struct report_diff told = {.names = {diff->sides[0].path, diff->sides[1].path},
                               .switches = diff->switches,
                               .n_switches = diff->n_switches,
                               .entries = diff->entries};
    struct base_buffer out = {0};
    int status = exits[report_diff_verdict(&told)];
    if (diff->text.file) {
        report_diff_text(&told, diff->verbose ? 0 : SHOWN, &out);
        status = cli_write_output("diff", &diff->text, &out) ? CLI_UNJUDGED : status;
        base_buffer_free(&out);
    }
    if (diff->json.file) {
        report_diff_json(&told, BASE_VERSION, &out);
        status = cli_write_output("diff", &diff->json, &out) ? CLI_UNJUDGED : status;
        base_buffer_free(&out);
    }
    return status;
}

static int read_and_compare(struct diff *diff)
{
    struct base_error error = {0};
    for (int i = 0; i < 2; i++) {
        struct side *side = &diff->sides[i];
        if (side->topology && run_source_read(&side->source, diff->timeout_ms, &error) < 0) {
            fprintf(stderr, "tapproof diff: %s\n", error.text);
            return CLI_UNJUDGED;
        }
    }
    if (compare_all(diff) < 0) {
        fprintf(stderr, "tapproof diff: out of memory\n");
        return CLI_UNJUDGED;
    }
    return report(diff);
}

static int load_and_compare(struct diff *diff)
{
    struct yaml_diagnostics diagnostics = {0};
    int status = CLI_USAGE;
    int failed = load_side(&diff->sides[0], &diagnostics);
    failed |= load_side(&diff->sides[1], &diagnostics);
    if (failed) {
        cli_print_diagnostics(&diagnostics);
    } else if (cli_open_output("diff", &diff->json) == CLI_CONFORMS &&
               cli_open_output("diff", &diff->text) == CLI_CONFORMS) {
        status = read_and_compare(diff);
    }
    yaml_diagnostics_free(&diagnostics);
    free_side(&diff->sides[0]);
    free_side(&diff->sides[1]);
    free(diff->switches);
    base_arena_free(&diff->arena);
    return status;
}

int cli_diff(int argc, char **argv)
{
    struct diff diff = {0};
    int option;
    while ((option = getopt_long(argc, argv, ":l:vh", options, NULL)) != -1) {
        if (option == '?' || option == ':') {
            return cli_option_error("diff", option, argv);
        }
        if (option == 'h') {
            cli_print_help(stdout, "diff");
            return CLI_CONFORMS;
        }
        int status = set_option(&diff, option);
        if (status != CLI_CONFORMS) {
            return status;
        }
    }
    if (argc - optind != 2) {
        return cli_usage_error("diff", "which two states? Each is a file of `flows --save`, or "
                                       "a topology to be read now");
    }
    diff.sides[0].path = argv[optind];
    diff.sides[1].path = argv[optind + 1];
    diff.text.path = diff.json.path && strcmp(diff.json.path, "-") == 0 ? NULL : "-";
    return load_and_compare(&diff);
}
