/* SPDX-License-Identifier: Apache-2.0
 *
 * Stations that do not send what they are given: what is still judged? */
#include "testing/fake_run.h"

/* The other end of an interface takes no long frames: these are lost, and everything else is judged
 * as ever. */
static void frames_that_do_not_leave_the_interface_are_lost(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    run.network.mtu = 1500;
    fake_run_fault(&run, (struct fake_fault){FAKE_SWALLOWS, .at = "h3", .n_bytes = 1000});
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail traffic/h3/delivered/h4\n");
    assert_true(fake_run_has_note(&run, "frames of h3 of 1100 bytes and more did not leave its "
                                        "interface, those of up to 600 bytes did: its MTU is 1500, "
                                        "and at the other end, s1:3, less"));
    fake_run_close(&run);
    /* Nothing leaves it: it cannot send. */
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_SWALLOWS, .at = "h6", .n_bytes = 1});
    run.options.converge_ms = 100;
    fake_run_check(&run);
    fake_run_assert(&run, "traffic/h6/delivered/h7", VERDICT_INCONCLUSIVE);
    fake_run_assert(&run, "traffic/h1/delivered/h2", VERDICT_PASS);
    fake_run_close(&run);
}

static void a_station_that_refuses_to_send_is_inconclusive(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_REFUSES, .at = "h6"});
    run.options.converge_ms = 100;
    fake_run_check(&run);
    fake_run_assert(&run, "traffic/h6/delivered/h7", VERDICT_INCONCLUSIVE);
    fake_run_assert(&run, "traffic/h1/delivered/h2", VERDICT_PASS);
    assert_non_null(
        strstr(fake_run_result(&run, "traffic/h6/delivered/h7")->detail, "the interface is down"));
    fake_run_close(&run);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(frames_that_do_not_leave_the_interface_are_lost),
    cmocka_unit_test(a_station_that_refuses_to_send_is_inconclusive),
};

TEST_MAIN(tests)
