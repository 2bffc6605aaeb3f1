/* SPDX-License-Identifier: Apache-2.0
 *
 * Collects the results of a run: what is the verdict of all of them. */
#include "model/result.h"

#include <stdio.h>
#include <stdlib.h>

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[N_VERDICTS] = {
        [VERDICT_PASS] = "pass",
        [VERDICT_FAIL] = "fail",
        [VERDICT_INCONCLUSIVE] = "inconclusive",
        [VERDICT_SKIP] = "skip",
    };
    return names[verdict];
}

const char *result_kind_name(enum result_kind kind)
{
    static const char *const names[] = {
        [RESULT_SWITCH] = "switch",       [RESULT_STATE] = "state",     [RESULT_ENTRY] = "entry",
        [RESULT_HOST] = "host",           [RESULT_TRAFFIC] = "traffic", [RESULT_WIRING] = "wiring",
        [RESULT_TRANSIENT] = "transient", [RESULT_CHANGE] = "change",   [RESULT_GROUP] = "group",
        [RESULT_FAILOVER] = "failover",
    };
    return names[kind];
}

const char *statement_name(enum statement statement)
{
    static const char *const names[N_STATEMENTS] = {
        [SAYS_DECLARED] = "declared",
        [SAYS_ADVERTISED] = "advertised",
        [SAYS_COUNTED] = "counted",
        [SAYS_OBSERVED] = "observed",
    };
    return names[statement];
}

const char *cause_kind_name(enum cause_kind kind)
{
    static const char *const names[N_CAUSE_KINDS] = {
        [CAUSE_UNKNOWN] = "unknown", [CAUSE_SWITCH] = "switch", [CAUSE_TABLE] = "table",
        [CAUSE_PORT] = "port",       [CAUSE_CABLE] = "cable",   [CAUSE_SWAP] = "swap",
        [CAUSE_STATION] = "station",
    };
    return names[kind];
}

struct result *report_add(struct report *report, enum result_kind kind, const char *id)
{
    char *copy = base_arena_text(&report->arena, id);
    if (!copy || base_grow(&report->results, report->n_results, &report->results_capacity,
                           sizeof *report->results) < 0) {
        return NULL;
    }
    struct result *result = &report->results[report->n_results++];
    *result = (struct result){.id = copy, .kind = kind, .verdict = VERDICT_PASS, .port = -1};
    return result;
}

void report_note(struct report *report, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    char *copy = base_arena_text(&report->arena, text);
    if (copy && base_grow(&report->notes, report->n_notes, &report->notes_capacity,
                          sizeof *report->notes) == 0) {
        report->notes[report->n_notes++] = copy;
    }
}

size_t report_count(const struct report *report, enum verdict verdict)
{
    size_t n = 0;
    for (size_t i = 0; i < report->n_results; i++) {
        n += report->results[i].verdict == verdict;
    }
    return n;
}

enum verdict report_verdict(const struct report *report)
{
    if (report_count(report, VERDICT_FAIL) > 0) {
        return VERDICT_FAIL;
    }
    bool open =
        report_count(report, VERDICT_INCONCLUSIVE) > 0 || report_count(report, VERDICT_PASS) == 0;
    for (size_t i = 0; i < report->n_parts; i++) {
        open |= !report->parts[i].unjudged && report->parts[i].verdict != VERDICT_PASS;
    }
    return open ? VERDICT_INCONCLUSIVE : VERDICT_PASS;
}

size_t report_known(const struct report *report)
{
    size_t n = 0;
    for (size_t i = 0; i < report->n_results; i++) {
        n += report->results[i].known != NULL;
    }
    return n;
}

void report_free(struct report *report)
{
    if (report) {
        free(report->results);
        free(report->notes);
        base_arena_free(&report->arena);
        *report = (struct report){0};
    }
}
