/* SPDX-License-Identifier: Apache-2.0
 *
 * What -k says: which ids are meant.
 *
 *   expression = one { "or" one }
 *   one        = factor { "and" factor }
 *   factor     = "not" factor | "(" expression ")" | pattern
 *
 * A pattern is what stands between these words and parentheses, blanks within it included
 * ("wiring/s1:3 - s2:1"). It selects the ids that contain it, or, if it has *, ? or [, those that
 * match it as a whole (fnmatch(3), where * also matches "/"). Nothing but blanks selects all. */
#ifndef RUN_PATTERN_H
#define RUN_PATTERN_H

#include "base/error.h"

#include <stdbool.h>

enum {
    RUN_PATTERN_MAX = 1000, /* bytes of a pattern */
    RUN_PATTERN_DEPTH = 64  /* parentheses within each other */
};

/* 0, or -1 and what is missing in the expression, and where. */
int run_pattern_check(const char *expression, struct base_error *error);

/* Whether the expression selects the id; an expression that run_pattern_check refuses selects
 * none. */
bool run_pattern_selects(const char *expression, const char *id);

#endif
