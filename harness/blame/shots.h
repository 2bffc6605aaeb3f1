/* SPDX-License-Identifier: Apache-2.0
 *
 * Which frames switches should send by their own ports, to show which cable of a
 * way loses or alters frames: where two cables carry the same frames and no
 * others, what hosts observe cannot tell them apart. Pure. */
#ifndef BLAME_SHOTS_H
#define BLAME_SHOTS_H

#include "traffic/traffic.h"

enum { BLAME_SHOTS_MAX = 256 };

/* Fills in shots (all but how they fared) for what arrived otherwise than the
 * tables say, for one probe of each sender and receiver, and along its way from the
 * end to the beginning. Returns how many there are; what does not fit is left out. */
size_t blame_shots(const struct traffic_evidence *evidence,
                   struct traffic_shot shots[BLAME_SHOTS_MAX]);

#endif
