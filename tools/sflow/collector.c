/* SPDX-License-Identifier: Apache-2.0
 *
 * Which datagrams come in, and what is in them? */
#include "sflow/collector.h"

#include "frame/parse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    N_BATCH = 32,         /* datagrams a system call */
    N_BATCHES = 4,        /* a wake-up: others want their turn */
    BUFFER_BYTES = 16384, /* a datagram; agents send 1,400 */
    STRIPPED_MAX = 64,    /* taken off a frame: its FCS, tags, a label or two */
    PACKET_BYTES = 512,   /* of an IP packet, that are looked at */
};

union address {
    struct sockaddr any;
    struct sockaddr_in ip;
    struct sockaddr_in6 ip6;
};

struct slot {
    union address from;
    uint8_t bytes[BUFFER_BYTES];
    /* Aligned as a control message must be. */
    union {
        struct cmsghdr header;
        uint8_t bytes[CMSG_SPACE(sizeof(uint32_t))];
    } control;
};

struct sflow_collector {
    int fd;
    uint16_t port;
    struct event *event;
    struct sflow_agents *agents;
    sflow_collector_take *take;
    void (*complain)(void *context, const char *text);
    void *context;
    struct sflow_collector_stats stats;
    uint32_t overflow; /* SO_RXQ_OVFL as last told: a total that wraps */
    struct slot slots[N_BATCH];
};

static int open_socket(struct sflow_collector *collector,
                       const struct sflow_collector_options *options, struct base_error *error);
static void wake_up(evutil_socket_t fd, short what, void *context);

struct sflow_collector *sflow_collector_new(struct event_base *base,
                                            const struct sflow_collector_options *options,
                                            struct base_error *error)
{
    struct sflow_collector *collector = calloc(1, sizeof *collector);
    if (!collector) {
        base_fail(error, "out of memory");
        return NULL;
    }
    collector->agents = options->agents;
    collector->take = options->take;
    collector->complain = options->complain;
    collector->context = options->context;
    if (open_socket(collector, options, error)) {
        sflow_collector_free(collector);
        return NULL;
    }
    collector->event = event_new(base, collector->fd, EV_READ | EV_PERSIST, wake_up, collector);
    if (!collector->event || event_add(collector->event, NULL)) {
        base_fail(error, "out of memory");
        sflow_collector_free(collector);
        return NULL;
    }
    return collector;
}

void sflow_collector_free(struct sflow_collector *collector)
{
    if (!collector) {
        return;
    }
    if (collector->event) {
        event_free(collector->event);
    }
    if (collector->fd >= 0) {
        close(collector->fd);
    }
    free(collector);
}

void sflow_collector_use(struct sflow_collector *collector, struct sflow_agents *agents)
{
    collector->agents = agents;
    collector->stats.last_complaint.text[0] = '\0';
}

uint16_t sflow_collector_port(const struct sflow_collector *collector)
{
    return collector->port;
}

struct sflow_collector_stats sflow_collector_stats(const struct sflow_collector *collector)
{
    struct sflow_collector_stats stats = collector->stats;
    if (collector->agents) {
        stats.sequence = sflow_agents_total(collector->agents);
        stats.n_agent_drops = sflow_agents_n_drops(collector->agents);
        stats.n_learned = sflow_agents_n_learned(collector->agents);
        stats.n_agents = sflow_agents_n_heard(collector->agents);
    }
    return stats;
}

/* The socket */

static int read_address(const char *text, uint16_t port, union address *address, socklen_t *n_bytes)
{
    *address = (union address){.ip = {.sin_family = AF_INET, .sin_port = htons(port)}};
    *n_bytes = sizeof address->ip;
    if (inet_pton(AF_INET, text, &address->ip.sin_addr) == 1) {
        return 0;
    }
    *address = (union address){.ip6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)}};
    *n_bytes = sizeof address->ip6;
    return inet_pton(AF_INET6, text, &address->ip6.sin6_addr) == 1 ? 0 : -1;
}

/* More than net.core.rmem_max needs a privilege; without it, what is allowed. */
static void enlarge_buffer(struct sflow_collector *collector, size_t n_bytes)
{
    int wanted = (int)(n_bytes ? n_bytes : SFLOW_RECEIVE_BYTES);
    socklen_t n = sizeof collector->stats.receive_bytes;
    if (setsockopt(collector->fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted)) {
        setsockopt(collector->fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof wanted);
    }
    getsockopt(collector->fd, SOL_SOCKET, SO_RCVBUF, &collector->stats.receive_bytes, &n);
}

