/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions with switches that do as they should, and with some that do not. */
#include "tapd/install/session.h"

#include "ofctl/flow.h"
#include "tapd/install/session_inside.h"
#include "tapd/log_testing.h"
#include "testing/cmocka.h"
#include "testing/fake_switch.h"
#include "testing/loop.h"
#include "testing/versions.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { DPID = 7 };

/* One switch, and what was heard of it. */
struct watch {
    struct event_base *base;
    struct tapd_sessions *sessions;
    struct tapd_session *session;
    unsigned n_up, n_down, n_read, n_acknowledged, n_removed, n_port_changes, n_refused;
    size_t n_entries, refused_index;
    char refused_why[256], down_why[256];
};

static void on_up(void *owner)
{
    ((struct watch *)owner)->n_up++;
}

static void on_read(void *owner, struct switch_state *state)
{
    struct watch *watch = owner;
    watch->n_read++;
    watch->n_entries = state->flows.n_entries;
}

static void on_refused(void *owner, size_t index, const char *why)
{
    struct watch *watch = owner;
    watch->n_refused++;
    watch->refused_index = index;
    snprintf(watch->refused_why, sizeof watch->refused_why, "%s", why);
}

static void on_acknowledged(void *owner)
{
    ((struct watch *)owner)->n_acknowledged++;
}

static void on_removed(void *owner, const struct of_flow_removed *removed)
{
    (void)removed;
    ((struct watch *)owner)->n_removed++;
}

static void on_port_changed(void *owner, const struct of_port_status *status)
{
    (void)status;
    ((struct watch *)owner)->n_port_changes++;
}

static void on_down(void *owner, const char *why)
{
    struct watch *watch = owner;
    watch->n_down++;
    snprintf(watch->down_why, sizeof watch->down_why, "%s", why);
}

static const struct tapd_session_ops OPS = {.up = on_up,
                                            .read = on_read,
                                            .refused = on_refused,
                                            .acknowledged = on_acknowledged,
                                            .removed = on_removed,
                                            .port_changed = on_port_changed,
                                            .down = on_down};

static const struct tapd_session_options FAST = {.backoff_min_ms = 1, .backoff_max_ms = 10};

static void begin_at(struct watch *watch, const struct lab_switch *at,
                     const struct tapd_session_options *options)
{
    struct base_error error = {""};
    *watch = (struct watch){.base = event_base_new()};
    watch->sessions = tapd_sessions_new(watch->base, options);
    assert_non_null(watch->sessions);
    if (tapd_sessions_add(watch->sessions, "s1", DPID, at, &OPS, watch, &watch->session, &error)) {
        fail_msg("%s", error.text);
    }
    tapd_sessions_start(watch->sessions);
}

static void begin(struct watch *watch, const char *endpoint,
                  const struct tapd_session_options *options)
{
    begin_at(watch, &(struct lab_switch){.openflow = endpoint}, options);
}

static void end(struct watch *watch)
{
    tapd_sessions_free(watch->sessions);
    event_base_free(watch->base);
}

/* Until it has happened so often. */
static void await(struct watch *watch, const unsigned *counter, unsigned n)
{
    AWAIT(watch->base, *counter >= n, tapd_session_trouble(watch->session));
}

static void await_trouble(struct watch *watch, const char *what)
{
    AWAIT(watch->base, strstr(tapd_session_trouble(watch->session), what),
          tapd_session_trouble(watch->session));
}

static struct of_flow_mod add_for_port(uint16_t port)
{
    return (struct of_flow_mod){
        .command = OFPFC_ADD,
        .buffer_id = OFP_NO_BUFFER,
        .out_port = PORT_NONE,
        .entry = {.match = match_in_port(port), .priority = FLOW_PRIORITY_DEFAULT}};
}

static void a_table_is_read(void **state)
{
    (void)state;
    struct fake_switch fake = {.version = spoken, .dpid = DPID, .n_flows = 2500};
    struct watch watch;
    assert_true(fake_switch_start(&fake));
    begin(&watch, fake.endpoint, &FAST);
    await(&watch, &watch.n_up, 1);
    assert_true(tapd_session_is_idle(watch.session));
    tapd_session_read(watch.session);
    assert_false(tapd_session_is_idle(watch.session));
    await(&watch, &watch.n_read, 1);
    assert_int_equal(watch.n_entries, 2500);
    end(&watch);
    fake_switch_stop(&fake);
    assert_true(fake.types_seen & 1u << 9); /* SET_CONFIG */
}

