/* SPDX-License-Identifier: Apache-2.0
 *
 * What is known of claims of which some frames, or all, were not sent? */
#include "base/memory.h"
#include "ofctl/match.h"
#include "report/proof.h"
#include "run/claims.h"
#include "run/inside.h"
#include "traffic/unsent.h"

#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- none was sent */

/* What the tables do not decide either of claims of a sender, says so. */
static void tell_withheld(struct report *report, size_t first, const char *from, const char *reason)
{
    for (size_t i = first; i < report->n_results; i++) {
        struct result *result = &report->results[i];
        if (result->verdict == VERDICT_INCONCLUSIVE && result->detail &&
            strcmp(result->from, from) == 0) {
            result->detail =
                base_arena_format(&report->arena, "%s; no frame tells: %s", result->detail, reason);
        }
    }
}

int run_withheld_prove(const struct checking *checking, bool *rest)
{
    const struct expectation *expectation = checking->expectation;
    size_t first = checking->report->n_results, n = 0;
    bool *withheld = base_calloc(expectation->n_claims, sizeof *withheld);
    const char **reasons = base_calloc(checking->topology->n_hosts, sizeof *reasons);
    for (size_t i = 0; withheld && reasons && i < expectation->n_claims; i++) {
        const struct claim *claim = &expectation->claims[i];
        bool selected = !checking->selected || checking->selected[i];
        const char *reason = selected ? traffic_plan_withholds(&checking->plan, claim) : NULL;
        withheld[i] = reason != NULL;
        rest[i] = selected && !reason;
        n += withheld[i];
        reasons[claim->from] = reason ? reason : reasons[claim->from];
    }
    struct prove_options options = {.selected = withheld};
    int status = !withheld || !reasons ? base_fail(checking->error, "out of memory")
                 : n == 0              ? 0
                          : run_prove_claims(expectation, checking->now.states.switches, &options,
                                             checking->report, checking->error);
    for (size_t host = 0; status == 0 && host < checking->topology->n_hosts; host++) {
        if (reasons[host]) {
            tell_withheld(checking->report, first, checking->topology->hosts[host].name,
                          reasons[host]);
        }
    }
    free(withheld);
    free(reasons);
    return status;
}

/* ---------------------------------------------------------------- some were not */

/* A frame that was not sent, and what it means. */
struct left_out {
    const struct checking *checking;
    struct traffic_evidence evidence;
    const bool *claims; /* by claim: whether it is judged by frames */
    struct prove_findings *findings;
    size_t from;
    const struct header *header;
    const char *kind, *reason;
    struct traffic_unsent *unsent;
};

static struct result *find_result(struct report *report, const char *id)
{
    for (size_t i = 0; i < report->n_results; i++) {
        if (strcmp(report->results[i].id, id) == 0) {
            return &report->results[i];
        }
    }
    return NULL;
}

static const char *copies_text(struct base_arena *arena, long n)
{
    return base_arena_format(arena, n == 1 ? "%ld copy" : "%ld copies", n);
}

static int refute(const struct left_out *out, size_t to, unsigned copies, struct result *result)
{
    struct report *report = out->checking->report;
    struct prove_findings *findings = out->findings;
    if (base_grow(&findings->items, findings->n_items, &findings->capacity,
                  sizeof *findings->items) < 0) {
        return -1;
    }
    findings->items[findings->n_items++] =
        (struct prove_finding){.result = (size_t)(result - report->results),
                               .kind = PROVE_REFUTED,
                               .from = out->from,
                               .example = *out->header,
                               .to = to,
                               .copies = (long)copies};
    result->verdict = VERDICT_FAIL;
    result->is_count = result->by_tables = result->disagrees = true;
    result->observed_count = (long)copies;
    result->disagree[0] = SAYS_DECLARED;
    result->disagree[1] = SAYS_ADVERTISED;
    result->says[SAYS_DECLARED] = copies_text(&report->arena, result->expected_count);
    result->says[SAYS_ADVERTISED] = copies_text(&report->arena, result->observed_count);
    result->says[SAYS_OBSERVED] = base_arena_format(&report->arena, "not sent: %s", out->reason);
    result->detail =
        base_arena_format(&report->arena, "by the tables it arrives at %s %u time%s instead of %ld",
                          out->checking->topology->hosts[to].name, copies, copies == 1 ? "" : "s",
                          result->expected_count);
    return 0;
}

static void leave_open(const struct left_out *out, size_t to, struct result *result)
{
    const struct topology *topology = out->checking->topology;
    struct base_arena *arena = &out->checking->report->arena;
    const struct path_walk *walk = &out->unsent->walk;
    bool declares = !out->unsent->is_normal && path_is_normal(walk->reason);
    result->verdict = VERDICT_INCONCLUSIVE;
    result->observed_count = -1;
    result->detail = base_arena_format(
        arena,
        "%s frames were not sent: %s. Whether they come to %s the tables do not say: %s: %s%s",
        out->kind, out->reason, topology->hosts[to].name,
        walk->known ? "" : topology_port_name(topology, walk->unknown_at, arena), walk->reason,
        declares ? " (`ports:` may declare `output: [normal]`)" : "");
}

