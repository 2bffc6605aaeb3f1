/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the ways of one packet part, if it is followed twice: by what is
 * declared and by what the tables advertise. Pure. */
#ifndef PATH_PART_H
#define PATH_PART_H

#include "base/none.h"
#include "path/follow.h"

/* The way of one copy. */
struct path_way {
    size_t hops[PATH_DEPTH]; /* indices in the walk, from the sender on */
    size_t n_hops;
};

/* The way that leads to this hop, which is its last. */
void path_way_to(const struct path_walk *walk, size_t last, struct path_way *way);

/* The first hop of `walk`, on the way of some arrival at `host`, behind which
 * `other` goes on less often: to the same port in the same form by the same way,
 * or, behind the last hop, to the host in the same form. `*out` is the port by
 * which `walk` leaves there. HOP_NONE if `other` makes every way to the host
 * that `walk` makes. */
size_t path_part(const struct path_walk *walk, size_t host, const struct path_walk *other,
                 uint16_t *out);

/* The first hop of `walk`, on the way of an arrival at `host`, whose switch
 * rewrites the packet; HOP_NONE if none does. */
size_t path_part_rewrites(const struct path_walk *walk, size_t host);

#endif
