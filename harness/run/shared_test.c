/* SPDX-License-Identifier: Apache-2.0
 *
 * A world that several runs share: what is opened once, and when it is closed. */
#include "run/shared.h"

#include "run/network.h"
#include "testing/fake_run.h"

static void the_same_lab_is_opened_once(void **state)
{
    (void)state;
    struct fake_run run;
    struct run_shared shared;
    struct run_network first = {0}, second = {0};
    struct base_error error;
    fake_run_open_demon(&run, "simulated");
    const struct topology *topology = run.expectation->topology;
    run_shared_open(&shared, &run.network.world);
    assert_int_equal(run_shared_prepare(&shared, topology, &run.lab, true, 0, &error), 0);
    assert_int_equal(run.network.n_open, 2); /* sessions, stations */
    assert_int_equal(run_shared_prepare(&shared, topology, &run.lab, true, 0, &error), 0);
    assert_int_equal(run.network.n_open, 2);
    assert_int_equal(run_network_open(&first, &shared.world, topology, &run.lab, 0, &error), 0);
    assert_int_equal(run_network_open(&second, &shared.world, topology, &run.lab, 0, &error), 0);
    assert_ptr_equal(first.channel, second.channel);
    run_network_close(&first);
    run_network_close(&second);
    assert_int_equal(run.network.n_open, 2);
    /* Another time limit: other sessions. */
    assert_int_equal(run_shared_prepare(&shared, topology, &run.lab, false, 77, &error), 0);
    assert_int_equal(run.network.n_open, 3);
    run_shared_close(&shared);
    assert_int_equal(run.network.n_open, 0);
    fake_run_close(&run);
}

/* The fake refuses to be confined twice. */
static void each_run_is_told_what_is_missing(void **state)
{
    (void)state;
    struct fake_run run;
    struct run_shared shared;
    struct base_error error;
    fake_run_open_demon(&run, "simulated");
    run.network.missing = "no landlock";
    run_shared_open(&shared, &run.network.world);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(shared.world.confine(&shared.world, &error), -1);
        assert_string_equal(error.text, "no landlock");
    }
    run_shared_close(&shared);
    fake_run_close(&run);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_same_lab_is_opened_once),
    cmocka_unit_test(each_run_is_told_what_is_missing),
};

TEST_MAIN(tests)
