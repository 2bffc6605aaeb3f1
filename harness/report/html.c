/* SPDX-License-Identifier: Apache-2.0
 *
 * The report as one HTML file: what is wrong first, where it is in a picture, and all the rest
 * below. It is well-formed XML as well, needs no network and no script, and is safe to open
 * whatever a switch or a file wrote into it. */
#include "report/html.h"
#include "base/memory.h"
#include "report/coverage.h"
#include "report/drawing.h"
#include "report/escape.h"
#include "report/evidence.h"
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_MATRIX = 40 }; /* hosts of a matrix that is shown whole; of more, those that deviate */

struct page {
    const struct report *report;
    const struct topology *topology;
    const char *version;
    size_t *cause_of; /* by result: the number of its cause, from 1; 0: none */
    struct base_buffer *out;
};

/* What a verdict looks like without colour. */
static const char *const signs[N_VERDICTS] = {
    [VERDICT_PASS] = "✓", [VERDICT_FAIL] = "✗", [VERDICT_INCONCLUSIVE] = "?", [VERDICT_SKIP] = "–"};

/* ------------------------------------------------------------------- pieces */

static void put(const struct page *page, const char *markup)
{
    base_put_text(page->out, markup);
}

/* "<TAG>text</TAG>"; a tag may have attributes. */
static void put_element(const struct page *page, const char *tag, const char *text)
{
    base_put_format(page->out, "<%s>", tag);
    report_put_xml(page->out, text);
    base_put_format(page->out, "</%.*s>", (int)strcspn(tag, " "), tag);
}

static void put_verdict(const struct page *page, enum verdict verdict)
{
    base_put_format(page->out, "<b class=\"%s\">%s %s</b>", verdict_name(verdict), signs[verdict],
                    verdict_name(verdict));
}

static void put_count(const struct page *page, enum verdict verdict, size_t n, const char *word)
{
    base_put_format(page->out, "<li class=\"%s\"><b>%zu</b> %s</li>", verdict_name(verdict), n,
                    word);
}

/* -------------------------------------------------------------------- parts */

static void put_head(const struct page *page)
{
    put(page, "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\"><head>"
              "<meta charset=\"utf-8\"/>\n"
              "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
              "base-uri 'none'; form-action 'none'; style-src '" REPORT_HTML_STYLE_HASH
              "'; script-src '" REPORT_HTML_SCRIPT_HASH "'\"/>\n"
              "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>");
    put(page, verdict_name(report_verdict(page->report)));
    put(page, ": ");
    report_put_xml(page->out, page->report->expectation ? page->report->expectation : "tapproof");
    base_put_format(page->out, "</title>\n<style>%s</style></head><body>\n", report_html_style);
}

static void put_top(const struct page *page)
{
    const struct report *report = page->report;
    base_put_format(page->out, "<header class=\"%s\"><h1>", verdict_name(report_verdict(report)));
    put_verdict(page, report_verdict(report));
    put(page, " ");
    report_put_xml(page->out, report->expectation ? report->expectation : "");
    put(page, "</h1>\n<ul class=\"counts\">");
    put_count(page, VERDICT_PASS, report_count(report, VERDICT_PASS), "passed");
    put_count(page, VERDICT_FAIL, report_count(report, VERDICT_FAIL), "failed");
    put_count(page, VERDICT_INCONCLUSIVE, report_count(report, VERDICT_INCONCLUSIVE),
              "inconclusive");
    size_t n_known = report_known(report);
    put_count(page, VERDICT_SKIP, report_count(report, VERDICT_SKIP) - n_known, "skipped");
    if (n_known > 0) {
        put_count(page, VERDICT_SKIP, n_known, "known");
    }
    base_put_format(page->out, "<li>%zu cause%s</li><li>%zu frames sent</li></ul></header>\n",
                    report->n_causes, report->n_causes == 1 ? "" : "s", report->n_probes);
}

static void put_item(const struct page *page, const char *label, const char *text)
{
    put_element(page, "dt", label);
    put_element(page, "dd", text);
}

static void put_ignored(const struct page *page, const struct ignored *ignored)
{
    struct base_buffer text = {0};
    base_put_format(&text, "%s hid %zu entries and %zu ports: %s (%s)", ignored->text,
                    ignored->n_entries, ignored->n_ports, ignored->reason,
                    ignored->source ? ignored->source : "");
    put_item(page, "ignored", base_buffer_text(&text));
    report_drop_scratch(&text, page->out);
}

static bool is_unjudged(const struct result *result)
{
    return result->verdict == VERDICT_INCONCLUSIVE || result->verdict == VERDICT_SKIP;
}

static bool same_reason(const struct result *a, const struct result *b)
{
    return is_unjudged(b) && a->verdict == b->verdict && a->detail && b->detail &&
           strcmp(a->detail, b->detail) == 0;
}

