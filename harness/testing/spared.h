/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests in which each allocation fails in turn: what the network of a run asks for never does.
 */
#ifndef TESTING_SPARED_H
#define TESTING_SPARED_H

#include "run/world.h"
#include "testing/failing.h"

/* The network is no code of ours: it has always enough. (What arrives is told while the run
 * receives, which is not paused.) */
static struct run_world spared;

static inline int spared_open(const struct run_world *world, const struct channel_target *targets,
                              size_t n, const struct channel_options *options,
                              struct channel **channel, struct base_error *error)
{
    failing_pause(true);
    int status = spared.channel_open(world, targets, n, options, channel, error);
    failing_pause(false);
    return status;
}

static inline int spared_dump(struct channel *channel, unsigned what, struct channel_dump *dumps,
                              struct base_error *error)
{
    failing_pause(true);
    int status = spared.channel_dump(channel, what, dumps, error);
    failing_pause(false);
    return status;
}

static inline int spared_stations(const struct run_world *world, const struct station_spec *specs,
                                  size_t n, struct station_set **set, struct base_error *error)
{
    failing_pause(true);
    int status = spared.station_open(world, specs, n, set, error);
    failing_pause(false);
    return status;
}

static inline int spared_send(struct station_set *set, size_t station, const void *frame,
                              size_t n_bytes, struct base_error *error)
{
    failing_pause(true);
    int status = spared.station_send(set, station, frame, n_bytes, error);
    failing_pause(false);
    return status;
}

static inline int spared_packet_out(struct channel *channel, size_t target, uint16_t port,
                                    const void *frame, size_t n_bytes, struct base_error *error)
{
    failing_pause(true);
    int status = spared.channel_packet_out(channel, target, port, frame, n_bytes, error);
    failing_pause(false);
    return status;
}

/* Of one network at a time. */
static inline void spare_network(struct run_world *world)
{
    spared = *world;
    world->channel_open = spared_open;
    world->channel_dump = spared_dump;
    world->channel_packet_out = spared_packet_out;
    world->station_open = spared_stations;
    world->station_send = spared_send;
}

#endif
