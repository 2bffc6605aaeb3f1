/* SPDX-License-Identifier: Apache-2.0
 *
 * libFuzzer target: what comes over the wire of stations, at both of its ends. The first byte says
 * at which, the second one how many bytes come at once:
 *
 *   o  at the near end, until it has opened; then the command ends
 *   n  at the near end, when it has opened; then the command ends
 *   x  as n, and the command reads nothing any more
 *   f  at the far end, whose interface is none: the first letter of its name says what fails
 *
 * Beyond crashes: what is refused is told why; what the far end answers can be read, and nothing
 * follows a problem. Command and interface are those below, instead of command.c and local.c. Seeds
 * are in corpus/wire. */
#include "station/backend.h"
#include "station/command.h"
#include "station/remote.h"
#include "station/wire.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* Pieces stay apart in such a socket: a read gets one of them. */
static void make_pair(int ends[2])
{
    must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
}

static void say(int fd, const uint8_t *bytes, size_t n_bytes, size_t at_once)
{
    for (size_t n; n_bytes > 0; bytes += n, n_bytes -= n) {
        n = n_bytes < at_once ? n_bytes : at_once;
        if (send(fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)n) {
            break;
        }
    }
}

/* A command */

static int near_end = -1; /* of the next command */

int station_command_start(struct station_command *command, const char *prefix, const char *program,
                          struct base_error *error)
{
    (void)prefix, (void)program, (void)error;
    *command = (struct station_command){.fd = near_end, .errors = -1};
    return 0;
}

int station_command_fail(struct station_command *command, const char *prefix,
                         struct base_error *error)
{
    (void)command;
    return base_fail(error, "%s has ended", prefix);
}

void station_command_end(struct station_command *command)
{
    close(command->fd);
}

static bool take_arrival(void *aux, const struct station_arrival *arrival)
{
    unsigned *n = aux, sum = 0;
    must(arrival->n_bytes <= STATION_WIRE_BODY_MAX);
    for (size_t i = 0; i < arrival->n_bytes; i++) {
        sum += arrival->bytes[i];
    }
    return sum == 0 || ++*n % 2 == 0; /* sometimes it has had enough */
}

/* What a set does with a station when its frames are sent. */
static bool use(struct station *station, struct base_error *error)
{
    unsigned n = 0;
    uint64_t drops;
    const struct station_sink sink = {.on_arrival = take_arrival, .aux = &n};
    return station->backend->send(station, "frame", 5, error) == 0 &&
           station->backend->ask(station, error) == 0 &&
           station->backend->drops(station, &drops, error) == 0 &&
           station->backend->drain(station, &sink, error) >= 0 &&
           station->backend->drain(station, &sink, error) >= 0;
}

static void play_near(char how, size_t at_once, const uint8_t *bytes, size_t n_bytes)
{
    static const uint8_t opened[] = {STATION_WIRE_OPENED, 0, 8, 2, 0, 0, 0, 0, 1, 5, 220};
    const int small = 1, large = 1 << 20;
    struct base_error error = {""};
    struct station station = {.exec = (char[]){"command"},
                              .interface = (char[]){"eth0"},
                              .backend = &station_exec,
                              .fd = -1};
    int ends[2];
    make_pair(ends);
    near_end = ends[0];
    fcntl(near_end, F_SETFL, O_NONBLOCK);
    setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &large, sizeof large);
    must(station_exec.prepare(&station, &error) == 0);
    if (how != 'o') {
        say(ends[1], (const uint8_t *)STATION_WIRE_GREETING, strlen(STATION_WIRE_GREETING), 7);
        say(ends[1], opened, sizeof opened, 4);
        must(station_exec.start(&station, &error) == 0);
        must(station_exec.await(&station, &error) == 0 && station.mtu == 1500);
    }
    say(ends[1], bytes, n_bytes, at_once);
    shutdown(ends[1], how == 'x' ? SHUT_RDWR : SHUT_WR);
    if (at_once % 2 == 0) {
        setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    }
    bool goes_on = how == 'o' ? station_exec.start(&station, &error) == 0 &&
                                    station_exec.await(&station, &error) == 0
                              : use(&station, &error);
    must(goes_on || error.text[0]);
    must(!memchr(error.text, 27, strlen(error.text)) && !strchr(station.unconfined.text, 27));
    if (!goes_on && how != 'o') {
        unsigned n = 0; /* what came before is not lost */
        station_exec.drain(&station, &(struct station_sink){.on_arrival = take_arrival, .aux = &n},
                           &error);
    }
    station_exec.close(&station);
    close(ends[1]);
}

