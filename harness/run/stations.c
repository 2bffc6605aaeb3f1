/* SPDX-License-Identifier: Apache-2.0
 *
 * Which hosts have a station, and which of these can be trusted? */
#include "run/stations.h"

#include "base/memory.h"

#include <stdlib.h>

static int allocate(struct run_stations *stations, size_t n)
{
    struct base_arena *arena = &stations->arena;
    stations->n_hosts = n;
    stations->station_of = base_arena_alloc(arena, n * sizeof *stations->station_of);
    stations->host_of = base_arena_alloc(arena, n * sizeof *stations->host_of);
    stations->problems = base_arena_alloc(arena, n * sizeof *stations->problems);
    stations->captures = base_arena_alloc(arena, n * sizeof *stations->captures);
    stations->is_far = base_arena_alloc(arena, n * sizeof *stations->is_far);
    stations->addresses = base_arena_alloc(arena, n * sizeof *stations->addresses);
    stations->mtus = base_arena_alloc(arena, n * sizeof *stations->mtus);
    return stations->mtus && stations->addresses && stations->station_of && stations->host_of &&
                   stations->problems && stations->captures && stations->is_far
               ? 0
               : -1;
}

static size_t list_specs(struct run_stations *stations, const struct topology *topology,
                         const struct lab *lab, struct station_spec *specs)
{
    size_t n = 0;
    for (size_t host = 0; host < topology->n_hosts; host++) {
        stations->station_of[host] = STATION_NONE;
        if (!lab->hosts[host].interface) {
            stations->problems[host] = "no station: the lab file names no interface for it";
            continue;
        }
        specs[n] = (struct station_spec){.name = topology->hosts[host].name,
                                         .netns = lab->hosts[host].netns,
                                         .interface = lab->hosts[host].interface,
                                         .exec = lab->hosts[host].exec};
        stations->is_far[host] = lab->hosts[host].exec != NULL;
        stations->host_of[n] = host;
        stations->station_of[host] = n++;
    }
    return n;
}

int run_stations_open(struct run_stations *stations, const struct run_world *world,
                      const struct topology *topology, const struct lab *lab,
                      struct base_error *error)
{
    *stations = (struct run_stations){.world = world};
    struct station_spec *specs = base_calloc(topology->n_hosts, sizeof *specs);
    if (!specs || allocate(stations, topology->n_hosts) < 0) {
        free(specs);
        return base_fail(error, "out of memory");
    }
    size_t n = list_specs(stations, topology, lab, specs);
    int status = n > 0 ? world->station_open(world, specs, n, &stations->set, error) : 0;
    free(specs);
    return status;
}

void run_stations_start(struct run_stations *stations, const struct topology *topology,
                        struct report *report)
{
    const struct run_world *world = stations->world;
    if (stations->set) {
        world->station_start(stations->set);
    }
    for (size_t host = 0; host < stations->n_hosts; host++) {
        size_t i = stations->station_of[host];
        if (i == STATION_NONE) {
            continue;
        }
        const char *problem = world->station_problem(stations->set, i);
        const char *unconfined = problem ? NULL : world->station_unconfined(stations->set, i);
        if (unconfined) {
            report_note(report, "the far end at %s is not confined: %s", topology->hosts[host].name,
                        unconfined);
        }
        stations->problems[host] = problem ? base_arena_text(&stations->arena, problem) : NULL;
        stations->captures[host] = !problem;
        stations->mtus[host] = problem ? 0 : world->station_mtu(stations->set, i);
        stations->addresses[host] = problem ? NULL : world->station_address(stations->set, i);
    }
}

void run_stations_distrust(struct run_stations *stations, const char *problem)
{
    for (size_t host = 0; host < stations->n_hosts; host++) {
        stations->problems[host] = problem;
    }
}

static bool nothing_went(const struct run_stations *stations, size_t station)
{
    struct station_swallowed swallowed = stations->world->station_swallowed(stations->set, station);
    return swallowed.n > 0 && swallowed.longest_bytes == 0;
}

void run_stations_check_drops(struct run_stations *stations)
{
    const struct run_world *world = stations->world;
    for (size_t host = 0; host < stations->n_hosts; host++) {
        size_t station = stations->station_of[host];
        if (station == STATION_NONE || stations->problems[host]) {
            continue;
        }
        uint64_t drops = world->station_drops(stations->set, station);
        const char *problem = world->station_problem(stations->set, station);
        if (problem) {
            stations->problems[host] = base_arena_text(&stations->arena, problem);
        } else if (drops > 0) {
            stations->problems[host] = base_arena_format(
                &stations->arena, "its capture lost %llu frames", (unsigned long long)drops);
        } else if (nothing_went(stations, station)) {
            stations->problems[host] = "cannot send: no frame left its interface";
        }
    }
}

void run_stations_note_swallowed(const struct run_stations *stations,
                                 const struct topology *topology, struct report *report)
{
    for (size_t host = 0; host < stations->n_hosts; host++) {
        size_t station = stations->station_of[host];
        if (station == STATION_NONE || stations->problems[host]) {
            continue;
        }
        struct station_swallowed swallowed =
            stations->world->station_swallowed(stations->set, station);
        struct port_ref port = topology->hosts[host].port;
        if (swallowed.n > 0) {
            report_note(
                report,
                "%u frames of %s of %u bytes and more did not leave its interface, those of "
                "up to %u bytes did: its MTU is %u, and at the other end, %s:%u, less",
                swallowed.n, topology->hosts[host].name, swallowed.shortest_bytes,
                swallowed.longest_bytes, stations->mtus[host], topology->switches[port.sw].name,
                port.port);
        }
    }
}

void run_stations_close(struct run_stations *stations)
{
    if (stations->set) {
        stations->world->station_close(stations->set);
    }
    base_arena_free(&stations->arena);
    *stations = (struct run_stations){0};
}
