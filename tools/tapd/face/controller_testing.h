/* SPDX-License-Identifier: Apache-2.0
 *
 * For the tests of this room: a controller with one switch, and requests to it over HTTP at a unix
 * socket. */
#ifndef TAPD_FACE_CONTROLLER_TESTING_H
#define TAPD_FACE_CONTROLLER_TESTING_H

#include "tapd/face/api.h"

#include "tapd/face/controller_inside.h"
#include "tapd/log_testing.h"
#include "testing/cmocka.h"
#include "testing/loop.h"
#include "testing/table_switch.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PAIR "topology: t.yaml\npairs: [[h1, h2]]\n"
#define TAP  PAIR "taps: [{name: web, source: h1, to: c1}]\n"
#define LATE "{\"name\": \"late\", \"source\": \"h2\", \"to\": \"c1\", \"for\": \"60s\"}"

static char directory[] = "/tmp/controller_test.XXXXXX";

struct world {
    struct event_base *base;
    struct table_switch sw;
    struct tapd_controller_options options;
    struct tapd_controller *controller;
    struct tapd_http *http;
    struct base_buffer reply, why;
    char policy[64], state[64], address[64];
    bool answered;
};

static inline void put_file(const char *name, const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static inline void put_topology(const char *endpoint, const char *more)
{
    char text[1024];
    snprintf(text, sizeof text,
             "name: t\n"
             "switches: {s1: {dpid: 1, openflow: \"%s\"}}\n"
             "hosts:\n"
             "  h1: {mac: 00:00:00:00:00:01, port: s1:1}\n"
             "  h2: {mac: 00:00:00:00:00:02, port: s1:2}\n"
             "  c1: {mac: 00:00:00:00:00:c1, port: s1:9, role: capture}\n%s",
             endpoint, more);
    put_file("t.yaml", text);
}

static inline void start(struct world *world)
{
    world->controller = tapd_controller_new(world->base, &world->options, NULL, NULL, &world->why);
    if (!world->controller) {
        fail_msg("%s", base_buffer_text(&world->why));
    }
}

static inline void serve(struct world *world, const char *token)
{
    struct base_error error;
    world->http = tapd_http_new(world->base, world->address, token, tapd_api_handle,
                                world->controller, &error);
    if (!world->http) {
        fail_msg("%s", error.text);
    }
}

/* Files, and a switch. */
static inline void prepare(struct world *world)
{
    assert_told("");
    *world = (struct world){
        .base = event_base_new(),
        .sw = {.dpid = 1, .answers.n_ports = 9},
        .options.installer = {.settle_ms = 1,
                              .session = {.backoff_min_ms = 1, .backoff_max_ms = 5}},
    };
    snprintf(world->policy, sizeof world->policy, "%s/p.yaml", directory);
    snprintf(world->state, sizeof world->state, "%s/state", directory);
    snprintf(world->address, sizeof world->address, "unix:%s/http", directory);
    world->options.policy = world->policy;
    world->options.state = world->state;
    unlink(world->state);
    table_switch_open(&world->sw, world->base);
    put_topology(world->sw.endpoint, "");
    put_file("p.yaml", TAP);
}

static inline void begin(struct world *world, const char *token)
{
    prepare(world);
    start(world);
    serve(world, token);
}

static inline void end(struct world *world)
{
    tapd_http_free(world->http);
    tapd_controller_free(world->controller);
    table_switch_close(&world->sw);
    base_buffer_free(&world->reply);
    base_buffer_free(&world->why);
    event_base_free(world->base);
}

typedef bool condition(const struct world *world);

static inline void await(struct world *world, condition *is_so)
{
    AWAIT(world->base, is_so(world), base_buffer_text(&world->reply));
}

static inline bool is_installed(const struct world *world)
{
    return tapd_installer_is_installed(world->controller->installer);
}

static inline bool is_answered(const struct world *world)
{
    return world->answered;
}

static inline void on_bytes(struct bufferevent *peer, void *arg)
{
    struct world *world = arg;
    char bytes[4096];
    size_t n;
    while ((n = bufferevent_read(peer, bytes, sizeof bytes)) > 0) {
        base_put_bytes(&world->reply, bytes, n);
    }
}

static inline void on_end(struct bufferevent *peer, short what, void *arg)
{
    struct world *world = arg;
    on_bytes(peer, arg);
    world->answered |= (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) != 0;
}

/* The status; the whole reply is in world->reply. */
static inline int ask_with(struct world *world, const char *line, const char *headers,
                           const char *body, size_t n_body)
{
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    int status = 0;
    struct bufferevent *peer = bufferevent_socket_new(world->base, -1, BEV_OPT_CLOSE_ON_FREE);
    snprintf(path.sun_path, sizeof path.sun_path, "%s/http", directory);
    world->reply.n_bytes = 0;
    world->answered = false;
    bufferevent_setcb(peer, on_bytes, NULL, on_end, world);
    bufferevent_enable(peer, EV_READ | EV_WRITE);
    assert_int_equal(bufferevent_socket_connect(peer, (const struct sockaddr *)&path, sizeof path),
                     0);
    evbuffer_add_printf(bufferevent_get_output(peer),
                        "%s HTTP/1.1\r\nHost: tapd\r\nConnection: close\r\n%sContent-Length: "
                        "%zu\r\n\r\n",
                        line, headers, n_body);
    bufferevent_write(peer, body, n_body);
    await(world, is_answered);
    bufferevent_free(peer);
    sscanf(base_buffer_text(&world->reply), "HTTP/1.1 %d", &status);
    return status;
}

static inline int ask(struct world *world, const char *line, const char *body)
{
    return ask_with(world, line, "", body, strlen(body));
}

static inline void assert_replied(struct world *world, const char *what)
{
    if (!strstr(base_buffer_text(&world->reply), what)) {
        fail_msg("expected \"%s\" in\n%s", what, base_buffer_text(&world->reply));
    }
}

static inline void assert_saved(const struct world *world, const char *what, bool is_there)
{
    char text[4096] = "";
    FILE *file = fopen(world->state, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    if ((strstr(text, what) != NULL) != is_there) {
        fail_msg("\"%s\" in\n%s", what, text);
    }
}

/* Of a group of tests. */
static inline int make_directory(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    return mkdtemp(directory) ? 0 : -1;
}

static inline int remove_directory(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"t.yaml", "p.yaml", "state", "state.lock"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/%s", directory, NAMES[i]);
        unlink(path);
    }
    return rmdir(directory);
}

#endif
