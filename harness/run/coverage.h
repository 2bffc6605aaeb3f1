/* SPDX-License-Identifier: Apache-2.0
 *
 * A plan becomes one that exercises every entry that can be reached. */
#ifndef RUN_COVERAGE_H
#define RUN_COVERAGE_H

#include "judge/plan.h"
#include "model/result.h"
#include "model/state.h"

/* Makes the plan again with probes (behind options->extras) for the entries
 * that those of the plan do not exercise, and tells the report what is
 * exercised and what is not; captures: by host. -1: no memory. */
int run_coverage(const struct expectation *expectation, const struct switch_state *const *states,
                 const struct judge_plan_options *options, const bool *captures,
                 struct judge_plan *plan, struct report *report, struct base_error *error);

#endif
