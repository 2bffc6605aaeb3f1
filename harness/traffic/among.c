/* SPDX-License-Identifier: Apache-2.0
 *
 * What a switch hands to one of several hosts, as it chooses: did it come to one of them, and to no
 * more? */
#include "traffic/among.h"

#include "ofctl/match.h"
#include "traffic/tally.h"
#include "traffic/ways.h"

#include <string.h>

/* How a probe came, and of its copies the latest: 0: none was late. */
struct fate {
    enum traffic_ways_fate ways;
    unsigned wanted, came; /* copies of each sending, and in all */
    uint64_t late_ns;
};

/* Probes of one sender that fared alike among the same hosts. */
struct among {
    const struct traffic_evidence *evidence;
    struct report *report;
    size_t first;     /* of those that fared so */
    struct fate fate; /* of the first one */
    size_t n_wrong, n_probes;
};

/* Whether two probes of one sender go to the same hosts as switches choose. */
static bool are_alike(const struct among *among, size_t p, size_t q)
{
    const struct traffic_probe *a = &among->evidence->plan->probes[p],
                               *b = &among->evidence->plan->probes[q];
    bool alike = a->from == b->from && b->n_ways > 0 && among->evidence->round->sent[q] > 0;
    for (size_t host = 0; host < among->evidence->round->n_hosts && alike; host++) {
        alike = traffic_ways_concern(a, host) == traffic_ways_concern(b, host);
    }
    return alike;
}

/* Whether a claim tells it, or it is not known for sure. */
static bool is_told(const struct among *among, size_t p, enum traffic_ways_fate fate)
{
    const struct traffic_evidence *evidence = among->evidence;
    const struct traffic_probe *probe = &evidence->plan->probes[p];
    bool blind = fate == TRAFFIC_WAYS_LOST && evidence->problems[probe->from];
    bool told = false;
    for (size_t a = 0; a < probe->n_arrivals; a++) {
        const struct traffic_expected_arrival *arrival = &probe->arrivals[a];
        unsigned came = traffic_seen_count(evidence->round, p, arrival->host);
        unsigned n = evidence->round->sent[p];
        bool claimed =
            traffic_claim_for(evidence->expectation, probe->from, arrival->host, &probe->header);
        bool chosen = traffic_ways_concern(probe, arrival->host);
        blind |= fate == TRAFFIC_WAYS_LOST && evidence->problems[arrival->host] && chosen;
        told |= (claimed || !chosen) &&
                (came < arrival->copies * n || came > (arrival->copies + arrival->more) * n);
    }
    return blind || told;
}

static struct fate fate_of(const struct among *among, size_t p)
{
    const struct traffic_evidence *evidence = among->evidence;
    struct fate fate = {0};
    fate.ways = traffic_ways_fate(evidence->round, evidence->plan, p, &fate.wanted, &fate.came);
    const struct traffic_probe *probe = &evidence->plan->probes[p];
    for (size_t host = 0; host < evidence->round->n_hosts; host++) {
        bool ours = traffic_ways_concern(probe, host) &&
                    !traffic_claim_for(evidence->expectation, probe->from, host, &probe->header);
        uint64_t late_ns = ours ? traffic_round_seen(evidence->round, p, host)->late_ns : 0;
        fate.late_ns = late_ns > fate.late_ns ? late_ns : fate.late_ns;
    }
    fate.ways = is_told(among, p, fate.ways) ? TRAFFIC_WAYS_TAKEN : fate.ways;
    return fate;
}

static bool is_wrong(const struct fate *fate)
{
    return fate->ways != TRAFFIC_WAYS_TAKEN || fate->late_ns > 0;
}

/* "c1,c2" */
static const char *hosts_text(const struct among *among)
{
    const struct topology *topology = among->evidence->expectation->topology;
    const struct traffic_probe *probe = &among->evidence->plan->probes[among->first];
    struct base_buffer text = {0};
    for (size_t host = 0; host < topology->n_hosts; host++) {
        if (traffic_ways_concern(probe, host)) {
            base_put_format(&text, "%s%s", text.n_bytes > 0 ? "," : "", topology->hosts[host].name);
        }
    }
    return base_arena_take(&among->report->arena, &text);
}

static const char *copies_text(struct base_arena *arena, long n)
{
    return base_arena_format(arena, n == 1 ? "%ld copy" : "%ld copies", n);
}

