/* SPDX-License-Identifier: Apache-2.0
 *
 * A station behind a command: `/bin/sh -c 'exec PREFIX tapproof station'`. The
 * command's stdin and stdout are one socket, on which station/wire.h is
 * spoken; its stderr is kept, to say why it ended. The command ends when that
 * socket is closed, by us or by our death; one that does not is killed. */
#include "station/backend.h"
#include "station/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum {
    END_TIMEOUT_MS = 2000,        /* for a command to end after its input has */
    PENDING_BYTES_MAX = 64 << 20, /* arrivals that nobody has asked for */
};

struct remote {
    pid_t pid;  /* 0: not started, or reaped */
    int fd;     /* our end of the socket; -1: closed */
    int errors; /* a memory file, its stderr; -1: none */
    bool greeted, opened;
    struct base_buffer out;      /* not yet written */
    struct base_buffer in;       /* not yet taken apart */
    struct base_buffer arrivals; /* time_ns (64 bits), then an ARRIVAL message, each */
    size_t n_reported;           /* bytes of `arrivals` */
};

static int spawn(struct remote *remote, int child_fd, const char *command)
{
    const char *arguments[] = {"sh", "-c", command, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, child_fd, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, child_fd, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, remote->errors, STDERR_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    int failed = posix_spawn(&remote->pid, "/bin/sh", &actions, &attributes,
                             (char *const *)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failed) {
        remote->pid = 0;
    }
    return failed;
}

/* Starts the command. Not on a thread: all commands are started before any
 * local station opens the descriptors that they must not inherit. */
static int exec_prepare(struct station *station, struct base_error *error)
{
    struct remote *remote = station->state = calloc(1, sizeof *remote);
    struct base_buffer command = {0};
    int fds[2];
    if (!remote) {
        return base_fail(error, "no memory for a station");
    }
    remote->fd = remote->errors = -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds)) {
        return base_fail(error, "socketpair: %s", strerror(errno));
    }
    remote->fd = fds[0];
    remote->errors = memfd_create("stderr", MFD_CLOEXEC);
    fcntl(remote->fd, F_SETFL, O_NONBLOCK);
    base_put_format(&command, "exec %s tapproof station", station->exec);
    int failed = remote->errors < 0 ? errno : spawn(remote, fds[1], base_buffer_text(&command));
    base_buffer_free(&command);
    close(fds[1]);
    return failed ? base_fail(error, "%s: %s", station->exec, strerror(failed)) : 0;
}

/* Waits for the command's end, and kills it when that takes too long. Returns
 * its status as waitpid(2) does. */
static int reap(struct remote *remote, int timeout_ms)
{
    int status = 0, fd = (int)syscall(SYS_pidfd_open, remote->pid, 0);
    struct pollfd ended = {.fd = fd, .events = POLLIN};
    if (fd < 0 || poll(&ended, 1, timeout_ms) <= 0) {
        kill(remote->pid, SIGKILL);
    }
    if (fd >= 0) {
        close(fd);
    }
    while (waitpid(remote->pid, &status, 0) < 0 && errno == EINTR) {
    }
    remote->pid = 0;
    return status;
}

/* The last line of its stderr, "" if there is none. */
static void last_words(const struct remote *remote, char *text, size_t size)
{
    off_t end = lseek(remote->errors, 0, SEEK_END);
    off_t from = end > (off_t)size - 1 ? end - ((off_t)size - 1) : 0;
    ssize_t n = pread(remote->errors, text, size - 1, from);
    size_t length = n > 0 ? (size_t)n : 0;
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r')) {
        length--;
    }
    text[length] = '\0';
    const char *newline = strrchr(text, '\n');
    if (newline) {
        memmove(text, newline + 1, strlen(newline + 1) + 1);
    }
}

/* The command has closed its output. */
static int fail_ended(const struct station *station, struct base_error *error)
{
    struct remote *remote = station->state;
    char words[256], how[64];
    int status = reap(remote, END_TIMEOUT_MS);
    last_words(remote, words, sizeof words);
    if (WIFSIGNALED(status)) {
        snprintf(how, sizeof how, "was ended by signal %d", WTERMSIG(status));
    } else {
        snprintf(how, sizeof how, "ended with exit status %d", WEXITSTATUS(status));
    }
    return base_fail(error, "%s %s%s%s", station->exec, how, words[0] ? ": " : "", words);
}

