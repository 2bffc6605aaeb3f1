/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to this room: what all probes of one claim, or of one pair of hosts
 * that no claim is about, showed in a round. */
#ifndef TRAFFIC_TALLY_H
#define TRAFFIC_TALLY_H

#include "traffic/traffic.h"

enum { TRAFFIC_TALLY_KINDS = 8 };

/* One probe that did not arrive at a host as it should have. */
struct traffic_deviation {
    size_t probe, host;
    unsigned copies, sent; /* arrivals, of so many sendings */
    uint64_t late_ns;      /* how long the latest of the late ones took; 0: none was late */
};

/* A meter on the way (OpenFlow 1.3.5, section 5.7), which may have dropped copies. */
struct traffic_meter {
    const char *text; /* "meter 1 of s1 may have dropped what is missing"; NULL: there is none */
    const char *at;   /* "s1:2": by which port they come to it */
};

struct traffic_tally {
    size_t n_probes;                                       /* that were sent */
    size_t n_wrong, n_extra, n_missing, n_altered, n_late; /* (probe, host) pairs */
    struct traffic_meter metered; /* where what is missing besides may be lost */
    bool is_stalled;              /* some came late besides, which this machine may have done */
    struct traffic_deviation extra, missing, altered, late; /* the first of each kind */
    size_t problem_host;                    /* a host whose station cannot be trusted; HOST_NONE */
    const char *alteration;                 /* of `altered`, in words; NULL: nothing was altered */
    const char *kinds[TRAFFIC_TALLY_KINDS]; /* of the wrong probes, each once */
    size_t n_kinds;
};

/* The probes that the claim speaks of, at all hosts that it names. Texts are
 * allocated in `arena`. */
struct traffic_tally traffic_tally_claim(const struct traffic_evidence *evidence,
                                         const struct claim *claim, struct base_arena *arena);

/* The probes of `from` that no claim says anything about at `to`, against what
 * the plan expects of them there; of those that may come there as a switch chooses only whether
 * they are altered (traffic/among.h). */
struct traffic_tally traffic_tally_unclaimed(const struct traffic_evidence *evidence, size_t from,
                                             size_t to, struct base_arena *arena);

/* The meter through which copies of the probe come that should have come to the host, as the tables
 * say, or, where that is not known, may come, and which may have dropped them; texts in `arena`.
 * None: they come through none, or not at all, or each counted that it dropped nothing. */
struct traffic_meter traffic_metered(const struct traffic_evidence *evidence, size_t p, size_t host,
                                     struct base_arena *arena);

/* A result that is open for this meter. */
void traffic_meter_tell(const struct traffic_meter *metered, struct result *result);

/* The deviation to report: frames that should not have come before frames that
 * were altered, are missing or came late. NULL if there is none. */
const struct traffic_deviation *traffic_tally_worst(const struct traffic_tally *tally);

/* "3 of 9 probes (udp, tcp) arrived at h11 twice instead of once", of the worst
 * deviation, of which there must be one. `expected`: copies of each sending. In
 * `arena`; NULL without memory. */
const char *traffic_tally_text(const struct traffic_tally *tally,
                               const struct traffic_evidence *evidence, long expected,
                               struct base_arena *arena);

#endif
