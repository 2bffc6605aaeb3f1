/* SPDX-License-Identifier: Apache-2.0
 *
 * Every claim, every sender: what is proved and what is not becomes results. */
#include "prove/prove.h"

#include "prove/inside.h"

#include <stdlib.h>

enum { FORBIDDEN_BUDGET = 100000000 };

static struct result *add_result(const struct prove_sender *prover, const char *kind, size_t to)
{
    struct report *report = prover->proof->report;
    const struct topology_host *hosts = prover->proof->topology->hosts;
    const char *name = to == HOST_ALL ? "all" : hosts[to].name;
    const char *id = base_arena_format(
        &report->arena, strcmp(kind, "loop") == 0 ? "traffic/%s/%s" : "traffic/%s/%s/%s",
        hosts[prover->from].name, kind, name);
    struct result *result = id ? report_add(report, RESULT_TRAFFIC, id) : NULL;
    if (result) {
        result->from = hosts[prover->from].name;
        result->to = name;
        result->is_count = result->by_tables = true;
        result->says[SAYS_ADVERTISED] = prove_copies_text(prover->proof, 0);
        result->source = prover->proof->expectation->file;
    }
    return result;
}

static void prove_claim(struct prove_sender *prover, const struct claim *claim,
                        struct result *result)
{
    struct prove_opening opening = {0};
    struct prove_refutation refutation;
    if (prove_sender_claim(prover, claim, &refutation, &opening) == SPACE_FOUND) {
        prove_refute(prover, &refutation, result);
    } else if (opening.open || opening.unknown) {
        prove_leave_open(prover, opening.unknown, result);
    }
}

static int prove_no_stray(struct prove_sender *prover, size_t to, struct prove_opening *opening)
{
    struct prove_refutation refutation;
    enum space_answer answer = prove_sender_stray(prover, to, &refutation, opening);
    if (answer != SPACE_FOUND) {
        return answer == SPACE_OPEN ? -1 : 0;
    }
    bool missing = refutation.copies >= 0 && refutation.copies < refutation.expected;
    struct result *result = add_result(prover, missing ? "delivered" : "stray", to);
    if (result) {
        prove_refute(prover, &refutation, result);
    }
    return result ? 0 : -1;
}

/* Of a sender of whom no claim speaks there is a result even if nothing strays,
 * unless `ports:` leave it open where its headers may go. */
static int prove_no_strays(struct prove_sender *prover)
{
    struct prove_opening opening = {0};
    size_t n = prover->proof->report->n_results;
    for (size_t to = 0; to < prover->proof->topology->n_hosts; to++) {
        if (prove_no_stray(prover, to, &opening) < 0) {
            return -1;
        }
    }
    bool open = opening.open || opening.unknown;
    bool tells = prover->n_claims == 0 && prover->declared.n_unknowns == 0 &&
                 prover->proof->report->n_results == n;
    struct result *result = open || tells ? add_result(prover, "stray", HOST_ALL) : NULL;
    if (open && result) {
        prove_leave_open(prover, opening.unknown, result);
    }
    return (open || tells) && !result ? -1 : 0;
}

/* --------------------------------------------------------------------- senders */

static bool is_selected(const struct prove_options *options, size_t claim)
{
    return !options || !options->selected || options->selected[claim];
}

/* `at`: by claim, the number of its result. */
static int prove_all_of(struct prove_sender *prover, const struct prove_options *options,
                        const size_t *at)
{
    const struct expectation *expectation = prover->proof->expectation;
    struct report *report = prover->proof->report;
    for (size_t i = 0; i < prover->n_claims; i++) {
        size_t claim = prover->claims[i];
        if (is_selected(options, claim)) {
            prove_claim(prover, &expectation->claims[claim], &report->results[at[claim]]);
        }
    }
    if (prover->actual.n_loops > 0) {
        struct result *result = add_result(prover, "loop", HOST_ALL);
        if (!result) {
            return -1;
        }
        prove_refute_loop(prover, &prover->actual.loops[0], result);
    }
    return prove_no_strays(prover);
}

static int prove_sender(struct prove_context *proof, size_t from,
                        const struct prove_options *options, const size_t *at)
{
    const struct match all = match_any();
    struct prove_sender prover;
    int status =
        prove_sender_open(&prover, proof, from, &all) < 0 || prove_all_of(&prover, options, at) < 0
            ? -1
            : 0;
    prove_sender_close(&prover);
    return status;
}

static bool all_selected(const struct expectation *expectation, const struct prove_options *options)
{
    bool all = true;
    for (size_t i = 0; i < expectation->n_claims && all; i++) {
        all = is_selected(options, i);
    }
    return all;
}

/* Each sender that has a selected claim; if all are, also those of whom no claim
 * speaks but `ports:` do. */
static int prove_senders(struct prove_context *proof, const struct prove_options *options,
                         const size_t *at)
{
    bool by_ports = proof->expectation->n_ports > 0 && all_selected(proof->expectation, options);
    int status = 0;
    for (size_t from = 0; from < proof->topology->n_hosts && status == 0; from++) {
        size_t begin = proof->begins[from], end = proof->begins[from + 1];
        bool any = begin == end && by_ports;
        for (size_t i = begin; i < end && !any; i++) {
            any = is_selected(options, proof->claims[i]);
        }
        status = any ? prove_sender(proof, from, options, at) : 0;
    }
    return status;
}

/* ---------------------------------------------------------------------- public */

