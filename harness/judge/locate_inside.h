/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of judge/locate.h share: locate.c (expectation ≠ tables),
 * locate_frames.c (tables ≠ frames). Within this room only. */
#ifndef JUDGE_LOCATE_INSIDE_H
#define JUDGE_LOCATE_INSIDE_H

#include "judge/locate.h"

/* The way of one copy, from the sender on. */
struct judge_way {
    size_t hops[JUDGE_WALK_HOPS]; /* indices in the walk */
    size_t n_hops;
};

struct judge_view {
    const struct judge_evidence *evidence;
    const struct topology *topology;
    struct judge_walk declared, advertised;
    struct base_arena *arena;
    size_t probe;
    size_t from, to;
    long observed; /* copies, of so many sendings */
    long sent;
    bool altered;
};

/* The way to this hop. */
void judge_way_to(const struct judge_walk *walk, size_t last, struct judge_way *way);

/* The tables say one thing and the frames another: by counters and by what
 * arrived elsewhere, where they part. Sets suspect, cause and why, if it is
 * known. */
void judge_locate_frames(struct judge_view *view, struct judge_location *location);

#endif
