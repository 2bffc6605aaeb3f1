/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole checks of the reference network in memory: what is found when tables,
 * frames, switches and stations do one thing or another. */
#include "run/run.h"

#include "ofctl/flow.h"
#include "testing/fake_run.h"

static void a_network_that_does_what_it_should_passes(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    assert_int_equal(report_verdict(&run.report), VERDICT_PASS);
    assert_string_equal(run.report.expectation, "expected/demon/simulated.yaml");
    assert_int_equal(run.report.timing.rounds, 1);
    /* Ports alone behind the probes and two bursts, for cables between switches and for those of
     * hosts, then tables: no entry takes some frames, a controller might. */
    assert_int_equal(run.network.n_dumps, 5);
    assert_int_equal(run.network.n_packet_outs, 0);
    assert_int_equal(run.report.n_probes, run.network.n_sent);
    assert_true(run.report.n_arrivals > 0);
    assert_int_equal(run.report.n_background, 0);
    assert_true(run.report.coverage.is_known);
    /* The entries of s3 for uplinks that carry nothing. */
    assert_int_equal(run.report.coverage.n_entries, 16);
    assert_int_equal(run.report.coverage.n_missed, 8);
    assert_string_equal(run.report.coverage.missed[0].what, "s3 in_port=2");
    assert_string_equal(run.report.coverage.missed[0].reason,
                        "unreachable from every host that sends");
    assert_null(run.report.coverage.missed[0].by);
    assert_true(run.report.timing.settle_ms >= 100 && run.report.timing.settle_ms < 110);
    fake_run_close(&run);
}

static void tables_and_frames_that_deviate_fail_together(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "no-mirror");
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail state/s1/1\nfail traffic/h1/mirrored/h11\n");
    const struct result *lost = fake_run_result(&run, "traffic/h1/mirrored/h11");
    assert_true(lost->is_count);
    assert_int_equal(lost->observed_count, 0);
    assert_int_equal(run.report.n_causes, 1);
    assert_int_equal(run.report.timing.rounds, 1); /* the tables explain it */
    fake_run_close(&run);
}

/* The tables are right, and the frames are not: looked at again until two rounds
 * that lie far enough apart agree. */
static void a_cable_that_loses_everything_is_found(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_LOSE, .from = "h1", .at = "h11"});
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail traffic/h1/mirrored/h11\n");
    assert_true(run.report.timing.rounds >= 3);
    assert_true(run.report.timing.converge_ms < 0.001);
    assert_string_equal(fake_run_result(&run, "traffic/h1/mirrored/h11")->suspect, "s3:11 -> h11");
    assert_true(run.report.timing.count_ms < 50); /* the counters have counted by then */
    fake_run_close(&run);
}

static void a_frame_too_many_is_found(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_DOUBLE, .from = "h1", .at = "h11"});
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail traffic/h1/mirrored/h11\n");
    fake_run_close(&run);
}

/* Of long frames the beginning is compared, and the length. */
static void long_frames_are_sent_where_interfaces_take_them(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    run.network.mtu = 9000;
    fake_run_fault(&run, (struct fake_fault){FAKE_SHORTEN, .at = "h2", .n_bytes = 9014});
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    fake_run_fault(&run, (struct fake_fault){FAKE_SHORTEN, .at = "h4", .n_bytes = 9013});
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail traffic/h3/delivered/h4\n");
    const char *detail = fake_run_result(&run, "traffic/h3/delivered/h4")->detail;
    assert_non_null(strstr(detail, "1 of 27 probes (full-size) arrived at h4"));
    assert_non_null(strstr(detail, "1 byte shorter"));
    fake_run_close(&run);
}

static void a_frame_that_is_altered_is_found(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_ALTER, .from = "h3", .at = "h4"});
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail traffic/h3/delivered/h4\n");
    fake_run_close(&run);
}

/* The network was at rest: what became of the first frames is not excused by rounds that go
 * well. */
