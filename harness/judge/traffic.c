/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/traffic.h"

#include "judge/locate.h"

#include <stdlib.h>

/* What all probes of one claim showed at all hosts that it speaks of. */
struct tally {
    size_t n_probes;
    size_t n_wrong, n_extra, n_missing, n_altered;
    size_t worst_probe, worst_host; /* of the first wrong one, an extra copy before the others */
    unsigned worst_copies;
    size_t problem_host; /* a host whose station cannot be trusted; SIZE_MAX: none */
    const char *alteration;
    const char *kinds[8]; /* of the wrong ones */
    size_t n_kinds;
};

struct bench {
    const struct judge_evidence *evidence;
    const struct expectation *expectation;
    const struct topology *topology;
    struct report *report;
};

static bool selected(const struct judge_evidence *evidence, size_t claim)
{
    return !evidence->selected || evidence->selected[claim];
}

static void add_kind(struct tally *tally, const char *kind)
{
    for (size_t i = 0; i < tally->n_kinds; i++) {
        if (tally->kinds[i] == kind) {
            return;
        }
    }
    if (tally->n_kinds < sizeof tally->kinds / sizeof *tally->kinds) {
        tally->kinds[tally->n_kinds++] = kind;
    }
}

static void count_arrivals(const struct bench *bench, size_t p, size_t host, unsigned want,
                           struct tally *tally)
{
    const struct judge_seen *seen = judge_round_seen(bench->evidence->round, p, host);
    unsigned got = seen->copies + seen->altered;
    if (bench->evidence->problems[host]) {
        tally->problem_host = host;
    }
    if (got == want && seen->altered == 0) {
        return;
    }
    bool first = tally->n_wrong == 0 || (got > want && tally->n_extra == 0);
    if (first) {
        tally->worst_probe = p;
        tally->worst_host = host;
        tally->worst_copies = got;
    }
    tally->n_wrong++;
    add_kind(tally, bench->evidence->plan->probes[p].kind);
    tally->n_extra += got > want;
    tally->n_missing += got < want;
    if (seen->altered > 0 && tally->n_altered++ == 0) {
        tally->alteration = seen->alteration;
    }
}

/* Whether a claim speaks of this receiver. */
static bool names(const struct expectation *expectation, const struct claim *claim, size_t host)
{
    if (claim->to != SIZE_MAX) {
        return claim->to == host;
    }
    for (size_t i = 0; i < expectation->n_claims; i++) {
        const struct claim *other = &expectation->claims[i];
        if (other->group == claim->group && other->from == claim->from && other->to == host) {
            return false;
        }
    }
    return host != claim->from;
}

static struct tally tally_claim(const struct bench *bench, const struct claim *claim)
{
    struct tally tally = {.problem_host = SIZE_MAX};
    const struct judge_plan *plan = bench->evidence->plan;
    if (bench->evidence->problems[claim->from]) {
        tally.problem_host = claim->from;
    }
    for (size_t p = 0; p < plan->n_probes; p++) {
        const struct judge_probe *probe = &plan->probes[p];
        if (probe->from != claim->from || !bench->evidence->round->sent[p] ||
            !match_takes(&claim->match, &probe->header)) {
            continue;
        }
        tally.n_probes++;
        for (size_t host = 0; host < bench->topology->n_hosts; host++) {
            if (names(bench->expectation, claim, host)) {
                count_arrivals(bench, p, host, claim->copies, &tally);
            }
        }
    }
    return tally;
}

static const char *packet_text(const struct bench *bench, size_t p)
{
    struct base_buffer text = {0};
    header_format(&bench->evidence->plan->probes[p].header, &text);
    const char *copy = base_arena_text(&bench->report->arena, base_buffer_text(&text));
    base_buffer_free(&text);
    return copy;
}

static const char *copies_text(struct base_arena *arena, long n)
{
    return n < 0 ? NULL : base_arena_format(arena, n == 1 ? "%ld copy" : "%ld copies", n);
}

static void fill_statements(struct result *result, const struct judge_location *location,
                            struct base_arena *arena)
{
    result->suspect = location->suspect;
    result->disagrees = true;
    result->disagree[0] = location->disagree[0];
    result->disagree[1] = location->disagree[1];
    result->says[SAYS_DECLARED] = copies_text(arena, result->expected_count);
    result->says[SAYS_ADVERTISED] = copies_text(arena, location->advertised);
    result->says[SAYS_COUNTED] = location->counted;
    result->says[SAYS_OBSERVED] = copies_text(arena, result->observed_count);
}

/* "3 of 9 probes (udp, tcp) arrived at h11 twice instead of once". */
static const char *what_happened(const struct bench *bench, const struct tally *tally,
                                 long expected)
{
    struct base_buffer text = {0};
    size_t n = tally->alteration    ? tally->n_altered
               : tally->n_extra > 0 ? tally->n_extra
                                    : tally->n_missing;
    const char *host = bench->topology->hosts[tally->worst_host].name;
    base_put_format(&text, "%zu of %zu probes ", n, tally->n_probes);
    for (size_t i = 0; tally->n_wrong < tally->n_probes && i < tally->n_kinds; i++) {
        base_put_format(&text, "%s%s%s", i ? ", " : "(", tally->kinds[i],
                        i + 1 == tally->n_kinds ? ") " : "");
    }
    if (tally->alteration) {
        base_put_format(&text, "arrived at %s altered: %s", host, tally->alteration);
    } else if (tally->worst_copies == 0) {
        base_put_format(&text, "did not arrive at %s", host);
    } else if (expected == 0 && tally->worst_copies == 1) {
        base_put_format(&text, "arrived at %s", host);
    } else {
        base_put_format(&text, "arrived at %s %u times instead of %ld", host, tally->worst_copies,
                        expected);
    }
    const char *copy = base_arena_text(&bench->report->arena, base_buffer_text(&text));
    base_buffer_free(&text);
    return copy;
}