static int open_socket(struct sflow_collector *collector,
                       const struct sflow_collector_options *options, struct base_error *error)
{
    const char *text = options->address ? options->address : "127.0.0.1";
    union address address;
    socklen_t n_bytes;
    int on = 1;
    collector->fd = -1;
    if (read_address(text, options->port, &address, &n_bytes)) {
        return base_fail(error, "found `%s', expected an IPv4 or IPv6 address", text);
    }
    collector->fd = socket(address.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (collector->fd < 0 || bind(collector->fd, &address.any, n_bytes) ||
        getsockname(collector->fd, &address.any, &n_bytes) ||
        setsockopt(collector->fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on)) {
        return base_fail(error, "cannot listen at UDP %s port %u: %s", text, options->port,
                         strerror(errno));
    }
    collector->port =
        ntohs(address.any.sa_family == AF_INET ? address.ip.sin_port : address.ip6.sin6_port);
    enlarge_buffer(collector, options->receive_bytes);
    return 0;
}

/* What it says */

/* What is wrong with what came from there. */
static void note_refusal(struct sflow_collector *collector, const union address *from,
                         const char *why)
{
    char text[INET6_ADDRSTRLEN] = "?";
    if (from->any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &from->ip.sin_addr, text, sizeof text);
    } else if (from->any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &from->ip6.sin6_addr, text, sizeof text);
    }
    snprintf(collector->stats.last_refusal, sizeof collector->stats.last_refusal, "%s: %.200s",
             text, why);
}

static void refuse(struct sflow_collector *collector, const union address *from, const char *why)
{
    collector->stats.n_refused++;
    note_refusal(collector, from, why);
}

static bool resolve(struct sflow_collector *collector, struct sflow_agent *agent,
                    const struct sflow_port *input, struct port_ref *port)
{
    struct base_error *why = &collector->stats.last_complaint;
    if (input->kind == SFLOW_PORT_ONE && sflow_agent_port(agent, input->value, port)) {
        return true;
    }
    collector->stats.n_unresolved++;
    if (input->kind == SFLOW_PORT_ONE && sflow_agent_complain(agent, input->value, why) &&
        collector->complain) {
        collector->complain(collector->context, why->text);
    }
    return false;
}

/* The frame behind what was taken off: some agents count the payload that was cut off, too. */
static size_t frame_length(const struct sflow_flow *flow)
{
    bool counts_payload = flow->stripped_bytes > STRIPPED_MAX;
    return counts_payload || flow->frame_bytes <= flow->stripped_bytes
               ? flow->frame_bytes
               : flow->frame_bytes - flow->stripped_bytes;
}

/* Taken where the frame left, as the number of the source says: where it entered, it may have been
 * sampled, too. */
static bool is_egress(const struct sflow_sample *sample)
{
    const struct sflow_flow *flow = &sample->flow;
    return sample->source_class == 0 && flow->output.kind == SFLOW_PORT_ONE &&
           flow->output.value == sample->source_index &&
           !(flow->input.kind == SFLOW_PORT_ONE && flow->input.value == sample->source_index);
}

/* An IP packet is read as a frame of whose Ethernet header nothing but the type is known. */
static bool parse(const struct sflow_flow *flow, uint16_t in_port, struct header *header)
{
    uint8_t frame[14 + PACKET_BYTES] = {[12] = 0x08};
    const size_t n_ethernet = sizeof frame - PACKET_BYTES;
    size_t n_bytes = flow->n_header_bytes < PACKET_BYTES ? flow->n_header_bytes : PACKET_BYTES;
    if (n_bytes == 0 || flow->protocol == SFLOW_ETHERNET) {
        return frame_parse_cut(flow->header, flow->n_header_bytes, frame_length(flow), in_port,
                               header);
    }
    if (flow->protocol == SFLOW_IPV6) {
        frame[12] = 0x86;
        frame[13] = 0xdd;
    }
    memcpy(frame + n_ethernet, flow->header, n_bytes);
    return frame_parse_cut(frame, n_ethernet + n_bytes, n_ethernet + frame_length(flow), in_port,
                           header);
}

