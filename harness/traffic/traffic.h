/* SPDX-License-Identifier: Apache-2.0
 *
 * The plan and what was seen on the wire → verdicts about traffic, each with
 * its evidence and, where it fails, the place that is suspected. Pure. */
#ifndef TRAFFIC_TRAFFIC_H
#define TRAFFIC_TRAFFIC_H

#include "model/result.h"
#include "traffic/count.h"

/* A frame that a switch was told to send by a port, as it should have left there
 * on the way of a probe to a host: how often, and how often it arrived well. */
struct traffic_shot {
    size_t probe, to;
    unsigned depth; /* 1: from the last switch of the way, 2: from the one before it… */
    struct port_ref by;
    struct header header; /* as it leaves there */
    unsigned sent, good;
};

struct traffic_evidence {
    const struct expectation *expectation;
    const struct traffic_plan *plan;
    const struct traffic_round *round; /* the last one */
    const char *const *problems;       /* by host: why its station cannot be trusted, or NULL */
    const uint8_t *const *addresses;   /* by host: of its interface, NULL: not known; may be NULL */
    const struct switch_state *const
        *before; /* by switch, before the last round; NULL: not dumped */
    const struct switch_state *const *after; /* the same with later counters, or NULL: none taken */
    const struct traffic_count *count;       /* of `round`, by `before`; NULL: not counted */
    const struct traffic_shot *shots;        /* how they fared */
    size_t n_shots;
    const bool *selected; /* by claim; NULL: all */
};

/* Adds one result for each selected claim, in the order of the expectation,
 * then one for each (sender, receiver) of arrivals that no claim allows:
 * traffic/FROM/stray/TO; of what a sender without any claim should deliver by
 * `ports:` and does not: traffic/FROM/delivered/TO; and, inconclusive, of each
 * host where strays would not be seen, unless its port is ignored:
 * traffic/any/stray/TO. In front of them host/NAME for each host whose
 * interface has another address than the topology says. -1 without memory. */
int traffic_judge(const struct traffic_evidence *evidence, struct report *report);

#endif
