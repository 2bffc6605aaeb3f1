/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to this room: frames that switches hand to one of several hosts. */
#ifndef TRAFFIC_AMONG_H
#define TRAFFIC_AMONG_H

#include "traffic/traffic.h"

/* Adds traffic/FROM/delivered/A,B of probes that came to none of these hosts, to too few, or late,
 * and traffic/FROM/stray/A,B of those of which more came than by one way, unless a claim tells that
 * of a host alone; with their failures. -1 without memory. */
int traffic_among_judge(const struct traffic_evidence *evidence, struct report *report,
                        struct traffic_failures *failures);

#endif
