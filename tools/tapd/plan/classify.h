/* SPDX-License-Identifier: Apache-2.0
 *
 * What is wanted of one port of a switch, as flow entries: uses of it (each a
 * match and the ways that its frames go) → their union, header by header, told
 * by priorities. */
#ifndef TAPD_PLAN_CLASSIFY_H
#define TAPD_PLAN_CLASSIFY_H

#include "tapd/plan/route.h"

enum { TAPD_STRIP = UINT16_MAX };

/* One way that a frame goes. */
struct tapd_lane {
    uint16_t port;
    uint16_t rewrite; /* TAPD_UNTAGGED: as it is; a VLAN id; TAPD_STRIP */
    const struct tapd_dests *dests;
};

struct tapd_use {
    struct port_ref at;
    uint32_t end;   /* index of the port among the ends of its switch */
    uint32_t order; /* those before are served first */
    bool production;
    uint16_t copies; /* of each frame for each destination of the lanes */
    struct match match;
    const struct match *excepted; /* headers that it does not take all the same */
    size_t n_excepted;
    const struct tapd_lane *lanes; /* in the order in which they are preferred */
    size_t n_lanes;
    const struct tapd_user *user;
};

/* Adds the entries for one port; `uses` are all of it, by order. 0; 1 if two of
 * them would bring a copy too many or there are too many entries, with the error
 * and *culprit, the use whose entry it is; -1 without memory.
 *
 * Of their matches all intersections of such that do different things are made (of uses that do the
 * same, one stands for what several have in common; what they except is something else); each of
 * them gets the union of the uses that take all of it, unless it does the same as what is below.
 * The more bits a match fixes, the higher is its priority: an intersection is above what it is an
 * intersection of. Taps that end go above those that are there longer, in bands of TAPD_BAND
 * priorities. */
enum { TAPD_BAND = 256 };
int tapd_classify(const struct tapd_policy *policy, const struct tapd_use *uses, size_t n_uses,
                  struct flow_table *table, const struct tapd_use **culprit,
                  struct base_error *error);

#endif
