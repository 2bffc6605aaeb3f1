/* SPDX-License-Identifier: Apache-2.0
 *
 * Every claim, every sender: what is proved and what is not becomes results. */
#include "judge/prove.h"

#include "judge/prove_inside.h"

#include <stdlib.h>

enum { BUDGET = 20000000 };

static struct result *add_result(const struct judge_prover *prover, const char *kind, size_t to)
{
    struct report *report = prover->proof->report;
    const struct topology_host *hosts = prover->proof->topology->hosts;
    const char *name = to == SIZE_MAX ? "all" : hosts[to].name;
    const char *id = base_arena_format(
        &report->arena, strcmp(kind, "loop") == 0 ? "traffic/%s/%s" : "traffic/%s/%s/%s",
        hosts[prover->from].name, kind, name);
    struct result *result = id ? report_add(report, RESULT_TRAFFIC, id) : NULL;
    if (result) {
        result->from = hosts[prover->from].name;
        result->to = name;
        result->is_count = true;
        result->source = prover->proof->expectation->file;
    }
    return result;
}

static void prove_claim(struct judge_prover *prover, const struct claim *claim,
                        struct result *result)
{
    struct judge_opening opening = {0};
    struct judge_refutation refutation;
    if (judge_prover_claim(prover, claim, &refutation, &opening) == SPACE_FOUND) {
        judge_refute(prover, &refutation, result);
    } else if (opening.open || opening.unknown) {
        judge_leave_open(prover, opening.unknown, result);
    }
}

static int prove_no_stray(struct judge_prover *prover, size_t to, struct judge_opening *opening)
{
    struct judge_refutation refutation;
    enum space_answer answer = judge_prover_stray(prover, to, &refutation, opening);
    if (answer != SPACE_FOUND) {
        return answer == SPACE_OPEN ? -1 : 0;
    }
    struct result *result = add_result(prover, "stray", to);
    if (result) {
        judge_refute(prover, &refutation, result);
    }
    return result ? 0 : -1;
}

static int prove_no_strays(struct judge_prover *prover)
{
    struct judge_opening opening = {0};
    for (size_t to = 0; to < prover->proof->topology->n_hosts; to++) {
        if (prove_no_stray(prover, to, &opening) < 0) {
            return -1;
        }
    }
    if (opening.open || opening.unknown) {
        struct result *result = add_result(prover, "stray", SIZE_MAX);
        if (!result) {
            return -1;
        }
        judge_leave_open(prover, opening.unknown, result);
    }
    return 0;
}

/* --------------------------------------------------------------------- senders */

static bool is_selected(const struct judge_prove_options *options, size_t claim)
{
    return !options || !options->selected || options->selected[claim];
}

/* `at`: by claim, the number of its result. */
static int prove_all_of(struct judge_prover *prover, const struct judge_prove_options *options,
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
        struct result *result = add_result(prover, "loop", SIZE_MAX);
        if (!result) {
            return -1;
        }
        judge_refute_loop(prover, &prover->actual.loops[0], result);
    }
    return prove_no_strays(prover);
}

static int prove_sender(struct judge_proof *proof, size_t from,
                        const struct judge_prove_options *options, const size_t *at)
{
    const struct match all = match_any();
    struct judge_prover prover;
    int status =
        judge_prover_open(&prover, proof, from, &all) < 0 || prove_all_of(&prover, options, at) < 0
            ? -1
            : 0;
    judge_prover_close(&prover);
    return status;
}

/* Each sender that has a selected claim; if all are, also those of whom no claim
 * speaks but `ports:` do. */
static int prove_senders(struct judge_proof *proof, const struct judge_prove_options *options,
                         const size_t *at)
{
    int status = 0;
    for (size_t from = 0; from < proof->topology->n_hosts && status == 0; from++) {
        size_t begin = proof->begins[from], end = proof->begins[from + 1];
        bool any =
            begin == end && proof->expectation->n_ports > 0 && !(options && options->selected);
        for (size_t i = begin; i < end && !any; i++) {
            any = is_selected(options, proof->claims[i]);
        }
        status = any ? prove_sender(proof, from, options, at) : 0;
    }
    return status;
}

/* ---------------------------------------------------------------------- public */

/* One result a claim, in the order of the expectation. */
static int add_claims(struct judge_proof *proof, const struct judge_prove_options *options,
                      size_t *at)
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
        result->to = claim->to == SIZE_MAX ? "all" : proof->topology->hosts[claim->to].name;
        result->is_count = true;
        result->expected_count = result->observed_count = (long)claim->copies;
        result->source = base_arena_format(&proof->report->arena, "%s:%d:%d", claim->place.file,
                                           claim->place.line, claim->place.column);
    }
    return 0;
}

int judge_prove(const struct expectation *expectation, const struct judge_switch *switches,
                const struct judge_prove_options *options, struct report *report,
                struct base_error *error)
{
    size_t n = expectation->topology->n_switches;
    struct judge_proof proof = {.expectation = expectation,
                                .topology = expectation->topology,
                                .budget = options && options->budget ? options->budget : BUDGET,
                                .report = report};
    size_t *at = calloc(expectation->n_claims + 1, sizeof *at);
    const char **reasons = calloc(n + 1, sizeof(*reasons));
    proof.states = calloc(n + 1, sizeof(*proof.states));
    int status = at && reasons && proof.states ? 0 : -1;
    for (size_t i = 0; i < n && status == 0; i++) {
        proof.states[i] = switches[i].dumped ? switches[i].state : NULL;
        reasons[i] = switches[i].reason;
    }
    status = status == 0 ? judge_proof_open(&proof, reasons) : -1;
    status = status == 0 ? add_claims(&proof, options, at) : -1;
    status = status == 0 ? prove_senders(&proof, options, at) : -1;
    judge_proof_close(&proof);
    free(proof.states);
    free(reasons);
    free(at);
    return status < 0 ? base_fail(error, "out of memory") : 0;
}
