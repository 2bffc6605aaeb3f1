/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks of the reference network in memory whose counters lag, stand still or are missing: what is
 * waited for, and that nobody is blamed for it. */
#include "run/run.h"

#include "ofctl/flow.h"
#include "testing/fake_run.h"

/* An entry that is not decided is no failure; what it counted is told all the same. */
static void what_is_not_decided_is_counted(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    assert_int_equal(ofctl_parse_flow("in_port=5,ip,nw_ttl=3 actions=output:6",
                                      &run.network.states[0].flows, NULL, NULL, NULL),
                     0);
    run.network.flows_every_ms = 400;
    fake_run_check(&run);
    fake_run_assert(&run, "state/s1/5", VERDICT_INCONCLUSIVE);
    const char *counted = fake_run_result(&run, "state/s1/5")->says[SAYS_COUNTED];
    assert_non_null(counted);
    assert_null(strstr(counted, "in all"));
    assert_non_null(strstr(counted, "s1:5 +"));
    assert_true(run.report.timing.count_ms < 500);
    fake_run_close(&run);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_not_decided_is_counted),
};

TEST_MAIN(tests)
