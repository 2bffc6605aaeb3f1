/* SPDX-License-Identifier: Apache-2.0
 *
 * Peers in TLS that are none, are broken, or mean harm, at ssl: and pssl: endpoints, and TLS where
 * none is wanted: each ends soon, with a reason that helps, and costs bounded memory. */
#include "channel/channel.h"
#include "channel/listener.h"
#include "testing/channel.h"
#include "testing/fake_tls.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static struct fake_tls_files files;
static struct endpoint_tls ours;

static const struct channel_options HASTY = {.timeout_ms = 2500, .plain = true};

static int set_up(void **state)
{
    (void)state;
    fake_tls_make_files(&files);
    ours = (struct endpoint_tls){
        .key = files.key, .certificate = files.certificate[0], .ca = files.ca[0]};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_tls_remove_files(&files);
    return 0;
}

static void dump_at(const char *endpoint, const struct channel_options *options,
                    struct channel_dump *dump)
{
    const struct channel_target target = {
        .name = "s1", .endpoint = endpoint, .dpid = 5, .tls = ours};
    struct channel *channel;
    assert_int_equal(channel_open(&target, 1, options, &channel, NULL), 0);
    dump_all(channel, BOTH, dump);
    channel_close(channel);
}

static uint16_t find_port(const char *method, char endpoint[64])
{
    struct fake_switch fake = {.n_flows = 0};
    assert_true(fake_switch_start(&fake));
    fake_switch_stop(&fake);
    snprintf(endpoint, 64, "%s:%u:127.0.0.1", method, fake.port);
    return fake.port;
}

static int call(uint16_t port, const void *bytes, size_t n_bytes)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(send(fd, bytes, n_bytes, MSG_NOSIGNAL), n_bytes);
    return fd;
}

/* At an ssl: endpoint there is a fake without TLS. */
static void expect_no_tls(struct fake_switch fake, const struct channel_options *options,
                          const char *why)
{
    char endpoint[64];
    struct channel_dump dump;
    assert_true(fake_switch_start(&fake));
    snprintf(endpoint, sizeof endpoint, "ssl:127.0.0.1:%u", fake.port);
    dump_at(endpoint, options, &dump);
    fake_switch_stop(&fake);
    assert_failed(&dump, endpoint, why);
}

static void openflow_without_tls_is_recognised(void **state)
{
    (void)state;
    static const char why[] = "speaks OpenFlow without TLS: its endpoint is tcp:, not ssl:";
    expect_no_tls((struct fake_switch){.n_flows = 1}, &PATIENT, why);
    expect_no_tls((struct fake_switch){.hello_version = 6}, &PATIENT, why);
    expect_no_tls((struct fake_switch){.banner = "\x07 is a version of the future"}, &PATIENT,
                  "answers, but not in TLS (first bytes 07 20)");
    expect_no_tls((struct fake_switch){.banner = "\x01\x02 is no HELLO"}, &PATIENT,
                  "answers, but not in TLS (first bytes 01 02)");
}

static void what_is_not_tls_is_recognised(void **state)
{
    (void)state;
    expect_no_tls((struct fake_switch){.banner = "HTTP/1.1 400 Bad Request\r\n\r\n"}, &PATIENT,
                  "answers, but not in TLS: \"HTTP/1.1 400 Bad Request\"");
    expect_no_tls((struct fake_switch){.banner = "SSH-2.0-OpenSSH_9.2\r\n"}, &PATIENT,
                  "answers, but not in TLS: \"SSH-2.0-OpenSSH_9.2\"");
    expect_no_tls((struct fake_switch){.banner = "\x16\x03\x03\x7f\x7f garbage"}, &PATIENT,
                  "breaks the rules of TLS: ");
}

static void a_handshake_that_does_not_go_on_ends_with_the_timeout(void **state)
{
    (void)state;
    expect_no_tls((struct fake_switch){.mute = true}, &HASTY,
                  "timed out after 2500 ms: connected, but the TLS handshake did not end");
    expect_no_tls((struct fake_switch){.banner = "\x16\x03\x03"}, &HASTY,
                  "timed out after 2500 ms: connected, but the TLS handshake did not end");
}