static void one_lost_frame_fails_whatever_later_rounds_show(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_LOSE, .from = "h1", .at = "h2", .n = 1});
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail traffic/h1/delivered/h2\n");
    assert_non_null(strstr(fake_run_result(&run, "traffic/h1/delivered/h2")->detail,
                           "arrived at h2, 2 copies of 3 sendings instead of 3 in round 1 of 3"));
    assert_int_equal(run.report.timing.rounds, 3);
    fake_run_close(&run);
}

static void copies_of_the_first_frames_fail(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_DOUBLE, .from = "h6", .at = "h7", .n = 8});
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail traffic/h6/delivered/h7\n");
    assert_string_equal(fake_run_result(&run, "traffic/h6/delivered/h7")->suspect, "s2:2 -> h7");
    fake_run_close(&run);
}

/* The entry of h1 is half a second old; that of h6 is not. */
static void an_entry_that_is_young_excuses_what_goes_by_it(void **state)
{
    (void)state;
    static const struct {
        enum fake_fault_kind kind;
        const char *told;
    } rows[] = {
        {FAKE_LOSE, "in round 1 of 3, 2 copies came instead of 3, while"},
        {FAKE_LATE, "in round 1 of 3, 3 copies came instead of 3, 1 of them late, while"},
        {FAKE_ALTER, "in round 1 of 3, 3 copies came instead of 3, 1 of them altered, while"}};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        struct fake_run run;
        fake_run_open_demon(&run, "simulated");
        struct flow_table *flows = &run.network.states[0].flows;
        for (size_t i = 0; i < flows->n_entries; i++) {
            if (flows->entries[i].match.value.in_port == 1) {
                flows->entries[i].duration_sec = (uint32_t)(run.network.time_ns / 1000000000) - 1;
                flows->entries[i].duration_nsec = 500000000;
            }
        }
        fake_run_check(&run);
        size_t n_results = run.report.n_results;
        fake_run_fault(
            &run, (struct fake_fault){rows[r].kind, .from = "h1", .at = "h2", .n = 1, .ms = 300});
        fake_run_fault(&run, (struct fake_fault){FAKE_LOSE, .from = "h6", .at = "h7", .n = 1});
        fake_run_check(&run);
        fake_run_assert_deviations(&run, "fail traffic/h6/delivered/h7\n");
        assert_non_null(strstr(fake_run_result(&run, "transient/h1/h2")->detail, rows[r].told));
        assert_int_equal(run.report.n_results, n_results + 1); /* and no other one */
        fake_run_close(&run);
    }
}

/* As long as --converge says, and no longer. */
static void entries_older_than_the_time_to_converge_excuse_nothing(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_LOSE, .from = "h1", .at = "h2", .n = 1});
    run.options.converge_ms = 29000;
    fake_run_check(&run);
    fake_run_assert(&run, "traffic/h1/delivered/h2", VERDICT_FAIL);
    fake_run_fault(&run, (struct fake_fault){FAKE_LOSE, .from = "h3", .at = "h4", .n = 1});
    run.options.converge_ms = 40000;
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    fake_run_close(&run);
}

/* Switches leave the duration of an entry as it is when its actions change. */
static void tables_that_change_during_the_run_excuse_what_goes_by_them(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "no-mirror");
    run.network.modifies = true;
    run.network.next_flows = "topologies/demon/simulated";
    run.network.next_after = 1;
    run.network.next_ms = 300;
    fake_run_fault(&run, (struct fake_fault){FAKE_LOSE, .from = "h1", .at = "h2", .n = 1});
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    assert_true(run.report.timing.rounds >= 3);
    assert_non_null(
        strstr(fake_run_result(&run, "transient/h1/h2")->detail, "while the table of s1 changed"));
    fake_run_close(&run);
}

