/* SPDX-License-Identifier: Apache-2.0
 *
 * How many samples a second: decoded alone; and the whole way from a UDP socket
 * of the loopback to the decision of a threshold (agents, header, rates,
 * trigger), the sender's time included. Datagrams of six flow samples with 128
 * bytes each, as Open vSwitch fills them; 10,000 flows. */
#include "sflow/collector.h"

#include "base/buffer.h"
#include "frame/parse.h"
#include "sflow/trigger.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { N_SAMPLES = 6, N_DATAGRAMS = 1700, N_ROUNDS = 10, HEADER_BYTES = 128 };

static struct topology_switch switches[] = {{.name = "s1", .dpid = 1}};
static const struct topology topology = {.switches = switches, .n_switches = 1};

struct bench {
    struct base_buffer datagrams[N_DATAGRAMS];
    struct sflow_trigger *trigger;
    struct event_base *base;
    struct sflow_collector *collector;
    int fd;
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void put_words(struct base_buffer *out, const uint32_t *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        base_put_be32(out, words[i]);
    }
}

static void put_sample(struct base_buffer *out, uint32_t flow)
{
    const uint32_t sample[] = {1,          208, flow, 0x20003e8, 100, flow,        0, flow % 48 + 1,
                               0x80000002, 2,   1001, 16,        0,   0,           0, 0,
                               1,          144, 1,    1518,      4,   HEADER_BYTES};
    uint8_t frame[HEADER_BYTES] = {2, [11] = 1, 8, 0, 0x45, 0, 0x05, 0xdc, [23] = 6, [46] = 0x50};
    frame[32] = (uint8_t)(flow >> 8);
    frame[33] = (uint8_t)flow;
    put_words(out, sample, sizeof sample / sizeof *sample);
    base_put_bytes(out, frame, sizeof frame);
}

static void make_datagrams(struct bench *bench)
{
    for (uint32_t i = 0; i < N_DATAGRAMS; i++) {
        const uint32_t header[] = {5, 1, 0x7f000001, 0, i, 1000, N_SAMPLES};
        put_words(&bench->datagrams[i], header, sizeof header / sizeof *header);
        for (uint32_t k = 0; k < N_SAMPLES; k++) {
            put_sample(&bench->datagrams[i], (i * N_SAMPLES + k) % 10000);
        }
    }
}

static void decode(struct bench *bench, const struct base_buffer *bytes)
{
    struct sflow_datagram datagram;
    struct sflow_sample sample;
    struct header header;
    (void)bench;
    if (sflow_check(bytes->data, bytes->n_bytes, NULL) ||
        sflow_open(bytes->data, bytes->n_bytes, &datagram, NULL)) {
        abort();
    }
    while (sflow_next(&datagram, &sample, NULL) > 0) {
        frame_parse_cut(sample.flow.header, sample.flow.n_header_bytes, sample.flow.frame_bytes, 1,
                        &header);
    }
}

static void receive(struct bench *bench, const struct base_buffer *bytes)
{
    if (send(bench->fd, bytes->data, bytes->n_bytes, 0) < 0) {
        perror("send");
    }
    if (bytes == &bench->datagrams[N_DATAGRAMS - 1] || (bytes - bench->datagrams) % 64 == 63) {
        event_base_loop(bench->base, EVLOOP_NONBLOCK);
    }
}

static void take(void *context, const struct sflow_observation *observation)
{
    struct bench *bench = context;
    sflow_trigger_note(bench->trigger, observation->sw, &observation->header, observation->n_bytes,
                       observation->n_packets, (uint64_t)(now_s() * 1e3));
}

static void ignore(void *context, const struct sflow_event *event)
{
    (void)context;
    (void)event;
}

static void measure(struct bench *bench, const char *what,
                    void (*step)(struct bench *bench, const struct base_buffer *bytes))
{
    double best = 1e9;
    for (int round = 0; round < N_ROUNDS; round++) {
        double begin = now_s();
        for (size_t i = 0; i < N_DATAGRAMS; i++) {
            step(bench, &bench->datagrams[i]);
        }
        double took = now_s() - begin;
        best = took < best ? took : best;
    }
    double n = (double)N_DATAGRAMS * N_SAMPLES;
    printf("%-40s %6.2f million samples/s  %6.0f ns a sample\n", what, n / best / 1e6,
           best / n * 1e9);
}

static void start(struct bench *bench)
{
    static const uint8_t seed[16] = {1};
    const struct sflow_threshold threshold = {.above = UINT64_MAX,
                                              .below = UINT64_MAX,
                                              .over_ms = 1000,
                                              .lifetime_ms = 1000,
                                              .per = SFLOW_PER_FLOW,
                                              .max_taps = 1};
    struct sflow_agent_declared declared = {.any_sub_agent = true, .ports = SFLOW_PORTS_SAME};
    sflow_address_parse("127.0.0.1", &declared.address);
    bench->trigger = sflow_trigger_new(&threshold, 1, 16384, seed, ignore, NULL, NULL);
    bench->base = event_base_new();
    const struct sflow_collector_options options = {
        .agents = sflow_agents_new(&topology, &declared, 1), .take = take, .context = bench};
    bench->collector = sflow_collector_new(bench->base, &options, NULL);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(sflow_collector_port(bench->collector)),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    bench->fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (connect(bench->fd, (struct sockaddr *)&to, sizeof to)) {
        perror("connect");
    }
}

int main(void)
{
    static struct bench bench;
    make_datagrams(&bench);
    start(&bench);
    measure(&bench, "sFlow: checked, decoded, headers parsed", decode);
    measure(&bench, "sFlow: over UDP, to a threshold per flow", receive);
    struct sflow_collector_stats stats = sflow_collector_stats(bench.collector);
    printf("%-40s %llu of %d datagrams\n", "lost", (unsigned long long)stats.n_kernel_drops,
           N_DATAGRAMS * N_ROUNDS);
    return 0;
}
