/* SPDX-License-Identifier: Apache-2.0
 *
 * Switches to which another controller writes, with our cookie or in our place. */
#include "tapd/install/installer_testing.h"

static bool has_stopped(const struct world *world)
{
    return strstr(report(world, 0).trouble, "another controller writes entries") != NULL;
}

static void write_as_another(struct world *world, size_t sw)
{
    table_switch_put(&world->switches[sw], "cookie=0x7461706400000000,in_port=7,actions=output:8");
    tapd_installer_resync(world->installer);
}

/* Twice it is put right; then it is left as it is, everywhere, until the next reload. */
static void of_two_controllers_one_stops(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    world.options.max_contests = 2;
    start(&world, world.tap);
    await(&world, is_installed);
    for (size_t i = 0; i < 2; i++) {
        write_as_another(&world, i);
        await(&world, is_installed);
        assert_right(&world, i, 0);
    }
    write_as_another(&world, 0);
    await(&world, has_stopped);
    assert_false(is_installed(&world));
    heard_after(report(&world, 1).trouble, "0x74617064");
    unsigned n_mods = world.switches[0].n_mods + world.switches[1].n_mods;
    want(&world, world.pair);
    table_switch_hang_up(&world.switches[1]);
    while (world.switches[1].n_connections < 2 || !both_are_up(&world)) {
        event_base_loop(world.base, EVLOOP_ONCE);
    }
    unsigned n_settled = world.n_settled;
    AWAIT(world.base, world.n_settled > n_settled, heard(&world));
    assert_int_equal(world.switches[0].n_mods + world.switches[1].n_mods, n_mods);
    assert_true(has_stopped(&world));
    tapd_installer_go_on(world.installer);
    await(&world, is_installed);
    assert_right(&world, 0, 0);
    assert_right(&world, 1, 0);
    assert_told("s1: somebody else wrote entries with our cookie\n"
                "s2: somebody else wrote entries with our cookie\n"
                "another controller writes entries with the cookie 0x74617064 of this one, which "
                "stops; a reload makes it go on");
    end(&world);
}

/* Who takes entries away is no other controller: it is put right each time. Nor is a switch that
 * comes back with others, nor what others write with cookies of their own. */
static void who_only_deletes_is_no_controller(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    start(&world, world.tap);
    await(&world, is_installed);
    for (size_t i = 0; i < 5; i++) {
        world.switches[0].table.n_entries = 0;
        tapd_installer_resync(world.installer);
        await(&world, is_installed);
        table_switch_put(&world.switches[0], "cookie=0x1,in_port=7,actions=output:8");
        tapd_installer_resync(world.installer);
        await(&world, is_installed);
    }
    for (unsigned i = 1; i <= 4; i++) {
        table_switch_put(&world.switches[1],
                         "cookie=0x7461706400000000,in_port=7,actions=output:8");
        table_switch_hang_up(&world.switches[1]);
        while (world.switches[1].n_connections <= i) {
            event_base_loop(world.base, EVLOOP_ONCE);
        }
        await(&world, is_installed);
    }
    end(&world);
}

static void a_switch_of_another_controller_is_not_called(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    world.policy->owns[1] = false;
    start(&world, world.pair);
    await(&world, is_installed);
    assert_false(report(&world, 1).owned);
    assert_true(report(&world, 0).owned);
    assert_int_equal(world.switches[1].n_connections, 0);
    end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOTH_VERSIONS(of_two_controllers_one_stops),
        IN_BOTH_VERSIONS(who_only_deletes_is_no_controller),
        IN_BOTH_VERSIONS(a_switch_of_another_controller_is_not_called),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
