/* SPDX-License-Identifier: Apache-2.0
 *
 * Where one sender's headers go (path/forward.h), once by the tables and once by
 * the expectation; then each of its claims is a question about how the regions
 * that arrive at a host overlap. */
#include "base/memory.h"
#include "prove/inside.h"

#include <stdlib.h>

/* --------------------------------------------------------------------- proofs */

/* Claims by sender. */
static int sort_claims(struct prove_context *context)
{
    const struct expectation *expectation = context->expectation;
    size_t n_hosts = context->topology->n_hosts;
    context->claims = base_calloc(expectation->n_claims + 1, sizeof *context->claims);
    context->begins = base_calloc(n_hosts + 2, sizeof *context->begins);
    if (!context->claims || !context->begins) {
        return -1;
    }
    size_t *ends = context->begins + 1;
    for (size_t i = 0; i < expectation->n_claims; i++) {
        ends[expectation->claims[i].from + 1]++;
    }
    for (size_t from = 0; from < n_hosts; from++) {
        ends[from + 1] += ends[from];
    }
    for (size_t i = 0; i < expectation->n_claims; i++) {
        context->claims[ends[expectation->claims[i].from]++] = i;
    }
    return 0;
}

/* Large tables may take long, but not much longer than they are. */
static size_t budget_of(const struct prove_context *context)
{
    enum { BUDGET = 20000000, BUDGET_AN_ENTRY = 2000 };
    size_t budget = BUDGET;
    for (size_t i = 0; i < context->topology->n_switches; i++) {
        budget += context->states[i] ? BUDGET_AN_ENTRY * context->states[i]->flows.n_entries : 0;
    }
    return budget;
}

int prove_context_read(struct prove_context *context, const struct switch_dump *switches)
{
    size_t n = context->topology->n_switches;
    context->states = base_calloc(n + 1, sizeof(*context->states));
    for (size_t i = 0; context->states && i < n; i++) {
        context->states[i] = switches[i].dumped ? switches[i].state : NULL;
    }
    return context->states ? prove_context_open(context) : -1;
}

static int open_actual(struct prove_context *context)
{
    const struct topology *topology = context->topology;
    const char **reasons = base_calloc(topology->n_switches + 1, sizeof(*reasons));
    for (size_t i = 0; reasons && i < topology->n_switches; i++) {
        reasons[i] =
            base_arena_format(&context->arena, "%s was not read", topology->switches[i].name);
    }
    int status = reasons
                     ? path_network_open_dumps(&context->actual, topology, context->states, reasons)
                     : -1;
    free(reasons);
    return status;
}

int prove_context_open(struct prove_context *context)
{
    size_t n = context->topology->n_switches;
    context->budget = context->budget ? context->budget : budget_of(context);
    context->spreads = base_calloc(n + 1, sizeof(*context->spreads));
    if (!context->spreads || sort_claims(context) < 0 ||
        path_declared_open_allowed(&context->declared, context->expectation, context->states,
                                   context->states ? PATH_ALLOWED_LEAST : PATH_ALLOWED_OPEN) < 0 ||
        path_declared_open_allowed(&context->most, context->expectation, context->states,
                                   PATH_ALLOWED_MOST) < 0) {
        return -1;
    }
    return context->states ? open_actual(context)
                           : path_network_recable(&context->declared.network, context->topology,
                                                  &context->actual);
}

void prove_context_share(struct prove_context *context, size_t budget)
{
    enum { SHARES = 25 };
    size_t left = budget > context->spent ? budget - context->spent : 0;
    context->budget = left < budget / SHARES ? left : budget / SHARES;
}

void prove_context_close(struct prove_context *context)
{
    path_network_close(&context->actual);
    path_declared_close(&context->declared);
    path_declared_close(&context->most);
    for (size_t i = 0; i < context->topology->n_switches; i++) {
        free(context->spreads ? context->spreads[i] : NULL);
    }
    free(context->spreads);
    free(context->claims);
    free(context->begins);
    free(context->states);
    base_arena_free(&context->arena);
}

/* -------------------------------------------------------------------- senders */

