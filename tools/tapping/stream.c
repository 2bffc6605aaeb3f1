/* SPDX-License-Identifier: Apache-2.0
 *
 * Where did each frame arrive? Sends them, and looks at every place. */
#include "tapping/stream.h"

#include "frame/difference.h"
#include "frame/parse.h"
#include "frame/probe.h"
#include "tapping/describe.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static const uint64_t ns_in_ms = 1000000;

enum {
    SLICE_MS = 50,    /* how long a signal may wait */
    SETTLE_MS = 100,  /* a frame may take so long to where it must not come */
    SYNC_MS = 2000,   /* stations behind a command */
    SENDER = 1 << 16, /* of the bits of a choice: beside the roles */
};

static uint64_t now_ns(void)
{
    return (uint64_t)station_now_ns();
}

/* The roles of all hosts by the command line: what is named first, then the
 * lists "all", which leave out hosts that have a role. */
static int choose_places(const struct tapping_stream *stream, unsigned *chosen,
                         struct base_error *error)
{
    const struct tapping_options *options = stream->options;
    bool captured = !options->echo && stream->form->to != HOST_NONE;
    const struct {
        const char *list;
        unsigned role;
    } lists[] = {
        {captured ? stream->lab->topology->hosts[stream->form->to].name : NULL, TAPPING_DELIVERED},
        {options->mirrored, TAPPING_MIRRORED},
        {options->isolated, TAPPING_ISOLATED},
        {options->watch, TAPPING_WATCHED},
    };
    enum { N_LISTS = sizeof lists / sizeof *lists };
    for (size_t i = 0; i < (size_t)2 * N_LISTS; i++) {
        const char *list = lists[i % N_LISTS].list;
        bool is_all = list && strcmp(list, "all") == 0;
        if (list && is_all == (i >= N_LISTS) &&
            stations_lab_choose(stream->lab, list, lists[i % N_LISTS].role, chosen, error) < 0) {
            return -1;
        }
    }
    return 0;
}

static int check_places(const struct tapping_stream *stream, const unsigned *chosen,
                        struct base_error *error)
{
    const struct topology *topology = stream->lab->topology;
    bool any = stream->options->echo;
    for (size_t host = 0; host < topology->n_hosts; host++) {
        any |= chosen[host] != 0;
        if ((chosen[host] & TAPPING_ISOLATED) && (chosen[host] & TAPPING_MUST_COME)) {
            return base_fail(error, "frames must arrive at %s, and must not (--isolated)",
                             topology->hosts[host].name);
        }
    }
    return any ? 0
               : base_fail(error,
                           "no host captures the frames to %s: it is no host of %s (--echo, or "
                           "--watch all)",
                           stream->options->to, topology->file);
}

static int choose(const struct tapping_stream *stream, unsigned *chosen, struct base_error *error)
{
    const char *from = stream->lab->topology->hosts[stream->form->from].name;
    return choose_places(stream, chosen, error) < 0 || check_places(stream, chosen, error) < 0
               ? -1
               : stations_lab_choose(stream->lab, from, SENDER, chosen, error);
}

static enum tapping_role role_of(unsigned chosen)
{
    return chosen & TAPPING_DELIVERED  ? TAPPING_DELIVERED
           : chosen & TAPPING_MIRRORED ? TAPPING_MIRRORED
           : chosen & TAPPING_ISOLATED ? TAPPING_ISOLATED
                                       : TAPPING_WATCHED;
}

static int make_places(struct tapping_stream *stream, const unsigned *chosen,
                       struct base_error *error)
{
    const struct topology *topology = stream->lab->topology;
    size_t n = 0;
    stream->places = calloc(topology->n_hosts + 1, sizeof *stream->places);
    stream->place_of = calloc(topology->n_hosts + 1, sizeof *stream->place_of);
    if (!stream->places || !stream->place_of) {
        return base_fail(error, "out of memory");
    }
    stream->answers = PLACE_NONE;
    if (stream->options->echo) {
        stream->answers = n;
        stream->places[n++] =
            (struct tapping_place){.name = stream->options->to, .role = TAPPING_ANSWERED};
    }
    for (size_t host = 0; host < topology->n_hosts; host++) {
        bool is_place = chosen[host] & ~(unsigned)SENDER;
        stream->place_of[host] = is_place ? n : PLACE_NONE;
        if (is_place) {
            stream->places[n++] = (struct tapping_place){.name = topology->hosts[host].name,
                                                         .role = role_of(chosen[host])};
        }
    }
    return tapping_tally_init(&stream->tally, stream->places, n, error);
}

