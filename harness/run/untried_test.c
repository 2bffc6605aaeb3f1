/* SPDX-License-Identifier: Apache-2.0
 *
 * What a check that passes says that it has not tried. */
#include "run/inside.h"
#include "testing/fake_run.h"

static bool is_untried(const struct fake_run *run, const char *text)
{
    bool found = false;
    for (size_t i = 0; i < run->report.n_untried; i++) {
        found |= strcmp(run->report.untried[i], text) == 0;
    }
    return found;
}

static void each_run_says_what_it_did_not_try(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    assert_int_equal(run.report.n_untried, 5);
    assert_true(is_untried(&run, "frames of more than 1514 bytes"));
    assert_true(is_untried(&run, "other values of nw_tos, nw_dst, icmp_code"));
    assert_true(is_untried(&run, "rare loss, bursts (--thorough)"));
    assert_true(is_untried(&run, "copies that come when the check is over (--listen)"));
    run.network.mtu = 9000;
    run.options.thorough = true;
    fake_run_check(&run);
    assert_true(is_untried(&run, "frames of more than 9014 bytes"));
    assert_true(is_untried(&run, "loss of less than 1 frame in 100"));
    assert_true(is_untried(&run, "copies more than 2.0 s late"));
    run.options.listen_ms = 500;
    fake_run_check(&run);
    assert_true(is_untried(&run, "copies more than 0.5 s late"));
    fake_run_close(&run);
}

/* Nothing is sent of those that are not selected, or if no frame is sent at all. */
static void who_sends_nothing_is_named(void **state)
{
    (void)state;
    struct fake_run run;
    const char *const one[] = {"traffic/h3"}, *const none[] = {"state/s1"};
    fake_run_open_demon(&run, "simulated");
    run.options.patterns = one;
    run.options.n_patterns = 1;
    fake_run_check(&run);
    assert_true(is_untried(&run, "frames of h1, h2, h4, h5, h6, h7, h8, h9, ..."));
    run.options.patterns = none;
    fake_run_check(&run);
    assert_int_equal(run.report.n_untried, 0);
    fake_run_close(&run);
}

static void classes_that_are_too_many_are_named(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    struct checking checking = {.topology = run.expectation->topology,
                                .options = &run.options,
                                .report = &run.report,
                                .plan.n_cut = 1};
    assert_int_equal(run_checking_untried(&checking), 0);
    assert_true(is_untried(&run, "classes of frames of 1 host, beyond the first 1024"));
    checking.plan.n_cut = 2;
    assert_int_equal(run_checking_untried(&checking), 0);
    assert_true(is_untried(&run, "classes of frames of 2 hosts, beyond the first 1024"));
    fake_run_close(&run);
}

/* OpenFlow 1.0 does not tell what 1.3 would: where only that is asked, or may be. */
static void what_only_another_version_tells_is_untried(void **state)
{
    (void)state;
    static const struct {
        const char *openflow;
        uint8_t version;
        bool told;
    } rows[] = {{"tcp:127.0.0.1", 0, true},
                {"tcp:127.0.0.1", 1, false},
                {"tcp:127.0.0.1", 4, true},
                {"ptcp:6653", 0, false},
                {"ptcp:6653", 4, true}};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        struct fake_run run;
        fake_run_open_demon(&run, "simulated");
        run.switches[0].openflow = rows[r].openflow; /* the fake is at any of them */
        run.switches[0].version = rows[r].version;
        fake_run_check(&run);
        assert_int_equal(run.report.n_untried, rows[r].told ? 5 : 6);
        assert_int_equal(
            is_untried(&run, "what a switch that dials, or is asked in OpenFlow 1.0 alone, does "
                             "not tell there if it has 1.3, too (write_actions, meters, "
                             "push_vlan)"),
            !rows[r].told);
        fake_run_close(&run);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_only_another_version_tells_is_untried),
    cmocka_unit_test(each_run_says_what_it_did_not_try),
    cmocka_unit_test(who_sends_nothing_is_named),
    cmocka_unit_test(classes_that_are_too_many_are_named),
};

TEST_MAIN(tests)
