/* SPDX-License-Identifier: Apache-2.0
 *
 * What lies downstream: the entries that packets may come to from one place of
 * the network. More than exact (cubes are carried on whole, not what other
 * entries leave of them), and so fit to say what a change cannot touch. Pure. */
#ifndef PATH_SPREAD_H
#define PATH_SPREAD_H

#include "path/step.h"

/* Calls `reached`, perhaps more than once, with each entry that may take a
 * packet of `match`, or what becomes of it, if it enters the switch by any port
 * and no entry of a higher rank than this takes it there. `*budget` as in
 * space_find. -1: over the budget, or no memory; there may be more. */
int path_spread(const struct path_network *network, size_t sw, const struct match *match,
                uint32_t rank, size_t *budget, void (*reached)(void *aux, size_t sw, size_t entry),
                void *aux);

#endif
