/* SPDX-License-Identifier: Apache-2.0
 *
 * Which claims does no network meet that does what `ports:` of the same expectation say? What is
 * declared takes the place of the tables. */
#include "base/memory.h"
#include "prove/inside.h"

enum { CONTRADICTION_BUDGET = 2000000 };

struct comparing {
    struct prove_context context;
    void (*each)(void *aux, const struct prove_contradiction *contradiction);
    void *aux;
};

static void tell(const struct comparing *comparing, const struct prove_sender *sender, size_t claim,
                 bool strays, const struct prove_refutation *refutation)
{
    const struct prove_contradiction contradiction = {.claim = claim,
                                                      .strays = strays,
                                                      .from = sender->from,
                                                      .to = refutation->to,
                                                      .example = refutation->example,
                                                      .wanted = refutation->expected,
                                                      .copies = refutation->copies};
    comparing->each(comparing->aux, &contradiction);
}

/* A sender without claims strays from nothing but `ports:`. */
static int compare_sender(struct comparing *comparing, size_t from)
{
    const struct prove_context *context = &comparing->context;
    const struct match all = match_any();
    struct prove_sender sender;
    struct prove_refutation refutation;
    struct prove_opening opening = {0};
    enum space_answer answer = SPACE_EMPTY;
    int status = prove_sender_open(&sender, &comparing->context, from, &all);
    for (size_t i = 0; i < sender.n_claims && status == 0; i++) {
        const struct claim *claim = &context->expectation->claims[sender.claims[i]];
        answer = prove_sender_claim(&sender, claim, &refutation, &opening);
        status = answer == SPACE_OPEN ? -1 : 0;
        if (answer == SPACE_FOUND) {
            tell(comparing, &sender, sender.claims[i], false, &refutation);
        }
    }
    for (size_t to = 0; to < context->topology->n_hosts && status == 0; to++) {
        answer = prove_sender_stray(&sender, to, &refutation, &opening);
        status = answer == SPACE_OPEN ? -1 : 0;
        if (answer == SPACE_FOUND) {
            tell(comparing, &sender, sender.claims[0], true, &refutation);
        }
    }
    prove_sender_close(&sender);
    return status;
}

int prove_contradictions(const struct expectation *expectation, size_t budget,
                         void (*each)(void *aux, const struct prove_contradiction *contradiction),
                         void *aux)
{
    struct comparing comparing = {
        .context = {.expectation = expectation, .topology = expectation->topology, .budget = 1},
        .each = each,
        .aux = aux};
    struct prove_context *context = &comparing.context;
    int status = prove_context_open(context);
    for (size_t from = 0; from < expectation->topology->n_hosts && status == 0; from++) {
        prove_context_share(context, budget ? budget : CONTRADICTION_BUDGET);
        status = context->begins[from] < context->begins[from + 1]
                     ? compare_sender(&comparing, from)
                     : 0;
    }
    prove_context_close(context);
    return base_memory_ran_out() ? -1 : status;
}