static void frames_may_lag_as_long_as_the_tables_are_young(void **state)
{
    (void)state;
    static const struct {
        unsigned lag_ms, converge_ms;
        enum verdict verdict;
    } cases[] = {{800, 2000, VERDICT_PASS},     {1800, 2000, VERDICT_PASS},
                 {2600, 2000, VERDICT_FAIL},    {800, 5000, VERDICT_PASS},
                 {22000, 60000, VERDICT_PASS},  {170000, 180000, VERDICT_PASS},
                 {100000, 60000, VERDICT_FAIL}, {800, 300, VERDICT_FAIL}};
    const char *const pattern = "traffic/h1/mirrored/h11"; /* fewer frames, as many rounds */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake_run run;
        fake_run_open_demon(&run, "no-mirror");
        fake_network_change(&run.network, "topologies/demon/simulated", cases[i].lag_ms);
        run.options.converge_ms = cases[i].converge_ms;
        run.options.patterns = &pattern;
        run.options.n_patterns = 1;
        fake_run_check(&run);
        fake_run_assert(&run, pattern, cases[i].verdict);
        assert_true(run.report.timing.rounds < 70);
        if (cases[i].verdict == VERDICT_PASS) {
            assert_true(run.report.timing.converge_ms < 1.2 * cases[i].lag_ms + 500);
        }
        fake_run_close(&run);
    }
}

/* The switches have acknowledged the right tables, and forward by the old ones
 * for 300 ms more. */
static void frames_may_lag_behind_the_tables(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "no-mirror");
    fake_network_change(&run.network, "topologies/demon/simulated", 300);
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    assert_true(run.report.timing.rounds > 2);
    assert_true(run.report.timing.converge_ms > 200 && run.report.timing.converge_ms < 700);
    const struct result *transient = fake_run_result(&run, "transient/h1/h11");
    assert_int_equal(transient->verdict, VERDICT_PASS);
    assert_int_equal(transient->kind, RESULT_TRANSIENT);
    assert_string_equal(transient->from, "h1");
    assert_string_equal(transient->to, "h11");
    assert_non_null(strstr(transient->detail, "in round 1 to "));
    assert_non_null(strstr(transient->detail, ", 0 copies came instead of "));
    assert_non_null(strstr(transient->detail, ", while s1 priority=32768,in_port=1 was 0.0 s old"));
    fake_run_close(&run);
}

/* A switch that never follows its table is wrong, whatever --converge says. */
static void frames_may_not_lag_forever(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "no-mirror");
    fake_network_change(&run.network, "topologies/demon/simulated", 1000000);
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail traffic/h1/mirrored/h11\n");
    const struct result *lost = fake_run_result(&run, "traffic/h1/mirrored/h11");
    assert_int_equal(lost->disagree[0], SAYS_ADVERTISED);
    assert_int_equal(lost->disagree[1], SAYS_OBSERVED);
    fake_run_close(&run);
}

/* Every second sending is lost: no two rounds need be alike, and the run ends. */
static void rounds_that_never_agree_end_after_the_time_to_converge(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    for (unsigned i = 0; i < FAKE_FAULTS; i++) {
        fake_run_fault(&run, (struct fake_fault){FAKE_LOSE, .from = "h1", .at = "h2",
                                                 .first = 34 * (i + i * i / 8), .n = 3 * i + 1});
    }
    run.options.converge_ms = 200;
    fake_run_check(&run);
    fake_run_assert(&run, "traffic/h1/delivered/h2", VERDICT_FAIL);
    assert_true(fake_run_has_note(&run, "did not come to agree within 200 ms"));
    assert_true(run.report.timing.rounds >= 3);
    fake_run_close(&run);
}

static void a_late_copy_is_charged_to_its_own_round(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    /* Beyond the settling time of the first round. */
    fake_run_fault(&run,
                   (struct fake_fault){FAKE_LATE, .from = "h1", .at = "h2", .n = 1, .ms = 180});
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    assert_true(fake_run_has_note(&run, "1 frames came later than the settling time"));
    /* With its late copy the first round is equal to the second. */
    assert_int_equal(run.report.timing.rounds, 2);
    fake_run_close(&run);
}

static void a_copy_that_comes_late_is_a_finding(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run,
                   (struct fake_fault){FAKE_LATE, .from = "h1", .at = "h2", .n = 1, .ms = 900});
    run.options.listen_ms = 1000;
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail traffic/h1/delivered/h2\n");
    const struct result *late = fake_run_result(&run, "traffic/h1/delivered/h2");
    assert_non_null(strstr(late->detail, "1 of 27 probes (unicast) arrived at h2, 0.9 s late in"));
    assert_string_equal(late->says[SAYS_OBSERVED], "1 copy, 0.9 s late");
    assert_string_equal(late->suspect, "s1:2 -> h2");
    fake_run_close(&run);
}

