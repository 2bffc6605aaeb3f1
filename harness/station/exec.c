/* SPDX-License-Identifier: Apache-2.0
 *
 * How are frames sent and captured at a station behind a command? The near end
 * of station/wire.h; serve.c is the far end. */
#include "station/backend.h"
#include "station/command.h"
#include "station/wire.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
    PENDING_BYTES_MAX = 64 << 20, /* of arrivals that were not received yet */
};

struct remote {
    struct station_command command;
    bool greeted, opened;
    int64_t deadline_ns;         /* for it to be opened */
    struct base_buffer out;      /* not yet written */
    struct base_buffer in;       /* not yet taken apart */
    struct base_buffer arrivals; /* time_ns (64 bits), then an ARRIVAL message, each */
    size_t n_reported;           /* bytes of `arrivals` */
};

/* Starts the command. Not on a thread: all commands are started before any
 * local station opens the descriptors that they must not inherit. */
static int exec_prepare(struct station *station, struct base_error *error)
{
    struct remote *remote = station->state = calloc(1, sizeof *remote);
    if (!remote) {
        return base_fail(error, "no memory for a station");
    }
    return station_command_start(&remote->command, station->exec, "tapproof station", error);
}

/* The command has closed its output. */
static int fail_ended(const struct station *station, struct base_error *error)
{
    struct remote *remote = station->state;
    return station_command_fail(&remote->command, station->exec, error);
}

/* Text that came from there, for messages. */
static void quote(const void *bytes, size_t n_bytes, struct base_error *text)
{
    base_fail(text, "%.*s", (int)n_bytes, (const char *)bytes);
    station_wire_tame(text->text);
}

/* Shows its first line, such as a banner. */
static int fail_wrong_greeting(const struct station *station, struct base_error *error)
{
    const struct base_buffer *in = &((struct remote *)station->state)->in;
    const uint8_t *end = memchr(in->data, '\n', in->n_bytes);
    size_t n = end ? (size_t)(end - in->data) : in->n_bytes;
    struct base_error said;
    quote(in->data, n < 63 ? n : 63, &said);
    return base_fail(error, "%s says \"%s\" instead of \"%.*s\"", station->exec, said.text,
                     (int)strlen(STATION_WIRE_GREETING) - 1, STATION_WIRE_GREETING);
}

static int keep_arrival(struct remote *remote, struct base_reader body, struct base_error *error)
{
    if (base_reader_left(&body) < sizeof(uint32_t)) {
        return base_fail(error, "an arrival without a length came");
    }
    if (remote->arrivals.n_bytes > PENDING_BYTES_MAX) {
        return base_fail(error, "more than %d MiB of frames wait", PENDING_BYTES_MAX >> 20);
    }
    base_put_be64(&remote->arrivals, base_wall_ns());
    station_wire_put(&remote->arrivals, STATION_WIRE_ARRIVAL, body.at, base_reader_left(&body),
                     NULL, 0);
    return remote->arrivals.failed ? base_fail(error, "no memory for captured frames") : 0;
}

static int take_synced(struct station *station, struct base_reader body, struct base_error *error)
{
    station->drops = base_read_be64(&body);
    if (body.failed || station->n_asked == 0) {
        return base_fail(error, "%s sent %s", station->exec,
                         body.failed ? "half an answer" : "an answer that was not asked for");
    }
    if (base_reader_left(&body) >= 3 * sizeof(uint32_t)) { /* older ones do not say it */
        station->swallowed.n = base_read_be32(&body);
        station->swallowed.shortest_bytes = base_read_be32(&body);
        station->swallowed.longest_bytes = base_read_be32(&body);
    }
    station->n_asked--;
    return 0;
}

static int take_problem(const struct station *station, struct base_reader body,
                        struct base_error *error)
{
    struct base_error said;
    quote(body.at, base_reader_left(&body), &said);
    return said.text[0] ? base_fail(error, "%s", said.text)
                        : base_fail(error, "%s has given up, and not said why", station->exec);
}