/* What the frame says of a result that passed so far. */
static int weigh(const struct left_out *out, size_t to, unsigned wanted, struct result *result)
{
    unsigned copies;
    enum traffic_unsent_answer answer = traffic_unsent_at(out->unsent, to, wanted, &copies);
    if (answer == TRAFFIC_UNSENT_HOLDS || result->verdict != VERDICT_PASS) {
        return 0;
    }
    result->example = ofctl_header_text(out->header, &out->checking->report->arena);
    if (answer == TRAFFIC_UNSENT_REFUTES) {
        return refute(out, to, copies, result);
    }
    leave_open(out, to, result);
    return 0;
}

static int weigh_claim(const struct left_out *out, const struct claim *claim)
{
    const struct checking *checking = out->checking;
    struct result *result = find_result(checking->report, claim->id);
    int status = 0;
    for (size_t to = 0; result && to < checking->topology->n_hosts && status == 0; to++) {
        if (expectation_claim_names(checking->expectation, claim, to)) {
            status = weigh(out, to, claim->copies, result);
        }
    }
    return status;
}

/* Whether it comes to a host to which no claim of its sender allows it, nor NORMAL. */
static int weigh_stray(const struct left_out *out, size_t to)
{
    struct report *report = out->checking->report;
    const struct topology_host *hosts = out->checking->topology->hosts;
    unsigned copies;
    enum traffic_unsent_answer answer = traffic_unsent_at(out->unsent, to, 0, &copies);
    if (answer == TRAFFIC_UNSENT_HOLDS ||
        traffic_claim_for(out->checking->expectation, out->from, to, out->header)) {
        return 0;
    }
    const char *name = answer == TRAFFIC_UNSENT_OPEN ? "all" : hosts[to].name;
    const char *id =
        base_arena_format(&report->arena, "traffic/%s/stray/%s", hosts[out->from].name, name);
    if (!id || find_result(report, id)) {
        return id ? 0 : -1;
    }
    struct result *result = report_add(report, RESULT_TRAFFIC, id);
    if (!result) {
        return -1;
    }
    result->from = hosts[out->from].name;
    result->to = name;
    result->source = out->checking->expectation->file;
    return weigh(out, to, 0, result);
}

static int weigh_all(const struct left_out *out)
{
    const struct checking *checking = out->checking;
    const struct expectation *expectation = checking->expectation;
    bool has_claims = false;
    int status = 0;
    traffic_unsent_follow(out->evidence.tables, out->evidence.declared, out->from, out->header,
                          out->reason, out->unsent);
    for (size_t i = 0; i < expectation->n_claims && status == 0; i++) {
        const struct claim *claim = &expectation->claims[i];
        bool is_of = claim->from == out->from;
        has_claims |= is_of;
        status = is_of && out->claims[i] && match_takes(&claim->match, out->header)
                     ? weigh_claim(out, claim)
                     : 0;
    }
    for (size_t to = 0; to < checking->topology->n_hosts && status == 0; to++) {
        bool is_closed = has_claims && !checking->selected && !out->unsent->is_normal;
        status = is_closed ? weigh_stray(out, to) : 0;
    }
    return status;
}

/* Those of the plan, and those that nobody could place when they were to be sent. */
static int weigh_each(struct left_out *out)
{
    const struct checking *checking = out->checking;
    const struct traffic_plan *plan = &checking->plan;
    int status = 0;
    for (size_t i = 0; i < plan->n_withheld && status == 0; i++) {
        const struct traffic_withheld *withheld = &plan->withheld[i];
        out->from = withheld->from;
        out->header = &withheld->header;
        out->kind = withheld->kind;
        out->reason = withheld->reason;
        status = withheld->harms ? weigh_all(out) : 0;
    }
    for (size_t p = 0; p < plan->n_probes && status == 0; p++) {
        const struct traffic_probe *probe = &plan->probes[p];
        out->from = probe->from;
        out->header = &probe->header;
        out->kind = probe->kind;
        out->reason = out->evidence.round->sent[p] > 0 ? NULL : out->evidence.harms[p];
        status = out->reason ? weigh_all(out) : 0;
    }
    return status;
}

int run_withheld_judge(const struct checking *checking, const bool *rest)
{
    struct prove_findings findings = {0};
    struct left_out out = {.checking = checking,
                           .evidence = run_checking_evidence(checking),
                           .claims = rest,
                           .findings = &findings};
    out.unsent = base_calloc(1, sizeof *out.unsent);
    int status = out.unsent ? weigh_each(&out) : -1;
    if (status == 0) {
        status = report_proofs(checking->expectation, checking->now.states.switches, &findings,
                               checking->report);
    }
    prove_findings_free(&findings);
    free(out.unsent);
    return status < 0 ? base_fail(checking->error, "out of memory") : 0;
}
