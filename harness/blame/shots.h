/* SPDX-License-Identifier: Apache-2.0
 *
 * Which frames switches should send by their own ports, so that it shows which
 * cable of a way alters frames. What two cables carry that carry the same frames
 * and no others hosts cannot tell apart. Pure. */
#ifndef BLAME_SHOTS_H
#define BLAME_SHOTS_H

#include "traffic/traffic.h"

enum { BLAME_SHOTS_MAX = 256 };

/* The shots for what arrived otherwise than the tables say, one probe for each
 * sender and receiver; those of one way from its end to its beginning. How many. */
size_t blame_shots(const struct traffic_evidence *evidence,
                   struct traffic_shot shots[BLAME_SHOTS_MAX]);

#endif
