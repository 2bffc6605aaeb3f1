/* SPDX-License-Identifier: Apache-2.0
 *
 * Dumps of switches that behave well and badly, all of them fakes (fake.h);
 * live_test.c asks a real one. */
#include "channel/channel.h"

#include "base/testing.h"
#include "channel/fake.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A label of more than 63 characters: no name server is asked for it. */
#define NO_HOST                                                                                    \
    "tcp:"                                                                                         \
    "no-such-host-no-such-host-no-such-host-no-such-host-no-such-host-no-such-host"

enum { BOTH = CHANNEL_FLOWS | CHANNEL_PORTS };

/* Long enough for a busy machine: a test that reaches it fails. */
static const struct channel_options PATIENT = {.timeout_ms = 20000};

static struct channel *open_at(const char *endpoint, const struct channel_options *options)
{
    struct channel *channel;
    struct base_error error;
    const struct channel_target target = {.name = "s1", .endpoint = endpoint};
    if (channel_open(&target, 1, options, &channel, &error)) {
        fail_msg("%s", error.text);
    }
    return channel;
}

static void dump_all(struct channel *channel, unsigned what, struct channel_dump *dumps)
{
    struct base_error error;
    if (channel_dump(channel, what, dumps, &error)) {
        fail_msg("%s", error.text);
    }
}

static void assert_ok(const struct channel_dump *dump, size_t n_flows)
{
    if (!dump->ok) {
        fail_msg("%s", dump->reason);
    }
    assert_string_equal(dump->reason, "");
    assert_int_equal(dump->state.flows.n_entries, n_flows);
}

static void assert_failed(const struct channel_dump *dump, const char *endpoint, const char *why)
{
    assert_false(dump->ok);
    if (strncmp(dump->reason, endpoint, strlen(endpoint)) != 0 || !strstr(dump->reason, why)) {
        fail_msg("expected \"%s: ...%s...\", got \"%s\"", endpoint, why, dump->reason);
    }
}

/* Nothing that could change a switch was sent. */
static void stop(struct channel_fake *fake)
{
    channel_fake_stop(fake);
    assert_int_equal(fake->types_seen &
                         ~(1u << FAKE_HELLO | 1u << FAKE_ECHO_REPLY | 1u << FAKE_FEATURES_REQUEST |
                           1u << FAKE_STATS_REQUEST | 1u << FAKE_BARRIER_REQUEST),
                     0);
}

/* One dump of one fake, freed by the caller. */
static struct channel_dump dump_once(struct channel_fake *fake,
                                     const struct channel_options *options)
{
    struct channel_dump dump;
    assert_true(channel_fake_start(fake));
    struct channel *channel = open_at(fake->endpoint, options);
    dump_all(channel, BOTH, &dump);
    channel_close(channel);
    stop(fake);
    return dump;
}

static void expect_ok(struct channel_fake fake)
{
    struct channel_dump dump = dump_once(&fake, &PATIENT);
    assert_ok(&dump, fake.n_flows);
    switch_state_free(&dump.state);
}

static void expect_failure(struct channel_fake fake, const struct channel_options *options,
                           const char *why)
{
    struct channel_dump dump = dump_once(&fake, options);
    assert_failed(&dump, fake.endpoint, why);
    switch_state_free(&dump.state);
}

static void a_dump_is_the_switch_as_it_says_it_is(void **state)
{
    (void)state;
    struct channel_fake fake = {.dpid = 0x1122334455667788, .n_flows = 1300};
    struct channel_dump dump = dump_once(&fake, &PATIENT);
    assert_ok(&dump, 1300);
    assert_true(dump.state.datapath_id == 0x1122334455667788);
    assert_int_equal(dump.state.n_ports, 2);
    const struct port *port = switch_state_port(&dump.state, 1);
    assert_string_equal(port->name, "p1");
    assert_true(port->has_counters);
    assert_int_equal(port->counters.rx_packets, 7);
    assert_false(switch_state_port(&dump.state, PORT_LOCAL)->has_counters);
    const struct flow_entry *last = &dump.state.flows.entries[1299];
    assert_int_equal(last->priority, 100);
    assert_int_equal(last->cookie, 0x1234);
    assert_int_equal(last->n_actions, 1);
    assert_int_equal(last->actions[0].port, 2);
    assert_true(dump.first_byte_ms > 0 && dump.first_byte_ms <= dump.ms);
    assert_int_equal(dump.n_bytes, fake.n_sent - 8); /* all but the HELLO */
    assert_int_equal(fake.n_dumps, 1);
    switch_state_free(&dump.state);
}

