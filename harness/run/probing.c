/* SPDX-License-Identifier: Apache-2.0
 *
 * When is each probe sent, and how long is it waited for? */
#include "run/probing.h"

#include "base/memory.h"
#include "run/inside.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/random.h>

static const uint64_t ns_in_ms = 1000000;

static unsigned expected_load(const struct traffic_probe *probe)
{
    unsigned load = 1;
    for (size_t i = 0; i < probe->n_arrivals; i++) {
        load = probe->arrivals[i].copies > load ? probe->arrivals[i].copies : load;
    }
    return load;
}

int run_probing_init(struct run_probing *probing, const struct traffic_plan *plan,
                     const struct topology *topology, struct run_stations *stations,
                     struct base_error *error)
{
    *probing = (struct run_probing){.plan = plan, .topology = topology, .stations = stations};
    probing->loads = base_calloc(plan->n_probes, sizeof *probing->loads);
    probing->touches = base_calloc(plan->n_probes, sizeof *probing->touches);
    probing->awaited = base_calloc(plan->n_probes, sizeof *probing->awaited);
    probing->given_up = base_calloc(plan->n_probes, sizeof *probing->given_up);
    probing->harms = base_calloc(plan->n_probes, sizeof *probing->harms);
    probing->heard = base_calloc(plan->n_speeches, sizeof *probing->heard);
    if (!probing->loads || !probing->touches || !probing->awaited || !probing->given_up ||
        !probing->harms || !probing->heard) {
        return base_fail(error, "out of memory");
    }
    for (size_t p = 0; p < plan->n_probes; p++) {
        probing->loads[p] = expected_load(&plan->probes[p]);
    }
    if (getrandom(&probing->run, sizeof probing->run, 0) != sizeof probing->run) {
        return base_fail(error, "no random numbers for the marks of the probes");
    }
    return 0;
}

void run_probing_limit(struct run_probing *probing, const struct lab *lab, uint64_t rate)
{
    rate = rate > 0 ? rate : lab ? lab->rate : 0;
    rate = rate > 0 ? rate : RUN_RATE;
    probing->gap_ns = rate == LAB_RATE_UNLIMITED ? 0 : 1000000000 / rate;
}

void run_probing_free(struct run_probing *probing)
{
    free(probing->loads);
    free(probing->touches);
    free(probing->awaited);
    free(probing->given_up);
    free(probing->harms);
    free(probing->heard);
}

static void weigh(struct run_probing *probing)
{
    const struct path_network *tables = probing->tables;
    for (size_t p = 0; p < probing->plan->n_probes; p++) {
        const struct traffic_probe *probe = &probing->plan->probes[p];
        struct path_walk walk;
        path_follow_from(tables, probe->from, &probe->header, &walk);
        unsigned load = path_walk_load(&walk), expected = expected_load(probe);
        probing->harms[p] =
            traffic_harm(probing->harmless, probe->from, &probe->header, &probing->touches[p]);
        probing->loads[p] = !walk.ends || probing->harms[p] ? 0 : load > expected ? load : expected;
    }
}

void run_probing_weigh(struct run_probing *probing, const struct path_network *tables,
                       const struct traffic_harmless *harmless)
{
    probing->tables = tables;
    probing->harmless = harmless;
    traffic_harmless_listen(harmless);
    weigh(probing);
}

void run_probing_await(struct run_probing *probing, size_t p, unsigned copies)
{
    probing->awaited[p] += copies;
    probing->n_awaited += copies;
    probing->n_trusted += probing->given_up[p] ? 0 : copies;
}

/* Copies that must come to hosts that capture, by each way that switches may choose. */
static unsigned certain_copies(const struct run_probing *probing, const struct traffic_probe *probe)
{
    unsigned least = UINT_MAX;
    size_t w = 0;
    do {
        unsigned n = 0;
        for (size_t i = 0; i < probe->n_arrivals; i++) {
            unsigned copies =
                probe->n_ways > 0 ? probe->ways[w].at[i].copies : probe->arrivals[i].copies;
            n += probing->stations->captures[probe->arrivals[i].host] ? copies : 0;
        }
        least = n < least ? n : least;
    } while (++w < probe->n_ways);
    return least;
}

/* A header of which no frame can be made is not sent, nor is one that the
 * station refuses; a claim that needs it says that it was not sent. */
static void send_probe(struct run_probing *probing, size_t p)
{
    const struct traffic_probe *probe = &probing->plan->probes[p];
    struct frame_mark mark = run_probing_mark(probing, p);
    struct base_buffer frame = {0};
    struct base_error problem;
    size_t station = probing->stations->station_of[probe->from];
    if (run_probing_build(probing, &mark, &probe->header, &frame) == 0) {
        uint64_t wall_ns = run_probing_wall_ns(probing), now_ns = run_probing_now_ns(probing);
        if (probing->stations->world->station_send(probing->stations->set, station, frame.data,
                                                   frame.n_bytes, &problem) == 0) {
            probing->round->sent[p]++;
            probing->round->sent_ns[p] = now_ns;
            probing->n_sent++;
            probing->n_told += probing->touches[p].controller;
            probing->n_missed += probing->touches[p].missed;
            probing->round->hosts[probe->from].sent_bytes += frame.n_bytes;
            probing->last_ns = run_probing_now_ns(probing);
            run_probing_await(probing, p, certain_copies(probing, probe));
            run_probing_keep(probing, p, probe->from,
                             &(struct frame_captured){.bytes = frame.data,
                                                      .n_bytes = frame.n_bytes,
                                                      .time_ns = wall_ns,
                                                      .direction = FRAME_OUTBOUND});
        } else if (!probing->stations->problems[probe->from]) {
            probing->stations->problems[probe->from] =
                base_arena_format(&probing->stations->arena, "cannot send: %s", problem.text);
        }
    }
    base_buffer_free(&frame);
}

