/* SPDX-License-Identifier: Apache-2.0
 *
 * What a run may send, and how it tells what it did not. */
#ifndef RUN_HARMLESS_H
#define RUN_HARMLESS_H

#include "run/run.h"
#include "run/stations.h"
#include "traffic/plan.h"

/* What may be sent by these stations into the network of these tables (traffic/harmless.h), all of
 * which must outlive `harmless`; to be closed. -1 without memory: then there is nothing to free. */
int run_harmless_open(struct traffic_harmless *harmless, const struct path_network *tables,
                      const struct path_declared *declared, const struct run_stations *stations,
                      const struct run_options *options, struct base_error *error);

/* Lists in the report what the plan withholds. -1 without memory. */
int run_harmless_report(const struct traffic_plan *plan, const struct topology *topology,
                        struct report *report);

#endif