static void only_what_is_asked_for_is_dumped(void **state)
{
    (void)state;
    struct channel_fake fake = {.n_flows = 3};
    struct channel_dump dump;
    assert_true(channel_fake_start(&fake));
    struct channel *channel = open_at(fake.endpoint, &PATIENT);
    dump_all(channel, 0, &dump);
    assert_ok(&dump, 0);
    assert_int_equal(dump.state.n_ports, 2);
    switch_state_free(&dump.state);
    channel_close(channel);
    stop(&fake);
    assert_int_equal(fake.types_seen & 1u << FAKE_STATS_REQUEST, 0);
}

static void bytes_may_come_in_any_pieces(void **state)
{
    (void)state;
    expect_ok((struct channel_fake){.n_flows = 5, .flows_a_part = 2, .piece_bytes = 1});
    expect_ok((struct channel_fake){.n_flows = 3000, .piece_bytes = 4097});
    expect_ok((struct channel_fake){.n_flows = 3000, .piece_bytes = 65536 + 11});
    expect_ok((struct channel_fake){.n_flows = 3000, .holds = true});
    expect_ok((struct channel_fake){.n_flows = 5000, .flows_a_part = 1});
}

static void a_peer_of_any_version_speaks_1_0(void **state)
{
    (void)state;
    expect_ok((struct channel_fake){.n_flows = 1, .hello_version = 4, .hello_bytes = 16});
    expect_ok((struct channel_fake){.n_flows = 1, .hello_version = 6, .hello_bytes = 8});
    expect_ok((struct channel_fake){.n_flows = 1, .hello_version = 6, .hello_bytes = 17});
}

static void refuse_hello(struct channel_fake *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    (void)kind;
    size_t begin = fake->out.n_bytes;
    if (type == FAKE_HELLO) {
        channel_fake_put(fake, FAKE_ERROR, xid, "\0\0\0\0only 1.3", 12);
        fake->out.data[begin] = 4;
    }
}

static void a_peer_that_refuses_1_0_is_named(void **state)
{
    (void)state;
    expect_failure((struct channel_fake){.answer = refuse_hello, .hello_version = 4}, &PATIENT,
                   "does not speak OpenFlow 1.0: OFPET_HELLO_FAILED");
}

static void what_is_not_openflow_is_recognised(void **state)
{
    (void)state;
    expect_failure((struct channel_fake){.banner = "HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n"},
                   &PATIENT, "answers, but not in OpenFlow: \"HTTP/1.1 400 Bad Request\"");
    expect_failure((struct channel_fake){.banner = "SSH-2.0-OpenSSH_9.2\r\n"}, &PATIENT,
                   "answers, but not in OpenFlow: \"SSH-2.0-OpenSSH_9.2\"");
    expect_failure((struct channel_fake){.banner = "\x15\x03\x01"}, &PATIENT,
                   "answers, but not in OpenFlow (first bytes 15 03)");
}

static void nobody_there_is_said(void **state)
{
    (void)state;
    struct channel_fake fake = {0};
    struct channel_dump dump;
    assert_true(channel_fake_start(&fake));
    channel_fake_stop(&fake); /* the port is free again, and nobody listens */
    const char *const endpoints[] = {fake.endpoint, "unix:/nonexistent/switch"};
    const char *const reasons[] = {"Connection refused", "No such file"};
    for (size_t i = 0; i < 2; i++) {
        struct channel *channel = open_at(endpoints[i], &PATIENT);
        dump_all(channel, BOTH, &dump);
        assert_failed(&dump, endpoints[i], reasons[i]);
        dump_all(channel, BOTH, &dump); /* and again */
        assert_failed(&dump, endpoints[i], reasons[i]);
        channel_close(channel);
    }
}

