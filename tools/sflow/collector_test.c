/* SPDX-License-Identifier: Apache-2.0
 *
 * The collector over a socket of the loopback: what Open vSwitch sent is
 * resolved and observed, garbage is counted and changes nothing, and a buffer
 * that ran over is told. A datagram to the loopback is in the receiver's buffer
 * when the sender's call returns, so nothing is waited for. */
#include "sflow/collector.h"

#include "sflow/golden.h"
#include "testing/cmocka.h"
#include "testing/failing.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct topology_switch switches[] = {
    {.name = "s1", .dpid = 1}, {.name = "s2", .dpid = 2}, {.name = "s3", .dpid = 3}};
static const struct topology topology = {.switches = switches, .n_switches = 3};

struct setup {
    struct event_base *base;
    struct sflow_agents *agents;
    struct sflow_collector *collector;
    int fd; /* the sender's */
    size_t n_taken;
    struct sflow_observation last;
    size_t n_complaints;
};

static void take(void *context, const struct sflow_observation *observation)
{
    struct setup *setup = context;
    setup->n_taken++;
    setup->last = *observation;
}

static void complain(void *context, const char *text)
{
    struct setup *setup = context;
    setup->n_complaints++;
    assert_string_equal(sflow_collector_stats(setup->collector).last_complaint.text, text);
}

static void start(struct setup *setup, const struct sflow_agent_declared *declared, size_t n,
                  size_t receive_bytes)
{
    struct base_error error = {""};
    *setup = (struct setup){.base = event_base_new()};
    setup->agents = sflow_agents_new(&topology, declared, n);
    const struct sflow_collector_options options = {.agents = setup->agents,
                                                    .receive_bytes = receive_bytes,
                                                    .take = take,
                                                    .complain = complain,
                                                    .context = setup};
    setup->collector = sflow_collector_new(setup->base, &options, &error);
    assert_string_equal(error.text, "");
    assert_non_null(setup->collector);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(sflow_collector_port(setup->collector)),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    setup->fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(connect(setup->fd, (struct sockaddr *)&to, sizeof to), 0);
}

static void stop(struct setup *setup)
{
    close(setup->fd);
    sflow_collector_free(setup->collector);
    sflow_agents_free(setup->agents);
    event_base_free(setup->base);
}

static void send_bytes(struct setup *setup, const void *bytes, size_t n_bytes)
{
    assert_int_equal(send(setup->fd, bytes, n_bytes, 0), n_bytes);
}

/* With the next sequence number. */
static void send_next(struct setup *setup, const uint8_t *bytes, size_t n_bytes)
{
    enum { SEQUENCE_AT = 19 }; /* the last byte of it */
    uint8_t copy[2048];
    assert_in_range(n_bytes, SEQUENCE_AT, sizeof copy);
    memcpy(copy, bytes, n_bytes);
    copy[SEQUENCE_AT]++;
    send_bytes(setup, copy, n_bytes);
}

static struct sflow_collector_stats collect(struct setup *setup)
{
    uint64_t before;
    do {
        before = sflow_collector_stats(setup->collector).n_datagrams;
        event_base_loop(setup->base, EVLOOP_NONBLOCK);
    } while (sflow_collector_stats(setup->collector).n_datagrams > before);
    return sflow_collector_stats(setup->collector);
}

static void samples_are_observed_at_their_port(void **state)
{
    (void)state;
    struct setup setup;
    start(&setup, NULL, 0, 0);
    send_bytes(&setup, golden_dropped, sizeof golden_dropped);
    assert_int_equal(collect(&setup).n_unresolved, 1);
    assert_int_equal(setup.n_taken, 0);
    send_bytes(&setup, golden_port, sizeof golden_port);
    send_next(&setup, golden_dropped, sizeof golden_dropped);
    struct sflow_collector_stats stats = collect(&setup);
    assert_int_equal(stats.n_observations, 1);
    assert_int_equal(setup.n_taken, 1);
    assert_int_equal(setup.last.sw, 1);
    assert_int_equal(setup.last.header.in_port, 3);
    assert_int_equal(setup.last.header.nw_proto, NW_PROTO_TCP);
    assert_int_equal(setup.last.header.nw_src, 0x0a000008);
    assert_int_equal(setup.last.header.tp_dst, 80);
    assert_int_equal(setup.last.n_bytes, 78);
    assert_int_equal(setup.last.n_packets, 1);
    assert_int_equal(setup.last.output.kind, SFLOW_PORT_DISCARDED);
    const struct sflow_collector_stats expected = {.n_datagrams = 3,
                                                   .n_flow_samples = 2,
                                                   .n_counter_samples = 1,
                                                   .n_observations = 1,
                                                   .n_unresolved = 1};
    assert_memory_equal(&stats, &expected, offsetof(struct sflow_collector_stats, sequence));
    assert_int_equal(stats.n_agents, 1);
    assert_int_equal(stats.n_learned, 1);
    assert_int_equal(stats.sequence.n_received, 3);
    uint8_t left_out[sizeof golden_dropped];
    memcpy(left_out, golden_dropped, sizeof left_out);
    left_out[19] = 5;     /* the sequence number */
    left_out[52 + 3] = 6; /* samples that were left out, in all */
    send_bytes(&setup, left_out, sizeof left_out);
    assert_int_equal(collect(&setup).n_agent_drops, 6);
    stop(&setup);
}

