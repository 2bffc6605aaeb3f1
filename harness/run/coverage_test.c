/* SPDX-License-Identifier: Apache-2.0
 *
 * When is something said of what the probes exercise? */
#include "testing/fake_run.h"

static void without_a_table_nothing_is_said_of_entries(void **state)
{
    (void)state;
    static const char *const switches[] = {"s1", "s2", "s3"};
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    for (size_t i = 0; i < 3; i++) {
        fake_run_fault(&run, (struct fake_fault){FAKE_SILENT, .at = switches[i]});
    }
    fake_run_check(&run);
    assert_false(run.report.coverage.is_known);
    assert_true(run.report.n_probes > 0);
    fake_run_close(&run);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(without_a_table_nothing_is_said_of_entries),
};

TEST_MAIN(tests)
