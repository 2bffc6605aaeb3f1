/* SPDX-License-Identifier: Apache-2.0
 *
 * What do stations send into a network in memory, and what do they capture there? */
#include "testing/fake_stations.h"

#include "testing/cmocka.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { SEND_NS = 10000, STATIONS_MAX = 64 };

/* What a set of stations is here: of which hosts they are. */
struct station_set {
    struct fake_network *fake;
    size_t n;
    size_t host_of[STATIONS_MAX];
    const char *problems[STATIONS_MAX];
    struct station_swallowed swallowed[STATIONS_MAX];
    bool started;
};

static const char *name_of(const struct station_set *set, size_t station)
{
    assert_true(station < set->n);
    return set->fake->topology->hosts[set->host_of[station]].name;
}

static int open_set(const struct run_world *world, const struct station_spec *specs, size_t n_specs,
                    struct station_set **out, struct base_error *error)
{
    (void)error;
    assert_true(n_specs <= STATIONS_MAX);
    struct station_set *set = calloc(1, sizeof *set);
    assert_non_null(set);
    set->fake = world->aux;
    assert_false(set->fake->confined); /* it needs privileges */
    set->n = n_specs;
    for (size_t i = 0; i < n_specs; i++) {
        set->host_of[i] = topology_find_host(set->fake->topology, specs[i].name);
        set->problems[i] = fake_network_meets(set->fake, FAKE_NO_STATION, NULL, specs[i].name)
                               ? "no such interface"
                               : NULL;
    }
    set->fake->n_open++;
    *out = set;
    return 0;
}

static void start(struct station_set *set)
{
    assert_true(set->fake->confined);
    set->started = true;
}

static const char *problem(const struct station_set *set, size_t station)
{
    return set->problems[station];
}

static unsigned mtu(const struct station_set *set, size_t station)
{
    (void)station;
    return set->fake->mtu;
}

static const uint8_t *address(const struct station_set *set, size_t station)
{
    return set->fake->topology->hosts[set->host_of[station]].mac;
}

static const char *unconfined(const struct station_set *set, size_t station)
{
    return fake_network_meets(set->fake, FAKE_UNCONFINED, NULL, name_of(set, station))
               ? "libseccomp is not there"
               : NULL;
}

static const uint8_t foreign[60] = {0x02, 0, 0, 0, 0, 9, 0x02, 0, 0, 0, 0, 8, 0x88, 0xcc};

/* The frame leaves the station. */
static void send_now(struct fake_network *fake, size_t host, const uint8_t *bytes, size_t n_bytes)
{
    const char *name = fake->topology->hosts[host].name;
    fake->time_ns += SEND_NS;
    fake_network_enter(fake, fake->cabled.hosts[host].port, host, bytes, n_bytes);
    const struct fake_fault *adds = fake_network_meets(fake, FAKE_ADDS_FRAMES, name, NULL);
    if (adds) {
        fake_network_arrive(fake, topology_find_host(fake->topology, adds->at), foreign,
                            sizeof foreign, fake->time_ns);
    }
    const struct fake_fault *floods = fake_network_meets(fake, FAKE_FLOODS, name, NULL);
    if (floods) {
        fake_network_arrive(fake, topology_find_host(fake->topology, floods->at), bytes, n_bytes,
                            fake->time_ns);
    }
}

/* Whether the frame does not leave its interface. */
static bool swallows(struct station_set *set, size_t station, size_t n_bytes)
{
    struct station_swallowed *swallowed = &set->swallowed[station];
    const struct fake_fault *fault =
        fake_network_meets(set->fake, FAKE_SWALLOWS, NULL, name_of(set, station));
    uint32_t n = (uint32_t)n_bytes;
    if (!fault || n < fault->n_bytes) {
        swallowed->longest_bytes = n > swallowed->longest_bytes ? n : swallowed->longest_bytes;
        return false;
    }
    bool is_shortest = swallowed->n++ == 0 || n < swallowed->shortest_bytes;
    swallowed->shortest_bytes = is_shortest ? n : swallowed->shortest_bytes;
    return true;
}

static void hold(struct fake_network *fake, size_t host, const void *frame, size_t n_bytes)
{
    assert_int_equal(base_grow(&fake->held, fake->n_held, &fake->held_capacity, sizeof *fake->held),
                     0);
    struct fake_arrival *held = &fake->held[fake->n_held++];
    *held = (struct fake_arrival){.host = host, .bytes = malloc(n_bytes), .n_bytes = n_bytes};
    assert_non_null(held->bytes);
    memcpy(held->bytes, frame, n_bytes);
}