/* An ARP answer does not say which request it is for: one is under way at a time. */
static void set_pace(struct tapping_stream *stream)
{
    bool alone = stream->options->echo && stream->form->header.dl_type == DL_TYPE_ARP;
    stream->flight_ns = alone ? stream->options->timeout_ns : TAPPING_FLIGHT_NS;
    stream->pace = (struct tapping_pace){.interval_ns = stream->options->interval_ns,
                                         .window = alone ? 1 : STATION_WINDOW_FRAMES};
}

static int build(struct tapping_stream *stream, uint64_t number, struct base_error *error)
{
    struct frame_mark mark = {
        .number = (uint32_t)number, .round = (uint16_t)(number >> 32), .kind = FRAME_PROBE};
    const struct header *header = &stream->form->header;
    size_t n_bytes = stream->options->size, tag_bytes = header->vlan_tci ? 4 : 0;
    struct frame_shape shape = {.n_bytes =
                                    (uint16_t)(n_bytes > tag_bytes ? n_bytes - tag_bytes : 0),
                                .arp_sha = stream->form->arp_sha};
    stream->frame.n_bytes = 0;
    return frame_build_shaped(&stream->run, &mark, header, header, &shape, &stream->frame, error);
}

int tapping_stream_open(struct tapping_stream *stream, bool *usage, struct base_error *error)
{
    unsigned *chosen = calloc(stream->lab->topology->n_hosts + 1, sizeof *chosen);
    int status = chosen ? 0 : base_fail(error, "out of memory");
    *usage = false;
    if (status == 0 && getrandom(&stream->run, sizeof stream->run, 0) != sizeof stream->run) {
        status = base_fail(error, "no random numbers for the marks of the frames");
    }
    if (status == 0) {
        set_pace(stream);
        status = choose(stream, chosen, error) < 0 ? -1 : build(stream, 0, error);
        *usage = status < 0;
    }
    if (status == 0) {
        status = make_places(stream, chosen, error);
    }
    if (status == 0) {
        status = stations_lab_open(stream->lab, chosen, error);
    }
    free(chosen);
    return status;
}

void tapping_stream_describe(const struct tapping_stream *stream, struct base_buffer *out)
{
    tapping_describe(stream->frame.data, stream->frame.n_bytes, out);
}

static void print_line(struct tapping_stream *stream, size_t place, enum tapping_sight sight,
                       uint64_t number, uint64_t latency_ns, const struct station_arrival *arrival,
                       bool altered)
{
    struct base_buffer note = {0};
    if (altered) {
        frame_difference(stream->frame.data, stream->frame.n_bytes, arrival->bytes,
                         arrival->n_bytes, &note);
    }
    stream->text.n_bytes = 0;
    tapping_report_line(&stream->places[place], sight, number, latency_ns, arrival->wire_bytes,
                        base_buffer_text(&note), &stream->text);
    fputs(base_buffer_text(&stream->text), stream->lines);
    base_buffer_free(&note);
}

/* A copy must be what was sent, byte for byte, as far as it was captured. */
static bool is_altered(struct tapping_stream *stream, uint64_t number,
                       const struct station_arrival *arrival)
{
    return build(stream, number, NULL) == 0 &&
           (stream->frame.n_bytes != arrival->wire_bytes ||
            memcmp(stream->frame.data, arrival->bytes, arrival->n_bytes) != 0);
}

static void count(struct tapping_stream *stream, size_t place, uint64_t number,
                  const struct station_arrival *arrival)
{
    uint64_t latency_ns;
    bool altered = place != stream->answers && is_altered(stream, number, arrival);
    enum tapping_sight sight =
        tapping_tally_arrive(&stream->tally, place, number, arrival->time_ns, altered, &latency_ns);
    if (stream->lines && sight != TAPPING_UNSENT) {
        print_line(stream, place, sight, number, latency_ns, arrival, altered);
    }
}