/* Shows its first line, such as a banner. */
static int fail_wrong_greeting(const struct station *station, struct base_error *error)
{
    const struct base_buffer *in = &((struct remote *)station->state)->in;
    char said[64];
    size_t n = 0;
    for (; n < in->n_bytes && n < sizeof said - 1 && in->data[n] != '\n'; n++) {
        said[n] = in->data[n] >= ' ' && in->data[n] < 0x7f ? (char)in->data[n] : '?';
    }
    said[n] = '\0';
    return base_fail(error, "%s says \"%s\" instead of \"%.*s\"", station->exec, said,
                     (int)strlen(STATION_WIRE_GREETING) - 1, STATION_WIRE_GREETING);
}

static int keep_arrival(struct remote *remote, struct base_reader body, struct base_error *error)
{
    struct timespec now;
    if (base_reader_left(&body) < sizeof(uint32_t)) {
        return base_fail(error, "an arrival without a length came");
    }
    if (remote->arrivals.n_bytes > PENDING_BYTES_MAX) {
        return base_fail(error, "more than %d MiB of frames wait", PENDING_BYTES_MAX >> 20);
    }
    clock_gettime(CLOCK_REALTIME, &now);
    base_put_be64(&remote->arrivals, (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec);
    station_wire_put(&remote->arrivals, STATION_WIRE_ARRIVAL, body.at, base_reader_left(&body),
                     NULL, 0);
    return remote->arrivals.failed ? base_fail(error, "no memory for captured frames") : 0;
}

static int take_synced(struct station *station, struct base_reader body, struct base_error *error)
{
    station->drops = base_read_be64(&body);
    if (body.failed || station->n_asked == 0) {
        return base_fail(error, "%s sent %s", station->exec,
                         body.failed ? "half an answer" : "an answer that nobody asked for");
    }
    station->n_asked--;
    return 0;
}

static int take_message(struct station *station, uint8_t type, struct base_reader body,
                        struct base_error *error)
{
    struct remote *remote = station->state;
    switch (type) {
    case STATION_WIRE_OPENED:
        remote->opened = true;
        station->has_address = base_reader_left(&body) == sizeof station->address;
        if (station->has_address) {
            memcpy(station->address, body.at, sizeof station->address);
        }
        return 0;
    case STATION_WIRE_PROBLEM:
        return base_fail(error, "%.*s", (int)base_reader_left(&body), (const char *)body.at);
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
    if (!remote->greeted) {
        bool wrong;
        remote->greeted = station_wire_greeted(remote->in.data, remote->in.n_bytes, &wrong);
        if (wrong) {
            return fail_wrong_greeting(station, error);
        }
        if (!remote->greeted) {
            return 0;
        }
        station_wire_drop(&remote->in, strlen(STATION_WIRE_GREETING));
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
    while ((n_read = station_wire_read(remote->fd, &remote->in)) > 0) {
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
        ssize_t n = send(remote->fd, remote->out.data + n_written, remote->out.n_bytes - n_written,
                         MSG_NOSIGNAL);
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
    struct pollfd polled = {.fd = remote->fd,
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

static int exec_open(struct station *station, struct base_error *error)
{
    struct remote *remote = station->state;
    const char *netns = station->netns ? station->netns : "";
    int64_t deadline_ns = answer_deadline();
    base_put_text(&remote->out, STATION_WIRE_GREETING);
    station_wire_put(&remote->out, STATION_WIRE_OPEN, netns, strlen(netns) + 1, station->interface,
                     strlen(station->interface));
    if (write_out(station, error)) {
        return -1;
    }
    while (!remote->opened) {
        if (pump_until(station, deadline_ns, error)) {
            return -1;
        }
    }
    station->fd = remote->fd;
    return 0;
}

/* Writes all that is unsent. Whoever could not be written to is of no use any more. */
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
    if (remote->fd >= 0) {
        close(remote->fd);
    }
    if (remote->pid > 0) {
        reap(remote, END_TIMEOUT_MS);
    }
    if (remote->errors >= 0) {
        close(remote->errors);
    }
    base_buffer_free(&remote->out);
    base_buffer_free(&remote->in);
    base_buffer_free(&remote->arrivals);
    free(remote);
}

const struct station_backend station_exec = {
    .prepare = exec_prepare,
    .open = exec_open,
    .send = exec_send,
    .drain = exec_drain,
    .drops = exec_drops,
    .ask = exec_ask,
    .close = exec_close,
};
