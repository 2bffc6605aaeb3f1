/* SPDX-License-Identifier: Apache-2.0
 *
 * A finished report (model/result.h) as text for a person, as JSON, and as the
 * two formats that test runners read. Every function is pure: it appends to a
 * buffer, and fails only by the buffer's `failed` (no memory).
 *
 * Whatever bytes the strings of a report hold, each output is well-formed and
 * valid UTF-8; bytes that may not be shown appear as "\xNN"
 * (report/escape.h). The verdict that a run exits with is report_verdict();
 * that something was left out (`ignore:`, -k) is said in every format. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "base/buffer.h"
#include "model/result.h"
#include "model/topology.h"

#include <stdbool.h>

struct report_text_options {
    bool color;     /* ANSI colours (ECMA-48 SGR); the caller knows the terminal and NO_COLOR */
    bool quiet;     /* only the last line */
    bool verbose;   /* results that passed, everything in full, and where the time went */
    unsigned width; /* columns to wrap prose at; 0: never. Evidence is never wrapped or cut */
};

/* Failures, then what is inconclusive, then what was skipped, notes, what was
 * ignored; the summary is the last line. The first 20 failures are shown with
 * their evidence and the others on a line each, unless verbose; neighbours
 * that could not be judged for the same reason are shown as one. */
void report_text(const struct report *report, const struct report_text_options *options,
                 struct base_buffer *out);

/* One object (RFC 8259), a result a line. A key whose value is not known is
 * absent. Expected and observed are numbers where they count copies.
 * "format" is 1 and changes only when a key changes its meaning. `version` is
 * that of the program. */
void report_json(const struct report *report, const char *version, struct base_buffer *out);

/* One <testsuite> with a <testcase> for each result, as Jenkins (junit-10.xsd
 * of its xUnit plugin) and GitLab read it: failure, error for what is
 * inconclusive, skipped. */
void report_junit(const struct report *report, struct base_buffer *out);

/* TAP version 13 (testanything.org): a test point for each result, with a YAML
 * block under each one that is not ok. What is inconclusive is "not ok". */
void report_tap(const struct report *report, struct base_buffer *out);

/* One HTML file that needs nothing else: a picture of the topology, a card for each cause, who
 * reaches whom, all results. Well-formed XML, too; at most one picture, and no markup, comes from
 * the strings of the report. `version` is that of the program. */
void report_html(const struct report *report, const struct topology *topology, const char *version,
                 struct base_buffer *out);

/* Commands of GitHub's workflows, a line each, as a job's log has them: an annotation for each
 * cause that failed, at the line of the expectation, and for what is inconclusive; at most ten of
 * each, which is what GitHub shows. */
void report_github(const struct report *report, struct base_buffer *out);

/* The summary as GitHub's Markdown, below its limit of 1 MiB: counts, and a row for each result
 * that deviates or could not be judged, up to 200. */
void report_markdown(const struct report *report, struct base_buffer *out);

/* Gauges in Prometheus' text format 0.0.4. `unix_seconds`: when the run ended. */
void report_prometheus(const struct report *report, double unix_seconds, struct base_buffer *out);

#endif
