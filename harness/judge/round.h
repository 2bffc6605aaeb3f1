/* SPDX-License-Identifier: Apache-2.0
 *
 * What one round of probes showed, and how it compares: with the expectation,
 * with the dumped tables, with another round. A run sends, receives and fills
 * it in. Hosts without a working capture, and probes that could not be sent,
 * are left out of every comparison. */
#ifndef JUDGE_ROUND_H
#define JUDGE_ROUND_H

#include "judge/plan.h"

/* What arrived of one probe at one host. */
struct judge_seen {
    struct judge_seen *next;
    size_t host;
    unsigned copies;        /* as expected, byte for byte */
    unsigned altered;       /* known by their mark, but not what was expected */
    const char *alteration; /* in words, of the first altered one */
};

/* Every probe of the plan, sent once. */
struct judge_round {
    struct judge_seen **seen; /* by probe */
    bool *sent;               /* by probe: the station could send it */
    const bool *captures;     /* by host, borrowed */
    size_t n_hosts;
    struct base_arena arena;
};

/* -1 without memory. */
int judge_round_init(struct judge_round *round, const struct judge_plan *plan, const bool *captures,
                     size_t n_hosts);
void judge_round_free(struct judge_round *round);

/* Notes one arrival. `alteration` NULL: byte for byte as expected. */
void judge_round_see(struct judge_round *round, size_t probe, size_t host, const char *alteration);

/* Never NULL: all zero if nothing arrived. */
const struct judge_seen *judge_round_seen(const struct judge_round *round, size_t probe,
                                          size_t host);

/* Copies and altered ones together. */
unsigned judge_seen_count(const struct judge_round *round, size_t probe, size_t host);

/* Every arrival that the expectation wants has come. */
bool judge_round_complete(const struct judge_round *round, const struct judge_plan *plan);

/* Frames as the expectation wants them, no more and no less: of one probe, of
 * all. */
bool judge_probe_conforms(const struct judge_round *round, const struct judge_plan *plan,
                          size_t probe);
bool judge_round_conforms(const struct judge_round *round, const struct judge_plan *plan);

/* Frames as the dumped tables would forward them, wherever the tables say it. */
bool judge_round_follows(const struct judge_round *round, const struct judge_plan *plan,
                         const struct topology *topology,
                         const struct judge_forwarding *advertised);

/* The same arrivals in both. */
bool judge_round_equal(const struct judge_round *a, const struct judge_round *b,
                       const struct judge_plan *plan);

#endif
