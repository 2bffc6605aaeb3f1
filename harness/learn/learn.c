/* SPDX-License-Identifier: Apache-2.0
 *
 * What would an expectation of this network say? Ports (ports.c), claims (claims.c),
 * and whether the tables conform to what was learned from them. */
#include "learn/learn.h"

#include "learn/inside.h"
#include "ofctl/flow.h"
#include "prove/prove.h"
#include "state/finding.h"

#include <stdlib.h>

enum { BUDGET = 4000000 };

/* The lifetime of all entries, 0 if they have several, or there are none. */
static uint16_t common_lifetime(const struct learn_run *run)
{
    const struct flow_entry *first = NULL;
    for (size_t sw = 0; sw < run->topology->n_switches; sw++) {
        const struct switch_dump *known = &run->switches[sw];
        for (size_t i = 0; known->dumped && i < known->state->flows.n_entries; i++) {
            const struct flow_entry *entry = &known->state->flows.entries[i];
            first = first ? first : entry;
            if (entry->hard_timeout != first->hard_timeout) {
                return 0;
            }
        }
    }
    return first ? first->hard_timeout : 0;
}

/* Two entries that compete; false: the port has none. */
static bool find_rivals(const struct result *result, const struct flow_entry *rivals[2])
{
    const struct state_finding *found = result->kind == RESULT_STATE ? result->finding : NULL;
    bool is_port = found && found->kind == STATE_PORT && found->is_listed;
    bool deviates = is_port && found->n_sets > 0 && found->sets[0].rival;
    rivals[0] = deviates ? found->sets[0].entry : is_port ? found->open_entry : NULL;
    rivals[1] = deviates ? found->sets[0].rival : is_port ? found->open_rival : NULL;
    return rivals[1] != NULL;
}

/* False: it is not in the draft. */
static bool remove_port(struct expectation *expectation, struct port_ref port)
{
    size_t n = 0;
    for (size_t i = 0; i < expectation->n_ports; i++) {
        expectation->ports[n] = expectation->ports[i];
        n += !port_ref_equal(expectation->ports[i].port, port);
    }
    bool removed = n < expectation->n_ports;
    expectation->n_ports = n;
    return removed;
}

static int leave_out(struct learn_run *run, const struct result *result,
                     const struct flow_entry *const rivals[2])
{
    struct base_arena *arena = &run->draft->expectation.arena;
    struct port_ref port = {.sw = topology_find_switch(run->topology, result->switch_name),
                            .port = (uint16_t)result->port};
    const char *one = ofctl_flow_text(rivals[0], FLOW_NO_STATS, arena);
    const char *other = ofctl_flow_text(rivals[1], FLOW_NO_STATS, arena);
    return remove_port(&run->draft->expectation, port)
               ? learn_leave_out(run, port,
                                 one && other ? base_arena_format(arena, "%s and %s", one, other)
                                              : NULL,
                                 SPACE_COMPETITION)
               : 0;
}

/* What was learned is judged. What two entries do that compete is not defined, and so whatever is
 * expected of it is not sure: the port is left out, with its result. */
static int judge_ports(struct learn_run *run, struct base_error *error)
{
    struct report *judged = &run->draft->judged;
    const struct flow_entry *rivals[2];
    int status = state_judge(&run->draft->expectation, run->switches, NULL, judged, error);
    size_t n = 0;
    for (size_t i = 0; i < judged->n_results && status == 0; i++) {
        bool contested = find_rivals(&judged->results[i], rivals);
        status = contested ? leave_out(run, &judged->results[i], rivals) : 0;
        judged->results[n] = judged->results[i];
        n += !contested;
    }
    judged->n_results = n;
    return status;
}

static int prove_draft(struct learn_run *run, struct base_error *error)
{
    const struct expectation *expectation = &run->draft->expectation;
    return expectation->n_claims > 0
               ? prove_claims(expectation, run->switches, NULL, &run->draft->judged, NULL, error)
               : 0;
}

int learn_expectation(const struct topology *topology, const struct switch_dump *switches,
                      const struct learn_options *options, struct learn_draft *draft,
                      struct base_error *error)
{
    struct learn_run run = {.topology = topology,
                            .switches = switches,
                            .budget = options->budget ? options->budget : BUDGET,
                            .draft = draft};
    bool done = learn_switches(&run, common_lifetime(&run)) == 0 && judge_ports(&run, error) == 0 &&
                learn_claims(&run, error) == 0 && prove_draft(&run, error) == 0;
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
