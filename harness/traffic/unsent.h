/* SPDX-License-Identifier: Apache-2.0
 *
 * What does it mean for claims that a frame was not sent? Of a claim one part of whose frames was
 * sent and another withheld:
 *
 *   - where `ports:` hand the frame to NORMAL on its way, the claim is judged by what was sent:
 *     NORMAL may send it anywhere. But that it does not come to a host is not known as long as
 *     --allow-flood would send it;
 *   - else the tables decide: they bring as many copies as the claim says, or others, or it is not
 *     known what becomes of it.
 *
 * The same holds of what no claim of the sender allows; behind NORMAL that `ports:` declare all is
 * allowed of which no claim speaks. Pure. */
#ifndef TRAFFIC_UNSENT_H
#define TRAFFIC_UNSENT_H

#include "path/declared.h"
#include "path/follow.h"

enum traffic_unsent_answer {
    TRAFFIC_UNSENT_HOLDS,
    TRAFFIC_UNSENT_OPEN,
    TRAFFIC_UNSENT_REFUTES /* by the tables */
};

struct traffic_unsent {
    bool is_normal;        /* `ports:` hand it to NORMAL on its way */
    bool would_flood;      /* --allow-flood sends it */
    struct path_walk walk; /* by the tables, wherever it may go */
};

/* Follows a frame of `from` that was not sent for this reason (traffic_harm). */
void traffic_unsent_follow(const struct path_network *tables, const struct path_declared *declared,
                           size_t from, const struct header *header, const char *reason,
                           struct traffic_unsent *unsent);

/* Whether so many copies of it would have come to the host. `*copies` are those that surely do;
 * they are all, if it is refuted. */
enum traffic_unsent_answer traffic_unsent_at(const struct traffic_unsent *unsent, size_t host,
                                             unsigned wanted, unsigned *copies);

#endif
