/* SPDX-License-Identifier: Apache-2.0
 *
 * Do /taps and /status say how the taps are? */
#include "tapd/face/controller_testing.h"

#define PAIRED "{\"name\": \"paired\", \"source\": \"h2\", \"to\": \"h1\"}"
#define SLOW   "{\"name\": \"slow\", \"source\": \"c1\", \"to\": \"h1\"}"

static void read_again(struct world *world)
{
    tapd_installer_resync(world->controller->installer);
    await(world, is_installed);
}

static const struct tapd_condition *condition_of(const struct world *world, size_t index)
{
    return &tapd_controller_conditions(world->controller)->items[index];
}

static bool first_is_down(const struct world *world)
{
    return condition_of(world, 0)->state == TAPD_DOWN;
}

static void a_tap_says_how_it_is(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    assert_int_equal(ask(&world, "GET /taps/web", ""), 200);
    assert_replied(&world, "\"state\": \"pending\"");
    assert_replied(&world, "\"why\": \"s1: ");
    await(&world, is_installed);
    assert_int_equal(ask(&world, "GET /taps/web", ""), 200);
    assert_replied(&world, "\"state\": \"up\"");
    assert_null(strstr(base_buffer_text(&world.reply), "\"why\""));
    assert_replied(&world, "\"switch\": \"s1\",\n      \"in\": 1,\n      \"out\": 9\n");
    assert_replied(&world, "\"since\": \"2");
    end(&world);
}

static void entries_of_others_are_told_with_the_taps(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    await(&world, is_installed);
    assert_int_equal(ask(&world, "GET /status", ""), 200);
    assert_replied(&world,
                   "\"pending\": 0,\n    \"up\": 1,\n    \"degraded\": 0,\n    \"down\": 0");
    table_switch_put(&world.sw, "priority=65000,in_port=1,actions=output:2");
    tapd_installer_resync(world.controller->installer);
    await(&world, first_is_down);
    assert_int_equal(ask(&world, "GET /status", ""), 200);
    assert_replied(&world, "\"installed\": false,\n  \"policy\"");
    assert_replied(&world, "\"taps\": [\n            \"web\"\n");
    assert_replied(&world, "in front of ours, the first: priority=65000,in_port=1");
    assert_replied(&world, "\"down\": 1");
    end(&world);
}

/* All entries of the switch have counted so many packets, of 100 bytes each. */
static void count(struct world *world, uint64_t n)
{
    for (size_t i = 0; i < world->sw.table.n_entries; i++) {
        world->sw.table.entries[i].n_packets = n;
        world->sw.table.entries[i].n_bytes = 100 * n;
    }
    while (tapd_monotonic_ms() <= condition_of(world, 0)->read_ms) {
        continue; /* the clock has to move before it is a newer reading */
    }
    read_again(world);
}

static void what_it_carries_is_counted(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    await(&world, is_installed);
    count(&world, 7);
    const struct tapd_condition *web = condition_of(&world, 0);
    assert_int_equal(web->in.n_packets, 7);
    assert_int_equal(web->out.n_bytes, 700);
    assert_true(web->in.packets_per_sec > 0);
    assert_true(web->in.bits_per_sec > 799 * web->in.packets_per_sec);
    assert_true(web->in.bits_per_sec < 801 * web->in.packets_per_sec);
    count(&world, 2); /* the entry was made anew */
    assert_int_equal(web->in.n_packets, 9);
    count(&world, 2);
    assert_true(web->in.packets_per_sec < 0.1);
    assert_int_equal(ask(&world, "GET /taps/web", ""), 200);
    assert_replied(&world, "\"packets\": 9,\n    \"bytes\": 900,\n    \"packets_per_s\": 0.0");
    assert_replied(&world, "\"exact\": true");
    end(&world);
}

/* A tap that uses the entry of a pair has nothing of what that counted before. */
static void what_was_before_it_is_not_counted(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    await(&world, is_installed);
    for (size_t i = 0; i < world.sw.table.n_entries; i++) {
        world.sw.table.entries[i].duration_sec = 100;
    }
    count(&world, 7);
    assert_int_equal(ask(&world, "POST /taps?wait=20s", PAIRED), 201);
    const struct tapd_condition *paired = condition_of(&world, 1);
    assert_string_equal(paired->name, "paired");
    await(&world, is_installed);
    count(&world, 8);
    count(&world, 8);
    uint64_t n = paired->in.n_packets;
    assert_true(n <= 1); /* it may have been read before, or not */
    count(&world, 12);
    assert_int_equal(paired->in.n_packets, n + 4);
    assert_int_equal(paired->out.n_bytes, 100 * (n + 4));
    assert_true(paired->in.exact);
    assert_int_equal(condition_of(&world, 0)->in.n_packets, 12);
    end(&world);
}

