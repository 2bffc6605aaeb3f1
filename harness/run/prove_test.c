/* SPDX-License-Identifier: Apache-2.0
 *
 * Proofs on the reference network in memory, and what its frames say of what the
 * tables refute. */
#include "run/prove.h"

#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "testing/fake_run.h"

static void prove_by(struct fake_run *run, const struct run_prove_options *how)
{
    struct run_source source = {
        .world = &run->network.world, .topology = run->expectation->topology, .lab = &run->lab};
    struct run_prove_options options = *how;
    options.run = run->options;
    struct base_error error;
    report_free(&run->report);
    if (run_prove(run->expectation, &source, &options, &run->report, &error) < 0) {
        fail_msg("%s", error.text);
    }
    run_states_free(&source.states);
}

static void prove(struct fake_run *run, bool confirm)
{
    prove_by(run, &(struct run_prove_options){.confirm = confirm});
}

static const char *observed(const struct fake_run *run, const char *id)
{
    const char *text = fake_run_result(run, id)->says[SAYS_OBSERVED];
    return text ? text : "";
}

static void tables_prove_the_claims_without_a_frame(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    prove(&run, true);
    fake_run_assert_deviations(&run, "");
    assert_int_equal(report_verdict(&run.report), VERDICT_PASS);
    assert_int_equal(run.network.n_sent, 0);
    assert_int_equal(run.network.what, CHANNEL_FLOWS);
    assert_string_equal(run.report.expectation, "expected/demon/simulated.yaml");
    assert_int_equal(run.report.n_notes, 0);
    assert_int_equal(run.report.n_deselected, 0);
    fake_run_close(&run);
}

static void tables_refute_a_claim(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "no-mirror");
    prove(&run, false);
    fake_run_assert(&run, "traffic/h1/mirrored/h11", VERDICT_FAIL);
    fake_run_assert(&run, "traffic/h7/mirrored/h11", VERDICT_PASS);
    assert_string_equal(observed(&run, "traffic/h1/mirrored/h11"), "not looked for");
    assert_int_equal(run.network.n_sent, 0);
    fake_run_close(&run);
}

static void frames_confirm_what_the_tables_refute(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "no-mirror");
    prove(&run, true);
    assert_string_equal(observed(&run, "traffic/h1/mirrored/h11"),
                        "confirmed: sent, it arrived at h2");
    assert_int_equal(run.network.n_sent, 2); /* the packet, and a sentinel */
    assert_int_equal(run.report.n_probes, 2);
    assert_int_equal(run.report.n_arrivals, 2);
    assert_true(run.report.timing.settle_ms >= 100);
    /* No faster than frames may be sent. */
    uint64_t begin_ns = run.network.time_ns;
    prove(&run, true);
    assert_true(run.network.time_ns - begin_ns < 5000000000);
    run.options.rate = 1;
    run.network.n_sent = 0;
    begin_ns = run.network.time_ns;
    prove(&run, true);
    assert_int_equal(run.network.n_sent, 2);
    assert_true(run.network.time_ns - begin_ns >= 1000000000);
    fake_run_close(&run);
}

/* Both claims about h3 fail because of one packet, which is sent once. */
static void a_leak_is_confirmed_at_every_host(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "leak");
    prove(&run, true);
    assert_string_equal(observed(&run, "traffic/h3/isolated/h11"),
                        "confirmed: sent, it arrived at h4, at h11");
    fake_run_close(&run);
}

/* The first host is one as the others are. */
static void what_arrives_at_any_host_is_told(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "no-mirror");
    assert_int_equal(ofctl_parse_flow("priority=40000,in_port=1 actions=IN_PORT",
                                      &run.network.states[0].flows, NULL, NULL, NULL),
                     0);
    assert_int_equal(ofctl_parse_flow("priority=40000,in_port=1 actions=IN_PORT",
                                      &run.network.forward[0].flows, NULL, NULL, NULL),
                     0);
    prove(&run, true);
    assert_string_equal(observed(&run, "traffic/h1/delivered/h2"),
                        "confirmed: sent, it arrived at h1");
    fake_run_fault(&run, (struct fake_fault){FAKE_LOSE, .from = "h1", .at = "h1"});
    prove(&run, true);
    assert_string_equal(observed(&run, "traffic/h1/delivered/h2"),
                        "sent, it arrived nowhere: not what the tables say");
    fake_run_close(&run);
}

