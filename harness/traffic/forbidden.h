/* SPDX-License-Identifier: Apache-2.0
 *
 * Pairs of hosts of which the expectation forbids some traffic: is a frame
 * planned that would show it? If not, the tables may prove it
 * (prove_forbidden of prove/prove.h). Pure. */
#ifndef TRAFFIC_FORBIDDEN_H
#define TRAFFIC_FORBIDDEN_H

#include "path/declared.h"
#include "traffic/plan.h"

struct traffic_forbidden {
    size_t n_pairs, n_probed, n_proved;
    struct traffic_unprobed {
        size_t from, to;
        const char *reason;
    } * unprobed;
    size_t n_unprobed, capacity;
};

/* A pair (from, to) is forbidden if a planned probe of `from` must not arrive at
 * `to`, and it is probed if `to` captures then. Where nothing is planned for a
 * sender that claims speak of, every pair of it is forbidden that no claim
 * allows for all headers; for one that only `ports:` speak of, every pair where
 * they do not deliver a plain frame. captures: by host. -1 without memory, and then
 * there is nothing to free. */
int traffic_forbidden(const struct path_declared *declared, const struct traffic_plan *plan,
                      const bool *captures, struct traffic_forbidden *forbidden);
void traffic_forbidden_free(struct traffic_forbidden *forbidden);

#endif
