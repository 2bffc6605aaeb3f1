/* SPDX-License-Identifier: Apache-2.0
 *
 * The report for a person. What is wrong comes first, where it is wrong stands
 * in the headline, why below it; the verdict is the last line, where the eye is
 * when a command returns. */
#include "report/report.h"

#include "report/coverage.h"
#include "report/escape.h"
#include "report/evidence.h"

#include <string.h>

enum {
    MAX_IN_FULL = 20,   /* results of a verdict with all their evidence */
    MAX_IDS_NAMED = 8,  /* of a group with one reason */
    MAX_ID_COLUMNS = 48 /* to which headlines are aligned */
};

struct look {
    const char *tag;
    enum report_ink ink;
};

static const struct look looks[N_VERDICTS] = {
    [VERDICT_PASS] = {"PASS", INK_GREEN},
    [VERDICT_FAIL] = {"FAIL", INK_RED},
    [VERDICT_INCONCLUSIVE] = {"INCONCLUSIVE", INK_YELLOW},
    [VERDICT_SKIP] = {"SKIP", INK_CYAN},
};

struct section {
    const struct report *report;
    struct report_paper paper;
    enum verdict verdict;
    bool verbose;
    size_t id_columns;
};

/* Consequences of what another result tells stand below that one. */
static bool is_shown(const struct section *section, const struct result *result)
{
    return result->verdict == section->verdict && (section->verbose || !result->is_consequence);
}

/* The next result of this section, from index i on; n_results at the end. */
static size_t next_of(const struct section *section, size_t i)
{
    const struct report *report = section->report;
    while (i < report->n_results && !is_shown(section, &report->results[i])) {
        i++;
    }
    return i;
}

/* From the end of the id to the column where all ids of the section have ended. */
static void put_gap(const struct section *section, const struct result *result)
{
    size_t n_columns = report_columns(result->id, REPORT_TO_THE_END);
    size_t n_missing = n_columns < section->id_columns ? section->id_columns - n_columns : 0;
    base_put_format(section->paper.out, "%*s", (int)n_missing + 3, "");
}

/* Verdict, id and the pair that disagrees. */
static void put_headline(const struct section *section, const struct result *result)
{
    const struct look *look = &looks[section->verdict];
    report_put_ink(&section->paper, look->ink, result->known ? "KNOWN" : look->tag);
    base_put_text(section->paper.out, "  ");
    report_put_ink(&section->paper, INK_PLAIN, result->id);
    if (result->disagrees) {
        put_gap(section, result);
        report_put_disagreement(&section->paper, result);
    }
}

/* What fails for the same cause, a line each. */
static void put_consequences(const struct section *section, const struct cause *cause)
{
    struct base_buffer *out = section->paper.out;
    for (size_t i = 1; i < cause->n_results; i++) {
        const struct result *result = &section->report->results[cause->results[i]];
        base_put_format(out, "%*s", REPORT_INDENT, "");
        report_put_ink(&section->paper, looks[result->verdict].ink, "therefore");
        base_put_text(out, "   ");
        report_put_clean(out, result->id);
        if (result->detail) {
            base_put_text(out, ": ");
            report_put_clean_part(out, result->detail, strcspn(result->detail, ";\n"));
        }
        base_put_text(out, "\n");
    }
}

static void put_in_full(const struct section *section, const struct result *result)
{
    const struct cause *cause = report_cause_told_by(section->report, result);
    put_headline(section, result);
    base_put_text(section->paper.out, "\n");
    report_put_evidence(&section->paper, result);
    if (cause && cause->n_results > 1 && !section->verbose) {
        put_consequences(section, cause);
    }
    base_put_text(section->paper.out, "\n");
}

/* Headline, values or the first line of the reason, and source, on one line. */
static void put_on_one_line(const struct section *section, const struct result *result)
{
    const struct report_paper *paper = &section->paper;
    put_headline(section, result);
    if (result->is_count || (result->expected && result->observed)) {
        base_put_text(paper->out, "   ");
        report_put_compared(paper, result);
    } else if (result->detail) {
        base_put_text(paper->out, "   ");
        report_put_clean_part(paper->out, result->detail, strcspn(result->detail, "\n"));
    }
    if (result->source) {
        base_put_text(paper->out, "   ");
        report_put_ink(paper, INK_DIM, result->source);
    }
    base_put_text(paper->out, "\n");
}

/* How many results from index i on could not be judged for one reason. */
static size_t group_size(const struct section *section, size_t i)
{
    const struct report *report = section->report;
    const char *reason = report->results[i].detail;
    size_t n = 1;
    if (!reason || section->verbose || section->verdict == VERDICT_FAIL) {
        return n;
    }
    for (i = next_of(section, i + 1); i < report->n_results; i = next_of(section, i + 1)) {
        const char *other = report->results[i].detail;
        if (!other || strcmp(reason, other) != 0) {
            break;
        }
        n++;
    }
    return n;
}

