/* SPDX-License-Identifier: Apache-2.0
 *
 * What did the probes exercise, and what not, and why? */
#include "report/coverage.h"

#include "report/escape.h"

#include <string.h>

enum { MAX_NAMED = 8 }; /* of one reason */

/* All that were missed for the reason of the one at `first`, if no one before has it: the reason,
 * then these, or the other way round. */
static void put_reason(const struct missed *missed, size_t n_missed, size_t first,
                       bool reason_first, struct base_buffer *out)
{
    const char *reason = missed[first].reason;
    size_t n = 0;
    for (size_t i = 0; i < n_missed; i++) {
        if (strcmp(missed[i].reason, reason) != 0) {
            continue;
        }
        if (i < first) {
            return;
        }
        if (n == 0 && reason_first) {
            base_put_format(out, "; %s: ", reason);
        } else if (n < MAX_NAMED) {
            base_put_text(out, n == 0 ? ", not " : ", ");
        }
        if (n++ < MAX_NAMED) {
            report_put_clean(out, missed[i].what);
        }
        if (n <= MAX_NAMED && missed[i].by) {
            base_put_text(out, " (by ");
            report_put_clean(out, missed[i].by);
            base_put_text(out, ")");
        }
    }
    if (n > MAX_NAMED) {
        base_put_format(out, " and %zu more", n - MAX_NAMED);
    }
    if (!reason_first) {
        base_put_format(out, " (%s)", reason);
    }
}

static void put_reasons(const struct missed *missed, size_t n, bool reason_first,
                        struct base_buffer *out)
{
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || missed[i].reason != missed[i - 1].reason) {
            put_reason(missed, n, i, reason_first, out);
        }
    }
}

static void put_pairs(const struct report_coverage *coverage, struct base_buffer *out)
{
    base_put_format(out, "; forbidden pairs probed %zu/%zu", coverage->n_pairs_probed,
                    coverage->n_pairs);
    if (coverage->n_pairs_proved > 0) {
        base_put_format(out, ", proved %zu", coverage->n_pairs_proved);
    }
    for (size_t i = 0; i < coverage->n_unprobed && i < MAX_NAMED; i++) {
        const struct missed_pair *pair = &coverage->unprobed[i];
        base_put_text(out, i == 0 ? ", not " : ", ");
        report_put_clean(out, pair->from);
        base_put_text(out, " -> ");
        report_put_clean(out, pair->to);
        base_put_format(out, " (%s)", pair->reason);
    }
    if (coverage->n_unprobed > MAX_NAMED) {
        base_put_format(out, " and %zu more", coverage->n_unprobed - MAX_NAMED);
    }
}

static void put_cables(const struct report_coverage *coverage, struct base_buffer *out)
{
    base_put_format(out, "%scables told %zu/%zu", out->n_bytes > 0 ? "; " : "",
                    coverage->n_cables - coverage->n_untold, coverage->n_cables);
    put_reasons(coverage->untold, coverage->n_untold, false, out);
}

void report_put_coverage(const struct report_coverage *coverage, struct base_buffer *out)
{
    if (coverage->is_known) {
        report_put_exercised(coverage, out);
        put_pairs(coverage, out);
    }
    if (coverage->n_cables > 0) {
        put_cables(coverage, out);
    }
}

void report_put_exercised(const struct report_coverage *coverage, struct base_buffer *out)
{
    base_put_format(out, "entries exercised %zu/%zu", coverage->n_exercised, coverage->n_entries);
    put_reasons(coverage->missed, coverage->n_missed, true, out);
}

void report_put_exercised_tree(struct report_tree *tree, const struct report_coverage *coverage)
{
    report_tree_counter(tree, "exercised", coverage->n_exercised);
    report_tree_counter(tree, "entries", coverage->n_entries);
    report_tree_list(tree, "missed", REPORT_LINES);
    for (size_t i = 0; i < coverage->n_missed; i++) {
        report_tree_map(tree, NULL, REPORT_ON_ONE_LINE);
        report_tree_text(tree, "entry", coverage->missed[i].what);
        report_tree_text(tree, "reason", coverage->missed[i].reason);
        report_tree_text(tree, "by", coverage->missed[i].by);
        report_tree_close(tree);
    }
    report_tree_close(tree);
}

static void put_pairs_tree(struct report_tree *tree, const struct report_coverage *coverage)
{
    report_tree_counter(tree, "pairs_probed", coverage->n_pairs_probed);
    report_tree_counter(tree, "pairs_proved", coverage->n_pairs_proved);
    report_tree_counter(tree, "pairs_forbidden", coverage->n_pairs);
    report_tree_list(tree, "pairs_missed", REPORT_LINES);
    for (size_t i = 0; i < coverage->n_unprobed; i++) {
        report_tree_map(tree, NULL, REPORT_ON_ONE_LINE);
        report_tree_text(tree, "from", coverage->unprobed[i].from);
        report_tree_text(tree, "to", coverage->unprobed[i].to);
        report_tree_text(tree, "reason", coverage->unprobed[i].reason);
        report_tree_close(tree);
    }
    report_tree_close(tree);
}

static void put_cables_tree(struct report_tree *tree, const struct report_coverage *coverage)
{
    report_tree_counter(tree, "cables_told", coverage->n_cables - coverage->n_untold);
    report_tree_counter(tree, "cables", coverage->n_cables);
    report_tree_list(tree, "cables_untold", REPORT_LINES);
    for (size_t i = 0; i < coverage->n_untold; i++) {
        report_tree_map(tree, NULL, REPORT_ON_ONE_LINE);
        report_tree_text(tree, "cable", coverage->untold[i].what);
        report_tree_text(tree, "reason", coverage->untold[i].reason);
        report_tree_close(tree);
    }
    report_tree_close(tree);
}

void report_put_coverage_tree(struct report_tree *tree, const struct report_coverage *coverage)
{
    if (!coverage->is_known && coverage->n_cables == 0) {
        return;
    }
    report_tree_map(tree, "coverage", REPORT_LINES);
    if (coverage->is_known) {
        report_put_exercised_tree(tree, coverage);
        put_pairs_tree(tree, coverage);
    }
    if (coverage->n_cables > 0) {
        put_cables_tree(tree, coverage);
    }
    report_tree_close(tree);
}