/* Older ones say less. */
static void take_opened(struct station *station, struct base_reader body)
{
    static const uint8_t unknown[sizeof station->address];
    struct remote *remote = station->state;
    remote->opened = true;
    if (base_reader_left(&body) >= sizeof station->address) {
        memcpy(station->address, base_read_bytes(&body, sizeof station->address),
               sizeof station->address);
        station->has_address = memcmp(station->address, unknown, sizeof unknown) != 0;
    }
    station->mtu = base_reader_left(&body) >= sizeof(uint16_t) ? base_read_be16(&body) : 0;
    quote(body.at, base_reader_left(&body), &station->unconfined);
}

static int take_message(struct station *station, uint8_t type, struct base_reader body,
                        struct base_error *error)
{
    struct remote *remote = station->state;
    switch (type) {
    case STATION_WIRE_OPENED:
        take_opened(station, body);
        return 0;
    case STATION_WIRE_PROBLEM:
        return take_problem(station, body, error);
    case STATION_WIRE_ARRIVAL:
        return keep_arrival(remote, body, error);
    case STATION_WIRE_SYNCED:
        return take_synced(station, body, error);
    default:
        return base_fail(error, "%s sent a message of unknown type %u", station->exec, type);
    }
}

/* Takes apart what has come so far. */
static int take_messages(struct station *station, struct base_error *error)
{
    struct remote *remote = station->state;
    if (!remote->greeted && !station_wire_greet(&remote->in, &remote->greeted)) {
        return fail_wrong_greeting(station, error);
    }
    if (!remote->greeted) {
        return 0;
    }
    struct base_reader reader = base_reader_over(remote->in.data, remote->in.n_bytes), body;
    uint8_t type;
    while (station_wire_take(&reader, &type, &body)) {
        if (take_message(station, type, body, error)) {
            return -1;
        }
    }
    station_wire_drop(&remote->in, remote->in.n_bytes - base_reader_left(&reader));
    return 0;
}

/* Reads all that is there, without waiting. */
static int read_in(struct station *station, struct base_error *error)
{
    struct remote *remote = station->state;
    long n_read;
    while ((n_read = station_wire_read(remote->command.fd, &remote->in)) > 0) {
        if (take_messages(station, error)) {
            return -1;
        }
    }
    if (n_read == 0 || errno == ECONNRESET) {
        return fail_ended(station, error);
    }
    return errno == EAGAIN || errno == EINTR
               ? 0
               : base_fail(error, "%s: %s", station->exec, strerror(errno));
}

/* Writes what is taken, without waiting. */
static int write_out(struct station *station, struct base_error *error)
{
    struct remote *remote = station->state;
    size_t n_written = 0;
    int failed = 0;
    if (remote->out.failed) {
        return base_fail(error, "no memory for a message");
    }
    while (n_written < remote->out.n_bytes && !failed) {
        ssize_t n = send(remote->command.fd, remote->out.data + n_written,
                         remote->out.n_bytes - n_written, MSG_NOSIGNAL);
        n_written += n > 0 ? (size_t)n : 0;
        failed = n < 0 && errno != EINTR ? errno : 0;
    }
    station_wire_drop(&remote->out, n_written);
    station->unsent = remote->out.n_bytes > 0;
    switch (failed) {
    case 0:
    case EAGAIN:
        return 0;
    case EPIPE:
    case ECONNRESET: /* it may have said why before it ended */
        return read_in(station, error) ? -1 : fail_ended(station, error);
    default:
        return base_fail(error, "%s: %s", station->exec, strerror(failed));
    }
}

static int pump(struct station *station, struct base_error *error)
{
    return write_out(station, error) || read_in(station, error) ? -1 : 0;
}

/* Waits until something can be read, or what is unsent be written. Both at
 * once: the other side may be waiting to be read before it goes on reading. */
static int pump_until(struct station *station, int64_t deadline_ns, struct base_error *error)
{
    struct remote *remote = station->state;
    int64_t left_ms = (deadline_ns - station_now_ns()) / 1000000;
    struct pollfd polled = {.fd = remote->command.fd,
                            .events = (short)(POLLIN | (station->unsent ? POLLOUT : 0))};
    if (left_ms <= 0 || poll(&polled, 1, (int)left_ms) == 0) {
        return base_fail(error, "%s has not answered for %d s", station->exec,
                         STATION_EXEC_TIMEOUT_MS / 1000);
    }
    return pump(station, error);
}

static int64_t answer_deadline(void)
{
    return station_now_ns() + (int64_t)STATION_EXEC_TIMEOUT_MS * 1000000;
}

