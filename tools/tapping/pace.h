/* SPDX-License-Identifier: Apache-2.0
 *
 * When the next frame may be sent: by the interval, and by how many are in
 * flight. Pure: the caller tells the time (CLOCK_MONOTONIC, nanoseconds). */
#ifndef TAPPING_PACE_H
#define TAPPING_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct tapping_pace {
    uint64_t interval_ns; /* 0: as fast as the window lets */
    unsigned window;      /* frames in flight at most */
    uint64_t next_ns;     /* when the interval lets the next one go */
    bool started;
};

enum {
    /* A frame that has not come after this is no longer in a queue of the
     * network: it is not in flight. */
    TAPPING_FLIGHT_NS = 50 * 1000 * 1000,
    /* What was missed is caught up with, but not more of it than this. */
    TAPPING_CATCH_UP_NS = 100 * 1000 * 1000,
};

/* Whether the next frame may be sent now, with so many in flight. */
bool tapping_pace_may_send(const struct tapping_pace *pace, uint64_t now_ns, uint64_t in_flight);

/* A frame was sent. The mean rate is kept exactly, unless the sender was held up
 * for longer than TAPPING_CATCH_UP_NS. */
void tapping_pace_sent(struct tapping_pace *pace, uint64_t now_ns);

#endif
