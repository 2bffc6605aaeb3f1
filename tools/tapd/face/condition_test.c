/* SPDX-License-Identifier: Apache-2.0
 *
 * Do /taps and /status say how the taps are? */
#include "tapd/face/controller_testing.h"

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

/* Another one comes and goes: what is known of it stays. */
static void it_is_remembered(void **state)
{
    (void)state;
    struct world world;
    begin(&world, NULL);
    await(&world, is_installed);
    count(&world, 7);
    int64_t since_ms = condition_of(&world, 0)->since_ms;
    assert_int_equal(ask(&world, "POST /taps", LATE), 201);
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

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(directory) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", directory);
    return system(command) == 0 ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tap_says_how_it_is),
        cmocka_unit_test(entries_of_others_are_told_with_the_taps),
        cmocka_unit_test(what_it_carries_is_counted),
        cmocka_unit_test(it_is_remembered),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
