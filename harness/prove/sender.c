/* SPDX-License-Identifier: Apache-2.0
 *
 * Where one sender's headers go (path/forward.h), once by the tables and once by
 * the expectation; then each of its claims is a question about how the regions
 * that arrive at a host overlap. */
#include "prove/inside.h"

#include <stdlib.h>

/* --------------------------------------------------------------------- proofs */

/* Claims by sender. */
static int sort_claims(struct prove_context *proof)
{
    const struct expectation *expectation = proof->expectation;
    size_t n_hosts = proof->topology->n_hosts;
    proof->claims = calloc(expectation->n_claims + 1, sizeof *proof->claims);
    proof->begins = calloc(n_hosts + 2, sizeof *proof->begins);
    if (!proof->claims || !proof->begins) {
        return -1;
    }
    size_t *ends = proof->begins + 1;
    for (size_t i = 0; i < expectation->n_claims; i++) {
        ends[expectation->claims[i].from + 1]++;
    }
    for (size_t from = 0; from < n_hosts; from++) {
        ends[from + 1] += ends[from];
    }
    for (size_t i = 0; i < expectation->n_claims; i++) {
        proof->claims[ends[expectation->claims[i].from]++] = i;
    }
    return 0;
}

/* Large tables may take long, but not much longer than they are. */
static size_t budget_of(const struct prove_context *proof)
{
    enum { BUDGET = 20000000, BUDGET_AN_ENTRY = 2000 };
    size_t budget = BUDGET;
    for (size_t i = 0; i < proof->topology->n_switches; i++) {
        budget += proof->states[i] ? BUDGET_AN_ENTRY * proof->states[i]->flows.n_entries : 0;
    }
    return budget;
}

int prove_context_open(struct prove_context *proof)
{
    size_t n = proof->topology->n_switches;
    proof->budget = proof->budget ? proof->budget : budget_of(proof);
    struct path_switch *tables = calloc(n + 1, sizeof *tables);
    proof->spreads = calloc(n + 1, sizeof(*proof->spreads));
    int status = tables && proof->spreads ? sort_claims(proof) : -1;
    for (size_t i = 0; i < n && status == 0; i++) {
        const struct switch_state *state = proof->states[i];
        tables[i].unknown =
            base_arena_format(&proof->arena, "%s was not read", proof->topology->switches[i].name);
        if (state) {
            tables[i].flows = &state->flows;
            tables[i].ports = state->ports;
            tables[i].n_ports = state->n_ports;
        }
    }
    if (status == 0) {
        status = path_network_open(&proof->actual, proof->topology, tables);
    }
    free(tables);
    return status < 0 ? -1 : path_declared_open(&proof->declared, proof->expectation);
}

void prove_context_close(struct prove_context *proof)
{
    path_network_close(&proof->actual);
    path_declared_close(&proof->declared);
    for (size_t i = 0; i < proof->topology->n_switches; i++) {
        free(proof->spreads ? proof->spreads[i] : NULL);
    }
    free(proof->spreads);
    free(proof->claims);
    free(proof->begins);
    base_arena_free(&proof->arena);
}

/* -------------------------------------------------------------------- senders */

/* By host, in the order in which they were found. */
static int sort_arrivals(const struct path_reach *reach, size_t n_hosts,
                         struct prove_arrivals *arrivals)
{
    size_t *first = calloc(n_hosts + 1, sizeof *first);
    arrivals->first = first;
    arrivals->all = calloc(reach->n_arrivals + 1, sizeof(*arrivals->all));
    if (!first || !arrivals->all) {
        return -1;
    }
    for (size_t i = 0; i < reach->n_arrivals; i++) {
        first[reach->arrivals[i].host + 1]++;
    }
    for (size_t host = 0; host < n_hosts; host++) {
        first[host + 1] += first[host];
    }
    for (size_t i = 0; i < reach->n_arrivals; i++) {
        arrivals->all[first[reach->arrivals[i].host]++] = &reach->arrivals[i];
    }
    memmove(first + 1, first, n_hosts * sizeof *first);
    first[0] = 0;
    return 0;
}

int prove_sender_open(struct prove_sender *prover, struct prove_context *proof, size_t from,
                      const struct match *within)
{
    uint16_t port = proof->topology->hosts[from].port.port;
    size_t n_hosts = proof->topology->n_hosts, sw = proof->topology->hosts[from].port.sw;
    size_t budget = proof->budget, declared_budget = proof->budget;
    *prover = (struct prove_sender){.proof = proof,
                                    .from = from,
                                    .within = *within,
                                    .claims = &proof->claims[proof->begins[from]],
                                    .n_claims = proof->begins[from + 1] - proof->begins[from]};
    prover->within.value.in_port = port;
    prover->within.mask.in_port = UINT16_MAX;
    if (path_reach_within(&proof->actual, sw, &prover->within, &budget, &prover->actual) < 0 ||
        path_reach_within(&proof->declared.network, sw, &prover->within, &declared_budget,
                          &prover->declared) < 0 ||
        sort_arrivals(&prover->actual, n_hosts, &prover->arrivals) < 0 ||
        sort_arrivals(&prover->declared, n_hosts, &prover->expected) < 0) {
        return -1;
    }
    proof->spent += 2 * proof->budget - budget - declared_budget;
    size_t max = prover->actual.n_arrivals + prover->actual.n_unknowns +
                 prover->declared.n_arrivals + prover->declared.n_unknowns;
    prover->regions = calloc(max + 1, sizeof(*prover->regions));
    return prover->regions ? 0 : -1;
}

