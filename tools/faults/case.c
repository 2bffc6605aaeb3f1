/* SPDX-License-Identifier: Apache-2.0
 *
 * One case: a fault is made at a place, the network is checked, the fault is taken back
 * and the network is checked again. */
#include "faults/case.h"

#include "faults/command.h"
#include "faults/seed_way.h"
#include "faults/verdict.h"
#include "faults/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TOGETHER_MAX = 2, RECOVERY_CHECKS = 5 };

struct bench {
    const struct case_options *options;
    struct faults_lab lab;
    struct score *score;
    const struct fault *chosen[256]; /* of which the options speak */
    size_t n_chosen;
};

static void choose(struct bench *bench)
{
    const struct case_options *options = bench->options;
    for (size_t i = 0; i < fault_count() && bench->n_chosen < 256; i++) {
        const struct fault *fault = fault_number(i);
        /* Those of OpenFlow 1.3 have a network of their own: if they are asked for. */
        bool wanted = options->kind ? fault == options->kind : options->group || !fault->pattern;
        wanted = wanted &&
                 (!options->group || strcmp(options->group, fault_group_of(fault)) == 0) &&
                 (!options->pairs || (fault->outcome <= OUTCOME_OPEN && !fault->lists_entries));
        if (wanted) {
            bench->chosen[bench->n_chosen++] = fault;
        }
    }
}

static bool draw(const struct bench *bench, uint64_t seed, struct injection *injections,
                 size_t n_injections)
{
    injections[0] =
        (struct injection){.fault = bench->chosen[seed % bench->n_chosen], .seed = seed};
    if (!fault_draw(&bench->lab, injections[0].fault, seed, &injections[0].spot)) {
        return false;
    }
    uint64_t state = seed;
    for (unsigned i = 0; n_injections == 2 && i < 1000; i++) {
        const struct fault *fault = bench->chosen[random_below(&state, bench->n_chosen)];
        injections[1] = (struct injection){.fault = fault, .seed = random_next(&state)};
        if (fault_draw(&bench->lab, fault, injections[1].seed, &injections[1].spot) &&
            fault_apart(&bench->lab, &injections[0].spot, &injections[1].spot)) {
            return true;
        }
    }
    return n_injections == 1;
}

/* A flow that Open vSwitch caches does what the entry did before it was changed, for as long as
   its revalidators take; revalidator/wait returns at the end of a pass that began before. */
static int forget_flows(struct base_error *error)
{
    return command_run(NULL, error, "ovs-appctl revalidator/purge");
}

static int inject(struct bench *bench, struct injection *injections, size_t n, size_t *n_made,
                  struct base_error *error)
{
    bool keeps_flows = false;
    for (*n_made = 0; *n_made < n; ++*n_made) {
        struct injection *injection = &injections[*n_made];
        keeps_flows |= injection->fault->keeps_flows;
        if (injection->fault->inject(&bench->lab, injection, error) < 0) {
            ++*n_made; /* perhaps it is half made */
            return base_fail_in(error, "%s", injection->fault->name);
        }
    }
    return keeps_flows ? 0 : forget_flows(error);
}

static int undo(struct bench *bench, struct injection *injections, size_t n,
                struct base_error *error)
{
    int status = 0;
    while (n-- > 0) {
        command_end(injections[n].helper);
        injections[n].helper = 0;
        if (injections[n].fault->undo &&
            injections[n].fault->undo(&bench->lab, &injections[n], status ? NULL : error) < 0) {
            status = -1;
        }
    }
    return status == 0 ? forget_flows(error) : status;
}

/* The network is right again: at once, or `why` says how it is not. */
static int confirm(struct bench *bench, struct score_case *row, struct base_buffer *why,
                   struct base_error *error)
{
    for (int i = 0; i < RECOVERY_CHECKS; i++) {
        struct verdict_report report;
        if (verdict_check(&bench->lab, "", bench->lab.expected, &report, error) < 0) {
            return -1;
        }
        int status = report.status;
        struct injection nothing = {.fault = &(struct fault){.outcome = OUTCOME_SILENT}};
        if (status != 0) {
            row->clean_after = false;
            base_put_text(why, "\n    after it was undone: ");
            verdict_found(&bench->lab, &nothing, &report, why);
        }
        verdict_free(&report);
        if (status == 0) {
            return 0;
        }
    }
    return base_fail(error, "the network did not become right again");
}