/* Another one comes and goes: what is known of it stays. */
static void it_is_remembered(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    await(&world, is_installed);
    count(&world, 7);
    int64_t since_ms = condition_of(&world, 0)->since_ms;
    assert_int_equal(ask(&world, "POST /taps", LATE), 202);
    assert_string_equal(condition_of(&world, 1)->name, "late");
    assert_int_equal(condition_of(&world, 1)->state, TAPD_PENDING);
    await(&world, is_installed);
    assert_int_equal(condition_of(&world, 1)->state, TAPD_UP);
    assert_int_equal(condition_of(&world, 0)->in.n_packets, 7);
    assert_int_equal(condition_of(&world, 0)->since_ms, since_ms);
    assert_int_equal(ask(&world, "DELETE /taps/late", ""), 200);
    assert_int_equal(tapd_controller_conditions(world.controller)->n_items, 1);
    assert_int_equal(condition_of(&world, 0)->in.n_packets, 7);
    end(&world);
}

/* The answer comes when the tap is installed, or after the time. */
static void a_request_may_wait(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    assert_int_equal(ask(&world, "POST /taps?wait=20s", LATE), 201);
    assert_replied(&world, "\"state\": \"up\"");
    assert_replied(&world, "Location: /taps/late\r\n");
    assert_true(is_installed(&world));
    assert_null(world.controller->watches);
    assert_int_equal(ask(&world, "POST /taps?wait=60s", PAIRED), 201); /* by the pair's entry */
    world.sw.slow = true;
    assert_int_equal(ask(&world, "POST /taps?x&wait=10ms", SLOW), 202);
    assert_replied(&world, "\"state\": \"pending\"");
    assert_replied(&world, "Location: /taps/slow\r\n");
    assert_null(world.controller->watches);
    end(&world);
}

static void make_well(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    struct world *world = arg;
    world->sw.table.n_entries--; /* the one that was put last */
    tapd_installer_resync(world->controller->installer);
}

/* One that is there already: until it is up. */
static void a_look_may_wait(void **state)
{
    (void)state;
    struct world world;
    const struct timeval soon = {.tv_usec = 20000};
    begin(&world, NULL);
    assert_int_equal(ask(&world, "GET /taps/web?wait=20s", ""), 200);
    assert_replied(&world, "\"state\": \"up\"");
    assert_null(strstr(base_buffer_text(&world.reply), "Location"));
    table_switch_put(&world.sw, "priority=65000,in_port=1,actions=output:2");
    tapd_installer_resync(world.controller->installer);
    await(&world, first_is_down);
    assert_int_equal(ask(&world, "GET /taps/web?wait=10ms", ""), 200);
    assert_replied(&world, "\"state\": \"down\"");
    event_base_once(world.base, -1, EV_TIMEOUT, make_well, &world, &soon);
    assert_int_equal(ask(&world, "GET /taps/web?wait=20s", ""), 200);
    assert_replied(&world, "\"state\": \"up\"");
    assert_int_equal(ask(&world, "GET /taps/none?wait=20s", ""), 404);
    assert_int_equal(ask(&world, "GET /taps/web?wait=61s", ""), 400);
    assert_null(world.controller->watches);
    end(&world);
}

static void a_wait_that_cannot_be_read(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    static const char *const bad[] = {"POST /taps?wait=", "POST /taps?wait=x",
                                      "POST /taps?wait=61s", "POST /taps?wait=1s&wait=-1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(ask(&world, bad[i], LATE), 400);
        assert_replied(&world, "expected wait=5s, at most 60 s");
    }
    assert_int_equal(ask(&world, "GET /taps/late", ""), 404);
    assert_int_equal(ask(&world, "POST /taps?waited=x", LATE), 202);
    end(&world);
}

static bool nobody_watches(const struct world *world)
{
    return !world->controller->watches;
}