/* The header is 64 bytes of 1,042: its ICMP is known all the same, and counted
 * with the length of the frame. */
static void cut_headers_are_understood(void **state)
{
    (void)state;
    struct setup setup;
    struct sflow_agent_declared declared = {
        .any_sub_agent = true, .sw = 0, .ports = SFLOW_PORTS_SAME};
    sflow_address_parse("127.0.0.1", &declared.address);
    start(&setup, &declared, 1, 0);
    send_bytes(&setup, golden_two_flows, sizeof golden_two_flows);
    collect(&setup);
    assert_int_equal(setup.n_taken, 2);
    assert_int_equal(setup.last.header.in_port, 3);
    assert_int_equal(setup.last.header.nw_proto, NW_PROTO_ICMP);
    assert_int_equal(setup.last.header.nw_dst, 0x0a000001);
    assert_int_equal(setup.last.n_bytes, 1046);
    stop(&setup);
}

/* Once, and not if its ports are known. */
static void who_cannot_be_told_to_a_port_is_complained_of(void **state)
{
    (void)state;
    struct setup setup;
    static const struct sflow_port_number table[] = {{.if_index = 1000, .port = 1}};
    struct sflow_agent_declared declared = {
        .any_sub_agent = true, .ports = SFLOW_PORTS_TABLE, .table = table, .n_table = 1};
    start(&setup, NULL, 0, 0);
    send_bytes(&setup, golden_dropped, sizeof golden_dropped);
    send_next(&setup, golden_dropped, sizeof golden_dropped);
    assert_string_equal(
        collect(&setup).last_complaint.text,
        "samples of agent 127.0.0.1, sub-agent 2, cannot be told to a port: it has "
        "not sent OpenFlow port records of a switch of the topology yet; set "
        "polling in its sFlow settings, or its `ports' under `sflow' in the policy");
    assert_int_equal(setup.n_complaints, 1);
    stop(&setup);
    start(&setup, NULL, 0, 0);
    send_bytes(&setup, golden_port, sizeof golden_port);
    send_bytes(&setup, golden_dropped, sizeof golden_dropped);
    assert_string_equal(collect(&setup).last_complaint.text, "");
    stop(&setup);
    sflow_address_parse("127.0.0.1", &declared.address);
    start(&setup, &declared, 1, 0);
    send_bytes(&setup, golden_dropped, sizeof golden_dropped);
    assert_string_equal(collect(&setup).last_complaint.text,
                        "samples of agent 127.0.0.1, sub-agent 2, cannot be told to a port: "
                        "ifIndex 9 is not among its `ports' under `sflow' in the policy");
    assert_int_equal(setup.n_complaints, 1);
    stop(&setup);
}

static void strangers_are_counted(void **state)
{
    (void)state;
    struct setup setup;
    struct sflow_agent_declared declared = {
        .any_sub_agent = true, .sw = 0, .ports = SFLOW_PORTS_SAME};
    sflow_address_parse("192.0.2.1", &declared.address);
    start(&setup, &declared, 1, 0);
    send_bytes(&setup, golden_two_flows, sizeof golden_two_flows);
    struct sflow_collector_stats stats = collect(&setup);
    assert_int_equal(stats.n_strangers, 1);
    assert_int_equal(stats.n_flow_samples, 0);
    assert_int_equal(setup.n_taken, 0);
    stop(&setup);
}

