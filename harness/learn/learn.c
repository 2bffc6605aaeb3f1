/* SPDX-License-Identifier: Apache-2.0
 *
 * What would an expectation of this network say? Ports (ports.c), claims (claims.c),
 * and whether the tables conform to what was learned from them. */
#include "learn/learn.h"

#include "learn/inside.h"
#include "prove/prove.h"

#include <stdlib.h>

enum { BUDGET = 4000000 };

/* The lifetime of all entries, 0 if they have several. */
static uint16_t common_lifetime(const struct learn_run *run)
{
    uint16_t common = 0;
    bool any = false;
    for (size_t sw = 0; sw < run->topology->n_switches; sw++) {
        const struct switch_dump *known = &run->switches[sw];
        for (size_t i = 0; known->dumped && i < known->state->flows.n_entries; i++) {
            uint16_t lifetime = known->state->flows.entries[i].hard_timeout;
            if (any && lifetime != common) {
                return 0;
            }
            common = lifetime;
            any = true;
        }
    }
    return common;
}

static int judge_draft(struct learn_run *run, struct base_error *error)
{
    const struct expectation *expectation = &run->draft->expectation;
    struct report *judged = &run->draft->judged;
    int status = state_judge(expectation, run->switches, NULL, judged, error);
    return status == 0 && expectation->n_claims > 0
               ? prove_claims(expectation, run->switches, NULL, judged, NULL, error)
               : status;
}

int learn_expectation(const struct topology *topology, const struct switch_dump *switches,
                      const struct learn_options *options, struct learn_draft *draft,
                      struct base_error *error)
{
    struct learn_run run = {.topology = topology,
                            .switches = switches,
                            .budget = options->budget ? options->budget : BUDGET,
                            .draft = draft};
    bool done = learn_switches(&run, common_lifetime(&run)) == 0 &&
                learn_claims(&run, error) == 0 && judge_draft(&run, error) == 0;
    return done ? 0 : base_fail(error, "out of memory");
}

int learn_ports(const struct expectation *expectation, const struct switch_dump *switches,
                struct learn_draft *draft, struct base_error *error)
{
    struct learn_run run = {.topology = expectation->topology,
                            .switches = switches,
                            .excepting = expectation,
                            .budget = BUDGET,
                            .draft = draft};
    return learn_switches(&run, expectation->expires_sec) == 0 ? 0
                                                               : base_fail(error, "out of memory");
}

void learn_draft_free(struct learn_draft *draft)
{
    struct expectation *expectation = &draft->expectation;
    free(expectation->ports);
    free(expectation->claims);
    free(expectation->exceptions);
    free(draft->unsaid);
    report_free(&draft->judged);
    base_arena_free(&expectation->arena);
    *draft = (struct learn_draft){0};
}