static void a_capture_that_lost_frames_makes_absence_inconclusive(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_DROPS_FRAMES, .at = "h11"});
    fake_run_check(&run);
    assert_int_equal(report_verdict(&run.report), VERDICT_INCONCLUSIVE);
    fake_run_assert(&run, "traffic/h2/isolated/h11", VERDICT_INCONCLUSIVE);
    fake_run_assert(&run, "traffic/h1/delivered/h2", VERDICT_PASS);
    assert_non_null(
        strstr(fake_run_result(&run, "traffic/h2/isolated/h11")->detail, "lost 3 frames"));
    fake_run_close(&run);
}

static void a_far_end_that_is_not_confined_is_noted(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_UNCONFINED, .at = "h2"});
    fake_run_check(&run);
    assert_int_equal(report_verdict(&run.report), VERDICT_PASS);
    assert_true(
        fake_run_has_note(&run, "the far end at h2 is not confined: libseccomp is not there"));
    assert_int_equal(run.report.n_notes, 1);
    fake_run_close(&run);
}

static void a_station_that_is_not_there_is_inconclusive(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_NO_STATION, .at = "h4"});
    fake_run_check(&run);
    assert_int_equal(report_verdict(&run.report), VERDICT_INCONCLUSIVE);
    fake_run_assert(&run, "traffic/h3/delivered/h4", VERDICT_INCONCLUSIVE);
    fake_run_assert(&run, "traffic/h4/delivered/h3", VERDICT_INCONCLUSIVE);
    fake_run_assert(&run, "traffic/h1/delivered/h2", VERDICT_PASS);
    fake_run_close(&run);
}

static void a_host_without_an_interface_is_inconclusive(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    run.hosts[topology_find_host(run.expectation->topology, "h4")].interface = NULL;
    fake_run_check(&run);
    fake_run_assert(&run, "traffic/h3/delivered/h4", VERDICT_INCONCLUSIVE);
    fake_run_close(&run);
}

static void without_any_station_nothing_is_sent(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    memset(run.hosts, 0, sizeof run.hosts);
    fake_run_check(&run);
    assert_int_equal(run.network.n_sent, 0);
    assert_int_equal(report_verdict(&run.report), VERDICT_INCONCLUSIVE);
    fake_run_assert(&run, "state/s1/1", VERDICT_PASS);
    fake_run_close(&run);
}

static void a_switch_that_does_not_answer_costs_only_its_own_results(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_SILENT, .at = "s2"});
    fake_run_check(&run);
    assert_int_equal(report_verdict(&run.report), VERDICT_INCONCLUSIVE);
    fake_run_assert(&run, "switch/s2", VERDICT_INCONCLUSIVE);
    fake_run_assert(&run, "state/s2/1", VERDICT_INCONCLUSIVE);
    fake_run_assert(&run, "state/s1/1", VERDICT_PASS);
    fake_run_assert(&run, "traffic/h6/delivered/h7", VERDICT_PASS); /* the frames came */
    fake_run_close(&run);
}

static void a_switch_without_an_endpoint_is_inconclusive(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    run.switches[0].openflow = NULL;
    fake_run_check(&run);
    fake_run_assert(&run, "switch/s1", VERDICT_INCONCLUSIVE);
    assert_non_null(strstr(fake_run_result(&run, "switch/s1")->detail, "no endpoint"));
    fake_run_close(&run);
}

static void another_switch_than_expected_fails(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    run.network.states[2].datapath_id = 33;
    fake_run_check(&run);
    fake_run_assert(&run, "switch/s3", VERDICT_FAIL);
    fake_run_close(&run);
}

static void frames_of_others_are_counted_and_not_taken_for_copies(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_ADDS_FRAMES, .from = "h2", .at = "h11", .n = 5});
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    assert_int_equal(run.report.n_background, 5);
    fake_run_close(&run);
}