static void names_are_resolved(void **state)
{
    (void)state;
    char endpoint[64];
    struct channel_fake fake = {.n_flows = 2};
    struct channel_dump dump;
    assert_true(channel_fake_start(&fake));
    snprintf(endpoint, sizeof endpoint, "tcp:localhost:%u", fake.port); /* perhaps ::1 first */
    struct channel *channel = open_at(endpoint, &PATIENT);
    dump_all(channel, BOTH, &dump);
    assert_ok(&dump, 2);
    switch_state_free(&dump.state);
    channel_close(channel);
    stop(&fake);
}

static void a_bad_endpoint_names_the_target(void **state)
{
    (void)state;
    const struct channel_target target = {.name = "s7", .endpoint = "ssl:h:1"};
    struct channel *channel;
    struct base_error error;
    assert_int_equal(channel_open(&target, 1, NULL, &channel, &error), -1);
    assert_non_null(strstr(error.text, "switch s7"));
    assert_non_null(strstr(error.text, "not supported yet"));
    assert_null(channel);
    channel_close(channel);
}

static void silence_ends_with_the_timeout(void **state)
{
    (void)state;
    const struct channel_options hasty = {.timeout_ms = 300};
    expect_failure((struct channel_fake){.mute = true}, &hasty,
                   "timed out after 300 ms: connected, but nothing came");
    expect_failure((struct channel_fake){.banner = "\x01"}, &hasty, "less than a message");
}

/* Connections end after each number of bytes that there can be. */
static void a_connection_cut_anywhere_is_a_failure(void **state)
{
    (void)state;
    struct channel_fake whole = {.n_flows = 2, .flows_a_part = 1};
    struct channel_dump dump = dump_once(&whole, &PATIENT);
    assert_ok(&dump, 2);
    switch_state_free(&dump.state);
    for (size_t n = 1; n < whole.n_sent; n++) {
        struct channel_fake cut = {.n_flows = 2, .flows_a_part = 1, .close_after = n};
        dump = dump_once(&cut, &PATIENT);
        assert_failed(&dump, cut.endpoint, "connection"); /* closed, or lost by a reset */
        switch_state_free(&dump.state);
    }
}

static void lose_flows(struct channel_fake *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type == FAKE_STATS_REQUEST && kind == FAKE_FLOW) {
        channel_fake_put_flows(fake, xid, 2, true);
    } else {
        channel_fake_answer(fake, type, xid, kind);
    }
}

static void what_is_still_to_come_is_said(void **state)
{
    (void)state;
    const struct channel_options hasty = {.timeout_ms = 500};
    expect_failure((struct channel_fake){.n_flows = 4, .answer = lose_flows}, &hasty,
                   "timed out after 500 ms: still to come: FLOW stats (2 entries so far)");
    expect_failure((struct channel_fake){.n_flows = 4, .answer = lose_flows, .hangs_up = true},
                   &PATIENT, "the connection: still to come: FLOW stats (2 entries so far)");
}

static void go_on_for_ever(struct channel_fake *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type == FAKE_STATS_REQUEST && kind == FAKE_FLOW) {
        for (size_t i = 0; i < 1000; i++) {
            channel_fake_put_flows(fake, xid, fake->flows_a_part, true);
        }
    } else {
        channel_fake_answer(fake, type, xid, kind);
    }
}

/* More than the buffers of both sockets hold, none of it read by the sender. */
static void flood_with_echoes(struct channel_fake *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    static const uint8_t zeros[60000];
    (void)kind;
    for (size_t i = 0; type == FAKE_HELLO && i < 800; i++) {
        channel_fake_put(fake, FAKE_ECHO_REQUEST, xid, zeros, sizeof zeros);
    }
}

static void a_peer_that_does_not_read_is_given_up(void **state)
{
    (void)state;
    expect_failure((struct channel_fake){.answer = flood_with_echoes}, &PATIENT,
                   "sends requests but does not read the replies");
}