/* A frame that is lost once is sent again; up to three times. */
static void frames_that_do_otherwise_are_sent_again(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "no-mirror");
    fake_run_fault(&run, (struct fake_fault){FAKE_LOSE, .from = "h1", .at = "h2", .n = 1});
    prove(&run, true);
    assert_string_equal(observed(&run, "traffic/h1/mirrored/h11"),
                        "confirmed: sent, it arrived at h2");
    assert_int_equal(run.network.n_sent, 4);
    fake_run_fault(&run, (struct fake_fault){FAKE_LOSE, .from = "h1", .at = "h2"});
    prove(&run, true);
    assert_string_equal(observed(&run, "traffic/h1/mirrored/h11"),
                        "sent, it arrived nowhere: not what the tables say");
    assert_int_equal(run.network.n_sent, 10);
    fake_run_close(&run);
}

static void copies_are_counted(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "no-mirror");
    fake_run_fault(&run, (struct fake_fault){FAKE_DOUBLE, .from = "h1", .at = "h2"});
    prove(&run, true);
    assert_string_equal(observed(&run, "traffic/h1/mirrored/h11"),
                        "sent, it arrived at h2 2 times: not what the tables say");
    fake_run_close(&run);
}

/* What a host without a station saw is not held against the tables. */
static void what_cannot_be_looked_at_is_not_held_against_the_tables(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "no-mirror");
    fake_run_fault(&run, (struct fake_fault){FAKE_NO_STATION, .at = "h2"});
    prove(&run, true);
    assert_string_equal(observed(&run, "traffic/h1/mirrored/h11"),
                        "confirmed: sent, it arrived nowhere");
    fake_run_close(&run);
}

static void what_cannot_be_sent_says_why(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "no-mirror");
    fake_run_fault(&run, (struct fake_fault){FAKE_REFUSES, .at = "h1"});
    prove(&run, true);
    assert_string_equal(observed(&run, "traffic/h1/mirrored/h11"),
                        "could not be sent: cannot send: the interface is down");
    fake_run_close(&run);
    fake_run_open_demon(&run, "no-mirror");
    fake_run_fault(&run, (struct fake_fault){FAKE_NO_STATION, .at = "h1"});
    prove(&run, true);
    assert_string_equal(observed(&run, "traffic/h1/mirrored/h11"),
                        "could not be sent: no such interface");
    fake_run_close(&run);
}

/* Entries in a file of their own are put in the place of a switch's. */
static void add_flow(struct fake_run *run, size_t sw, const char *text)
{
    struct base_error error;
    if (ofctl_parse_flow(text, &run->network.states[sw].flows, NULL, NULL, &error) < 0) {
        fail_msg("%s", error.text);
    }
}

/* Two claims are refuted by one packet that a controller would learn from. */
static void what_a_controller_would_believe_is_not_sent(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    add_flow(&run, 0, "priority=40000,in_port=1,dl_src=02:00:00:00:00:99 actions=controller");
    prove(&run, true);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(
            observed(&run, i == 0 ? "traffic/h1/delivered/h2" : "traffic/h1/mirrored/h11"),
            "not sent: a controller would believe its source address, which is not "
            "the sender's");
    }
    assert_int_equal(run.network.n_sent, 0);
    assert_int_equal(run.report.n_unsent, 1);
    assert_string_equal(run.report.unsent[0].kind, "example");
    fake_run_close(&run);
}