/* The client goes, the tap ends, the server ends: nobody is answered, and nothing is kept. */
static void who_waits_may_go(void **state)
{
    (void)state;
    struct world world;
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    static const char request[] = "POST /taps?wait=60s HTTP/1.1\r\nContent-Length: 58\r\n\r\n" LATE;
    begin(&world, NULL);
    await(&world, is_installed);
    world.sw.slow = true;
    snprintf(path.sun_path, sizeof path.sun_path, "%s/http", directory);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&path, sizeof path), 0);
    assert_int_equal(sizeof LATE - 1, 58);
    assert_int_equal(write(fd, request, sizeof request - 1), sizeof request - 1);
    AWAIT(world.base, world.controller->watches, "it waits");
    assert_int_equal(ask(&world, "DELETE /taps/late", ""), 200);
    await(&world, nobody_watches);
    char reply[64] = "";
    assert_true(read(fd, reply, sizeof reply - 1) > 0);
    assert_non_null(strstr(reply, "404 Not Found"));
    close(fd);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&path, sizeof path), 0);
    assert_int_equal(write(fd, request, sizeof request - 1), sizeof request - 1);
    AWAIT(world.base, world.controller->watches, "it waits");
    tapd_http_free(world.http);
    world.http = NULL;
    assert_null(world.controller->watches);
    close(fd);
    end(&world);
}

static void health_and_metrics(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    assert_int_equal(ask(&world, "GET /healthz", ""), 503);
    assert_replied(&world, " 503 Service Unavailable\r\n");
    assert_replied(&world, "\"health\": \"degraded\"");
    await(&world, is_installed);
    count(&world, 7);
    assert_int_equal(ask(&world, "GET /healthz", ""), 200);
    assert_replied(&world, "\"health\": \"ok\"");
    assert_int_equal(ask(&world, "GET /metrics", ""), 200);
    assert_replied(&world, "Content-Type: text/plain; version=0.0.4\r\n");
    assert_replied(&world, "# TYPE tapd_taps gauge\ntapd_taps{state=\"pending\"} 0\n"
                           "tapd_taps{state=\"up\"} 1\n");
    assert_replied(&world, "\ntapd_switch_connected{switch=\"s1\"} 1\n");
    assert_replied(&world, "\ntapd_switch_installed{switch=\"s1\"} 1\n");
    assert_replied(&world, "\ntapd_switch_entries{switch=\"s1\"} 2\n");
    assert_replied(&world, "\ntapd_switch_entries_wanted{switch=\"s1\"} 2\n");
    assert_replied(&world, "\ntapd_flow_mods_total 2\n");
    assert_replied(&world, "\ntapd_tap_packets_total{tap=\"web\",direction=\"in\"} 7\n");
    assert_replied(&world, "\ntapd_tap_bytes_total{tap=\"web\",direction=\"out\"} 700\n");
    table_switch_put(&world.sw, "priority=65000,in_port=1,actions=output:2");
    tapd_installer_resync(world.controller->installer);
    await(&world, first_is_down);
    assert_int_equal(ask(&world, "GET /healthz", ""), 503);
    assert_int_equal(ask(&world, "GET /metrics", ""), 200);
    assert_replied(&world, "\ntapd_switch_entries_foreign{switch=\"s1\"} 1\n");
    end(&world);
}

static void what_a_path_takes_is_told(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    assert_int_equal(ask(&world, "DELETE /taps", ""), 405);
    assert_replied(&world, "Allow: GET, HEAD, POST\r\n");
    assert_int_equal(ask(&world, "POST /taps/web", "{}"), 405);
    assert_replied(&world, "Allow: GET, HEAD, PUT, PATCH, DELETE\r\n");
    assert_int_equal(ask(&world, "BREW /taps/web", ""), 405);
    assert_replied(&world, "Allow: GET, HEAD, POST, PUT, PATCH, DELETE\r\n");
    end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tap_says_how_it_is),
        cmocka_unit_test(entries_of_others_are_told_with_the_taps),
        cmocka_unit_test(what_it_carries_is_counted),
        cmocka_unit_test(what_was_before_it_is_not_counted),
        cmocka_unit_test(it_is_remembered),
        cmocka_unit_test(a_request_may_wait),
        cmocka_unit_test(a_look_may_wait),
        cmocka_unit_test(a_wait_that_cannot_be_read),
        cmocka_unit_test(who_waits_may_go),
        cmocka_unit_test(what_a_path_takes_is_told),
        cmocka_unit_test(health_and_metrics),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
