/* SPDX-License-Identifier: Apache-2.0
 *
 * channel_bench ENDPOINT [ROUNDS [SESSIONS [VERSION]]]
 *
 * How long does a dump take (requests, decoding and table included), and how
 * long merely to read the same bytes? Both in turns, on sessions of their own;
 * the medians and their ratio. SESSIONS: so many dumps of the endpoint at
 * once, beside as many reads one after another. VERSION: of OpenFlow on the wire,
 * 1 or 4. */
#include "channel/channel.h"

#include "channel/progress.h"
#include "channel/socket.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 2 * 65536, MAX_ROUNDS = 1000, MAX_SESSIONS = 4096 };

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Walks over the messages; true when the barrier's reply was among them. What
 * is left of a cut one is moved to the front. */
static bool skip_messages(const struct of_protocol *protocol, uint8_t *bytes, size_t *n_bytes)
{
    struct base_error error;
    struct base_reader body;
    struct of_header header;
    struct base_reader input = base_reader_over(bytes, *n_bytes);
    size_t n_message;
    bool last = false;
    while (!of_frame(input.at, base_reader_left(&input), &n_message, NULL) && n_message > 0 &&
           n_message <= base_reader_left(&input)) {
        last |= protocol->open(input.at, n_message, &header, &body, &error) == 0 &&
                header.type == OFPT_BARRIER_REPLY;
        base_read_skip(&input, n_message);
    }
    *n_bytes = base_reader_left(&input);
    memmove(bytes, input.at, *n_bytes);
    return last;
}

static int exchange(const struct of_protocol *protocol, int fd, const struct base_buffer *requests,
                    struct base_error *error)
{
    static uint8_t bytes[READ_BYTES];
    size_t n_bytes = 0;
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    poll(&ready, 1, 10000);
    if (write(fd, requests->data, requests->n_bytes) != (ssize_t)requests->n_bytes) {
        return base_fail(error, "can not send the requests: %s", strerror(errno));
    }
    ready.events = POLLIN;
    do {
        poll(&ready, 1, 10000);
        ssize_t n = read(fd, bytes + n_bytes, sizeof bytes - n_bytes);
        if (n <= 0) {
            return base_fail(error, "can not read: %s", n ? strerror(errno) : "closed");
        }
        n_bytes += (size_t)n;
    } while (!skip_messages(protocol, bytes, &n_bytes));
    return 0;
}

/* The same requests and bytes, nothing done with them. */
static int drain(const char *text, uint8_t version, double *ms, struct base_error *error)
{
    struct endpoint endpoint;
    struct channel_address *addresses;
    size_t n_addresses;
    struct channel_dump dump = {0};
    struct channel_progress progress = {.protocol = of_protocol(version), .dump = &dump};
    struct base_buffer requests = {0};
    int fd, status = -1;
    double start = now_ms();
    if (endpoint_parse(text, &endpoint, error) ||
        channel_socket_resolve(&endpoint, &addresses, &n_addresses, error)) {
        return -1;
    }
    of_encode_hello(&requests, 1, 1u << version);
    channel_progress_begin(&progress, CHANNEL_FLOWS | CHANNEL_PORTS, 2, &requests);
    if (channel_socket_dial(&addresses[0], &fd, error) == 0) {
        status = exchange(progress.protocol, fd, &requests, error);
        close(fd);
    }
    *ms = now_ms() - start;
    base_buffer_free(&requests);
    free(addresses);
    return status;
}

/* Opening, dumping and closing of n_sessions at once. */
static int dump(const char *text, size_t n_sessions, uint8_t version, double *ms,
                struct channel_dump *first, struct base_error *error)
{
    static struct channel_target targets[MAX_SESSIONS];
    static struct channel_dump dumps[MAX_SESSIONS];
    struct channel *channel;
    double start = now_ms();
    for (size_t i = 0; i < n_sessions; i++) {
        targets[i] = (struct channel_target){
            .name = "bench", .endpoint = text, .version = version, .any_dpid = true};
    }
    if (channel_open(targets, n_sessions, NULL, &channel, error)) {
        return -1;
    }
    int status = channel_dump(channel, CHANNEL_FLOWS | CHANNEL_PORTS, dumps, error);
    *ms = now_ms() - start;
    *first = dumps[0];
    for (size_t i = 0; i < n_sessions; i++) {
        status = status || dumps[i].ok ? status : base_fail(error, "%s", dumps[i].reason);
        switch_state_free(&dumps[i].state);
    }
    channel_close(channel);
    return status;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_value);
    return values[n / 2];
}

static int measure(const char *endpoint, size_t n_rounds, size_t n_sessions, uint8_t version,
                   struct base_error *error)
{
    static double drain_ms[MAX_ROUNDS], dump_ms[MAX_ROUNDS];
    struct channel_dump first;
    for (size_t i = 0; i < n_rounds; i++) {
        double one_ms;
        drain_ms[i] = 0;
        for (size_t n = 0; n < n_sessions; n++) {
            if (drain(endpoint, version, &one_ms, error)) {
                return -1;
            }
            drain_ms[i] += one_ms;
        }
        if (dump(endpoint, n_sessions, version, &dump_ms[i], &first, error)) {
            return -1;
        }
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double a = median(drain_ms, n_rounds), b = median(dump_ms, n_rounds);
    printf("OpenFlow %s, %zu session%s, %.3f MB each: drain %.2f ms, dump %.2f ms, ratio %.2f; "
           "first byte %.2f ms, peak memory %.1f MiB\n",
           of_protocol(version)->name, n_sessions, n_sessions > 1 ? "s" : "",
           (double)first.n_bytes / 1e6, a, b, b / a, first.first_byte_ms,
           (double)usage.ru_maxrss / 1024);
    return 0;
}

int main(int argc, char **argv)
{
    struct base_error error;
    size_t n_rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 11;
    size_t n_sessions = argc > 3 ? strtoul(argv[3], NULL, 10) : 1;
    unsigned long version = argc > 4 ? strtoul(argv[4], NULL, 10) : OFP_VERSION;
    if (argc < 2 || version > UINT8_MAX || !of_protocol((uint8_t)version) || n_rounds < 1 ||
        n_rounds > MAX_ROUNDS || n_sessions < 1 || n_sessions > MAX_SESSIONS) {
        fprintf(stderr, "usage: %s ENDPOINT [ROUNDS [SESSIONS [VERSION]]]\n", argv[0]);
        return 2;
    }
    if (measure(argv[1], n_rounds, n_sessions, (uint8_t)version, &error)) {
        fprintf(stderr, "channel_bench: %s\n", error.text);
        return 3;
    }
    return 0;
}