/* At one wake-up 4 batches of 32 are taken: others want their turn. */
static void many_datagrams_are_taken_in_turns(void **state)
{
    (void)state;
    struct setup setup;
    start(&setup, NULL, 0, 1 << 20);
    for (int i = 0; i < 130; i++) {
        send_bytes(&setup, "hello", 5);
    }
    event_base_loop(setup.base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
    assert_int_equal(sflow_collector_stats(setup.collector).n_datagrams, 128);
    assert_int_equal(collect(&setup).n_datagrams, 130);
    stop(&setup);
}

static void no_collector_without_memory(void **state)
{
    (void)state;
    struct base_error error = {""};
    const struct sflow_collector_options options = {.take = take};
    failing_begin(0, false);
    assert_null(sflow_collector_new(NULL, &options, &error));
    assert_true(failing_end());
    assert_string_equal(error.text, "out of memory");
}

/* A good sample in front of a bad one is not believed either. */
static void garbage_is_refused_whole(void **state)
{
    (void)state;
    struct setup setup;
    struct sflow_agent_declared declared = {
        .any_sub_agent = true, .sw = 0, .ports = SFLOW_PORTS_SAME};
    sflow_address_parse("127.0.0.1", &declared.address);
    start(&setup, &declared, 1, 0);
    static const uint8_t huge[20000] = {0, 0, 0, 5};
    send_bytes(&setup, golden_two_flows, sizeof golden_two_flows - 4);
    struct sflow_collector_stats stats = collect(&setup);
    assert_string_equal(stats.last_refusal, "127.0.0.1: sample 2 of 2: cut short");
    send_bytes(&setup, "", 0);
    send_bytes(&setup, "hello", 5);
    send_bytes(&setup, huge, sizeof huge);
    stats = collect(&setup);
    assert_string_equal(stats.last_refusal, "127.0.0.1: a datagram of more than 16384 bytes");
    srand(3);
    for (int i = 0; i < 1000; i++) {
        uint8_t noise[256];
        for (size_t k = 0; k < sizeof noise; k++) {
            noise[k] = (uint8_t)rand();
        }
        send_bytes(&setup, noise, (size_t)rand() % sizeof noise);
        stats = collect(&setup);
    }
    assert_int_equal(stats.n_datagrams, 1004);
    assert_int_equal(stats.n_refused, 1004);
    assert_int_equal(stats.n_agents, 0);
    assert_int_equal(stats.sequence.n_received, 0);
    assert_int_equal(setup.n_taken, 0);
    stop(&setup);
}

/* Every datagram is either received or told to be lost. */
static void what_the_kernel_drops_is_counted(void **state)
{
    (void)state;
    struct setup setup;
    start(&setup, NULL, 0, 4096);
    enum { N = 200 };
    for (int i = 0; i < N; i++) {
        send_bytes(&setup, golden_two_flows, sizeof golden_two_flows);
    }
    struct sflow_collector_stats stats = collect(&setup);
    assert_in_range(stats.n_datagrams, 1, N - 1);
    assert_int_equal(stats.receive_bytes, 2 * 4096); /* twice what is asked for: socket(7) */
    send_bytes(&setup, golden_two_flows, sizeof golden_two_flows); /* brings the total */
    stats = collect(&setup);
    assert_int_equal(stats.n_datagrams + stats.n_kernel_drops, N + 1);
    stop(&setup);
}

/* A datagram of 192.0.2.9 with one flow sample, of a TCP frame of 1,390 bytes of which 128 are
 * there. */
struct made {
    uint32_t sequence, source, input, output, stripped_bytes;
    uint32_t protocol; /* of the raw header; 0: Ethernet. Others begin behind its header */
    bool with_broken;  /* in front of it counters with a record that leaves them */
};

enum { MADE_HEADER = 128, MADE_FRAME = 1390 };

/* 02:..:02 to 02:..:01, TCP from 10.0.0.8:8080 to 10.0.0.9:80. */
static const uint8_t made_ethernet[14] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00};
static const uint8_t made_packet[MADE_HEADER] =
    "\x45\0\x05\x5c\0\0\0\0\x40\6\0\0\x0a\0\0\x08\x0a\0\0\x09"
    "\x1f\x90\0\x50\0\0\0\0\0\0\0\0\x50";
/* The same in IPv6: from 2001:db8::8 to 2001:db8::9. */
static const uint8_t made_packet6[MADE_HEADER] =
    "\x60\0\0\0\x05\x34\6\x40\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x08"
    "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x09\x1f\x90\0\x50\0\0\0\0\0\0\0\0\x50";

