/* SPDX-License-Identifier: Apache-2.0
 *
 * The report as JUnit's XML. */
#include "report/escape.h"
#include "report/evidence.h"
#include "report/report.h"

#include <string.h>

static void put_attribute(struct base_buffer *out, const char *name, const char *value)
{
    base_put_format(out, " %s=\"", name);
    report_put_xml_attribute(out, value);
    base_put_text(out, "\"");
}

static void put_part(struct base_buffer *out, const char *name, const char *text, size_t n_bytes)
{
    struct base_buffer part = {0};
    base_put_bytes(&part, text, n_bytes);
    put_attribute(out, name, base_buffer_text(&part));
    report_drop_scratch(&part, out);
}

static void put_place(struct base_buffer *out, const char *source)
{
    struct report_source place;
    if (report_split_source(source, &place)) {
        put_part(out, "file", source, place.n_file);
        put_part(out, "line", place.line, place.n_line);
    }
}

/* One line that says what is wrong: the pair that disagrees, and the values or the reason. */
static void put_message(struct base_buffer *out, const struct result *result)
{
    struct base_buffer text = {0};
    struct report_paper paper = {.out = &text};
    bool values = result->is_count || (result->expected && result->observed);
    if (values && result->verdict == VERDICT_FAIL) {
        report_put_compared(&paper, result);
    } else if (result->detail) {
        base_put_bytes(&text, result->detail, strcspn(result->detail, "\n"));
    }
    put_attribute(out, "message", base_buffer_text(&text));
    report_drop_scratch(&text, out);
}

static void put_type(struct base_buffer *out, const struct result *result)
{
    struct base_buffer text = {0};
    struct report_paper paper = {.out = &text};
    report_put_disagreement(&paper, result);
    put_attribute(out, "type",
                  text.n_bytes > 0 ? base_buffer_text(&text) : verdict_name(result->verdict));
    report_drop_scratch(&text, out);
}

static void put_outcome(struct base_buffer *out, const struct result *result)
{
    static const char *const elements[N_VERDICTS] = {
        [VERDICT_FAIL] = "failure",
        [VERDICT_INCONCLUSIVE] = "error",
        [VERDICT_SKIP] = "skipped",
    };
    const char *element = elements[result->verdict];
    base_put_format(out, "\n    <%s", element);
    put_message(out, result);
    if (result->verdict == VERDICT_SKIP) {
        base_put_text(out, "/>\n  ");
        return;
    }
    put_type(out, result);
    struct base_buffer evidence = {0};
    report_put_evidence(&(struct report_paper){.out = &evidence}, result);
    base_put_text(out, ">\n");
    report_put_xml(out, base_buffer_text(&evidence));
    base_put_format(out, "    </%s>\n  ", element);
    report_drop_scratch(&evidence, out);
}

static void put_case(struct base_buffer *out, const struct result *result)
{
    base_put_text(out, "  <testcase");
    put_attribute(out, "classname", result_kind_name(result->kind));
    put_attribute(out, "name", result->id);
    put_place(out, result->source);
    if (result->verdict == VERDICT_PASS && result->kind == RESULT_TRANSIENT) {
        base_put_text(out, ">\n    <system-out>");
        report_put_xml(out, result->detail);
        base_put_text(out, "</system-out>\n  </testcase>\n");
        return;
    }
    if (result->verdict == VERDICT_PASS) {
        base_put_text(out, "/>\n");
        return;
    }
    base_put_text(out, ">");
    put_outcome(out, result);
    base_put_text(out, "</testcase>\n");
}

static void put_property(struct base_buffer *out, const char *name, const char *value)
{
    base_put_text(out, "    <property");
    put_attribute(out, "name", name);
    put_attribute(out, "value", value);
    base_put_text(out, "/>\n");
}

/* What belongs to the run and not to one test: the verdict, what was left out, notes. */
static void put_properties(struct base_buffer *out, const struct report *report)
{
    base_put_text(out, "  <properties>\n");
    put_property(out, "verdict", verdict_name(report_verdict(report)));
    if (report->expectation) {
        put_property(out, "expectation", report->expectation);
    }
    struct base_buffer text = {0};
    base_put_format(&text, "%zu", report->n_deselected);
    put_property(out, "deselected", base_buffer_text(&text));
    report_drop_scratch(&text, out);
    for (size_t i = 0; i < report->n_ignored; i++) {
        const struct ignored *ignored = &report->ignored[i];
        base_put_format(&text, "%s: %zu entries, %zu ports: %s", ignored->text, ignored->n_entries,
                        ignored->n_ports, ignored->reason);
        put_property(out, "ignored", base_buffer_text(&text));
        report_drop_scratch(&text, out);
    }
    for (size_t i = 0; i < report->n_notes; i++) {
        put_property(out, "note", report->notes[i]);
    }
    base_put_text(out, "  </properties>\n");
}

void report_junit(const struct report *report, struct base_buffer *out)
{
    base_put_format(out,
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                    "<testsuite name=\"tapproof\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
                    "skipped=\"%zu\" time=\"%.3f\">\n",
                    report->n_results, report_count(report, VERDICT_FAIL),
                    report_count(report, VERDICT_INCONCLUSIVE), report_count(report, VERDICT_SKIP),
                    report->timing.total_ms / 1000);
    put_properties(out, report);
    for (size_t i = 0; i < report->n_results; i++) {
        put_case(out, &report->results[i]);
    }
    base_put_text(out, "</testsuite>\n");
}