static void a_reply_that_never_ends_is_given_up(void **state)
{
    (void)state;
    const struct channel_fake endless = {.answer = go_on_for_ever, .flows_a_part = 1};
    const struct channel_fake hollow = {.answer = go_on_for_ever};
    expect_failure(endless, &(struct channel_options){.max_entries = 500}, "500");
    expect_failure(endless, &(struct channel_options){.max_bytes = 30000},
                   "sent more than 30000 bytes");
    expect_failure(hollow, &(struct channel_options){.max_messages = 700},
                   "sent more than 700 messages");
}

static void forget_more(struct channel_fake *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    channel_fake_answer(fake, type, xid, kind);
    if (type == FAKE_STATS_REQUEST && kind == FAKE_FLOW) {
        channel_fake_put_flows(fake, xid, 1, false);
    }
}

static void cut_body(struct channel_fake *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    static const uint8_t half_a_record[4 + 40] = {0, FAKE_FLOW, 0, 0, 0, FAKE_FLOW_BYTES};
    if (type == FAKE_STATS_REQUEST && kind == FAKE_FLOW) {
        channel_fake_put(fake, FAKE_STATS_REPLY, xid, half_a_record, sizeof half_a_record);
    } else {
        channel_fake_answer(fake, type, xid, kind);
    }
}

static void answer_flow_with_aggregate(struct channel_fake *fake, uint8_t type, uint32_t xid,
                                       uint16_t kind)
{
    channel_fake_answer(fake, type, xid, kind == FAKE_FLOW ? FAKE_AGGREGATE : kind);
}

static void answer_flow_with_barrier(struct channel_fake *fake, uint8_t type, uint32_t xid,
                                     uint16_t kind)
{
    bool flow = type == FAKE_STATS_REQUEST && kind == FAKE_FLOW;
    channel_fake_answer(fake, flow ? FAKE_BARRIER_REQUEST : type, xid, kind);
}

static void answer_features_with_barrier(struct channel_fake *fake, uint8_t type, uint32_t xid,
                                         uint16_t kind)
{
    bool features = type == FAKE_FEATURES_REQUEST;
    channel_fake_answer(fake, features ? FAKE_BARRIER_REQUEST : type, xid, kind);
}

static void refuse_flow(struct channel_fake *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type == FAKE_STATS_REQUEST && kind == FAKE_FLOW) {
        channel_fake_put(fake, FAKE_ERROR, xid, "\0\1\0\2", 4);
    } else {
        channel_fake_answer(fake, type, xid, kind);
    }
}

static void be_a_controller(struct channel_fake *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    (void)kind;
    if (type == FAKE_HELLO) {
        channel_fake_put(fake, FAKE_FEATURES_REQUEST, xid, NULL, 0);
    }
}

static void answer_features_last(struct channel_fake *fake, uint8_t type, uint32_t xid,
                                 uint16_t kind)
{
    if (type == FAKE_BARRIER_REQUEST) {
        channel_fake_answer(fake, FAKE_FEATURES_REQUEST, xid - 4, 0);
    }
    if (type != FAKE_FEATURES_REQUEST) {
        channel_fake_answer(fake, type, xid, kind);
    }
}

static void a_wrong_answer_is_a_failure(void **state)
{
    (void)state;
    expect_failure((struct channel_fake){.n_flows = 2, .answer = forget_more}, &PATIENT,
                   "sent one reply more to FLOW stats than was asked for");
    expect_failure((struct channel_fake){.answer = cut_body}, &PATIENT, "reply to FLOW stats: ");
    expect_failure((struct channel_fake){.answer = answer_flow_with_aggregate}, &PATIENT,
                   "answered FLOW stats with STATS_REPLY of kind 2");
    expect_failure((struct channel_fake){.answer = answer_flow_with_barrier}, &PATIENT,
                   "answered FLOW stats with BARRIER_REPLY");
    expect_failure((struct channel_fake){.answer = answer_features_with_barrier}, &PATIENT,
                   "answered FEATURES with BARRIER_REPLY");
    expect_failure((struct channel_fake){.answer = refuse_flow}, &PATIENT,
                   "refused FLOW stats: OFPET_BAD_REQUEST OFPBRC_BAD_STAT");
    expect_failure((struct channel_fake){.answer = be_a_controller}, &PATIENT,
                   "is an OpenFlow controller, not a switch");
    expect_failure((struct channel_fake){.answer = answer_features_last}, &PATIENT,
                   "reply to PORT stats: came before the reply to FEATURES");
}

