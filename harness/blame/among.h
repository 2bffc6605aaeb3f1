/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to this room: frames that came to none of several hosts, or to more than one, where a
 * switch chooses. */
#ifndef BLAME_AMONG_H
#define BLAME_AMONG_H

#include "blame/place.h"
#include "traffic/traffic.h"

/* Where it went wrong, or came late: the table, if it says so; a cable of any way, if its counters
 * do; or why that is not known. Texts are in the arena. */
void blame_among(const struct traffic_evidence *evidence, const struct traffic_failure *failure,
                 struct base_arena *arena, struct blame_place *place);

#endif
