/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to this room: frames that switches hand to one of several hosts. */
#ifndef TRAFFIC_AMONG_H
#define TRAFFIC_AMONG_H

#include "traffic/traffic.h"

/* Adds traffic/FROM/delivered/A,B of probes that came to none of these hosts, or to too few, and
 * traffic/FROM/stray/A,B of those that came to more than one way leads to, unless that is told of a
 * host alone; with their failures. -1 without memory. */
int traffic_among_judge(const struct traffic_evidence *evidence, struct report *report,
                        struct traffic_failures *failures);

#endif