static void add_strays(struct channel_fake *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type == FAKE_STATS_REQUEST && kind == FAKE_FLOW) {
        channel_fake_put_flows(fake, xid + 1000, 3, false);
        channel_fake_put_flows(fake, xid - 1000, 3, true);
        channel_fake_put(fake, FAKE_ERROR, xid + 1000, "\0\1\0\2", 4);
    }
    channel_fake_answer(fake, type, xid, kind);
}

static void replies_to_nothing_are_counted_and_ignored(void **state)
{
    (void)state;
    struct channel_fake fake = {.n_flows = 2, .answer = add_strays};
    struct channel_dump dump = dump_once(&fake, &PATIENT);
    assert_ok(&dump, 2);
    assert_int_equal(dump.n_strays, 3);
    switch_state_free(&dump.state);
}

/* The first attempt's FLOW reply comes once more in the second. */
static void answer_late(struct channel_fake *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type == FAKE_STATS_REQUEST && kind == FAKE_FLOW) {
        if (fake->memo) {
            channel_fake_put_flows(fake, fake->memo, 3, true);
        }
        fake->memo = xid;
    }
    channel_fake_answer(fake, type, xid, kind);
}

static void a_late_reply_is_not_taken_for_a_new_one(void **state)
{
    (void)state;
    struct channel_fake fake = {.n_flows = 2, .n_wrong_counts = 1, .answer = answer_late};
    struct channel_dump dump = dump_once(&fake, &PATIENT);
    assert_ok(&dump, 2);
    assert_int_equal(dump.n_strays, 1);
    assert_int_equal(dump.repeats, 1);
    switch_state_free(&dump.state);
}

/* All with a transaction id that is one of ours, too. */
static void chatter(struct channel_fake *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    static const uint8_t zeros[128];
    channel_fake_put(fake, FAKE_PACKET_IN, xid, zeros, 60);
    channel_fake_put(fake, FAKE_FLOW_REMOVED, xid, zeros, 80);
    channel_fake_put(fake, FAKE_PORT_STATUS, xid, zeros, 56);
    channel_fake_put(fake, FAKE_VENDOR, xid, zeros, 4);
    channel_fake_put(fake, 99, xid, zeros, 33);
    channel_fake_answer(fake, type, xid, kind);
}

static void what_comes_in_between_is_ignored(void **state)
{
    (void)state;
    expect_ok((struct channel_fake){.n_flows = 2, .answer = chatter});
}

/* The answer to everything waits for the reply to an echo. */
static void insist_on_echo(struct channel_fake *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    static const char who[] = "are you there";
    if (type == FAKE_STATS_REQUEST && kind == FAKE_FLOW) {
        channel_fake_put_flows(fake, xid, fake->n_flows - 1, true);
        channel_fake_put(fake, FAKE_ECHO_REQUEST, xid, who, sizeof who - 1);
    } else if (type == FAKE_ECHO_REPLY) {
        channel_fake_put_flows(fake, xid, 1, false);
    } else {
        channel_fake_answer(fake, type, xid, kind);
    }
}

static void echo_is_answered_while_dumping(void **state)
{
    (void)state;
    struct channel_fake fake = {.n_flows = 3, .answer = insist_on_echo};
    struct channel_dump dump = dump_once(&fake, &PATIENT);
    assert_ok(&dump, 3);
    assert_string_equal(fake.echoed, "are you there");
    switch_state_free(&dump.state);
}

/* Sends an echo request when a dump is over, and nothing until it is answered. */
static void echo_when_idle(struct channel_fake *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    channel_fake_answer(fake, type, xid, kind);
    if (type == FAKE_BARRIER_REQUEST && fake->n_dumps == 0) {
        channel_fake_put(fake, FAKE_ECHO_REQUEST, 5, "idle?", 5);
    }
}

