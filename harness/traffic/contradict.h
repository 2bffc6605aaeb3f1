/* SPDX-License-Identifier: Apache-2.0
 *
 * Claims against `ports:` of the same expectation: where the two say different
 * things no network conforms. Pure. */
#ifndef TRAFFIC_CONTRADICT_H
#define TRAFFIC_CONTRADICT_H

#include "model/result.h"
#include "path/declared.h"
#include "traffic/plan.h"

/* Adds a note for each claim with one receiver for which a planned probe, other
 * than a sentinel, shows that `ports:` deliver another number of copies than the
 * claim wants. Without memory a note is left out. */
void traffic_contradictions(const struct path_declared *declared, const struct traffic_plan *plan,
                            struct report *report);

#endif
