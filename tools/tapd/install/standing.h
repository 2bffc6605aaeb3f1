/* SPDX-License-Identifier: Apache-2.0
 *
 * How a tap is: whether what should carry its copies is there and can, and how much came through.
 * Decided by what the switches reported last: their ports, their tables, and the entries of others
 * in them. */
#ifndef TAPD_INSTALL_STANDING_H
#define TAPD_INSTALL_STANDING_H

#include "tapd/install/installer.h"

enum tapd_tap_state {
    TAPD_PENDING,  /* what is missing is on its way to the switches */
    TAPD_UP,       /* from each source to each destination */
    TAPD_DEGRADED, /* some of its copies arrive, or may */
    TAPD_DOWN,     /* none does, as far as is known */
};

/* "pending", "up", "degraded", "down" */
const char *tapd_tap_state_name(enum tapd_tap_state state);

/* As the entries counted that take the copies. What a switch does not count is left out. */
struct tapd_count {
    uint64_t n_packets, n_bytes;
    bool exact;       /* no frame of others is in it */
    int64_t since_ms; /* when the oldest of the entries was made, tapd_monotonic_ms; INT64_MAX: none
                         is there */
};

struct tapd_standing {
    enum tapd_tap_state state;
    struct base_error why;     /* the place, and what is wrong there; "": nothing is */
    struct tapd_count in, out; /* at the sources; where copies leave the network */
    int64_t read_ms;           /* when the newest of the counters was read, tapd_monotonic_ms */
};

/* `way` is one of the network that was set last. */
void tapd_installer_judge(const struct tapd_installer *installer, const struct tapd_way *way,
                          struct tapd_standing *standing);

/* Whether the foreign entry of a switch's report with this number blocks or hides one of the tap's.
 */
bool tapd_foreign_harms(const struct tapd_installer *installer, size_t sw, size_t number,
                        const struct tapd_way *way);

#endif
