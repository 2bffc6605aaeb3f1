/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks on a network in memory whose time is virtual: how fast frames are sent, and how long
 * they are waited for. */
#include "run/probing.h"
#include "testing/fake_run.h"

#include <string.h>
#include <unistd.h>

/* Virtual time: it is the gaps that take it. */
static void no_more_is_sent_in_a_second_than_may_be(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_check(&run);
    double quick_ms = run.report.timing.total_ms;
    run.options.rate = 100;
    run.network.n_sent = 0;
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    assert_true(quick_ms < 2000);
    assert_true(run.report.timing.total_ms >= 10.0 * (run.network.n_sent - 1));
    run.options.rate = 0;
    run.lab.rate = 50;
    run.network.n_sent = 0;
    fake_run_check(&run);
    assert_true(run.report.timing.total_ms >= 20.0 * (run.network.n_sent - 1));
    run.lab.rate = 0; /* nobody says anything */
    run.network.n_sent = 0;
    fake_run_check(&run);
    double ms = run.report.timing.total_ms;
    assert_true(ms >= run.network.n_sent - 1 && ms < 5.0 * run.network.n_sent + 2000);
    fake_run_close(&run);
}

/* What h2 gets comes there again each millisecond: a storm, which more frames would feed. */
static void a_storm_ends_the_sending(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_check(&run);
    unsigned n_sent = run.network.n_sent;
    fake_run_fault(&run, (struct fake_fault){FAKE_REPEATS, .at = "h2", .ms = 1});
    run.options.rate = 100;
    run.network.n_sent = 0;
    fake_run_check(&run);
    assert_true(run.network.n_sent < n_sent / 2);
    fake_run_assert(&run, "traffic/h1/delivered/h2", VERDICT_FAIL);
    bool told = false;
    for (size_t i = 0; i < run.report.n_notes; i++) {
        told |= strncmp(run.report.notes[i], "stopped sending: ", 17) == 0;
    }
    assert_true(told);
    fake_run_close(&run);
}

/* A copy that comes again and again keeps no round from ending. */
static void settling_has_an_end(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_REPEATS, .at = "h2", .ms = 20});
    run.options.converge_ms = 0;
    fake_run_check(&run);
    fake_run_assert(&run, "traffic/h1/delivered/h2", VERDICT_FAIL);
    double settle_ms = run.report.timing.settle_ms / run.report.timing.rounds;
    assert_true(settle_ms >= 3900 && settle_ms < 4100);
    fake_run_close(&run);
}

/* A slow frame makes the round wait longer, and is not lost. */
static void the_settling_time_follows_the_slowest_frame(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_LATE, .from = "h1", .at = "h2", .ms = 60});
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    assert_int_equal(run.report.timing.rounds, 1);
    assert_true(run.report.timing.settle_ms > 240);
    fake_run_close(&run);
}

/* All is well but for a copy that comes when all rounds are over. */
static void a_copy_too_many_that_comes_late_is_found_by_listening(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_REPEATS, .at = "h2", .n = 1, .ms = 900});
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    fake_run_fault(&run, (struct fake_fault){FAKE_REPEATS, .at = "h4", .n = 1, .ms = 900});
    run.options.listen_ms = 1000;
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail traffic/h3/delivered/h4\n");
    assert_non_null(strstr(fake_run_result(&run, "traffic/h3/delivered/h4")->detail,
                           "4 copies of 3 sendings instead of 3, 0.9 s late"));
    assert_string_equal(fake_run_result(&run, "traffic/h3/delivered/h4")->cause, "h4 - s1:4");
    assert_true(run.report.timing.total_ms < 1500);
    fake_run_close(&run);
}

/* It is where it was when its round was just over, though rounds go on until it comes. */
static void what_comes_late_is_located(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_LATE, .from = "h3", .at = "h4", .ms = 400});
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail traffic/h3/delivered/h4\n");
    const struct result *late = fake_run_result(&run, "traffic/h3/delivered/h4");
    assert_string_equal(late->cause, "h4 - s1:4");
    assert_non_null(strstr(late->detail, "when the round was over, "));
    fake_run_close(&run);
}

/* A round of some seconds, in which frames by one cable come 0.9 s late, but none of them when it
 * is over. */
static void what_is_overtaken_is_late(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    run.options.rate = 100;
    fake_run_fault(&run, (struct fake_fault){FAKE_LATE, .from = "h3", .at = "h4", .ms = 900});
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail traffic/h3/delivered/h4\n");
    const struct result *late = fake_run_result(&run, "traffic/h3/delivered/h4");
    assert_non_null(strstr(late->detail, ", 0.9 s late"));
    assert_int_equal(run.report.timing.rounds, 1);
    run.hosts[topology_find_host(run.expectation->topology, "h4")].exec = "ssh h4";
    fake_run_check(&run); /* its clock may be that of a slow command */
    fake_run_assert_deviations(&run, "");
    fake_run_close(&run);
}

