/* SPDX-License-Identifier: Apache-2.0
 *
 * Probes that would go round endlessly, by the tables: on a live network such a
 * frame is a storm that its sender cannot end. Pure. */
#ifndef TRAFFIC_ENDLESS_H
#define TRAFFIC_ENDLESS_H

#include "traffic/traffic.h"

/* Moves the probes that `tables` send round endlessly from the plan to
 * `endless`, which is empty before; free that too. What its probes point to stays
 * in the arena of the plan, which must outlive it. -1 without memory: the plan is
 * as it was. */
int traffic_endless_take(struct traffic_plan *plan, const struct path_network *tables,
                         struct traffic_plan *endless);

/* Adds a failing result traffic/FROM/loop for each sender of them, with the
 * circle of its first one, which `failures` (empty before) names: its probe is an
 * index in `endless`. -1 without memory; free the failures even then. */
int traffic_endless(const struct traffic_plan *endless, const struct path_network *tables,
                    struct report *report, struct traffic_failures *failures);

#endif
