/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of a channel, and of a switch that dials, when an allocation, ours or libevent's,
 * fails? */
#include "channel/listener.h"

#include "testing/channel.h"
#include "testing/failing.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static bool take_nobody(void *owner, struct channel_listener *listener, struct channel_conn *conn,
                        uint64_t dpid, struct base_error *why)
{
    (void)owner, (void)listener, (void)conn, (void)dpid, (void)why;
    return false;
}

struct call {
    struct event_base *base;
    struct channel_listener *listener;
    struct sockaddr_in address;
};

static bool is_waiting(const struct channel_listener *listener)
{
    struct base_buffer text = {0};
    channel_listener_format_others(listener, &text);
    bool is_there = strstr(base_buffer_text(&text), "says nothing");
    base_buffer_free(&text);
    return is_there;
}

/* Of a listener that is opened and closed again. */
static int listen_once(void *aux)
{
    const struct call *call = aux;
    struct base_error error = {""};
    struct endpoint endpoint = {.kind = ENDPOINT_PTCP, .host = "127.0.0.1"};
    struct channel_listener *listener =
        channel_listener_new(call->base, &endpoint, NULL, 4, take_nobody, NULL, &error);
    assert_string_equal(error.text, listener ? "" : "out of memory");
    channel_listener_free(listener);
    return listener ? 0 : -1;
}

static void a_listener_without_memory_is_none(void **state)
{
    (void)state;
    struct call call = {.base = event_base_new()};
    assert_int_equal(listen_once(&call), 0);
    assert_true(failing_each(listen_once, &call) > 2);
    event_base_free(call.base);
}

/* A caller is greeted, or it is hung up on, and that is told. */
static int call_once(void *aux)
{
    struct call *call = aux;
    struct base_buffer text = {0};
    uint8_t byte;
    ssize_t n;
    failing_pause(true);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&call->address, sizeof call->address), 0);
    channel_listener_start(call->listener);
    failing_pause(false);
    while ((n = recv(fd, &byte, 1, MSG_DONTWAIT)) < 0) {
        event_base_loop(call->base, EVLOOP_ONCE);
    }
    failing_pause(true);
    channel_listener_format_others(call->listener, &text);
    assert_int_equal(n == 0, strstr(base_buffer_text(&text), "out of memory") != NULL);
    base_buffer_free(&text);
    close(fd);
    while (is_waiting(call->listener)) { /* until the caller is forgotten */
        event_base_loop(call->base, EVLOOP_ONCE);
    }
    failing_pause(false);
    return n == 1 ? 0 : -1;
}

static void a_caller_without_memory_is_hung_up_on_and_told(void **state)
{
    (void)state;
    struct base_error error;
    struct endpoint endpoint;
    struct call call = {
        .base = event_base_new(),
        .address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof call.address;
    char at[64];
    int fd = socket(AF_INET, SOCK_STREAM, 0); /* finds a port that is free */
    assert_int_equal(bind(fd, (struct sockaddr *)&call.address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&call.address, &size), 0);
    close(fd);
    snprintf(at, sizeof at, "ptcp:%u:127.0.0.1", ntohs(call.address.sin_port));
    assert_int_equal(endpoint_parse(at, &endpoint, &error), 0);
    call.listener = channel_listener_new(call.base, &endpoint, NULL, 4, take_nobody, NULL, &error);
    assert_non_null(call.listener);
    assert_int_equal(call_once(&call), 0); /* libevent keeps what it has for a descriptor */
    assert_true(failing_each(call_once, &call) > 3);
    channel_listener_free(call.listener);
    event_base_free(call.base);
}

/* From one allocation on there is no memory: libevent does without some of its own. */
static void a_channel_without_memory_is_not_opened(void **state)
{
    (void)state;
    const struct channel_options options = {.interrupt_fd = STDERR_FILENO};
    size_t n_failed = 0;
    bool failed = true;
    for (size_t n = 0; failed; n++) {
        struct channel *channel;
        struct base_error error = {""};
        failing_begin(n, true);
        int status = channel_open(NULL, 0, &options, &channel, &error);
        failed = failing_end();
        assert_true(failed || status == 0);
        assert_int_equal(channel != NULL, status == 0);
        assert_string_equal(error.text, status ? "out of memory" : "");
        channel_close(channel);
        n_failed += failed;
    }
    assert_true(n_failed > 6);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_channel_without_memory_is_not_opened),
    cmocka_unit_test(a_listener_without_memory_is_none),
    cmocka_unit_test(a_caller_without_memory_is_hung_up_on_and_told),
};

int main(void)
{
    event_set_mem_functions(malloc, realloc, free);
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