/* A busy machine: all of them wait, now and then. */
static void where_all_wait_nothing_is_late(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    run.options.rate = 100;
    fake_run_fault(&run, (struct fake_fault){FAKE_LATE, .ms = 240});
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    fake_run_fault(&run, (struct fake_fault){FAKE_LATE, .ms = 900});
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    fake_run_close(&run);
}

/* It is set on, or back, by an hour in the middle of a round, or when the round is just over. */
static void the_clock_of_the_wall_may_be_set(void **state)
{
    (void)state;
    static const int64_t hour_ns = INT64_C(3600000000000);
    for (int i = 0; i < 8; i++) {
        struct fake_run run;
        fake_run_open_demon(&run, "simulated");
        bool late = i & 2;
        fake_run_fault(
            &run, (struct fake_fault){FAKE_LATE, .from = "h3", .at = "h4", .ms = late ? 900 : 200});
        run.options.rate = i & 4 ? 100 : LAB_RATE_UNLIMITED;
        run.network.wall_set_ns =
            run.network.time_ns + (i & 4 ? UINT64_C(1500000000) : UINT64_C(150000000));
        run.network.wall_set_by_ns = i & 1 ? hour_ns : -hour_ns;
        fake_run_check(&run);
        fake_run_assert_deviations(&run, late ? "fail traffic/h3/delivered/h4\n" : "");
        fake_run_close(&run);
    }
}

/* Copies that come long after their window stand in for none that are still on the way: a switch
 * holds only so many. */
static void no_more_is_in_flight_where_frames_are_late(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_fault(&run, (struct fake_fault){FAKE_LATE, .from = "h3", .at = "h4", .ms = 300});
    fake_run_fault(&run, (struct fake_fault){FAKE_LATE, .ms = 12});
    fake_run_check(&run);
    fake_run_assert(&run, "traffic/h3/delivered/h4", VERDICT_FAIL);
    assert_true(run.report.timing.rounds > 1);
    assert_true(run.network.most_in_flight < 3 * RUN_WINDOW);
    fake_run_close(&run);
}

/* Its round had gone well in all that nothing excuses, and was over long before. */
static void a_copy_that_comes_some_rounds_late_counts_to_its_own_round(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "no-mirror");
    fake_network_change(&run.network, "topologies/demon/simulated", 1500);
    fake_run_fault(&run, (struct fake_fault){FAKE_REPEATS, .at = "h4", .n = 1, .ms = 900});
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail traffic/h3/delivered/h4\n");
    const struct result *late = fake_run_result(&run, "traffic/h3/delivered/h4");
    assert_non_null(
        strstr(late->detail, "4 copies of 3 sendings instead of 3, 0.9 s late in round 1 of "));
    fake_run_assert(&run, "transient/h1/h11", VERDICT_PASS);
    fake_run_close(&run);
}

/* From each host to each other one so many go that one of them is lost if one in 100 is. */
static void a_thorough_check_sends_often_and_listens(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    run.options.thorough = true;
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    assert_true(run.network.n_sent >= 10 * RUN_SENDINGS);
    assert_true(run.report.timing.total_ms >= RUN_THOROUGH_LISTEN_MS);
    fake_run_fault(&run, (struct fake_fault){FAKE_LOSE, .from = "h1", .at = "h2",
                                             .first = RUN_SENDINGS - 1, .n = 1});
    fake_run_check(&run);
    fake_run_assert(&run, "traffic/h1/delivered/h2", VERDICT_FAIL);
    fake_run_close(&run);
}

/* Says that it is interrupted when it begins to listen. */
static void interrupt_listening(void *aux, const char *text)
{
    if (strcmp(text, "listening") == 0) {
        assert_int_equal(write(*(const int *)aux, "x", 1), 1);
    }
}

/* What would have come late is not known: nothing passes. */
static void who_stops_listening_has_not_passed(void **state)
{
    (void)state;
    struct fake_run run;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fake_run_open_demon(&run, "simulated");
    run.network.world.interrupt_fd = ends[0];
    run.options.listen_ms = 500;
    fake_run_check(&run);
    assert_false(run.report.interrupted);
    run.options.progress = interrupt_listening;
    run.options.progress_aux = &ends[1];
    fake_run_check(&run);
    assert_true(run.report.interrupted);
    fake_run_assert(&run, "traffic/h1/delivered/h2", VERDICT_INCONCLUSIVE);
    fake_run_assert(&run, "state/s1/1", VERDICT_PASS);
    fake_run_close(&run);
    close(ends[0]);
    close(ends[1]);
}

