/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests as bytes, and what comes back: a server of one answer on a unix socket. */
#include "tapctl/server.h"

#include "testing/cmocka.h"
#include "testing/failing.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct peer {
    char directory[32], address[64];
    const char *answer; /* NULL: hangs up */
    char request[2048];
    int listener;
    pthread_t thread;
};

/* Reads until the request is complete: an empty line, and then `end`. */
static void *serve(void *arg)
{
    struct peer *peer = arg;
    size_t n = 0;
    int fd = accept(peer->listener, NULL, NULL);
    while (n < sizeof peer->request - 1 && !strstr(peer->request, "\r\n\r\n")) {
        ssize_t got = read(fd, peer->request + n, sizeof peer->request - 1 - n);
        n += got > 0 ? (size_t)got : sizeof peer->request;
    }
    while (strstr(peer->request, "Content-Length: ") && !strstr(peer->request, "{\"a\": \"b\"}")) {
        ssize_t got = read(fd, peer->request + n, sizeof peer->request - 1 - n);
        n += got > 0 ? (size_t)got : 0;
    }
    if (peer->answer && write(fd, peer->answer, strlen(peer->answer)) < 0) {
        perror("write");
    }
    close(fd);
    return NULL;
}

static void begin(struct peer *peer, const char *answer)
{
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    *peer = (struct peer){.directory = "/tmp/server_test.XXXXXX", .answer = answer};
    assert_non_null(mkdtemp(peer->directory));
    snprintf(path.sun_path, sizeof path.sun_path, "%s/s", peer->directory);
    snprintf(peer->address, sizeof peer->address, "unix:%s/s", peer->directory);
    peer->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(peer->listener, (struct sockaddr *)&path, sizeof path), 0);
    assert_int_equal(listen(peer->listener, 1), 0);
    assert_int_equal(pthread_create(&peer->thread, NULL, serve, peer), 0);
}

static void end(struct peer *peer)
{
    char path[64];
    pthread_join(peer->thread, NULL);
    close(peer->listener);
    snprintf(path, sizeof path, "%s/s", peer->directory);
    unlink(path);
    rmdir(peer->directory);
}

static int ask(struct peer *peer, const char *token, const json_t *body,
               struct tapctl_answer *answer, struct base_error *error)
{
    const struct tapctl_request request = {body ? "PATCH" : "DELETE", "/taps/web?x", body, 20000};
    struct tapctl_server *server = tapctl_server_new(peer->address, token, error);
    assert_non_null(server);
    int status = server->ask(server, &request, answer, error);
    server->free(server);
    return status;
}

