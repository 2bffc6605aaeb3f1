/* SPDX-License-Identifier: Apache-2.0 */
#include "run/probing.h"

#include "frame/parse.h"
#include "frame/text.h"
#include "run/clock.h"

#include <stdlib.h>
#include <sys/random.h>

static const uint64_t ns_in_ms = 1000000;

int run_probing_init(struct run_probing *probing, const struct judge_plan *plan,
                     const struct topology *topology, struct run_stations *stations,
                     struct base_error *error)
{
    *probing = (struct run_probing){.plan = plan, .topology = topology, .stations = stations};
    probing->sent_ns = calloc(plan->n_probes + 1, sizeof *probing->sent_ns);
    if (!probing->sent_ns) {
        return base_fail(error, "out of memory");
    }
    if (getrandom(&probing->run, sizeof probing->run, 0) != sizeof probing->run) {
        return base_fail(error, "no random numbers for the marks of the probes");
    }
    return 0;
}

void run_probing_free(struct run_probing *probing)
{
    free(probing->sent_ns);
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

static void describe_alteration(const struct run_probing *probing, const struct header *form,
                                const struct frame_mark *mark,
                                const struct station_arrival *arrival, struct base_buffer *text)
{
    struct base_buffer expected = {0};
    if (build(probing, mark, form, &expected) == 0) {
        frame_difference(expected.data, expected.n_bytes, arrival->bytes, arrival->n_bytes, text);
    }
    base_buffer_free(&expected);
}

/* Where nothing is expected a copy in whatever form is one too many, and its
 * form is of no interest. */
static void see(struct run_probing *probing, const struct frame_mark *mark, size_t host,
                const struct station_arrival *arrival)
{
    const struct judge_probe *probe = &probing->plan->probes[mark->number];
    const struct judge_expected_arrival *expected = NULL;
    for (size_t i = 0; i < probe->n_arrivals; i++) {
        if (probe->arrivals[i].host == host) {
            expected = &probe->arrivals[i];
        }
    }
    for (size_t i = 0; expected && i < expected->n_as; i++) {
        if (same_frame(probing, &expected->as[i], mark, arrival)) {
            expected = NULL;
        }
    }
    struct base_buffer text = {0};
    if (expected) {
        describe_alteration(probing, &expected->as[0], mark, arrival, &text);
    }
    judge_round_see(probing->round, mark->number, host, expected ? base_buffer_text(&text) : NULL);
    base_buffer_free(&text);
}

static void keep(const struct run_probing *probing, size_t p, size_t host,
                 const struct report_frame *frame)
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
    probing->last_ns = run_now_ns();
    probing->n_arrived++;
    keep(probing, mark->number, host,
         &(struct report_frame){.bytes = arrival->bytes,
                                .n_bytes = arrival->n_bytes,
                                .n_wire_bytes = arrival->wire_bytes,
                                .time_ns = arrival->time_ns,
                                .direction = REPORT_INBOUND});
    see(probing, mark, host, arrival);
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
    enum frame_sight sight =
        frame_recognize(&probing->run, arrival->bytes, arrival->n_bytes, &mark);
    if (sight < FRAME_MARKED || mark.number >= probing->plan->n_probes) {
        probing->n_background++;
    } else if (sight == FRAME_QUOTED || is_reply(probing, &mark, arrival)) {
        probing->n_replies++;
    } else if (mark.round != probing->round_number) {
        probing->n_late++;
        probing->slowest_ns = RUN_SETTLE_MAX_MS * ns_in_ms;
    } else {
        on_copy(probing, &mark, host, arrival);
    }
    return false;
}

/* A header of which no frame can be made is not sent, nor is one that the
 * station refuses; whoever needs it says that it was not sent. */
static void send_probe(struct run_probing *probing, size_t p)
{
    const struct judge_probe *probe = &probing->plan->probes[p];
    struct frame_mark mark = mark_of(probing, p);
    struct base_buffer frame = {0};
    struct base_error problem;
    size_t station = probing->stations->station_of[probe->from];
    if (build(probing, &mark, &probe->header, &frame) == 0) {
        probing->sent_ns[p] = run_wall_ns();
        if (station_send(probing->stations->set, station, frame.data, frame.n_bytes, &problem) ==
            0) {
            probing->round->sent[p] = true;
            probing->n_sent++;
            probing->last_ns = run_now_ns();
            keep(probing, p, probe->from,
                 &(struct report_frame){.bytes = frame.data,
                                        .n_bytes = frame.n_bytes,
                                        .time_ns = probing->sent_ns[p],
                                        .direction = REPORT_OUTBOUND});
        } else if (!probing->stations->problems[probe->from]) {
            probing->stations->problems[probe->from] =
                base_arena_format(&probing->stations->arena, "cannot send: %s", problem.text);
        }
    }
    base_buffer_free(&frame);
}