static void only_state_sends_no_frame(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "no-mirror");
    run.options.no_traffic = true;
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail state/s1/1\n");
    assert_int_equal(run.network.n_sent, 0);
    assert_int_equal(run.network.what, CHANNEL_FLOWS);
    fake_run_close(&run);
}

static void only_traffic_judges_no_table(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "no-mirror");
    run.options.no_state = true;
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail traffic/h1/mirrored/h11\n");
    for (size_t i = 0; i < run.report.n_results; i++) {
        assert_true(run.report.results[i].kind == RESULT_TRAFFIC ||
                    run.report.results[i].kind == RESULT_WIRING);
    }
    fake_run_close(&run);
}

static void patterns_select_results_and_what_is_sent(void **state)
{
    (void)state;
    struct fake_run run;
    const char *const patterns[] = {"traffic/h1/*", "state/s3/1*"};
    fake_run_open_demon(&run, "simulated");
    fake_run_check(&run);
    unsigned all = run.network.n_sent;
    size_t n_all = run.report.n_results - 13; /* the cables that are told */
    run.options.patterns = patterns;
    run.options.n_patterns = 2;
    fake_run_check(&run);
    assert_true(run.network.n_sent - all < all / 2);
    assert_false(run.report.coverage.is_known);
    assert_int_equal(run.report.n_results, 5);
    assert_int_equal(run.report.n_deselected, n_all - 5);
    run.options.n_patterns = 1; /* of a part of the claims the coverage would say nothing */
    fake_run_check(&run);
    assert_int_equal(run.report.n_results, 2);
    assert_false(run.report.coverage.is_known);
    assert_int_equal(run.report.coverage.n_pairs, 0);
    run.options.n_patterns = 1;
    fake_run_close(&run);
}

static void nothing_but_state_selected_sends_nothing(void **state)
{
    (void)state;
    struct fake_run run;
    const char *const patterns[] = {"state/s1"};
    fake_run_open_demon(&run, "simulated");
    run.options.patterns = patterns;
    run.options.n_patterns = 1;
    fake_run_check(&run);
    assert_int_equal(run.network.n_sent, 0);
    assert_int_equal(run.report.n_results, 10);
    fake_run_close(&run);
}

/* Where hosts cannot tell by which cable frames are altered, switches are told to send. */
static void switches_send_only_if_they_may(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_ALTER, .at = "h11"});
    fake_run_check(&run);
    assert_int_equal(run.network.n_packet_outs, 0);
    fake_run_assert(&run, "traffic/h1/mirrored/h11", VERDICT_FAIL);
    run.options.packet_out = true;
    fake_run_check(&run);
    assert_true(run.network.n_packet_outs > 0);
    assert_string_equal(fake_run_result(&run, "traffic/h1/mirrored/h11")->suspect, "s3:11 -> h11");
    fake_run_close(&run);
}

static void progress_is_reported(void *aux, const char *text)
{
    base_put_format(aux, "%s\n", text);
}

static void a_run_says_what_it_does(void **state)
{
    (void)state;
    struct fake_run run;
    struct base_buffer text = {0};
    fake_run_open_demon(&run, "no-mirror");
    run.options.progress = progress_is_reported;
    run.options.progress_aux = &text;
    fake_run_check(&run);
    assert_string_equal(base_buffer_text(&text), "opening the captures\n"
                                                 "reading the switches\n"
                                                 "probing\n"
                                                 "reading the switches\n"
                                                 "reading the counters\n"
                                                 "reading the switches\n"
                                                 "looking at the cables\n"
                                                 "reading the switches\n"
                                                 "reading the switches\n");
    base_buffer_free(&text);
    fake_run_close(&run);
}

static void frames_of_failures_are_kept(void **state)
{
    (void)state;
    struct fake_run run;
    struct base_buffer file = {0};
    fake_run_open_demon(&run, "simulated");
    run.options.pcapng = &file;
    fake_run_check(&run);
    size_t empty = file.n_bytes; /* a file without frames */
    assert_true(empty > 0);
    base_buffer_free(&file);
    fake_run_fault(&run, (struct fake_fault){FAKE_LOSE, .from = "h1", .at = "h11"});
    fake_run_check(&run);
    assert_true(file.n_bytes > 1000);
    base_buffer_free(&file);
    fake_run_close(&run);
}

