/* SPDX-License-Identifier: Apache-2.0
 *
 * A change tried before it is made: the network as it was read, the same after
 * the change, and what an expectation says of both. Nothing is sent. */
#ifndef RUN_PLAN_H
#define RUN_PLAN_H

#include "change/plan.h"
#include "report/difference.h"
#include "run/network.h"
#include "run/run.h"

struct run_plan {
    struct report before, after;
    struct change_plan changed;
    struct switch_difference *switches; /* from before to after, by index of the topology */
    size_t n_switches;
    struct probe_difference probes; /* not known where only some claims are selected */
    struct base_arena arena;
};

/* Judges the states of `read` as they are, and after the changes; both, and
 * the expectation, must outlive the plan. What could not be read is
 * inconclusive in both. Of the options the patterns count. -1 only without
 * memory; run_plan_free all the same. */
int run_plan_make(struct run_plan *plan, const struct expectation *expectation,
                  const struct run_states *read, const struct flow_changes *changes,
                  const struct run_options *options, struct base_error *error);
void run_plan_free(struct run_plan *plan);

#endif
