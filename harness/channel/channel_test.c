/* SPDX-License-Identifier: Apache-2.0
 *
 * Dumps of switches that behave well, though not always as one would wish:
 * they are fakes (testing/fake_switch.h). hostile_test.c has those that do not,
 * listener_test.c those that dial us; live_test.c asks a real one. */
#include "channel/channel.h"

#include "base/clock.h"
#include "base/sandbox.h"
#include "channel/channel_inside.h"
#include "testing/channel.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* A label of more than 63 characters: no name server is asked for it. */
#define NO_HOST                                                                                    \
    "tcp:"                                                                                         \
    "no-such-host-no-such-host-no-such-host-no-such-host-no-such-host-no-such-host"

static void a_dump_is_the_switch_as_it_says_it_is(void **state)
{
    (void)state;
    struct fake_switch fake = {.dpid = 0x1122334455667788, .n_flows = 1300};
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
    struct fake_switch fake = {.n_flows = 3};
    struct channel_dump dump;
    assert_true(fake_switch_start(&fake));
    struct channel *channel = open_at(fake.endpoint, &PATIENT);
    dump_all(channel, 0, &dump);
    assert_ok(&dump, 0);
    assert_int_equal(dump.state.n_ports, 2);
    switch_state_free(&dump.state);
    channel_close(channel);
    stop(&fake);
    assert_int_equal(fake.types_seen & 1u << FAKE_STATS_REQUEST, 0);
}

/* With the next dump, on the session of the one before. */
static void a_switch_is_told_to_send(void **state)
{
    (void)state;
    enum { PACKET_OUT = 13 };
    static const uint8_t frame[60] = {2};
    struct fake_switch fake = {.n_flows = 3};
    struct channel_dump dump;
    struct base_error error;
    assert_true(fake_switch_start(&fake));
    struct channel *channel = open_at(fake.endpoint, &PATIENT);
    assert_int_equal(channel_packet_out(channel, 0, 7, frame, sizeof frame, &error), -1);
    assert_non_null(strstr(error.text, "no session"));
    dump_all(channel, 0, &dump);
    switch_state_free(&dump.state);
    assert_int_equal(channel_packet_out(channel, 0, 7, frame, sizeof frame, &error), 0);
    dump_all(channel, 0, &dump);
    assert_ok(&dump, 0);
    switch_state_free(&dump.state);
    channel_close(channel);
    fake_switch_stop(&fake);
    assert_true(fake.types_seen & 1u << PACKET_OUT);
}

static void bytes_may_come_in_any_pieces(void **state)
{
    (void)state;
    expect_ok((struct fake_switch){.n_flows = 5, .flows_a_part = 2, .piece_bytes = 1});
    expect_ok((struct fake_switch){.n_flows = 3000, .piece_bytes = 4097});
    expect_ok((struct fake_switch){.n_flows = 3000, .piece_bytes = 65536 + 11});
    expect_ok((struct fake_switch){.n_flows = 3000, .holds = true});
    expect_ok((struct fake_switch){.n_flows = 5000, .flows_a_part = 1});
}

/* One that lists no versions, and says a later one than 1.0, has 1.3: it is asked in it, too. */
static void a_peer_of_any_version_speaks_1_0(void **state)
{
    (void)state;
    static const size_t hello_bytes[] = {16, 8, 17};
    for (size_t i = 0; i < 3; i++) {
        struct fake_switch fake = {
            .n_flows = 1, .hello_version = i == 0 ? 4 : 6, .hello_bytes = hello_bytes[i]};
        struct channel_dump dump;
        assert_true(fake_switch_start(&fake));
        struct channel *channel = open_at(fake.endpoint, &PATIENT);
        dump_all(channel, BOTH, &dump);
        assert_ok(&dump, 1);
        assert_int_equal(dump.odd, CHANNEL_ODD_UNTOLD); /* it takes one connection only */
        assert_int_equal(dump.state.version, 1);
        switch_state_free(&dump.state);
        channel_close(channel);
        fake_switch_stop(&fake);
    }
}