/* One reason, and the ids that it is the reason of. Returns the index behind them. */
static size_t put_group(const struct section *section, size_t i, size_t n)
{
    const struct report_paper *paper = &section->paper;
    const struct look *look = &looks[section->verdict];
    report_put_ink(paper, look->ink, look->tag);
    base_put_format(paper->out, "  %zu results, for one reason\n%*s", n, REPORT_INDENT, "");
    report_put_prose(paper, REPORT_INDENT, section->report->results[i].detail);
    struct base_buffer ids = {0};
    for (size_t k = 0; k < n; k++, i = next_of(section, i + 1)) {
        if (k < MAX_IDS_NAMED) {
            base_put_text(&ids, k > 0 ? ", " : "");
            report_put_clean(&ids, section->report->results[i].id);
        }
    }
    if (n > MAX_IDS_NAMED) {
        base_put_format(&ids, " and %zu more", n - MAX_IDS_NAMED);
    }
    base_put_format(paper->out, "\n%*s", REPORT_INDENT, "");
    report_put_prose(paper, REPORT_INDENT, base_buffer_text(&ids));
    base_put_text(paper->out, "\n\n");
    report_drop_scratch(&ids, paper->out);
    return i;
}

static void put_rest(const struct section *section, size_t i)
{
    const struct report *report = section->report;
    size_t n = 0;
    for (size_t k = i; k < report->n_results; k = next_of(section, k + 1)) {
        n++;
    }
    if (n > 0) {
        base_put_format(section->paper.out,
                        "%zu more, a line each (all of it: --verbose, --json)\n", n);
    }
    for (; i < report->n_results; i = next_of(section, i + 1)) {
        put_on_one_line(section, &report->results[i]);
    }
    base_put_text(section->paper.out, n > 0 ? "\n" : "");
}

static size_t id_columns(const struct section *section)
{
    size_t most = 0;
    for (size_t i = next_of(section, 0); i < section->report->n_results;
         i = next_of(section, i + 1)) {
        size_t n_columns = report_columns(section->report->results[i].id, REPORT_TO_THE_END);
        most = n_columns > most ? n_columns : most;
    }
    return most < MAX_ID_COLUMNS ? most : MAX_ID_COLUMNS;
}

/* Everything that did not pass with one verdict. */
static void put_section(struct section section, enum verdict verdict)
{
    section.verdict = verdict;
    section.id_columns = id_columns(&section);
    size_t i = next_of(&section, 0);
    for (size_t shown = 0; i < section.report->n_results; shown++) {
        if (shown == MAX_IN_FULL && !section.verbose) {
            break;
        }
        size_t n = group_size(&section, i);
        if (n > 1) {
            i = put_group(&section, i, n);
        } else {
            put_in_full(&section, &section.report->results[i]);
            i = next_of(&section, i + 1);
        }
    }
    put_rest(&section, i);
}

/* A pass is what was expected: its id, and that. */
static void put_passes(struct section section)
{
    section.verdict = VERDICT_PASS;
    section.id_columns = id_columns(&section);
    struct base_buffer *out = section.paper.out;
    size_t n = 0;
    for (size_t i = next_of(&section, 0); i < section.report->n_results;
         i = next_of(&section, i + 1), n++) {
        const struct result *result = &section.report->results[i];
        put_headline(&section, result);
        if (result->is_count || result->observed) {
            put_gap(&section, result);
            report_put_observed(&section.paper, result);
        }
        base_put_text(out, "\n");
    }
    base_put_text(out, n > 0 ? "\n" : "");
}

static void put_count(struct base_buffer *out, const char **divider, size_t n, const char *one,
                      const char *many)
{
    if (n > 0) {
        base_put_format(out, "%s%zu %s", *divider, n, n == 1 ? one : many);
        *divider = ", ";
    }
}

static void put_note(const struct report_paper *paper, enum report_ink ink, const char *tag,
                     const char *text)
{
    enum { TAG_COLUMNS = 9 };
    report_put_ink(paper, ink, tag);
    base_put_format(paper->out, "%*s", (int)(TAG_COLUMNS - strlen(tag)), "");
    report_put_prose(paper, TAG_COLUMNS, text);
    base_put_text(paper->out, "\n");
}

static void put_ignored(const struct report_paper *paper, const struct ignored *ignored)
{
    struct base_buffer text = {0};
    base_put_format(&text, "%s hid ", ignored->text);
    const char *divider = "";
    put_count(&text, &divider, ignored->n_entries, "entry", "entries");
    put_count(&text, &divider, ignored->n_ports, "port", "ports");
    base_put_format(&text, "%s: %s", *divider ? "" : "nothing", ignored->reason);
    if (ignored->source) {
        base_put_format(&text, " (%s)", ignored->source);
    }
    put_note(paper, INK_CYAN, "ignored", base_buffer_text(&text));
    report_drop_scratch(&text, paper->out);
}

