/* SPDX-License-Identifier: Apache-2.0
 *
 * Clients that are slow, many, large or wrong, at a real socket: the others are answered, and
 * nobody's body is kept before the token was seen. */
#include "tapd/face/http.h"

#include "base/clock.h"
#include "tapd/face/http_inside.h"
#include "testing/cmocka.h"
#include "testing/loop.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { PATIENCE_MS = 30000, N_SLOW = 40 };

struct world {
    struct event_base *base;
    struct tapd_http *http;
    char directory[32], address[64], reply[8192];
    size_t n_reply;
    unsigned n_handled, n_gone, n_sent;
    struct tapd_http_client *stream; /* the last one */
};

static void on_gone(void *owner)
{
    struct world *world = owner;
    world->n_gone++;
    world->stream = NULL;
}

static void on_sent(void *owner)
{
    struct world *world = owner;
    world->n_sent++;
}

/* GET /stream; the reply says how that went. */
static void begin_stream(struct world *world, const struct tapd_http_request *request,
                         struct tapd_http_reply *reply)
{
    int status = tapd_http_stream(request, "text/event-stream", on_gone, world);
    world->stream = status == 0 ? request->client : world->stream;
    tapd_http_fail(reply, status < 0 ? 503 : 500, "no stream");
}

static void on_handled(void *owner, const struct tapd_http_request *request,
                       struct tapd_http_reply *reply)
{
    struct world *world = owner;
    world->n_handled++;
    if (strcmp(request->path, "/stream") == 0) {
        begin_stream(world, request, reply);
        return;
    }
    *reply = (struct tapd_http_reply){
        .status = 200,
        .body = json_pack("{s:s, s:i}", "path", request->path, "method", (int)request->method)};
}

static void begin(struct world *world, const char *token, size_t max_clients, unsigned deadline_ms)
{
    struct base_error error;
    const struct tapd_http_limits limits = {.max_clients = max_clients, .deadline_ms = deadline_ms};
    *world = (struct world){.base = event_base_new(), .directory = "/tmp/http_test.XXXXXX"};
    assert_non_null(mkdtemp(world->directory));
    snprintf(world->address, sizeof world->address, "unix:%s/http", world->directory);
    world->http = tapd_http_new(world->base, world->address, token, on_handled, world, &error);
    assert_non_null(world->http);
    tapd_http_set_limits(world->http, &limits);
}

static void end(struct world *world)
{
    tapd_http_free(world->http);
    event_base_free(world->base);
    assert_int_equal(rmdir(world->directory), 0);
}

static int dial(const struct world *world)
{
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    strcpy(path.sun_path, world->address + strlen("unix:"));
    assert_int_equal(connect(fd, (const struct sockaddr *)&path, sizeof path), 0);
    event_base_loop(world->base, EVLOOP_NONBLOCK);
    return fd;
}

static void say(const struct world *world, int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
    event_base_loop(world->base, EVLOOP_NONBLOCK);
}

/* Until it says this; NULL: until it has hung up. */
static void await(struct world *world, int fd, const char *what)
{
    uint64_t start_ns = base_now_ns();
    world->n_reply = 0;
    for (;;) {
        struct pollfd readable = {.fd = fd, .events = POLLIN};
        event_base_loop(world->base, EVLOOP_NONBLOCK);
        poll(&readable, 1, 1);
        ssize_t n = recv(fd, world->reply + world->n_reply,
                         sizeof world->reply - 1 - world->n_reply, MSG_DONTWAIT);
        world->n_reply += n > 0 ? (size_t)n : 0;
        world->reply[world->n_reply] = '\0';
        if (what ? strstr(world->reply, what) != NULL : n == 0 || (n < 0 && errno == ECONNRESET)) {
            return;
        }
        if (n == 0 || base_ms_since(start_ns) > PATIENCE_MS) {
            fail_msg("expected \"%s\" in\n%s", what ? what : "the end", world->reply);
        }
    }
}

static void ask(struct world *world, const char *request, const char *what)
{
    int fd = dial(world);
    say(world, fd, request);
    await(world, fd, what);
    close(fd);
}

static bool is_open(int fd)
{
    char byte;
    return recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == EAGAIN;
}