static void a_request_and_its_answer(void **state)
{
    (void)state;
    struct peer peer;
    struct base_error error;
    struct tapctl_answer answer;
    json_t *body = json_pack("{s:s}", "a", "b");
    begin(&peer, "HTTP/1.1 409 Conflict\r\nContent-Length: 14\r\n\r\n{\"error\": \"x\"}");
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    assert_int_equal(ask(&peer, "secret", body, &answer, &error), 0);
    unsetenv("http_proxy");
    assert_int_equal(answer.status, 409);
    assert_string_equal(json_string_value(json_object_get(answer.body, "error")), "x");
    json_decref(answer.body);
    json_decref(body);
    end(&peer);
    assert_ptr_equal(strstr(peer.request, "PATCH /taps/web?x HTTP/1.1\r\n"), peer.request);
    assert_non_null(strstr(peer.request, "\r\nAuthorization: Bearer secret\r\n"));
    assert_non_null(strstr(peer.request, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(peer.request, "\r\n\r\n{\"a\": \"b\"}"));
}

static void nothing_is_sent_that_was_not_asked_for(void **state)
{
    (void)state;
    struct peer peer;
    struct base_error error;
    struct tapctl_answer answer;
    begin(&peer, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    assert_int_equal(ask(&peer, NULL, NULL, &answer, &error), 0);
    assert_int_equal(answer.status, 200);
    json_decref(answer.body);
    end(&peer);
    assert_ptr_equal(strstr(peer.request, "DELETE /taps/web?x HTTP/1.1\r\n"), peer.request);
    assert_null(strstr(peer.request, "Authorization"));
    assert_null(strstr(peer.request, "Content-Length"));
}

/* What a later tapd may say twice is no reason to hear nothing. */
static void what_is_said_twice_is_an_answer(void **state)
{
    (void)state;
    struct peer peer;
    struct base_error error;
    struct tapctl_answer answer;
    begin(&peer, "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"a\": 1, \"a\": 2}");
    assert_int_equal(ask(&peer, NULL, NULL, &answer, &error), 0);
    assert_int_equal(json_integer_value(json_object_get(answer.body, "a")), 2);
    json_decref(answer.body);
    end(&peer);
}

static void assert_fails(const char *answer, const char *why)
{
    struct peer peer;
    struct base_error error = {0};
    struct tapctl_answer got;
    begin(&peer, answer);
    assert_int_equal(ask(&peer, NULL, NULL, &got, &error), -1);
    end(&peer);
    if (!strstr(error.text, why)) {
        fail_msg("expected \"%s\" in \"%s\"", why, error.text);
    }
}

static void what_is_no_answer(void **state)
{
    (void)state;
    assert_fails("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<a/>", "status 200, and no JSON");
    assert_fails("SSH-2.0-x\r\n", "no answer: ");
    assert_fails(NULL, "no answer: ");
}

static void nobody_is_there(void **state)
{
    (void)state;
    struct base_error error;
    struct tapctl_answer answer;
    const struct tapctl_request request = {"GET", "/taps", NULL, 20000};
    struct tapctl_server *server = tapctl_server_new("unix:/nowhere/x", NULL, &error);
    assert_non_null(server);
    assert_int_equal(server->ask(server, &request, &answer, &error), -1);
    assert_string_equal(error.text, "no answer: /nowhere/x: No such file or directory");
    server->free(server);
}

/* The connection is queued, and nobody takes it. */
static void no_answer_in_time(void **state)
{
    (void)state;
    struct base_error error;
    struct tapctl_answer answer = {.status = 1};
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    const struct tapctl_request request = {"GET", "/taps", NULL, 20};
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    char directory[] = "/tmp/server_test.XXXXXX", address[128];
    assert_non_null(mkdtemp(directory));
    snprintf(path.sun_path, sizeof path.sun_path, "%s/s", directory);
    snprintf(address, sizeof address, "unix:%s", path.sun_path);
    assert_int_equal(bind(listener, (struct sockaddr *)&path, sizeof path), 0);
    assert_int_equal(listen(listener, 1), 0);
    struct tapctl_server *server = tapctl_server_new(address, NULL, &error);
    assert_non_null(server);
    assert_int_equal(server->ask(server, &request, &answer, &error), -1);
    assert_non_null(strstr(error.text, "no answer: Operation timed out after "));
    assert_int_equal(answer.status, 0);
    assert_null(answer.body);
    server->free(server);
    close(listener);
    unlink(path.sun_path);
    rmdir(directory);
}

/* That nobody is there is all that it says, once it has memory. */
static int ask_nobody(void *address)
{
    struct base_error error;
    struct tapctl_answer answer;
    const struct tapctl_request request = {"GET", "/taps", NULL, 20000};
    struct tapctl_server *server = tapctl_server_new(address, "secret", &error);
    if (server) {
        assert_int_equal(server->ask(server, &request, &answer, &error), -1);
        server->free(server);
    }
    if (strcmp(error.text, "out of memory") == 0) {
        return -1;
    }
    assert_ptr_equal(strstr(error.text, "no answer: "), error.text);
    return 0;
}

static void without_memory(void **state)
{
    (void)state;
    assert_true(failing_each(ask_nobody, (char[]){"unix:/nowhere/x"}) >= 6);
    assert_true(failing_each(ask_nobody, (char[]){"localhost.invalid:0"}) >= 5);
}

static void addresses(void **state)
{
    (void)state;
    static const char *const GOOD[] = {"unix:/a/b", "127.0.0.1:80", "[::1]:80", "unix:x"};
    static const char *const BAD[] = {"unix:", "host", "http://host:80", "a@b:80", "",    "a:1/",
                                      "a:1?",  "a:1#", "a :1",           "a:1\t",  "unix"};
    struct base_error error;
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) {
        struct tapctl_server *server = tapctl_server_new(GOOD[i], NULL, &error);
        assert_non_null(server);
        server->free(server);
    }
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        assert_null(tapctl_server_new(BAD[i], NULL, &error));
        assert_non_null(strstr(error.text, "expected unix:PATH or HOST:PORT"));
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_request_and_its_answer),
    cmocka_unit_test(nothing_is_sent_that_was_not_asked_for),
    cmocka_unit_test(what_is_said_twice_is_an_answer),
    cmocka_unit_test(what_is_no_answer),
    cmocka_unit_test(nobody_is_there),
    cmocka_unit_test(no_answer_in_time),
    cmocka_unit_test(without_memory),
    cmocka_unit_test(addresses),
};
TEST_MAIN(tests)