/* OFPET_FLOW_MOD_FAILED, and that the table is full, to the second flow-mod. */
static void refuse_second(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    static const uint8_t full[] = {0, 3, 0, 0, 1, FAKE_FLOW_MOD, 0, 72};
    static const uint8_t full_13[] = {0, 5, 0, 1, 4, FAKE_FLOW_MOD, 0, 72};
    if (type == FAKE_FLOW_MOD && ++fake->memo == 2) {
        fake_switch_put(fake, FAKE_ERROR, xid, fake->speaks == 4 ? full_13 : full, sizeof full);
    } else {
        fake_switch_answer(fake, type, xid, kind);
    }
}

static void an_error_is_tied_to_its_flow_mod(void **state)
{
    (void)state;
    struct fake_switch fake = {.version = spoken, .dpid = DPID, .answer = refuse_second};
    struct watch watch;
    const struct of_flow_mod mods[] = {add_for_port(1), add_for_port(2), add_for_port(3)};
    assert_true(fake_switch_start(&fake));
    begin(&watch, fake.endpoint, &FAST);
    await(&watch, &watch.n_up, 1);
    tapd_session_send(watch.session, mods, 3);
    await(&watch, &watch.n_acknowledged, 1);
    assert_int_equal(watch.n_refused, 1);
    assert_int_equal(watch.refused_index, 1);
    assert_non_null(strstr(watch.refused_why, spoken == 4
                                                  ? "OFPET_FLOW_MOD_FAILED OFPFMFC_TABLE_FULL"
                                                  : "OFPFMFC_ALL_TABLES_FULL"));
    end(&watch);
    fake_switch_stop(&fake);
    assert_int_equal(fake.memo, 3);
}

static void what_can_not_be_said_is_refused(void **state)
{
    (void)state;
    struct fake_switch fake = {.version = spoken, .dpid = DPID, .answer = refuse_second};
    struct watch watch;
    struct of_flow_mod mods[] = {add_for_port(1), add_for_port(2)};
    mods[0].command = 99;
    assert_true(fake_switch_start(&fake));
    begin(&watch, fake.endpoint, &FAST);
    await(&watch, &watch.n_up, 1);
    tapd_session_send(watch.session, mods, 2);
    await(&watch, &watch.n_acknowledged, 1);
    assert_int_equal(watch.n_refused, 1);
    assert_int_equal(watch.refused_index, 0);
    end(&watch);
    fake_switch_stop(&fake);
}

static void very_many_go_in_parts(void **state)
{
    (void)state;
    enum { N = 20000 };
    static struct of_flow_mod mods[N];
    struct fake_switch fake = {.version = spoken, .dpid = DPID};
    struct watch watch;
    for (unsigned i = 0; i < N; i++) {
        mods[i] = add_for_port((uint16_t)(i % 1000 + 1));
    }
    assert_true(fake_switch_start(&fake));
    begin(&watch, fake.endpoint, &FAST);
    await(&watch, &watch.n_up, 1);
    tapd_session_send(watch.session, mods, N);
    await(&watch, &watch.n_acknowledged, 1);
    assert_int_equal(watch.n_down, 0);
    end(&watch);
    fake_switch_stop(&fake);
    /* barriers: N * 72 bytes, or 64, in parts of 256 KiB */
    assert_int_equal(fake.n_dumps, spoken == 4 ? 5 : 6);
}

/* The flow-mod's entry stands in the table of the fake. */
static struct of_flow_mod add_shown(struct flow_table *table, const char *actions)
{
    char text[128];
    snprintf(text, sizeof text, "priority=100,tcp,in_port=1,nw_dst=10.0.0.0/8,tp_dst=80 actions=%s",
             actions);
    assert_int_equal(ofctl_parse_flow(text, table, NULL, NULL, NULL), 0);
    return (struct of_flow_mod){.command = OFPFC_ADD,
                                .buffer_id = OFP_NO_BUFFER,
                                .out_port = PORT_NONE,
                                .entry = table->entries[table->n_entries - 1]};
}

/* The second time that its table is read after a flow-mod, the entry is there. memo: flow-mods
 * times 100, and those readings. */