/* The answer of a kernel to an ARP request of ours carries no mark. */
static bool is_arp_answer(const struct tapping_stream *stream, const struct header *arrived)
{
    enum { ARP_REPLY = 2 };
    const struct header *sent = &stream->form->header;
    return sent->dl_type == DL_TYPE_ARP && arrived->dl_type == DL_TYPE_ARP &&
           arrived->nw_proto == ARP_REPLY && arrived->nw_src == sent->nw_dst &&
           arrived->nw_dst == sent->nw_src &&
           memcmp(arrived->dl_dst, sent->dl_src, sizeof sent->dl_src) == 0;
}

/* At the sender, where answers are waited for. True: this is one. */
static bool take_answer(struct tapping_stream *stream, const struct station_arrival *arrival,
                        bool marked, uint64_t number)
{
    struct header arrived;
    frame_parse(arrival->bytes, arrival->n_bytes, 0, &arrived);
    if (marked && frame_is_echo_reply(&stream->form->header, &arrived)) {
        count(stream, stream->answers, number, arrival);
        return true;
    }
    if (!marked && stream->tally.n_sent > 0 && is_arp_answer(stream, &arrived)) {
        count(stream, stream->answers, stream->tally.n_sent - 1, arrival);
        return true;
    }
    return false;
}

/* Whether it carries the mark of a frame of ours: a copy, or an answer of a
 * kernel. What was cut by the capture cannot be parsed to where its mark is. */
static bool is_ours(const struct tapping_stream *stream, const struct station_arrival *arrival,
                    uint64_t *number)
{
    struct frame_mark mark;
    enum frame_sight sight = frame_recognize(&stream->run, arrival->bytes, arrival->n_bytes, &mark);
    bool is_cut = arrival->wire_bytes > arrival->n_bytes;
    if (sight != FRAME_MARKED && !(sight == FRAME_DISPLACED && is_cut)) {
        return false;
    }
    *number = (uint64_t)mark.round << 32 | mark.number;
    return true;
}

static bool is_echo_reply(const struct tapping_stream *stream,
                          const struct station_arrival *arrival)
{
    struct header arrived;
    return frame_parse(arrival->bytes, arrival->n_bytes, 0, &arrived) &&
           frame_is_echo_reply(&stream->form->header, &arrived);
}

/* True: a frame that was waited for has come, and the next one can go. */
static bool on_arrival(void *aux, const struct station_arrival *arrival)
{
    struct tapping_stream *stream = aux;
    size_t host = stream->lab->host_of[arrival->station], place = stream->place_of[host];
    uint64_t number = 0;
    bool ours = is_ours(stream, arrival, &number);
    bool answered = stream->answers != PLACE_NONE && host == stream->form->from &&
                    take_answer(stream, arrival, ours, number);
    if (!answered && ours && place != PLACE_NONE && !is_echo_reply(stream, arrival)) {
        count(stream, place, number, arrival);
    }
    return stream->held && stream->tally.n_flying < stream->pace.window;
}

static bool has_problem(const struct tapping_stream *stream)
{
    return *stream->problem.text;
}

static void receive_until(struct tapping_stream *stream, uint64_t deadline_ns)
{
    if (station_receive(stream->lab->set, (int64_t)deadline_ns, on_arrival, stream,
                        &stream->problem) < 0) {
        return;
    }
    tapping_tally_land(&stream->tally, now_ns() - stream->flight_ns);
}

static void synchronize(struct tapping_stream *stream)
{
    int64_t deadline_ns = station_now_ns() + SYNC_MS * (int64_t)ns_in_ms;
    station_sync(stream->lab->set, deadline_ns, on_arrival, stream, &stream->problem);
}

static void send_one(struct tapping_stream *stream)
{
    size_t station = stream->lab->station_of[stream->form->from];
    if (build(stream, stream->tally.n_sent, &stream->problem) < 0) {
        return;
    }
    uint64_t sent_now_ns = now_ns(), sent_wall_ns = base_wall_ns();
    if (station_send(stream->lab->set, station, stream->frame.data, stream->frame.n_bytes,
                     &stream->problem) < 0) {
        base_fail_in(&stream->problem, "%s", stream->options->from);
        return;
    }
    tapping_tally_send(&stream->tally, sent_now_ns, sent_wall_ns);
    tapping_pace_sent(&stream->pace, sent_now_ns);
}

