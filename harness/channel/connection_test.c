/* SPDX-License-Identifier: Apache-2.0
 *
 * One connection, and this test as its peer at the other end of a socket pair. */
#include "channel/connection.h"

#include "testing/cmocka.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The owner, and what it was told. */
struct owner {
    struct event_base *base;
    struct channel_conn *conn;
    int peer;
    char seen[128];                        /* "TYPE:XID:BODY_BYTES " of each message */
    char why[512];                         /* of the end */
    const struct of_protocol *alternative; /* then */
    bool was_closed;
    bool refuses; /* every message */
};

static int on_message(void *aux, struct channel_conn *conn, const struct of_header *header,
                      struct base_reader *body, struct base_error *error)
{
    struct owner *owner = aux;
    assert_ptr_equal(conn, owner->conn);
    size_t at = strlen(owner->seen);
    snprintf(owner->seen + at, sizeof owner->seen - at, "%u:%u:%zu ", header->type, header->xid,
             base_reader_left(body));
    return owner->refuses ? base_fail(error, "not wanted") : 0;
}

static void on_down(void *aux, struct channel_conn *conn, const struct base_error *why)
{
    struct owner *owner = aux;
    snprintf(owner->why, sizeof owner->why, "%s", why->text);
    owner->was_closed = channel_conn_was_closed(conn);
    owner->alternative = channel_conn_alternative(conn);
    channel_conn_free(conn);
    owner->conn = NULL;
}

static const struct channel_conn_ops ops = {.message = on_message, .down = on_down};

static int set_up(void **state)
{
    static struct owner owner;
    int fds[2];
    owner = (struct owner){.base = event_base_new()};
    if (!owner.base || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds)) {
        return -1;
    }
    owner.peer = fds[1];
    owner.conn = channel_conn_new(owner.base, fds[0], NULL, &ops, &owner, NULL);
    *state = &owner;
    return owner.conn ? 0 : -1;
}

static int tear_down(void **state)
{
    struct owner *owner = *state;
    channel_conn_free(owner->conn);
    close(owner->peer);
    event_base_free(owner->base);
    return 0;
}

/* All events that are there already. */
static void settle(struct owner *owner)
{
    for (int i = 0; i < 4; i++) {
        event_base_loop(owner->base, EVLOOP_NONBLOCK);
    }
}

static void say(struct owner *owner, const void *bytes, size_t n_bytes)
{
    assert_int_equal(write(owner->peer, bytes, n_bytes), n_bytes);
    settle(owner);
}

#define SAY(owner, literal) say(owner, literal, sizeof(literal) - 1)

static void assert_heard(struct owner *owner, const void *bytes, size_t n_bytes)
{
    uint8_t got[256];
    settle(owner);
    assert_int_equal(read(owner->peer, got, sizeof got), n_bytes);
    assert_memory_equal(got, bytes, n_bytes);
}

#define HELLO     "\1\0\0\10\0\0\0\0"
#define OUR_HELLO "\1\0\0\10\15\12\15\12"

static void it_says_hello_and_then_what_was_appended(void **state)
{
    struct owner *owner = *state;
    of_encode_empty(channel_conn_output(owner->conn), OFPT_BARRIER_REQUEST, 7);
    assert_heard(owner, OUR_HELLO "\1\22\0\10\0\0\0\7", 16);
    of_encode_empty(channel_conn_output(owner->conn), OFPT_BARRIER_REQUEST, 8);
    channel_conn_flush(owner->conn);
    assert_heard(owner, "\1\22\0\10\0\0\0\10", 8);
}

static void stages_follow_each_other(void **state)
{
    struct owner *owner = *state;
    assert_int_equal(channel_conn_stage(owner->conn), CHANNEL_CONN_CONNECTING);
    settle(owner);
    assert_int_equal(channel_conn_stage(owner->conn), CHANNEL_CONN_SILENT);
    say(owner, HELLO, 5);
    assert_int_equal(channel_conn_stage(owner->conn), CHANNEL_CONN_BABBLES);
    say(owner, &HELLO[5], 3);
    assert_int_equal(channel_conn_stage(owner->conn), CHANNEL_CONN_GREETED);
    assert_string_equal(owner->seen, "");
}

static void messages_come_whole_and_in_order(void **state)
{
    struct owner *owner = *state;
    static const char bytes[] = HELLO "\1\23\0\10\0\0\0\1"
                                      "\1\6\0\40\0\0\0\2........................"
                                      "\1\23\0\10\0\0\0\3";
    settle(owner);
    for (size_t i = 0; i < sizeof bytes - 1; i++) {
        say(owner, bytes + i, 1);
    }
    assert_string_equal(owner->seen, "19:1:0 6:2:24 19:3:0 ");
    say(owner, bytes + 8, sizeof bytes - 9);
    assert_string_equal(owner->seen, "19:1:0 6:2:24 19:3:0 19:1:0 6:2:24 19:3:0 ");
}

