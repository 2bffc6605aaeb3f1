/* SPDX-License-Identifier: Apache-2.0
 *
 * Probes for which switches choose between known ways: where they may arrive together. Pure. */
#ifndef TRAFFIC_WAYS_H
#define TRAFFIC_WAYS_H

#include "path/declared.h"
#include "path/follow.h"
#include "traffic/plan.h"

/* More ways of a probe are not told apart. */
enum { TRAFFIC_WAYS_MAX = 256 };

/* Follows a probe, which has its arrivals, by each way that switches may choose by what is
 * declared. `to`: whom it is addressed to, or HOST_NONE; ways live in the arena. 1: there are too
 * many of them; -1 without memory. */
int traffic_ways_add(const struct path_declared *declared, size_t to, struct path_walk *scratch,
                     struct base_arena *arena, struct traffic_probe *probe);

/* Whether it depends on the way how much comes to the host of this arrival; to this host. */
bool traffic_ways_differ(const struct traffic_probe *probe, size_t arrival);
bool traffic_ways_concern(const struct traffic_probe *probe, size_t host);

#endif
