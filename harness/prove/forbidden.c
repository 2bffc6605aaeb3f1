/* SPDX-License-Identifier: Apache-2.0
 *
 * Does nothing forbidden arrive where no frame would show it? */
#include "prove/inside.h"

enum { FORBIDDEN_BUDGET = 100000000 }; /* of all pairs together */

/* Proved, or its reason says why not. */
static int prove_pair(struct prove_sender *sender, struct unprobed_pair *pair, bool *proved)
{
    struct prove_opening opening = {0};
    struct prove_refutation refutation;
    enum space_answer answer = prove_sender_forbidden(sender, pair->to, &refutation, &opening);
    *proved = answer == SPACE_EMPTY && !opening.open && !opening.unknown;
    if (*proved || answer == SPACE_OPEN) {
        return *proved ? 0 : -1;
    }
    const char *why = opening.unknown ? opening.unknown->reason : "over the budget";
    if (answer == SPACE_FOUND) {
        size_t index = sender->context->report->n_results;
        why = "the tables let it through";
        if (prove_add_result(sender, "stray", pair->to) < 0 ||
            prove_refute(sender, &refutation, index) < 0) {
            return -1;
        }
    }
    pair->reason = base_arena_format(&sender->context->report->arena, "%s, and not proved: %s",
                                     pair->reason, why);
    return pair->reason ? 0 : -1;
}

/* Pairs of one sender; those that stay move to the kept-th place. */
static int prove_pairs(struct prove_context *context, struct unprobed_pair *pairs, size_t begin,
                       size_t end, size_t *kept)
{
    const struct match all = match_any();
    struct prove_sender sender;
    int status = prove_sender_open(&sender, context, pairs[begin].from, &all);
    for (size_t i = begin; i < end && status == 0; i++) {
        bool proved;
        status = prove_pair(&sender, &pairs[i], &proved);
        if (!proved) {
            pairs[(*kept)++] = pairs[i];
        }
    }
    prove_sender_close(&sender);
    return status;
}

int prove_forbidden(const struct expectation *expectation, const struct switch_dump *switches,
                    const struct prove_options *options, struct unprobed_pair *pairs,
                    size_t *n_pairs, struct report *report, struct prove_findings *findings,
                    struct base_error *error)
{
    struct prove_context context = {.expectation = expectation,
                                    .topology = expectation->topology,
                                    .report = report,
                                    .findings = findings};
    size_t budget = options && options->budget ? options->budget : FORBIDDEN_BUDGET;
    size_t n = *n_pairs, kept = 0, end;
    if (n == 0) {
        return 0;
    }
    int status = prove_context_read(&context, switches);
    for (size_t begin = 0; begin < n && status == 0; begin = end) {
        for (end = begin + 1; end < n && pairs[end].from == pairs[begin].from; end++) {
        }
        prove_context_share(&context, budget);
        status = prove_pairs(&context, pairs, begin, end, &kept);
    }
    prove_context_close(&context);
    *n_pairs = status == 0 ? kept : n;
    return status < 0 ? base_fail(error, "out of memory") : 0;
}