/* 1.0 is said first; then it is dialled once more. */
static void a_switch_that_has_1_3_alone_is_asked_in_it(void **state)
{
    (void)state;
    struct fake_switch fake = {
        .n_flows = 3, .version = 4, .hello_version = 4, .hello_list = 1 << 4};
    struct channel_dump dump = dump_once(&fake, &PATIENT);
    assert_ok(&dump, 3);
    assert_int_equal(dump.state.version, 4);
    assert_int_equal(fake.n_connections, 2);
    switch_state_free(&dump.state);
}

/* With ports, and where the switch tells it. */
static void what_meters_dropped_is_read(void **state)
{
    (void)state;
    static const struct {
        unsigned what, no_stats, odd;
        bool is_counted;
    } cases[] = {
        {BOTH, 0, 0, true},
        {CHANNEL_FLOWS, 0, 0, false},
        {BOTH, 1u << FAKE_METER, CHANNEL_ODD_NO_METER_STATS, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake_switch fake = {.n_flows = 3,
                                   .version = 4,
                                   .hello_version = 4,
                                   .hello_list = 1 << 4,
                                   .has_groups = true,
                                   .no_stats = cases[i].no_stats};
        struct channel_dump dump;
        assert_true(fake_switch_start(&fake));
        struct channel *channel = open_at(fake.endpoint, &PATIENT);
        dump_all(channel, cases[i].what, &dump);
        assert_ok(&dump, 3);
        assert_int_equal(dump.odd, cases[i].odd);
        assert_int_equal(dump.state.groups.n_meters, 1);
        const struct meter *meter = &dump.state.groups.meters[0];
        assert_int_equal(meter->is_counted, cases[i].is_counted);
        assert_int_equal(meter->n_in, cases[i].is_counted ? 7 : 0);
        assert_int_equal(meter->n_dropped, cases[i].is_counted ? 2 : 0);
        switch_state_free(&dump.state);
        channel_close(channel);
        fake_switch_stop(&fake);
    }
}

static void answer_barrier_twice(struct fake_switch *fake, uint8_t type, uint32_t xid,
                                 uint16_t kind)
{
    fake_switch_answer(fake, type, xid, kind);
    if (type == FAKE_BARRIER_REQUEST) {
        fake_switch_answer(fake, type, xid, kind);
    }
}

static void what_comes_behind_the_last_reply_is_nothing(void **state)
{
    (void)state;
    struct fake_switch fake = {.n_flows = 2, .holds = true, .answer = answer_barrier_twice};
    struct channel_dump dump;
    assert_true(fake_switch_start(&fake));
    struct channel *channel = open_at(fake.endpoint, &PATIENT);
    for (int i = 0; i < 2; i++) {
        dump_all(channel, BOTH, &dump);
        assert_ok(&dump, 2);
        assert_int_equal(dump.n_strays, 0);
        switch_state_free(&dump.state);
    }
    channel_close(channel);
    stop(&fake);
    assert_int_equal(fake.n_connections, 1);
}

/* Callers that are not done are waited for (250 ms); where nobody calls, no dump is that long. */
static void nobody_is_waited_for_where_nobody_calls(void **state)
{
    (void)state;
    struct fake_switch fake = {.n_flows = 1};
    struct channel_dump dump;
    assert_true(fake_switch_start(&fake));
    struct channel *channel = open_at(fake.endpoint, &PATIENT);
    uint64_t took_ms = UINT64_MAX;
    for (int i = 0; i < 50 && took_ms >= CHANNEL_GRACE_MS; i++) {
        uint64_t start_ns = base_now_ns();
        dump_all(channel, BOTH, &dump);
        took_ms = (base_now_ns() - start_ns) / 1000000;
        switch_state_free(&dump.state);
    }
    assert_true(took_ms < CHANNEL_GRACE_MS);
    channel_close(channel);
    stop(&fake);
}

/* The lab file asks for 1.0, and the switch has 1.3: it may say less than it does. */
static void what_is_asked_in_1_0_alone_is_told(void **state)
{
    (void)state;
    for (int newer = 0; newer < 2; newer++) {
        struct fake_switch fake = {
            .n_flows = 3, .hello_version = 4, .hello_list = 1 << 1 | (newer ? 1 << 4 : 0)};
        struct channel_dump dump;
        struct channel *channel;
        struct base_error error;
        assert_true(fake_switch_start(&fake));
        struct channel_target target = {.endpoint = fake.endpoint, .version = 1};
        assert_int_equal(channel_open(&target, 1, &PATIENT, &channel, &error), 0);
        dump_all(channel, BOTH, &dump);
        assert_ok(&dump, 3);
        assert_int_equal(dump.odd, newer ? CHANNEL_ODD_INSISTED : 0);
        switch_state_free(&dump.state);
        channel_close(channel);
        fake_switch_stop(&fake);
    }
}

/* A switch that lists 1.3, too, and takes one connection only: what it says in 1.0 is taken. */
static void a_switch_that_cannot_be_asked_in_both_is_told(void **state)
{
    (void)state;
    struct fake_switch fake = {.n_flows = 3, .hello_version = 4, .hello_list = 1 << 1 | 1 << 4};
    struct channel_dump dump;
    assert_true(fake_switch_start(&fake));
    struct channel *channel = open_at(fake.endpoint, &PATIENT);
    for (int i = 0; i < 2; i++) {
        dump_all(channel, BOTH, &dump);
        assert_ok(&dump, 3);
        assert_int_equal(dump.odd, CHANNEL_ODD_UNTOLD);
        assert_int_equal(dump.state.version, 1);
        switch_state_free(&dump.state);
    }
    dump_all(channel, CHANNEL_PORTS, &dump); /* has no entries that could be hidden */
    assert_int_equal(dump.odd, 0);
    switch_state_free(&dump.state);
    assert_int_equal(fake.n_connections, 1);
    channel_close(channel);
    fake_switch_stop(&fake);
}

static void what_is_not_said_is_the_default(void **state)
{
    (void)state;
    const struct channel_options given = {1, 2, 3, 4, 5, 0, false, true};
    for (int i = 0; i < 2; i++) {
        struct channel *channel;
        assert_int_equal(channel_open(NULL, 0, i ? &given : NULL, &channel, NULL), 0);
        const struct channel_options *options = &channel->options;
        assert_int_equal(options->timeout_ms, i ? 1 : 10000);
        assert_int_equal(options->max_bytes, i ? 2 : 512 << 20);
        assert_int_equal(options->max_sum_bytes, i ? 3 : SIZE_MAX);
        assert_int_equal(options->max_messages, i ? 4 : 1000000);
        assert_int_equal(options->max_entries, i ? 5 : 2000000);
        assert_int_equal(options->plain, i);
        assert_null(channel->interrupt);
        channel_close(channel);
    }
}

static void nobody_there_is_said(void **state)
{
    (void)state;
    struct fake_switch fake = {0};
    struct channel_dump dump;
    assert_true(fake_switch_start(&fake));
    fake_switch_stop(&fake); /* the port is free again, and nobody listens */
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

static void an_address_that_is_taken_is_the_reason(void **state)
{
    (void)state;
    struct fake_switch fake = {0};
    char endpoint[64];
    struct channel_dump dump;
    assert_true(fake_switch_start(&fake));
    snprintf(endpoint, sizeof endpoint, "ptcp:%u:127.0.0.1", fake.port);
    struct channel *channel = open_at(endpoint, &PATIENT);
    dump_all(channel, BOTH, &dump);
    assert_failed(&dump, endpoint, "can not listen: Address already in use");
    channel_close(channel);
    stop(&fake);
}

enum { CANNOT = 77 };

/* The directory of the socket is closed to all but root's privileges, if this is root. 0: the
 * socket was dialled twice. */
static int dial_confined(const char *endpoint)
{
    const struct channel_target target = {.name = "s1", .endpoint = endpoint};
    const struct channel_options options = {.timeout_ms = 100, .helped = true};
    struct channel *channel;
    struct channel_dump dump = {0};
    if (channel_open(&target, 1, &options, &channel, NULL) < 0) {
        return 1;
    }
    if (base_sandbox_enter(BASE_SANDBOX_READS, NULL) < 0) {
        return CANNOT;
    }
    for (int i = 0; i < 2; i++) {
        if (channel_dump(channel, BOTH, &dump, NULL) < 0 ||
            !strstr(dump.reason, "connected, but nothing came")) {
            return 2;
        }
    }
    channel_close(channel);
    return 0;
}

static void a_helper_dials_where_a_confined_process_may_not(void **state)
{
    (void)state;
    char directory[] = "/tmp/channel-XXXXXX", endpoint[128];
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int status, fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_non_null(mkdtemp(directory));
    snprintf(name.sun_path, sizeof name.sun_path, "%s/s1", directory);
    snprintf(endpoint, sizeof endpoint, "unix:%s", name.sun_path);
    assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof name) | listen(fd, 5), 0);
    if (geteuid() == 0) {
        assert_int_equal(chmod(directory, 0), 0);
    }
    pid_t child = fork();
    if (child == 0) {
        _exit(dial_confined(endpoint));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT) {
        close(fd);
        cannot_run("libcap-ng, libseccomp, or the kernel's leave to filter");
    }
    assert_int_equal(status, 0);
    for (int i = 0; i < 2; i++) {
        int peer = accept(fd, NULL, NULL);
        assert_true(peer >= 0);
        close(peer);
    }
    close(fd);
    unlink(name.sun_path);
    rmdir(directory);
}

