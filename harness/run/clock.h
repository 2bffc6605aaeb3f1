/* SPDX-License-Identifier: Apache-2.0
 *
 * CLOCK_MONOTONIC for deadlines and durations; the wall clock only where it is
 * compared with the time stamps of captured frames. */
#ifndef RUN_CLOCK_H
#define RUN_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t run_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline uint64_t run_wall_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline double run_ms_since(uint64_t start_ns)
{
    return (double)(run_now_ns() - start_ns) / 1e6;
}

#endif
