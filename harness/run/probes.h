/* SPDX-License-Identifier: Apache-2.0
 *
 * Which probes a change of the tables makes necessary, and which superfluous. */
#ifndef RUN_PROBES_H
#define RUN_PROBES_H

#include "base/error.h"
#include "model/expectation.h"
#include "model/state.h"
#include "report/difference.h"
#include "traffic/cover.h"

/* What `check` would send to exercise every entry of the tables, if every host
 * had a station: how that changes from `before` to `after` (by switch; NULL where
 * it was not read). The texts live in the arena. -1 without memory. */
int run_probes_differ(const struct expectation *expectation,
                      const struct switch_state *const *before,
                      const struct switch_state *const *after, struct base_arena *arena,
                      struct probe_difference *difference, struct base_error *error);

/* Fills in what is sent by the cover `after` alone, and what by `before` alone; `after` was made
 * with `before` as what is kept. The texts live in the arena. -1 without memory. */
int run_probes_tell(const struct topology *topology, const struct traffic_cover *before,
                    const struct traffic_cover *after, struct base_arena *arena,
                    struct probe_difference *out);

#endif