static void names_are_resolved(void **state)
{
    (void)state;
    char endpoint[64];
    struct fake_switch fake = {.n_flows = 2};
    struct channel_dump dump;
    assert_true(fake_switch_start(&fake));
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
    const struct channel_target target = {.name = "s7", .endpoint = "udp:h:1"};
    struct channel *channel;
    struct base_error error;
    assert_int_equal(channel_open(&target, 1, NULL, &channel, &error), -1);
    assert_non_null(strstr(error.text, "switch s7"));
    assert_non_null(strstr(error.text, "expected tcp:"));
    assert_null(channel);
    channel_close(channel);
}

static void add_strays(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type == FAKE_STATS_REQUEST && kind == FAKE_FLOW) {
        fake_switch_put_flows(fake, xid + 1000, 3, false);
        fake_switch_put_flows(fake, xid - 1000, 3, true);
        fake_switch_put(fake, FAKE_ERROR, xid + 1000, "\0\1\0\2", 4);
    }
    fake_switch_answer(fake, type, xid, kind);
}

static void replies_to_nothing_are_counted_and_ignored(void **state)
{
    (void)state;
    struct fake_switch fake = {.n_flows = 2, .answer = add_strays};
    struct channel_dump dump = dump_once(&fake, &PATIENT);
    assert_ok(&dump, 2);
    assert_int_equal(dump.n_strays, 3);
    switch_state_free(&dump.state);
}