void prove_sender_close(struct prove_sender *prover)
{
    path_reach_free(&prover->actual);
    path_reach_free(&prover->declared);
    free(prover->arrivals.first);
    free(prover->arrivals.all);
    free(prover->expected.first);
    free(prover->expected.all);
    free(prover->regions);
}

/* ------------------------------------------------------------------ questions */

/* Whether a claim speaks of this receiver. */
static bool names(const struct prove_sender *prover, const struct claim *claim, size_t host)
{
    const struct claim *claims = prover->proof->expectation->claims;
    if (claim->to != HOST_ALL) {
        return claim->to == host;
    }
    for (size_t i = 0; i < prover->n_claims; i++) {
        const struct claim *other = &claims[prover->claims[i]];
        if (other->group == claim->group && other->to == host) {
            return false;
        }
    }
    return host != claim->from;
}

static bool nothing_comes(const struct prove_sender *prover, size_t to)
{
    return prover->arrivals.first[to + 1] == prover->arrivals.first[to] &&
           prover->actual.n_unknowns == 0 && !prover->actual.exhausted;
}

/* A claim at one receiver. */
static enum space_answer prove_claim_at(struct prove_sender *prover, const struct claim *claim,
                                        size_t to, size_t *budget,
                                        struct prove_refutation *refutation,
                                        struct prove_opening *opening)
{
    struct space_region set = {0};
    *refutation = (struct prove_refutation){.expected = (long)claim->copies};
    if ((claim->copies == 0 && nothing_comes(prover, to)) || !names(prover, claim, to) ||
        !match_intersect(&claim->match, &prover->within, &set.cube)) {
        return SPACE_EMPTY;
    }
    return prove_sender_set(prover, &set, to, budget, refutation, opening);
}

enum space_answer prove_sender_claim(struct prove_sender *prover, const struct claim *claim,
                                     struct prove_refutation *refutation,
                                     struct prove_opening *opening)
{
    struct prove_context *proof = prover->proof;
    size_t budget = proof->budget;
    enum space_answer answer = SPACE_EMPTY;
    for (size_t to = 0; to < proof->topology->n_hosts && answer == SPACE_EMPTY; to++) {
        answer = prove_claim_at(prover, claim, to, &budget, refutation, opening);
    }
    proof->spent += proof->budget - budget;
    return answer;
}

/* The headers of which no claim of the sender says anything at `to`. -1 without
 * memory. */
static int unclaimed(const struct prove_sender *prover, size_t to, struct space_region *set)
{
    *set = (struct space_region){.cube = prover->within};
    for (size_t i = 0; i < prover->n_claims; i++) {
        const struct claim *claim = &prover->proof->expectation->claims[prover->claims[i]];
        bool speaks = claim->to == to || (claim->to == HOST_ALL && to != prover->from);
        if (speaks && space_exclude(set, &claim->match) < 0) {
            return -1;
        }
    }
    return 0;
}

enum space_answer prove_sender_stray(struct prove_sender *prover, size_t to,
                                     struct prove_refutation *refutation,
                                     struct prove_opening *opening)
{
    struct prove_context *proof = prover->proof;
    struct space_region set = {0};
    size_t budget = proof->budget;
    enum space_answer answer = SPACE_OPEN;
    *refutation = (struct prove_refutation){0};
    if (prover->n_claims == 0) {
        answer = prove_sender_extra(prover, to, &budget, refutation, opening);
        if (answer == SPACE_EMPTY) {
            answer = prove_sender_missing(prover, to, &budget, refutation, opening);
        }
    } else if (nothing_comes(prover, to)) {
        return SPACE_EMPTY;
    } else if (unclaimed(prover, to, &set) == 0) {
        answer = prove_sender_set(prover, &set, to, &budget, refutation, opening);
    }
    space_region_free(&set);
    proof->spent += proof->budget - budget;
    return answer;
}

enum space_answer prove_sender_forbidden(struct prove_sender *prover, size_t to,
                                         struct prove_refutation *refutation,
                                         struct prove_opening *opening)
{
    struct prove_context *proof = prover->proof;
    size_t budget = proof->budget;
    enum space_answer answer = SPACE_EMPTY;
    for (size_t i = 0; i < prover->n_claims && answer == SPACE_EMPTY; i++) {
        const struct claim *claim = &proof->expectation->claims[prover->claims[i]];
        if (claim->copies == 0) {
            answer = prove_claim_at(prover, claim, to, &budget, refutation, opening);
        }
    }
    proof->spent += proof->budget - budget;
    return answer == SPACE_EMPTY ? prove_sender_stray(prover, to, refutation, opening) : answer;
}