static int send_frame(struct station_set *set, size_t station, const void *frame, size_t n_bytes,
                      struct base_error *error)
{
    struct fake_network *fake = set->fake;
    assert_true(set->started);
    if (fake_network_meets(fake, FAKE_REFUSES, NULL, name_of(set, station))) {
        return base_fail(error, "the interface is down");
    }
    fake->n_sent++;
    if (fake->n_sent == fake->raises_at_frame) {
        raise(SIGTERM);
    }
    if (swallows(set, station, n_bytes)) {
        return 0;
    }
    if (fake->is_far) {
        hold(fake, set->host_of[station], frame, n_bytes);
    } else {
        send_now(fake, set->host_of[station], frame, n_bytes);
    }
    return 0;
}

/* STATION_NONE: no station of the set captures there. */
static size_t station_of(const struct station_set *set, size_t host)
{
    for (size_t i = 0; i < set->n; i++) {
        if (set->host_of[i] == host && !set->problems[i]) {
            return i;
        }
    }
    return STATION_NONE;
}

/* Hands out the frame that arrives first; true: the callback says stop. */
static bool hand_out(struct station_set *set, station_on_arrival *on_arrival, void *aux)
{
    struct fake_network *fake = set->fake;
    struct fake_arrival first = fake->arrivals[0];
    fake->n_arrivals--;
    memmove(fake->arrivals, fake->arrivals + 1, fake->n_arrivals * sizeof *fake->arrivals);
    fake->time_ns = first.time_ns > fake->time_ns ? first.time_ns : fake->time_ns;
    size_t station = station_of(set, first.host);
    size_t n_captured = first.n_bytes < STATION_SNAP_BYTES ? first.n_bytes : STATION_SNAP_BYTES;
    bool stops =
        station != STATION_NONE &&
        on_arrival(aux,
                   &(struct station_arrival){.station = station,
                                             .time_ns = fake_network_wall_ns(fake, first.time_ns),
                                             .bytes = first.bytes,
                                             .n_bytes = n_captured,
                                             .wire_bytes = first.n_bytes});
    const char *name = fake->topology->hosts[first.host].name;
    const struct fake_fault *again = fake_network_meets(fake, FAKE_REPEATS, NULL, name);
    if (again) {
        fake_network_arrive(fake, first.host, first.bytes, first.n_bytes,
                            fake->time_ns + again->ms * UINT64_C(1000000));
    }
    free(first.bytes);
    return stops;
}

static int receive(struct station_set *set, int64_t deadline_ns, station_on_arrival *on_arrival,
                   void *aux, struct base_error *error)
{
    (void)error;
    struct fake_network *fake = set->fake;
    uint64_t until_ns =
        (uint64_t)deadline_ns > fake->time_ns ? (uint64_t)deadline_ns : fake->time_ns;
    while (fake->n_arrivals > 0 && fake->arrivals[0].time_ns <= until_ns) {
        if (hand_out(set, on_arrival, aux)) {
            return 1;
        }
    }
    fake->time_ns = until_ns;
    return 0;
}

static int sync_stations(struct station_set *set, int64_t deadline_ns,
                         station_on_arrival *on_arrival, void *aux, struct base_error *error)
{
    struct fake_network *fake = set->fake;
    assert_true((uint64_t)deadline_ns > fake->time_ns);
    for (size_t i = 0; i < fake->n_held; i++) {
        send_now(fake, fake->held[i].host, fake->held[i].bytes, fake->held[i].n_bytes);
        free(fake->held[i].bytes);
    }
    fake->n_held = 0;
    return receive(set, 0, on_arrival, aux, error);
}

static uint64_t drops(struct station_set *set, size_t station)
{
    return fake_network_meets(set->fake, FAKE_DROPS_FRAMES, NULL, name_of(set, station)) ? 3 : 0;
}

static struct station_swallowed swallowed(const struct station_set *set, size_t station)
{
    return set->swallowed[station];
}

static struct station_machine machine(const struct station_set *set)
{
    return (struct station_machine){.n_lost = set->fake->n_lost < set->fake->lost_here
                                                  ? set->fake->n_lost
                                                  : set->fake->lost_here,
                                    .waited_ns = set->fake->time_ns * set->fake->busy / 100,
                                    .stalled_ns = set->fake->time_ns * set->fake->stalled / 100};
}

static void close_set(struct station_set *set)
{
    set->fake->n_open--;
    free(set);
}

void fake_stations_attach(struct fake_network *fake)
{
    fake->world.station_open = open_set;
    fake->world.station_start = start;
    fake->world.station_problem = problem;
    fake->world.station_address = address;
    fake->world.station_mtu = mtu;
    fake->world.station_unconfined = unconfined;
    fake->world.station_send = send_frame;
    fake->world.station_receive = receive;
    fake->world.station_sync = sync_stations;
    fake->world.station_drops = drops;
    fake->world.station_swallowed = swallowed;
    fake->world.station_machine = machine;
    fake->world.station_close = close_set;
}
