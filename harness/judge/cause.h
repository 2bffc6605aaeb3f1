/* SPDX-License-Identifier: Apache-2.0
 *
 * Results that fail → causes: several symptoms of one fault are one finding,
 * with its consequences. Pure. */
#ifndef JUDGE_CAUSE_H
#define JUDGE_CAUSE_H

#include "model/result.h"
#include "model/topology.h"

/* The names of places, the same for all that speak of them: "s1:6"; of the
 * cable at a port, from its end in the topology that is named first,
 * "s1:6 - s3:1", "h1 - s1:1", "s1:6 - nothing" where none is. */
const char *judge_port_name(const struct topology *topology, struct port_ref port,
                            struct base_arena *arena);
const char *judge_cable_name(const struct topology *topology, struct port_ref port,
                             struct base_arena *arena);

/* Groups the results that fail, or were not decided, by `cause`, in the order of the report; a port
 * that is down takes in the cable that has no link therefore. -1 without memory. */
int judge_causes(struct report *report);

#endif
