/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of blame/locate.h share: locate.c (expectation ≠ tables),
 * locate_frames.c (tables ≠ frames). Within this room only. */
#ifndef BLAME_INSIDE_H
#define BLAME_INSIDE_H

#include "blame/locate.h"

/* The way of one copy, from the sender on. */
struct blame_way {
    size_t hops[PATH_WALK_HOPS]; /* indices in the walk */
    size_t n_hops;
};

struct blame_view {
    const struct traffic_evidence *evidence;
    const struct topology *topology;
    struct path_walk declared, advertised;
    struct base_arena *arena;
    size_t probe;
    size_t from, to;
    long observed; /* copies, of so many sendings */
    long sent;
    bool altered;
};

/* The way to this hop. */
void blame_way_to(const struct path_walk *walk, size_t last, struct blame_way *way);

/* The tables say one thing and the frames another: by counters and by what
 * arrived elsewhere, where they part. Sets suspect, cause and why, if it is
 * known. */
void blame_locate_frames(struct blame_view *view, struct blame_location *location);

#endif