/* The results from i on that could not be judged for one reason, in one item. Returns the index
 * behind them. */
static size_t put_unjudged(const struct page *page, size_t i)
{
    const struct report *report = page->report;
    const struct result *first = &report->results[i];
    struct base_buffer text = {0};
    base_put_text(&text, first->id);
    for (i++; i < report->n_results && same_reason(first, &report->results[i]); i++) {
        base_put_format(&text, ", %s", report->results[i].id);
    }
    base_put_format(&text, ": %s", first->detail ? first->detail : "");
    put_item(page, first->known ? "known" : verdict_name(first->verdict), base_buffer_text(&text));
    report_drop_scratch(&text, page->out);
    return i;
}

static void put_all_unjudged(const struct page *page)
{
    for (size_t i = 0; i < page->report->n_results;) {
        i = is_unjudged(&page->report->results[i]) ? put_unjudged(page, i) : i + 1;
    }
}

static void put_untried(const struct page *page)
{
    const struct report *report = page->report;
    struct base_buffer text = {0};
    for (size_t i = 0; i < report->n_untried; i++) {
        base_put_format(&text, "%s%s", i > 0 ? "; " : "", report->untried[i]);
    }
    if (text.n_bytes > 0) {
        put_item(page, "not tried", base_buffer_text(&text));
    }
    report_drop_scratch(&text, page->out);
}

/* What was left out or could not be looked at comes before what was found: who reads no further
 * knows what the verdict is worth. */
static void put_limits(const struct page *page)
{
    const struct report *report = page->report;
    struct base_buffer text = {0};
    put(page, "<section><h2>What this says nothing of</h2>\n<dl>");
    if (report->interrupted) {
        put_item(page, "interrupted", "the run ended early");
    }
    if (report->n_deselected > 0) {
        base_put_format(&text, "%zu results, by -k", report->n_deselected);
        put_item(page, "deselected", base_buffer_text(&text));
    }
    report_drop_scratch(&text, page->out);
    for (size_t i = 0; i < report->n_ignored; i++) {
        put_ignored(page, &report->ignored[i]);
    }
    put_all_unjudged(page);
    for (size_t i = 0; i < report->n_unsent; i++) {
        const struct unsent *unsent = &report->unsent[i];
        base_put_format(&text, "%zu %s probes: %s", unsent->n, unsent->kind, unsent->reason);
        put_item(page, "not sent", base_buffer_text(&text));
        report_drop_scratch(&text, page->out);
    }
    put_untried(page);
    for (size_t i = 0; i < report->n_notes; i++) {
        put_item(page, "note", report->notes[i]);
    }
    report_put_coverage(&report->coverage, &text);
    if (text.n_bytes > 0) {
        put_item(page, "coverage", base_buffer_text(&text));
    }
    report_drop_scratch(&text, page->out);
    put(page, "</dl></section>\n");
}

static void put_map(const struct page *page)
{
    put(page, "<section><h2>Where</h2>\n");
    report_put_drawing(page->out, page->topology, page->report);
    put(page, "<p class=\"legend\">Capture hosts are double circles, at the top; each layer is a "
              "cable further away. A cross on a cable, switch or host, and a diamond around a "
              "port, are places of a deviation: they lead to its cause.</p></section>\n");
}

/* ------------------------------------------------------------------- causes */

/* What one of the four statements says of this result, as in the text report. */
static void put_statement(const struct page *page, const struct result *result,
                          enum statement statement)
{
    struct base_buffer text = {0};
    struct report_paper paper = {.out = &text};
    bool pair =
        result->disagrees && (result->disagree[0] == statement || result->disagree[1] == statement);
    report_put_statement(&paper, result, statement);
    if (text.n_bytes > 0) {
        base_put_format(page->out, "<tr%s><th>%s%s</th><td>", pair ? " class=\"pair\"" : "",
                        pair ? "≠ " : "", statement_name(statement));
        report_put_xml(page->out, base_buffer_text(&text));
        put(page, "</td></tr>");
    }
    report_drop_scratch(&text, page->out);
}

static void put_row(const struct page *page, const char *label, const char *text)
{
    if (text) {
        put(page, "<tr>");
        put_element(page, "th", label);
        put_element(page, "td", text);
        put(page, "</tr>");
    }
}

static void put_result(const struct page *page, size_t i)
{
    const struct result *result = &page->report->results[i];
    base_put_format(page->out, "<div class=\"result\" id=\"result-%zu\"><h4>", i + 1);
    put_verdict(page, result->verdict);
    put(page, " ");
    put_element(page, "code", result->id);
    put(page, "</h4>");
    if (result->detail) {
        put_element(page, "p", result->detail);
    }
    put(page, "<table>");
    for (int s = 0; s < N_STATEMENTS; s++) {
        put_statement(page, result, (enum statement)s);
    }
    put_row(page, "example", result->example);
    put_row(page, "suspect", result->suspect);
    put_row(page, "source", result->source);
    put(page, "</table></div>\n");
}

