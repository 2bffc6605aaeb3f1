/* SPDX-License-Identifier: Apache-2.0
 *
 * The report in TAP version 13. */
#include "report/escape.h"
#include "report/evidence.h"
#include "report/report.h"

#include <string.h>

/* Text within one line. "#" would begin a directive: the backslash in front of
 * it is how parsers of TAP are told otherwise. */
static void put_description(struct base_buffer *out, const char *text)
{
    while (*text) {
        size_t n_bytes = strcspn(text, "#\\\n");
        report_put_clean_part(out, text, n_bytes);
        text += n_bytes;
        if (*text) {
            base_put_text(out, *text == '\n' ? " " : *text == '#' ? "\\#" : "\\\\");
            text++;
        }
    }
}

static void put_diagnostics(struct base_buffer *out, const struct result *result)
{
    struct report_tree tree = {.out = out, .syntax = REPORT_YAML, .margin = 2};
    base_put_text(out, "  ---\n");
    report_tree_map(&tree, NULL, REPORT_LINES);
    report_put_fields(&tree, result);
    report_tree_close(&tree);
    base_put_text(out, "  ...\n");
}

/* What follows the id: SKIP is a directive, and TODO that of what is known to deviate; what is
 * inconclusive must not look like TODO, which would count as a success. */
static void put_reason(struct base_buffer *out, const struct result *result)
{
    static const char *const words[N_VERDICTS] = {
        [VERDICT_INCONCLUSIVE] = " # inconclusive: ",
        [VERDICT_SKIP] = " # SKIP ",
    };
    const char *word = result->known ? " # TODO " : words[result->verdict];
    if (word) {
        base_put_text(out, word);
        put_description(out, result->detail ? result->detail : "no reason was given");
    }
}

static void put_point(struct base_buffer *out, size_t number, const struct result *result)
{
    bool ok =
        result->verdict == VERDICT_PASS || (result->verdict == VERDICT_SKIP && !result->known);
    base_put_format(out, "%s %zu - ", ok ? "ok" : "not ok", number);
    put_description(out, result->id);
    put_reason(out, result);
    base_put_text(out, "\n");
    if (!ok || result->kind == RESULT_TRANSIENT) {
        put_diagnostics(out, result);
    }
}

static void put_comments(struct base_buffer *out, const struct report *report)
{
    for (size_t i = 0; i < report->n_notes; i++) {
        base_put_text(out, "# note: ");
        put_description(out, report->notes[i]);
        base_put_text(out, "\n");
    }
    for (size_t i = 0; i < report->n_ignored; i++) {
        const struct ignored *ignored = &report->ignored[i];
        base_put_text(out, "# ignored: ");
        put_description(out, ignored->text);
        base_put_format(out, ": %zu entries, %zu ports: ", ignored->n_entries, ignored->n_ports);
        put_description(out, ignored->reason);
        base_put_text(out, "\n");
    }
    if (report->n_deselected > 0) {
        base_put_format(out, "# deselected: %zu\n", report->n_deselected);
    }
    base_put_format(out, "# verdict: %s\n", verdict_name(report_verdict(report)));
}

void report_tap(const struct report *report, struct base_buffer *out)
{
    base_put_format(out, "TAP version 13\n1..%zu%s\n", report->n_results,
                    report->n_results > 0 ? "" : " # SKIP nothing was looked at");
    for (size_t i = 0; i < report->n_results; i++) {
        put_point(out, i + 1, &report->results[i]);
    }
    put_comments(out, report);
}