static size_t count_senders(const struct judge_plan *plan)
{
    size_t n = 0;
    for (size_t p = 0; p < plan->n_probes; p++) {
        n += p == 0 || plan->probes[p].from != plan->probes[p - 1].from;
    }
    return n;
}

/* How many frames each sender has in flight: all of them may go to the same
 * receiver. */
static size_t window_size(const struct run_probing *probing)
{
    size_t n_senders = count_senders(probing->plan);
    size_t n = n_senders ? STATION_UNREAD_FRAMES / 2 / n_senders : RUN_WINDOW;
    return n > RUN_WINDOW ? RUN_WINDOW : n ? n : 1;
}

/* Sends what belongs to this window: the probes of each sender in their
 * order, so many of each. True if there are more. */
static bool send_window(struct run_probing *probing, size_t window, size_t size)
{
    const struct judge_plan *plan = probing->plan;
    size_t number = 0;
    bool more = false;
    for (size_t p = 0; p < plan->n_probes; p++) {
        number = p > 0 && plan->probes[p].from == plan->probes[p - 1].from ? number + 1 : 0;
        if (number / size == window) {
            send_probe(probing, p);
        }
        more = more || number / size > window;
    }
    return more;
}

static uint64_t settle_ns(const struct run_probing *probing)
{
    uint64_t ns = 4 * probing->slowest_ns;
    ns = ns > RUN_SETTLE_MS * ns_in_ms ? ns : RUN_SETTLE_MS * ns_in_ms;
    return ns < RUN_SETTLE_MAX_MS * ns_in_ms ? ns : RUN_SETTLE_MAX_MS * ns_in_ms;
}

/* Whether all that was sent so far, and is expected to arrive, has arrived. */
static bool window_complete(const struct run_probing *probing)
{
    return judge_round_complete(probing->round, probing->plan);
}

static bool until_complete(void *aux, const struct station_arrival *arrival)
{
    return on_arrival(aux, arrival) || window_complete(aux);
}

/* False: no station captures any more; each one has its problem then. */
static bool receive_until(struct run_probing *probing, uint64_t deadline_ns,
                          station_on_arrival *handler)
{
    return station_receive(probing->stations->set, (int64_t)deadline_ns, handler, probing, NULL) >=
           0;
}

/* Until nothing of ours has come for one settling time; bounded, in case that
 * somebody sends our own frames back for ever. */
static void settle(struct run_probing *probing)
{
    uint64_t bound = run_now_ns() + 4 * RUN_SETTLE_MAX_MS * ns_in_ms;
    uint64_t deadline = probing->last_ns + settle_ns(probing);
    while (run_now_ns() < deadline && run_now_ns() < bound &&
           receive_until(probing, deadline < bound ? deadline : bound, on_arrival)) {
        deadline = probing->last_ns + settle_ns(probing);
    }
    /* What came before the deadline may still be unread. */
    receive_until(probing, 0, on_arrival);
}

void run_probing_round(struct run_probing *probing, struct judge_round *round)
{
    uint64_t start_ns = run_now_ns();
    bool more = true;
    size_t size = window_size(probing);
    probing->round = round;
    probing->round_number++;
    for (size_t window = 0; more; window++) {
        more = send_window(probing, window, size);
        if (!window_complete(probing)) {
            receive_until(probing, run_now_ns() + settle_ns(probing), until_complete);
        }
    }
    probing->probe_ms += run_ms_since(start_ns);
    start_ns = run_now_ns();
    settle(probing);
    probing->settle_ms += run_ms_since(start_ns);
    run_stations_check_drops(probing->stations);
}

void run_probing_drain(struct run_probing *probing, unsigned ms)
{
    receive_until(probing, run_now_ns() + ms * ns_in_ms, on_arrival);
}