static void expect_from_peer(struct fake_tls peer, const char *endpoint_format, const char *why)
{
    char endpoint[64];
    struct channel_dump dump;
    struct fake_switch fake = {.dpid = 5, .n_flows = 3};
    assert_true(fake_switch_start(&fake));
    peer.behind = fake.port;
    peer.key = files.key;
    peer.certificate = files.certificate[0];
    assert_true(fake_tls_start(&peer));
    snprintf(endpoint, sizeof endpoint, endpoint_format, peer.port);
    dump_at(endpoint, &PATIENT, &dump);
    fake_tls_stop(&peer);
    fake_switch_stop(&fake);
    assert_failed(&dump, endpoint, why);
}

/* A server of TLS ends it without a word when a HELLO comes. */
static void tls_where_none_is_wanted_is_suspected(void **state)
{
    (void)state;
    expect_from_peer((struct fake_tls){.ca = NULL}, "tcp:127.0.0.1:%u",
                     "connected, but nothing came; does it want TLS (ssl:)?");
}

static void a_caller_in_tls_where_none_is_wanted_is_recognised(void **state)
{
    (void)state;
    char endpoint[64];
    struct channel_dump dump;
    struct channel *channel;
    uint16_t port = find_port("ptcp", endpoint);
    const struct channel_target target = {.name = "s1", .endpoint = endpoint, .dpid = 5};
    assert_int_equal(channel_open(&target, 1, &HASTY, &channel, NULL), 0);
    int fd = call(port, "\x16\x03\x01\x02\x03\x01", 6);
    dump_all(channel, BOTH, &dump);
    channel_close(channel);
    close(fd);
    assert_failed(&dump, endpoint, "speaks TLS: its endpoint is ssl: or pssl:");
}

static void one_that_ends_after_the_handshake_may_not_want_us(void **state)
{
    (void)state;
    expect_from_peer((struct fake_tls){.manner = FAKE_TLS_CUTS}, "ssl:127.0.0.1:%u",
                     "after the TLS handshake, before it said anything: perhaps it does not accept "
                     "our certificate");
}

/* What is not OpenFlow costs its sender more than us, and ends. */
static void tls_without_end_ends(void **state)
{
    (void)state;
    expect_from_peer((struct fake_tls){.manner = FAKE_TLS_RENEWS_KEYS}, "ssl:127.0.0.1:%u",
                     "sends TLS without end, and nothing in it");
    expect_from_peer(
        (struct fake_tls){.manner = FAKE_TLS_RENEGOTIATES, .max_version = TLS1_2_VERSION},
        "ssl:127.0.0.1:%u", "sends TLS without end, and nothing in it");
}

/* Callers at a pssl: endpoint */

static void a_caller_without_tls_is_recognised(void **state)
{
    (void)state;
    char endpoint[64];
    struct channel_dump dump;
    struct fake_switch fake = {.dpid = 5, .dial_port = find_port("pssl", endpoint)};
    const struct channel_target target = {
        .name = "s1", .endpoint = endpoint, .dpid = 5, .tls = ours};
    struct channel *channel;
    assert_int_equal(channel_open(&target, 1, &HASTY, &channel, NULL), 0);
    assert_true(fake_switch_start(&fake));
    dump_all(channel, BOTH, &dump);
    channel_close(channel);
    fake_switch_stop(&fake);
    assert_failed(&dump, endpoint,
                  ": speaks OpenFlow without TLS: its endpoint is ptcp:, not pssl:");
}

