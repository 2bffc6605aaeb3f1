/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose fault it is that probes would go round endlessly. Pure. */
#ifndef BLAME_LOOPS_H
#define BLAME_LOOPS_H

#include "traffic/endless.h"

/* For each failure of traffic_endless: suspect and cause. The suspect is the port
 * where the circle begins; the cause is the port of the packet's way that a
 * result about its state blames already, else the suspect. */
void blame_loops(const struct traffic_plan *endless, const struct path_network *tables,
                 const struct traffic_failures *failures, struct report *report);

#endif
