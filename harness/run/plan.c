/* SPDX-License-Identifier: Apache-2.0 */
#include "run/plan.h"

#include "judge/diff.h"
#include "judge/rehearse.h"
#include "judge/state.h"
#include "run/clock.h"

#include <stdlib.h>

enum { EXTRAS_MAX = 256 };

struct planning {
    struct run_plan *plan;
    const struct expectation *expectation;
    const struct run_states *read;
    const struct run_options *options;
    struct judge_extra extras[EXTRAS_MAX];
    size_t n_extras;
};

static int compare_switches(struct planning *planning)
{
    struct run_plan *plan = planning->plan;
    const struct topology *topology = planning->expectation->topology;
    plan->switches = calloc(topology->n_switches + 1, sizeof *plan->switches);
    plan->n_switches = plan->switches ? topology->n_switches : 0;
    int failed = plan->switches ? 0 : -1;
    for (size_t i = 0; i < plan->n_switches && !failed; i++) {
        struct switch_difference *sw = &plan->switches[i];
        size_t budget = JUDGE_DIFF_BUDGET;
        sw->name = topology->switches[i].name;
        sw->not_compared = planning->read->reasons[i];
        if (plan->changed.states[i]) {
            failed = judge_diff_tell(planning->read->by_switch[i], plan->changed.states[i], &budget,
                                     &plan->arena, sw);
        }
    }
    return failed;
}

/* A packet that a host can send, and that is treated otherwise on its first
 * switch. */
static void add_extra(struct planning *planning, size_t sw, const struct difference *item)
{
    const struct topology *topology = planning->expectation->topology;
    struct match packet;
    if (match_parse(item->example, &packet, NULL, NULL) < 0) {
        return;
    }
    for (size_t host = 0; host < topology->n_hosts && planning->n_extras < EXTRAS_MAX; host++) {
        struct port_ref port = topology->hosts[host].port;
        if (port.sw == sw) {
            packet.value.in_port = port.port;
            planning->extras[planning->n_extras++] =
                (struct judge_extra){.from = host, .header = packet.value};
        }
    }
}

static void add_extras(struct planning *planning)
{
    for (size_t i = 0; i < planning->plan->n_switches; i++) {
        const struct switch_difference *sw = &planning->plan->switches[i];
        for (size_t j = 0; j < sw->n_items; j++) {
            add_extra(planning, i, &sw->items[j]);
        }
    }
}

static int judge_tables(const struct planning *planning, const struct switch_state *const *states,
                        struct report *report, struct base_error *error)
{
    size_t n = planning->expectation->topology->n_switches;
    struct judge_switch *switches = calloc(n + 1, sizeof *switches);
    if (!switches) {
        return base_fail(error, "out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        switches[i] = (struct judge_switch){
            .dumped = states[i] != NULL, .reason = planning->read->reasons[i], .state = states[i]};
    }
    struct judge_state_options options = {0};
    int status = judge_state(planning->expectation, switches, &options, report, error);
    free(switches);
    return status;
}

/* What the expectation says of these tables. */
static int judge_all(const struct planning *planning, const struct switch_state *const *states,
                     struct report *report, struct base_error *error)
{
    uint64_t start_ns = run_now_ns();
    report->expectation = planning->expectation->file;
    if (judge_tables(planning, states, report, error) < 0 ||
        judge_rehearse(planning->expectation, states, planning->extras, planning->n_extras, report,
                       error) < 0) {
        return -1;
    }
    run_select(planning->expectation, planning->options, report);
    report->timing.compare_ms = report->timing.total_ms = run_ms_since(start_ns);
    return 0;
}

int run_plan_make(struct run_plan *plan, const struct expectation *expectation,
                  const struct run_states *read, const struct flow_changes *changes,
                  const struct run_options *options, struct base_error *error)
{
    *plan = (struct run_plan){0};
    struct planning *planning = calloc(1, sizeof *planning);
    if (!planning) {
        return base_fail(error, "out of memory");
    }
    *planning = (struct planning){
        .plan = plan, .expectation = expectation, .read = read, .options = options};
    int status = judge_changed_make(&plan->changed, changes, read->by_switch,
                                    expectation->topology->n_switches);
    status = status < 0 ? status : compare_switches(planning);
    if (status < 0) {
        base_fail(error, "out of memory");
    } else {
        add_extras(planning);
        status = judge_all(planning, read->by_switch, &plan->before, error);
        status =
            status < 0 ? status : judge_all(planning, plan->changed.states, &plan->after, error);
    }
    free(planning);
    return status;
}

void run_plan_free(struct run_plan *plan)
{
    report_free(&plan->before);
    report_free(&plan->after);
    judge_changed_free(&plan->changed);
    free(plan->switches);
    base_arena_free(&plan->arena);
    *plan = (struct run_plan){0};
}