static void show_late(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    fake->memo += type == FAKE_FLOW_MOD ? 100 : 0;
    if (type == FAKE_STATS_REQUEST && kind == FAKE_FLOW && fake->memo >= 100) {
        fake->n_flows = ++fake->memo % 100 >= 2;
    }
    fake_switch_answer(fake, type, xid, kind);
}

static void without_barrier_the_table_confirms(void **state)
{
    (void)state;
    for (int reads_first = 0; reads_first < 2; reads_first++) {
        struct fake_switch fake = {
            .version = spoken, .dpid = DPID, .no_barrier = true, .answer = show_late};
        struct flow_table table = {0};
        struct watch watch;
        const struct of_flow_mod mod = add_shown(&table, "output:2");
        assert_true(fake_switch_start(&fake));
        begin(&watch, fake.endpoint, &FAST);
        await(&watch, &watch.n_up, 1);
        if (reads_first) {
            tapd_session_read(watch.session);
            await(&watch, &watch.n_read, 1);
        }
        tapd_session_send(watch.session, &mod, 1);
        await(&watch, &watch.n_acknowledged, 1);
        assert_true(tapd_session_is_idle(watch.session));
        tapd_session_read(watch.session);
        await(&watch, &watch.n_read, reads_first ? 2 : 1);
        assert_int_equal(watch.n_entries, 1);
        assert_int_equal(watch.n_down, 0);
        end(&watch);
        fake_switch_stop(&fake);
        flow_table_free(&table);
        assert_int_equal(fake.memo, 103);  /* twice to confirm */
        assert_int_equal(fake.n_dumps, 1); /* BARRIER was asked for once */
    }
}

/* Nor does one wait for what was refused. */
static void without_barrier_a_refused_flow_mod_is_not_waited_for(void **state)
{
    (void)state;
    struct fake_switch fake = {
        .version = spoken, .dpid = DPID, .no_barrier = true, .answer = refuse_second, .memo = 1};
    struct watch watch;
    const struct of_flow_mod mod = add_for_port(2);
    assert_true(fake_switch_start(&fake));
    begin(&watch, fake.endpoint, &FAST);
    await(&watch, &watch.n_up, 1);
    tapd_session_send(watch.session, &mod, 1);
    await(&watch, &watch.n_acknowledged, 1);
    assert_int_equal(watch.n_refused, 1);
    assert_int_equal(watch.session->n_confirmings, 0);
    end(&watch);
    fake_switch_stop(&fake);
}

static void count_flow_mods(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    fake->memo += type == FAKE_FLOW_MOD;
    fake_switch_answer(fake, type, xid, kind);
}

/* Whoever dials. What it passed over is asked, or sent, again; without evidence of that nothing is
 * sent alone. */
static void one_message_at_a_time(bool one_a_read, bool dials)
{
    struct fake_switch fake = {.version = spoken,
                               .dpid = DPID,
                               .n_flows = 3,
                               .one_a_read = one_a_read,
                               .dial_port = dials ? loop_free_port() : 0,
                               .answer = count_flow_mods};
    struct tapd_session_options options = FAST;
    const struct of_flow_mod mods[] = {add_for_port(1), add_for_port(2), add_for_port(3)};
    struct watch watch;
    char endpoint[64];
    options.handshake_ms = options.request_ms = 1000;
    snprintf(endpoint, sizeof endpoint, "ptcp:%u:127.0.0.1", fake.dial_port);
    assert_true(dials || fake_switch_start(&fake));
    begin(&watch, dials ? endpoint : fake.endpoint, &options);
    assert_true(!dials || fake_switch_start(&fake));
    await(&watch, &watch.n_up, 1);
    for (unsigned i = 1; i <= 2; i++) {
        tapd_session_read(watch.session);
        await(&watch, &watch.n_read, i);
        assert_int_equal(watch.n_entries, 3);
        tapd_session_send(watch.session, mods, 3);
        await(&watch, &watch.n_acknowledged, i);
    }
    assert_int_equal(watch.session->odd_told, one_a_read ? CHANNEL_ODD_ONE_BY_ONE : 0);
    assert_int_equal(watch.session->one_by_one, one_a_read);
    assert_int_equal(watch.n_down, 0);
    end(&watch);
    fake_switch_stop(&fake);
    assert_in_range(fake.memo, 6, one_a_read ? 12 : 6);
    assert_int_equal(fake.n_connections, 1);
}

