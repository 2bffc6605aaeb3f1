/* SPDX-License-Identifier: Apache-2.0
 *
 * Verdicts on traffic: claims, strays, hosts that cannot be observed, and hosts
 * with another address than declared. */
#include "traffic/traffic.h"

#include "ofctl/match.h"
#include "traffic/among.h"
#include "traffic/tally.h"
#include "traffic/ways.h"

#include <stdlib.h>
#include <string.h>

struct judging {
    const struct traffic_evidence *evidence;
    const struct expectation *expectation;
    const struct topology *topology;
    struct report *report;
    struct traffic_failures *failures;
};

/* ----------------------------------------------------------------- failures */

static const char *copies_text(struct base_arena *arena, long n)
{
    return base_arena_format(arena, n == 1 ? "%ld copy" : "%ld copies", n);
}

static void fill_statements(const struct judging *judging, const char *alteration,
                            struct result *result)
{
    struct base_arena *arena = &judging->report->arena;
    const char *observed = copies_text(arena, result->observed_count);
    result->disagrees = true;
    result->disagree[0] = SAYS_DECLARED;
    result->disagree[1] = SAYS_OBSERVED;
    result->says[SAYS_DECLARED] = copies_text(arena, result->expected_count);
    result->says[SAYS_OBSERVED] =
        alteration ? base_arena_format(arena, "%s, %s", observed, alteration) : observed;
}

/* What is wrong with copies of which as many came as should. */
static const char *alteration_text(const struct traffic_tally *tally,
                                   const struct traffic_deviation *worst, struct base_arena *arena)
{
    return worst == &tally->altered ? base_arena_format(arena, "altered: %s", tally->alteration)
           : worst == &tally->late
               ? base_arena_format(arena, "%.1f s late", (double)worst->late_ns / 1e9)
               : NULL;
}

/* The last result added fails because of the tally. */
static int fail(const struct judging *judging, const struct traffic_tally *tally,
                struct result *result)
{
    const struct traffic_deviation *worst = traffic_tally_worst(tally);
    const char *alteration = alteration_text(tally, worst, &judging->report->arena);
    unsigned rounding = worst == &tally->extra ? worst->sent - 1 : 0;
    result->verdict = VERDICT_FAIL;
    result->observed_count = (long)((worst->copies + rounding) / worst->sent);
    result->example = ofctl_header_text(&judging->evidence->plan->probes[worst->probe].header,
                                        &judging->report->arena);
    result->detail = traffic_tally_text(tally, judging->evidence, result->expected_count,
                                        &judging->report->arena);
    fill_statements(judging, alteration, result);
    struct traffic_failure failure = {.result = judging->report->n_results - 1,
                                      .probe = worst->probe,
                                      .host = worst->host,
                                      .alteration = worst == &tally->altered ? tally->alteration
                                                                             : alteration};
    return traffic_failures_add(judging->failures, &failure);
}

/* ------------------------------------------------------------------- claims */

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

/* Whether the switch says that it takes frames at this host's port. */
static bool may_enter(const struct traffic_evidence *evidence, struct port_ref port)
{
    return !path_no_entry(evidence->tables, port);
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
    struct port_ref port = evidence->expectation->topology->hosts[from].port;
    return has ? traffic_count_rx(evidence->before, evidence->after, port, NULL) > 0
               : may_enter(evidence, port);
}

/* Whether the tally shows a failure; what is missing at a host, or of a sender,
 * whose station cannot be trusted may have come all the same. */
static bool shows_failure(const struct traffic_tally *tally)
{
    bool blind = tally->problem_host != HOST_NONE;
    return tally->n_extra > 0 || tally->n_altered > 0 || tally->n_late > 0 ||
           (tally->n_missing > 0 && !blind);
}

/* Why none of its probes was sent. */
static const char *why_unsent(const struct judging *judging, const struct claim *claim)
{
    const struct traffic_evidence *evidence = judging->evidence;
    static const char unsent[] = "no probe could be sent that this claim speaks of";
    for (size_t p = 0; evidence->harms && p < evidence->plan->n_probes; p++) {
        const struct traffic_probe *probe = &evidence->plan->probes[p];
        if (evidence->harms[p] && probe->from == claim->from &&
            match_takes(&claim->match, &probe->header)) {
            return base_arena_format(&judging->report->arena, "%s: %s", unsent, evidence->harms[p]);
        }
    }
    return unsent;
}

static const char *open_late(const struct traffic_tally *tally)
{
    return tally->is_stalled ? "copies came late; " RESULT_BUSY : NULL;
}

/* Why the claim is not decided; NULL: it holds. */
static const char *why_open(const struct judging *judging, const struct claim *claim,
                            const struct traffic_tally *tally)
{
    size_t host = tally->problem_host;
    if (host != HOST_NONE) {
        return base_arena_format(&judging->report->arena, "%s: %s",
                                 judging->topology->hosts[host].name,
                                 judging->evidence->problems[host]);
    }
    if (tally->n_probes == 0) {
        return why_unsent(judging, claim);
    }
    if (claim->kind == CLAIM_ISOLATED && !absence_proved(judging->evidence, claim->from)) {
        return "none of the sender's frames was seen to enter the network, neither by a "
               "station nor by its switch: that none came here proves nothing";
    }
    return tally->metered.text ? tally->metered.text : open_late(tally);
}