static void a_session_serves_many_dumps(void **state)
{
    (void)state;
    struct channel_fake fake = {.n_flows = 4, .answer = echo_when_idle};
    struct channel_dump dump;
    assert_true(channel_fake_start(&fake));
    struct channel *channel = open_at(fake.endpoint, &PATIENT);
    for (size_t i = 0; i < 3; i++) {
        dump_all(channel, BOTH, &dump);
        assert_ok(&dump, 4);
        switch_state_free(&dump.state);
    }
    channel_close(channel);
    stop(&fake);
    assert_int_equal(fake.n_connections, 1);
    assert_int_equal(fake.n_dumps, 3);
    assert_string_equal(fake.echoed, "idle?");
}

static void a_session_closed_meanwhile_is_dialled_again(void **state)
{
    (void)state;
    struct channel_fake fake = {.n_flows = 4, .hangs_up = true};
    struct channel_dump dump;
    assert_true(channel_fake_start(&fake));
    struct channel *channel = open_at(fake.endpoint, &PATIENT);
    for (size_t i = 0; i < 3; i++) {
        dump_all(channel, BOTH, &dump);
        assert_ok(&dump, 4);
        switch_state_free(&dump.state);
    }
    channel_close(channel);
    stop(&fake);
    assert_int_equal(fake.n_connections, 3);
}

static void a_table_that_moves_is_dumped_again(void **state)
{
    (void)state;
    struct channel_fake fake = {.n_flows = 3, .n_wrong_counts = 2};
    struct channel_dump dump = dump_once(&fake, &PATIENT);
    assert_ok(&dump, 3);
    assert_int_equal(dump.repeats, 2);
    assert_int_equal(fake.n_dumps, 3);
    switch_state_free(&dump.state);
    expect_failure((struct channel_fake){.n_flows = 3, .n_wrong_counts = 1000}, &PATIENT,
                   "the table kept changing: in 10 dumps FLOW stats never had as many entries as "
                   "AGGREGATE said, at last 3 instead of 4");
}

static void a_failing_switch_costs_only_its_own_dump(void **state)
{
    (void)state;
    struct channel_fake fakes[4] = {
        {.dpid = 1, .n_flows = 1000},
        {.dpid = 2, .mute = true},
        {.dpid = 3, .banner = "220 mail.example ESMTP\r\n"},
        {.dpid = 4, .n_flows = 2, .piece_bytes = 1},
    };
    struct channel_target targets[5] = {{0}};
    struct channel_dump dumps[5];
    struct channel *channel;
    struct base_error error;
    for (size_t i = 0; i < 4; i++) {
        assert_true(channel_fake_start(&fakes[i]));
        targets[i] = (struct channel_target){.name = "s", .endpoint = fakes[i].endpoint};
    }
    targets[4] = (struct channel_target){.name = "s5", .endpoint = NO_HOST};
    const struct channel_options options = {.timeout_ms = 1000};
    assert_int_equal(channel_open(targets, 5, &options, &channel, &error), 0);
    dump_all(channel, BOTH, dumps);
    assert_ok(&dumps[0], 1000);
    assert_failed(&dumps[1], fakes[1].endpoint, "nothing came");
    assert_failed(&dumps[2], fakes[2].endpoint, "220 mail.example ESMTP");
    assert_ok(&dumps[3], 2);
    assert_failed(&dumps[4], NO_HOST, "can not resolve");
    assert_int_equal(dumps[3].state.datapath_id, 4);
    assert_true(dumps[0].ms < dumps[1].ms);
    assert_true(dumps[1].ms > 900); /* the loop's clock is a coarse one */
    channel_close(channel);
    for (size_t i = 0; i < 5; i++) {
        switch_state_free(&dumps[i].state);
    }
    for (size_t i = 0; i < 4; i++) {
        stop(&fakes[i]);
    }
}

/* A channel that listens for `n` datapath ids (0: any) at a port that is free. */
static struct channel *listen_for(const uint64_t *dpids, size_t n, unsigned timeout_ms,
                                  char endpoint[64], uint16_t *port)
{
    struct channel_target targets[4] = {{0}};
    struct channel *channel;
    struct base_error error;
    const struct channel_options options = {.timeout_ms = timeout_ms};
    struct sockaddr_in free_one = {.sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n_bytes = sizeof free_one;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&free_one, sizeof free_one), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&free_one, &n_bytes), 0);
    close(fd);
    *port = ntohs(free_one.sin_port);
    snprintf(endpoint, 64, "ptcp:%u:127.0.0.1", *port);
    for (size_t i = 0; i < n; i++) {
        targets[i] = (struct channel_target){
            .name = "s", .endpoint = endpoint, .dpid = dpids[i], .any_dpid = dpids[i] == 0};
    }
    assert_int_equal(channel_open(targets, n, &options, &channel, &error), 0);
    return channel;
}

