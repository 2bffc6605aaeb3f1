/* SPDX-License-Identifier: Apache-2.0
 *
 * Kinds of frames: those that each class of headers is probed with, and those with which each
 * sender shows once that its cables and switches take what traffic looks like. Pure. */
#ifndef TRAFFIC_KINDS_H
#define TRAFFIC_KINDS_H

#include "frame/probe.h"
#include "model/match.h"

struct traffic_kind {
    const char *name;
    struct match essential; /* what its headers must have; ... */
    bool is_size;           /* ... where the class has none of them, any others of this size do */
    bool is_besides;        /* where it might do harm, no claim misses it and nothing is said */
    struct frame_shape shape;
};

enum {
    TRAFFIC_KINDS = 7,
    TRAFFIC_KINDS_MORE = 19,
    TRAFFIC_MTU_MAX = 9000,         /* frames that are longer are not sent */
    TRAFFIC_FULL_SIZE = UINT16_MAX, /* as shape.n_bytes: as long as all interfaces take it */
};

/* The number-th of TRAFFIC_KINDS, for every class. */
struct traffic_kind traffic_kind(size_t number);

/* The number-th of TRAFFIC_KINDS_MORE, once a sender. fresh: a number that no earlier run had:
 * switches keep what they did with earlier frames. */
struct traffic_kind traffic_kind_more(size_t number, uint16_t fresh);

/* The EtherType of such frames: one that IEEE has not given to anybody. */
uint16_t traffic_fresh_type(uint16_t fresh);

#endif