static void one_that_reads_one_message_at_a_time_is_told_one_by_one(void **state)
{
    (void)state;
    one_message_at_a_time(true, false);
    one_message_at_a_time(true, true);
    one_message_at_a_time(false, false);
}

static void it_comes_back(void **state)
{
    (void)state;
    struct fake_switch fake = {.version = spoken, .dpid = DPID, .hangs_up = true};
    struct watch watch;
    const struct of_flow_mod mod = add_for_port(1);
    assert_true(fake_switch_start(&fake));
    begin(&watch, fake.endpoint, &FAST);
    for (unsigned i = 1; i <= 5; i++) {
        await(&watch, &watch.n_up, i);
        tapd_session_send(watch.session, &mod, 1);
        await(&watch, &watch.n_down, i);
        assert_non_null(strstr(watch.down_why, "closed the connection"));
    }
    end(&watch);
    fake_switch_stop(&fake);
}

/* Connected, read, gone, again and again; until it takes flow-mods. */
static void one_that_never_lasts_waits_longer(void **state)
{
    (void)state;
    struct fake_switch fake = {.version = spoken, .dpid = DPID, .hangs_up = true};
    const struct tapd_session_options options = {.backoff_min_ms = 1, .backoff_max_ms = 600000};
    struct watch watch;
    const struct of_flow_mod mod = add_for_port(1);
    assert_true(fake_switch_start(&fake));
    begin(&watch, fake.endpoint, &options);
    for (unsigned i = 1; i <= 4; i++) {
        await(&watch, &watch.n_up, i);
        tapd_session_read(watch.session);
        await(&watch, &watch.n_down, i);
        assert_int_equal(watch.session->n_failures, i);
    }
    await(&watch, &watch.n_up, 5);
    tapd_session_send(watch.session, &mod, 1);
    await(&watch, &watch.n_acknowledged, 1);
    assert_in_range(watch.session->n_failures, 0, 1); /* it may be gone by now */
    end(&watch);
    fake_switch_stop(&fake);
}

static void another_switch_is_left_alone(void **state)
{
    (void)state;
    struct fake_switch fake = {.version = spoken, .dpid = 8};
    struct watch watch;
    assert_true(fake_switch_start(&fake));
    begin(&watch, fake.endpoint, &FAST);
    await_trouble(&watch, "another switch, with datapath id 0000000000000008");
    assert_int_equal(watch.n_up, 0);
    end(&watch);
    fake_switch_stop(&fake);
    assert_false(fake.types_seen & 1u << 9);
}

static void a_mute_one_is_given_up(void **state)
{
    (void)state;
    struct fake_switch fake = {.version = spoken, .mute = true};
    struct tapd_session_options options = FAST;
    struct watch watch;
    options.handshake_ms = 30;
    assert_true(fake_switch_start(&fake));
    begin(&watch, fake.endpoint, &options);
    await_trouble(&watch, "it does not answer in OpenFlow");
    end(&watch);
    fake_switch_stop(&fake);
}

static void no_barrier_reply(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type != FAKE_BARRIER_REQUEST) {
        fake_switch_answer(fake, type, xid, kind);
    }
}

static void one_that_confirms_nothing_is_given_up(void **state)
{
    (void)state;
    struct fake_switch fake = {.version = spoken, .dpid = DPID, .answer = no_barrier_reply};
    struct tapd_session_options options = FAST;
    struct watch watch;
    const struct of_flow_mod mod = add_for_port(1);
    options.request_ms = 30;
    assert_true(fake_switch_start(&fake));
    begin(&watch, fake.endpoint, &options);
    await(&watch, &watch.n_up, 1);
    tapd_session_send(watch.session, &mod, 1);
    await(&watch, &watch.n_down, 1);
    await(&watch, &watch.n_up, 2);
    tapd_session_read(watch.session);
    await(&watch, &watch.n_down, 2);
    end(&watch);
    fake_switch_stop(&fake);
}