static void echo_requests_are_answered(void **state)
{
    struct owner *owner = *state;
    settle(owner);
    SAY(owner, HELLO "\1\2\0\14\0\0\0\5ping");
    assert_heard(owner, OUR_HELLO "\1\3\0\14\0\0\0\5ping", 20);
    assert_string_equal(owner->seen, "");
}

static void another_owner_gets_what_comes_next(void **state)
{
    struct owner *owner = *state;
    struct owner second = {.conn = owner->conn};
    settle(owner);
    SAY(owner, HELLO);
    channel_conn_set_owner(owner->conn, &ops, &second);
    SAY(owner, "\1\23\0\10\0\0\0\1");
    assert_string_equal(owner->seen, "");
    assert_string_equal(second.seen, "19:1:0 ");
    channel_conn_set_owner(owner->conn, &ops, owner);
}

static void an_owner_that_refuses_ends_it(void **state)
{
    struct owner *owner = *state;
    owner->refuses = true;
    settle(owner);
    SAY(owner, HELLO "\1\23\0\10\0\0\0\1\1\23\0\10\0\0\0\2");
    assert_string_equal(owner->seen, "19:1:0 ");
    assert_string_equal(owner->why, "not wanted");
    assert_false(owner->was_closed);
}

static void the_end_is_said(void **state)
{
    struct owner *owner = *state;
    settle(owner);
    SAY(owner, HELLO "\1\23");
    shutdown(owner->peer, SHUT_WR);
    settle(owner);
    assert_string_equal(owner->why, "closed the connection in the middle of a message");
    assert_true(owner->was_closed);
}