/* Not sooner: the far end captures from then on, and somebody has to read it. */
static int exec_start(struct station *station, struct base_error *error)
{
    struct remote *remote = station->state;
    const char *netns = station->netns ? station->netns : "";
    remote->deadline_ns = answer_deadline();
    base_put_text(&remote->out, STATION_WIRE_GREETING);
    station_wire_put(&remote->out, STATION_WIRE_OPEN, netns, strlen(netns) + 1, station->interface,
                     strlen(station->interface));
    return write_out(station, error);
}

static int exec_await(struct station *station, struct base_error *error)
{
    struct remote *remote = station->state;
    while (!remote->opened) {
        if (pump_until(station, remote->deadline_ns, error)) {
            return -1;
        }
    }
    station->fd = remote->command.fd;
    return 0;
}

/* Writes all that is unsent. A station that cannot be written to has failed. */
static int flush(struct station *station, struct base_error *error)
{
    struct base_error reason;
    int64_t deadline_ns = answer_deadline();
    int failed = write_out(station, &reason);
    while (!failed && station->unsent) {
        failed = pump_until(station, deadline_ns, &reason);
    }
    if (failed) {
        station_fail(station, &reason);
        return base_fail(error, "%s", reason.text);
    }
    return 0;
}

static int exec_send(struct station *station, const void *frame, size_t n_bytes,
                     struct base_error *error)
{
    struct remote *remote = station->state;
    if (n_bytes > STATION_WIRE_BODY_MAX) {
        return base_fail(error, "a frame of %zu bytes is over every MTU", n_bytes);
    }
    station_wire_put(&remote->out, STATION_WIRE_SEND, frame, n_bytes, NULL, 0);
    return flush(station, error);
}

static int exec_ask(struct station *station, struct base_error *error)
{
    struct remote *remote = station->state;
    station_wire_put(&remote->out, STATION_WIRE_SYNC, NULL, 0, NULL, 0);
    station->n_asked++;
    return write_out(station, error);
}

/* Reports from `arrivals` until it is empty or the sink says stop. */
static int report_arrivals(struct remote *remote, const struct station_sink *sink)
{
    struct base_reader reader = base_reader_over(remote->arrivals.data, remote->arrivals.n_bytes);
    base_read_skip(&reader, remote->n_reported);
    bool stopped = false;
    while (!stopped && base_reader_left(&reader) > 0) {
        struct base_reader body;
        uint8_t type;
        struct station_arrival arrival = {.station = sink->station,
                                          .time_ns = base_read_be64(&reader)};
        station_wire_take(&reader, &type, &body);
        arrival.wire_bytes = base_read_be32(&body);
        arrival.bytes = body.at;
        arrival.n_bytes = base_reader_left(&body);
        stopped = sink->on_arrival(sink->aux, &arrival);
    }
    remote->n_reported = remote->arrivals.n_bytes - base_reader_left(&reader);
    if (!stopped) {
        remote->arrivals.n_bytes = remote->n_reported = 0;
    }
    return stopped;
}

static int exec_drain(struct station *station, const struct station_sink *sink,
                      struct base_error *error)
{
    int ended = pump(station, error); /* what came before the end counts */
    return report_arrivals(station->state, sink) ? 1 : ended;
}

static int exec_drops(struct station *station, uint64_t *drops, struct base_error *error)
{
    int64_t deadline_ns = answer_deadline();
    if (exec_ask(station, error)) {
        return -1;
    }
    while (station->n_asked > 0) {
        if (pump_until(station, deadline_ns, error)) {
            return -1;
        }
    }
    *drops = station->drops;
    return 0;
}

static void exec_close(struct station *station)
{
    struct remote *remote = station->state;
    if (!remote) {
        return;
    }
    station_command_end(&remote->command);
    base_buffer_free(&remote->out);
    base_buffer_free(&remote->in);
    base_buffer_free(&remote->arrivals);
    free(remote);
}

const struct station_backend station_exec = {
    .prepare = exec_prepare,
    .start = exec_start,
    .await = exec_await,
    .send = exec_send,
    .drain = exec_drain,
    .drops = exec_drops,
    .ask = exec_ask,
    .close = exec_close,
};
