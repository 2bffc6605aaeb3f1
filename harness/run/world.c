/* SPDX-License-Identifier: Apache-2.0
 *
 * The world as it is: sessions and stations of this machine, and its clocks. */
#include "run/world.h"

#include "base/sandbox.h"
#include "run/run.h"

#include <poll.h>
#include <time.h>
#include <unistd.h>

/* Reports are written by others: cli/job.c. */
static int confine(const struct run_world *world, struct base_error *missing)
{
    (void)world;
    return base_sandbox_enter(BASE_SANDBOX_READS, missing);
}

static int open_channel(const struct run_world *world, const struct channel_target *targets,
                        size_t n_targets, const struct channel_options *options,
                        struct channel **channel, struct base_error *error)
{
    (void)world;
    struct channel_options helped = options ? *options : (struct channel_options){0};
    helped.helped = geteuid() == 0; /* root may dial sockets of others; confined it may not */
    return channel_open(targets, n_targets, &helped, channel, error);
}

static int open_stations(const struct run_world *world, const struct station_spec *specs,
                         size_t n_specs, struct station_set **set, struct base_error *error)
{
    int status = station_open(specs, n_specs, set, error);
    if (status == 0 && world->interrupt_fd > 0) {
        station_interrupt_at(*set, world->interrupt_fd);
    }
    return status;
}

static uint64_t read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t now_ns(const struct run_world *world)
{
    (void)world;
    return read_clock(CLOCK_MONOTONIC);
}

static uint64_t wall_ns(const struct run_world *world)
{
    (void)world;
    return read_clock(CLOCK_REALTIME);
}

const struct run_world run_world_live = {
    .confine = confine,
    .channel_open = open_channel,
    .channel_dump = channel_dump,
    .channel_packet_out = channel_packet_out,
    .channel_close = channel_close,
    .station_open = open_stations,
    .station_start = station_start,
    .station_problem = station_problem,
    .station_address = station_address,
    .station_mtu = station_mtu,
    .station_unconfined = station_unconfined,
    .station_send = station_send,
    .station_receive = station_receive,
    .station_sync = station_sync,
    .station_drops = station_drops,
    .station_swallowed = station_swallowed,
    .station_machine = station_machine,
    .station_close = station_close,
    .now_ns = now_ns,
    .wall_ns = wall_ns,
};

void run_confine(const struct run_world *world, struct report *report)
{
    struct base_error missing;
    if (world->confine(world, &missing) < 0 && report) {
        report_note(report, "not confined: %s", missing.text);
    }
}

bool run_is_interrupted(const struct run_world *world)
{
    struct pollfd polled = {.fd = world->interrupt_fd, .events = POLLIN};
    return world->interrupt_fd > 0 && poll(&polled, 1, 0) > 0;
}

double run_ms_since(const struct run_world *world, uint64_t start_ns)
{
    return (double)(world->now_ns(world) - start_ns) / 1e6;
}