/* The first attempt's FLOW reply comes once more in the second. */
static void answer_late(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type == FAKE_STATS_REQUEST && kind == FAKE_FLOW) {
        if (fake->memo) {
            fake_switch_put_flows(fake, fake->memo, 3, true);
        }
        fake->memo = xid;
    }
    fake_switch_answer(fake, type, xid, kind);
}

static void a_late_reply_is_not_taken_for_a_new_one(void **state)
{
    (void)state;
    struct fake_switch fake = {.n_flows = 2, .n_wrong_counts = 1, .answer = answer_late};
    struct channel_dump dump = dump_once(&fake, &PATIENT);
    assert_ok(&dump, 2);
    assert_int_equal(dump.n_strays, 1);
    assert_int_equal(dump.repeats, 1);
    switch_state_free(&dump.state);
}

/* All with a transaction id that is one of ours, too. */
static void chatter(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    static const uint8_t zeros[128];
    fake_switch_put(fake, FAKE_PACKET_IN, xid, zeros, 60);
    fake_switch_put(fake, FAKE_FLOW_REMOVED, xid, zeros, 80);
    fake_switch_put(fake, FAKE_PORT_STATUS, xid, zeros, 56);
    fake_switch_put(fake, FAKE_VENDOR, xid, zeros, 4);
    fake_switch_put(fake, 99, xid, zeros, 33);
    fake_switch_answer(fake, type, xid, kind);
}