/* Whether all that the window has sent, and must arrive, has arrived. */
static bool window_complete(const struct run_probing *probing)
{
    return probing->n_awaited == 0;
}

static bool trusted_complete(const struct run_probing *probing)
{
    return probing->n_trusted == 0;
}

static void give_up(struct run_probing *probing)
{
    for (size_t p = 0; p < probing->plan->n_probes && probing->n_awaited > 0; p++) {
        probing->given_up[p] |= probing->awaited[p] > 0;
        probing->n_awaited -= probing->awaited[p];
        probing->awaited[p] = 0;
    }
    probing->n_trusted = 0;
}

static bool until_trusted(void *aux, const struct station_arrival *arrival)
{
    return run_probing_arrival(aux, arrival) || trusted_complete(aux);
}

static bool until_complete(void *aux, const struct station_arrival *arrival)
{
    return run_probing_arrival(aux, arrival) || window_complete(aux);
}

/* For what came so far, whatever it is, there is time: while it is on the way, more frames might be
 * more than a switch holds. */
void run_probing_end_window(struct run_probing *probing)
{
    uint64_t start_ns = run_probing_now_ns(probing);
    run_probing_receive(probing, 0, run_probing_arrival);
    if (!window_complete(probing)) {
        run_probing_synchronize(probing);
    }
    if (!trusted_complete(probing)) {
        run_probing_receive(probing, start_ns + RUN_WINDOW_MS * ns_in_ms, until_trusted);
    }
    if (!window_complete(probing)) {
        run_probing_receive(probing, start_ns + RUN_WINDOW_LOST_MS * ns_in_ms, until_complete);
    }
    give_up(probing);
}

/* A bridge loop, say, that no table tells of. More frames would only make it worse. */
static bool is_storm(struct run_probing *probing)
{
    probing->storms |= probing->n_copies > RUN_STORM + RUN_STORM_LOADS * probing->n_loads;
    return probing->storms;
}

void run_probing_begin(struct run_probing *probing, struct traffic_round *round)
{
    probing->round = round;
    round->number = ++probing->round_number;
    give_up(probing);
    probing->n_loads = probing->n_copies = 0;
}

/* One more probe, unless it is not to be sent; before it, the window ends that it does not fit
 * into. */
static void send_in_window(struct run_probing *probing, size_t p, size_t *in_flight)
{
    if (probing->loads[p] == 0 || is_storm(probing)) {
        return;
    }
    if (*in_flight > 0 && *in_flight + probing->loads[p] > RUN_WINDOW) {
        run_probing_end_window(probing);
        *in_flight = 0;
    }
    run_probing_pace(probing);
    send_probe(probing, p);
    probing->n_loads += probing->loads[p];
    *in_flight += probing->loads[p];
}

static void send_all(struct run_probing *probing, unsigned repeats)
{
    size_t in_flight = 0;
    for (unsigned repeat = 0; repeat < repeats; repeat++) {
        for (size_t p = 0; p < probing->plan->n_probes; p++) {
            send_in_window(probing, p, &in_flight);
        }
    }
    run_probing_end_window(probing);
}

void run_probing_burst(struct run_probing *probing, struct traffic_round *round,
                       const unsigned *times)
{
    size_t in_flight = 0;
    run_probing_begin(probing, round);
    for (size_t p = 0; p < probing->plan->n_probes; p++) {
        for (unsigned n = 0; n < times[p]; n++) {
            send_in_window(probing, p, &in_flight);
        }
    }
    run_probing_end_window(probing);
    run_probing_synchronize(probing);
}

void run_probing_round(struct run_probing *probing, struct traffic_round *round, unsigned repeats)
{
    const struct run_world *world = probing->stations->world;
    uint64_t begin_ns = run_probing_now_ns(probing), start_ns = begin_ns;
    struct station_machine before = world->station_machine(probing->stations->set);
    run_probing_begin(probing, round);
    if (run_probing_speak(probing)) {
        weigh(probing);
    }
    send_all(probing, repeats);
    run_probing_synchronize(probing);
    probing->last_ns = run_probing_now_ns(probing); /* by now everything has been sent, wherever */
    probing->probe_ms += run_ms_since(world, start_ns);
    start_ns = run_probing_now_ns(probing);
    run_probing_settle(probing);
    run_probing_synchronize(probing);
    round->over_ns = run_probing_now_ns(probing);
    traffic_round_find_overtaken(round, probing->plan, RUN_LATE_MS * ns_in_ms);
    probing->settle_ms += run_ms_since(world, start_ns);
    struct station_machine after = world->station_machine(probing->stations->set);
    round->n_lost = station_machine_lost(&before, &after);
    round->waited_ns = after.waited_ns - before.waited_ns;
    uint64_t stalled_ns = after.stalled_ns - before.stalled_ns;
    bool is_stalled = stalled_ns * 2 > round->over_ns - begin_ns;
    round->stalled_ns = is_stalled ? RUN_LATE_MS * ns_in_ms + stalled_ns : 0;
    run_stations_check_drops(probing->stations);
}
