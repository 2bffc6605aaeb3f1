/* SPDX-License-Identifier: Apache-2.0
 *
 * What does a time series of runs show of this one? In Prometheus' text format, as its node
 * exporter reads it from a file. */
#include "report/escape.h"
#include "report/report.h"

/* HELP and TYPE of a metric; all are gauges: a run has no past. */
static void put_metric(struct base_buffer *out, const char *name, const char *help)
{
    base_put_format(out, "# HELP tapproof_%s %s\n# TYPE tapproof_%s gauge\n", name, help, name);
}

/* The beginning of a sample, with the labels: `label` NULL: the expectation is the only one. */
static void put_name(struct base_buffer *out, const struct report *report, const char *name,
                     const char *label, const char *value)
{
    base_put_format(out, "tapproof_%s{expectation=", name);
    report_put_quoted(out, report->expectation ? report->expectation : "");
    if (label) {
        base_put_format(out, ",%s=", label);
        report_put_quoted(out, value);
    }
    base_put_text(out, "} ");
}

static void put_number(struct base_buffer *out, const struct report *report, const char *name,
                       const char *help, double value)
{
    put_metric(out, name, help);
    put_name(out, report, name, NULL, NULL);
    base_put_format(out, "%.17g\n", value);
}

static void put_causes(struct base_buffer *out, const struct report *report)
{
    put_metric(out, "causes", "Causes of what failed, by what is at fault.");
    for (int kind = 0; kind < N_CAUSE_KINDS; kind++) {
        size_t n = 0;
        for (size_t i = 0; i < report->n_causes; i++) {
            n += (int)report->causes[i].kind == kind;
        }
        put_name(out, report, "causes", "kind", cause_kind_name((enum cause_kind)kind));
        base_put_format(out, "%zu\n", n);
    }
}

void report_prometheus(const struct report *report, double unix_seconds, struct base_buffer *out)
{
    put_metric(out, "results", "Results of the last run, by verdict.");
    for (int verdict = 0; verdict < N_VERDICTS; verdict++) {
        put_name(out, report, "results", "verdict", verdict_name((enum verdict)verdict));
        size_t n_known = verdict == VERDICT_SKIP ? report_known(report) : 0;
        base_put_format(out, "%zu\n", report_count(report, (enum verdict)verdict) - n_known);
    }
    put_causes(out, report);
    put_number(out, report, "known", "Results that deviate as is known.",
               (double)report_known(report));
    put_number(out, report, "conforms", "1 if the verdict of the last run was pass, else 0.",
               report_verdict(report) == VERDICT_PASS);
    put_number(out, report, "probes", "Frames sent by the last run.", (double)report->n_probes);
    put_number(out, report, "duration_seconds", "What the last run took.",
               report->timing.total_ms / 1000);
    put_number(out, report, "last_run_timestamp_seconds", "When the last run ended.", unix_seconds);
}
