/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of judge/learn. */
#ifndef JUDGE_LEARN_INSIDE_H
#define JUDGE_LEARN_INSIDE_H

#include "judge/learn.h"

struct judge_learner {
    const struct topology *topology;
    const struct judge_switch *switches; /* by index */
    size_t budget;
    struct judge_learned *learned;
};

/* -1 without memory, as all here. */
int judge_learn_remark(struct judge_learner *learner, const char *format, ...) BASE_PRINTF(2, 3);

/* learn_claims.c: claims, once the ports are there. */
int judge_learn_claims(struct judge_learner *learner, struct base_error *error);

#endif
