/* SPDX-License-Identifier: Apache-2.0
 *
 * Counts the probes of a claim that arrived too often, too seldom or altered,
 * and puts the worst of it into words. */
#include "traffic/tally.h"

#include "ofctl/match.h"
#include "traffic/ways.h"

#include <inttypes.h>

static void add_kind(struct traffic_tally *tally, const char *kind)
{
    for (size_t i = 0; i < tally->n_kinds; i++) {
        if (tally->kinds[i] == kind) {
            return;
        }
    }
    if (tally->n_kinds < TRAFFIC_TALLY_KINDS) {
        tally->kinds[tally->n_kinds++] = kind;
    }
}

static void count(size_t *n, struct traffic_deviation *first,
                  const struct traffic_deviation *deviation)
{
    if ((*n)++ == 0) {
        *first = *deviation;
    }
}

/* The alteration in words: what the frames say, or that a form came too often. */
static const char *altered_how(const struct traffic_evidence *evidence, size_t p, size_t host,
                               struct base_arena *arena)
{
    const struct traffic_seen *seen = traffic_round_seen(evidence->round, p, host);
    size_t form = traffic_round_wrong_form(evidence->round, evidence->plan, p, host);
    if (seen->altered > 0 || form == FORM_NONE) {
        return seen->altered > 0 ? seen->alteration : NULL;
    }
    const struct traffic_expected_arrival *arrival =
        traffic_plan_arrival(&evidence->plan->probes[p], host);
    struct base_buffer text = {0};
    base_put_text(&text, "more copies than expected, and none of another form, came as ");
    ofctl_format_header(&arrival->as[form], &text);
    return base_arena_take(arena, &text);
}

/* How many packets the meter dropped while the round was sent; -1: not known. */
static long count_dropped(const struct traffic_evidence *evidence, size_t sw, uint32_t meter)
{
    const struct switch_state *states[] = {evidence->before ? evidence->before[sw] : NULL,
                                           evidence->after ? evidence->after[sw] : NULL};
    const struct meter *then = states[0] ? meter_find(&states[0]->groups, meter) : NULL;
    const struct meter *now = states[1] ? meter_find(&states[1]->groups, meter) : NULL;
    return then && now ? meter_dropped_since(then, now) : -1;
}

static struct traffic_meter tell_meter(const struct traffic_evidence *evidence, struct port_ref in,
                                       uint32_t meter, long n_dropped, struct base_arena *arena)
{
    const char *name = evidence->tables->topology->switches[in.sw].name;
    const char *at = base_arena_format(arena, "%s:%u", name, in.port);
    const char *text =
        n_dropped < 0
            ? base_arena_format(arena, "meter %" PRIu32 " of %s may have dropped what is missing",
                                meter, name)
            : base_arena_format(arena,
                                "meter %" PRIu32 " of %s dropped %ld packet%s meanwhile, and may "
                                "have dropped what is missing",
                                meter, name, n_dropped, n_dropped == 1 ? "" : "s");
    return (struct traffic_meter){.text = text, .at = at};
}

struct traffic_meter traffic_metered(const struct traffic_evidence *evidence, size_t p, size_t host,
                                     struct base_arena *arena)
{
    const struct traffic_probe *probe = &evidence->plan->probes[p];
    struct path_walk walk;
    uint32_t meter;
    size_t nth = 0, hop;
    if (!evidence->tables) {
        return (struct traffic_meter){0};
    }
    path_follow_from(evidence->tables, probe->from, &probe->header, &walk);
    while ((hop = path_walk_metered(evidence->tables, &walk, host, nth, &meter)) != HOP_NONE) {
        long n_dropped = count_dropped(evidence, walk.hops[hop].in.sw, meter);
        if (n_dropped != 0) {
            return tell_meter(evidence, walk.hops[hop].in, meter, n_dropped, arena);
        }
        nth++;
    }
    return (struct traffic_meter){0};
}

void traffic_meter_tell(const struct traffic_meter *metered, struct result *result)
{
    result->verdict = VERDICT_INCONCLUSIVE;
    result->detail = metered->text;
    result->cause_kind = CAUSE_TABLE;
    result->cause = result->suspect = metered->at;
}

/* At least `least` copies of each sending should have arrived, and at most `most`. */
static void count_arrivals(const struct traffic_evidence *evidence, size_t p, size_t host,
                           unsigned least, unsigned most, struct base_arena *arena,
                           struct traffic_tally *tally)
{
    const struct traffic_round *round = evidence->round;
    unsigned n = round->sent[p], got = traffic_seen_count(round, p, host);
    const char *alteration = altered_how(evidence, p, host, arena);
    if (evidence->problems[host]) {
        tally->problem_host = host;
    }
    uint64_t late_ns = traffic_round_seen(round, p, host)->late_ns;
    if (got >= least * n && got <= most * n && !alteration && late_ns == 0) {
        return;
    }
    if (got >= least * n && got <= most * n && !alteration && late_ns <= round->stalled_ns) {
        tally->is_stalled = true;
        return;
    }
    struct traffic_meter metered = {0};
    if (got < least * n) {
        metered = traffic_metered(evidence, p, host, arena);
        if (metered.text) {
            tally->metered = metered;
        }
    }
    if (metered.text && !alteration && late_ns == 0) {
        return;
    }
    struct traffic_deviation deviation = {
        .probe = p, .host = host, .copies = got, .sent = round->sent[p], .late_ns = late_ns};
    tally->n_wrong++;
    add_kind(tally, evidence->plan->probes[p].kind);
    if (got > most * n) {
        count(&tally->n_extra, &tally->extra, &deviation);
    } else if (got < least * n && !metered.text) {
        count(&tally->n_missing, &tally->missing, &deviation);
    } else if (!alteration) {
        count(&tally->n_late, &tally->late, &deviation);
    }
    if (alteration) {
        tally->alteration = tally->alteration ? tally->alteration : alteration;
        count(&tally->n_altered, &tally->altered, &deviation);
    }
}

