/* SPDX-License-Identifier: Apache-2.0
 *
 * faults: makes faults in a running lab, one after another, and has tapproof
 * find them.
 *
 * Neighbours: fault.h (what a fault is), case.h (one case from fault to
 * verdict), score.h (the table). */
#include "faults/case.h"
#include "faults/score.h"
#include "faults/soak.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: faults list\n"
    "       faults run EXPECTED [--seed N] [--cases N] [--kind KIND] [--group GROUP] [--pairs]\n"
    "                  [--no-packet-out] [--log FILE] [--verbose]\n"
    "       faults table FILE...\n"
    "       faults soak EXPECTED [--seed N] [--checks N] [--kind KIND] [--verbose]\n"
    "\n"
    "run makes each fault at a place chosen by the seed, has `tapproof check' look at the\n"
    "network, compares its findings with what the fault's record wants, makes the network\n"
    "right again, and has it looked at once more. It runs inside a lab (topologies/lab run)\n"
    "whose network conforms to EXPECTED. Each miss is told with its seed. The program is\n"
    "$TAPPROOF, else the tapproof of the PATH.\n"
    "\n"
    "soak checks the network again and again (200 times, unless --checks says otherwise) while\n"
    "faults come and go, two at once at most; a verdict must be that of the network as it was\n"
    "during the whole check. TAP.\n"
    "\n"
    "  --seed N      the seed of the first case (1); each case has the next one\n"
    "  --cases N     how many cases (one of each kind)\n"
    "  --kind KIND   this kind of fault only; see `faults list'\n"
    "  --group GROUP this group of kinds only\n"
    "  --pairs       two faults at once\n"
    "  --no-packet-out  the check does without PACKET_OUT\n"
    "  --log FILE    append a line a case; `faults table' makes one table of such files\n"
    "\n"
    "Exit status: 0 if every fault was found and nothing else, 1 if not, 2 usage, 3 if the\n"
    "lab could not be used or did not become right again.\n";

enum {
    OPT_SEED = 256,
    OPT_CASES,
    OPT_KIND,
    OPT_GROUP,
    OPT_PAIRS,
    OPT_NO_PACKET_OUT,
    OPT_LOG,
    OPT_CHECKS
};

static const struct option options[] = {
    {"seed", required_argument, NULL, OPT_SEED},
    {"cases", required_argument, NULL, OPT_CASES},
    {"kind", required_argument, NULL, OPT_KIND},
    {"group", required_argument, NULL, OPT_GROUP},
    {"pairs", no_argument, NULL, OPT_PAIRS},
    {"no-packet-out", no_argument, NULL, OPT_NO_PACKET_OUT},
    {"log", required_argument, NULL, OPT_LOG},
    {"checks", required_argument, NULL, OPT_CHECKS},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static int usage_error(const char *what, const char *word)
{
    fprintf(stderr, "faults: %s%s; see faults --help\n", what, word);
    return 2;
}

static int list(void)
{
    static const char *const outcomes[] = {[OUTCOME_FOUND] = "",
                                           [OUTCOME_OPEN] = "",
                                           [OUTCOME_SILENT] = "must pass: ",
                                           [OUTCOME_UNSEEN] = "not seen: "};
    for (size_t i = 0; i < fault_count(); i++) {
        const struct fault *fault = fault_number(i);
        printf("%-9s %-26s %s%s%s%s\n", fault_group_of(fault), fault->name,
               outcomes[fault->outcome], fault->text, fault->reason ? "; " : "",
               fault->reason ? fault->reason : "");
    }
    return 0;
}

static int set_number(const char *option, unsigned long long *number)
{
    char *end;
    *number = strtoull(optarg, &end, 10);
    return *optarg && !*end ? 0 : usage_error(option, " needs a number");
}

static int set_option(struct case_options *cases, int option)
{
    switch (option) {
    case OPT_SEED:
        return set_number("--seed", &cases->seed);
    case OPT_CASES:
        return set_number("--cases", &cases->n_cases);
    case OPT_KIND:
        cases->kind = fault_find(optarg);
        return cases->kind ? 0 : usage_error("no such kind: ", optarg);
    case OPT_GROUP:
        cases->group = optarg;
        return 0;
    case OPT_PAIRS:
        cases->pairs = true;
        return 0;
    case OPT_NO_PACKET_OUT:
        cases->no_packet_out = true;
        return 0;
    case OPT_LOG:
        cases->log = optarg;
        return 0;
    case 'v':
        cases->verbose = true;
        return 0;
    default:
        return usage_error("unknown option", "");
    }
}

static int run(int argc, char **argv)
{
    struct case_options cases = {.seed = 1};
    int option, status;
    while ((option = getopt_long(argc, argv, "vh", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(help, stdout);
            return 0;
        }
        if ((status = set_option(&cases, option)) != 0) {
            return status;
        }
    }
    if (optind + 1 != argc) {
        return usage_error("expected one expectation file", "");
    }
    cases.expected = argv[optind];
    struct score score = {0};
    struct base_error error;
    status = cases_run(&cases, &score, &error);
    if (status < 0) {
        fprintf(stderr, "faults: %s\n", error.text);
    }
    score_print(&score, stdout);
    int exit_status = status < 0 ? 3 : score_is_clean(&score) ? 0 : 1;
    score_free(&score);
    return exit_status;
}

static int set_soak_option(struct soak_options *soak, int option)
{
    switch (option) {
    case OPT_SEED:
        return set_number("--seed", &soak->seed);
    case OPT_CHECKS:
        return set_number("--checks", &soak->n_checks);
    case OPT_KIND:
        soak->kind = fault_find(optarg);
        return soak->kind ? 0 : usage_error("no such kind: ", optarg);
    case 'v':
        soak->verbose = true;
        return 0;
    default:
        return usage_error("soak knows --seed, --checks, --kind and --verbose", "");
    }
}

static int soak(int argc, char **argv)
{
    struct soak_options soak = {.seed = 1, .n_checks = 200};
    struct soak_figures figures;
    struct base_error error;
    int option, status;
    while ((option = getopt_long(argc, argv, "v", options, NULL)) != -1) {
        if ((status = set_soak_option(&soak, option)) != 0) {
            return status;
        }
    }
    if (optind + 1 != argc) {
        return usage_error("expected one expectation file", "");
    }
    soak.expected = argv[optind];
    if (soak_run(&soak, &figures, &error) < 0) {
        fprintf(stderr, "faults: %s\n", error.text);
        return 3;
    }
    return soak_print(&figures, stdout) ? 0 : 1;
}

static int table(int argc, char **argv)
{
    struct score score = {0};
    struct base_error error;
    for (int i = 1; i < argc; i++) {
        if (score_read(&score, argv[i], &error) < 0) {
            fprintf(stderr, "faults: %s\n", error.text);
            score_free(&score);
            return 2;
        }
    }
    score_print(&score, stdout);
    int status = score_is_clean(&score) ? 0 : 1;
    score_free(&score);
    return status;
}

int main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";
    if (strcmp(command, "list") == 0) {
        return list();
    }
    if (strcmp(command, "run") == 0) {
        return run(argc - 1, argv + 1);
    }
    if (strcmp(command, "soak") == 0) {
        return soak(argc - 1, argv + 1);
    }
    if (strcmp(command, "table") == 0) {
        return table(argc - 1, argv + 1);
    }
    bool asked = strcmp(command, "--help") == 0 || strcmp(command, "-h") == 0;
    fputs(help, asked ? stdout : stderr);
    return asked ? 0 : 2;
}