/* While it was asked something: before it is given up. */
static void one_that_says_nothing_is_silent(void **state)
{
    (void)state;
    struct fake_switch fake = {.version = spoken, .dpid = DPID, .answer = no_barrier_reply};
    struct tapd_session_options options = FAST;
    struct watch watch;
    const struct of_flow_mod mod = add_for_port(1);
    options.idle_ms = 20;
    options.request_ms = 200;
    assert_true(fake_switch_start(&fake));
    begin(&watch, fake.endpoint, &options);
    await(&watch, &watch.n_up, 1);
    assert_false(tapd_session_is_silent(watch.session));
    tapd_session_send(watch.session, &mod, 1);
    AWAIT(watch.base, tapd_session_is_silent(watch.session), "silence");
    assert_true(tapd_session_is_up(watch.session));
    await(&watch, &watch.n_down, 1);
    assert_false(tapd_session_is_silent(watch.session));
    end(&watch);
    fake_switch_stop(&fake);
}

static void one_without_echo_is_given_up(void **state)
{
    (void)state;
    struct fake_switch fake = {.version = spoken, .dpid = DPID, .no_echo = true};
    struct tapd_session_options options = FAST;
    struct watch watch;
    options.idle_ms = 20;
    assert_true(fake_switch_start(&fake));
    begin(&watch, fake.endpoint, &options);
    await(&watch, &watch.n_down, 1);
    assert_non_null(strstr(watch.down_why, "ECHO"));
    end(&watch);
    fake_switch_stop(&fake);
    assert_true(fake.types_seen & 1u << FAKE_ECHO_REQUEST);
}

static void answer_echo(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    if (type == FAKE_ECHO_REQUEST) {
        fake_switch_put(fake, 3, xid, NULL, 0);
        fake->memo++;
    } else {
        fake_switch_answer(fake, type, xid, kind);
    }
}

static void one_with_echo_stays(void **state)
{
    (void)state;
    struct fake_switch fake = {.version = spoken, .dpid = DPID, .answer = answer_echo};
    struct tapd_session_options options = FAST;
    struct watch watch;
    options.idle_ms = 5;
    assert_true(fake_switch_start(&fake));
    begin(&watch, fake.endpoint, &options);
    await(&watch, &watch.n_up, 1);
    const struct of_flow_mod mod = add_for_port(1);
    for (unsigned i = 1; i <= 3; i++) { /* time passes: an echo or two each */
        nanosleep(&(struct timespec){.tv_nsec = 8000000}, NULL);
        event_base_loop(watch.base, EVLOOP_NONBLOCK);
    }
    if (watch.n_down == 0) { /* else the machine was busy for longer than that */
        tapd_session_send(watch.session, &mod, 1);
        await(&watch, &watch.n_acknowledged, 1);
    }
    end(&watch);
    fake_switch_stop(&fake);
}

/* PACKET_IN, FLOW_REMOVED (with an empty match), PORT_STATUS; then the reply. */
static void chatter(struct fake_switch *fake, uint8_t type, uint32_t xid, uint16_t kind)
{
    static const uint8_t zeros[88], removed_13[48] = {[41] = 1, [43] = 4};
    bool is_13 = fake->speaks == 4;
    if (type == FAKE_BARRIER_REQUEST) {
        fake_switch_put(fake, FAKE_PACKET_IN, 0, zeros, 70);
        fake_switch_put(fake, FAKE_FLOW_REMOVED, 0, is_13 ? removed_13 : zeros, is_13 ? 48 : 80);
        fake_switch_put(fake, FAKE_PORT_STATUS, 0, zeros, is_13 ? 72 : 56);
    }
    fake_switch_answer(fake, type, xid, kind);
}

static void events_are_told(void **state)
{
    (void)state;
    struct fake_switch fake = {.version = spoken, .dpid = DPID, .answer = chatter};
    struct watch watch;
    const struct of_flow_mod mod = add_for_port(1);
    assert_true(fake_switch_start(&fake));
    begin(&watch, fake.endpoint, &FAST);
    await(&watch, &watch.n_up, 1);
    tapd_session_send(watch.session, &mod, 1);
    await(&watch, &watch.n_acknowledged, 1);
    tapd_session_read(watch.session);
    await(&watch, &watch.n_read, 1);
    /* In 1.0 the fake refuses NXST_FLOW: the table is asked for twice. */
    assert_int_equal(watch.n_removed, spoken == 4 ? 2 : 3);
    assert_int_equal(watch.n_port_changes, watch.n_removed);
    assert_int_equal(watch.n_refused, 0);
    end(&watch);
    fake_switch_stop(&fake);
}