/* Entries were there before its clock began; no table has changed since. */
static void a_machine_that_is_young_excuses_nothing(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    run.network.time_ns = 0;
    fake_run_fault(&run, (struct fake_fault){FAKE_LOSE, .from = "h1", .at = "h2", .n = 1});
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail traffic/h1/delivered/h2\n");
    fake_run_close(&run);
}

/* What queues of this machine lose, says its kernel: then the round is repeated. */
static void what_this_machine_lost_is_no_fault_of_the_network(void **state)
{
    (void)state;
    static const struct {
        unsigned n, lost_here;
        enum verdict verdict;
    } rows[] = {
        {1, 1, VERDICT_PASS},
        {1, 0, VERDICT_FAIL},
        {0, 1000000, VERDICT_INCONCLUSIVE}, /* again and again */
        {0, 2, VERDICT_FAIL},               /* the network lost more */
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        struct fake_run run;
        fake_run_open_demon(&run, "simulated");
        run.network.lost_here = rows[r].lost_here;
        fake_run_fault(&run,
                       (struct fake_fault){FAKE_LOSE, .from = "h1", .at = "h2", .n = rows[r].n});
        fake_run_check(&run);
        fake_run_assert(&run, "traffic/h1/delivered/h2", rows[r].verdict);
        const char *detail = rows[r].verdict == VERDICT_PASS
                                 ? fake_run_result(&run, "transient/h1/h2")->detail
                                 : fake_run_result(&run, "traffic/h1/delivered/h2")->detail;
        assert_int_equal(strstr(detail, "queues of this machine were full") != NULL,
                         rows[r].verdict != VERDICT_FAIL);
        fake_run_close(&run);
    }
}

/* Who waits for a processor may wait longer than a frame may take; but not for each frame. */
static void a_busy_machine_is_late_but_once(void **state)
{
    (void)state;
    static const struct {
        unsigned busy, stalled, n, ms;
        enum verdict verdict;
    } rows[] = {
        {100, 0, 1, 300, VERDICT_PASS}, {0, 90, 1, 300, VERDICT_PASS},
        {0, 0, 1, 300, VERDICT_FAIL},   {100, 0, 0, 300, VERDICT_FAIL},
        {0, 40, 1, 300, VERDICT_FAIL},  {0, 90, 0, 300, VERDICT_INCONCLUSIVE}, /* again and again */
        {0, 90, 0, 900, VERDICT_FAIL},  {0, 90, 1, 900, VERDICT_FAIL},
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        struct fake_run run;
        fake_run_open_demon(&run, "simulated");
        run.network.busy = rows[r].busy;
        run.network.stalled = rows[r].stalled;
        fake_run_fault(&run, (struct fake_fault){FAKE_LATE, .from = "h1", .at = "h2",
                                                 .n = rows[r].n, .ms = rows[r].ms});
        fake_run_check(&run);
        fake_run_assert(&run, "traffic/h1/delivered/h2", rows[r].verdict);
        if (rows[r].verdict == VERDICT_PASS) {
            assert_non_null(strstr(fake_run_result(&run, "transient/h1/h2")->detail,
                                   rows[r].busy > 0
                                       ? "1 of them late, while this process had to wait"
                                       : "while the processors of this machine were busy"));
        }
        fake_run_close(&run);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_this_machine_lost_is_no_fault_of_the_network),
    cmocka_unit_test(a_busy_machine_is_late_but_once),
    cmocka_unit_test(a_machine_that_is_young_excuses_nothing),
    cmocka_unit_test(who_stops_listening_has_not_passed),
    cmocka_unit_test(no_more_is_sent_in_a_second_than_may_be),
    cmocka_unit_test(a_thorough_check_sends_often_and_listens),
    cmocka_unit_test(a_storm_ends_the_sending),
    cmocka_unit_test(settling_has_an_end),
    cmocka_unit_test(the_settling_time_follows_the_slowest_frame),
    cmocka_unit_test(a_copy_too_many_that_comes_late_is_found_by_listening),
    cmocka_unit_test(what_comes_late_is_located),
    cmocka_unit_test(what_is_overtaken_is_late),
    cmocka_unit_test(where_all_wait_nothing_is_late),
    cmocka_unit_test(the_clock_of_the_wall_may_be_set),
    cmocka_unit_test(no_more_is_in_flight_where_frames_are_late),
    cmocka_unit_test(a_copy_that_comes_some_rounds_late_counts_to_its_own_round),
};

TEST_MAIN(tests)