static void put_notes(const struct report_paper *paper, const struct report *report)
{
    for (size_t i = 0; i < report->n_notes; i++) {
        put_note(paper, INK_YELLOW, "note", report->notes[i]);
    }
    for (size_t i = 0; i < report->n_results; i++) {
        const struct result *result = &report->results[i];
        if (result->kind == RESULT_TRANSIENT) {
            struct base_buffer text = {0};
            base_put_format(&text, "%s: %s", result->id, result->detail);
            put_note(paper, INK_YELLOW, "note", base_buffer_text(&text));
            report_drop_scratch(&text, paper->out);
        }
    }
    for (size_t i = 0; i < report->n_ignored; i++) {
        put_ignored(paper, &report->ignored[i]);
    }
    if (report->timing.converge_ms > 0) {
        struct base_buffer text = {0};
        base_put_format(&text, "frames and tables agreed only after %.1f ms, in round %u",
                        report->timing.converge_ms, report->timing.rounds);
        put_note(paper, INK_YELLOW, "note", base_buffer_text(&text));
        report_drop_scratch(&text, paper->out);
    }
}

static bool named_before(const struct report *report, size_t of)
{
    for (size_t i = 0; i < of; i++) {
        const struct result *result = &report->results[i];
        if (result->verdict == VERDICT_FAIL && result->suspect &&
            strcmp(result->suspect, report->results[of].suspect) == 0) {
            return true;
        }
    }
    return false;
}

/* Several failures may have one cause: each place once, with how many name it. */
static void put_suspects(const struct report_paper *paper, const struct report *report)
{
    struct base_buffer text = {0};
    for (size_t i = 0; i < report->n_results; i++) {
        const struct result *result = &report->results[i];
        if (result->verdict != VERDICT_FAIL || !result->suspect || named_before(report, i)) {
            continue;
        }
        size_t n = 0;
        for (size_t j = i; j < report->n_results; j++) {
            const struct result *other = &report->results[j];
            n += other->verdict == VERDICT_FAIL && other->suspect &&
                 strcmp(other->suspect, result->suspect) == 0;
        }
        base_put_format(&text, "%s%s (%zu failure%s)", text.n_bytes ? ", " : "", result->suspect, n,
                        n == 1 ? "" : "s");
    }
    if (text.n_bytes > 0 && report_count(report, VERDICT_FAIL) > 1) {
        put_note(paper, INK_RED, "suspect", base_buffer_text(&text));
    }
    report_drop_scratch(&text, paper->out);
}

/* "3 broadcast, 2 arp: NORMAL would flood it": what was not sent for the reason of the item at
 * `first`, if no one before has it. */
static void put_unsent_for(const struct report_paper *paper, const struct report *report,
                           size_t first)
{
    struct base_buffer text = {0};
    const char *reason = report->unsent[first].reason;
    for (size_t i = 0; i < report->n_unsent; i++) {
        const struct unsent *unsent = &report->unsent[i];
        if (strcmp(unsent->reason, reason) != 0) {
            continue;
        }
        if (i < first) {
            return;
        }
        base_put_format(&text, "%s%zu %s", i > first ? ", " : "", unsent->n, unsent->kind);
    }
    base_put_format(&text, ": %s (%s: %s)", reason, report->unsent[first].from,
                    report->unsent[first].example);
    put_note(paper, INK_CYAN, "not sent", base_buffer_text(&text));
    report_drop_scratch(&text, paper->out);
}

static void count_unsent(const struct report_paper *paper, const struct report *report)
{
    struct base_buffer text = {0};
    size_t n = 0;
    for (size_t i = 0; i < report->n_unsent; i++) {
        n += report->unsent[i].n;
    }
    if (n > 0) {
        base_put_format(&text,
                        "%zu probe%s, which might do harm (which, and why: --verbose, --json)", n,
                        n == 1 ? "" : "s");
        put_note(paper, INK_CYAN, "not sent", base_buffer_text(&text));
    }
    report_drop_scratch(&text, paper->out);
}

static void put_untried(const struct report_paper *paper, const struct report *report)
{
    struct base_buffer text = {0};
    for (size_t i = 0; i < report->n_untried; i++) {
        base_put_format(&text, "%s%s", i > 0 ? "; " : "", report->untried[i]);
    }
    if (text.n_bytes > 0) {
        put_note(paper, INK_CYAN, "untried", base_buffer_text(&text));
    }
    report_drop_scratch(&text, paper->out);
}