static void what_would_go_round_endlessly_is_not_sent(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    add_flow(&run, 0, "priority=60000,in_port=5 actions=output:6");
    add_flow(&run, 2, "priority=60000,in_port=1 actions=output:2,output:11");
    add_flow(&run, 2, "priority=60000,in_port=2 actions=output:1");
    add_flow(&run, 0, "priority=60000,in_port=7 actions=output:6");
    add_flow(&run, 0, "priority=60000,in_port=6 actions=output:7");
    prove(&run, true);
    fake_run_assert(&run, "traffic/h5/isolated/all", VERDICT_FAIL);
    assert_string_equal(observed(&run, "traffic/h5/isolated/all"),
                        "not sent: it would go round endlessly");
    fake_run_close(&run);
}

static void a_switch_that_was_not_read_is_noted(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_SILENT, .at = "s2"});
    prove(&run, true);
    assert_true(fake_run_has_note(&run, "s2 was not read: fake:s2: did not answer"));
    assert_int_equal(run.report.n_notes, 1);
    fake_run_assert(&run, "traffic/h6/delivered/h7", VERDICT_INCONCLUSIVE);
    fake_run_assert(&run, "traffic/h1/delivered/h2", VERDICT_PASS);
    assert_int_equal(run.network.n_sent, 0);
    fake_run_close(&run);
}

static void patterns_select_claims(void **state)
{
    (void)state;
    struct fake_run run;
    const char *const pattern = "traffic/h1/";
    fake_run_open_demon(&run, "simulated");
    run.options.patterns = &pattern;
    run.options.n_patterns = 1;
    prove(&run, false);
    assert_int_equal(run.report.n_results, 2);
    assert_int_equal(run.report.n_deselected, run.expectation->n_claims - 2);
    fake_run_close(&run);
}

/* The claim fails because nothing arrives; nothing may be sent all the same. */
static void what_loops_without_arriving_is_not_sent_either(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    add_flow(&run, 0, "priority=60000,in_port=1 actions=output:6");
    add_flow(&run, 2, "priority=60000,in_port=1 actions=output:2");
    add_flow(&run, 0, "priority=60000,in_port=7 actions=output:6");
    prove(&run, true);
    fake_run_assert(&run, "traffic/h1/delivered/h2", VERDICT_FAIL);
    assert_string_equal(observed(&run, "traffic/h1/delivered/h2"),
                        "not sent: it would go round endlessly");
    assert_int_equal(run.network.n_sent, 0);
    fake_run_close(&run);
}

static void what_is_odd_about_a_switch_is_noted_once(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_ODD, .at = "s2"});
    prove(&run, true);
    assert_true(fake_run_has_note(&run, "s2: refuses BARRIER: read without it"));
    assert_int_equal(run.report.n_notes, 1);
    fake_run_assert_deviations(&run, "");
    fake_run_close(&run);
}

/* h1's copies go by s1:6 while that is up, else by the second bucket. */
static void prove_failover(struct fake_run *run, const char *second)
{
    static const struct run_prove_options how = {.failover = true};
    struct switch_state *s1 = &run->network.states[0];
    char group[128];
    struct base_error error;
    snprintf(group, sizeof group, "group_id=1,type=ff,bucket=watch_port:6,output:6,bucket=%s",
             second);
    group_table_free(&s1->groups);
    assert_int_equal(ofctl_parse_group(group, &s1->groups, NULL, &error), 0);
    prove_by(run, &how);
}

static void claims_hold_if_a_watched_port_is_down(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    prove_by(&run, &(struct run_prove_options){.failover = true});
    assert_int_equal(run.report.n_results, 17);
    assert_true(fake_run_has_note(&run, "no port is watched"));
    run.network.states[0].version = 4;
    add_flow(&run, 0, "priority=50000,in_port=1 actions=output:2,group:1");
    prove_failover(&run, "watch_port:7,output:7");
    fake_run_assert_deviations(&run, "");
    fake_run_assert(&run, "traffic/h1/mirrored/h11", VERDICT_PASS);
    fake_run_assert(&run, "failover/s1:6/traffic/h1/mirrored/h11", VERDICT_PASS);
    fake_run_assert(&run, "failover/s1:7/traffic/h1/mirrored/h11", VERDICT_PASS);
    assert_int_equal(run.report.n_results, 3 * 17);
    assert_false(fake_run_has_note(&run, "no port is watched"));
    fake_run_close(&run);
}