static void what_comes_in_between_is_ignored(void **state)
{
    (void)state;
    expect_ok((struct fake_switch){.n_flows = 2, .answer = chatter});
}

/* The answer to everything waits for the reply to an echo. */
static void insist_on_echo(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    static const char who[] = "are you there";
    if (type == FAKE_STATS_REQUEST && kind == FAKE_FLOW) {
        fake_switch_put_flows(fake, xid, fake->n_flows - 1, true);
        fake_switch_put(fake, FAKE_ECHO_REQUEST, xid, who, sizeof who - 1);
    } else if (type == FAKE_ECHO_REPLY) {
        fake_switch_put_flows(fake, xid, 1, false);
    } else {
        fake_switch_answer(fake, type, xid, kind);
    }
}

static void echo_is_answered_while_dumping(void **state)
{
    (void)state;
    struct fake_switch fake = {.n_flows = 3, .answer = insist_on_echo};
    struct channel_dump dump = dump_once(&fake, &PATIENT);
    assert_ok(&dump, 3);
    assert_string_equal(fake.echoed, "are you there");
    switch_state_free(&dump.state);
}

/* Sends an echo request when a dump is over, and nothing until it is answered. */
static void echo_when_idle(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    fake_switch_answer(fake, type, xid, kind);
    if (type == FAKE_BARRIER_REQUEST && fake->n_dumps == 0) {
        fake_switch_put(fake, FAKE_ECHO_REQUEST, 5, "idle?", 5);
    }
}

static void a_session_serves_many_dumps(void **state)
{
    (void)state;
    struct fake_switch fake = {.n_flows = 4, .answer = echo_when_idle};
    struct channel_dump dump;
    assert_true(fake_switch_start(&fake));
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
    struct fake_switch fake = {.n_flows = 4, .hangs_up = true};
    struct channel_dump dump;
    assert_true(fake_switch_start(&fake));
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
    struct fake_switch fake = {.n_flows = 3, .n_wrong_counts = 1};
    struct channel_dump dump = dump_once(&fake, &PATIENT);
    assert_ok(&dump, 3);
    assert_int_equal(dump.repeats, 1);
    assert_int_equal(dump.odd, 0);
    assert_int_equal(fake.n_dumps, 2);
    switch_state_free(&dump.state);
    expect_failure((struct fake_switch){.n_flows = 3, .grows = true}, &PATIENT,
                   "the table kept changing: in 10 dumps FLOW stats never had as many entries as "
                   "AGGREGATE said, at last 12 instead of 13, and no two in a row listed the same");
    expect_failure(
        (struct fake_switch){.n_flows = 3, .grows = true, .no_stats = 1u << FAKE_AGGREGATE},
        &PATIENT, "no two in a row listed the same entries, and AGGREGATE is refused");
}

/* Two dumps on one session of a switch that does something in its own way: after so many
 * attempts at each, with what is said of it. */
static void expect_odd(struct fake_switch fake, unsigned repeats, unsigned repeats_later,
                       const char *odd)
{
    struct channel_dump dump;
    assert_true(fake_switch_start(&fake));
    const struct channel_options options = {.timeout_ms = 20000};
    struct channel *channel = open_at(fake.endpoint, &options);
    for (int i = 0; i < 2; i++) {
        struct base_buffer text = {0};
        dump_all(channel, BOTH, &dump);
        assert_ok(&dump, fake.n_flows);
        assert_int_equal(dump.state.n_ports, 2);
        assert_int_equal(switch_state_port(&dump.state, 1)->has_counters,
                         !(fake.no_stats & 1u << FAKE_PORT));
        assert_int_equal(dump.repeats, i == 0 ? repeats : repeats_later);
        channel_format_odd(&dump, &text);
        assert_string_equal(base_buffer_text(&text), odd);
        base_buffer_free(&text);
        switch_state_free(&dump.state);
    }
    channel_close(channel);
    stop(&fake);
    assert_int_equal(fake.n_connections, 1);
}

