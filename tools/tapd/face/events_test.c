/* SPDX-License-Identifier: Apache-2.0
 *
 * Who listens hears what becomes of taps, once, in order, and also after a while away. */
#include "tapd/face/controller_testing.h"

#include "tapd/face/events.h"

/* A client that listens. */
struct listener {
    struct bufferevent *peer;
    struct base_buffer heard;
    bool is_over;
};

static void on_heard(struct bufferevent *peer, void *arg)
{
    struct listener *listener = arg;
    char bytes[4096];
    size_t n;
    while ((n = bufferevent_read(peer, bytes, sizeof bytes)) > 0) {
        base_put_bytes(&listener->heard, bytes, n);
    }
}

static void on_over(struct bufferevent *peer, short what, void *arg)
{
    struct listener *listener = arg;
    on_heard(peer, arg);
    listener->is_over |= (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) != 0;
}

static bool hears(struct listener *listener, const char *what)
{
    return strstr(base_buffer_text(&listener->heard), what) != NULL;
}

static void await_heard(struct world *world, struct listener *listener, const char *what)
{
    AWAIT(world->base, hears(listener, what), what);
}

static void listen_with(struct world *world, struct listener *listener, const char *headers)
{
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    *listener =
        (struct listener){.peer = bufferevent_socket_new(world->base, -1, BEV_OPT_CLOSE_ON_FREE)};
    snprintf(path.sun_path, sizeof path.sun_path, "%s/http", directory);
    bufferevent_setcb(listener->peer, on_heard, NULL, on_over, listener);
    bufferevent_enable(listener->peer, EV_READ | EV_WRITE);
    assert_int_equal(
        bufferevent_socket_connect(listener->peer, (const struct sockaddr *)&path, sizeof path), 0);
    evbuffer_add_printf(bufferevent_get_output(listener->peer), "GET /events HTTP/1.1\r\n%s\r\n",
                        headers);
}

static void go(struct listener *listener)
{
    bufferevent_free(listener->peer);
    base_buffer_free(&listener->heard);
}

static unsigned long long id_of(struct listener *listener, const char *what)
{
    const char *text = base_buffer_text(&listener->heard), *at = strstr(text, what);
    assert_non_null(at);
    while (at > text && strncmp(at, "id: ", 4) != 0) {
        at--;
    }
    return strtoull(at + 4, NULL, 10);
}

static void changes_are_heard(void **state)
{
    (void)state;
    struct world world;
    struct listener listener;
    begin(&world, NULL);
    await(&world, is_installed);
    listen_with(&world, &listener, "");
    await_heard(&world, &listener, "Content-Type: text/event-stream\r\n\r\n:\n\n");
    assert_int_equal(ask(&world, "POST /taps?wait=20s", LATE), 201);
    await_heard(&world, &listener, "\"name\":\"late\",\"state\":\"up\",\"since\":\"20");
    assert_true(hears(&listener, "\nevent: tap\ndata: {\"name\":\"late\",\"state\":\"pending\""));
    assert_int_equal(ask(&world, "DELETE /taps/late", ""), 200);
    await_heard(&world, &listener, "{\"name\":\"late\",\"state\":\"ended\",\"since\":\"20");
    table_switch_put(&world.sw, "priority=65000,in_port=1,actions=output:2");
    tapd_installer_resync(world.controller->installer);
    await_heard(&world, &listener, "{\"name\":\"web\",\"state\":\"down\",\"why\":\"s1: ");
    assert_int_equal(id_of(&listener, "\"ended\""),
                     id_of(&listener, "\"late\",\"state\":\"up\"") + 1);
    assert_false(listener.is_over);
    assert_false(hears(&listener, "lost"));
    go(&listener);
    end(&world);
}

static void who_was_away_hears_the_rest(void **state)
{
    (void)state;
    struct world world;
    struct listener first, second;
    char headers[64];
    begin(&world, NULL);
    await(&world, is_installed);
    listen_with(&world, &first, "");
    await_heard(&world, &first, ":\n\n");
    assert_int_equal(ask(&world, "POST /taps?wait=20s", LATE), 201);
    await_heard(&world, &first, "\"late\",\"state\":\"up\"");
    unsigned long long id = id_of(&first, "\"pending\"");
    snprintf(headers, sizeof headers, "Last-Event-ID: %llu\r\n", id);
    listen_with(&world, &second, headers);
    await_heard(&world, &second, "\"late\",\"state\":\"up\"");
    assert_false(hears(&second, "\"pending\""));
    assert_false(hears(&second, "lost"));
    go(&second);
    snprintf(headers, sizeof headers, "Last-Event-ID: %llu\r\n", id - 2);
    listen_with(&world, &second, headers);
    await_heard(&world, &second, "event: lost\ndata: {}\n\nid: ");
    await_heard(&world, &second, "\"late\",\"state\":\"up\"");
    go(&second);
    listen_with(&world, &second, "Last-Event-ID: 99999999999999\r\n"); /* of another process */
    await_heard(&world, &second, "event: lost\ndata: {}\n\n");
    assert_false(hears(&second, "late"));
    go(&second);
    go(&first);
    end(&world);
}

/* As if a switch had said so. */
static void give_reason(struct world *world, int number)
{
    struct tapd_condition *web = &world->controller->conditions.items[0];
    struct tapd_watch *watch = world->controller->watches;
    free(web->why);
    web->why = calloc(1, 400);
    snprintf(web->why, 400, "%0300d.", number);
    watch->changed(watch);
    event_base_loop(world->base, EVLOOP_NONBLOCK);
}

/* Many events, and a client that reads none of them at first. */
static void who_is_slow_misses_some(void **state)
{
    (void)state;
    enum { N = 3000 };
    struct world world;
    struct listener slow;
    begin(&world, NULL);
    await(&world, is_installed);
    listen_with(&world, &slow, "");
    await_heard(&world, &slow, ":\n\n");
    bufferevent_disable(slow.peer, EV_READ);
    for (int i = 0; i <= N; i++) {
        give_reason(&world, i);
    }
    bufferevent_enable(slow.peer, EV_READ);
    await_heard(&world, &slow, "00003000.");
    assert_true(hears(&slow, "\n\nevent: lost\ndata: {}\n\nid: "));
    assert_true(hears(&slow, "00000000."));
    assert_true(hears(&slow, "00002999."));
    assert_true(hears(&slow, "00002001."));
    assert_false(hears(&slow, "00001999."));
    go(&slow);
    end(&world);
}

static void listeners_are_few(void **state)
{
    (void)state;
    struct world world;
    struct listener listeners[2];
    const struct tapd_http_limits limits = {.max_clients = 8, .deadline_ms = 10000};
    begin(&world, NULL);
    tapd_http_set_limits(world.http, &limits);
    for (size_t i = 0; i < 2; i++) {
        listen_with(&world, &listeners[i], "");
        await_heard(&world, &listeners[i], ":\n\n");
    }
    assert_int_equal(ask(&world, "GET /events", ""), 503);
    assert_replied(&world, "too many clients listen already");
    assert_int_equal(ask(&world, "HEAD /events", ""), 200);
    assert_int_equal(ask(&world, "GET /taps", ""), 200);
    go(&listeners[0]);
    tapd_http_free(world.http);
    world.http = NULL;
    AWAIT(world.base, listeners[1].is_over, "it is hung up on");
    go(&listeners[1]);
    end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_are_heard),
        cmocka_unit_test(who_was_away_hears_the_rest),
        cmocka_unit_test(who_is_slow_misses_some),
        cmocka_unit_test(listeners_are_few),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
