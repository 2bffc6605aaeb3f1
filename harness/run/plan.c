/* SPDX-License-Identifier: Apache-2.0
 *
 * What would a change do to the verdicts, and to the tables? */
#include "run/plan.h"

#include "base/memory.h"
#include "change/diff.h"
#include "path/entered.h"
#include "report/plan.h"
#include "report/words.h"
#include "run/claims.h"
#include "run/probes.h"
#include "state/state.h"

#include <stdlib.h>
#include <string.h>

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
    plan->switches = base_calloc(topology->n_switches, sizeof *plan->switches);
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
    struct switch_dump *switches = base_calloc(n, sizeof *switches);
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

/* ---------------------------------------------------------------- as before */

static const struct result *find_alike(const struct report *before, const struct result *result)
{
    const struct result *found = NULL;
    for (size_t i = 0; i < before->n_results && !found; i++) {
        const struct result *other = &before->results[i];
        found = other->verdict == VERDICT_INCONCLUSIVE && strcmp(other->id, result->id) == 0 &&
                        other->detail && result->detail &&
                        strcmp(other->detail, result->detail) == 0
                    ? other
                    : NULL;
    }
    return found;
}

/* Whether a packet that enters by this port may be treated otherwise, there or anywhere behind.
 * 1, 0, or -1 without memory. */
static int is_touched(const struct planning *planning, const struct path_network *network,
                      struct port_ref in, bool goes_on)
{
    const struct switch_difference *switches = planning->plan->switches;
    bool touched = report_difference_touches(&switches[in.sw], in.port);
    bool *entered = goes_on ? base_calloc(network->n_cables, sizeof *entered) : NULL;
    int status = goes_on && (!entered || path_entered(network, in, entered) < 0) ? -1 : 0;
    for (size_t i = 0; goes_on && i < network->n_cables && status == 0 && !touched; i++) {
        struct port_ref port = network->cables[i].port;
        touched = entered[i] && report_difference_touches(&switches[port.sw], port.port);
    }
    free(entered);
    return status < 0 ? -1 : touched;
}

/* The same of what a result is about. */
static int touches(const struct planning *planning, const struct path_network *network,
                   const struct result *result)
{
    const struct topology *topology = planning->expectation->topology;
    if (result->kind == RESULT_STATE) {
        struct port_ref in = {.sw = topology_find_switch(topology, result->switch_name),
                              .port = (uint16_t)result->port};
        return is_touched(planning, network, in, false);
    }
    size_t host = result->kind == RESULT_TRAFFIC && result->from
                      ? topology_find_host(topology, result->from)
                      : HOST_NONE;
    return host == HOST_NONE ? 1 : is_touched(planning, network, topology->hosts[host].port, true);
}

/* It says what was looked at, and passes. */
static int add_untouched(struct report *after, size_t n)
{
    struct result *result = report_add(after, RESULT_CHANGE, "change/untouched");
    if (!result) {
        return -1;
    }
    result->verdict = VERDICT_PASS;
    result->detail = base_arena_format(
        &after->arena,
        "%zu result%s that cannot be judged %s as before: the change treats none of "
        "their packets otherwise",
        n, n == 1 ? "" : "s", n == 1 ? "is" : "are");
    return result->detail ? 0 : -1;
}

/* What cannot be judged, neither before nor after, is left out where the change surely does not
 * touch it. */
static int leave_untouched(struct planning *planning, const struct path_network *network)
{
    struct report *after = &planning->plan->after;
    size_t n = 0;
    for (size_t i = 0; i < after->n_results; i++) {
        struct result *result = &after->results[i];
        if (result->verdict != VERDICT_INCONCLUSIVE ||
            !find_alike(&planning->plan->before, result)) {
            continue;
        }
        int touched = touches(planning, network, result);
        const char *detail = base_arena_format(
            &after->arena, "as before the change, which does not touch it: %s", result->detail);
        if (touched < 0 || !detail) {
            return -1;
        }
        result->verdict = touched ? result->verdict : VERDICT_SKIP;
        result->detail = touched ? result->detail : detail;
        n += !touched;
    }
    return n > 0 ? add_untouched(after, n) : 0;
}

/* Of a switch that was not read it is not known what a change does. */
static int leave_as_before(struct planning *planning)
{
    const struct topology *topology = planning->expectation->topology;
    struct path_network network;
    bool read = true;
    for (size_t i = 0; i < topology->n_switches; i++) {
        read &= !planning->plan->switches[i].not_compared;
    }
    if (!read || report_count(&planning->plan->after, VERDICT_INCONCLUSIVE) == 0) {
        return 0;
    }
    if (path_network_open_dumps(&network, topology, planning->read->by_switch,
                                planning->read->reasons) < 0) {
        return -1;
    }
    int status = leave_untouched(planning, &network);
    path_network_close(&network);
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
    if (status == 0 && leave_as_before(planning) < 0) {
        return base_fail(error, "out of memory");
    }
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
