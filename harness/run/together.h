/* SPDX-License-Identifier: Apache-2.0
 *
 * The reports of several expectations as one. */
#ifndef RUN_TOGETHER_H
#define RUN_TOGETHER_H

#include "model/result.h"

#include <stdbool.h>

/* One of the reports, and what it is of. */
struct run_part {
    const struct report *report; /* of zeros: not judged */
    const char *file;            /* of the expectation */
    const char *topology;        /* file */
    const char *unjudged;        /* why it was not; NULL: it was */
};

/* Puts what the parts found into `whole`, an empty report: an id becomes FILE::ID, a cause that
 * several of one topology have in common is one, counts and times are sums. Coverage is left out:
 * it is said of one expectation. `whole` points into the parts, and is freed before them. -1
 * without memory. */
int run_together(const struct run_part *parts, size_t n_parts, struct report *whole);

#endif