static void a_switch_may_dial(void **state)
{
    (void)state;
    struct fake_switch fake = {.version = spoken, .dpid = DPID, .dial_port = loop_free_port()},
                       stranger = fake, again = fake;
    struct watch watch;
    char endpoint[64];
    stranger.dpid = 99;
    snprintf(endpoint, sizeof endpoint, "ptcp:%u:127.0.0.1", fake.dial_port);
    begin(&watch, endpoint, &FAST);
    assert_true(fake_switch_start(&stranger));
    assert_true(fake_switch_start(&fake));
    await(&watch, &watch.n_up, 1);
    tapd_session_read(watch.session);
    await(&watch, &watch.n_read, 1);
    /* Whoever dials again, has lost what was before. */
    assert_true(fake_switch_start(&again));
    await(&watch, &watch.n_up, 2);
    assert_int_equal(watch.n_down, 1);
    assert_told(
        "a switch with datapath id 0000000000000063 dials, which the topology does not have; "
        "it is left alone");
    end(&watch);
    fake_switch_stop(&stranger);
    fake_switch_stop(&fake);
    fake_switch_stop(&again);
}

/* Connections that say nothing do not keep a switch out for ever. */
static void silent_callers_go(void **state)
{
    (void)state;
    enum { N = 300 };
    struct fake_switch fake = {.version = spoken, .dpid = DPID, .dial_port = loop_free_port()};
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons(fake.dial_port)};
    struct tapd_session_options options = FAST;
    struct watch watch;
    char endpoint[64];
    int fds[N];
    options.handshake_ms = 100;
    snprintf(endpoint, sizeof endpoint, "ptcp:%u:127.0.0.1", fake.dial_port);
    begin(&watch, endpoint, &options);
    for (int i = 0; i < N; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(connect(fds[i], (struct sockaddr *)&address, sizeof address), 0);
        event_base_loop(watch.base, EVLOOP_NONBLOCK);
    }
    assert_true(fake_switch_start(&fake));
    await(&watch, &watch.n_up, 1);
    end(&watch);
    for (int i = 0; i < N; i++) {
        close(fds[i]);
    }
    fake_switch_stop(&fake);
}

/* With whom, in what the lab says of it, what is spoken; or why nothing is. */
static void version_is(const struct fake_switch *like, uint8_t version, const char *name,
                       const char *trouble)
{
    struct fake_switch fake = *like;
    struct watch watch;
    char endpoint[64];
    struct lab_switch at = {.version = version};
    snprintf(endpoint, sizeof endpoint, "ptcp:%u:127.0.0.1", fake.dial_port);
    assert_true(fake.dial_port || fake_switch_start(&fake));
    at.openflow = fake.dial_port ? endpoint : fake.endpoint;
    begin_at(&watch, &at, &FAST);
    assert_true(!fake.dial_port || fake_switch_start(&fake));
    if (name) {
        await(&watch, &watch.n_up, 1);
        assert_string_equal(tapd_session_protocol(watch.session)->name, name);
    } else {
        await_trouble(&watch, trouble);
        assert_null(tapd_session_protocol(watch.session));
    }
    end(&watch);
    fake_switch_stop(&fake);
}

static void the_highest_version_of_both_is_spoken_or_the_one_of_the_lab(void **state)
{
    (void)state;
    for (int dials = 0; dials < 2; dials++) {
        struct fake_switch has_10 = {.dpid = DPID, .dial_port = dials ? loop_free_port() : 0};
        struct fake_switch has_both = has_10, has_later = has_10;
        has_both.version = 4;
        has_later.version = 4;
        has_later.hello_version = 6; /* and all below */
        version_is(&has_10, 0, "1.0", NULL);
        version_is(&has_both, 0, "1.3", NULL);
        version_is(&has_later, 0, "1.3", NULL);
        version_is(&has_both, 1, "1.0", NULL);
        version_is(&has_both, 4, "1.3", NULL);
        version_is(&has_10, 4, NULL, "speaks OpenFlow 1.0, not 1.3");
    }
}

/* One that says nothing before it has heard us. */
static void one_that_hears_first_is_spoken_to(void **state)
{
    (void)state;
    struct fake_switch fake = {.dpid = DPID, .hears_first = true};
    struct tapd_session_options options = FAST;
    struct watch watch;
    options.handshake_ms = 400;
    assert_true(fake_switch_start(&fake));
    begin(&watch, fake.endpoint, &options);
    await(&watch, &watch.n_up, 1);
    assert_string_equal(tapd_session_protocol(watch.session)->name, "1.0");
    end(&watch);
    fake_switch_stop(&fake);
    assert_int_equal(fake.n_connections, 1);
}