static void a_wrong_second_way_is_refuted(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    run.network.states[0].version = 4;
    add_flow(&run, 0, "priority=50000,in_port=1 actions=output:2,group:1");
    prove_failover(&run, "watch_port:7,output:3");
    fake_run_assert(&run, "traffic/h1/mirrored/h11", VERDICT_PASS);
    fake_run_assert(&run, "failover/s1:6/traffic/h1/mirrored/h11", VERDICT_FAIL);
    fake_run_assert(&run, "failover/s1:6/traffic/h1/stray/h3", VERDICT_FAIL);
    fake_run_assert(&run, "failover/s1:7/traffic/h1/mirrored/h11", VERDICT_PASS);
    const struct result *lost = fake_run_result(&run, "failover/s1:6/traffic/h1/mirrored/h11");
    assert_int_equal(lost->kind, RESULT_FAILOVER);
    assert_non_null(strstr(lost->detail, "with s1:6 down: "));
    assert_string_equal(lost->says[SAYS_OBSERVED], "not looked for");
    assert_null(lost->suspect); /* not the port that is taken to be down */
    /* What is not so now is not sent. */
    static const struct run_prove_options confirmed = {.failover = true, .confirm = true};
    prove_by(&run, &confirmed);
    assert_int_equal(run.network.n_sent, 0);
    fake_run_close(&run);
}

/* Of a host behind the port that is down nothing can be asked, and the other end is down, too. */
static void who_is_cut_off_is_left_out(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    run.network.states[0].version = 4;
    add_flow(&run, 0, "priority=50000,in_port=1 actions=group:1,output:6");
    prove_failover(&run, "watch_port:2,output:2");
    fake_run_assert(&run, "failover/s1:6/traffic/h7/mirrored/h11", VERDICT_PASS);
    for (size_t i = 0; i < run.report.n_results; i++) {
        const char *id = run.report.results[i].id;
        if (strncmp(id, "failover/s1:2/", 14) == 0 && strstr(id, "/h2/")) {
            fail_msg("%s", id);
        }
    }
    fake_run_assert(&run, "failover/s1:2/traffic/h1/mirrored/h11", VERDICT_FAIL);
    run.network.states[0].ports[5].state |= PORT_STATE_LINK_DOWN;
    prove_by(&run, &(struct run_prove_options){.failover = true});
    for (size_t i = 0; i < run.report.n_results; i++) { /* it is down anyway */
        assert_null(strstr(run.report.results[i].id, "failover/s1:6/"));
    }
    fake_run_close(&run);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(claims_hold_if_a_watched_port_is_down),
    cmocka_unit_test(a_wrong_second_way_is_refuted),
    cmocka_unit_test(who_is_cut_off_is_left_out),
    cmocka_unit_test(what_is_odd_about_a_switch_is_noted_once),
    cmocka_unit_test(what_loops_without_arriving_is_not_sent_either),
    cmocka_unit_test(tables_prove_the_claims_without_a_frame),
    cmocka_unit_test(tables_refute_a_claim),
    cmocka_unit_test(frames_confirm_what_the_tables_refute),
    cmocka_unit_test(a_leak_is_confirmed_at_every_host),
    cmocka_unit_test(what_arrives_at_any_host_is_told),
    cmocka_unit_test(frames_that_do_otherwise_are_sent_again),
    cmocka_unit_test(copies_are_counted),
    cmocka_unit_test(what_cannot_be_looked_at_is_not_held_against_the_tables),
    cmocka_unit_test(what_cannot_be_sent_says_why),
    cmocka_unit_test(what_a_controller_would_believe_is_not_sent),
    cmocka_unit_test(what_would_go_round_endlessly_is_not_sent),
    cmocka_unit_test(a_switch_that_was_not_read_is_noted),
    cmocka_unit_test(patterns_select_claims),
};

TEST_MAIN(tests)
