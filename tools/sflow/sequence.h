/* SPDX-License-Identifier: Apache-2.0
 *
 * What the sequence numbers of one source of datagrams tell: how many were
 * lost on the way, came twice or late, and when the agent restarted. Pure;
 * agents.h has one for each agent and sub-agent. */
#ifndef SFLOW_SEQUENCE_H
#define SFLOW_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

/* Zero-initialise before use. */
struct sflow_sequence {
    bool started;
    uint32_t highest;   /* sequence number, modulo 2^32 */
    uint32_t uptime_ms; /* that came with it */
    uint64_t n_received;
    uint64_t n_lost;  /* gaps, less those that late ones closed */
    uint64_t n_late;  /* behind a higher one, or twice */
    uint64_t n_twice; /* of those */
    uint64_t n_restarts;
    uint64_t seen;           /* bit n: highest - n has come … */
    uint32_t uptimes_ms[64]; /* … with this uptime; by number modulo 64 */
};

enum { SFLOW_LATE_MAX = 64, SFLOW_LATE_MS = 2000, SFLOW_GAP_MAX = 1000000 };

/* Notes one datagram. Numbers wrap at 2^32. A number that is lower than the
 * highest one is late if it is lower by at most SFLOW_LATE_MAX and its uptime
 * by at most SFLOW_LATE_MS; any other step back, and a step forward of more
 * than SFLOW_GAP_MAX, is a restart: it is not counted as loss. False: it has come before, with the
 * same uptime (two agents with one address send the same numbers, too). */
bool sflow_sequence_note(struct sflow_sequence *sequence, uint32_t number, uint32_t uptime_ms);

#endif