/* Counters that do not move are waited for, but not longer than --converge. */
static void counters_that_never_count_are_given_up(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "no-mirror");
    run.network.counts = false;
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail state/s1/1\nfail traffic/h1/mirrored/h11\n");
    assert_true(run.report.timing.count_ms > 2000 && run.report.timing.count_ms < 2200);
    assert_true(run.network.n_dumps < 50); /* frames are received between two readings */
    fake_run_close(&run);
}

/* Where a switch was not read, the tables excuse nothing. */
static void frames_are_looked_at_again_where_tables_are_not_known(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_SILENT, .at = "s1"});
    fake_run_fault(&run, (struct fake_fault){FAKE_LOSE, .from = "h1", .at = "h2", .n = 1});
    fake_run_check(&run);
    assert_true(run.report.timing.rounds > 1);
    fake_run_assert(&run, "traffic/h1/delivered/h2", VERDICT_FAIL);
    fake_run_close(&run);
}

/* Stations behind a command send when they come to it. */
static void stations_at_a_distance_are_waited_for(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    run.network.is_far = true;
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    assert_int_equal(run.report.timing.rounds, 1);
    assert_int_equal(run.network.n_held, 0);
    fake_run_close(&run);
}

/* Frames do as they should, since none comes there; the counters are read all the same. */
static void tables_that_deviate_have_their_counters_read(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    assert_int_equal(ofctl_parse_flow("in_port=6 actions=output:1", &run.network.states[0].flows,
                                      NULL, NULL, NULL),
                     0);
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail state/s1/6\n");
    assert_int_equal(run.report.timing.rounds, 1);
    assert_int_equal(run.network.n_dumps, 5);
    fake_run_close(&run);
}

/* What is exercised, and what is not, for which reason. */
static void entries_that_no_frame_reaches_are_listed(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    struct flow_table *flows = &run.network.states[0].flows;
    const char *const lines[] = {"priority=50000,in_port=2 actions=output:1",
                                 "priority=40000,tcp,in_port=2 actions=output:1",
                                 ("priority=50000,tcp,in_port=1,tp_dst=7777 "
                                  "actions=output:2,output:6"),
                                 "priority=1 actions=drop"};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(ofctl_parse_flow(lines[i], flows, NULL, NULL, NULL), 0);
    }
    fake_run_check(&run);
    const struct report_coverage *coverage = &run.report.coverage;
    fake_run_assert_deviations(&run, "");
    assert_int_equal(coverage->n_entries, 20);
    assert_int_equal(coverage->n_missed, 10);
    assert_int_equal(coverage->n_exercised, 10);
    assert_string_equal(coverage->missed[0].what, "s1 in_port=2");
    assert_string_equal(coverage->missed[0].reason, "hidden");
    assert_string_equal(coverage->missed[0].by, "priority=50000,in_port=2");
    assert_string_equal(coverage->missed[1].what, "s1 priority=40000,tcp,in_port=2");
    /* Of every pair of which something is forbidden a frame was sent. */
    assert_true(coverage->n_pairs > 0);
    assert_int_equal(coverage->n_pairs_probed, coverage->n_pairs);
    assert_int_equal(coverage->n_unprobed, 0);
    fake_run_close(&run);
}

/* Where nobody can look, the tables prove what they can. */
static void pairs_that_no_frame_tries_are_proved_or_listed(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_NO_STATION, .at = "h8"});
    fake_run_check(&run);
    const struct report_coverage *coverage = &run.report.coverage;
    assert_true(coverage->n_pairs_proved > 0);
    assert_int_equal(coverage->n_pairs_probed + coverage->n_pairs_proved + coverage->n_unprobed,
                     coverage->n_pairs);
    assert_int_equal(coverage->n_unprobed, 0);
    fake_run_fault(&run, (struct fake_fault){FAKE_SILENT, .at = "s2"});
    fake_run_check(&run);
    assert_true(coverage->n_unprobed > 0);
    assert_string_equal(coverage->unprobed[0].to, "h8");
    assert_non_null(coverage->unprobed[0].from);
    assert_non_null(coverage->unprobed[0].reason);
    fake_run_close(&run);
}

