/* SPDX-License-Identifier: Apache-2.0
 *
 * CLOCK_MONOTONIC for deadlines and durations; the wall clock only where it is
 * compared with the time stamps of captured frames. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <sys/time.h>
#include <time.h>

/* CLOCK_MONOTONIC in nanoseconds. */
static inline uint64_t base_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* CLOCK_REALTIME in nanoseconds since 1970-01-01 UTC. */
static inline uint64_t base_wall_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Milliseconds since base_now_ns was start_ns. */
static inline double base_ms_since(uint64_t start_ns)
{
    return (double)(base_now_ns() - start_ns) / 1e6;
}

/* A time span as timers want it. */
static inline struct timeval base_timeval(unsigned ms)
{
    return (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
}

#endif
