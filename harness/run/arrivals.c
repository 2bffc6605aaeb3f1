/* SPDX-License-Identifier: Apache-2.0
 *
 * What is this captured frame, and to which probe and round does it count? */
#include "frame/difference.h"
#include "frame/parse.h"
#include "run/inside.h"

static const uint64_t ns_in_ms = 1000000;

struct frame_mark run_probing_mark(const struct run_probing *probing, size_t p)
{
    return (struct frame_mark){.number = (uint32_t)p,
                               .round = probing->round_number,
                               .kind = probing->plan->probes[p].sentinel ? FRAME_SENTINEL
                                                                         : FRAME_PROBE};
}

int run_probing_build(const struct run_probing *probing, const struct frame_mark *mark,
                      const struct header *form, struct base_buffer *frame)
{
    const struct traffic_probe *probe = &probing->plan->probes[mark->number];
    return frame_build_shaped(&probing->run, mark, &probe->header, form, &probe->shape, frame,
                              NULL);
}

void run_probing_keep(const struct run_probing *probing, size_t p, size_t host,
                      const struct frame_captured *frame)
{
    if (probing->frames) {
        run_frames_add(probing->frames, &(struct run_frame){.probe = p,
                                                            .host = host,
                                                            .round = probing->round_number,
                                                            .frame = *frame});
    }
}

/* Of a long frame only the beginning is captured, and its length. */
static bool same_frame(const struct run_probing *probing, const struct header *form,
                       const struct frame_mark *mark, const struct station_arrival *arrival)
{
    struct base_buffer expected = {0};
    bool same = run_probing_build(probing, mark, form, &expected) == 0 &&
                expected.n_bytes == arrival->wire_bytes &&
                memcmp(expected.data, arrival->bytes, arrival->n_bytes) == 0;
    base_buffer_free(&expected);
    return same;
}

