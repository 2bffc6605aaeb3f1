/* SPDX-License-Identifier: Apache-2.0
 *
 * Which probes a change of the tables makes necessary, and which superfluous. */
#ifndef RUN_PROBES_H
#define RUN_PROBES_H

#include "base/error.h"
#include "model/expectation.h"
#include "model/state.h"
#include "report/difference.h"

/* What `check` would send to exercise every entry of the tables, if every host
 * had a station: how that changes from `before` to `after` (by switch; NULL where
 * it was not read). The texts live in the arena. -1 without memory. */
int run_probes_differ(const struct expectation *expectation,
                      const struct switch_state *const *before,
                      const struct switch_state *const *after, struct base_arena *arena,
                      struct probe_difference *difference, struct base_error *error);

#endif