/* Nobody listens at h11, and the tables send there what they must not. */
static void a_pair_that_no_frame_tries_is_refuted(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "leak");
    fake_run_fault(&run, (struct fake_fault){FAKE_NO_STATION, .at = "h11"});
    fake_run_check(&run);
    fake_run_assert(&run, "traffic/h3/stray/h11", VERDICT_FAIL);
    fake_run_close(&run);
}

static void what_is_odd_about_a_switch_is_noted_once(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_ODD, .at = "s2"});
    fake_run_check(&run);
    assert_true(fake_run_has_note(&run, "s2: refuses BARRIER: read without it"));
    assert_int_equal(run.report.n_notes, 1);
    fake_run_assert_deviations(&run, "");
    fake_run_close(&run);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_far_end_that_is_not_confined_is_noted),
    cmocka_unit_test(a_pair_that_no_frame_tries_is_refuted),
    cmocka_unit_test(what_is_odd_about_a_switch_is_noted_once),
    cmocka_unit_test(tables_that_deviate_have_their_counters_read),
    cmocka_unit_test(entries_that_no_frame_reaches_are_listed),
    cmocka_unit_test(pairs_that_no_frame_tries_are_proved_or_listed),
    cmocka_unit_test(frames_are_looked_at_again_where_tables_are_not_known),
    cmocka_unit_test(stations_at_a_distance_are_waited_for),
    cmocka_unit_test(a_network_that_does_what_it_should_passes),
    cmocka_unit_test(tables_and_frames_that_deviate_fail_together),
    cmocka_unit_test(a_cable_that_loses_everything_is_found),
    cmocka_unit_test(a_frame_too_many_is_found),
    cmocka_unit_test(a_frame_that_is_altered_is_found),
    cmocka_unit_test(long_frames_are_sent_where_interfaces_take_them),
    cmocka_unit_test(one_lost_frame_fails_whatever_later_rounds_show),
    cmocka_unit_test(copies_of_the_first_frames_fail),
    cmocka_unit_test(an_entry_that_is_young_excuses_what_goes_by_it),
    cmocka_unit_test(entries_older_than_the_time_to_converge_excuse_nothing),
    cmocka_unit_test(tables_that_change_during_the_run_excuse_what_goes_by_them),
    cmocka_unit_test(frames_may_lag_as_long_as_the_tables_are_young),
    cmocka_unit_test(a_copy_that_comes_late_is_a_finding),
    cmocka_unit_test(frames_may_lag_behind_the_tables),
    cmocka_unit_test(frames_may_not_lag_forever),
    cmocka_unit_test(rounds_that_never_agree_end_after_the_time_to_converge),
    cmocka_unit_test(a_late_copy_is_charged_to_its_own_round),
    cmocka_unit_test(a_capture_that_lost_frames_makes_absence_inconclusive),
    cmocka_unit_test(a_station_that_is_not_there_is_inconclusive),
    cmocka_unit_test(a_host_without_an_interface_is_inconclusive),
    cmocka_unit_test(without_any_station_nothing_is_sent),
    cmocka_unit_test(a_switch_that_does_not_answer_costs_only_its_own_results),
    cmocka_unit_test(a_switch_without_an_endpoint_is_inconclusive),
    cmocka_unit_test(another_switch_than_expected_fails),
    cmocka_unit_test(frames_of_others_are_counted_and_not_taken_for_copies),
    cmocka_unit_test(only_state_sends_no_frame),
    cmocka_unit_test(only_traffic_judges_no_table),
    cmocka_unit_test(patterns_select_results_and_what_is_sent),
    cmocka_unit_test(nothing_but_state_selected_sends_nothing),
    cmocka_unit_test(switches_send_only_if_they_may),
    cmocka_unit_test(a_run_says_what_it_does),
    cmocka_unit_test(frames_of_failures_are_kept),
    cmocka_unit_test(counters_that_never_count_are_given_up),
};

TEST_MAIN(tests)