static void slow_clients_keep_nobody_out(void **state)
{
    (void)state;
    struct world world;
    int slow[N_SLOW];
    size_t n_open = 0;
    begin(&world, NULL, 4, PATIENCE_MS);
    for (size_t i = 0; i < N_SLOW; i++) {
        slow[i] = dial(&world);
        say(&world, slow[i], "GET /status HTT");
    }
    for (size_t i = 0; i < N_SLOW; i++) {
        n_open += is_open(slow[i]);
    }
    assert_int_equal(n_open, 4);
    assert_true(is_open(slow[N_SLOW - 1]));
    ask(&world, "GET /status HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK");
    for (size_t i = 0; i < N_SLOW; i++) {
        close(slow[i]);
    }
    end(&world);
}

static int dial_from(const struct world *world, uint16_t port, uint32_t from)
{
    struct sockaddr_in near = {.sin_family = AF_INET, .sin_addr = {htonl(from)}};
    struct sockaddr_in far = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&near, sizeof near), 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&far, sizeof far), 0);
    event_base_loop(world->base, EVLOOP_NONBLOCK);
    return fd;
}

/* Of those that have most connections the oldest one goes, whoever comes. */
static void who_has_most_connections_loses_one(void **state)
{
    (void)state;
    static const uint32_t FROM[] = {1, 2, 2, 2, 1, 1};
    enum { N = sizeof FROM / sizeof *FROM };
    struct world world;
    struct base_error error;
    uint16_t port = loop_free_port();
    int fds[N];
    char address[32];
    begin(&world, NULL, 8, PATIENCE_MS);
    snprintf(address, sizeof address, "127.0.0.1:%u", port);
    struct tapd_http *http = tapd_http_new(world.base, address, NULL, on_handled, &world, &error);
    assert_non_null(http);
    tapd_http_set_limits(http, &(struct tapd_http_limits){4, PATIENCE_MS});
    for (size_t i = 0; i < N; i++) {
        fds[i] = dial_from(&world, port, INADDR_LOOPBACK - 1 + FROM[i]);
    }
    await(&world, fds[1], NULL); /* of 2, which had three of four */
    await(&world, fds[0], NULL); /* both had two: of 1, which had the oldest */
    for (size_t i = 2; i < N; i++) {
        say(&world, fds[i], "GET / HTTP/1.1\r\n\r\n");
        await(&world, fds[i], "HTTP/1.1 200 OK");
    }
    for (size_t i = 0; i < N; i++) {
        close(fds[i]);
    }
    tapd_http_free(http);
    end(&world);
}

static void a_byte_now_and_then_buys_no_time(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL, 4, 20);
    int fd = dial(&world);
    uint64_t start_ns = base_now_ns();
    while (send(fd, "x", 1, MSG_NOSIGNAL) == 1) {
        struct pollfd rest = {.fd = -1};
        event_base_loop(world.base, EVLOOP_NONBLOCK);
        poll(&rest, 1, 1);
        assert_true(base_ms_since(start_ns) < PATIENCE_MS);
    }
    close(fd);
    end(&world);
}

/* It has its reply, and does not hang up. */
static void who_stays_after_the_reply_is_hung_up_on(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL, 4, 20);
    int fd = dial(&world);
    say(&world, fd, "GET / HTTP/1.1\r\n\r\n");
    await(&world, fd, NULL);
    assert_non_null(strstr(world.reply, "\"path\": \"/\""));
    uint64_t start_ns = base_now_ns();
    while (send(fd, "x", 1, MSG_NOSIGNAL) == 1) {
        event_base_loop(world.base, EVLOOP_NONBLOCK);
        assert_true(base_ms_since(start_ns) < PATIENCE_MS);
    }
    close(fd);
    end(&world);
}

static void the_token_comes_before_the_body(void **state)
{
    (void)state;
    struct world world;
    begin(&world, "secret", 4, PATIENCE_MS);
    ask(&world, "POST /taps HTTP/1.1\r\nContent-Length: 16777216\r\n\r\n", "HTTP/1.1 401 ");
    assert_non_null(strstr(world.reply, "WWW-Authenticate: Bearer"));
    ask(&world,
        "POST /taps HTTP/1.1\r\nAuthorization: Bearer secret\r\nContent-Length: 16777216\r\n\r\n",
        "HTTP/1.1 413 ");
    assert_int_equal(world.n_handled, 0);
    end(&world);
}

