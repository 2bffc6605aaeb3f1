/* SPDX-License-Identifier: Apache-2.0
 *
 * Claims that cannot all be true. All claims hold at once: no claim goes before
 * another because its match is narrower. */
#include "base/memory.h"
#include "yaml/expectation.h"

#include <stdlib.h>

/* By sender, then receiver ("all" last), then as written. */
static int compare_claims(const void *left, const void *right)
{
    const struct claim *a = *(const struct claim *const *)left;
    const struct claim *b = *(const struct claim *const *)right;
    if (a->from != b->from) {
        return a->from < b->from ? -1 : 1;
    }
    if (a->to != b->to) {
        return a->to < b->to ? -1 : 1;
    }
    return (a > b) - (a < b);
}

static void report(const struct yaml_reading *reading, const struct claim *a, const struct claim *b,
                   const char *what)
{
    const struct claim *first = a < b ? a : b, *second = a < b ? b : a;
    yaml_error_at(&reading->reader.source, second->place.line, second->place.column,
                  "%s contradicts %s in %s: %s", second->id, first->id,
                  yaml_where(reading->reader.source.file, first->place).text, what);
}

/* Two claims about the same sender and receiver. */
static void check_pair(const struct yaml_reading *reading, const struct claim *a,
                       const struct claim *b)
{
    if ((a->kind == b->kind && a->copies == b->copies) || !match_overlaps(&a->match, &b->match)) {
        return;
    }
    const char *what = "the same frames arrive, and do not";
    if (a->kind == b->kind) {
        what = "the same frames arrive in different numbers";
    } else if (a->kind != CLAIM_ISOLATED && b->kind != CLAIM_ISOLATED) {
        what = "the same frames are either delivered or mirrored";
    }
    report(reading, a, b, what);
}

/* "All" means whom the same written claim does not name. */
static void check_all(const struct yaml_reading *reading, const struct claim *all,
                      const struct claim *other)
{
    if (other->kind != CLAIM_ISOLATED && other->group != all->group &&
        match_overlaps(&all->match, &other->match)) {
        report(reading, all, other, "the same frames arrive, and do not");
    }
}

/* The claims of one sender, sorted by receiver. */
static void check_sender(const struct yaml_reading *reading, struct claim *const *claims, size_t n)
{
    const struct yaml_diagnostics *diagnostics = reading->reader.source.diagnostics;
    for (size_t i = 0; i < n && !yaml_errors_full(diagnostics); i++) {
        for (size_t j = i + 1; j < n && claims[j]->to == claims[i]->to; j++) {
            if (j - i == YAML_ALTERNATIVES_MAX) { /* comparing all with all would take too long */
                yaml_error_at(
                    &reading->reader.source, claims[j]->place.line, claims[j]->place.column,
                    "more than %d claims of one sender and receiver", YAML_ALTERNATIVES_MAX);
                return;
            }
            check_pair(reading, claims[i], claims[j]);
        }
        for (size_t j = n; j > i + 1 && claims[j - 1]->to == HOST_ALL; j--) {
            check_all(reading, claims[j - 1], claims[i]);
        }
    }
}

void yaml_check_claims(struct yaml_reading *reading)
{
    struct expectation *x = reading->expectation;
    struct claim **sorted = base_calloc(x->n_claims + 1, sizeof *sorted);
    if (!sorted) {
        yaml_error_at(&reading->reader.source, 0, 0, "out of memory");
        return;
    }
    for (size_t i = 0; i < x->n_claims; i++) {
        sorted[i] = &x->claims[i];
    }
    qsort(sorted, x->n_claims, sizeof *sorted, compare_claims);
    for (size_t from = 0, to; from < x->n_claims; from = to) {
        for (to = from; to < x->n_claims && sorted[to]->from == sorted[from]->from; to++) {
        }
        check_sender(reading, sorted + from, to - from);
    }
    free(sorted);
}
