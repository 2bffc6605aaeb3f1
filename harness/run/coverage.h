/* SPDX-License-Identifier: Apache-2.0
 *
 * A plan becomes one that exercises every entry that can be reached. */
#ifndef RUN_COVERAGE_H
#define RUN_COVERAGE_H

#include "model/result.h"
#include "model/state.h"
#include "state/state.h"
#include "traffic/cover.h"

/* Makes the plan again with probes (behind options->extras) for the entries
 * that those of the plan do not exercise, and tells the report what is
 * exercised and what is not. -1: no memory. */
int run_coverage(const struct path_declared *declared, const struct path_network *tables,
                 const struct traffic_plan_options *options, struct traffic_plan *plan,
                 struct report *report, struct base_error *error);

/* Tells the report of which pairs of hosts nothing forbidden was probed, and
 * proves of those from the tables that nothing forbidden arrives; captures: by
 * host. -1: no memory. */
int run_forbidden(const struct path_declared *declared, const struct switch_dump *switches,
                  const bool *captures, const struct traffic_plan *plan, struct report *report,
                  struct base_error *error);

/* The same in words, in the arena: everything but the pairs. entry_of: the entry
 * that the cover means by a number. -1: no memory. */
int run_coverage_tell(const struct topology *topology, const struct traffic_cover *cover,
                      const struct flow_entry *(*entry_of)(const void *aux, size_t sw,
                                                           size_t entry),
                      const void *aux, struct base_arena *arena, struct report_coverage *coverage);

#endif
