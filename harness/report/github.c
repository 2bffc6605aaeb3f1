/* SPDX-License-Identifier: Apache-2.0
 *
 * What does GitHub show of a run: an annotation at the line of each cause, and a summary in
 * Markdown? */
#include "report/escape.h"
#include "report/evidence.h"
#include "report/report.h"

#include <string.h>

enum {
    MAX_ANNOTATIONS = 10, /* that GitHub shows of a step, for each level */
    MAX_ROWS = 200        /* of the table in the summary, which may have 1 MiB */
};

/* -------------------------------------------------------------- annotations */

/* Percent-encoding of workflow commands: "%", newlines, and in properties ":" and ",". Without the
 * indentation that the lines of a text report have. */
static void put_encoded(struct base_buffer *out, const char *text, bool is_property)
{
    struct base_buffer clean = {0};
    for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        base_put_text(&clean, line > text ? "\n" : "");
        const char *words = line + strspn(line, " ");
        report_put_clean_part(&clean, words, strcspn(words, "\n"));
    }
    for (const char *c = base_buffer_text(&clean); *c; c++) {
        bool encode = *c == '%' || *c == '\n' || (is_property && (*c == ':' || *c == ','));
        base_put_format(out, encode ? "%%%02X" : "%c", *c);
    }
    report_drop_scratch(&clean, out);
}

/* "file=FILE,line=LINE,col=COLUMN,". */
static void put_place(struct base_buffer *out, const char *source)
{
    struct report_source place;
    if (report_split_source(source, &place)) {
        struct base_buffer file = {0};
        base_put_bytes(&file, source, place.n_file);
        base_put_text(out, "file=");
        put_encoded(out, base_buffer_text(&file), true);
        base_put_format(out, ",line=%.*s,col=%s,", (int)place.n_line, place.line, place.column);
        report_drop_scratch(&file, out);
    }
}

static void put_annotation(struct base_buffer *out, const char *level, const struct result *result,
                           size_t n_more)
{
    struct base_buffer text = {0};
    report_put_evidence(&(struct report_paper){.out = &text}, result);
    if (n_more > 0) {
        base_put_format(&text, "%zu more fail because of it\n", n_more);
    }
    base_put_format(out, "::%s ", level);
    put_place(out, result->source);
    base_put_text(out, "title=");
    put_encoded(out, result->id, true);
    base_put_text(out, "::");
    put_encoded(out, base_buffer_text(&text), false);
    base_put_text(out, "\n");
    report_drop_scratch(&text, out);
}

static void put_verdicts(struct base_buffer *out, const struct report *report, enum verdict verdict,
                         const char *level)
{
    size_t n = 0;
    for (size_t i = 0; i < report->n_results && n < MAX_ANNOTATIONS; i++) {
        const struct result *result = &report->results[i];
        if (result->verdict == verdict && !result->is_consequence) {
            const struct cause *cause = report_cause_told_by(report, result);
            put_annotation(out, level, result, cause ? cause->n_results - 1 : 0);
            n++;
        }
    }
}

void report_github(const struct report *report, struct base_buffer *out)
{
    put_verdicts(out, report, VERDICT_FAIL, "error");
    put_verdicts(out, report, VERDICT_INCONCLUSIVE, "warning");
}

/* ------------------------------------------------------------------ summary */

/* One line of a table's cell: no character of it is Markdown or HTML. */
static void put_cell(struct base_buffer *out, const char *text)
{
    struct base_buffer clean = {0};
    report_put_clean_part(&clean, text, strcspn(text, "\n"));
    for (const char *c = base_buffer_text(&clean); *c; c++) {
        base_put_text(out, strchr("\\`*_{}[]()<>#+!|~&@", *c) ? "\\" : "");
        base_put_format(out, "%c", *c);
    }
    report_drop_scratch(&clean, out);
}

static void put_row(struct base_buffer *out, const struct result *result)
{
    base_put_format(out, "| %s | ", verdict_name(result->verdict));
    put_cell(out, result->id);
    base_put_text(out, " | ");
    put_cell(out, result->detail ? result->detail : "");
    base_put_text(out, " | ");
    put_cell(out, result->cause ? result->cause : "");
    base_put_text(out, " | ");
    put_cell(out, result->source ? result->source : "");
    base_put_text(out, " |\n");
}

static void put_rows(struct base_buffer *out, const struct report *report, enum verdict verdict,
                     size_t *n)
{
    for (size_t i = 0; i < report->n_results; i++) {
        if (report->results[i].verdict == verdict && ++*n <= MAX_ROWS) {
            put_row(out, &report->results[i]);
        }
    }
}

void report_markdown(const struct report *report, struct base_buffer *out)
{
    size_t n = 0;
    base_put_format(out, "### %s: ", verdict_name(report_verdict(report)));
    put_cell(out, report->expectation ? report->expectation : "tapproof");
    base_put_text(out, "\n\n");
    report_put_counts(report, out);
    base_put_text(out, "\n\n");
    for (size_t i = 0; i < report->n_ignored; i++) {
        base_put_text(out, "ignored: ");
        put_cell(out, report->ignored[i].text);
        base_put_text(out, "  \n");
    }
    if (report_count(report, VERDICT_FAIL) + report_count(report, VERDICT_INCONCLUSIVE) == 0) {
        return;
    }
    base_put_text(out, "| verdict | what | why | where | declared in |\n|---|---|---|---|---|\n");
    put_rows(out, report, VERDICT_FAIL, &n);
    put_rows(out, report, VERDICT_INCONCLUSIVE, &n);
    if (n > MAX_ROWS) {
        base_put_format(out, "\n%zu more\n", n - MAX_ROWS);
    }
    base_put_text(out, "\n");
}
