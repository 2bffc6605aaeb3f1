/* SPDX-License-Identifier: Apache-2.0
 *
 * How many cases of each kind were found and located, as a table. */
#include "faults/score.h"

#include "base/arena.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct sums {
    size_t n, n_found, n_located, n_seed, n_one, n_both, n_unclean;
};

static struct sums sum(const struct score *score, const struct fault *fault,
                       enum fault_outcome outcome, bool pair)
{
    struct sums sums = {0};
    for (size_t i = 0; i < score->n_cases; i++) {
        const struct score_case *row = &score->cases[i];
        enum fault_outcome of =
            row->fault->outcome == OUTCOME_OPEN ? OUTCOME_FOUND : row->fault->outcome;
        if ((fault && row->fault != fault) || row->pair != pair || of != outcome) {
            continue;
        }
        sums.n++;
        sums.n_found += row->found;
        sums.n_located += row->located;
        sums.n_seed += row->seed_way;
        sums.n_one += row->n_named > 0;
        sums.n_both += row->n_named > 1;
        sums.n_unclean += !row->clean_after;
    }
    return sums;
}

void score_add(struct score *score, const struct score_case *row)
{
    if (base_grow(&score->cases, score->n_cases, &score->capacity, sizeof *score->cases) == 0) {
        score->cases[score->n_cases++] = *row;
    }
}

void score_free(struct score *score)
{
    free(score->cases);
    *score = (struct score){0};
}

bool score_is_miss(const struct score_case *row)
{
    bool located =
        row->pair ? row->n_named > 1 : row->located || row->fault->outcome > OUTCOME_OPEN;
    return !row->found || !row->clean_after || !located;
}

bool score_is_clean(const struct score *score)
{
    struct sums single = sum(score, NULL, OUTCOME_FOUND, false);
    struct sums silent = sum(score, NULL, OUTCOME_SILENT, false);
    struct sums pairs = sum(score, NULL, OUTCOME_FOUND, true);
    return single.n_found == single.n && single.n_located * 100 >= single.n * 95 &&
           single.n_unclean + silent.n_unclean + pairs.n_unclean == 0 &&
           silent.n_found == silent.n && pairs.n_one == pairs.n &&
           pairs.n_both * 100 >= pairs.n * 80;
}

void score_log(const struct score_case *row, const char *path)
{
    FILE *file = path ? fopen(path, "a") : NULL;
    if (file) {
        fprintf(file, "%s %llu %d %d %d %u %d %d %.1f\n", row->fault->name,
                (unsigned long long)row->seed, row->pair, row->found, row->located, row->n_named,
                row->seed_way, row->clean_after, row->ms);
        fclose(file);
    }
}

static int read_line(struct score *score, const char *line, struct base_error *error)
{
    char name[64];
    unsigned long long seed;
    int pair, found, located, seed_way, clean_after;
    struct score_case row;
    if (sscanf(line, "%63s %llu %d %d %d %u %d %d %lf", name, &seed, &pair, &found, &located,
               &row.n_named, &seed_way, &clean_after, &row.ms) != 9 ||
        !(row.fault = fault_find(name))) {
        return base_fail(error, "not a case: %s", line);
    }
    row.seed = seed;
    row.pair = pair;
    row.found = found;
    row.located = located;
    row.seed_way = seed_way;
    row.clean_after = clean_after;
    score_add(score, &row);
    return 0;
}

int score_read(struct score *score, const char *path, struct base_error *error)
{
    FILE *file = fopen(path, "r");
    if (!file) {
        return base_fail(error, "%s: %s", path, strerror(errno));
    }
    char line[256];
    int status = 0;
    while (status == 0 && fgets(line, sizeof line, file)) {
        status = read_line(score, line, error);
    }
    fclose(file);
    return status < 0 ? base_fail_in(error, "%s", path) : 0;
}

static void print_row(const char *group, const char *name, const struct sums *sums, FILE *out)
{
    fprintf(out, "| %s | %s | %zu | %zu | %zu | %zu |\n", group, name, sums->n, sums->n_found,
            sums->n_located, sums->n_seed);
}

static void print_singles(const struct score *score, FILE *out)
{
    fputs("| group | fault | cases | found | located | seed's way |\n"
          "|---|---|--:|--:|--:|--:|\n",
          out);
    for (size_t i = 0; i < fault_count(); i++) {
        const struct fault *fault = fault_number(i);
        struct sums sums = sum(score, fault, OUTCOME_FOUND, false);
        if (sums.n > 0) {
            print_row(fault_group_of(fault), fault->name, &sums, out);
        }
    }
    struct sums all = sum(score, NULL, OUTCOME_FOUND, false);
    print_row("**all**", "", &all, out);
}

static void print_passes(const struct score *score, enum fault_outcome outcome, const char *title,
                         FILE *out)
{
    if (sum(score, NULL, outcome, false).n == 0) {
        return;
    }
    fprintf(out, "\n| %s | cases | passed |\n|---|--:|--:|\n", title);
    for (size_t i = 0; i < fault_count(); i++) {
        const struct fault *fault = fault_number(i);
        struct sums sums = sum(score, fault, outcome, false);
        if (sums.n > 0) {
            fprintf(out, "| %s: %s%s%s | %zu | %zu |\n", fault->name, fault->text,
                    fault->reason ? "; " : "", fault->reason ? fault->reason : "", sums.n,
                    sums.n_found);
        }
    }
}

void score_print(const struct score *score, FILE *out)
{
    if (sum(score, NULL, OUTCOME_FOUND, false).n > 0) {
        print_singles(score, out);
    }
    print_passes(score, OUTCOME_SILENT, "nothing wrong", out);
    print_passes(score, OUTCOME_UNSEEN, "not to be seen", out);
    struct sums pairs = sum(score, NULL, OUTCOME_FOUND, true);
    if (pairs.n > 0) {
        fprintf(out, "\nPairs: %zu cases, %zu found, one named in %zu, both in %zu\n", pairs.n,
                pairs.n_found, pairs.n_one, pairs.n_both);
    }
    size_t n_unclean = 0;
    for (size_t i = 0; i < score->n_cases; i++) {
        n_unclean += !score->cases[i].clean_after;
    }
    fprintf(out, "\n%zu cases; %zu checks of the right network after them, %zu of them not clean\n",
            score->n_cases, score->n_cases, n_unclean);
}
