/* SPDX-License-Identifier: Apache-2.0
 *
 * Cables in wrong places. Where frames do other than the tables say, each pair
 * of cables is tried swapped, and each end in the other's place, in the model:
 * if one such network, and no other, explains the most, it is told. Pure. */
#ifndef BLAME_SWAP_H
#define BLAME_SWAP_H

#include "traffic/traffic.h"

/* Names the two cables as the cause of every traffic result that fails
 * although the tables are right. Nothing happens if the frames do what the
 * tables say, if no exchange explains the greater part of what they do
 * otherwise, or if two explain as much. What the best one leaves open keeps its
 * own cause. -1 without memory. */
int blame_swap(const struct traffic_evidence *evidence, struct report *report);

#endif
