/* SPDX-License-Identifier: Apache-2.0
 *
 * What a run does to the world outside: it reads switches and has them send, it
 * sends and captures at stations, it looks at a clock. The world of the program
 * is run_world_live; tests put a network in memory in its place
 * (testing/fake_network.h). */
#ifndef RUN_WORLD_H
#define RUN_WORLD_H

#include "channel/channel.h"
#include "station/station.h"

struct run_world {
    void *aux; /* for the functions below */

    /* As soon as it can be read, nothing is waited for any more: what was not judged by then
     * is inconclusive (run_is_interrupted). 0: there is none. */
    int interrupt_fd;

    /* What all switches together may send in one reading, in bytes; decoded it takes about twice
     * as many. 0: no limit. */
    size_t max_read_bytes;

    /* Gives up all that is not needed any more, when sessions are prepared and stations open, and
     * before anything of them is read: base_sandbox_enter. Called once. */
    int (*confine)(const struct run_world *world, struct base_error *missing);

    /* Sessions with switches: each member as the function of its name in
     * channel/channel.h. The implementation of channel_open defines what is in it. */
    int (*channel_open)(const struct run_world *world, const struct channel_target *targets,
                        size_t n_targets, const struct channel_options *options,
                        struct channel **channel, struct base_error *error);
    int (*channel_dump)(struct channel *channel, unsigned what, struct channel_dump *dumps,
                        struct base_error *error);
    int (*channel_packet_out)(struct channel *channel, size_t target, uint16_t port,
                              const void *frame, size_t n_bytes, struct base_error *error);
    void (*channel_close)(struct channel *channel);

    /* Stations: each member as the function of its name in station/station.h.
     * Deadlines are times of now_ns. */
    int (*station_open)(const struct run_world *world, const struct station_spec *specs,
                        size_t n_specs, struct station_set **set, struct base_error *error);
    void (*station_start)(struct station_set *set);
    const char *(*station_problem)(const struct station_set *set, size_t station);
    const uint8_t *(*station_address)(const struct station_set *set, size_t station);
    unsigned (*station_mtu)(const struct station_set *set, size_t station);
    const char *(*station_unconfined)(const struct station_set *set, size_t station);
    int (*station_send)(struct station_set *set, size_t station, const void *frame, size_t n_bytes,
                        struct base_error *error);
    int (*station_receive)(struct station_set *set, int64_t deadline_ns,
                           station_on_arrival *on_arrival, void *aux, struct base_error *error);
    int (*station_sync)(struct station_set *set, int64_t deadline_ns,
                        station_on_arrival *on_arrival, void *aux, struct base_error *error);
    uint64_t (*station_drops)(struct station_set *set, size_t station);
    struct station_swallowed (*station_swallowed)(const struct station_set *set, size_t station);
    struct station_machine (*station_machine)(const struct station_set *set);
    void (*station_close)(struct station_set *set);

    uint64_t (*now_ns)(const struct run_world *world);  /* never goes back: for durations */
    uint64_t (*wall_ns)(const struct run_world *world); /* that of station_arrival.time_ns */
};

/* Real switches, real interfaces, CLOCK_MONOTONIC and CLOCK_REALTIME. */
extern const struct run_world run_world_live;

/* Whether the run is to end as soon as it can. */
bool run_is_interrupted(const struct run_world *world);

/* Milliseconds since `start_ns`, a time of world->now_ns. */
double run_ms_since(const struct run_world *world, uint64_t start_ns);

#endif
