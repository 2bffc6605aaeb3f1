/* SPDX-License-Identifier: Apache-2.0
 *
 * From the plan and what was seen on the wire to verdicts about traffic, each
 * with its evidence. Whose fault a failure is, is left to blame/frames.h. Pure. */
#ifndef TRAFFIC_TRAFFIC_H
#define TRAFFIC_TRAFFIC_H

#include "model/result.h"
#include "path/declared.h"
#include "path/follow.h"
#include "traffic/count.h"

/* A frame that a switch was told to send by a port, in the form in which it
 * leaves there on the way of a probe to a host, and how it fared. */
struct traffic_shot {
    size_t probe, to;
    unsigned depth; /* 1: the last switch of the way sends it, 2: the one before that… */
    struct port_ref by;
    struct header header; /* as it leaves there */
    unsigned sent, good;  /* sendings; arrivals at `to`, unaltered and in time */
};

/* What a run knows; everything is borrowed. */
struct traffic_evidence {
    const struct expectation *expectation;
    const struct path_declared *declared; /* that expectation */
    const struct path_network *tables;    /* those of `before` */
    const struct traffic_plan *plan;
    const struct traffic_round *round; /* the one that is judged */
    const char *when;                  /* "in round 1": where it is not the last one; else NULL */
    const char *const *problems;       /* by host: why its station cannot be trusted, or NULL */
    const uint8_t *const *addresses;   /* by host: MAC address of its interface, NULL: not known;
                                          may be NULL */
    const char *const *harms;          /* by probe: why it may not be sent after all; may be NULL */
    const struct switch_state *const *before; /* by switch, before that round; NULL: not dumped */
    const struct switch_state *const *early;  /* the same with the counters of when that round was
                                                 just over, or NULL: none taken */
    const struct switch_state *const *after;  /* ... with later counters, or NULL */
    const struct traffic_count *count;        /* of `round`, by `before`; NULL: not counted */
    bool lags; /* ports count so late that in `after` may be what was sent before the round */
    const struct traffic_shot *shots;
    size_t n_shots;
    const bool *selected; /* by claim; NULL: all */
};

/* A result that fails, and the probe that shows it. */
struct traffic_failure {
    size_t result;          /* index in the report */
    size_t probe, host;     /* arrived there too often, too seldom, or altered; HOST_NONE: at all
                               hosts together that switches may choose */
    bool came_less;         /* HOST_NONE: too seldom, or late */
    const char *alteration; /* the copies are altered or late: how; NULL: their number is wrong */
};

struct traffic_failures {
    struct traffic_failure *items; /* in the order of the results */
    size_t n_items, capacity;
};

/* Adds to the report one result for each selected claim, in the order of the
 * expectation, then:
 *
 *   traffic/FROM/stray/TO      arrivals that no claim allows
 *   traffic/FROM/delivered/TO  what a sender without any claim should deliver by
 *                              `ports:` and does not
 *   traffic/FROM/stray/A,B     what comes to more of these hosts than one way of a
 *   traffic/FROM/delivered/A,B `one_of` leads to; or to fewer
 *   traffic/any/stray/TO       inconclusive: strays to this host would not be
 *                              seen; not where its port is ignored
 *
 * In front of them host/NAME for each host whose interface has another address
 * than the topology says. A result that fails has counts, an example and a
 * detail, but no suspect; `failures`, which is empty before, lists those that
 * fail because of frames. -1 without memory; free the failures even then. */
int traffic_judge(const struct traffic_evidence *evidence, struct report *report,
                  struct traffic_failures *failures);

/* One more, copied. -1 without memory. */
int traffic_failures_add(struct traffic_failures *failures, const struct traffic_failure *failure);
void traffic_failures_free(struct traffic_failures *failures);

#endif