static void put_cause(const struct page *page, size_t number)
{
    const struct cause *cause = &page->report->causes[number - 1];
    base_put_format(page->out, "<article id=\"cause-%zu\"><h3>%zu. %s ", number, number,
                    cause_kind_name(cause->kind));
    put_element(page, "code", cause->where ? cause->where : "not known");
    put(page, "</h3>");
    put_result(page, cause->results[0]);
    if (cause->n_results > 1) {
        base_put_format(page->out, "<details><summary>%zu more fail because of it</summary>\n",
                        cause->n_results - 1);
        for (size_t i = 1; i < cause->n_results; i++) {
            put_result(page, cause->results[i]);
        }
        put(page, "</details>");
    }
    put(page, "</article>\n");
}

static void put_causes(const struct page *page)
{
    const struct report *report = page->report;
    if (report_count(report, VERDICT_FAIL) == 0) {
        return;
    }
    put(page, "<section><h2>Causes</h2>\n");
    for (size_t i = 1; i <= report->n_causes; i++) {
        put_cause(page, i);
    }
    for (size_t i = 0; i < report->n_results; i++) {
        if (report->results[i].verdict == VERDICT_FAIL && page->cause_of[i] == 0) {
            put(page, "<article>");
            put_result(page, i);
            put(page, "</article>\n");
        }
    }
    put(page, "</section>\n");
}

/* ------------------------------------------------------------------- matrix */

/* Of each pair of hosts the worst result, from 1; 0: none. The last column is "all". */
struct matrix {
    size_t n; /* hosts */
    size_t *cells;
    bool *rows, *columns; /* shown */
};

static bool is_worse(enum verdict a, enum verdict b)
{
    static const int rank[N_VERDICTS] = {
        [VERDICT_SKIP] = 0, [VERDICT_PASS] = 1, [VERDICT_INCONCLUSIVE] = 2, [VERDICT_FAIL] = 3};
    return rank[a] > rank[b];
}

static void fill_cell(const struct page *page, struct matrix *matrix, size_t i, size_t from,
                      size_t to)
{
    const struct result *results = page->report->results;
    size_t *cell = &matrix->cells[from * (matrix->n + 1) + to];
    if (*cell == 0 || is_worse(results[i].verdict, results[*cell - 1].verdict)) {
        *cell = i + 1;
    }
    bool shown = matrix->n <= MAX_MATRIX || is_worse(results[i].verdict, VERDICT_PASS);
    matrix->rows[from] |= shown;
    matrix->columns[to] |= shown;
}

static bool fill_matrix(const struct page *page, struct matrix *matrix)
{
    const struct report *report = page->report;
    bool any = false;
    for (size_t i = 0; i < report->n_results; i++) {
        const struct result *result = &report->results[i];
        if (result->kind != RESULT_TRAFFIC || !result->from || !result->to) {
            continue;
        }
        size_t from = topology_find_host(page->topology, result->from);
        size_t to = strcmp(result->to, "all") == 0 ? matrix->n
                                                   : topology_find_host(page->topology, result->to);
        if (from != HOST_NONE && to != HOST_NONE) {
            fill_cell(page, matrix, i, from, to);
            any = true;
        }
    }
    return any;
}

static const char *column_name(const struct page *page, size_t to)
{
    return to < page->topology->n_hosts ? page->topology->hosts[to].name : "all";
}

/* Whether it is right that nothing arrives: no sign may look like that of an arrival. */
static bool forbids(const struct result *result)
{
    return strstr(result->id, "/isolated/") || strstr(result->id, "/stray/");
}

static void put_cell(const struct page *page, size_t cell)
{
    if (cell == 0) {
        put(page, "<td/>");
        return;
    }
    const struct result *result = &page->report->results[cell - 1];
    base_put_format(page->out, "<td class=\"%s\" title=\"", verdict_name(result->verdict));
    report_put_xml_attribute(page->out, result->id);
    put(page, "\">");
    if (result->verdict == VERDICT_FAIL) {
        base_put_format(page->out, "<a href=\"#result-%zu\">✗</a>", cell);
    } else {
        put(page,
            result->verdict == VERDICT_PASS && forbids(result) ? "∅" : signs[result->verdict]);
    }
    put(page, "</td>");
}

