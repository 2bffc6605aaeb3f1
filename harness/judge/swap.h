/* SPDX-License-Identifier: Apache-2.0
 *
 * Cables in wrong places. Where frames do other than the tables say, each pair
 * of cables is tried swapped, and each end in the other's place, in the model:
 * if one such network, and no other, explains the most, it is told. Pure. */
#ifndef JUDGE_SWAP_H
#define JUDGE_SWAP_H

#include "judge/traffic.h"

/* Names the two cables as the cause of every traffic result that fails
 * although the tables are right. Nothing happens if the frames do what the
 * tables say, if no exchange explains the greater part of what they do
 * otherwise, or if two explain as much. What the best one leaves open keeps its
 * own cause. -1 without memory. */
int judge_swap(const struct judge_evidence *evidence, struct report *report);

#endif
