/* SPDX-License-Identifier: Apache-2.0
 *
 * Taps that come by themselves: samples (sflow/collector.h) cross the thresholds
 * of a policy's taps with `when` (sflow/trigger.h), and the owner is asked for
 * taps, as a request would ask. What the owner grants ends like every tap: by its
 * lifetime, which traffic that goes on extends, or by whoever removes it.
 *
 * Neighbours: controller.h (the owner). */
#ifndef TAPD_FACE_TRAFFIC_H
#define TAPD_FACE_TRAFFIC_H

#include "sflow/collector.h"
#include "tapd/policy/policy.h"

#include <jansson.h>

struct tapd_traffic;

/* Who has the taps. All are called from the event loop; each may call
 * tapd_traffic_changed. */
struct tapd_traffic_ops {
    /* The clock by which taps end. */
    int64_t (*now_ms)(void *owner);
    /* Whether there is a tap of this name now. */
    bool (*has)(void *owner, const char *name);
    /* Traffic asks for this tap, which is the owner's from now on. False: it is
     * refused, which the owner has told; while traffic goes on it is asked for again
     * when it would be extended. */
    bool (*add)(void *owner, struct tapd_tap *tap_own);
    /* Its lifetime begins anew. */
    void (*extend)(void *owner, const char *name);
};

/* Where agents send to: "[ADDRESS:]PORT", numeric, an IPv6 address in brackets;
 * without an address it is 127.0.0.1, and port 0 is one that is free. Listens from
 * now on, for the thresholds of this policy. NULL with an error: not such a text, an
 * address that cannot be had, no memory. */
struct tapd_traffic *tapd_traffic_new(struct event_base *base, const char *where,
                                      const struct tapd_policy *policy,
                                      const struct tapd_traffic_ops *ops, void *owner,
                                      struct base_error *error);

/* NULL is legal. */
void tapd_traffic_free(struct tapd_traffic *traffic);

/* Another policy is in force, and the one before may go: its thresholds begin with
 * what is sampled from now on. Without memory nothing more is asked for: -1. */
int tapd_traffic_use(struct tapd_traffic *traffic, const struct tapd_policy *policy);

/* Taps have come or gone: one that has gone may be asked for again. */
void tapd_traffic_changed(struct tapd_traffic *traffic);

/* The UDP port that it listens at. */
uint16_t tapd_traffic_port(const struct tapd_traffic *traffic);

/* What was received, lost, refused and decided: an object. NULL without memory. */
json_t *tapd_traffic_report(const struct tapd_traffic *traffic);

#endif