static void put_matrix_rows(const struct page *page, const struct matrix *matrix)
{
    put(page, "<table class=\"matrix\"><thead><tr><td/>");
    for (size_t to = 0; to <= matrix->n; to++) {
        if (matrix->columns[to]) {
            put_element(page, "th", column_name(page, to));
        }
    }
    put(page, "</tr></thead><tbody>\n");
    for (size_t from = 0; from < matrix->n; from++) {
        if (!matrix->rows[from]) {
            continue;
        }
        put(page, "<tr>");
        put_element(page, "th", column_name(page, from));
        for (size_t to = 0; to <= matrix->n; to++) {
            if (matrix->columns[to]) {
                put_cell(page, matrix->cells[from * (matrix->n + 1) + to]);
            }
        }
        put(page, "</tr>\n");
    }
    put(page, "</tbody></table>");
}

static void put_matrix(const struct page *page)
{
    struct matrix matrix = {.n = page->topology->n_hosts};
    matrix.cells = base_calloc(matrix.n * (matrix.n + 1), sizeof *matrix.cells);
    matrix.rows = base_calloc(matrix.n, sizeof *matrix.rows);
    matrix.columns = base_calloc(matrix.n + 1, sizeof *matrix.columns);
    if (!matrix.cells || !matrix.rows || !matrix.columns) {
        page->out->failed = true;
    } else if (fill_matrix(page, &matrix)) {
        put(page, "<section><h2>Who reaches whom</h2>\n<p>The worst claim of each sender (left) "
                  "and receiver (top): ✓ it arrives, ∅ nothing does, both as they should");
        put(page,
            matrix.n > MAX_MATRIX ? "; hosts all of whose claims pass are left out.</p>" : ".</p>");
        put_matrix_rows(page, &matrix);
        put(page, "</section>\n");
    }
    free(matrix.cells);
    free(matrix.rows);
    free(matrix.columns);
}

/* ------------------------------------------------------------------ results */

static void put_line(const struct page *page, size_t i)
{
    const struct result *result = &page->report->results[i];
    struct base_buffer text = {0};
    base_put_format(page->out, "<tr><td class=\"%s\">%s</td><td><code>",
                    verdict_name(result->verdict), signs[result->verdict]);
    if (result->verdict == VERDICT_FAIL) {
        base_put_format(page->out, "<a href=\"#result-%zu\">", i + 1);
    }
    report_put_xml(page->out, result->id);
    put(page, result->verdict == VERDICT_FAIL ? "</a></code></td><td>" : "</code></td><td>");
    if (result->is_count || result->observed) {
        report_put_observed(&(struct report_paper){.out = &text}, result);
    } else if (result->detail) {
        base_put_text(&text, result->detail);
    }
    report_put_xml(page->out, base_buffer_text(&text));
    put(page, "</td></tr>\n");
    report_drop_scratch(&text, page->out);
}

static void put_results(const struct page *page)
{
    bool passes = report_verdict(page->report) == VERDICT_PASS;
    base_put_format(page->out,
                    "<section><h2>All results</h2>\n"
                    "<p><input id=\"filter\" placeholder=\"filter\" hidden=\"hidden\"/></p>\n"
                    "<details%s><summary>%zu results</summary>\n<table id=\"results\"><tbody>\n",
                    passes ? " open=\"open\"" : "", page->report->n_results);
    for (size_t i = 0; i < page->report->n_results; i++) {
        put_line(page, i);
    }
    put(page, "</tbody></table></details></section>\n");
}

static void put_foot(const struct page *page)
{
    const struct report_timing *timing = &page->report->timing;
    base_put_format(page->out,
                    "<footer><p>load %.1f, dump %.1f, compare %.1f, open %.1f, probe %.1f, settle "
                    "%.1f, count %.1f, close %.1f, in all %.1f ms. %zu frames sent, %zu copies "
                    "arrived, %zu frames of others seen. tapproof ",
                    timing->load_ms, timing->dump_ms, timing->compare_ms, timing->open_ms,
                    timing->probe_ms, timing->settle_ms, timing->count_ms, timing->close_ms,
                    timing->total_ms, page->report->n_probes, page->report->n_arrivals,
                    page->report->n_background);
    report_put_xml(page->out, page->version);
    base_put_format(page->out, "</p></footer>\n<script>%s</script></body></html>\n",
                    report_html_script);
}

static void note_causes(struct page *page)
{
    const struct report *report = page->report;
    for (size_t i = 0; i < report->n_causes; i++) {
        for (size_t k = 0; k < report->causes[i].n_results; k++) {
            page->cause_of[report->causes[i].results[k]] = i + 1;
        }
    }
}

void report_html(const struct report *report, const struct topology *topology, const char *version,
                 struct base_buffer *out)
{
    struct page page = {.report = report, .topology = topology, .version = version, .out = out};
    page.cause_of = base_calloc(report->n_results, sizeof *page.cause_of);
    if (!page.cause_of) {
        out->failed = true;
        return;
    }
    note_causes(&page);
    put_head(&page);
    put_top(&page);
    put_limits(&page);
    put_map(&page);
    put_causes(&page);
    put_matrix(&page);
    put_results(&page);
    put_foot(&page);
    free(page.cause_of);
}
