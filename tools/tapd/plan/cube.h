/* SPDX-License-Identifier: Apache-2.0
 *
 * How narrow a match is: narrower ones get the higher priority. */
#ifndef TAPD_PLAN_CUBE_H
#define TAPD_PLAN_CUBE_H

#include "model/match.h"

/* How many bits a match fixes besides in_port. */
static inline int tapd_fixed_bits(const struct match *match)
{
    struct match rest = match_without_port(match);
    return header_count_bits(&rest.mask);
}

#endif
