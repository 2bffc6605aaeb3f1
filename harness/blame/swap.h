/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames that do something else than the tables say because cables are in wrong places: those that
 * counters tell. Where these do not tell, each pair of cables is tried swapped, and each end in the
 * other's place, in the model: if one such network, and no other, explains the most, it is the
 * cause. Pure. */
#ifndef BLAME_SWAP_H
#define BLAME_SWAP_H

#include "blame/wiring.h"

/* Makes cables the cause of each traffic result that fails although the tables are right: those
 * that `wiring` (NULL, or of zeros: counters say nothing) tells to be elsewhere; if it tells none,
 * two cables that it does not tell to be right. Nothing happens if the frames do what the tables
 * say, if no exchange explains more than half of what they do otherwise, if two exchanges
 * explain as much, or if there are more than 512 cables. A result that the best
 * exchange does not explain keeps its own cause. -1 without memory. */
int blame_swap(const struct traffic_evidence *evidence, const struct blame_wiring *wiring,
               struct report *report);

#endif
