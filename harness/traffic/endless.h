/* SPDX-License-Identifier: Apache-2.0
 *
 * Probes that would go round for ever, by the tables: on a live network such a
 * frame is a storm that its sender cannot end. Pure. */
#ifndef TRAFFIC_ENDLESS_H
#define TRAFFIC_ENDLESS_H

#include "model/result.h"
#include "traffic/plan.h"

/* Takes the probes that `tables` send round for ever out of the plan, into
 * `endless`, which is empty before. What its probes point to stays in the arena of
 * the plan, which must outlive it. -1 without memory: the plan is as it was. */
int traffic_endless_take(struct traffic_plan *plan, const struct topology *topology,
                         const struct path_forwarding *tables, struct traffic_plan *endless);

/* Adds a failing result traffic/FROM/loop for each sender of them, with the
 * circle of the first one. -1 without memory. */
int traffic_endless(const struct traffic_plan *endless, const struct topology *topology,
                    const struct path_forwarding *tables, struct report *report);

#endif
