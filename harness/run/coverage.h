/* SPDX-License-Identifier: Apache-2.0
 *
 * A plan becomes one that exercises every entry that can be reached. */
#ifndef RUN_COVERAGE_H
#define RUN_COVERAGE_H

#include "judge/plan.h"
#include "judge/state.h"
#include "model/result.h"
#include "model/state.h"

/* Makes the plan again with probes (behind options->extras) for the entries
 * that those of the plan do not exercise, and tells the report what is
 * exercised and what is not. -1: no memory. */
int run_coverage(const struct expectation *expectation, const struct switch_state *const *states,
                 const struct judge_plan_options *options, struct judge_plan *plan,
                 struct report *report, struct base_error *error);

/* Tells the report of which pairs of hosts nothing forbidden was probed, and
 * proves of those from the tables that nothing forbidden arrives; captures: by
 * host. -1: no memory. */
int run_forbidden(const struct expectation *expectation, const struct judge_switch *switches,
                  const bool *captures, const struct judge_plan *plan, struct report *report,
                  struct base_error *error);

#endif
