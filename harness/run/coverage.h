/* SPDX-License-Identifier: Apache-2.0
 *
 * A plan becomes one that exercises every entry that can be reached. */
#ifndef RUN_COVERAGE_H
#define RUN_COVERAGE_H

#include "model/result.h"
#include "model/state.h"
#include "state/state.h"
#include "traffic/cover.h"

/* Makes the plan again, with probes (behind options->extras) for the entries that those
 * of the plan do not exercise, and adds to report->coverage what is exercised and what is
 * not. -1 without memory. */
int run_coverage(const struct path_declared *declared, const struct path_network *tables,
                 const struct traffic_plan_options *options, struct traffic_plan *plan,
                 struct report *report, struct base_error *error);

/* Of entries of report->coverage of which it is not decided whether a frame gets there, says which
 * have counted packets between these readings (by switch; NULL: not read). -1 without memory. */
int run_coverage_count(const struct topology *topology, const struct switch_state *const *before,
                       const struct switch_state *const *after, struct report *report);

/* Adds to report->coverage between which pairs of hosts no forbidden frame was tried, and
 * proves of those from the tables that nothing forbidden arrives. captures: by host,
 * whether it has a station that can be trusted. -1 without memory. */
int run_forbidden(const struct path_declared *declared, const struct switch_dump *switches,
                  const bool *captures, const struct traffic_plan *plan, struct report *report,
                  struct base_error *error);

/* The cover of these tables by the probes that this plan lacks, and those of `kept`
 * (traffic_cover_options). -1 without memory. */
int run_coverage_find(const struct expectation *expectation, const struct path_network *tables,
                      const struct traffic_plan_options *options, const struct traffic_plan *plan,
                      const struct traffic_cover *kept, struct traffic_cover *cover);

/* Puts a cover of these tables into `coverage`, all but the pairs, with texts in the arena.
 * -1 without memory. */
int run_coverage_tell(const struct path_network *tables, const struct traffic_cover *cover,
                      struct base_arena *arena, struct report_coverage *coverage);

#endif