static void fill(const struct among *among, struct result *result)
{
    struct base_arena *arena = &among->report->arena;
    const struct traffic_probe *probe = &among->evidence->plan->probes[among->first];
    unsigned n = among->evidence->round->sent[among->first];
    const struct fate *fate = &among->fate;
    unsigned rounding = fate->ways == TRAFFIC_WAYS_EXTRA ? n - 1 : 0;
    const char *late = fate->late_ns > 0
                           ? base_arena_format(arena, ", %.1f s late", (double)fate->late_ns / 1e9)
                           : "";
    result->verdict = VERDICT_FAIL;
    result->is_count = true;
    result->expected_count = (long)fate->wanted;
    result->observed_count = (long)((fate->came + rounding) / n);
    result->example = ofctl_header_text(&probe->header, arena);
    result->disagrees = true;
    result->disagree[0] = SAYS_DECLARED;
    result->disagree[1] = SAYS_OBSERVED;
    result->says[SAYS_DECLARED] = copies_text(arena, result->expected_count);
    const char *copies = copies_text(arena, result->observed_count);
    const char *not =
        fate->ways == TRAFFIC_WAYS_TAKEN ? "" : base_arena_format(arena, ", not %u", fate->wanted);
    result->says[SAYS_OBSERVED] = base_arena_format(arena, "%s%s", copies, late);
    result->detail = base_arena_format(
        arena, "of %zu of %zu probes (%s%s) %s came to %s together%s%s: a switch chooses",
        among->n_wrong, among->n_probes, probe->kind, among->n_wrong > 1 ? "…" : "", copies,
        result->to, not, late);
}

/* The meter at which what was lost may have been; none, if nothing was lost. */
static struct traffic_meter meter_of(const struct among *among)
{
    const struct traffic_probe *probe = &among->evidence->plan->probes[among->first];
    struct traffic_meter metered = {0};
    bool lost = among->fate.ways == TRAFFIC_WAYS_LOST && among->fate.late_ns == 0;
    for (size_t host = 0; host < among->evidence->round->n_hosts && lost && !metered.text; host++) {
        if (traffic_ways_concern(probe, host)) {
            metered = traffic_metered(among->evidence, among->first, host, &among->report->arena);
        }
    }
    return metered;
}

static int add_result(const struct among *among, struct traffic_failures *failures)
{
    const struct traffic_probe *probe = &among->evidence->plan->probes[among->first];
    const char *hosts = hosts_text(among);
    const char *from = among->evidence->expectation->topology->hosts[probe->from].name;
    bool extra = among->fate.ways == TRAFFIC_WAYS_EXTRA;
    const char *id = base_arena_format(&among->report->arena, "traffic/%s/%s/%s", from,
                                       extra ? "stray" : "delivered", hosts ? hosts : "");
    struct result *result = id && hosts ? report_add(among->report, RESULT_TRAFFIC, id) : NULL;
    if (!result) {
        return -1;
    }
    result->from = from;
    result->to = hosts;
    result->source = among->evidence->expectation->file;
    fill(among, result);
    struct traffic_meter metered = meter_of(among);
    if (metered.text) {
        traffic_meter_tell(&metered, result);
        result->disagrees = false;
        return 0;
    }
    struct traffic_failure failure = {.result = among->report->n_results - 1,
                                      .probe = among->first,
                                      .host = HOST_NONE,
                                      .came_less = !extra};
    if (among->fate.ways == TRAFFIC_WAYS_TAKEN) {
        failure.alteration = "late";
    }
    return traffic_failures_add(failures, &failure);
}

/* Those that fared like the first one: false if an earlier probe did. */
static bool gather(struct among *among)
{
    bool is_first = true;
    for (size_t q = 0; q < among->evidence->plan->n_probes && is_first; q++) {
        if (are_alike(among, among->first, q)) {
            struct fate fate = fate_of(among, q);
            bool same = is_wrong(&fate) && fate.ways == among->fate.ways;
            is_first = !same || q >= among->first;
            among->n_wrong += same;
            among->n_probes++;
        }
    }
    return is_first;
}

int traffic_among_judge(const struct traffic_evidence *evidence, struct report *report,
                        struct traffic_failures *failures)
{
    int status = 0;
    for (size_t p = 0; p < evidence->plan->n_probes && status == 0; p++) {
        struct among among = {.evidence = evidence, .report = report, .first = p};
        if (evidence->plan->probes[p].n_ways > 0 && evidence->round->sent[p] > 0) {
            among.fate = fate_of(&among, p);
        }
        if (is_wrong(&among.fate) && gather(&among)) {
            status = add_result(&among, failures);
        }
    }
    return status;
}