static void see_altered(const struct run_probing *probing, struct traffic_round *round,
                        const struct frame_mark *mark, size_t host, const struct header *form,
                        const struct station_arrival *arrival)
{
    struct base_buffer expected = {0}, text = {0};
    if (run_probing_build(probing, mark, form, &expected) == 0) {
        size_t cut = arrival->wire_bytes - arrival->n_bytes;
        frame_difference(expected.data, expected.n_bytes > cut ? expected.n_bytes - cut : 0,
                         arrival->bytes, arrival->n_bytes, &text);
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
    const struct traffic_probe *probe = &probing->plan->probes[mark->number];
    const struct traffic_expected_arrival *expected = traffic_plan_arrival(probe, host);
    size_t form = expected && expected->as ? find_form(probing, round, expected, mark, arrival) : 0;
    if (expected && (expected->copies > 0 || probe->n_ways > 0) && round == probing->round &&
        probing->awaited[mark->number] > 0) {
        probing->awaited[mark->number]--;
        probing->n_awaited--;
        probing->n_trusted -= !probing->given_up[mark->number];
    }
    if (form == FORM_NONE) {
        see_altered(probing, round, mark, host, &expected->as[0], arrival);
    } else {
        traffic_round_see(round, mark->number, host, form);
    }
}

/* The round under way, or an earlier one; NULL: of this one no copies are judged. */
static struct traffic_round *find_round(const struct run_probing *probing, uint16_t number)
{
    return number == probing->round->number             ? probing->round
           : number >= 1 && number <= probing->n_rounds ? probing->rounds[number - 1]
                                                        : NULL;
}

static uint64_t latency_ns(const struct traffic_round *round, const struct frame_mark *mark,
                           uint64_t time_ns)
{
    uint64_t sent_ns = round->sent_ns[mark->number];
    return time_ns > sent_ns ? time_ns - sent_ns : 0;
}

/* A copy of a round that is over: it was not lost. */
static void on_late_copy(struct run_probing *probing, struct traffic_round *round,
                         const struct frame_mark *mark, size_t host,
                         const struct station_arrival *arrival, uint64_t time_ns)
{
    uint64_t latency = latency_ns(round, mark, time_ns);
    probing->n_late++;
    probing->slowest_ns = RUN_SETTLE_MAX_MS * ns_in_ms;
    see(probing, round, mark, host, arrival);
    if (latency >= RUN_LATE_MS * ns_in_ms) {
        traffic_round_see_late(round, mark->number, host, latency);
    }
}

/* Whether it is not known exactly when a copy was sent, or came. */
static bool is_far(const struct run_probing *probing, size_t p, size_t host)
{
    const bool *is_far = probing->stations->is_far;
    return is_far[host] || is_far[probing->plan->probes[p].from];
}

/* A copy of a probe of this round. */
static void on_copy(struct run_probing *probing, const struct frame_mark *mark, size_t host,
                    const struct station_arrival *arrival, uint64_t time_ns)
{
    uint64_t latency = latency_ns(probing->round, mark, time_ns);
    probing->slowest_ns = latency > probing->slowest_ns ? latency : probing->slowest_ns;
    probing->last_ns = run_probing_now_ns(probing);
    probing->n_arrived++;
    probing->n_copies++;
    run_probing_keep(probing, mark->number, host,
                     &(struct frame_captured){.bytes = arrival->bytes,
                                              .n_bytes = arrival->n_bytes,
                                              .n_wire_bytes = arrival->wire_bytes,
                                              .time_ns = arrival->time_ns,
                                              .direction = FRAME_INBOUND});
    see(probing, probing->round, mark, host, arrival);
    if (!is_far(probing, mark->number, host)) {
        traffic_round_see_time(probing->round, mark->number, host, time_ns);
    }
    if (probing->shoots && latency >= RUN_LATE_MS * ns_in_ms) {
        traffic_round_see_late(probing->round, mark->number, host, latency);
    }
}

static bool is_reply(const struct run_probing *probing, const struct frame_mark *mark,
                     const struct station_arrival *arrival)
{
    struct header header;
    return frame_parse_cut(arrival->bytes, arrival->n_bytes, arrival->wire_bytes, 0, &header) &&
           frame_is_answer(&probing->plan->probes[mark->number].header, &header);
}

/* What was said to another host in this round so that switches learn came there. */
static void on_speech(struct run_probing *probing, const struct frame_mark *mark, size_t host)
{
    const struct traffic_plan *plan = probing->plan;
    probing->n_replies++;
    if (mark->number < plan->n_speeches && mark->round == probing->round_number &&
        memcmp(plan->speeches[mark->number].header.dl_dst, probing->topology->hosts[host].mac,
               BASE_MAC_BYTES) == 0) {
        probing->heard[mark->number] = true;
    }
}

bool run_probing_arrival(void *aux, const struct station_arrival *arrival)
{
    struct run_probing *probing = aux;
    struct frame_mark mark;
    size_t host = probing->stations->host_of[arrival->station];
    probing->round->hosts[host].arrived_bytes += arrival->wire_bytes;
    enum frame_sight sight =
        frame_recognize(&probing->run, arrival->bytes, arrival->n_bytes, &mark);
    if (sight >= FRAME_MARKED && mark.kind == FRAME_SPEECH) {
        on_speech(probing, &mark, host);
        return false;
    }
    if (sight < FRAME_MARKED || mark.number >= probing->plan->n_probes) {
        probing->n_background++;
        probing->round->hosts[host].n_others++;
        return false;
    }
    struct traffic_round *round = find_round(probing, mark.round);
    uint64_t time_ns = run_probing_time_ns(probing, arrival->time_ns);
    if (sight == FRAME_QUOTED || is_reply(probing, &mark, arrival)) {
        probing->n_replies++;
    } else if (!round) {
        probing->n_arrived++;
    } else if (round->over_ns > 0 && time_ns > round->over_ns) {
        on_late_copy(probing, round, &mark, host, arrival, time_ns);
    } else if (round != probing->round) {
        /* It came in time, and was read late. */
        see(probing, round, &mark, host, arrival);
    } else {
        on_copy(probing, &mark, host, arrival, time_ns);
    }
    return false;
}