static void observe(struct sflow_collector *collector, struct sflow_agent *agent,
                    const struct sflow_sample *sample)
{
    const struct sflow_flow *flow = &sample->flow;
    struct port_ref port;
    if (is_egress(sample)) {
        collector->stats.n_egress++;
        return;
    }
    if (!resolve(collector, agent, &flow->input, &port)) {
        return;
    }
    struct sflow_observation observation = {
        .sw = port.sw,
        .n_bytes = (uint64_t)flow->frame_bytes * flow->sampling_rate,
        .n_packets = flow->sampling_rate,
        .output = flow->output,
        .no_ethernet = flow->protocol != SFLOW_ETHERNET,
    };
    if (!parse(flow, port.port, &observation.header)) {
        collector->stats.n_headerless++;
        return;
    }
    collector->stats.n_observations++;
    collector->take(collector->context, &observation);
}

static void count(struct sflow_collector_stats *stats, const struct sflow_sample *sample)
{
    stats->n_broken += sample->n_broken + (sample->kind == SFLOW_BROKEN);
    stats->n_flow_samples += sample->kind == SFLOW_FLOW;
    stats->n_counter_samples += sample->kind == SFLOW_COUNTERS;
    stats->n_other_samples += sample->kind == SFLOW_OTHER;
}

static void hear(struct sflow_collector *collector, const union address *from,
                 struct sflow_datagram *datagram)
{
    bool again = false;
    struct sflow_agent *agent =
        collector->agents ? sflow_agents_hear(collector->agents, datagram, &again) : NULL;
    struct base_error error;
    struct sflow_sample sample;
    if (!agent) {
        collector->stats.n_strangers++;
        return;
    }
    while (!again && sflow_next(datagram, &sample, &error) > 0) {
        sflow_agent_note(collector->agents, agent, &sample);
        count(&collector->stats, &sample);
        if (sample.n_broken > 0 || sample.kind == SFLOW_BROKEN) {
            note_refusal(collector, from, error.text);
        }
        if (sample.kind == SFLOW_FLOW) {
            observe(collector, agent, &sample);
        }
    }
}

static void receive(struct sflow_collector *collector, const struct slot *slot,
                    const struct msghdr *header, size_t n_bytes)
{
    struct base_error error;
    struct sflow_datagram datagram;
    collector->stats.n_datagrams++;
    if (header->msg_flags & MSG_TRUNC) {
        refuse(collector, &slot->from, "a datagram of more than 16384 bytes");
    } else if (sflow_check(slot->bytes, n_bytes, &error) ||
               sflow_open(slot->bytes, n_bytes, &datagram, &error)) {
        refuse(collector, &slot->from, error.text);
    } else {
        hear(collector, &slot->from, &datagram);
    }
}

static void note_overflow(struct sflow_collector *collector, struct msghdr *header)
{
    for (struct cmsghdr *at = CMSG_FIRSTHDR(header); at; at = CMSG_NXTHDR(header, at)) {
        if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SO_RXQ_OVFL) {
            uint32_t total;
            memcpy(&total, CMSG_DATA(at), sizeof total);
            collector->stats.n_kernel_drops += total - collector->overflow;
            collector->overflow = total;
        }
    }
}

/* How many datagrams there were. */
static int receive_batch(struct sflow_collector *collector)
{
    struct mmsghdr messages[N_BATCH];
    struct iovec vectors[N_BATCH];
    for (size_t i = 0; i < N_BATCH; i++) {
        struct slot *slot = &collector->slots[i];
        vectors[i] = (struct iovec){slot->bytes, sizeof slot->bytes};
        messages[i].msg_hdr = (struct msghdr){.msg_name = &slot->from,
                                              .msg_namelen = sizeof slot->from,
                                              .msg_iov = &vectors[i],
                                              .msg_iovlen = 1,
                                              .msg_control = &slot->control,
                                              .msg_controllen = sizeof slot->control};
    }
    int n = recvmmsg(collector->fd, messages, N_BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < n; i++) {
        note_overflow(collector, &messages[i].msg_hdr);
        receive(collector, &collector->slots[i], &messages[i].msg_hdr, messages[i].msg_len);
    }
    return n;
}

static void wake_up(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    for (int i = 0; i < N_BATCHES && receive_batch(context) == N_BATCH; i++) {
    }
}
