/* SPDX-License-Identifier: Apache-2.0 */
#include "traffic/traffic.h"

#include "blame/locate.h"
#include "ofctl/match.h"

#include <stdlib.h>
#include <string.h>

/* One probe at one host that is not as it should be. */
struct deviation {
    size_t probe, host;
    unsigned copies, sent; /* came; of so many sendings */
};

/* What all probes of one claim showed at all hosts that it speaks of. */
struct tally {
    size_t n_probes;
    size_t n_wrong, n_extra, n_missing, n_altered; /* of probes at hosts */
    struct deviation extra, missing, altered;      /* the first of each kind */
    size_t problem_host; /* a host whose station cannot be trusted; HOST_NONE: all can be */
    const char *alteration;
    const char *kinds[8]; /* of the wrong ones */
    size_t n_kinds;
};

struct bench {
    const struct traffic_evidence *evidence;
    const struct expectation *expectation;
    const struct topology *topology;
    struct report *report;
};

static bool selected(const struct traffic_evidence *evidence, size_t claim)
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

static void first_of(size_t *n, struct deviation *first, const struct deviation *deviation)
{
    if ((*n)++ == 0) {
        *first = *deviation;
    }
}

/* The alteration in words: what the frames say, or that a form came too often. */
static const char *altered_how(const struct bench *bench, size_t p, size_t host)
{
    const struct traffic_evidence *evidence = bench->evidence;
    const struct traffic_seen *seen = traffic_round_seen(evidence->round, p, host);
    size_t form = traffic_round_wrong_form(evidence->round, evidence->plan, p, host);
    if (seen->altered > 0 || form == FORM_NONE) {
        return seen->altered > 0 ? seen->alteration : NULL;
    }
    const struct traffic_probe *probe = &evidence->plan->probes[p];
    struct base_buffer text = {0};
    for (size_t i = 0; i < probe->n_arrivals; i++) {
        if (probe->arrivals[i].host == host) {
            base_put_text(&text, "more copies than expected, and none of another form, came as ");
            ofctl_format_header(&probe->arrivals[i].as[form], &text);
        }
    }
    return base_arena_take(&bench->report->arena, &text);
}

static void count_arrivals(const struct bench *bench, size_t p, size_t host, unsigned copies,
                           struct tally *tally)
{
    const struct traffic_round *round = bench->evidence->round;
    unsigned want = copies * round->sent[p], got = traffic_seen_count(round, p, host);
    const char *alteration = altered_how(bench, p, host);
    if (bench->evidence->problems[host]) {
        tally->problem_host = host;
    }
    if (got == want && !alteration) {
        return;
    }
    struct deviation deviation = {.probe = p, .host = host, .copies = got, .sent = round->sent[p]};
    tally->n_wrong++;
    add_kind(tally, bench->evidence->plan->probes[p].kind);
    if (got > want) {
        first_of(&tally->n_extra, &tally->extra, &deviation);
    } else if (got < want) {
        first_of(&tally->n_missing, &tally->missing, &deviation);
    }
    if (alteration) {
        tally->alteration = tally->alteration ? tally->alteration : alteration;
        first_of(&tally->n_altered, &tally->altered, &deviation);
    }
}