static bool has_sent_all(const struct tapping_stream *stream, uint64_t start_ns)
{
    const struct tapping_options *options = stream->options;
    return (options->count > 0 && stream->tally.n_sent == options->count) ||
           (options->duration_ns > 0 && now_ns() - start_ns >= options->duration_ns);
}

static bool is_any_failed(struct tapping_stream *stream)
{
    if (stream->lines && ferror(stream->lines) && !has_problem(stream)) {
        base_fail(&stream->problem, "cannot write to stdout");
    }
    for (size_t i = 0; i < stream->lab->n_stations; i++) {
        const char *problem = station_problem(stream->lab->set, i);
        if (problem && !has_problem(stream)) {
            base_fail(&stream->problem, "%s: %s",
                      stream->lab->topology->hosts[stream->lab->host_of[i]].name, problem);
        }
    }
    return has_problem(stream);
}

/* When there is something to do at the latest, if nothing arrives. */
static uint64_t next_deadline(const struct tapping_stream *stream, uint64_t start_ns)
{
    uint64_t now = now_ns(), deadline = now + SLICE_MS * ns_in_ms;
    uint64_t end = start_ns + stream->options->duration_ns;
    if (stream->held) {
        deadline = now + ns_in_ms;
    } else if (stream->pace.next_ns < deadline) {
        deadline = stream->pace.next_ns;
    }
    return stream->options->duration_ns > 0 && end < deadline ? end : deadline;
}

static void send_all(struct tapping_stream *stream)
{
    uint64_t start_ns = now_ns();
    while (!*stream->stop && !has_sent_all(stream, start_ns) && !is_any_failed(stream)) {
        while (!has_problem(stream) && !has_sent_all(stream, start_ns) &&
               tapping_pace_may_send(&stream->pace, now_ns(), stream->tally.n_flying)) {
            send_one(stream);
        }
        if (!has_sent_all(stream, start_ns)) {
            stream->held = stream->tally.n_flying >= stream->pace.window;
            receive_until(stream, next_deadline(stream, start_ns));
        }
    }
    stream->held = false;
    stream->duration_ns = now_ns() - start_ns;
}

/* Whether it must be shown somewhere that nothing more comes. */
static bool is_absence_shown(const struct tapping_stream *stream)
{
    for (size_t i = 0; i < stream->tally.n_places; i++) {
        if (!(stream->places[i].role & TAPPING_MUST_COME)) {
            return true;
        }
    }
    return false;
}

/* What has to come may take the timeout; where nothing must come, and for
 * duplicates, one settling time is waited for, from when all had been sent. */
static void wait_for_rest(struct tapping_stream *stream)
{
    uint64_t sent_ns = now_ns(), settled_ns = sent_ns + SETTLE_MS * ns_in_ms;
    uint64_t end_ns = sent_ns + stream->options->timeout_ns;
    bool settle = is_absence_shown(stream);
    while (*stream->stop < 2 && !is_any_failed(stream)) {
        uint64_t now = now_ns();
        bool complete = stream->tally.n_must == 0 ||
                        stream->tally.n_complete == stream->tally.n_sent || now >= end_ns;
        if (complete && (!settle || now >= settled_ns)) {
            return;
        }
        receive_until(stream, now + 5 * ns_in_ms);
    }
}

void tapping_stream_run(struct tapping_stream *stream)
{
    send_all(stream);
    if (!has_problem(stream)) {
        synchronize(stream);
        wait_for_rest(stream);
    }
    if (!has_problem(stream)) {
        synchronize(stream);
    }
    if (!has_problem(stream)) {
        stations_lab_check(stream->lab, &stream->problem);
    }
    tapping_tally_end(&stream->tally);
}

void tapping_stream_close(struct tapping_stream *stream)
{
    tapping_tally_free(&stream->tally);
    free(stream->places);
    free(stream->place_of);
    base_buffer_free(&stream->frame);
    base_buffer_free(&stream->text);
}