/* An interface */

static int local_fails(const struct station *station, char where, struct base_error *error)
{
    return station->interface[0] == where ? base_fail(error, "it fails at %c", where) : 0;
}

/* A file can be read at all times: then something seems to have been captured. */
static int local_open(struct station *station, struct base_error *error)
{
    station->has_address = station->interface[0] != 'a';
    station->mtu = (unsigned)strlen(station->interface) * 30000;
    station->state = calloc(1, 1);
    must(station->state != NULL);
    return local_fails(station, 'o', error);
}

static int local_start(struct station *station, struct base_error *error)
{
    station->fd = station->interface[0] == 'r' ? STDERR_FILENO : -1;
    return local_fails(station, 's', error);
}

static int local_send(struct station *station, const void *frame, size_t n_bytes,
                      struct base_error *error)
{
    free(station->state);
    station->state = calloc(1, n_bytes + 1);
    must(station->state != NULL);
    memcpy(station->state, frame, n_bytes);
    return local_fails(station, 'i', error);
}

static int local_drain(struct station *station, const struct station_sink *sink,
                       struct base_error *error)
{
    const struct station_arrival arrival = {.bytes = station->state,
                                            .n_bytes = strlen(station->state) % STATION_SNAP_BYTES,
                                            .wire_bytes = strlen(station->state)};
    sink->on_arrival(sink->aux, &arrival);
    return local_fails(station, 'd', error);
}

static int local_drops(struct station *station, uint64_t *drops, struct base_error *error)
{
    *drops = 7;
    return local_fails(station, 'c', error);
}

static void local_close(struct station *station)
{
    free(station->state);
}

const struct station_backend station_local = {
    .open = local_open,
    .start = local_start,
    .send = local_send,
    .drain = local_drain,
    .drops = local_drops,
    .close = local_close,
};

static void check_answers(struct base_buffer *said)
{
    struct base_reader reader, body;
    bool greeted, has_problem = false;
    uint8_t type;
    must(station_wire_greet(said, &greeted) && greeted);
    reader = base_reader_over(said->data, said->n_bytes);
    while (station_wire_take(&reader, &type, &body)) {
        must(!has_problem);
        must(type == STATION_WIRE_OPENED || type == STATION_WIRE_PROBLEM ||
             type == STATION_WIRE_ARRIVAL || type == STATION_WIRE_SYNCED);
        has_problem = type == STATION_WIRE_PROBLEM;
        must(!has_problem || base_reader_left(&body) > 0);
    }
    must(base_reader_left(&reader) == 0);
}

static void play_far(size_t at_once, const uint8_t *bytes, size_t n_bytes)
{
    struct base_error error = {""};
    struct base_buffer said = {0};
    const int large = 1 << 20;
    int in[2], out = memfd_create("out", MFD_CLOEXEC);
    make_pair(in);
    setsockopt(in[1], SOL_SOCKET, SO_SNDBUF, &large, sizeof large);
    say(in[1], bytes, n_bytes, at_once);
    close(in[1]);
    int status = station_serve(in[0], out, false, &error);
    must(status == 0 || error.text[0]);
    close(in[0]);
    must(lseek(out, 0, SEEK_SET) == 0);
    while (station_wire_read(out, &said) > 0) {
    }
    check_answers(&said);
    base_buffer_free(&said);
    close(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    if (n_bytes < 2 || !memchr("onxf", data[0], 4)) {
        return -1;
    }
    size_t at_once = data[1] + (size_t)1;
    if (data[0] == 'f') {
        play_far(at_once, data + 2, n_bytes - 2);
    } else {
        play_near((char)data[0], at_once, data + 2, n_bytes - 2);
    }
    return 0;
}