static void put_words(struct base_buffer *out, const uint32_t *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        base_put_be32(out, words[i]);
    }
}
#define PUT_WORDS(out, ...)                                                                        \
    put_words(out, (const uint32_t[]){__VA_ARGS__},                                                \
              sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void send_made(struct setup *setup, const struct made *made)
{
    enum { RECORD = 16 + MADE_HEADER, SAMPLE = 32 + 8 + RECORD };
    bool ethernet = made->protocol == 0;
    struct base_buffer out = {0};
    PUT_WORDS(&out, 5, 1, 0xc0000209, 0, made->sequence, 1000, 1u + made->with_broken);
    if (made->with_broken) {
        PUT_WORDS(&out, 2, 20, 1, 3, 1, 1, 4000);
    }
    PUT_WORDS(&out, 1, SAMPLE, 1, made->source, 1, 1, 0, made->input, made->output, 1);
    PUT_WORDS(&out, 1, RECORD, ethernet ? 1 : made->protocol, MADE_FRAME, made->stripped_bytes,
              MADE_HEADER);
    if (ethernet) {
        base_put_bytes(&out, made_ethernet, sizeof made_ethernet);
    }
    base_put_bytes(&out, made->protocol == 12 ? made_packet6 : made_packet,
                   ethernet ? MADE_HEADER - sizeof made_ethernet : MADE_HEADER);
    send_bytes(setup, out.data, out.n_bytes);
    base_buffer_free(&out);
}

static void start_made(struct setup *setup)
{
    struct sflow_agent_declared declared = {
        .any_sub_agent = true, .sw = 0, .ports = SFLOW_PORTS_SAME};
    sflow_address_parse("192.0.2.9", &declared.address);
    start(setup, &declared, 1, 0);
}

/* Some agents count in `stripped` the payload that they cut off, others only the FCS. */
static void stripped_as_agents_count_it(void **state)
{
    (void)state;
    struct setup setup;
    start_made(&setup);
    static const uint32_t stripped[] = {0, 4, 1390 - 128, 1390 - 124, 1390, 2000};
    for (uint32_t i = 0; i < sizeof stripped / sizeof *stripped; i++) {
        send_made(&setup, &(struct made){i, 3, 3, 4, stripped[i], 0, false});
        struct sflow_collector_stats stats = collect(&setup);
        assert_string_equal(stats.last_refusal, "");
        assert_int_equal(setup.n_taken, i + 1);
        assert_int_equal(setup.last.n_bytes, 1390);
        assert_int_equal(setup.last.header.nw_src, 0x0a000008);
        assert_int_equal(setup.last.header.tp_dst, 80);
    }
    stop(&setup);
}

/* A frame that is sampled where it enters and where it leaves is one. */
static void what_leaves_is_not_what_enters(void **state)
{
    (void)state;
    struct setup setup;
    start_made(&setup);
    send_made(&setup, &(struct made){1, 3, 3, 4, 4, 0, false});
    send_made(&setup, &(struct made){2, 4, 3, 4, 4, 0, false}); /* where it leaves */
    send_made(&setup, &(struct made){3, 3, 3, 3, 4, 0, false}); /* where it came from */
    send_made(&setup,
              &(struct made){4, 0x02000004, 3, 4, 4, 0, false}); /* a source of another class */
    send_made(&setup, &(struct made){5, 4, 3, 0x80000004, 4, 0, false}); /* by four ports */
    struct sflow_collector_stats stats = collect(&setup);
    assert_string_equal(stats.last_refusal, "");
    assert_int_equal(stats.n_flow_samples, 5);
    assert_int_equal(stats.n_egress, 1);
    assert_int_equal(setup.n_taken, 4);
    stop(&setup);
}

static void a_datagram_that_comes_twice_counts_once(void **state)
{
    (void)state;
    struct setup setup;
    start_made(&setup);
    for (int i = 0; i < 3; i++) {
        send_made(&setup, &(struct made){7, 3, 3, 4, 4, 0, false});
    }
    struct sflow_collector_stats stats = collect(&setup);
    assert_int_equal(setup.n_taken, 1);
    assert_int_equal(stats.n_datagrams, 3);
    assert_int_equal(stats.sequence.n_twice, 2);
    stop(&setup);
}

static void a_broken_sample_costs_itself_alone(void **state)
{
    (void)state;
    struct setup setup;
    start_made(&setup);
    send_made(&setup, &(struct made){1, 3, 3, 4, 4, .with_broken = true});
    struct sflow_collector_stats stats = collect(&setup);
    assert_int_equal(setup.n_taken, 1);
    assert_int_equal(setup.last.header.tp_dst, 80);
    assert_int_equal(stats.n_refused, 0);
    assert_int_equal(stats.n_broken, 1);
    assert_int_equal(stats.n_flow_samples, 1);
    assert_int_equal(stats.n_counter_samples, 1);
    assert_string_equal(stats.last_refusal, "127.0.0.1: sample 1 (counters): record 1: cut short");
    stop(&setup);
    start_made(&setup);
    uint8_t no_rate[sizeof golden_dropped];
    memcpy(no_rate, golden_dropped, sizeof no_rate);
    memcpy(no_rate + 8, (const uint8_t[]){192, 0, 2, 9}, 4);
    no_rate[28 + 8 + 8 + 3] = 0;
    send_bytes(&setup, no_rate, sizeof no_rate);
    stats = collect(&setup);
    assert_int_equal(stats.n_broken, 1);
    assert_int_equal(stats.n_flow_samples + stats.n_other_samples, 0);
    stop(&setup);
}

/* As routers sample: the header of a packet, behind that of Ethernet. */
static void packets_of_ip_are_understood(void **state)
{
    (void)state;
    struct setup setup;
    static const uint8_t unknown[6] = {0};
    start_made(&setup);
    send_made(&setup, &(struct made){1, 3, 3, 4, 0, .protocol = SFLOW_IPV4});
    assert_string_equal(collect(&setup).last_refusal, "");
    assert_int_equal(setup.n_taken, 1);
    assert_true(setup.last.no_ethernet);
    assert_int_equal(setup.last.header.in_port, 3);
    assert_int_equal(setup.last.header.dl_type, DL_TYPE_IP);
    assert_int_equal(setup.last.header.nw_dst, 0x0a000009);
    assert_int_equal(setup.last.header.tp_src, 8080);
    assert_memory_equal(setup.last.header.dl_src, unknown, sizeof unknown);
    assert_int_equal(setup.last.n_bytes, 1390);
    send_made(&setup, &(struct made){2, 3, 3, 4, 0, .protocol = SFLOW_IPV6});
    collect(&setup);
    assert_int_equal(setup.n_taken, 2);
    assert_true(setup.last.no_ethernet);
    assert_int_equal(setup.last.header.dl_type, 0x86dd);
    assert_int_equal(setup.last.header.ipv6_dst[15], 9);
    assert_int_equal(setup.last.header.tp_dst, 80);
    send_made(&setup, &(struct made){3, 3, 3, 4, 4, 0, false});
    collect(&setup);
    assert_int_equal(setup.n_taken, 3);
    assert_false(setup.last.no_ethernet);
    send_made(&setup, &(struct made){4, 3, 3, 4, 4, .protocol = 2}); /* a token ring */
    assert_int_equal(collect(&setup).n_headerless, 1);
    assert_int_equal(setup.n_taken, 3);
    stop(&setup);
}

static void addresses_that_cannot_be_had(void **state)
{
    (void)state;
    struct setup setup;
    struct base_error error = {""};
    start(&setup, NULL, 0, 0);
    struct sflow_collector_options options = {.agents = setup.agents, .address = "localhost"};
    assert_null(sflow_collector_new(setup.base, &options, &error));
    assert_string_equal(error.text, "found `localhost', expected an IPv4 or IPv6 address");
    options.address = "127.0.0.1";
    options.port = sflow_collector_port(setup.collector);
    assert_null(sflow_collector_new(setup.base, &options, &error));
    assert_non_null(strstr(error.text, "Address already in use"));
    stop(&setup);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(samples_are_observed_at_their_port),
    cmocka_unit_test(cut_headers_are_understood),
    cmocka_unit_test(who_cannot_be_told_to_a_port_is_complained_of),
    cmocka_unit_test(strangers_are_counted),
    cmocka_unit_test(many_datagrams_are_taken_in_turns),
    cmocka_unit_test(no_collector_without_memory),
    cmocka_unit_test(garbage_is_refused_whole),
    cmocka_unit_test(what_the_kernel_drops_is_counted),
    cmocka_unit_test(stripped_as_agents_count_it),
    cmocka_unit_test(what_leaves_is_not_what_enters),
    cmocka_unit_test(a_datagram_that_comes_twice_counts_once),
    cmocka_unit_test(a_broken_sample_costs_itself_alone),
    cmocka_unit_test(packets_of_ip_are_understood),
    cmocka_unit_test(addresses_that_cannot_be_had),
};

TEST_MAIN(tests)