static void put_coverage(const struct report_paper *paper, const struct report *report)
{
    struct base_buffer text = {0};
    report_put_coverage(&report->coverage, &text);
    if (text.n_bytes > 0) {
        put_note(paper, INK_CYAN, "coverage", base_buffer_text(&text));
    }
    report_drop_scratch(&text, paper->out);
}

static void put_timing(const struct report_paper *paper, const struct report *report)
{
    const struct report_timing *timing = &report->timing;
    base_put_format(paper->out,
                    "frames   %zu sent, %zu copies arrived, %zu frames of others seen\n"
                    "time     load %.1f, dump %.1f, compare %.1f, open %.1f, probe %.1f, "
                    "settle %.1f, count %.1f, close %.1f ms\n",
                    report->n_probes, report->n_arrivals, report->n_background, timing->load_ms,
                    timing->dump_ms, timing->compare_ms, timing->open_ms, timing->probe_ms,
                    timing->settle_ms, timing->count_ms, timing->close_ms);
}

static size_t count_kind(const struct report *report, enum result_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < report->n_results; i++) {
        n += report->results[i].kind == kind;
    }
    return n;
}

static void put_duration(struct base_buffer *out, double ms)
{
    if (ms < 10) {
        base_put_format(out, " in %.1f ms", ms);
    } else if (ms < 10000) {
        base_put_format(out, " in %.0f ms", ms);
    } else {
        base_put_format(out, " in %.1f s", ms / 1000);
    }
}

static void put_summary(const struct report_paper *paper, const struct report *report)
{
    struct base_buffer *out = paper->out;
    const struct look *look = &looks[report_verdict(report)];
    report_put_ink(paper, look->ink, look->tag);
    base_put_text(out, ": ");
    report_put_counts(report, out);
    put_duration(out, report->timing.total_ms);
    base_put_text(out, " (");
    const char *divider = "";
    put_count(out, &divider, count_kind(report, RESULT_SWITCH), "switch", "switches");
    put_count(out, &divider, count_kind(report, RESULT_STATE), "port", "ports");
    put_count(out, &divider, count_kind(report, RESULT_ENTRY), "entry", "entries");
    put_count(out, &divider, count_kind(report, RESULT_GROUP), "group", "groups");
    put_count(out, &divider, count_kind(report, RESULT_FAILOVER), "failover", "failovers");
    put_count(out, &divider, count_kind(report, RESULT_TRAFFIC), "claim", "claims");
    put_count(out, &divider, count_kind(report, RESULT_WIRING), "cable", "cables");
    put_count(out, &divider, count_kind(report, RESULT_TRANSIENT), "transient", "transients");
    put_count(out, &divider, report->n_probes, "probe", "probes");
    base_put_format(out, "%s)\n",
                    report->n_results > 0 || report->n_probes > 0 ? "" : "nothing was looked at");
}

/* "PASS  a.yaml: 12 passed": one line for each of several expectations. */
static void put_parts(const struct report_paper *paper, const struct report *report)
{
    for (size_t i = 0; i < report->n_parts; i++) {
        const struct report_part *part = &report->parts[i];
        const struct look *look = &looks[part->unjudged ? VERDICT_SKIP : part->verdict];
        report_put_ink(paper, look->ink, look->tag);
        base_put_text(paper->out, "  ");
        report_put_clean(paper->out, part->expectation);
        base_put_text(paper->out, ": ");
        if (part->unjudged) {
            base_put_format(paper->out, "%s\n", part->unjudged);
            continue;
        }
        base_put_format(paper->out, "%zu passed, %zu failed, %zu inconclusive, %zu skipped\n",
                        part->counts[VERDICT_PASS], part->counts[VERDICT_FAIL],
                        part->counts[VERDICT_INCONCLUSIVE], part->counts[VERDICT_SKIP]);
    }
}

void report_text(const struct report *report, const struct report_text_options *options,
                 struct base_buffer *out)
{
    struct section section = {
        .report = report,
        .paper = {.out = out, .color = options->color, .width = options->width},
        .verbose = options->verbose,
    };
    if (options->quiet) {
        put_summary(&section.paper, report);
        return;
    }
    put_section(section, VERDICT_FAIL);
    put_section(section, VERDICT_INCONCLUSIVE);
    put_section(section, VERDICT_SKIP);
    if (options->verbose) {
        put_passes(section);
    }
    put_suspects(&section.paper, report);
    put_notes(&section.paper, report);
    for (size_t i = 0; i < report->n_unsent && options->verbose; i++) {
        put_unsent_for(&section.paper, report, i);
    }
    if (!options->verbose) {
        count_unsent(&section.paper, report);
    }
    put_coverage(&section.paper, report);
    if (options->verbose) {
        put_untried(&section.paper, report);
        put_timing(&section.paper, report);
    }
    put_parts(&section.paper, report);
    put_summary(&section.paper, report);
}
