/* SPDX-License-Identifier: Apache-2.0
 *
 * The live world is what channel/ and station/ offer, and the clocks of the machine. */
#include "run/world.h"

#include "testing/cmocka.h"

#include <string.h>
#include <time.h>

static void the_clocks_are_those_of_the_machine(void **state)
{
    (void)state;
    const struct run_world *world = &run_world_live;
    uint64_t before = world->now_ns(world);
    int64_t station = station_now_ns(); /* deadlines are times of this clock */
    uint64_t after = world->now_ns(world);
    assert_true(before <= (uint64_t)station && (uint64_t)station <= after);
    uint64_t seconds = world->wall_ns(world) / UINT64_C(1000000000);
    uint64_t now = (uint64_t)time(NULL);
    assert_true(seconds <= now && now - seconds < 3600);
    assert_true(run_ms_since(world, before) >= 0 && run_ms_since(world, before) < 3600e3);
    double ms = run_ms_since(world, world->now_ns(world) - 2000000);
    assert_true(ms >= 2 && ms < 3600e3);
}

/* Nobody listens at the path: the session fails, the call does not. */
static void switches_are_asked_through_channels(void **state)
{
    (void)state;
    const struct run_world *world = &run_world_live;
    struct channel_target target = {.name = "s1", .endpoint = "unix:/nonexistent/socket"};
    struct channel *channel = NULL;
    struct channel_dump dump;
    struct base_error error;
    assert_int_equal(world->channel_open(world, &target, 1, NULL, &channel, &error), 0);
    assert_int_equal(world->channel_dump(channel, CHANNEL_FLOWS, &dump, &error), 0);
    assert_false(dump.ok);
    assert_non_null(strstr(dump.reason, "unix:/nonexistent/socket"));
    assert_int_equal(world->channel_packet_out(channel, 0, 1, "", 0, &error), -1);
    switch_state_free(&dump.state);
    world->channel_close(channel);
    target.endpoint = "nonsense";
    assert_int_equal(world->channel_open(world, &target, 1, NULL, &channel, &error), -1);
}

static bool never(void *aux, const struct station_arrival *arrival)
{
    (void)aux;
    (void)arrival;
    return false;
}

static void frames_go_through_stations(void **state)
{
    (void)state;
    const struct run_world *world = &run_world_live;
    struct station_spec spec = {.name = "h1", .interface = "no-such-one"};
    struct station_set *set = NULL;
    struct base_error error;
    assert_int_equal(world->station_open(world, &spec, 1, &set, &error), 0);
    assert_non_null(set);
    assert_non_null(world->station_problem(set, 0));
    assert_null(world->station_address(set, 0));
    assert_int_equal(world->station_send(set, 0, "", 0, &error), -1);
    assert_int_equal(world->station_receive(set, 0, never, NULL, &error), -1);
    assert_int_equal(world->station_sync(set, 0, never, NULL, &error), -1);
    assert_true(world->station_drops(set, 0) == UINT64_MAX);
    world->station_close(set);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_clocks_are_those_of_the_machine),
    cmocka_unit_test(switches_are_asked_through_channels),
    cmocka_unit_test(frames_go_through_stations),
};

TEST_MAIN(tests)
