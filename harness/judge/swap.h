/* SPDX-License-Identifier: Apache-2.0
 *
 * Cables in wrong places. Where frames do other than the tables say, each pair
 * of cables is tried swapped, and each end in the other's place, in the model:
 * if one such network, and no other, explains every arrival, it is told. Pure. */
#ifndef JUDGE_SWAP_H
#define JUDGE_SWAP_H

#include "judge/traffic.h"

/* Names the two cables as the cause of every traffic result that fails
 * although the tables are right. Nothing happens if the frames do what the
 * tables say, or if no exchange, or more than one, explains them. -1 without
 * memory. */
int judge_swap(const struct judge_evidence *evidence, struct report *report);

#endif