/* By host, in the order in which they were found. */
static int sort_arrivals(const struct path_reach *reach, size_t n_hosts,
                         struct prove_arrivals *arrivals)
{
    size_t *first = base_calloc(n_hosts + 1, sizeof *first);
    arrivals->first = first;
    arrivals->all = base_calloc(reach->n_arrivals + 1, sizeof(*arrivals->all));
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

/* What becomes at most, by what is declared, of what a sender without claims sends. */
static int open_most(struct prove_sender *sender)
{
    struct prove_context *context = sender->context;
    size_t n_hosts = context->topology->n_hosts, budget = context->budget;
    if (sender->n_claims > 0) {
        return 0;
    }
    int status =
        path_reach_within(&context->most.network, context->topology->hosts[sender->from].port.sw,
                          &sender->within, &budget, &sender->most);
    context->spent += context->budget - budget;
    return status < 0 ? -1 : sort_arrivals(&sender->most, n_hosts, &sender->allowed);
}

int prove_sender_open(struct prove_sender *sender, struct prove_context *context, size_t from,
                      const struct match *within)
{
    uint16_t port = context->topology->hosts[from].port.port;
    size_t n_hosts = context->topology->n_hosts, sw = context->topology->hosts[from].port.sw;
    size_t budget = context->budget, declared_budget = context->budget;
    *sender = (struct prove_sender){.context = context,
                                    .from = from,
                                    .within = *within,
                                    .claims = &context->claims[context->begins[from]],
                                    .n_claims = context->begins[from + 1] - context->begins[from]};
    sender->within.value.in_port = port;
    sender->within.mask.in_port = UINT16_MAX;
    if (path_reach_within(&context->actual, sw, &sender->within, &budget, &sender->actual) < 0 ||
        path_reach_within(&context->declared.network, sw, &sender->within, &declared_budget,
                          &sender->declared) < 0 ||
        sort_arrivals(&sender->actual, n_hosts, &sender->arrivals) < 0 ||
        sort_arrivals(&sender->declared, n_hosts, &sender->expected) < 0 || open_most(sender) < 0) {
        return -1;
    }
    context->spent += 2 * context->budget - budget - declared_budget;
    size_t max = sender->actual.n_arrivals + sender->actual.n_unknowns +
                 sender->declared.n_arrivals + sender->declared.n_unknowns +
                 sender->most.n_arrivals + sender->most.n_unknowns;
    sender->regions = base_calloc(max + 1, sizeof(*sender->regions));
    sender->beside = base_calloc(max + 1, sizeof(*sender->beside));
    return sender->regions && sender->beside ? 0 : -1;
}

void prove_sender_close(struct prove_sender *sender)
{
    path_reach_free(&sender->actual);
    path_reach_free(&sender->declared);
    path_reach_free(&sender->most);
    free(sender->arrivals.first);
    free(sender->arrivals.all);
    free(sender->expected.first);
    free(sender->expected.all);
    free(sender->allowed.first);
    free(sender->allowed.all);
    free(sender->regions);
    free(sender->beside);
}

/* ------------------------------------------------------------------ questions */

static bool nothing_comes(const struct prove_sender *sender, size_t to)
{
    return sender->arrivals.first[to + 1] == sender->arrivals.first[to] &&
           sender->actual.n_unknowns == 0 && !sender->actual.exhausted;
}

/* A claim at one receiver. */
static enum space_answer prove_claim_at(struct prove_sender *sender, const struct claim *claim,
                                        size_t to, size_t *budget,
                                        struct prove_refutation *refutation,
                                        struct prove_opening *opening)
{
    struct space_region set = {0};
    *refutation = (struct prove_refutation){.expected = (long)claim->copies};
    if ((claim->copies == 0 && nothing_comes(sender, to)) ||
        !prove_claim_names(sender, claim, to) ||
        !match_intersect(&claim->match, &sender->within, &set.cube)) {
        return SPACE_EMPTY;
    }
    return prove_sender_set(sender, &set, to, budget, refutation, opening);
}

enum space_answer prove_sender_claim(struct prove_sender *sender, const struct claim *claim,
                                     struct prove_refutation *refutation,
                                     struct prove_opening *opening)
{
    struct prove_context *context = sender->context;
    size_t budget = context->budget;
    enum space_answer answer = SPACE_EMPTY;
    for (size_t to = 0; to < context->topology->n_hosts && answer == SPACE_EMPTY; to++) {
        answer = prove_claim_at(sender, claim, to, &budget, refutation, opening);
    }
    context->spent += context->budget - budget;
    return answer == SPACE_EMPTY && prove_anyhow(sender, claim, opening, refutation) ? SPACE_FOUND
                                                                                     : answer;
}

/* The headers of which no claim of the sender says anything at `to`. -1 without
 * memory. */
static int unclaimed(const struct prove_sender *sender, size_t to, struct space_region *set)
{
    *set = (struct space_region){.cube = sender->within};
    for (size_t i = 0; i < sender->n_claims; i++) {
        const struct claim *claim = &sender->context->expectation->claims[sender->claims[i]];
        bool speaks = claim->to == to || (claim->to == HOST_ALL && to != sender->from);
        if (speaks && space_exclude(set, &claim->match) < 0) {
            return -1;
        }
    }
    return 0;
}

enum space_answer prove_sender_stray(struct prove_sender *sender, size_t to,
                                     struct prove_refutation *refutation,
                                     struct prove_opening *opening)
{
    struct prove_context *context = sender->context;
    struct space_region set = {0};
    size_t budget = context->budget;
    enum space_answer answer = SPACE_OPEN;
    *refutation = (struct prove_refutation){0};
    if (sender->n_claims == 0) {
        answer = prove_sender_extra(sender, to, &budget, refutation, opening);
        if (answer == SPACE_EMPTY) {
            answer = prove_sender_missing(sender, to, &budget, refutation, opening);
        }
    } else if (nothing_comes(sender, to)) {
        return SPACE_EMPTY;
    } else if (unclaimed(sender, to, &set) == 0) {
        answer = prove_sender_set(sender, &set, to, &budget, refutation, opening);
    }
    space_region_free(&set);
    context->spent += context->budget - budget;
    return answer;
}

enum space_answer prove_sender_forbidden(struct prove_sender *sender, size_t to,
                                         struct prove_refutation *refutation,
                                         struct prove_opening *opening)
{
    struct prove_context *context = sender->context;
    size_t budget = context->budget;
    enum space_answer answer = SPACE_EMPTY;
    for (size_t i = 0; i < sender->n_claims && answer == SPACE_EMPTY; i++) {
        const struct claim *claim = &context->expectation->claims[sender->claims[i]];
        if (claim->copies == 0) {
            answer = prove_claim_at(sender, claim, to, &budget, refutation, opening);
        }
    }
    context->spent += context->budget - budget;
    return answer == SPACE_EMPTY ? prove_sender_stray(sender, to, refutation, opening) : answer;
}