static int add_claim(const struct judging *judging, const struct claim *claim)
{
    const struct topology_host *hosts = judging->topology->hosts;
    struct result *result = report_add(judging->report, RESULT_TRAFFIC, claim->id);
    if (!result) {
        return -1;
    }
    result->from = hosts[claim->from].name;
    result->to = claim->to == HOST_ALL ? "all" : hosts[claim->to].name;
    result->is_count = true;
    result->expected_count = result->observed_count = (long)claim->copies;
    result->source = base_arena_format(&judging->report->arena, "%s:%d:%d", claim->place.file,
                                       claim->place.line, claim->place.column);
    struct traffic_tally tally =
        traffic_tally_claim(judging->evidence, claim, &judging->report->arena);
    if (shows_failure(&tally)) {
        return fail(judging, &tally, result);
    }
    result->detail = why_open(judging, claim, &tally);
    if (result->detail && result->detail == tally.metered.text) {
        traffic_meter_tell(&tally.metered, result);
        result->observed_count = -1;
    } else if (result->detail) {
        result->verdict = VERDICT_INCONCLUSIVE;
        result->observed_count = -1;
    }
    return 0;
}

/* ------------------------------------------------------- what no claim allows */

static struct result *add_unclaimed(const struct judging *judging, const char *from,
                                    const char *kind, size_t to)
{
    const char *host = judging->topology->hosts[to].name;
    const char *id =
        base_arena_format(&judging->report->arena, "traffic/%s/%s/%s", from, kind, host);
    struct result *result = id ? report_add(judging->report, RESULT_TRAFFIC, id) : NULL;
    if (result) {
        result->from = from;
        result->to = host;
        result->source = judging->expectation->file;
    }
    return result;
}

/* A stray is an arrival that no claim allows. What a sender without any claim
 * should deliver `ports:` say, and it is reported if it does not, or if a meter may be why. */
static int traffic_unclaimed(const struct judging *judging, size_t from, size_t to)
{
    const struct traffic_evidence *evidence = judging->evidence;
    struct traffic_tally tally =
        traffic_tally_unclaimed(evidence, from, to, &judging->report->arena);
    const struct traffic_deviation *worst = traffic_tally_worst(&tally);
    bool fails = shows_failure(&tally) && !(worst == &tally.missing && evidence->problems[from]);
    if (!fails && !tally.metered.text && !tally.is_stalled) {
        return 0;
    }
    struct result *result = add_unclaimed(judging, judging->topology->hosts[from].name,
                                          tally.n_extra > 0 ? "stray" : "delivered", to);
    if (!result) {
        return -1;
    }
    if (!fails && tally.metered.text) {
        traffic_meter_tell(&tally.metered, result);
        return 0;
    }
    if (!fails) {
        result->verdict = VERDICT_INCONCLUSIVE;
        result->detail = open_late(&tally);
        return 0;
    }
    result->is_count = true;
    const struct traffic_probe *probe = &evidence->plan->probes[worst->probe];
    result->expected_count = traffic_ways_concern(probe, to) ? traffic_plan_most(probe, to)
                                                             : traffic_plan_copies(probe, to);
    return fail(judging, &tally, result);
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

/* Whether a probe was sent that must not come to this host and that no claim is about. */
static bool may_stray(const struct judging *judging, size_t to)
{
    for (size_t from = 0; from < judging->topology->n_hosts; from++) {
        if (traffic_tally_unclaimed(judging->evidence, from, to, &judging->report->arena).n_probes >
            0) {
            return true;
        }
    }
    return false;
}

/* A host where strays would not be seen. */
static int traffic_blind(const struct judging *judging, size_t to)
{
    const char *problem = judging->evidence->problems[to];
    if (!problem || port_is_ignored(judging->expectation, judging->topology->hosts[to].port) ||
        !may_stray(judging, to)) {
        return 0;
    }
    struct result *result = add_unclaimed(judging, "any", "stray", to);
    if (!result) {
        return -1;
    }
    result->verdict = VERDICT_INCONCLUSIVE;
    result->detail =
        base_arena_format(&judging->report->arena, "strays to %s would not be seen: %s",
                          judging->topology->hosts[to].name, problem);
    return 0;
}

/* ---------------------------------------------------------------- addresses */

static const char *address_text(struct base_arena *arena, const uint8_t *mac)
{
    return base_arena_format(arena, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
                             mac[4], mac[5]);
}

/* What a host sends of itself, and what is sent to it, is not what was probed
 * if its address is another one. */
static int traffic_address(const struct judging *judging, size_t host)
{
    const uint8_t *const *addresses = judging->evidence->addresses;
    const struct topology_host *declared = &judging->topology->hosts[host];
    struct base_arena *arena = &judging->report->arena;
    if (!addresses || !addresses[host] ||
        memcmp(addresses[host], declared->mac, sizeof declared->mac) == 0) {
        return 0;
    }
    const char *id = base_arena_format(arena, "host/%s", declared->name);
    struct result *result = id ? report_add(judging->report, RESULT_HOST, id) : NULL;
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

int traffic_judge(const struct traffic_evidence *evidence, struct report *report,
                  struct traffic_failures *failures)
{
    const struct expectation *expectation = evidence->expectation;
    struct judging judging = {.evidence = evidence,
                              .expectation = expectation,
                              .topology = expectation->topology,
                              .report = report,
                              .failures = failures};
    size_t n_hosts = expectation->topology->n_hosts;
    int status = 0;
    for (size_t host = 0; host < n_hosts && status == 0; host++) {
        status = traffic_address(&judging, host);
    }
    for (size_t i = 0; i < expectation->n_claims && status == 0; i++) {
        bool selected = !evidence->selected || evidence->selected[i];
        status = selected ? add_claim(&judging, &expectation->claims[i]) : 0;
    }
    for (size_t i = 0; i < n_hosts * n_hosts && status == 0; i++) {
        status = traffic_unclaimed(&judging, i / n_hosts, i % n_hosts);
    }
    status = status == 0 ? traffic_among_judge(evidence, report, failures) : status;
    for (size_t to = 0; to < n_hosts && status == 0; to++) {
        status = traffic_blind(&judging, to);
    }
    return status;
}
