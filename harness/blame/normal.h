/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to this room: where frames go wrong that NORMAL forwards. */
#ifndef BLAME_NORMAL_H
#define BLAME_NORMAL_H

#include "blame/cable.h"

/* So many frames from one host to another that should have left by this port did not come to their
 * receiver; from and to HOST_NONE: so many of all hosts came. */
struct blame_left {
    struct port_ref port;
    size_t from, to;
    long n;
};

/* Of all probes, summed when it is first needed: [0] by the expectation, [1] by the tables. Begins
 * as zero; `at` is freed by who owns it. */
struct blame_leaving {
    struct blame_left *at;
    size_t n, capacity;
    bool is_known;
};

/* Of frames whose way NORMAL decides: follows them to their receiver, by the one way that cables
 * leave, and finds the first switch whose table does not send them on, the first cable that loses
 * them by its counters, the first switch that sent less than came well or should have come; or,
 * where they are at hosts that they are not for, the switch where that way parts from theirs. Where
 * no counter tells, everything between is named. False: there is no such way, or several.
 * `is_missing`: less came than should have. */
bool blame_normal(const struct blame_view *view, bool is_missing, struct blame_place *place);

#endif
