/* SPDX-License-Identifier: Apache-2.0
 *
 * How long did frames take? */
#include "tapping/latency.h"

#include <stddef.h>

enum { FRACTION_BITS = 6, FRACTIONS = 1 << FRACTION_BITS };

/* Below 64 each value has its bucket; above, each power of two has 64. */
static size_t bucket_of(uint64_t ns)
{
    if (ns < FRACTIONS) {
        return (size_t)ns;
    }
    unsigned shift = 63 - (unsigned)__builtin_clzll(ns) - FRACTION_BITS;
    size_t bucket = (size_t)(shift + 1) * FRACTIONS + (ns >> shift & (FRACTIONS - 1));
    return bucket < TAPPING_LATENCY_BUCKETS ? bucket : TAPPING_LATENCY_BUCKETS - 1;
}

static uint64_t highest_in(size_t bucket)
{
    if (bucket < FRACTIONS) {
        return bucket;
    }
    unsigned shift = (unsigned)(bucket / FRACTIONS) - 1;
    return ((uint64_t)(FRACTIONS + bucket % FRACTIONS + 1) << shift) - 1;
}

void tapping_latency_add(struct tapping_latency *latency, uint64_t ns)
{
    latency->min_ns = latency->n == 0 || ns < latency->min_ns ? ns : latency->min_ns;
    latency->max_ns = ns > latency->max_ns ? ns : latency->max_ns;
    latency->n++;
    latency->sum_ns += ns;
    latency->buckets[bucket_of(ns)]++;
}

uint64_t tapping_latency_percentile(const struct tapping_latency *latency, unsigned percent)
{
    uint64_t rank = (latency->n * percent + 99) / 100, below = 0;
    rank = rank > 0 ? rank : 1;
    for (size_t i = 0; i < TAPPING_LATENCY_BUCKETS; i++) {
        below += latency->buckets[i];
        if (below >= rank) {
            uint64_t ns = highest_in(i);
            ns = i == TAPPING_LATENCY_BUCKETS - 1 || ns > latency->max_ns ? latency->max_ns : ns;
            return ns < latency->min_ns ? latency->min_ns : ns;
        }
    }
    return latency->max_ns;
}
