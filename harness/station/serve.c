/* SPDX-License-Identifier: Apache-2.0
 *
 * What does the far end of a remote station do with the messages that come in? */
#include "station/remote.h"

#include "base/sandbox.h"
#include "station/backend.h"
#include "station/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

struct server {
    int in_fd, out_fd;
    bool confines, greeted;
    struct station station; /* local */
    struct base_buffer in, out;
};

static void put_problem(struct server *server, const struct base_error *problem)
{
    station_fail(&server->station, problem);
    station_wire_put(&server->out, STATION_WIRE_PROBLEM, problem->text, strlen(problem->text), NULL,
                     0);
}

static bool put_arrival(void *aux, const struct station_arrival *arrival)
{
    struct server *server = aux;
    uint32_t wire_bytes = htonl((uint32_t)arrival->wire_bytes);
    station_wire_put(&server->out, STATION_WIRE_ARRIVAL, &wire_bytes, sizeof wire_bytes,
                     arrival->bytes, arrival->n_bytes);
    return false;
}

static void put_arrivals(struct server *server)
{
    struct station_sink sink = {.on_arrival = put_arrival, .aux = server};
    struct base_error problem;
    if (server->station.backend->drain(&server->station, &sink, &problem) < 0) {
        put_problem(server, &problem);
    }
}

static void put_opened(struct server *server, const struct base_error *unconfined)
{
    const struct station *station = &server->station;
    unsigned mtu = station->mtu <= UINT16_MAX ? station->mtu : 0;
    uint8_t head[sizeof station->address + 2] = {0};
    if (station->has_address) {
        memcpy(head, station->address, sizeof station->address);
    }
    head[sizeof head - 2] = (uint8_t)(mtu >> 8);
    head[sizeof head - 1] = (uint8_t)mtu;
    station_wire_put(&server->out, STATION_WIRE_OPENED, head, sizeof head, unconfined->text,
                     strlen(unconfined->text));
}

static int take_open(struct server *server, struct base_reader body, struct base_error *error)
{
    struct station *station = &server->station;
    struct base_error problem, unconfined = {""};
    const char *netns = (const char *)body.at;
    size_t n_netns = strnlen(netns, base_reader_left(&body));
    base_read_skip(&body, n_netns + 1);
    if (body.failed || station->interface) {
        return base_fail(error, "a wrong request to open");
    }
    station->netns = n_netns ? strndup(netns, n_netns) : NULL;
    station->interface = strndup((const char *)body.at, base_reader_left(&body));
    if (!station->interface || (n_netns && !station->netns)) {
        return base_fail(error, "no memory for a station");
    }
    int failed = station->backend->open(station, &problem);
    if (server->confines) {
        base_sandbox_enter(BASE_SANDBOX_READS, &unconfined);
    }
    if (failed || station->backend->start(station, &problem)) {
        put_problem(server, &problem);
    } else {
        put_opened(server, &unconfined);
    }
    return 0;
}

static void take_send(struct server *server, struct base_reader body)
{
    struct station *station = &server->station;
    struct base_error problem;
    if (station->backend->send(station, body.at, base_reader_left(&body), &problem)) {
        put_problem(server, &problem);
    }
}

/* Whatever was to be sent has been: messages are taken in their order. */
static void take_sync(struct server *server)
{
    struct base_error problem;
    uint64_t drops;
    put_arrivals(server);
    if (server->station.failed) {
        return;
    }
    if (server->station.backend->drops(&server->station, &drops, &problem)) {
        put_problem(server, &problem);
        return;
    }
    struct base_buffer body = {0};
    const struct station_swallowed *swallowed = &server->station.swallowed;
    base_put_be64(&body, drops);
    base_put_be32(&body, swallowed->n);
    base_put_be32(&body, swallowed->shortest_bytes);
    base_put_be32(&body, swallowed->longest_bytes);
    station_wire_put(&server->out, STATION_WIRE_SYNCED, body.data, body.n_bytes, NULL, 0);
    server->out.failed |= body.failed;
    base_buffer_free(&body);
}

static int take_message(struct server *server, uint8_t type, struct base_reader body,
                        struct base_error *error)
{
    if (type == STATION_WIRE_OPEN) {
        return take_open(server, body, error);
    }
    if (!server->station.interface || (type != STATION_WIRE_SEND && type != STATION_WIRE_SYNC)) {
        return base_fail(error, "a message of type %u where none is expected", type);
    }
    if (server->station.failed) {
        return 0; /* the other side knows */
    }
    if (type == STATION_WIRE_SEND) {
        take_send(server, body);
    } else {
        take_sync(server);
    }
    return 0;
}

static int take_messages(struct server *server, struct base_error *error)
{
    if (!server->greeted && !station_wire_greet(&server->in, &server->greeted)) {
        return base_fail(error, "this is the far end of an exec: host; it is not for typing");
    }
    if (!server->greeted) {
        return 0;
    }
    struct base_reader reader = base_reader_over(server->in.data, server->in.n_bytes), body;
    uint8_t type;
    while (station_wire_take(&reader, &type, &body)) {
        if (take_message(server, type, body, error)) {
            return -1;
        }
    }
    station_wire_drop(&server->in, server->in.n_bytes - base_reader_left(&reader));
    return 0;
}

static int flush(struct server *server, struct base_error *error)
{
    size_t n_written = 0;
    while (n_written < server->out.n_bytes) {
        ssize_t n =
            write(server->out_fd, server->out.data + n_written, server->out.n_bytes - n_written);
        if (n < 0 && errno != EINTR) {
            return base_fail(error, "writing: %s", strerror(errno));
        }
        n_written += n > 0 ? (size_t)n : 0;
    }
    server->out.n_bytes = 0;
    return server->out.failed ? base_fail(error, "no memory for captured frames") : 0;
}

/* 1: go on; 0: end of file. */
static int serve_once(struct server *server, struct base_error *error)
{
    struct pollfd polled[] = {{.fd = server->in_fd, .events = POLLIN},
                              {.fd = server->station.fd, .events = POLLIN}};
    if (poll(polled, 2, -1) < 0) {
        return errno == EINTR ? 1 : base_fail(error, "poll: %s", strerror(errno));
    }
    if (polled[1].revents) {
        put_arrivals(server);
    }
    if (polled[0].revents) {
        long n_read = station_wire_read(server->in_fd, &server->in);
        if (n_read < 0) {
            return base_fail(error, "reading: %s", strerror(errno));
        }
        if (n_read == 0) {
            return 0;
        }
        if (take_messages(server, error)) {
            return -1;
        }
    }
    return flush(server, error) ? -1 : 1;
}

int station_serve(int in_fd, int out_fd, bool confines, struct base_error *error)
{
    struct server server = {.in_fd = in_fd,
                            .out_fd = out_fd,
                            .confines = confines,
                            .station = {.backend = &station_local, .fd = -1}};
    base_put_text(&server.out, STATION_WIRE_GREETING);
    int result = flush(&server, error) ? -1 : 1;
    while (result > 0) {
        result = serve_once(&server, error);
    }
    server.station.backend->close(&server.station);
    free(server.station.netns);
    free(server.station.interface);
    base_buffer_free(&server.in);
    base_buffer_free(&server.out);
    return result;
}