/* What is sent after the answer is thrown away, and the answer arrives. */
static void a_large_body_is_not_kept(void **state)
{
    (void)state;
    static char part[64 << 10];
    struct world world;
    begin(&world, "secret", 4, PATIENCE_MS);
    int fd = dial(&world);
    say(&world, fd, "POST /taps HTTP/1.1\r\nContent-Length: 16777216\r\n\r\n");
    size_t n_sent = 0;
    uint64_t start_ns = base_now_ns();
    while (n_sent < 16777216) {
        ssize_t n = send(fd, part, sizeof part, MSG_NOSIGNAL);
        n_sent += n > 0 ? (size_t)n : 0;
        event_base_loop(world.base, EVLOOP_NONBLOCK);
        assert_true(base_ms_since(start_ns) < PATIENCE_MS);
    }
    await(&world, fd, NULL);
    assert_non_null(strstr(world.reply, "HTTP/1.1 401 "));
    close(fd);
    end(&world);
}

static void a_body_may_come_in_pieces(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL, 4, PATIENCE_MS);
    int fd = dial(&world);
    say(&world, fd, "POST /taps HTTP/1.1\r\nExpect: 100-continue\r\nContent-Le");
    say(&world, fd, "ngth: 4\r\n\r\n");
    await(&world, fd, "HTTP/1.1 100 Continue\r\n\r\n");
    say(&world, fd, "[");
    say(&world, fd, "1 ");
    assert_int_equal(world.n_handled, 0);
    say(&world, fd, "]");
    shutdown(fd, SHUT_WR);
    await(&world, fd, NULL);
    assert_non_null(strstr(world.reply, "HTTP/1.1 200 OK"));
    close(fd);
    end(&world);
}

static void what_is_no_request_is_told_as_json(void **state)
{
    (void)state;
    static const struct {
        const char *request, *answer;
    } CASES[] = {
        {"GET http://tapd/a%20b?c HTTP/1.1\n\n", "\"path\": \"/a b\""},
        {"GET /a HTTP/1.0\r\n\r\n", "\"path\": \"/a\""},
        {"GET /a\r\n\r\n", " 400 Bad Request"},
        {"GET /a SMTP\r\n\r\n", " 400 Bad Request"},
        {"\r\n\r\n", " 400 Bad Request"},
        {"GET /%00 HTTP/1.1\r\n\r\n", "the path can not be read"},
        {"GET / HTTP/1.1\r\nHost\r\n\r\n", "NAME: VALUE"},
        {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", "NAME: VALUE"},
        {"GET / HTTP/1.1\r\n folded: a\r\n\r\n", "NAME: VALUE"},
        {"GET / HTTP/1.1\r\nContent-Length: 1x\r\n\r\n", "a number of bytes"},
        {"GET / HTTP/1.1\r\nContent-Length:\r\n\r\n", "a number of bytes"},
        {"GET / HTTP/1.1\r\nContent-Length: 9999999999999999999\r\n\r\n", "a number of bytes"},
        {"GET / HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 4\r\n\r\n", "comes twice"},
        {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", " 411 Length Required"},
        {"TRACE / HTTP/1.1\r\n\r\n", " 405 Method Not Allowed"},
        {"TRACE / HTTP/1.1\r\n\r\n", "Allow: GET, HEAD, POST, PUT, PATCH, DELETE\r\n"},
        {"POST / HTTP/1.1\r\nContent-Length: 262145\r\n\r\n", " 413 Content Too Large"},
        {"GET / HTTP/1.1\r\norigin: http://a\r\n\r\n", " 403 Forbidden"},
    };
    struct world world;
    begin(&world, NULL, 4, PATIENCE_MS);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        ask(&world, CASES[i].request, CASES[i].answer);
    }
    end(&world);
}

/* It goes on behind the deadline, and is not the one that makes room. */
static void a_stream_goes_on(void **state)
{
    (void)state;
    struct world world;
    static const char request[] = "GET /stream HTTP/1.1\r\n\r\n";
    begin(&world, NULL, 4, 50);
    int fd = dial(&world);
    say(&world, fd, request);
    await(&world, fd, "Content-Type: text/event-stream\r\n\r\n");
    assert_null(strstr(world.reply, "Content-Length"));
    tapd_http_send(world.stream, "one\n", on_sent);
    assert_int_equal(tapd_http_unsent(world.stream), 4);
    await(&world, fd, "one\n");
    assert_int_equal(tapd_http_unsent(world.stream), 0);
    assert_int_equal(world.n_sent, 1);
    ask(&world, request, " 503 Service Unavailable"); /* a quarter of four clients */
    int others[4];
    for (size_t i = 0; i < 4; i++) {
        others[i] = dial(&world);
    }
    await(&world, others[0], NULL); /* out of time, or of place */
    assert_true(is_open(fd));
    tapd_http_send(world.stream, "two\n", NULL);
    await(&world, fd, "two\n");
    assert_int_equal(world.n_gone, 0);
    close(fd);
    for (uint64_t start_ns = base_now_ns();
         world.stream && base_ms_since(start_ns) < PATIENCE_MS;) {
        tapd_http_send(world.stream, "three\n", on_sent);
        event_base_loop(world.base, EVLOOP_NONBLOCK);
    }
    assert_int_equal(world.n_gone, 1);
    for (size_t i = 0; i < 4; i++) {
        close(others[i]);
    }
    ask(&world, request, "200 OK"); /* there is room for another one */
    end(&world);
    assert_int_equal(world.n_gone, 2);
}

static void a_stream_ends(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL, 4, PATIENCE_MS);
    ask(&world, "HEAD /stream HTTP/1.1\r\n\r\n", "text/event-stream\r\n\r\n");
    assert_null(world.stream);
    int fd = dial(&world);
    say(&world, fd, "GET /stream HTTP/1.1\r\n\r\n");
    await(&world, fd, "\r\n\r\n");
    tapd_http_send(world.stream, "last\n", on_sent);
    tapd_http_end(world.stream);
    await(&world, fd, "last\n");
    await(&world, fd, NULL);
    assert_int_equal(world.n_gone, 0);
    assert_int_equal(world.n_sent, 0);
    close(fd);
    fd = dial(&world);
    say(&world, fd, "GET /stream HTTP/1.1\r\n\r\n");
    await(&world, fd, "\r\n\r\n");
    event_base_loop(world.base, EVLOOP_NONBLOCK);
    tapd_http_end(world.stream); /* with nothing to be sent */
    await(&world, fd, NULL);
    close(fd);
    end(&world);
}

