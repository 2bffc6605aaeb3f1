/* SPDX-License-Identifier: Apache-2.0
 *
 * Pairs of hosts between which the expectation forbids some traffic: is a frame
 * planned that would show it? Where none is, the tables may prove it
 * (prove_forbidden of prove/prove.h). Pure. */
#ifndef TRAFFIC_FORBIDDEN_H
#define TRAFFIC_FORBIDDEN_H

#include "model/pair.h"
#include "path/declared.h"
#include "traffic/plan.h"

struct traffic_forbidden {
    size_t n_pairs, n_probed;       /* forbidden; of these shown by a frame */
    struct unprobed_pair *unprobed; /* the others, by sender and receiver */
    size_t n_unprobed, capacity;
};

/* A pair is forbidden if a planned probe of the sender must not arrive at the
 * receiver, and it is probed if the receiver captures then. Where nothing is
 * planned for a sender that claims speak of, every pair of it is forbidden that no
 * claim allows for all headers; for one that only `ports:` speak of, every pair
 * where they do not deliver a plain frame. captures: by host. -1 without memory:
 * then there is nothing to free. */
int traffic_forbidden(const struct path_declared *declared, const struct traffic_plan *plan,
                      const bool *captures, struct traffic_forbidden *forbidden);
void traffic_forbidden_free(struct traffic_forbidden *forbidden);

#endif
