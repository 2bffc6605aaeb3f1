/* SPDX-License-Identifier: Apache-2.0 */
#include "run/probing.h"

#include "frame/parse.h"
#include "frame/text.h"

#include <stdlib.h>
#include <sys/random.h>

static const uint64_t ns_in_ms = 1000000;

static uint64_t now_ns(const struct run_probing *probing)
{
    return probing->stations->world->now_ns(probing->stations->world);
}

static uint64_t wall_ns(const struct run_probing *probing)
{
    return probing->stations->world->wall_ns(probing->stations->world);
}

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
    probing->sent_ns = calloc(plan->n_probes + 1, sizeof *probing->sent_ns);
    probing->loads = calloc(plan->n_probes + 1, sizeof *probing->loads);
    if (!probing->sent_ns || !probing->loads) {
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

void run_probing_free(struct run_probing *probing)
{
    free(probing->sent_ns);
    free(probing->loads);
}

void run_probing_weigh(struct run_probing *probing, const struct path_network *tables)
{
    for (size_t p = 0; p < probing->plan->n_probes; p++) {
        const struct traffic_probe *probe = &probing->plan->probes[p];
        struct path_walk walk;
        path_follow_from(tables, probe->from, &probe->header, &walk);
        unsigned load = path_walk_load(&walk), expected = expected_load(probe);
        probing->loads[p] = walk.loops ? 0 : load > expected ? load : expected;
    }
}

static struct frame_mark mark_of(const struct run_probing *probing, size_t p)
{
    return (struct frame_mark){.number = (uint32_t)p,
                               .round = probing->round_number,
                               .kind = probing->plan->probes[p].sentinel ? FRAME_SENTINEL
                                                                         : FRAME_PROBE};
}

/* The bytes that must arrive if the probe's header has become `form`. */
static int build(const struct run_probing *probing, const struct frame_mark *mark,
                 const struct header *form, struct base_buffer *frame)
{
    const struct header *sent = &probing->plan->probes[mark->number].header;
    return frame_build(&probing->run, mark, sent, form, frame, NULL);
}

static bool same_frame(const struct run_probing *probing, const struct header *form,
                       const struct frame_mark *mark, const struct station_arrival *arrival)
{
    struct base_buffer expected = {0};
    bool same = build(probing, mark, form, &expected) == 0 &&
                expected.n_bytes == arrival->n_bytes &&
                memcmp(expected.data, arrival->bytes, expected.n_bytes) == 0;
    base_buffer_free(&expected);
    return same;
}

static void see_altered(const struct run_probing *probing, struct traffic_round *round,
                        const struct frame_mark *mark, size_t host, const struct header *form,
                        const struct station_arrival *arrival)
{
    struct base_buffer expected = {0}, text = {0};
    if (build(probing, mark, form, &expected) == 0) {
        frame_difference(expected.data, expected.n_bytes, arrival->bytes, arrival->n_bytes, &text);
    }
    traffic_round_see_altered(round, mark->number, host, base_buffer_text(&text));
    base_buffer_free(&expected);
    base_buffer_free(&text);
}

/* Of equal forms the one of which least has come. FORM_NONE: in none of them. */
static size_t find_form(const struct run_probing *probing, const struct traffic_round *round,
                        const struct traffic_expected_arrival *expected,
                        const struct frame_mark *mark, const struct station_arrival *arrival)
{
    const struct traffic_seen *seen = traffic_round_seen(round, mark->number, expected->host);
    size_t found = FORM_NONE;
    for (size_t i = 0; i < expected->n_as && i < TRAFFIC_FORMS_MAX; i++) {
        if ((found == FORM_NONE || seen->forms[i] < seen->forms[found]) &&
            same_frame(probing, &expected->as[i], mark, arrival)) {
            found = i;
        }
    }
    return found;
}

/* Where nothing is expected a copy in whatever form is one too many, and its
 * form is of no interest. */
static void see(struct run_probing *probing, struct traffic_round *round,
                const struct frame_mark *mark, size_t host, const struct station_arrival *arrival)
{
    const struct traffic_expected_arrival *expected =
        traffic_plan_arrival(&probing->plan->probes[mark->number], host);
    size_t form = expected ? find_form(probing, round, expected, mark, arrival) : 0;
    if (expected && round == probing->round &&
        traffic_seen_count(round, mark->number, host) <
            expected->copies * round->sent[mark->number]) {
        probing->n_came++;
    }
    if (form == FORM_NONE) {
        see_altered(probing, round, mark, host, &expected->as[0], arrival);
    } else {
        traffic_round_see(round, mark->number, host, form);
    }
}

/* A copy of an earlier round: it was not lost. */
static void on_late_copy(struct run_probing *probing, const struct frame_mark *mark, size_t host,
                         const struct station_arrival *arrival)
{
    probing->n_late++;
    probing->slowest_ns = RUN_SETTLE_MAX_MS * ns_in_ms;
    if (probing->previous && mark->round == (uint16_t)(probing->round_number - 1)) {
        see(probing, probing->previous, mark, host, arrival);
    }
}

static void keep(const struct run_probing *probing, size_t p, size_t host,
                 const struct frame_captured *frame)
{
    if (probing->frames) {
        run_frames_add(probing->frames, &(struct run_frame){.probe = p,
                                                            .host = host,
                                                            .round = probing->round_number,
                                                            .frame = *frame});
    }
}

/* A copy of a probe of this round. */
static void on_copy(struct run_probing *probing, const struct frame_mark *mark, size_t host,
                    const struct station_arrival *arrival)
{
    uint64_t sent_ns = probing->sent_ns[mark->number];
    uint64_t latency = arrival->time_ns > sent_ns ? arrival->time_ns - sent_ns : 0;
    probing->slowest_ns = latency > probing->slowest_ns ? latency : probing->slowest_ns;
    probing->last_ns = now_ns(probing);
    probing->n_arrived++;
    keep(probing, mark->number, host,
         &(struct frame_captured){.bytes = arrival->bytes,
                                  .n_bytes = arrival->n_bytes,
                                  .n_wire_bytes = arrival->wire_bytes,
                                  .time_ns = arrival->time_ns,
                                  .direction = FRAME_INBOUND});
    see(probing, probing->round, mark, host, arrival);
}

static bool is_reply(const struct run_probing *probing, const struct frame_mark *mark,
                     const struct station_arrival *arrival)
{
    struct header header;
    return frame_parse(arrival->bytes, arrival->n_bytes, 0, &header) &&
           frame_is_echo_reply(&probing->plan->probes[mark->number].header, &header);
}

static bool on_arrival(void *aux, const struct station_arrival *arrival)
{
    struct run_probing *probing = aux;
    struct frame_mark mark;
    size_t host = probing->stations->host_of[arrival->station];
    probing->round->hosts[host].arrived_bytes += arrival->wire_bytes;
    enum frame_sight sight =
        frame_recognize(&probing->run, arrival->bytes, arrival->n_bytes, &mark);
    if (sight < FRAME_MARKED || mark.number >= probing->plan->n_probes) {
        probing->n_background++;
        probing->round->hosts[host].n_others++;
    } else if (sight == FRAME_QUOTED || is_reply(probing, &mark, arrival)) {
        probing->n_replies++;
    } else if (mark.round != probing->round_number) {
        on_late_copy(probing, &mark, host, arrival);
    } else {
        on_copy(probing, &mark, host, arrival);
    }
    return false;
}

static void await_arrivals(struct run_probing *probing, const struct traffic_probe *probe)
{
    for (size_t i = 0; i < probe->n_arrivals; i++) {
        if (probing->stations->captures[probe->arrivals[i].host]) {
            probing->n_awaited += probe->arrivals[i].copies;
        }
    }
}

/* A header of which no frame can be made is not sent, nor is one that the
 * station refuses; whoever needs it says that it was not sent. */
static void send_probe(struct run_probing *probing, size_t p)
{
    const struct traffic_probe *probe = &probing->plan->probes[p];
    struct frame_mark mark = mark_of(probing, p);
    struct base_buffer frame = {0};
    struct base_error problem;
    size_t station = probing->stations->station_of[probe->from];
    if (build(probing, &mark, &probe->header, &frame) == 0) {
        probing->sent_ns[p] = wall_ns(probing);
        if (probing->stations->world->station_send(probing->stations->set, station, frame.data,
                                                   frame.n_bytes, &problem) == 0) {
            probing->round->sent[p]++;
            probing->n_sent++;
            probing->round->hosts[probe->from].sent_bytes += frame.n_bytes;
            probing->last_ns = now_ns(probing);
            await_arrivals(probing, probe);
            keep(probing, p, probe->from,
                 &(struct frame_captured){.bytes = frame.data,
                                          .n_bytes = frame.n_bytes,
                                          .time_ns = probing->sent_ns[p],
                                          .direction = FRAME_OUTBOUND});
        } else if (!probing->stations->problems[probe->from]) {
            probing->stations->problems[probe->from] =
                base_arena_format(&probing->stations->arena, "cannot send: %s", problem.text);
        }
    }
    base_buffer_free(&frame);
}

static uint64_t settle_ns(const struct run_probing *probing)
{
    uint64_t ns = 4 * probing->slowest_ns;
    ns = ns > RUN_SETTLE_MS * ns_in_ms ? ns : RUN_SETTLE_MS * ns_in_ms;
    return ns < RUN_SETTLE_MAX_MS * ns_in_ms ? ns : RUN_SETTLE_MAX_MS * ns_in_ms;
}

/* Whether all that was sent so far, and must arrive, has arrived; but for what
 * an earlier window has waited for in vain. */
static bool window_complete(const struct run_probing *probing)
{
    return probing->n_awaited - probing->n_came <= probing->n_given_up;
}

static bool until_complete(void *aux, const struct station_arrival *arrival)
{
    return on_arrival(aux, arrival) || window_complete(aux);
}

/* False: no station captures any more; each one has its problem then. */
static bool receive_until(struct run_probing *probing, uint64_t deadline_ns,
                          station_on_arrival *handler)
{
    return probing->stations->world->station_receive(probing->stations->set, (int64_t)deadline_ns,
                                                     handler, probing, NULL) >= 0;
}

/* Until nothing of ours has come for one settling time; bounded, in case that
 * somebody sends our own frames back for ever. */
static void settle(struct run_probing *probing)
{
    uint64_t bound = now_ns(probing) + 4 * RUN_SETTLE_MAX_MS * ns_in_ms;
    uint64_t deadline = probing->last_ns + settle_ns(probing);
    while (now_ns(probing) < deadline && now_ns(probing) < bound &&
           receive_until(probing, deadline < bound ? deadline : bound, on_arrival)) {
        deadline = probing->last_ns + settle_ns(probing);
    }
    /* What came before the deadline may still be unread. */
    receive_until(probing, 0, on_arrival);
}

/* Stations behind a command have sent what they were given, and told what they
 * saw: then nothing is on the way but in the network. */
static void synchronize(struct run_probing *probing)
{
    probing->stations->world->station_sync(probing->stations->set,
                                           (int64_t)(now_ns(probing) + RUN_SYNC_MS * ns_in_ms),
                                           on_arrival, probing, NULL);
}

static void end_window(struct run_probing *probing)
{
    uint64_t wait_ms = probing->n_given_up > 0 ? RUN_WINDOW_LOST_MS : RUN_WINDOW_MS;
    receive_until(probing, 0, on_arrival);
    if (!window_complete(probing)) {
        synchronize(probing);
    }
    if (!window_complete(probing)) {
        receive_until(probing, now_ns(probing) + wait_ms * ns_in_ms, until_complete);
    }
    probing->n_given_up = probing->n_awaited - probing->n_came;
}

static void send_all(struct run_probing *probing, unsigned repeats)
{
    size_t in_flight = 0;
    for (unsigned repeat = 0; repeat < repeats; repeat++) {
        for (size_t p = 0; p < probing->plan->n_probes; p++) {
            if (probing->loads[p] == 0) {
                continue;
            }
            if (in_flight > 0 && in_flight + probing->loads[p] > RUN_WINDOW) {
                end_window(probing);
                in_flight = 0;
            }
            send_probe(probing, p);
            in_flight += probing->loads[p];
        }
    }
    end_window(probing);
}

void run_probing_round(struct run_probing *probing, struct traffic_round *round, unsigned repeats)
{
    const struct run_world *world = probing->stations->world;
    uint64_t start_ns = now_ns(probing);
    probing->round = round;
    probing->round_number++;
    probing->n_awaited = probing->n_came = probing->n_given_up = 0;
    send_all(probing, repeats);
    synchronize(probing);
    probing->last_ns = now_ns(probing); /* by now everything has been sent, wherever */
    probing->probe_ms += run_ms_since(world, start_ns);
    start_ns = now_ns(probing);
    settle(probing);
    synchronize(probing);
    probing->settle_ms += run_ms_since(world, start_ns);
    run_stations_check_drops(probing->stations);
}

/* One frame, sent by a switch. */
static void shoot(struct run_probing *probing, struct run_network *network,
                  struct traffic_shot *shot)
{
    struct frame_mark mark = mark_of(probing, shot->probe);
    struct base_buffer frame = {0};
    if (build(probing, &mark, &shot->header, &frame) == 0 &&
        run_network_send(network, shot->by, frame.data, frame.n_bytes, NULL) == 0) {
        probing->sent_ns[shot->probe] = wall_ns(probing);
        probing->round->sent[shot->probe]++;
        probing->n_awaited++;
        shot->sent++;
    }
    base_buffer_free(&frame);
}

static int shoot_depth(struct run_probing *probing, struct run_network *network,
                       struct traffic_shot *shots, size_t n_shots, unsigned depth,
                       struct base_error *error)
{
    for (size_t i = 0; i < n_shots; i++) {
        for (unsigned n = 0; shots[i].depth == depth && n < RUN_SHOTS; n++) {
            shoot(probing, network, &shots[i]);
        }
        if (shots[i].depth == depth) {
            if (run_network_flush(network, error) < 0) {
                return -1;
            }
            end_window(probing);
        }
    }
    probing->last_ns = now_ns(probing);
    settle(probing);
    for (size_t i = 0; i < n_shots; i++) {
        if (shots[i].depth == depth) {
            shots[i].good = traffic_round_seen(probing->round, shots[i].probe, shots[i].to)->copies;
        }
    }
    return 0;
}

int run_probing_shoot(struct run_probing *probing, struct run_network *network,
                      struct traffic_shot *shots, size_t n_shots, struct base_error *error)
{
    struct traffic_round *before = probing->round;
    probing->previous = NULL;
    unsigned deepest = 0;
    int status = 0;
    for (size_t i = 0; i < n_shots; i++) {
        deepest = shots[i].depth > deepest ? shots[i].depth : deepest;
    }
    for (unsigned depth = 1; status == 0 && depth <= deepest; depth++) {
        struct traffic_round round;
        if (traffic_round_init(&round, probing->plan, before->captures, before->n_hosts) < 0) {
            return base_fail(error, "out of memory");
        }
        probing->round = &round;
        probing->round_number++;
        probing->n_awaited = probing->n_came = probing->n_given_up = 0;
        status = shoot_depth(probing, network, shots, n_shots, depth, error);
        traffic_round_free(&round);
    }
    probing->round = before;
    return status;
}

void run_probing_drain(struct run_probing *probing, unsigned ms)
{
    receive_until(probing, now_ns(probing) + ms * ns_in_ms, on_arrival);
    synchronize(probing);
}
