/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of learn. */
#ifndef LEARN_INSIDE_H
#define LEARN_INSIDE_H

#include "learn/learn.h"

struct learn_learner {
    const struct topology *topology;
    const struct switch_dump *switches; /* by index */
    size_t budget;
    struct learned *learned;
};

/* -1 without memory, as all here. */
int learn_add_remark(struct learn_learner *learner, const char *format, ...) BASE_PRINTF(2, 3);

/* claims.c: claims, once the ports are there. */
int learn_claims(struct learn_learner *learner, struct base_error *error);

#endif
