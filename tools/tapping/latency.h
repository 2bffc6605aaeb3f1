/* SPDX-License-Identifier: Apache-2.0
 *
 * Latencies of any number of frames in constant memory: counts by value, in
 * buckets that are 1/64 of their value wide. Pure. */
#ifndef TAPPING_LATENCY_H
#define TAPPING_LATENCY_H

#include <stdint.h>

/* Up to 2^41 ns, 36 minutes; longer ones share the last bucket. */
enum { TAPPING_LATENCY_BUCKETS = 64 * 36 };

/* Zero-initialise before use. */
struct tapping_latency {
    uint64_t n;
    uint64_t min_ns, max_ns; /* exact; 0 if n is 0 */
    uint64_t sum_ns;
    uint64_t buckets[TAPPING_LATENCY_BUCKETS];
};

/* Counts one frame. */
void tapping_latency_add(struct tapping_latency *latency, uint64_t ns);

/* The percentile by nearest rank: `percent` of all values are not above it. It is
 * too high by less than 1/64 of itself and within min..max; 0 if there is none. */
uint64_t tapping_latency_percentile(const struct tapping_latency *latency, unsigned percent);

#endif
