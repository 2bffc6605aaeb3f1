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

/* Adds to report->coverage between which pairs of hosts no forbidden frame was tried, and
 * proves of those from the tables that nothing forbidden arrives. captures: by host,
 * whether it has a station that can be trusted. -1 without memory. */
int run_forbidden(const struct path_declared *declared, const struct switch_dump *switches,
                  const bool *captures, const struct traffic_plan *plan, struct report *report,
                  struct base_error *error);

/* Puts a cover into `coverage`, all but the pairs, with texts in the arena. entry_of: the
 * entry of a switch that the cover names by its index. -1 without memory. */
int run_coverage_tell(const struct topology *topology, const struct traffic_cover *cover,
                      const struct flow_entry *(*entry_of)(const void *aux, size_t sw,
                                                           size_t entry),
                      const void *aux, struct base_arena *arena, struct report_coverage *coverage);

#endif