static void switches_that_dial_are_known_by_their_datapath_id(void **state)
{
    (void)state;
    char endpoint[64];
    uint16_t port;
    struct channel_dump dumps[3];
    struct channel *channel = listen_for((uint64_t[]){1, 0, 2}, 3, 20000, endpoint, &port);
    sem_t gone;
    sem_init(&gone, 0, 0);
    struct channel_fake first = {.dpid = 2, .n_flows = 2, .dial_port = port, .after_dump = &gone};
    struct channel_fake second = {.dpid = 1, .n_flows = 1, .dial_port = port, .before_dial = &gone};
    struct channel_fake other = {.dpid = 9, .n_flows = 9, .dial_port = port, .before_dial = &gone};
    assert_true(channel_fake_start(&first) && channel_fake_start(&second) &&
                channel_fake_start(&other));
    sem_post(&gone);
    for (size_t round = 0; round < 2; round++) {
        dump_all(channel, BOTH, dumps);
        assert_ok(&dumps[0], 1);
        assert_ok(&dumps[1], 9);
        assert_ok(&dumps[2], 2);
        for (size_t i = 0; i < 3; i++) {
            switch_state_free(&dumps[i].state);
        }
    }
    channel_close(channel);
    stop(&first);
    stop(&second);
    stop(&other);
    sem_destroy(&gone);
}

static void answer_one_dump(struct channel_fake *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (fake->n_dumps == 0) {
        channel_fake_answer(fake, type, xid, kind);
    }
}

/* Whether the connection of the dump before is closed, or dead without a sign. */
static void a_switch_that_dials_again_is_taken_again(void **state)
{
    (void)state;
    char endpoint[64];
    uint16_t port;
    struct channel_dump dump;
    struct channel *channel = listen_for((uint64_t[]){7}, 1, 20000, endpoint, &port);
    struct channel_fake fakes[3] = {
        {.dpid = 7, .n_flows = 1, .dial_port = port, .hangs_up = true},
        {.dpid = 7, .n_flows = 2, .dial_port = port, .answer = answer_one_dump},
        {.dpid = 7, .n_flows = 3, .dial_port = port},
    };
    for (size_t i = 0; i < 3; i++) {
        assert_true(channel_fake_start(&fakes[i]));
        dump_all(channel, BOTH, &dump);
        assert_ok(&dump, i + 1);
        switch_state_free(&dump.state);
    }
    channel_close(channel);
    for (size_t i = 0; i < 3; i++) {
        stop(&fakes[i]);
    }
}

/* Introduces itself under a false id first, with a reply that nobody asked for. */
static void claim_to_be_8(struct channel_fake *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type == FAKE_HELLO) {
        fake->dpid = 8;
        channel_fake_answer(fake, FAKE_FEATURES_REQUEST, 1, 0);
        fake->dpid = 7;
    }
    channel_fake_answer(fake, type, xid, kind);
}

static void a_target_for_any_switch_stays_with_the_first(void **state)
{
    (void)state;
    char endpoint[64];
    uint16_t port;
    struct channel_dump dump;
    struct channel *channel = listen_for((uint64_t[]){0}, 1, 1000, endpoint, &port);
    struct channel_fake first = {
        .dpid = 7, .dial_port = port, .hangs_up = true, .answer = claim_to_be_8};
    struct channel_fake second = {.dpid = 8, .dial_port = port};
    assert_true(channel_fake_start(&first));
    dump_all(channel, BOTH, &dump);
    assert_ok(&dump, 0);
    assert_int_equal(dump.state.datapath_id, 7);
    switch_state_free(&dump.state);
    assert_true(channel_fake_start(&second));
    dump_all(channel, BOTH, &dump);
    assert_failed(&dump, endpoint,
                  "no switch dialled that has datapath id 0000000000000007; 1 other");
    channel_close(channel);
    stop(&first);
    stop(&second);
}

