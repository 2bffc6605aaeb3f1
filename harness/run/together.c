/* SPDX-License-Identifier: Apache-2.0
 *
 * What do the reports of several expectations say together? */
#include "run/together.h"

#include "base/buffer.h"

#include <string.h>

struct together {
    const struct run_part *parts;
    size_t n_parts;
    struct report *whole;
    size_t *part_of; /* by cause of `whole`: the first part that has it */
};

static const char *file_of(const struct together *together)
{
    struct base_buffer text = {0};
    for (size_t i = 0; i < together->n_parts; i++) {
        base_put_format(&text, "%s%s", i > 0 ? ", " : "", together->parts[i].file);
    }
    return base_arena_take(&together->whole->arena, &text);
}

/* The file that an id or a note is of stands in front. */
static int add_results(struct report *whole, const struct run_part *part)
{
    const struct report *report = part->report;
    for (size_t i = 0; i < report->n_results; i++) {
        const struct result *from = &report->results[i];
        const char *id = base_arena_format(&whole->arena, "%s::%s", part->file, from->id);
        struct result *result = id ? report_add(whole, from->kind, id) : NULL;
        if (!result) {
            return -1;
        }
        id = result->id;
        *result = *from;
        result->id = id;
    }
    for (size_t i = 0; i < report->n_notes; i++) {
        report_note(whole, "%s: %s", part->file, report->notes[i]);
    }
    return 0;
}

static bool is_same(const struct cause *cause, const struct cause *other)
{
    return cause->kind == other->kind && cause->where && other->where &&
           strcmp(cause->where, other->where) == 0;
}

/* The cause of `whole` that this one is, too; a new one of zeros if there is none. */
static struct cause *cause_of(struct together *together, size_t p, const struct cause *cause)
{
    struct report *whole = together->whole;
    for (size_t i = 0; i < whole->n_causes; i++) {
        const struct run_part *first = &together->parts[together->part_of[i]];
        if (is_same(&whole->causes[i], cause) &&
            strcmp(first->topology, together->parts[p].topology) == 0) {
            return &whole->causes[i];
        }
    }
    together->part_of[whole->n_causes] = p;
    return &whole->causes[whole->n_causes++];
}

static int add_causes(struct together *together, size_t p, size_t first_result)
{
    const struct report *report = together->parts[p].report;
    for (size_t i = 0; i < report->n_causes; i++) {
        const struct cause *from = &report->causes[i];
        struct cause *into = cause_of(together, p, from);
        size_t n = into->n_results + from->n_results;
        size_t *results = base_arena_alloc(&together->whole->arena, n * sizeof *results);
        if (!results) {
            return -1;
        }
        for (size_t j = 0; j < n; j++) {
            results[j] = j < into->n_results ? into->results[j]
                                             : first_result + from->results[j - into->n_results];
        }
        *into = into->n_results > 0 ? *into : *from;
        into->results = results;
        into->n_results = n;
    }
    return 0;
}

static void add_times(struct report_timing *sum, const struct report_timing *timing)
{
    sum->load_ms += timing->load_ms;
    sum->dump_ms += timing->dump_ms;
    sum->compare_ms += timing->compare_ms;
    sum->open_ms += timing->open_ms;
    sum->probe_ms += timing->probe_ms;
    sum->settle_ms += timing->settle_ms;
    sum->count_ms += timing->count_ms;
    sum->close_ms += timing->close_ms;
    sum->total_ms += timing->total_ms;
    sum->converge_ms += timing->converge_ms;
    sum->rounds += timing->rounds;
}

static void add_counts(struct report *whole, const struct report *report)
{
    whole->n_deselected += report->n_deselected;
    whole->interrupted |= report->interrupted;
    whole->n_probes += report->n_probes;
    whole->n_arrivals += report->n_arrivals;
    whole->n_background += report->n_background;
    whole->n_to_controller += report->n_to_controller;
    add_times(&whole->timing, &report->timing);
}

static void add_untried(struct report *whole, const char *text)
{
    bool is_there = false;
    for (size_t i = 0; i < whole->n_untried && !is_there; i++) {
        is_there = strcmp(whole->untried[i], text) == 0;
    }
    if (!is_there) {
        whole->untried[whole->n_untried++] = text;
    }
}

static void add_left_out(struct report *whole, const struct report *report)
{
    for (size_t i = 0; i < report->n_ignored; i++) {
        whole->ignored[whole->n_ignored++] = report->ignored[i];
    }
    for (size_t i = 0; i < report->n_unsent; i++) {
        whole->unsent[whole->n_unsent++] = report->unsent[i];
    }
    for (size_t i = 0; i < report->n_untried; i++) {
        add_untried(whole, report->untried[i]);
    }
}

/* Room for as many as all parts have. */
static int make_room(struct together *together)
{
    struct report *whole = together->whole;
    size_t n_causes = 0, n_ignored = 0, n_unsent = 0, n_untried = 0;
    for (size_t p = 0; p < together->n_parts; p++) {
        n_causes += together->parts[p].report->n_causes;
        n_ignored += together->parts[p].report->n_ignored;
        n_unsent += together->parts[p].report->n_unsent;
        n_untried += together->parts[p].report->n_untried;
    }
    whole->causes = base_arena_alloc(&whole->arena, n_causes * sizeof *whole->causes);
    whole->ignored = base_arena_alloc(&whole->arena, n_ignored * sizeof *whole->ignored);
    whole->unsent = base_arena_alloc(&whole->arena, n_unsent * sizeof *whole->unsent);
    whole->untried = base_arena_alloc(&whole->arena, n_untried * sizeof *whole->untried);
    together->part_of = base_arena_alloc(&whole->arena, n_causes * sizeof *together->part_of);
    return whole->causes && whole->ignored && whole->unsent && whole->untried && together->part_of
               ? 0
               : -1;
}

static struct report_part summary(const struct run_part *part)
{
    struct report_part made = {.expectation = part->file,
                               .unjudged = part->unjudged,
                               .verdict = report_verdict(part->report)};
    for (enum verdict verdict = 0; verdict < N_VERDICTS; verdict++) {
        made.counts[verdict] = report_count(part->report, verdict);
    }
    return made;
}

int run_together(const struct run_part *parts, size_t n_parts, struct report *whole)
{
    struct together together = {.parts = parts, .n_parts = n_parts, .whole = whole};
    struct report_part *summaries = base_arena_alloc(&whole->arena, n_parts * sizeof *summaries);
    whole->expectation = file_of(&together);
    if (!summaries || !whole->expectation || make_room(&together) < 0) {
        return -1;
    }
    for (size_t p = 0; p < n_parts; p++) {
        size_t first_result = whole->n_results;
        summaries[p] = summary(&parts[p]);
        add_counts(whole, parts[p].report);
        add_left_out(whole, parts[p].report);
        if (add_results(whole, &parts[p]) < 0 || add_causes(&together, p, first_result) < 0) {
            return -1;
        }
    }
    report_note(whole, "coverage is told of one expectation at a time");
    whole->parts = summaries;
    whole->n_parts = n_parts;
    return 0;
}