static void fail(const struct bench *bench, const struct tally *tally, struct result *result)
{
    struct base_arena *arena = &bench->report->arena;
    struct judge_location location =
        judge_locate(bench->evidence, tally->worst_probe, tally->worst_host, tally->n_extra > 0,
                     arena);
    const char *what = what_happened(bench, tally, result->expected_count);
    result->verdict = VERDICT_FAIL;
    result->observed_count = (long)tally->worst_copies;
    result->example = packet_text(bench, tally->worst_probe);
    result->detail = location.why ? base_arena_format(arena, "%s; %s", what, location.why) : what;
    fill_statements(result, &location, arena);
}

static bool anything_arrived(const struct judge_evidence *evidence, size_t from, bool *wanted)
{
    *wanted = false;
    for (size_t p = 0; p < evidence->plan->n_probes; p++) {
        if (evidence->plan->probes[p].from == from) {
            *wanted = *wanted || evidence->plan->probes[p].n_arrivals > 0;
            if (evidence->round->seen[p]) {
                return true;
            }
        }
    }
    return false;
}

/* Absence proves something only if the frames entered the network: some of
 * them arrived somewhere, or a counter saw them. A sender all of whose frames
 * must be dropped has no such witness; there the settling time has to do. */
static bool absence_proved(const struct judge_evidence *evidence, size_t from)
{
    bool wanted;
    return anything_arrived(evidence, from, &wanted) || !wanted || judge_entered(evidence, from);
}

static void judge_claim(const struct bench *bench, const struct claim *claim,
                        struct result *result)
{
    struct base_arena *arena = &bench->report->arena;
    struct tally tally = tally_claim(bench, claim);
    const char *const *problems = bench->evidence->problems;
    result->observed_count = (long)claim->copies;
    if (tally.n_extra > 0 || tally.alteration ||
        (tally.n_missing > 0 && tally.problem_host == SIZE_MAX)) {
        fail(bench, &tally, result);
        return;
    }
    if (tally.problem_host != SIZE_MAX) {
        result->detail = base_arena_format(arena, "%s: %s",
                                           bench->topology->hosts[tally.problem_host].name,
                                           problems[tally.problem_host]);
    } else if (tally.n_probes == 0) {
        result->detail = "no probe could be sent that this claim speaks of";
    } else if (claim->kind == CLAIM_ISOLATED && !absence_proved(bench->evidence, claim->from)) {
        result->detail = "none of the sender's frames was seen anywhere, neither by a station nor "
                         "by a counter: that none came here proves nothing";
    } else {
        return;
    }
    result->verdict = VERDICT_INCONCLUSIVE;
    result->observed_count = -1;
}

static struct result *add_result(const struct bench *bench, const char *id, size_t from, size_t to)
{
    struct result *result = report_add(bench->report, RESULT_TRAFFIC, id);
    if (result) {
        result->from = bench->topology->hosts[from].name;
        result->to = to == SIZE_MAX ? "all" : bench->topology->hosts[to].name;
        result->is_count = true;
    }
    return result;
}

static int add_claim(const struct bench *bench, const struct claim *claim)
{
    struct result *result = add_result(bench, claim->id, claim->from, claim->to);
    if (!result) {
        return -1;
    }
    result->expected_count = (long)claim->copies;
    result->source = base_arena_format(&bench->report->arena, "%s:%d:%d", claim->place.file,
                                       claim->place.line, claim->place.column);
    judge_claim(bench, claim, result);
    return 0;
}

/* Arrivals of one sender at one host that no claim speaks of. */
static int judge_stray(const struct bench *bench, size_t from, size_t to)
{
    struct tally tally = {.problem_host = SIZE_MAX};
    const struct judge_plan *plan = bench->evidence->plan;
    for (size_t p = 0; p < plan->n_probes; p++) {
        const struct judge_probe *probe = &plan->probes[p];
        if (probe->from == from && bench->evidence->round->sent[p] &&
            !judge_claim_for(bench->expectation, from, to, &probe->header)) {
            tally.n_probes++;
            count_arrivals(bench, p, to, judge_plan_copies(probe, to), &tally);
        }
    }
    if (tally.n_extra == 0 && !tally.alteration) {
        return 0;
    }
    const char *id = base_arena_format(&bench->report->arena, "traffic/%s/stray/%s",
                                       bench->topology->hosts[from].name,
                                       bench->topology->hosts[to].name);
    struct result *result = id ? add_result(bench, id, from, to) : NULL;
    if (!result) {
        return -1;
    }
    result->source = bench->expectation->file;
    fail(bench, &tally, result);
    return 0;
}

int judge_traffic(const struct judge_evidence *evidence, struct report *report)
{
    const struct expectation *expectation = evidence->expectation;
    struct bench bench = {.evidence = evidence,
                          .expectation = expectation,
                          .topology = expectation->topology,
                          .report = report};
    for (size_t i = 0; i < expectation->n_claims; i++) {
        if (selected(evidence, i) && add_claim(&bench, &expectation->claims[i]) < 0) {
            return -1;
        }
    }
    size_t n_hosts = expectation->topology->n_hosts;
    for (size_t i = 0; i < n_hosts * n_hosts; i++) {
        if (judge_stray(&bench, i / n_hosts, i % n_hosts) < 0) {
            return -1;
        }
    }
    return 0;
}