/* Zeros are the defaults; a second time at the same place is no error. */
static void what_is_not_said_is_as_ever(void **state)
{
    (void)state;
    struct event_base *base = event_base_new();
    const struct tapd_session_options given = {
        .handshake_ms = 1, .idle_ms = 2, .request_ms = 3, .backoff_min_ms = 4, .backoff_max_ms = 5};
    struct tapd_sessions *sessions = tapd_sessions_new(base, NULL);
    struct base_error error;
    char endpoint[64];
    snprintf(endpoint, sizeof endpoint, "ptcp:%u:127.0.0.1", loop_free_port());
    const struct tapd_session_options *got = &sessions->options;
    assert_int_equal(got->handshake_ms, 5000);
    assert_int_equal(got->idle_ms, 4000);
    assert_int_equal(got->request_ms, 30000);
    assert_int_equal(got->backoff_min_ms, 100);
    assert_int_equal(got->backoff_max_ms, 5000);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(tapd_sessions_listen(sessions, endpoint, &error), 0);
        assert_int_equal(sessions->n_listeners, 1);
    }
    tapd_sessions_free(sessions);
    sessions = tapd_sessions_new(base, &given);
    got = &sessions->options;
    assert_int_equal(got->handshake_ms, given.handshake_ms);
    assert_int_equal(got->idle_ms, given.idle_ms);
    assert_int_equal(got->request_ms, given.request_ms);
    assert_int_equal(got->backoff_min_ms, given.backoff_min_ms);
    assert_int_equal(got->backoff_max_ms, given.backoff_max_ms);
    tapd_sessions_free(sessions);
    event_base_free(base);
}

static void bad_endpoints(void **state)
{
    (void)state;
    struct event_base *base = event_base_new();
    struct tapd_sessions *sessions = tapd_sessions_new(base, NULL);
    struct tapd_session *session;
    struct base_error error;
    assert_int_equal(tapd_sessions_add(sessions, "s1", 1, &(struct lab_switch){.openflow = "tpc:x"},
                                       &OPS, NULL, &session, &error),
                     -1);
    assert_non_null(strstr(error.text, "s1"));
    assert_int_equal(tapd_sessions_listen(sessions, "tcp:127.0.0.1:1", &error), -1);
    assert_non_null(strstr(error.text, "ptcp:"));
    tapd_sessions_free(sessions);
    event_base_free(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOTH_VERSIONS(a_table_is_read),
        IN_BOTH_VERSIONS(an_error_is_tied_to_its_flow_mod),
        IN_BOTH_VERSIONS(what_can_not_be_said_is_refused),
        IN_BOTH_VERSIONS(very_many_go_in_parts),
        IN_BOTH_VERSIONS(one_that_reads_one_message_at_a_time_is_told_one_by_one),
        IN_BOTH_VERSIONS(it_comes_back),
        IN_BOTH_VERSIONS(without_barrier_the_table_confirms),
        IN_BOTH_VERSIONS(without_barrier_a_refused_flow_mod_is_not_waited_for),
        IN_BOTH_VERSIONS(one_that_never_lasts_waits_longer),
        IN_BOTH_VERSIONS(another_switch_is_left_alone),
        cmocka_unit_test(a_mute_one_is_given_up),
        IN_BOTH_VERSIONS(one_that_confirms_nothing_is_given_up),
        IN_BOTH_VERSIONS(one_that_says_nothing_is_silent),
        IN_BOTH_VERSIONS(one_without_echo_is_given_up),
        IN_BOTH_VERSIONS(one_with_echo_stays),
        IN_BOTH_VERSIONS(events_are_told),
        IN_BOTH_VERSIONS(a_switch_may_dial),
        cmocka_unit_test(silent_callers_go),
        cmocka_unit_test(the_highest_version_of_both_is_spoken_or_the_one_of_the_lab),
        cmocka_unit_test(one_that_hears_first_is_spoken_to),
        cmocka_unit_test(what_is_not_said_is_as_ever),
        cmocka_unit_test(bad_endpoints),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
