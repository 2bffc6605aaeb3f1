/* SPDX-License-Identifier: Apache-2.0
 *
 * The report as one JSON object. */
#include "report/coverage.h"
#include "report/evidence.h"
#include "report/report.h"

static void put_counts(struct report_tree *tree, const struct report *report)
{
    report_tree_map(tree, "counts", REPORT_ON_ONE_LINE);
    for (enum verdict verdict = 0; verdict < N_VERDICTS; verdict++) {
        report_tree_counter(tree, verdict_name(verdict), report_count(report, verdict));
    }
    if (report_known(report) > 0) { /* of those that are skipped */
        report_tree_counter(tree, "known", report_known(report));
    }
    report_tree_close(tree);
}

static void put_results(struct report_tree *tree, const struct report *report)
{
    report_tree_list(tree, "results", REPORT_LINES);
    for (size_t i = 0; i < report->n_results; i++) {
        report_tree_map(tree, NULL, REPORT_ON_ONE_LINE);
        report_put_fields(tree, &report->results[i]);
        report_tree_close(tree);
    }
    report_tree_close(tree);
}

static void put_causes(struct report_tree *tree, const struct report *report)
{
    report_tree_list(tree, "causes", REPORT_LINES);
    for (size_t i = 0; i < report->n_causes; i++) {
        const struct cause *cause = &report->causes[i];
        report_tree_map(tree, NULL, REPORT_ON_ONE_LINE);
        report_tree_text(tree, "where", cause->where);
        report_tree_text(tree, "kind", cause_kind_name(cause->kind));
        report_tree_text(tree, "why", cause->why);
        report_tree_list(tree, "results", REPORT_ON_ONE_LINE);
        for (size_t j = 0; j < cause->n_results; j++) {
            report_tree_text(tree, NULL, report->results[cause->results[j]].id);
        }
        report_tree_close(tree);
        report_tree_close(tree);
    }
    report_tree_close(tree);
}

static void put_timing(struct report_tree *tree, const struct report_timing *timing)
{
    report_tree_map(tree, "timing_ms", REPORT_ON_ONE_LINE);
    report_tree_real(tree, "load", timing->load_ms);
    report_tree_real(tree, "dump", timing->dump_ms);
    report_tree_real(tree, "compare", timing->compare_ms);
    report_tree_real(tree, "open", timing->open_ms);
    report_tree_real(tree, "probe", timing->probe_ms);
    report_tree_real(tree, "settle", timing->settle_ms);
    report_tree_real(tree, "count", timing->count_ms);
    report_tree_real(tree, "close", timing->close_ms);
    report_tree_real(tree, "total", timing->total_ms);
    report_tree_close(tree);
    report_tree_real(tree, "converge_ms", timing->converge_ms);
    report_tree_counter(tree, "rounds", timing->rounds);
}

static void put_frames(struct report_tree *tree, const struct report *report)
{
    report_tree_map(tree, "frames", REPORT_ON_ONE_LINE);
    report_tree_counter(tree, "sent", report->n_probes);
    report_tree_counter(tree, "arrived", report->n_arrivals);
    report_tree_counter(tree, "background", report->n_background);
    report_tree_counter(tree, "to_controller", report->n_to_controller);
    report_tree_close(tree);
}

static void put_unsent(struct report_tree *tree, const struct report *report)
{
    report_tree_list(tree, "not_sent", REPORT_LINES);
    for (size_t i = 0; i < report->n_unsent; i++) {
        const struct unsent *unsent = &report->unsent[i];
        report_tree_map(tree, NULL, REPORT_ON_ONE_LINE);
        report_tree_text(tree, "kind", unsent->kind);
        report_tree_counter(tree, "probes", unsent->n);
        report_tree_text(tree, "reason", unsent->reason);
        report_tree_text(tree, "from", unsent->from);
        report_tree_text(tree, "example", unsent->example);
        report_tree_close(tree);
    }
    report_tree_close(tree);
}

static void put_left_out(struct report_tree *tree, const struct report *report)
{
    report_tree_counter(tree, "deselected", report->n_deselected);
    report_tree_list(tree, "ignored", REPORT_LINES);
    for (size_t i = 0; i < report->n_ignored; i++) {
        const struct ignored *ignored = &report->ignored[i];
        report_tree_map(tree, NULL, REPORT_ON_ONE_LINE);
        report_tree_text(tree, "condition", ignored->text);
        report_tree_text(tree, "reason", ignored->reason);
        report_tree_text(tree, "source", ignored->source);
        report_tree_counter(tree, "entries", ignored->n_entries);
        report_tree_counter(tree, "ports", ignored->n_ports);
        report_tree_close(tree);
    }
    report_tree_close(tree);
}

static void put_parts(struct report_tree *tree, const struct report *report)
{
    report_tree_list(tree, "expectations", REPORT_LINES);
    for (size_t i = 0; i < report->n_parts; i++) {
        const struct report_part *part = &report->parts[i];
        report_tree_map(tree, NULL, REPORT_ON_ONE_LINE);
        report_tree_text(tree, "expectation", part->expectation);
        report_tree_text(tree, "not_judged", part->unjudged);
        for (enum verdict v = 0; v < N_VERDICTS && !part->unjudged; v++) {
            report_tree_counter(tree, verdict_name(v), part->counts[v]);
        }
        report_tree_text(tree, "verdict", part->unjudged ? NULL : verdict_name(part->verdict));
        report_tree_close(tree);
    }
    report_tree_close(tree);
}

void report_put_report(struct report_tree *tree, const struct report *report, const char *version)
{
    report_tree_text(tree, "verdict", verdict_name(report_verdict(report)));
    if (report->interrupted) {
        report_tree_flag(tree, "interrupted");
    }
    put_counts(tree, report);
    put_results(tree, report);
    put_causes(tree, report);
    put_timing(tree, &report->timing);
    put_frames(tree, report);
    put_unsent(tree, report);
    report_tree_texts(tree, "not_tried", report->untried, report->n_untried);
    put_left_out(tree, report);
    report_tree_texts(tree, "notes", report->notes, report->n_notes);
    report_put_coverage_tree(tree, &report->coverage);
    report_tree_text(tree, "expectation", report->expectation);
    if (report->n_parts > 0) {
        put_parts(tree, report);
    }
    report_tree_text(tree, "tapproof", version);
    report_tree_number(tree, "format", 1);
}

void report_json(const struct report *report, const char *version, struct base_buffer *out)
{
    struct report_tree tree = {.out = out, .syntax = REPORT_JSON};
    report_tree_map(&tree, NULL, REPORT_LINES);
    report_put_report(&tree, report, version);
    report_tree_close(&tree);
}
