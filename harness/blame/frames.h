/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose fault it is that frames do not go where they should: the first place
 * where what the expectation declares, what the tables advertise and what the
 * counters count part from each other. Pure. */
#ifndef BLAME_FRAMES_H
#define BLAME_FRAMES_H

#include "traffic/traffic.h"

/* For each failure of traffic_judge: fills in suspect, cause and cause_kind,
 * the statements "advertised" and "counted" and which two disagree; the reason
 * is added to the detail. */
void blame_frames(const struct traffic_evidence *evidence, const struct traffic_failures *failures,
                  struct report *report);

#endif