/* Whether a claim speaks of this receiver. */
static bool names(const struct expectation *expectation, const struct claim *claim, size_t host)
{
    if (claim->to != HOST_ALL) {
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
    struct tally tally = {.problem_host = HOST_NONE};
    const struct traffic_plan *plan = bench->evidence->plan;
    if (bench->evidence->problems[claim->from]) {
        tally.problem_host = claim->from;
    }
    for (size_t p = 0; p < plan->n_probes; p++) {
        const struct traffic_probe *probe = &plan->probes[p];
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
    return ofctl_header_text(&bench->evidence->plan->probes[p].header, &bench->report->arena);
}

static const char *copies_text(struct base_arena *arena, long n)
{
    return n < 0 ? NULL : base_arena_format(arena, n == 1 ? "%ld copy" : "%ld copies", n);
}

static void fill_statements(struct result *result, const struct blame_location *location,
                            struct base_arena *arena)
{
    result->suspect = location->suspect;
    result->cause_kind = location->cause_kind;
    result->cause = location->cause;
    result->disagrees = true;
    result->disagree[0] = location->disagree[0];
    result->disagree[1] = location->disagree[1];
    result->says[SAYS_DECLARED] = copies_text(arena, result->expected_count);
    result->says[SAYS_ADVERTISED] = copies_text(arena, location->advertised);
    result->says[SAYS_COUNTED] = location->counted;
    result->says[SAYS_OBSERVED] = copies_text(arena, result->observed_count);
}

/* The deviation that is told: what came and should not have before what did
 * not come. */
static const struct deviation *worst_of(const struct tally *tally, size_t *n)
{
    if (tally->n_extra > 0) {
        *n = tally->n_extra;
        return &tally->extra;
    }
    *n = tally->alteration ? tally->n_altered : tally->n_missing;
    return tally->alteration ? &tally->altered : &tally->missing;
}

static void put_times(unsigned n, struct base_buffer *out)
{
    static const char *const words[] = {"not", "once", "twice"};
    base_put_format(out, n < 3 ? "%s" : "%s%u times", n < 3 ? words[n] : "", n);
}

static void put_copies_of(const struct deviation *worst, long expected, struct base_buffer *out)
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

/* "3 of 9 probes (udp, tcp) arrived at h11 twice instead of once". */
static const char *what_happened(const struct bench *bench, const struct tally *tally,
                                 long expected)
{
    struct base_buffer text = {0};
    size_t n;
    const struct deviation *worst = worst_of(tally, &n);
    const char *host = bench->topology->hosts[worst->host].name;
    base_put_format(&text, "%zu of %zu probes ", n, tally->n_probes);
    if (n != tally->n_wrong) {
        base_put_format(&text, "(%s%s) ", bench->evidence->plan->probes[worst->probe].kind,
                        n > 1 ? "…" : "");
    }
    for (size_t i = 0; n == tally->n_wrong && n < tally->n_probes && i < tally->n_kinds; i++) {
        base_put_format(&text, "%s%s%s", i ? ", " : "(", tally->kinds[i],
                        i + 1 == tally->n_kinds ? ") " : "");
    }
    if (worst == &tally->altered) {
        base_put_format(&text, "arrived at %s altered: %s", host, tally->alteration);
    } else if (worst->copies == 0) {
        base_put_format(&text, "did not arrive at %s", host);
    } else {
        base_put_format(&text, "arrived at %s", host);
        put_copies_of(worst, expected, &text);
    }
    return base_arena_take(&bench->report->arena, &text);
}

static void fail(const struct bench *bench, const struct tally *tally, struct result *result)
{
    struct base_arena *arena = &bench->report->arena;
    size_t n;
    const struct deviation *worst = worst_of(tally, &n);
    struct blame_location location =
        blame_locate(bench->evidence, worst->probe, worst->host, worst == &tally->altered, arena);
    const char *what = what_happened(bench, tally, result->expected_count);
    unsigned rounding = worst == &tally->extra ? worst->sent - 1 : 0;
    result->verdict = VERDICT_FAIL;
    result->observed_count = (long)((worst->copies + rounding) / worst->sent);
    result->example = packet_text(bench, worst->probe);
    result->detail = location.why ? base_arena_format(arena, "%s; %s", what, location.why) : what;
    fill_statements(result, &location, arena);
    if (worst == &tally->altered) {
        result->says[SAYS_OBSERVED] = base_arena_format(
            arena, "%s, altered: %s", result->says[SAYS_OBSERVED], tally->alteration);
        if (location.disagree[1] == SAYS_ADVERTISED && location.advertised >= 0) {
            result->says[SAYS_ADVERTISED] =
                base_arena_format(arena, "%s, altered", result->says[SAYS_ADVERTISED]);
        }
    }
}

/* Whether a sentinel of this sender arrived anywhere. `*has`: it has any. */
static bool sentinel_arrived(const struct traffic_evidence *evidence, size_t from, bool *has)
{
    *has = false;
    for (size_t p = 0; p < evidence->plan->n_probes; p++) {
        const struct traffic_probe *probe = &evidence->plan->probes[p];
        if (probe->from == from && probe->sentinel) {
            *has = true;
            if (evidence->round->seen[p]) {
                return true;
            }
        }
    }
    return false;
}

/* Absence proves something only if the frames entered the network: the
 * sentinels, sent last, arrived somewhere, or a counter saw frames of the
 * sender. A sender all of whose frames must be dropped has no such witness;
 * there the settling time has to do, if the switch takes frames at its port. */
static bool absence_proved(const struct traffic_evidence *evidence, size_t from)
{
    bool has;
    if (sentinel_arrived(evidence, from, &has)) {
        return true;
    }
    return has ? blame_entered(evidence, from) : blame_may_enter(evidence, from);
}

static void traffic_claim(const struct bench *bench, const struct claim *claim,
                          struct result *result)
{
    struct base_arena *arena = &bench->report->arena;
    struct tally tally = tally_claim(bench, claim);
    const char *const *problems = bench->evidence->problems;
    result->observed_count = (long)claim->copies;
    if (tally.n_extra > 0 || tally.alteration ||
        (tally.n_missing > 0 && tally.problem_host == HOST_NONE)) {
        fail(bench, &tally, result);
        return;
    }
    if (tally.problem_host != HOST_NONE) {
        result->detail =
            base_arena_format(arena, "%s: %s", bench->topology->hosts[tally.problem_host].name,
                              problems[tally.problem_host]);
    } else if (tally.n_probes == 0) {
        result->detail = "no probe could be sent that this claim speaks of";
    } else if (claim->kind == CLAIM_ISOLATED && !absence_proved(bench->evidence, claim->from)) {
        result->detail = "none of the sender's frames was seen to enter the network, neither by a "
                         "station nor by its switch: that none came here proves nothing";
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
        result->to = to == HOST_ALL ? "all" : bench->topology->hosts[to].name;
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
    traffic_claim(bench, claim, result);
    return 0;
}

/* Probes of one sender that no claim says anything of at this host. */
static struct tally tally_unclaimed(const struct bench *bench, size_t from, size_t to)
{
    struct tally tally = {.problem_host = HOST_NONE};
    const struct traffic_plan *plan = bench->evidence->plan;
    for (size_t p = 0; p < plan->n_probes; p++) {
        const struct traffic_probe *probe = &plan->probes[p];
        if (probe->from == from && bench->evidence->round->sent[p] &&
            !traffic_claim_for(bench->expectation, from, to, &probe->header)) {
            tally.n_probes++;
            count_arrivals(bench, p, to, traffic_plan_copies(probe, to), &tally);
        }
    }
    return tally;
}

static struct result *add_unclaimed(const struct bench *bench, const char *from, const char *kind,
                                    size_t to)
{
    const char *host = bench->topology->hosts[to].name;
    const char *id = base_arena_format(&bench->report->arena, "traffic/%s/%s/%s", from, kind, host);
    struct result *result = id ? report_add(bench->report, RESULT_TRAFFIC, id) : NULL;
    if (result) {
        result->from = from;
        result->to = host;
        result->source = bench->expectation->file;
    }
    return result;
}

/* A stray is an arrival that no claim allows. Of a sender of whom no claim
 * says anything `ports:` says what must arrive, and it is told if it does not. */
static int traffic_unclaimed(const struct bench *bench, size_t from, size_t to)
{
    struct tally tally = tally_unclaimed(bench, from, to);
    bool told = tally.n_extra > 0 || tally.alteration ||
                (tally.n_missing > 0 && tally.problem_host == HOST_NONE &&
                 !bench->evidence->problems[from]);
    if (!told) {
        return 0;
    }
    struct result *result = add_unclaimed(bench, bench->topology->hosts[from].name,
                                          tally.n_extra > 0 ? "stray" : "delivered", to);
    if (!result) {
        return -1;
    }
    size_t n;
    const struct deviation *worst = worst_of(&tally, &n);
    result->is_count = true;
    result->expected_count = traffic_plan_copies(&bench->evidence->plan->probes[worst->probe], to);
    fail(bench, &tally, result);
    return 0;
}

static bool port_is_ignored(const struct expectation *expectation, struct port_ref port)
{
    for (size_t i = 0; i < expectation->n_exceptions; i++) {
        const struct exception *exception = &expectation->exceptions[i];
        if (exception->has_port && exception->port == port.port &&
            (exception->sw == SWITCH_ALL || exception->sw == port.sw)) {
            return true;
        }
    }
    return false;
}

/* A host where strays would not be seen. */
static int traffic_blind(const struct bench *bench, size_t to)
{
    if (!bench->evidence->problems[to] ||
        port_is_ignored(bench->expectation, bench->topology->hosts[to].port)) {
        return 0;
    }
    for (size_t from = 0; from < bench->topology->n_hosts; from++) {
        if (tally_unclaimed(bench, from, to).n_probes > 0) {
            struct result *result = add_unclaimed(bench, "any", "stray", to);
            if (result) {
                result->verdict = VERDICT_INCONCLUSIVE;
                result->detail = base_arena_format(
                    &bench->report->arena, "strays to %s would not be seen: %s",
                    bench->topology->hosts[to].name, bench->evidence->problems[to]);
            }
            return result ? 0 : -1;
        }
    }
    return 0;
}

static const char *address_text(struct base_arena *arena, const uint8_t *mac)
{
    return base_arena_format(arena, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
                             mac[4], mac[5]);
}

/* What a host sends of itself, and what is sent to it, is not what was probed
 * if its address is another one. */
static int traffic_address(const struct bench *bench, size_t host)
{
    const uint8_t *const *addresses = bench->evidence->addresses;
    const struct topology_host *declared = &bench->topology->hosts[host];
    struct base_arena *arena = &bench->report->arena;
    if (!addresses || !addresses[host] ||
        memcmp(addresses[host], declared->mac, sizeof declared->mac) == 0) {
        return 0;
    }
    const char *id = base_arena_format(arena, "host/%s", declared->name);
    struct result *result = id ? report_add(bench->report, RESULT_HOST, id) : NULL;
    if (!result) {
        return -1;
    }
    result->verdict = VERDICT_FAIL;
    result->from = declared->name;
    result->expected = address_text(arena, declared->mac);
    result->observed = address_text(arena, addresses[host]);
    result->detail = "the interface of its station has another MAC address than the topology says";
    result->cause_kind = CAUSE_STATION;
    result->cause = result->suspect = declared->name;
    result->disagrees = true;
    result->disagree[0] = SAYS_DECLARED;
    result->disagree[1] = SAYS_OBSERVED;
    result->says[SAYS_DECLARED] = result->expected;
    result->says[SAYS_OBSERVED] = result->observed;
    return 0;
}

int traffic_judge(const struct traffic_evidence *evidence, struct report *report)
{
    const struct expectation *expectation = evidence->expectation;
    struct bench bench = {.evidence = evidence,
                          .expectation = expectation,
                          .topology = expectation->topology,
                          .report = report};
    for (size_t host = 0; host < bench.topology->n_hosts; host++) {
        if (traffic_address(&bench, host) < 0) {
            return -1;
        }
    }
    for (size_t i = 0; i < expectation->n_claims; i++) {
        if (selected(evidence, i) && add_claim(&bench, &expectation->claims[i]) < 0) {
            return -1;
        }
    }
    size_t n_hosts = expectation->topology->n_hosts;
    for (size_t i = 0; i < n_hosts * n_hosts; i++) {
        if (traffic_unclaimed(&bench, i / n_hosts, i % n_hosts) < 0) {
            return -1;
        }
    }
    for (size_t to = 0; to < n_hosts; to++) {
        if (traffic_blind(&bench, to) < 0) {
            return -1;
        }
    }
    return 0;
}
