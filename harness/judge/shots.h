/* SPDX-License-Identifier: Apache-2.0
 *
 * Which frames switches should send by their own ports, so that it shows which
 * cable of a way alters frames. What two cables carry that carry the same frames
 * and no others hosts cannot tell apart. Pure. */
#ifndef JUDGE_SHOTS_H
#define JUDGE_SHOTS_H

#include "judge/traffic.h"

enum { JUDGE_SHOTS_MAX = 256 };

/* The shots for what arrived otherwise than the tables say, one probe for each
 * sender and receiver; those of one way from its end to its beginning. How many. */
size_t judge_shots(const struct judge_evidence *evidence, struct judge_shot shots[JUDGE_SHOTS_MAX]);

#endif
