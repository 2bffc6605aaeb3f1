/* SPDX-License-Identifier: Apache-2.0
 *
 * Taps on demand when the world changes under them: the wall clock is set, hosts are cabled anew,
 * a switch speaks another OpenFlow. */
#include "tapd/face/controller_testing.h"

#include <sys/syscall.h>
#include <time.h>

#define OTHER "{\"name\": \"other\", \"source\": \"h1\", \"to\": \"c1\", \"for\": \"90s\"}"
#define MASKED                                                                                     \
    "{\"name\": \"masked\", \"source\": \"h1\", \"match\": \"tcp,tp_dst=0x400/0xfc00\", \"to\": "  \
    "\"c1\"}"
#define IPV6                                                                                       \
    "{\"name\": \"six\", \"source\": \"h1\", \"match\": \"tcp6,tp_dst=80\", \"to\": \"c1\"}"

static time_t wall_is_off_by_sec;

/* In the place of libc's. */
int clock_gettime(clockid_t clock, struct timespec *now)
{
    int status = (int)syscall(SYS_clock_gettime, clock, now);
    now->tv_sec += clock == CLOCK_REALTIME ? wall_is_off_by_sec : 0;
    return status;
}

/* How long the entries of the first tap on demand have left, as they were added. */
static unsigned left_sec(const struct world *world)
{
    uint32_t id = world->controller->roster.items[0].id;
    for (size_t i = 0; i < world->sw.table.n_entries; i++) {
        if ((uint32_t)world->sw.table.entries[i].cookie == id) {
            return world->sw.table.entries[i].hard_timeout;
        }
    }
    return 0;
}

/* Forth and back by an hour, with a change after each. */
static void the_wall_clock_may_be_set(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    await(&world, is_installed);
    assert_int_equal(ask(&world, "POST /taps", LATE), 202);
    for (int hour = -1; hour <= 1; hour += 2) {
        wall_is_off_by_sec = hour * 3600;
        assert_int_equal(ask(&world, "POST /taps/late/extend", ""), 200);
        assert_replied(&world, "\"ends_in_s\": 60");
        assert_int_equal(ask(&world, "POST /taps", OTHER), 202);
        await(&world, is_installed);
        assert_in_range(left_sec(&world), 50, 61);
        assert_int_equal(ask(&world, "GET /taps/late", ""), 200);
        assert_int_equal(ask(&world, "DELETE /taps/other", ""), 200);
    }
    int64_t now_ms = tapd_now_ms(world.controller) + 3600000; /* by the clock that was set */
    char ends[64];
    snprintf(ends, sizeof ends, "\"expires_ms\": %lld", (long long)(now_ms + 60000) / 100000);
    assert_saved(&world, ends, true);
    wall_is_off_by_sec = 0;
    end(&world);
}

/* On 1.3 a tap may be about what OpenFlow 1.0 cannot match. */
static void what_a_switch_can_not_match_is_refused(void **state)
{
    (void)state;
    for (int version = 1; version <= 4; version += 3) {
        struct world world;
        prepare(&world);
        world.sw.answers.version = (uint8_t)version;
        start(&world);
        serve(&world, NULL);
        await(&world, is_installed);
        int status = version == 1 ? 400 : 202;
        assert_int_equal(ask(&world, "POST /taps", MASKED), status);
        assert_replied(&world, version == 1
                                   ? "s1 speaks OpenFlow 1.0: OpenFlow 1.0 can not match a "
                                     "part of tp_dst"
                                   : "masked");
        assert_int_equal(ask(&world, "POST /taps", IPV6), status);
        await(&world, is_installed);
        assert_int_equal(tapd_controller_n_taps(world.controller), version == 1 ? 1 : 3);
        end(&world);
    }
}

/* What is asked for by a name goes on being about it. */
static void names_stay_names(void **state)
{
    (void)state;
    struct world world;
    char text[1024];
    begin(&world, NULL);
    await(&world, is_installed);
    assert_int_equal(ask(&world, "POST /taps", LATE), 202);
    snprintf(text, sizeof text,
             "name: t\n"
             "switches: {s1: {dpid: 1, openflow: \"%s\"}}\n"
             "hosts:\n"
             "  h1: {mac: 00:00:00:00:00:01, port: s1:2}\n"
             "  h2: {mac: 00:00:00:00:00:02, port: s1:1}\n"
             "  c1: {mac: 00:00:00:00:00:c1, port: s1:9, role: capture}\n",
             world.sw.endpoint);
    const struct tapd_tap *tap = world.controller->roster.items[0].tap;
    uint16_t before = tap->sources[0].port;
    put_file("t.yaml", text);
    assert_int_equal(ask(&world, "POST /reload", ""), 200);
    tap = world.controller->roster.items[0].tap;
    assert_int_equal(tap->sources[0].port, 3 - before);
    tapd_http_free(world.http); /* and after a restart */
    tapd_controller_free(world.controller);
    put_topology(world.sw.endpoint, "");
    start(&world);
    serve(&world, NULL);
    tap = world.controller->roster.items[0].tap;
    assert_int_equal(tap->sources[0].port, before);
    end(&world);
}

/* And it goes on being about the names that it was asked for. */
static void another_lifetime_is_kept(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    await(&world, is_installed);
    assert_int_equal(ask(&world, "POST /taps", LATE), 202);
    assert_int_equal(ask(&world, "PATCH /taps/late", "{\"for\": \"300s\"}"), 200);
    assert_replied(&world, "\"for\": \"300s\"");
    assert_int_equal(ask(&world, "POST /taps/late/extend", ""), 200);
    assert_replied(&world, "\"ends_in_s\": 300");
    assert_saved(&world, "\"source\": \"h2\"", true);
    assert_saved(&world, "300s", true);
    assert_int_equal(ask(&world, "PATCH /taps/late", "{\"for\": \"0s\"}"), 400);
    assert_int_equal(ask(&world, "PATCH /taps/late", "{\"for\": \"never\"}"), 400);
    assert_int_equal(ask(&world, "GET /taps/late", ""), 200);
    assert_replied(&world, "\"for\": \"300s\"");
    end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_wall_clock_may_be_set),
        cmocka_unit_test(what_a_switch_can_not_match_is_refused),
        cmocka_unit_test(names_stay_names),
        cmocka_unit_test(another_lifetime_is_kept),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