static void what_a_switch_refuses_is_done_without(void **state)
{
    (void)state;
    expect_odd((struct fake_switch){.n_flows = 3}, 0, 0, "");
    expect_odd((struct fake_switch){.n_flows = 3, .no_barrier = true}, 0, 0,
               "refuses BARRIER: read without it");
    expect_odd((struct fake_switch){.n_flows = 3, .no_stats = 1u << FAKE_PORT}, 0, 0,
               "refuses PORT stats: its ports are not counted");
    expect_odd((struct fake_switch){.n_flows = 3, .no_stats = 1u << FAKE_AGGREGATE}, 1, 1,
               "refuses AGGREGATE stats: its table was taken when two dumps in a row listed the "
               "same entries");
    expect_odd((struct fake_switch){.n_flows = 0,
                                    .no_barrier = true,
                                    .no_stats = 1u << FAKE_AGGREGATE | 1u << FAKE_PORT},
               1, 1,
               "refuses BARRIER: read without it; refuses AGGREGATE stats: its table was taken "
               "when two dumps in a row listed the same entries; refuses PORT stats: its ports "
               "are not counted");
    expect_failure((struct fake_switch){.n_flows = 3, .no_stats = 1u << FAKE_FLOW}, &PATIENT,
                   "refused FLOW stats: OFPET_BAD_REQUEST OFPBRC_BAD_STAT");
}

static void a_count_that_is_always_another_is_learned(void **state)
{
    (void)state;
    expect_odd((struct fake_switch){.n_flows = 3, .n_wrong_counts = 1000}, 1, 0,
               "AGGREGATE stats always count 1 more than FLOW stats list: its table was taken "
               "when two dumps in a row listed the same entries");
}

static void the_only_table_may_have_any_number(void **state)
{
    (void)state;
    expect_odd((struct fake_switch){.n_flows = 3, .table = 24}, 0, 0,
               "lists its only table as table 24: taken as table 0");
    expect_odd((struct fake_switch){.n_flows = 0, .table = 24}, 0, 0, "");
}

static void pass_over_vendor(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type != FAKE_STATS_REQUEST || kind != 0xffff) {
        fake_switch_answer(fake, type, xid, kind);
    }
}

/* Is slow: it begins when it is asked whether it is there, and answers BARRIER last of all. */
static void begin_late(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    static struct {
        uint8_t type;
        uint32_t xid;
        uint16_t kind;
    } held[16];
    static size_t n_held;
    if (type != FAKE_ECHO_REQUEST && n_held < 16) {
        held[n_held].type = type;
        held[n_held].xid = xid;
        held[n_held++].kind = kind;
        return;
    }
    for (int barrier = 0; barrier < 2; barrier++) {
        for (size_t i = 0; i < n_held; i++) {
            if ((held[i].type == FAKE_BARRIER_REQUEST) == barrier) {
                fake_switch_answer(fake, held[i].type, held[i].xid, held[i].kind);
            }
        }
        if (!barrier) {
            fake_switch_answer(fake, type, xid, kind);
        }
    }
    n_held = 0;
}

/* All at once, since each takes its time. */
static void one_that_reads_one_message_at_a_time_is_asked_one_by_one(void **state)
{
    (void)state;
    enum { N = 3 };
    static const char odd[] = "answers only the first of several requests: asked one by one";
    struct fake_switch fakes[N] = {
        {.n_flows = 3, .one_a_read = true},
        {.n_flows = 3, .one_a_read = true, .answer = pass_over_vendor},
        {.n_flows = 0, .answer = begin_late},
    };
    struct channel_target targets[N] = {{0}};
    struct channel_dump dumps[N];
    struct channel *channel;
    const struct channel_options options = {.timeout_ms = 20000};
    for (size_t i = 0; i < N; i++) {
        assert_true(fake_switch_start(&fakes[i]));
        targets[i] = (struct channel_target){.name = "s", .endpoint = fakes[i].endpoint};
    }
    assert_int_equal(channel_open(targets, N, &options, &channel, NULL), 0);
    for (size_t n = 0; n < 2; n++) {
        dump_all(channel, BOTH, dumps);
        for (size_t i = 0; i < N; i++) {
            struct base_buffer text = {0};
            assert_ok(&dumps[i], fakes[i].n_flows);
            channel_format_odd(&dumps[i], &text);
            assert_string_equal(base_buffer_text(&text), i < 2 ? odd : "");
            base_buffer_free(&text);
            switch_state_free(&dumps[i].state);
        }
    }
    channel_close(channel);
    for (size_t i = 0; i < N; i++) {
        stop(&fakes[i]);
        assert_int_equal(fakes[i].n_connections, 1);
    }
}