struct traffic_tally traffic_tally_claim(const struct traffic_evidence *evidence,
                                         const struct claim *claim, struct base_arena *arena)
{
    const struct traffic_plan *plan = evidence->plan;
    bool is_blind = evidence->problems[claim->from] != NULL;
    struct traffic_tally tally = {.problem_host = is_blind ? claim->from : HOST_NONE};
    for (size_t p = 0; p < plan->n_probes; p++) {
        const struct traffic_probe *probe = &plan->probes[p];
        if (probe->from != claim->from || !evidence->round->sent[p] ||
            !match_takes(&claim->match, &probe->header)) {
            continue;
        }
        tally.n_probes++;
        for (size_t host = 0; host < evidence->expectation->topology->n_hosts; host++) {
            if (expectation_claim_names(evidence->expectation, claim, host)) {
                count_arrivals(evidence, p, host, claim->copies, claim->copies, arena, &tally);
            }
        }
    }
    return tally;
}

struct traffic_tally traffic_tally_unclaimed(const struct traffic_evidence *evidence, size_t from,
                                             size_t to, struct base_arena *arena)
{
    struct traffic_tally tally = {.problem_host = HOST_NONE};
    const struct traffic_plan *plan = evidence->plan;
    for (size_t p = 0; p < plan->n_probes; p++) {
        const struct traffic_probe *probe = &plan->probes[p];
        if (probe->from != from || !evidence->round->sent[p] ||
            traffic_claim_for(evidence->expectation, from, to, &probe->header)) {
            continue;
        }
        tally.n_probes++;
        if (!traffic_ways_concern(probe, to)) {
            count_arrivals(evidence, p, to, traffic_plan_copies(probe, to),
                           traffic_plan_most(probe, to), arena, &tally);
        } else if (traffic_round_seen(evidence->round, p, to)->altered > 0) {
            count_arrivals(evidence, p, to, 0, TRAFFIC_COPIES_ANY, arena, &tally);
        }
    }
    return tally;
}

/* -------------------------------------------------------------------- words */

const struct traffic_deviation *traffic_tally_worst(const struct traffic_tally *tally)
{
    return tally->n_extra > 0     ? &tally->extra
           : tally->n_altered > 0 ? &tally->altered
           : tally->n_missing > 0 ? &tally->missing
           : tally->n_late > 0    ? &tally->late
                                  : NULL;
}

static void put_times(unsigned n, struct base_buffer *out)
{
    static const char *const words[] = {"not", "once", "twice"};
    base_put_format(out, n < 3 ? "%s" : "%s%u times", n < 3 ? words[n] : "", n);
}

static void put_copies_of(const struct traffic_deviation *worst, long expected,
                          struct base_buffer *out)
{
    if (worst->sent > 1 && worst->copies % worst->sent != 0) {
        base_put_format(out, ", %u copies of %u sendings instead of %ld", worst->copies,
                        worst->sent, expected * worst->sent);
    } else if (worst->copies / worst->sent > 1 || expected > 1) {
        base_put_text(out, " ");
        put_times(worst->copies / worst->sent, out);
        base_put_text(out, " instead of ");
        put_times((unsigned)expected, out);
    }
}

/* "(udp, tcp) ", of a part of the probes; of several kinds of deviation only
 * the first probe's. */
static void put_kinds(const struct traffic_tally *tally, size_t n, const char *first,
                      struct base_buffer *out)
{
    if (n != tally->n_wrong) {
        base_put_format(out, "(%s%s) ", first, n > 1 ? "…" : "");
    }
    for (size_t i = 0; n == tally->n_wrong && n < tally->n_probes && i < tally->n_kinds; i++) {
        base_put_format(out, "%s%s%s", i ? ", " : "(", tally->kinds[i],
                        i + 1 == tally->n_kinds ? ") " : "");
    }
}

const char *traffic_tally_text(const struct traffic_tally *tally,
                               const struct traffic_evidence *evidence, long expected,
                               struct base_arena *arena)
{
    struct base_buffer text = {0};
    const struct traffic_deviation *worst = traffic_tally_worst(tally);
    size_t n = worst == &tally->extra     ? tally->n_extra
               : worst == &tally->altered ? tally->n_altered
               : worst == &tally->missing ? tally->n_missing
                                          : tally->n_late;
    const char *host = evidence->expectation->topology->hosts[worst->host].name;
    base_put_format(&text, "%zu of %zu probes ", n, tally->n_probes);
    put_kinds(tally, n, evidence->plan->probes[worst->probe].kind, &text);
    if (worst == &tally->altered) {
        base_put_format(&text, "arrived at %s altered: %s", host, tally->alteration);
    } else if (worst->copies == 0) {
        base_put_format(&text, "did not arrive at %s", host);
    } else {
        base_put_format(&text, "arrived at %s", host);
        put_copies_of(worst, expected, &text);
    }
    if (worst->late_ns > 0) {
        base_put_format(&text, ", %.1f s late", (double)worst->late_ns / 1e9);
    }
    if (evidence->when) {
        base_put_format(&text, " %s", evidence->when);
    }
    return base_arena_take(arena, &text);
}