static void judge(struct bench *bench, struct injection *injections, size_t n,
                  const struct verdict_report *report, struct score_case *row,
                  struct base_buffer *why)
{
    row->found = true;
    for (size_t i = 0; i < n; i++) {
        struct base_buffer not_found = {0};
        bool found = n > 1 ? report->status == 1 || report->status == 3
                           : verdict_found(&bench->lab, &injections[i], report, &not_found);
        row->found = row->found && found;
        row->n_named += verdict_names(&bench->lab, &injections[i], report);
        base_put_text(why, base_buffer_text(&not_found));
        base_buffer_free(&not_found);
    }
    if (injections[0].fault->outcome <= OUTCOME_OPEN) {
        struct base_buffer blames = {0};
        bool only = verdict_blames_only(&bench->lab, injections, n, report, &blames);
        row->located = row->n_named > 0 && only;
        base_put_text(why, row->found ? base_buffer_text(&blames) : "");
        base_buffer_free(&blames);
    }
    row->ms = report->ms;
    row->seed_way = seed_way_notices(&bench->lab);
}

static void tell(const struct bench *bench, const struct injection *injections, size_t n,
                 const struct score_case *row, const struct base_buffer *why)
{
    bool told = score_is_miss(row) || bench->options->verbose;
    if (!told) {
        return;
    }
    struct base_buffer text = {0};
    for (size_t i = 0; i < n; i++) {
        base_put_format(&text, "%s%s at ", i ? " and " : "", injections[i].fault->name);
        words_put_place(&bench->lab, &injections[i], &text);
    }
    printf("%s %s (%.0f ms%s)\n    again: faults run %s --kind %s --seed %llu --cases 1%s\n",
           score_is_miss(row) ? "MISS" : "ok  ", base_buffer_text(&text), row->ms,
           row->seed_way ? ", the seed's way notices it" : "", bench->options->expected,
           injections[0].fault->name, (unsigned long long)injections[0].seed,
           n > 1 ? " --pairs" : "");
    base_buffer_free(&text);
    struct base_buffer copy = *why;
    if (copy.n_bytes) {
        printf("    %.*s\n", (int)copy.n_bytes, (const char *)copy.data);
    }
    fflush(stdout);
}

/* Makes the faults, `*n_made` of them, has them looked for and judges. */
static int look(struct bench *bench, struct injection *injections, size_t n, size_t *n_made,
                struct score_case *row, struct base_buffer *why, struct base_error *error)
{
    struct verdict_report report = {0};
    bool exact = injections[0].fault->lists_entries;
    int status = inject(bench, injections, n, n_made, error);
    if (status == 0) {
        const char *options = injections[0].fault->options;
        status = verdict_check(&bench->lab, options ? options : "",
                               exact ? bench->lab.exact : bench->lab.expected, &report, error);
    }
    if (status == 0) {
        judge(bench, injections, n, &report, row, why);
    }
    verdict_free(&report);
    return status;
}

/* Draws a place for each; says why if it does not come to that. */
static bool prepare(const struct bench *bench, uint64_t seed, struct injection *injections,
                    size_t n)
{
    bool drawn = draw(bench, seed, injections, n);
    if (!drawn) {
        printf("skip %s: no place for it in this network\n",
               bench->chosen[seed % bench->n_chosen]->name);
    }
    return drawn;
}

static int run_case(struct bench *bench, uint64_t seed, struct base_error *error)
{
    struct injection injections[TOGETHER_MAX];
    size_t n = bench->options->pairs ? 2 : 1, n_made = 0;
    if (!prepare(bench, seed, injections, n)) {
        return 0;
    }
    struct score_case row = {
        .fault = injections[0].fault, .pair = n > 1, .clean_after = true, .seed = seed};
    struct base_buffer why = {0};
    struct base_error undo_error;
    int looked = look(bench, injections, n, &n_made, &row, &why, error), status = looked;
    if (looked < 0 && n > 1) { /* one may be in the other's way */
        printf("skip %s with %s: %s\n", injections[0].fault->name, injections[1].fault->name,
               error->text);
        status = 0;
    }
    if (undo(bench, injections, n_made, &undo_error) < 0 && status == 0) {
        status = base_fail(error, "%s", undo_error.text);
    }
    if (status == 0) {
        status = confirm(bench, &row, &why, error);
    }
    if (looked == 0) {
        tell(bench, injections, n, &row, &why);
        score_add(bench->score, &row);
        score_log(&row, bench->options->log);
    }
    base_buffer_free(&why);
    return status;
}

int cases_run(const struct case_options *options, struct score *score, struct base_error *error)
{
    struct bench bench = {.options = options, .score = score};
    choose(&bench);
    if (bench.n_chosen == 0) {
        return base_fail(error, "no kind of fault is chosen");
    }
    int status = faults_lab_open(&bench.lab, options->expected, error);
    bench.lab.no_packet_out = options->no_packet_out;
    unsigned long long n = options->n_cases ? options->n_cases : bench.n_chosen;
    for (unsigned long long i = 0; status == 0 && i < n; i++) {
        status = run_case(&bench, options->seed + i, error);
        if (status < 0) {
            base_fail_in(error, "seed %llu", options->seed + i);
        }
    }
    faults_lab_close(&bench.lab);
    return status;
}
