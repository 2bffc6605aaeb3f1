/* SPDX-License-Identifier: Apache-2.0
 *
 * Claims against `ports:` of the same expectation: where the two say different
 * things no network conforms. Pure. */
#ifndef JUDGE_CONTRADICT_H
#define JUDGE_CONTRADICT_H

#include "judge/plan.h"
#include "model/result.h"

/* Adds a note for each claim of which a planned probe shows that the declared
 * ways of the ports deliver another number of copies than the claim wants. */
void judge_contradictions(const struct expectation *expectation, const struct judge_plan *plan,
                          struct report *report);

#endif
