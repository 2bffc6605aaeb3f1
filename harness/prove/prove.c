/* SPDX-License-Identifier: Apache-2.0
 *
 * Every claim, every sender: what is proved and what is not becomes results. */
#include "prove/prove.h"

#include "base/memory.h"
#include "prove/inside.h"

#include <stdlib.h>
#include <string.h>

static int prove_claim(struct prove_sender *sender, const struct claim *claim, size_t result)
{
    struct prove_opening opening = {0};
    struct prove_refutation refutation;
    if (prove_sender_claim(sender, claim, &refutation, &opening) == SPACE_FOUND) {
        return prove_refute(sender, &refutation, result);
    }
    return opening.open || opening.unknown ? prove_leave_open(sender, opening.unknown, result) : 0;
}

/* A copy that is missing is filed as check files it: not delivered. `to`: HOST_ALL where other
 * hosts may be concerned as well. */
static int refute_stray(struct prove_sender *sender, const struct prove_refutation *refutation,
                        size_t to)
{
    bool missing = refutation->copies >= 0 && refutation->copies < refutation->expected;
    size_t index = sender->context->report->n_results;
    return prove_add_result(sender, missing ? "delivered" : "stray",
                            missing ? refutation->to : to) < 0
               ? -1
               : prove_refute(sender, refutation, index);
}

static int prove_no_stray(struct prove_sender *sender, size_t to, struct prove_opening *opening)
{
    struct prove_refutation refutation;
    enum space_answer answer = prove_sender_stray(sender, to, &refutation, opening);
    if (answer != SPACE_FOUND) {
        return answer == SPACE_OPEN ? -1 : 0;
    }
    return refute_stray(sender, &refutation, to);
}

/* What NORMAL does is known to nobody, though `ports:` and tables agree that it shall do it; that
 * one of several ways is taken, and no other, is not proved. */
static const struct path_unknown *find_undecided(const struct path_reach *reach)
{
    for (size_t i = 0; i < reach->n_unknowns; i++) {
        const char *reason = reach->unknowns[i].reason;
        if (path_is_normal(reason) || path_is_choice(reason)) {
            return &reach->unknowns[i];
        }
    }
    return NULL;
}

/* Of a sender without any claim there is a result even if nothing strays, unless
 * `ports:` leave open where its headers may go. */
static int prove_no_strays(struct prove_sender *sender, const struct prove_options *options)
{
    struct prove_opening opening = {0};
    size_t n = sender->context->report->n_results;
    for (size_t to = 0; to < sender->context->topology->n_hosts; to++) {
        if (prove_no_stray(sender, to, &opening) < 0) {
            return -1;
        }
    }
    size_t index = sender->context->report->n_results;
    if (sender->n_claims == 0 && index == n && !opening.unknown) {
        opening.unknown = find_undecided(&sender->declared);
    }
    bool open = opening.open || opening.unknown;
    bool passes = sender->n_claims == 0 && sender->declared.n_unknowns == 0 && index == n;
    bool skips = sender->n_claims == 0 && options && options->skips_choices && !opening.open &&
                 opening.unknown && path_is_choice(opening.unknown->reason);
    if ((!open && !passes) || skips) {
        return 0;
    }
    struct prove_refutation refutation;
    if (index == n && prove_anyhow(sender, NULL, &opening, &refutation)) {
        return refute_stray(sender, &refutation, HOST_ALL);
    }
    int status = prove_add_result(sender, "stray", HOST_ALL);
    return status == 0 && open ? prove_leave_open(sender, opening.unknown, index) : status;
}

/* --------------------------------------------------------------------- senders */

static bool is_selected(const struct prove_options *options, size_t claim)
{
    return !options || !options->selected || options->selected[claim];
}

/* `at`: by claim, the number of its result. */
static int prove_all_of(struct prove_sender *sender, const struct prove_options *options,
                        const size_t *at)
{
    const struct expectation *expectation = sender->context->expectation;
    int status = 0;
    for (size_t i = 0; i < sender->n_claims && status == 0; i++) {
        size_t claim = sender->claims[i];
        status = is_selected(options, claim)
                     ? prove_claim(sender, &expectation->claims[claim], at[claim])
                     : 0;
    }
    if (status == 0 && sender->actual.n_loops > 0) {
        size_t index = sender->context->report->n_results;
        status =
            prove_add_result(sender, "loop", HOST_ALL) < 0 ? -1 : prove_refute_loop(sender, index);
    }
    return status < 0 ? -1 : prove_no_strays(sender, options);
}

static int prove_sender(struct prove_context *context, size_t from,
                        const struct prove_options *options, const size_t *at)
{
    const struct match all = match_any();
    struct prove_sender sender;
    int status = prove_sender_open(&sender, context, from, &all) < 0 ||
                         prove_all_of(&sender, options, at) < 0
                     ? -1
                     : 0;
    prove_sender_close(&sender);
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

/* Nobody waits for what becomes of these. */
static void leave_all(struct prove_context *context, size_t from,
                      const struct prove_options *options, const size_t *at)
{
    for (size_t i = context->begins[from]; i < context->begins[from + 1]; i++) {
        size_t claim = context->claims[i];
        if (is_selected(options, claim)) {
            context->report->results[at[claim]].verdict = VERDICT_INCONCLUSIVE;
            context->report->results[at[claim]].detail = "interrupted";
        }
    }
}

/* Each sender that has a selected claim; if all are, also senders of which no claim
 * speaks but `ports:` do. */
static int prove_senders(struct prove_context *context, const struct prove_options *options,
                         const size_t *at)
{
    bool by_ports =
        context->expectation->n_ports > 0 && all_selected(context->expectation, options);
    int status = 0;
    for (size_t from = 0; from < context->topology->n_hosts && status == 0; from++) {
        size_t begin = context->begins[from], end = context->begins[from + 1];
        bool any = begin == end && by_ports;
        for (size_t i = begin; i < end && !any; i++) {
            any = is_selected(options, context->claims[i]);
        }
        if (any && options && options->stops && options->stops(options->aux)) {
            leave_all(context, from, options, at);
        } else {
            status = any ? prove_sender(context, from, options, at) : 0;
        }
    }
    return status;
}

/* ---------------------------------------------------------------------- public */

/* One result a claim, in the order of the expectation. */
static int add_claims(struct prove_context *context, const struct prove_options *options,
                      size_t *at)
{
    int status = 0;
    for (size_t i = 0; i < context->expectation->n_claims && status == 0; i++) {
        at[i] = context->report->n_results;
        status = is_selected(options, i)
                     ? prove_add_claim(context, &context->expectation->claims[i])
                     : 0;
    }
    return status;
}

int prove_claims(const struct expectation *expectation, const struct switch_dump *switches,
                 const struct prove_options *options, struct report *report,
                 struct prove_findings *findings, struct base_error *error)
{
    struct prove_context context = {.expectation = expectation,
                                    .topology = expectation->topology,
                                    .budget = options ? options->budget : 0,
                                    .report = report,
                                    .findings = findings};
    size_t *at = base_calloc(expectation->n_claims + 1, sizeof *at);
    int status = at ? prove_context_read(&context, switches) : -1;
    status = status == 0 ? add_claims(&context, options, at) : -1;
    status = status == 0 ? prove_senders(&context, options, at) : -1;
    prove_context_close(&context);
    free(at);
    return status < 0 ? base_fail(error, "out of memory") : 0;
}
