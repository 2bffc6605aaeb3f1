/* SPDX-License-Identifier: Apache-2.0
 *
 * Which cables the frames of one sender cross on their way to a host, in which classes, and which
 * kinds of frames have crossed each: what a cable does to large frames is seen only by large frames
 * that are expected behind it. Pure. */
#ifndef TRAFFIC_CROSSED_H
#define TRAFFIC_CROSSED_H

#include "path/follow.h"

/* One cable in one direction, crossed by frames of one class. */
struct traffic_crossing {
    size_t cable; /* an index; those of one sender count from 0 */
    size_t class;
};

/* Zero is empty; see traffic_crossed_free. */
struct traffic_crossed {
    struct traffic_cable {
        struct port_ref at; /* where the frame enters a switch, or leaves the last one for a host */
        bool to_host;
        uint32_t kinds; /* bit n: a frame of kind n has crossed it */
    } * cables;
    size_t n_cables, cables_capacity;
    struct traffic_crossing *crossings; /* no two alike */
    size_t n_crossings, crossings_capacity;
};

/* Each cable by which the walk of a frame of this class surely comes to a host is crossed by it.
 * kinds: what it adds to theirs. -1 without memory. */
int traffic_crossed_add(struct traffic_crossed *crossed, const struct path_walk *walk, size_t class,
                        uint32_t kinds);

/* Forgets all, and keeps the memory for the next sender. */
void traffic_crossed_clear(struct traffic_crossed *crossed);

/* Frees all; empty and usable then. */
void traffic_crossed_free(struct traffic_crossed *crossed);

#endif
