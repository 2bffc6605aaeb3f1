/* SPDX-License-Identifier: Apache-2.0
 *
 * Nothing is judged without memory: whichever allocation fails, judging says so, or it is noted
 * (base/memory.h); and nothing is left behind. */
#include "base/memory.h"
#include "testing/failing.h"
#include "testing/state_of.h"

static int try_to_judge(void *aux)
{
    struct world *world = aux;
    struct report report = {0};
    struct base_error error = {""};
    base_memory_begin();
    int status = state_judge(&world->expectation, &world->dump, &world->options, &report, &error);
    bool ran_out = base_memory_ran_out();
    assert_true(status == 0 || ran_out);
    report_free(&report);
    return status || ran_out;
}

static void ports_are_judged_or_memory_ran_out(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    add_flow(&world, "priority=9,in_port=1,tcp actions=output:3,output:4");
    add_flow(&world, "priority=9,in_port=1,tcp,tp_dst=80 actions=output:3");
    add_flow(&world, "in_port=1,hard_timeout=9 actions=output:3");
    add_flow(&world, "in_port=2 actions=mod_vlan_vid:1,output:1");
    add_flow(&world, "in_port=3 actions=normal");
    expect(&world, 1, "tcp,tp_src=7", "output:4");
    expect(&world, 1, "", "output:3");
    expect(&world, 2, "", "mod_vlan_vid:1,output:1");
    expect(&world, 3, "", "output:1");
    assert_true(failing_each(try_to_judge, &world) > 20);
    free_world(&world);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(ports_are_judged_or_memory_ran_out),
};

TEST_MAIN(tests)