static void who_dialled_instead_is_said(void **state)
{
    (void)state;
    char endpoint[64];
    uint16_t port;
    struct channel_dump dump;
    struct channel *channel = listen_for((uint64_t[]){3}, 1, 500, endpoint, &port);
    dump_all(channel, BOTH, &dump);
    assert_failed(
        &dump, endpoint,
        "timed out after 500 ms: no switch dialled that has datapath id 0000000000000003");
    struct channel_fake stranger = {.dpid = 0xabc, .dial_port = port};
    struct channel_fake browser = {.banner = "GET / HTTP/1.1\r\n\r\n", .dial_port = port};
    assert_true(channel_fake_start(&stranger) && channel_fake_start(&browser));
    dump_all(channel, BOTH, &dump);
    assert_failed(&dump, endpoint, "; 1 other did, the last with datapath id 0000000000000abc");
    assert_failed(&dump, endpoint,
                  "; 1 caller was not understood, the last: answers, but not in OpenFlow: \"GET /");
    channel_close(channel);
    stop(&stranger);
    stop(&browser);
}

static void an_address_that_is_taken_is_the_reason(void **state)
{
    (void)state;
    struct channel_fake fake = {0};
    char endpoint[64];
    struct channel_dump dump;
    assert_true(channel_fake_start(&fake));
    snprintf(endpoint, sizeof endpoint, "ptcp:%u:127.0.0.1", fake.port);
    struct channel *channel = open_at(endpoint, &PATIENT);
    dump_all(channel, BOTH, &dump);
    assert_failed(&dump, endpoint, "can not listen: Address already in use");
    channel_close(channel);
    stop(&fake);
}

static void no_targets_is_no_work(void **state)
{
    (void)state;
    struct channel *channel;
    struct base_error error;
    assert_int_equal(channel_open(NULL, 0, NULL, &channel, &error), 0);
    assert_int_equal(channel_dump(channel, BOTH, NULL, &error), 0);
    channel_close(channel);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_dump_is_the_switch_as_it_says_it_is),
    cmocka_unit_test(only_what_is_asked_for_is_dumped),
    cmocka_unit_test(bytes_may_come_in_any_pieces),
    cmocka_unit_test(a_peer_of_any_version_speaks_1_0),
    cmocka_unit_test(a_peer_that_refuses_1_0_is_named),
    cmocka_unit_test(what_is_not_openflow_is_recognised),
    cmocka_unit_test(nobody_there_is_said),
    cmocka_unit_test(names_are_resolved),
    cmocka_unit_test(a_bad_endpoint_names_the_target),
    cmocka_unit_test(silence_ends_with_the_timeout),
    cmocka_unit_test(a_connection_cut_anywhere_is_a_failure),
    cmocka_unit_test(what_is_still_to_come_is_said),
    cmocka_unit_test(a_reply_that_never_ends_is_given_up),
    cmocka_unit_test(a_peer_that_does_not_read_is_given_up),
    cmocka_unit_test(a_wrong_answer_is_a_failure),
    cmocka_unit_test(replies_to_nothing_are_counted_and_ignored),
    cmocka_unit_test(a_late_reply_is_not_taken_for_a_new_one),
    cmocka_unit_test(what_comes_in_between_is_ignored),
    cmocka_unit_test(echo_is_answered_while_dumping),
    cmocka_unit_test(a_session_serves_many_dumps),
    cmocka_unit_test(a_session_closed_meanwhile_is_dialled_again),
    cmocka_unit_test(a_table_that_moves_is_dumped_again),
    cmocka_unit_test(a_failing_switch_costs_only_its_own_dump),
    cmocka_unit_test(switches_that_dial_are_known_by_their_datapath_id),
    cmocka_unit_test(a_switch_that_dials_again_is_taken_again),
    cmocka_unit_test(a_target_for_any_switch_stays_with_the_first),
    cmocka_unit_test(who_dialled_instead_is_said),
    cmocka_unit_test(an_address_that_is_taken_is_the_reason),
    cmocka_unit_test(no_targets_is_no_work),
};
TEST_MAIN(tests)
