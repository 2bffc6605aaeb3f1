/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/rehearse.h"

#include <stdlib.h>
#include <string.h>

struct rehearsal {
    const struct expectation *expectation;
    const struct switch_state *const *states;
    struct judge_plan plan;
    struct judge_round round;
    struct judge_walk walk;
    bool *everywhere;      /* by host: true */
    const char **problems; /* by host: why it is not known what its probes do */
    struct report *report;
};

static bool same_packet(const struct header *a, const struct header *b)
{
    struct header x = *a, y = *b;
    x.in_port = y.in_port = 0;
    return memcmp(&x, &y, sizeof x) == 0;
}

/* NULL if it arrives in a form in which it may, else that form. */
static const char *alteration(struct rehearsal *rehearsal, const struct judge_probe *probe,
                              const struct judge_walk_arrival *arrival)
{
    for (size_t i = 0; i < probe->n_arrivals; i++) {
        const struct judge_expected_arrival *expected = &probe->arrivals[i];
        for (size_t j = 0; expected->host == arrival->host && j < expected->n_as; j++) {
            if (same_packet(&expected->as[j], &arrival->header)) {
                return NULL;
            }
        }
    }
    if (judge_plan_copies(probe, arrival->host) == 0) {
        return NULL; /* that it arrives at all is enough */
    }
    struct base_buffer text = {0};
    base_put_text(&text, "as ");
    header_format(&arrival->header, &text);
    const char *copy = base_arena_text(&rehearsal->report->arena, base_buffer_text(&text));
    base_buffer_free(&text);
    return copy;
}

static void walk_probe(struct rehearsal *rehearsal, size_t p)
{
    const struct topology *topology = rehearsal->expectation->topology;
    const struct judge_probe *probe = &rehearsal->plan.probes[p];
    struct judge_forwarding tables = judge_advertised_by(rehearsal->states);
    struct judge_walk *walk = &rehearsal->walk;
    judge_walk_from(topology, &tables, probe->from, &probe->header, walk);
    rehearsal->round.sent[p] = true;
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        judge_round_see(&rehearsal->round, p, walk->arrivals[i].host,
                        alteration(rehearsal, probe, &walk->arrivals[i]));
    }
    if (!walk->known) {
        rehearsal->problems[probe->from] = base_arena_format(
            &rehearsal->report->arena, "its frames come to %s:%u: %s",
            topology->switches[walk->unknown_at.sw].name, walk->unknown_at.port, walk->reason);
    }
}

/* Nothing was seen or counted: it is the tables that speak. */
static void tell_as_advertised(struct report *report, size_t first)
{
    for (size_t i = first; i < report->n_results; i++) {
        struct result *result = &report->results[i];
        result->says[SAYS_COUNTED] = result->says[SAYS_OBSERVED] = NULL;
        if (result->disagrees) {
            result->disagree[0] = SAYS_DECLARED;
            result->disagree[1] = SAYS_ADVERTISED;
        }
    }
}

static int judge_walks(struct rehearsal *rehearsal)
{
    size_t first = rehearsal->report->n_results;
    for (size_t p = 0; p < rehearsal->plan.n_probes; p++) {
        walk_probe(rehearsal, p);
    }
    struct judge_evidence evidence = {.expectation = rehearsal->expectation,
                                      .plan = &rehearsal->plan,
                                      .round = &rehearsal->round,
                                      .problems = rehearsal->problems,
                                      .before = rehearsal->states,
                                      .is_computed = true};
    int status = judge_traffic(&evidence, rehearsal->report);
    tell_as_advertised(rehearsal->report, first);
    return status;
}

int judge_rehearse(const struct expectation *expectation, const struct switch_state *const *states,
                   const struct judge_extra *extras, size_t n_extras, struct report *report,
                   struct base_error *error)
{
    size_t n_hosts = expectation->topology->n_hosts;
    struct rehearsal *rehearsal = calloc(1, sizeof *rehearsal);
    int status = -1;
    if (!rehearsal) {
        return base_fail(error, "out of memory");
    }
    rehearsal->expectation = expectation;
    rehearsal->states = states;
    rehearsal->report = report;
    rehearsal->everywhere = malloc(n_hosts + 1);
    rehearsal->problems = calloc(n_hosts + 1, sizeof *rehearsal->problems);
    if (rehearsal->everywhere && rehearsal->problems) {
        memset(rehearsal->everywhere, true, n_hosts + 1);
        struct judge_plan_options options = {
            .sends = rehearsal->everywhere, .extras = extras, .n_extras = n_extras};
        status = judge_plan(expectation, &options, &rehearsal->plan, error);
        status = status < 0 ? status
                            : judge_round_init(&rehearsal->round, &rehearsal->plan,
                                               rehearsal->everywhere, n_hosts);
        status = status < 0 ? status : judge_walks(rehearsal);
    }
    judge_round_free(&rehearsal->round);
    judge_plan_free(&rehearsal->plan);
    free(rehearsal->everywhere);
    free(rehearsal->problems);
    free(rehearsal);
    return status < 0 ? base_fail(error, "out of memory") : 0;
}
