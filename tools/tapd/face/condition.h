/* SPDX-License-Identifier: Apache-2.0
 *
 * How each tap is, since when and why, and what it has carried so far: what the switches said last
 * (install/standing.h) is remembered from one time to the next. */
#ifndef TAPD_FACE_CONDITION_H
#define TAPD_FACE_CONDITION_H

#include "tapd/install/standing.h"

/* What came through since the tap is known here; where an entry of it is older, as that of a pair
 * is which the tap uses too, since its counters were read for the first time. */
struct tapd_tally {
    uint64_t n_packets, n_bytes;
    double packets_per_sec, bits_per_sec; /* between the last two readings of the counters */
    bool exact;                           /* no frame of others is in it */
    struct tapd_count last;               /* as it was read */
};

struct tapd_condition {
    char *name;
    enum tapd_tap_state state;
    char *why;        /* NULL: nothing is wrong */
    int64_t since_ms; /* of the state; as the caller's clock says */
    int64_t known_ms; /* since then it is known here, tapd_monotonic_ms */
    int64_t read_ms;  /* of the counters, tapd_monotonic_ms; 0: they have not been read */
    struct tapd_tally in, out;
};

struct tapd_conditions {
    struct tapd_condition *items; /* by way of the network */
    size_t n_items;
    const struct tapd_network *network;
};

/* The taps of a network, of which nothing is known yet; the network must live as long. -1 without
 * memory. */
int tapd_conditions_new(struct tapd_conditions *conditions, const struct tapd_network *network,
                        int64_t now_ms);

/* Takes over what was known of taps of the same name, and frees the former. */
void tapd_conditions_inherit(struct tapd_conditions *conditions, struct tapd_conditions *former);

/* How they are now, as the switches said last. The network must be the one that the installer was
 * set to last. What goes wrong, and what is right again, is logged. */
void tapd_conditions_update(struct tapd_conditions *conditions,
                            const struct tapd_installer *installer, int64_t now_ms);

/* Frees all; empty and usable then. */
void tapd_conditions_free(struct tapd_conditions *conditions);

#endif
