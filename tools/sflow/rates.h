/* SPDX-License-Identifier: Apache-2.0
 *
 * How much traffic of each key there is, over a sliding window: sums of what
 * samples stand for. Pure: time is passed in, and memory is bounded by the
 * number of keys. trigger.h asks it for each threshold.
 *
 * A window is kept in SFLOW_SLOTS parts; the part that is just leaving it
 * counts in proportion, so that a rate is exact for steady traffic and is
 * never off by more than one part's worth. */
#ifndef SFLOW_RATES_H
#define SFLOW_RATES_H

#include "model/header.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SFLOW_SLOTS = 8, SFLOW_WINDOW_MIN_MS = 100 };

/* Traffic that is counted together: what enters a switch by a port (`flow` has
 * only in_port), one flow (all of it), or whatever else the caller distinguishes. */
struct sflow_key {
    uint32_t sw; /* index of the topology */
    struct header flow;
};
_Static_assert(sizeof(struct sflow_key) == 68, "a key has no padding: its bytes are compared");

struct sflow_rate {
    uint64_t bits_per_s; /* saturates */
    uint64_t packets_per_s;
    uint32_t n_samples; /* in the window */

    /* Nineteen times of twenty both are wrong by less than this part of them: 0 where every packet
     * is sampled, about 1.96 / sqrt(n_samples) where few of one size are (Phaal and Panchen, Packet
     * Sampling Basics), more where sizes differ or samples are few. */
    double error;
};

struct sflow_rates;

/* A window of window_ms (at least SFLOW_WINDOW_MIN_MS), for at most max_keys
 * (at least 1); memory grows with the keys that are there, about 330 bytes
 * each. The seed makes hash collisions unpredictable for senders of
 * frames. NULL without memory. */
struct sflow_rates *sflow_rates_new(uint32_t window_ms, size_t max_keys, const uint8_t seed[16]);

/* NULL is legal. */
void sflow_rates_free(struct sflow_rates *rates);

/* Notes one sample that stands for so many packets and bytes, and returns the
 * rate of its key, with it. now_ms must not go back (it is taken as the latest
 * time if it does). A new key forgets the ones that have been silent for the
 * window; if there are max_keys all the same, the one that has been silent
 * longest is evicted, and counted. Without memory the key is not kept, and
 * counted as evicted: its rate is that of the sample alone. */
struct sflow_rate sflow_rates_note(struct sflow_rates *rates, const struct sflow_key *key,
                                   uint64_t n_bytes, uint64_t n_packets, uint64_t now_ms);

/* The rate of a key now; zero for one that is not there. */
struct sflow_rate sflow_rates_get(const struct sflow_rates *rates, const struct sflow_key *key,
                                  uint64_t now_ms);

/* Keys that are kept; keys that were evicted. */
size_t sflow_rates_n_keys(const struct sflow_rates *rates);
uint64_t sflow_rates_n_evicted(const struct sflow_rates *rates);

#endif