/* More than may wait, each in the middle of its handshake; then the switch. */
static void half_handshakes_do_not_keep_a_switch_out(void **state)
{
    (void)state;
    enum { N = 40 };
    int fds[N];
    char endpoint[64];
    uint16_t port = find_port("pssl", endpoint);
    struct channel_dump dump;
    struct channel *channel;
    const struct channel_target target = {
        .name = "s1", .endpoint = endpoint, .dpid = 5, .tls = ours};
    assert_int_equal(channel_open(&target, 1, &PATIENT, &channel, NULL), 0);
    for (size_t i = 0; i < N; i++) {
        fds[i] = call(port, "\x16\x03\x01\x02", 4);
    }
    struct fake_tls peer = {.is_client = true,
                            .port = port,
                            .key = files.key,
                            .certificate = files.certificate[0],
                            .ca = files.ca[0]};
    assert_true(fake_tls_start(&peer));
    struct fake_switch fake = {.dpid = 5, .n_flows = 7, .dial_port = peer.behind};
    assert_true(fake_switch_start(&fake));
    dump_all(channel, BOTH, &dump);
    channel_close(channel);
    stop(&fake);
    fake_tls_stop(&peer);
    assert_ok(&dump, 7);
    switch_state_free(&dump.state);
    for (size_t i = 0; i < N; i++) {
        close(fds[i]);
    }
}

static void half_a_handshake_is_told(void **state)
{
    (void)state;
    char endpoint[64];
    uint16_t port = find_port("pssl", endpoint);
    struct channel_dump dump;
    struct channel *channel;
    const struct channel_target target = {
        .name = "s1", .endpoint = endpoint, .dpid = 5, .tls = ours};
    assert_int_equal(channel_open(&target, 1, &HASTY, &channel, NULL), 0);
    int fd = call(port, "\x16\x03\x01\x02", 4), other = call(port, "\x16\x03\x03\x7f\x7f!", 6);
    dump_all(channel, BOTH, &dump);
    assert_failed(&dump, endpoint, "1 caller says nothing");
    assert_failed(&dump, endpoint, ": breaks the rules of TLS");
    channel_close(channel);
    close(fd);
    close(other);
}

static bool take_nobody(void *owner, struct channel_listener *listener, struct channel_conn *conn,
                        uint64_t dpid, struct base_error *why)
{
    (void)owner, (void)listener, (void)conn, (void)dpid, (void)why;
    return false;
}

static void half_a_handshake_has_its_time(void **state)
{
    (void)state;
    char text[64];
    uint16_t port = find_port("pssl", text);
    struct channel_tls_pool pool = {0};
    struct channel_tls *tls;
    struct endpoint endpoint;
    struct base_buffer told = {0};
    struct event_base *base = event_base_new();
    assert_int_equal(endpoint_parse(text, &endpoint, NULL), 0);
    assert_int_equal(channel_tls_get(&pool, &endpoint, &ours, &tls, NULL), 0);
    struct channel_listener *listener =
        channel_listener_new(base, &endpoint, tls, 4, take_nobody, NULL, NULL);
    assert_non_null(listener);
    assert_true(channel_listener_is_at(listener, &endpoint, tls));
    assert_false(channel_listener_is_at(listener, &endpoint, NULL));
    channel_listener_set_patience(listener, 20);
    channel_listener_start(listener);
    int fd = call(port, "\x16\x03\x01\x02", 4);
    do {
        event_base_loop(base, EVLOOP_ONCE);
    } while (channel_listener_is_called(listener));
    channel_listener_format_others(listener, &told);
    assert_non_null(strstr(base_buffer_text(&told), ": did not finish the TLS handshake"));
    base_buffer_free(&told);
    channel_listener_free(listener);
    channel_tls_pool_free(&pool);
    event_base_free(base);
    close(fd);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(openflow_without_tls_is_recognised),
    cmocka_unit_test(what_is_not_tls_is_recognised),
    cmocka_unit_test(a_handshake_that_does_not_go_on_ends_with_the_timeout),
    cmocka_unit_test(tls_where_none_is_wanted_is_suspected),
    cmocka_unit_test(a_caller_in_tls_where_none_is_wanted_is_recognised),
    cmocka_unit_test(one_that_ends_after_the_handshake_may_not_want_us),
    cmocka_unit_test(tls_without_end_ends),
    cmocka_unit_test(a_caller_without_tls_is_recognised),
    cmocka_unit_test(half_handshakes_do_not_keep_a_switch_out),
    cmocka_unit_test(half_a_handshake_is_told),
    cmocka_unit_test(half_a_handshake_has_its_time),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