static void a_failing_switch_costs_only_its_own_dump(void **state)
{
    (void)state;
    struct fake_switch fakes[4] = {
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
        assert_true(fake_switch_start(&fakes[i]));
        targets[i] = (struct channel_target){.name = "s", .endpoint = fakes[i].endpoint};
    }
    targets[4] = (struct channel_target){.name = "s5", .endpoint = NO_HOST};
    const struct channel_options options = {.timeout_ms = 1000, .plain = true};
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

static void without_descriptors_there_is_no_channel(void **state)
{
    (void)state;
    struct channel *channel = NULL;
    struct base_error error;
    struct rlimit limit;
    int highest = dup(0);
    close(highest);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    int more = 0;
    for (int status = -1; status != 0; more++) { /* it needs some, and as many as it looked for */
        struct rlimit few = {.rlim_cur = (rlim_t)(highest + more), .rlim_max = limit.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
        status = channel_open(NULL, 0, NULL, &channel, &error);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
        if (status != 0) {
            assert_non_null(strstr(error.text, "too few file descriptors (ulimit -n)"));
            assert_null(channel);
        }
    }
    channel_close(channel);
    assert_in_range(more, 4, 20);
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
    cmocka_unit_test(what_meters_dropped_is_read),
    cmocka_unit_test(a_dump_is_the_switch_as_it_says_it_is),
    cmocka_unit_test(only_what_is_asked_for_is_dumped),
    cmocka_unit_test(a_switch_is_told_to_send),
    cmocka_unit_test(bytes_may_come_in_any_pieces),
    cmocka_unit_test(a_peer_of_any_version_speaks_1_0),
    cmocka_unit_test(what_is_asked_in_1_0_alone_is_told),
    cmocka_unit_test(a_switch_that_cannot_be_asked_in_both_is_told),
    cmocka_unit_test(what_is_not_said_is_the_default),
    cmocka_unit_test(a_switch_that_has_1_3_alone_is_asked_in_it),
    cmocka_unit_test(what_comes_behind_the_last_reply_is_nothing),
    cmocka_unit_test(nobody_is_waited_for_where_nobody_calls),
    cmocka_unit_test(nobody_there_is_said),
    cmocka_unit_test(an_address_that_is_taken_is_the_reason),
    cmocka_unit_test(a_helper_dials_where_a_confined_process_may_not),
    cmocka_unit_test(names_are_resolved),
    cmocka_unit_test(a_bad_endpoint_names_the_target),
    cmocka_unit_test(replies_to_nothing_are_counted_and_ignored),
    cmocka_unit_test(a_late_reply_is_not_taken_for_a_new_one),
    cmocka_unit_test(what_comes_in_between_is_ignored),
    cmocka_unit_test(echo_is_answered_while_dumping),
    cmocka_unit_test(a_session_serves_many_dumps),
    cmocka_unit_test(a_session_closed_meanwhile_is_dialled_again),
    cmocka_unit_test(a_table_that_moves_is_dumped_again),
    cmocka_unit_test(what_a_switch_refuses_is_done_without),
    cmocka_unit_test(a_count_that_is_always_another_is_learned),
    cmocka_unit_test(the_only_table_may_have_any_number),
    cmocka_unit_test(one_that_reads_one_message_at_a_time_is_asked_one_by_one),
    cmocka_unit_test(a_failing_switch_costs_only_its_own_dump),
    cmocka_unit_test(without_descriptors_there_is_no_channel),
    cmocka_unit_test(no_targets_is_no_work),
};
TEST_MAIN(tests)
