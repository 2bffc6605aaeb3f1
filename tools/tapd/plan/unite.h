/* SPDX-License-Identifier: Apache-2.0
 *
 * What a frame that several uses take does: the union of what they ask for, as
 * actions. */
#ifndef TAPD_PLAN_UNITE_H
#define TAPD_PLAN_UNITE_H

#include "tapd/plan/classify.h"

struct tapd_actions {
    const struct action *items; /* in the arena; none has a pointer */
    size_t n;
};

/* Chooses lanes of the uses, the first ones first, so that each destination gets
 * as many copies as the use that asks for most, and no more. Actions: production
 * by port, copies by port, then copies with their tag, by tag and port: what
 * changes the frame comes last. A tag is pushed in front of those that the frame has, the next one
 * takes its place, and what is stripped is popped. 0; 1 if no choice of lanes is right, with the
 * error; -1 without memory. */
int tapd_unite(const struct tapd_use *const *uses, size_t n_uses, const struct topology *topology,
               struct base_arena *arena, struct tapd_actions *actions, struct base_error *error);

#endif