static void a_header_has_an_end(void **state)
{
    (void)state;
    static char long_one[(16 << 10) + 1];
    struct world world;
    begin(&world, NULL, 4, PATIENCE_MS);
    memset(long_one, 'a', sizeof long_one - 1);
    ask(&world, long_one, " 431 Request Header Fields Too Large");
    end(&world);
}

static void where_a_head_ends(void **state)
{
    (void)state;
    assert_int_equal(tapd_http_head_length("a\r\n\r\nb", 6), 5);
    assert_int_equal(tapd_http_head_length("a\n\nb", 4), 3);
    assert_int_equal(tapd_http_head_length("a\r\n\r\n", 4), 0);
    assert_int_equal(tapd_http_head_length("a\n", 2), 0);
    assert_int_equal(tapd_http_head_length("", 0), 0);
    struct tapd_http_head head;
    char text[] = "GET / HTTP/1.1\r\nX:\0\r\n\r\n";
    assert_int_equal(tapd_http_head_read(text, sizeof text - 1, &head, NULL), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slow_clients_keep_nobody_out),
        cmocka_unit_test(who_has_most_connections_loses_one),
        cmocka_unit_test(a_byte_now_and_then_buys_no_time),
        cmocka_unit_test(who_stays_after_the_reply_is_hung_up_on),
        cmocka_unit_test(the_token_comes_before_the_body),
        cmocka_unit_test(a_large_body_is_not_kept),
        cmocka_unit_test(a_body_may_come_in_pieces),
        cmocka_unit_test(what_is_no_request_is_told_as_json),
        cmocka_unit_test(a_stream_goes_on),
        cmocka_unit_test(a_stream_ends),
        cmocka_unit_test(a_header_has_an_end),
        cmocka_unit_test(where_a_head_ends),
    };
    signal(SIGPIPE, SIG_IGN);
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
