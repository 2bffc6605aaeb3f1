/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers become results of the report, and findings. */
#include "ofctl/match.h"
#include "prove/inside.h"

#include <stdlib.h>

/* "1 copy", "copies without end" if negative; in the report's arena. */
static const char *copies_text(const struct prove_context *context, long n)
{
    struct base_arena *arena = &context->report->arena;
    return n < 0 ? "copies without end"
                 : base_arena_format(arena, n == 1 ? "%ld copy" : "%ld copies", n);
}

static void be_about_tables(const struct prove_context *context, long copies, struct result *result)
{
    result->is_count = result->by_tables = true;
    result->says[SAYS_ADVERTISED] = copies_text(context, copies);
}

int prove_add_claim(const struct prove_context *context, const struct claim *claim)
{
    struct report *report = context->report;
    const struct topology_host *hosts = context->topology->hosts;
    struct result *result = report_add(report, RESULT_TRAFFIC, claim->id);
    if (!result) {
        return -1;
    }
    be_about_tables(context, (long)claim->copies, result);
    result->from = hosts[claim->from].name;
    result->to = claim->to == HOST_ALL ? "all" : hosts[claim->to].name;
    result->expected_count = result->observed_count = (long)claim->copies;
    result->source = base_arena_format(&report->arena, "%s:%d:%d", claim->place.file,
                                       claim->place.line, claim->place.column);
    return 0;
}

int prove_add_result(const struct prove_sender *sender, const char *kind, size_t to)
{
    struct report *report = sender->context->report;
    const struct topology_host *hosts = sender->context->topology->hosts;
    const char *name = to == HOST_ALL ? "all" : hosts[to].name;
    const char *id = base_arena_format(
        &report->arena, strcmp(kind, "loop") == 0 ? "traffic/%s/%s" : "traffic/%s/%s/%s",
        hosts[sender->from].name, kind, name);
    struct result *result = id ? report_add(report, RESULT_TRAFFIC, id) : NULL;
    if (!result) {
        return -1;
    }
    be_about_tables(sender->context, 0, result);
    result->from = hosts[sender->from].name;
    result->to = name;
    result->source = sender->context->expectation->file;
    return 0;
}

/* ------------------------------------------------------------------- findings */

static int add_finding(const struct prove_sender *sender, const struct prove_finding *finding)
{
    struct prove_findings *findings = sender->context->findings;
    if (!findings) {
        return 0;
    }
    if (base_grow(&findings->items, findings->n_items, &findings->capacity,
                  sizeof *findings->items) < 0) {
        return -1;
    }
    findings->items[findings->n_items] = *finding;
    findings->items[findings->n_items++].from = sender->from;
    return 0;
}

void prove_findings_free(struct prove_findings *findings)
{
    free(findings->items);
    *findings = (struct prove_findings){0};
}

static void disagree(const struct prove_context *context, struct result *result)
{
    result->verdict = VERDICT_FAIL;
    result->disagrees = true;
    result->disagree[0] = SAYS_DECLARED;
    result->disagree[1] = SAYS_ADVERTISED;
    result->says[SAYS_DECLARED] = copies_text(context, result->expected_count);
    result->says[SAYS_ADVERTISED] = copies_text(context, result->observed_count);
    result->says[SAYS_OBSERVED] = "not looked for";
}

/* In what form it arrives. */
static struct header arriving(const struct prove_refutation *refutation)
{
    struct header arrives = space_rewritten(&refutation->arrival->rewrite, &refutation->example);
    arrives.in_port = refutation->arrival->out;
    return arrives;
}

static const char *what_happens(const struct prove_context *context,
                                const struct prove_refutation *refutation, const char *form)
{
    struct base_arena *arena = &context->report->arena;
    const char *name = context->topology->hosts[refutation->to].name;
    if (refutation->altered) {
        return base_arena_format(arena, "it arrives at %s altered: %s", name, form);
    }
    if (refutation->copies == 0) {
        return base_arena_format(arena, "it does not arrive at %s", name);
    }
    if (refutation->copies < 0) {
        return base_arena_format(arena, "it goes round endlessly, and arrives at %s each time",
                                 name);
    }
    if (refutation->expected == 0 && refutation->copies == 1) {
        return base_arena_format(arena, "it arrives at %s", name);
    }
    return base_arena_format(arena, "it arrives at %s %ld time%s instead of %ld", name,
                             refutation->copies, refutation->copies == 1 ? "" : "s",
                             refutation->expected);
}

