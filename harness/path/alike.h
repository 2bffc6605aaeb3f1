/* SPDX-License-Identifier: Apache-2.0
 *
 * Which other packets share the fate of one that was followed. Pure. */
#ifndef PATH_ALIKE_H
#define PATH_ALIKE_H

#include "path/follow.h"

/* Headers that share a fate: those of a cube (in_port fixed), less some others. */
struct path_alike {
    struct match cube;
    struct match *less;
    size_t n_less, capacity;
};

/* The headers around that of walk->hops[0] that go the same way, by the same entries, as far as the
 * packet was followed, provided that the same entry takes them at the first switch. The walk must
 * have been followed with path_watch.stops and no `enters`. Without memory, or over the budget (as
 * in space_find), that header alone. Free `less`. */
void path_alike(const struct path_network *network, const struct path_walk *walk, size_t *budget,
                struct path_alike *alike);

#endif
