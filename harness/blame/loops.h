/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose fault it is that packets go round endlessly. Pure. */
#ifndef BLAME_LOOPS_H
#define BLAME_LOOPS_H

#include "traffic/endless.h"

/* Fills in suspect and cause of a result, which is one of the report: the
 * suspect is the port where the circle of the walk, which must loop, begins; the
 * cause is the table of the port of its way that a result about state blames
 * already, else of the suspect. */
void blame_circle(const struct topology *topology, const struct path_walk *walk,
                  struct report *report, struct result *result);

/* The same for each failure of traffic_endless. */
void blame_loops(const struct traffic_plan *endless, const struct path_network *tables,
                 const struct traffic_failures *failures, struct report *report);

#endif