static void what_is_no_openflow_is_named(void **state)
{
    static const struct {
        const char *bytes;
        size_t n_bytes;
        const char *why;
    } cases[] = {
        {"SSH-2.0-x\r\n", 11, "answers, but not in OpenFlow: \"SSH-2.0-x\""},
        {"\0\0", 2, "answers, but not in OpenFlow (first bytes 00 00)"},
        {"\1\22\0\10\0\0\0\0", 8, "answers, but not in OpenFlow (first bytes 01 12)"},
        {"\1\0\0\7", 4, ""},
        {"\1\0\0\7\0\0\0\0", 8, "a message says that it has 7 bytes"},
        {"\4\1\0\14\0\0\0\0\0\0\0\0", 12,
         "does not speak OpenFlow 1.0: OFPET_HELLO_FAILED OFPHFC_INCOMPATIBLE"},
        {HELLO "\1\1\0\14\0\0\0\0\0\0\0\0", 20, "does not speak OpenFlow 1.0: OFPET_HELLO_FAILED"},
        {HELLO "\1\1\0\14\0\0\0\0\0\1\0\0", 20, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct owner *owner = *state;
        settle(owner);
        say(owner, cases[i].bytes, cases[i].n_bytes);
        assert_int_equal(owner->conn == NULL, cases[i].why[0] != 0);
        if (strncmp(owner->why, cases[i].why, strlen(cases[i].why)) != 0) {
            fail_msg("case %zu: \"%s\" instead of \"%s\"", i, owner->why, cases[i].why);
        }
        tear_down(state);
        assert_int_equal(set_up(state), 0);
    }
}

static void a_peer_that_does_not_read_is_given_up(void **state)
{
    struct owner *owner = *state;
    static const uint8_t echo[65535] = {1, 2, 0xff, 0xff};
    settle(owner);
    SAY(owner, HELLO);
    for (int i = 0; i < 100 && owner->conn; i++) {
        for (size_t n_sent = 0; n_sent < sizeof echo && owner->conn;) {
            ssize_t n = write(owner->peer, echo + n_sent, sizeof echo - n_sent);
            n_sent += n > 0 ? (size_t)n : 0;
            settle(owner);
        }
    }
    assert_string_equal(owner->why, "sends requests but does not read the replies");
    assert_false(owner->was_closed);
}

/* A descriptor that is none of a socket. */
static void what_cannot_be_asked_is_no_connection(void **state)
{
    struct owner *owner = *state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    channel_conn_free(owner->conn);
    owner->conn = channel_conn_new(owner->base, fds[1], NULL, &ops, owner, NULL);
    assert_non_null(owner->conn);
    settle(owner);
    assert_string_equal(owner->why, "can not connect: Socket operation on non-socket");
    assert_null(owner->conn);
    close(fds[0]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static void on_greeted(void *aux, struct channel_conn *conn)
{
    struct owner *owner = aux;
    assert_false(channel_conn_hears(conn));
    snprintf(owner->seen, sizeof owner->seen, "greeted in %s ", channel_conn_protocol(conn)->name);
}

static const struct channel_conn_ops greeted_ops = {
    .message = on_message, .greeted = on_greeted, .down = on_down};

static void assert_silence(struct owner *owner)
{
    uint8_t byte;
    settle(owner);
    assert_int_equal(recv(owner->peer, &byte, 1, MSG_DONTWAIT), -1);
}

#define ASSERT_HEARD(owner, literal) assert_heard(owner, literal, sizeof(literal) - 1)
#define BOTH_VERSIONS                (UINT32_C(1) << 1 | UINT32_C(1) << 4)

/* A peer that has not the version that was said, and lists others. */
static void another_version_is_an_alternative(void **state)
{
    struct owner *owner = *state;
    channel_conn_speak(owner->conn, of_protocol(1));
    SAY(owner, "\6\0\0\20\0\0\0\1\0\1\0\10\0\0\0\70"); /* 3, 4, 5 */
    assert_null(owner->conn);
    assert_true(owner->alternative == of_protocol(4));
}

static void the_version_that_was_said_has_no_alternative(void **state)
{
    struct owner *owner = *state;
    channel_conn_speak(owner->conn, of_protocol(1));
    SAY(owner, "\6\0\0\20\0\0\0\1\0\1\0\10\0\0\0\22"); /* 1, 4 */
    assert_non_null(owner->conn);
    assert_null(channel_conn_alternative(owner->conn));
    assert_int_equal(channel_conn_offers(owner->conn), 1 << 1 | 1 << 4);
}

/* The lowest version that both have; above 1.0 it is listed. */
static void one_that_hears_first_speaks_what_both_have(void **state)
{
    struct owner *owner = *state;
    channel_conn_set_owner(owner->conn, &greeted_ops, owner);
    channel_conn_hear_first(owner->conn, BOTH_VERSIONS, CHANNEL_LOWEST);
    assert_silence(owner);
    assert_true(channel_conn_hears(owner->conn));
    SAY(owner, "\x04\0\0\x10\0\0\0\1\0\1\0\x08\0\0\0\x30"); /* 1.3 and 1.4 */
    assert_string_equal(owner->seen, "greeted in 1.3 ");
    ASSERT_HEARD(owner, "\x04\0\0\x10\r\n\r\n\0\1\0\x08\0\0\0\x10");
}

static void the_lowest_is_chosen(void **state)
{
    struct owner *owner = *state;
    channel_conn_set_owner(owner->conn, &greeted_ops, owner);
    channel_conn_hear_first(owner->conn, BOTH_VERSIONS, CHANNEL_LOWEST);
    SAY(owner, "\x06\0\0\x10\0\0\0\1\0\1\0\x08\0\0\0\x7e");
    assert_string_equal(owner->seen, "greeted in 1.0 ");
    ASSERT_HEARD(owner, "\x01\0\0\x08\r\n\r\n");
}

static void or_the_highest(void **state)
{
    struct owner *owner = *state;
    channel_conn_set_owner(owner->conn, &greeted_ops, owner);
    channel_conn_hear_first(owner->conn, BOTH_VERSIONS, CHANNEL_HIGHEST);
    SAY(owner, "\x06\0\0\x10\0\0\0\1\0\1\0\x08\0\0\0\x7e");
    assert_string_equal(owner->seen, "greeted in 1.3 ");
    ASSERT_HEARD(owner, "\x04\0\0\x10\r\n\r\n\0\1\0\x08\0\0\0\x10");
}

static void what_neither_has_is_told_of_both(void **state)
{
    struct owner *owner = *state;
    channel_conn_hear_first(owner->conn, BOTH_VERSIONS, CHANNEL_LOWEST);
    SAY(owner, "\x05\0\0\x10\0\0\0\1\0\1\0\x08\0\0\0\x24"); /* 1.1 and 1.4 */
    assert_string_equal(owner->why, "speaks OpenFlow 1.1, 1.4, not 1.0, 1.3");
}

/* A peer that hears first, too. */
static void one_need_not_hear_for_ever(void **state)
{
    struct owner *owner = *state;
    channel_conn_hear_first(owner->conn, BOTH_VERSIONS, CHANNEL_LOWEST);
    assert_silence(owner);
    channel_conn_hear_no_longer(owner->conn);
    assert_false(channel_conn_hears(owner->conn));
    ASSERT_HEARD(owner, "\x01\0\0\x08\r\n\r\n");
}

static const struct CMUnitTest tests[] = {
    TEST(it_says_hello_and_then_what_was_appended),
    TEST(another_version_is_an_alternative),
    TEST(the_version_that_was_said_has_no_alternative),
    TEST(stages_follow_each_other),
    TEST(messages_come_whole_and_in_order),
    TEST(echo_requests_are_answered),
    TEST(another_owner_gets_what_comes_next),
    TEST(an_owner_that_refuses_ends_it),
    TEST(the_end_is_said),
    TEST(what_is_no_openflow_is_named),
    TEST(a_peer_that_does_not_read_is_given_up),
    TEST(what_cannot_be_asked_is_no_connection),
    TEST(one_that_hears_first_speaks_what_both_have),
    TEST(the_lowest_is_chosen),
    TEST(or_the_highest),
    TEST(what_neither_has_is_told_of_both),
    TEST(one_need_not_hear_for_ever),
};
TEST_MAIN(tests)