/* One result a claim, in the order of the expectation. */
static int add_claims(struct prove_context *proof, const struct prove_options *options, size_t *at)
{
    for (size_t i = 0; i < proof->expectation->n_claims; i++) {
        const struct claim *claim = &proof->expectation->claims[i];
        if (!is_selected(options, i)) {
            continue;
        }
        at[i] = proof->report->n_results;
        struct result *result = report_add(proof->report, RESULT_TRAFFIC, claim->id);
        if (!result) {
            return -1;
        }
        result->from = proof->topology->hosts[claim->from].name;
        result->to = claim->to == HOST_ALL ? "all" : proof->topology->hosts[claim->to].name;
        result->is_count = result->by_tables = true;
        result->expected_count = result->observed_count = (long)claim->copies;
        result->says[SAYS_ADVERTISED] = prove_copies_text(proof, (long)claim->copies);
        result->source = base_arena_format(&proof->report->arena, "%s:%d:%d", claim->place.file,
                                           claim->place.line, claim->place.column);
    }
    return 0;
}

/* `states` and the network of the switches that were read. */
static int open_proof(struct prove_context *proof, const struct switch_dump *switches)
{
    size_t n = proof->topology->n_switches;
    proof->states = calloc(n + 1, sizeof(*proof->states));
    for (size_t i = 0; proof->states && i < n; i++) {
        proof->states[i] = switches[i].dumped ? switches[i].state : NULL;
    }
    return proof->states ? prove_context_open(proof) : -1;
}

static void close_proof(struct prove_context *proof)
{
    prove_context_close(proof);
    free(proof->states);
}

int prove_claims(const struct expectation *expectation, const struct switch_dump *switches,
                 const struct prove_options *options, struct report *report,
                 struct base_error *error)
{
    struct prove_context proof = {.expectation = expectation,
                                  .topology = expectation->topology,
                                  .budget = options ? options->budget : 0,
                                  .report = report};
    size_t *at = calloc(expectation->n_claims + 1, sizeof *at);
    int status = at ? open_proof(&proof, switches) : -1;
    status = status == 0 ? add_claims(&proof, options, at) : -1;
    status = status == 0 ? prove_senders(&proof, options, at) : -1;
    close_proof(&proof);
    free(at);
    return status < 0 ? base_fail(error, "out of memory") : 0;
}

/* ------------------------------------------------------------------- forbidden */

/* Whether it was decided; if not, its reason tells more. */
static int prove_pair(struct prove_sender *prover, struct traffic_unprobed *pair, bool *proved)
{
    struct prove_opening opening = {0};
    struct prove_refutation refutation;
    enum space_answer answer = prove_sender_forbidden(prover, pair->to, &refutation, &opening);
    *proved = answer == SPACE_EMPTY && !opening.open && !opening.unknown;
    if (*proved || answer == SPACE_OPEN) {
        return *proved ? 0 : -1;
    }
    const char *why = "over the budget";
    if (answer == SPACE_FOUND) {
        struct result *result = add_result(prover, "stray", pair->to);
        if (!result) {
            return -1;
        }
        prove_refute(prover, &refutation, result);
        why = "the tables let it through";
    } else if (opening.unknown) {
        why = opening.unknown->reason;
    }
    pair->reason = base_arena_format(&prover->proof->report->arena, "%s, and not proved: %s",
                                     pair->reason, why);
    return pair->reason ? 0 : -1;
}

/* Pairs of one sender, from the begin-th on, move to the kept-th if they stay. */
static int prove_pairs(struct prove_context *proof, struct traffic_forbidden *forbidden,
                       size_t begin, size_t end, size_t *kept)
{
    const struct match all = match_any();
    struct prove_sender prover;
    int status = prove_sender_open(&prover, proof, forbidden->unprobed[begin].from, &all);
    for (size_t i = begin; i < end && status == 0; i++) {
        struct traffic_unprobed *pair = &forbidden->unprobed[i];
        bool proved;
        status = prove_pair(&prover, pair, &proved);
        if (proved) {
            forbidden->n_proved++;
        } else {
            forbidden->unprobed[(*kept)++] = *pair;
        }
    }
    prove_sender_close(&prover);
    return status;
}

/* What is left of the budget, and no more than this share of it for a question. */
static void share(struct prove_context *proof, size_t budget)
{
    enum { SHARES = 25 };
    size_t left = budget > proof->spent ? budget - proof->spent : 0;
    proof->budget = left < budget / SHARES ? left : budget / SHARES;
}

int prove_forbidden(const struct expectation *expectation, const struct switch_dump *switches,
                    const struct prove_options *options, struct traffic_forbidden *forbidden,
                    struct report *report, struct base_error *error)
{
    struct prove_context proof = {
        .expectation = expectation, .topology = expectation->topology, .report = report};
    size_t budget = options && options->budget ? options->budget : FORBIDDEN_BUDGET;
    size_t n = forbidden->n_unprobed, kept = 0, end;
    int status = n > 0 ? open_proof(&proof, switches) : 0;
    for (size_t begin = 0; begin < n && status == 0; begin = end) {
        for (end = begin + 1;
             end < n && forbidden->unprobed[end].from == forbidden->unprobed[begin].from; end++) {
        }
        share(&proof, budget);
        status = prove_pairs(&proof, forbidden, begin, end, &kept);
    }
    forbidden->n_unprobed = status == 0 ? kept : n;
    if (n > 0) {
        close_proof(&proof);
    }
    return status < 0 ? base_fail(error, "out of memory") : 0;
}
