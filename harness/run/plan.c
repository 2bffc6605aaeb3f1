/* SPDX-License-Identifier: Apache-2.0
 *
 * What would a change do to the verdicts, and to the tables? */
#include "run/plan.h"

#include "base/memory.h"
#include "change/diff.h"
#include "report/plan.h"
#include "report/words.h"
#include "run/claims.h"
#include "run/probes.h"
#include "state/state.h"

#include <stdlib.h>

struct planning {
    struct run_plan *plan;
    const struct expectation *expectation;
    const struct run_states *read;
    const struct run_options *options;
    bool *selected; /* by claim */
};

static int compare_switches(struct planning *planning)
{
    struct run_plan *plan = planning->plan;
    const struct topology *topology = planning->expectation->topology;
    plan->switches = base_calloc(topology->n_switches + 1, sizeof *plan->switches);
    plan->n_switches = plan->switches ? topology->n_switches : 0;
    int failed = plan->switches ? 0 : -1;
    for (size_t i = 0; i < plan->n_switches && !failed; i++) {
        struct switch_difference *sw = &plan->switches[i];
        size_t budget = CHANGE_DIFF_BUDGET;
        sw->name = topology->switches[i].name;
        sw->in[0] = "before";
        sw->in[1] = "after";
        sw->not_compared = planning->read->reasons[i];
        if (plan->changed.states[i]) {
            failed = report_difference(planning->read->by_switch[i], plan->changed.states[i],
                                       &budget, &plan->arena, sw);
        }
    }
    return failed;
}

static int judge_switches(const struct planning *planning, const struct switch_dump *switches,
                          struct report *report, struct base_error *error)
{
    struct state_options tables = {0};
    struct prove_options claims = {.selected = planning->selected};
    int status = state_judge(planning->expectation, switches, &tables, report, error);
    status = status < 0 ? status
                        : run_prove_claims(planning->expectation, switches, &claims, report, error);
    return status == 0 && report_words(report) < 0 ? base_fail(error, "out of memory") : status;
}

/* What the expectation says of these tables. */
static int judge(const struct planning *planning, const struct switch_state *const *states,
                 struct report *report, struct base_error *error)
{
    uint64_t start_ns = planning->options->world->now_ns(planning->options->world);
    size_t n = planning->expectation->topology->n_switches;
    struct switch_dump *switches = base_calloc(n + 1, sizeof *switches);
    if (!switches) {
        return base_fail(error, "out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        switches[i] = (struct switch_dump){
            .dumped = states[i] != NULL, .reason = planning->read->reasons[i], .state = states[i]};
    }
    report->expectation = planning->expectation->file;
    int status = judge_switches(planning, switches, report, error);
    run_select(planning->expectation, planning->options, report);
    report->timing.compare_ms = report->timing.total_ms =
        run_ms_since(planning->options->world, start_ns);
    free(switches);
    return status;
}

static int make(struct planning *planning, const struct flow_changes *changes,
                struct base_error *error)
{
    struct run_plan *plan = planning->plan;
    const struct expectation *expectation = planning->expectation;
    const struct switch_state *const *before = planning->read->by_switch;
    if (change_plan_make(&plan->changed, changes, before, expectation->topology->n_switches) < 0 ||
        compare_switches(planning) < 0) {
        return base_fail(error, "out of memory");
    }
    int status = judge(planning, before, &plan->before, error);
    if (status == 0 && planning->options->n_patterns == 0) {
        status = run_probes_differ(expectation, before, plan->changed.states, &plan->arena,
                                   &plan->probes, error);
    }
    status = status < 0 ? status : judge(planning, plan->changed.states, &plan->after, error);
    /* Behind the selection: what is refused is not one of the results that may be left out. */
    return status == 0 && report_plan_items(changes, plan->changed.effects, before,
                                            expectation->topology, &plan->after) < 0
               ? base_fail(error, "out of memory")
               : status;
}

int run_plan_make(struct run_plan *plan, const struct expectation *expectation,
                  const struct run_states *read, const struct flow_changes *changes,
                  const struct run_options *options, struct base_error *error)
{
    *plan = (struct run_plan){0};
    struct planning planning = {
        .plan = plan, .expectation = expectation, .read = read, .options = options};
    size_t n;
    planning.selected = run_select_claims(expectation, options, &n);
    int status =
        planning.selected ? make(&planning, changes, error) : base_fail(error, "out of memory");
    free(planning.selected);
    return status;
}

void run_plan_free(struct run_plan *plan)
{
    report_free(&plan->before);
    report_free(&plan->after);
    change_plan_free(&plan->changed);
    free(plan->switches);
    base_arena_free(&plan->arena);
    *plan = (struct run_plan){0};
}