/* "whichever of these takes it at s1:1: ENTRY; ENTRY" */
static const char *whichever(const struct prove_context *context,
                             const struct prove_refutation *refutation)
{
    struct base_arena *arena = &context->report->arena;
    const struct path_reach_hop *hop = refutation->either->hop;
    struct header header = space_rewritten(&hop->rewrite, &refutation->example);
    const char *at = topology_port_name(context->topology, hop->in, arena);
    header.in_port = hop->in.port;
    if (!hop->either) {
        return base_arena_format(arena, "whichever way %s chooses", at);
    }
    const char *a = path_rows_text(&context->actual, hop->in.sw, hop->entry, &header, arena);
    const char *b = path_rows_text(&context->actual, hop->in.sw, hop->rival, &header, arena);
    bool in_order = !a || !b || strcmp(a, b) <= 0; /* the table's order is chance */
    return base_arena_format(arena, "whichever of these takes it at %s: %s; %s", at,
                             in_order ? a : b, in_order ? b : a);
}

int prove_refute(const struct prove_sender *sender, const struct prove_refutation *refutation,
                 size_t index)
{
    const struct prove_context *context = sender->context;
    struct base_arena *arena = &context->report->arena;
    struct result *result = &context->report->results[index];
    struct prove_finding finding = {.result = index,
                                    .example = refutation->example,
                                    .to = refutation->to,
                                    .copies = refutation->copies,
                                    .altered = refutation->altered};
    const char *form = NULL;
    if (refutation->altered) {
        finding.arrives = arriving(refutation);
        form = ofctl_header_text(&finding.arrives, arena);
    }
    result->detail = what_happens(context, refutation, form);
    if (refutation->either) {
        finding.at = refutation->either->hop->in;
        finding.reason = base_arena_text(arena, refutation->either->reason);
        result->detail = base_arena_format(arena, "%s%s, %s", result->detail ? result->detail : "",
                                           refutation->elsewhere ? ", or goes wrong otherwise" : "",
                                           whichever(context, refutation));
        result->suspect = result->cause = topology_port_name(context->topology, finding.at, arena);
        result->cause_kind = CAUSE_TABLE;
    }
    result->expected_count = refutation->expected;
    result->observed_count = refutation->copies;
    if (refutation->copies < 0) {
        result->is_count = false;
        result->expected = copies_text(context, refutation->expected);
        result->observed = copies_text(context, refutation->copies);
    }
    result->example = ofctl_header_text(&refutation->example, arena);
    disagree(context, result);
    if (form) {
        result->says[SAYS_ADVERTISED] =
            base_arena_format(arena, "%s, altered: %s", result->says[SAYS_ADVERTISED], form);
    }
    return add_finding(sender, &finding);
}

int prove_refute_loop(const struct prove_sender *sender, size_t index)
{
    const struct prove_context *context = sender->context;
    struct base_arena *arena = &context->report->arena;
    struct result *result = &context->report->results[index];
    size_t n = sender->actual.n_loops;
    struct prove_finding finding = {.result = index,
                                    .kind = PROVE_LOOPS,
                                    .example = sender->actual.loops[0].example,
                                    .to = HOST_NONE};
    result->detail = "it goes round endlessly";
    result->example = ofctl_header_text(&finding.example, arena);
    result->observed_count = -1;
    disagree(context, result);
    result->is_count = false;
    result->says[SAYS_DECLARED] = NULL;
    result->expected = "no packet goes round endlessly";
    result->observed = base_arena_format(arena, "%zu loop%s", n, n == 1 ? "" : "s");
    result->says[SAYS_ADVERTISED] = result->observed;
    return add_finding(sender, &finding);
}

int prove_leave_open(const struct prove_sender *sender, const struct path_unknown *unknown,
                     size_t index)
{
    struct base_arena *arena = &sender->context->report->arena;
    struct result *result = &sender->context->report->results[index];
    result->verdict = VERDICT_INCONCLUSIVE;
    result->observed_count = -1;
    result->says[SAYS_ADVERTISED] = NULL;
    if (!unknown) {
        result->detail = "not decided within the budget";
        return 0;
    }
    struct prove_finding finding = {.result = index,
                                    .kind = PROVE_OPEN,
                                    .example = unknown->example,
                                    .to = HOST_NONE,
                                    .at = unknown->hop->in,
                                    .reason = base_arena_text(arena, unknown->reason)};
    result->detail = base_arena_format(
        arena, "it is not known what %s does with some of these headers: %s",
        topology_port_name(sender->context->topology, finding.at, arena), unknown->reason);
    result->example = ofctl_header_text(&unknown->example, arena);
    return finding.reason ? add_finding(sender, &finding) : -1;
}
