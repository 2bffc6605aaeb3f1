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

/* In what ways ports do not count: all ones, zero, refreshed each 20 s. */
enum { N_WAYS = 3 };

static void stop_counting(struct fake_run *run, int way)
{
    run->network.ports = way == 0   ? FAKE_PORTS_ALL_ONES
                         : way == 1 ? FAKE_PORTS_ZERO
                                    : FAKE_PORTS_COUNT;
    run->network.ports_every_ms = way == 2 ? 20000 : 0;
}

/* The switches forward by `flows`, and say that they forward as they should. */
static void open_liars(struct fake_run *run, const char *flows)
{
    fake_run_open_demon(run, flows);
    run->network.modifies = true;
    fake_network_change(&run->network, "topologies/demon/simulated", 1000000000);
    run->network.time_ns += UINT64_C(30000000000); /* entries are not young */
    run->network.ports_shown_ns = run->network.time_ns;
}

/* "KIND PLACE" of the only cause; "" if there is none. */
static void expect_cause(const struct fake_run *run, const char *expected)
{
    struct base_buffer text = {0};
    for (size_t i = 0; i < run->report.n_causes; i++) {
        const struct cause *cause = &run->report.causes[i];
        base_put_format(&text, "%s%s %s", i ? ", " : "", cause_kind_name(cause->kind),
                        cause->where);
    }
    assert_string_equal(base_buffer_text(&text), expected);
    base_buffer_free(&text);
}

/* A switch that does not do what it says is told by what it counts; without that it may as well be
 * a cable, and is named with it. */
static void a_switch_that_lies_is_among_the_suspects(void **state)
{
    (void)state;
    const struct {
        const char *flows, *counted, *not_counted;
    } rows[] = {
        {"no-mirror", "switch s1:1", "cable s1:1 or s1:6 - s3:1"},
        {"no-delivery", "switch s1:3", "cable h3 - s1:3 or s1:3 or h4 - s1:4"},
        {"leak", "switch s1:3", ""},
        {"copies-2", "switch s1:1", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake_run run;
        open_liars(&run, rows[i].flows);
        fake_run_check(&run);
        expect_cause(&run, rows[i].counted);
        fake_run_close(&run);
        for (int way = 0; way < N_WAYS; way++) {
            open_liars(&run, rows[i].flows);
            stop_counting(&run, way);
            fake_run_check(&run);
            assert_int_equal(report_verdict(&run.report), VERDICT_FAIL);
            expect_cause(&run, rows[i].not_counted);
            fake_run_close(&run);
        }
    }
}

/* What comes to h11 and is not known may be what is missing there: the number of frames does not
 * tell. */
static void foreign_frames_may_be_ours(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_LOSE, .from = "h1", .at = "h11"});
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail traffic/h1/mirrored/h11\n");
    assert_non_null(strstr(fake_run_result(&run, "traffic/h1/mirrored/h11")->detail,
                           " frames left s3:11, 432 came to h11"));
    fake_run_fault(&run, (struct fake_fault){FAKE_ADDS_FRAMES, .from = "h1", .at = "h11"});
    fake_run_check(&run);
    assert_null(strstr(fake_run_result(&run, "traffic/h1/mirrored/h11")->detail, " frames left"));
    fake_run_close(&run);
}

/* Ports that are counted every five seconds have counted the round before among what leaks. */
static void counters_that_are_old_blame_nobody(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_FLOODS, .from = "h3", .at = "h11"});
    for (unsigned every_ms = 0; every_ms <= 5000; every_ms += 5000) {
        run.network.ports_every_ms = every_ms;
        fake_run_check(&run);
        const struct result *leak = fake_run_result(&run, "traffic/h3/isolated/h11");
        assert_int_equal(leak->verdict, VERDICT_FAIL);
        assert_int_equal(leak->suspect == NULL, every_ms > 0);
    }
    fake_run_close(&run);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(counters_that_are_old_blame_nobody),
    cmocka_unit_test(what_is_not_decided_is_counted),
    cmocka_unit_test(a_switch_that_lies_is_among_the_suspects),
    cmocka_unit_test(foreign_frames_may_be_ours),
};

TEST_MAIN(tests)
