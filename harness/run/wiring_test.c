/* SPDX-License-Identifier: Apache-2.0
 *
 * What a check of the reference network in memory tells of its cables, from the counters of
 * switches that count in one way or another. */
#include "run/run.h"

#include "ofctl/flow.h"
#include "testing/fake_run.h"
#include "testing/yaml_memory.h"

enum { S1_6 = 0, S1_7 = 1, S2_6 = 5, S2_7 = 6 }; /* links of the topology */
enum { H3 = 2, H4 = 3 };                         /* hosts, joined to each other alone */

static const char exchanged[] = "fail wiring/s1:6 - s3:1\nfail wiring/s1:7 - s3:2\n";

/* "2/10, idle 8": told, of so many, and why the others are not. */
static void assert_told(const struct fake_run *run, const char *expected)
{
    const struct report_coverage *coverage = &run->report.coverage;
    struct base_buffer text = {0};
    base_put_format(&text, "%zu/%zu", coverage->n_cables - coverage->n_untold, coverage->n_cables);
    for (size_t i = 0; i < coverage->n_untold; i++) {
        const char *reason = coverage->untold[i].reason;
        size_t n = 0;
        bool again = false;
        for (size_t j = 0; j < coverage->n_untold; j++) {
            n += coverage->untold[j].reason == reason;
            again |= j < i && coverage->untold[j].reason == reason;
        }
        if (!again) {
            base_put_format(&text, ", %s: %zu", reason, n);
        }
    }
    assert_string_equal(base_buffer_text(&text), expected);
    base_buffer_free(&text);
}

/* h1's and h7's frames alone cross cables, and as many of each. */
static void cables_that_frames_cross_are_told(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    fake_run_assert(&run, "wiring/s1:6 - s3:1", VERDICT_PASS);
    const struct result *told = fake_run_result(&run, "wiring/s2:7 - s3:7");
    assert_int_equal(told->kind, RESULT_WIRING);
    assert_non_null(strstr(told->source, "topologies/demon.yaml:"));
    assert_told(&run, "13/21, no frame is known to have crossed it: 8");
    assert_true(run.report.timing.total_ms < 150);
    fake_run_close(&run);
}

/* All frames arrive. */
static void exchanged_cables_fail_though_all_arrives(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_network_exchange(&run.network, S1_6, S1_7);
    fake_run_check(&run);
    fake_run_assert_deviations(&run, exchanged);
    const struct result *crossed = fake_run_result(&run, "wiring/s1:6 - s3:1");
    assert_string_equal(crossed->detail, "s1:6 is cabled to s3:2, not to s3:1");
    assert_string_equal(crossed->says[SAYS_DECLARED], "s1:6 - s3:1");
    assert_non_null(strstr(crossed->says[SAYS_COUNTED], "frames left s1:6, "));
    assert_non_null(strstr(crossed->says[SAYS_COUNTED], " to s3:2, 0 to s3:1"));
    const struct result *idle = fake_run_result(&run, "wiring/s1:7 - s3:2");
    assert_string_equal(idle->detail, "s3:2 is cabled to s1:6, not to s1:7");
    assert_non_null(strstr(idle->says[SAYS_COUNTED], "0 left s1:7"));
    assert_int_equal(run.report.n_causes, 1);
    assert_int_equal(run.report.causes[0].kind, CAUSE_SWAP);
    assert_string_equal(run.report.causes[0].where, "s1:6 - s3:1, s1:7 - s3:2");
    assert_true(run.report.timing.total_ms < 250);
    fake_run_close(&run);
}

/* Both carry as much: only a burst of different numbers tells it. */
static void busy_cables_are_told_apart(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_network_exchange(&run.network, S1_6, S2_7);
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail wiring/s1:6 - s3:1\nfail wiring/s2:7 - s3:7\n");
    assert_string_equal(run.report.causes[0].where, "s1:6 - s3:1, s2:7 - s3:7");
    fake_run_close(&run);
}

/* Each gets what the other one sends, wherever the two are: only how much each sends tells it. */
static void hosts_that_change_places_are_told(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    fake_network_exchange_hosts(&run.network, H3, H4);
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail wiring/h3 - s1:3\nfail wiring/h4 - s1:4\n");
    const struct result *told = fake_run_result(&run, "wiring/h3 - s1:3");
    assert_string_equal(told->detail, "h3 is cabled to s1:4, not to s1:3");
    assert_string_equal(told->says[SAYS_DECLARED], "h3 - s1:3");
    assert_non_null(strstr(told->says[SAYS_COUNTED], "frames left h3, "));
    assert_null(strstr(told->says[SAYS_COUNTED], "0 frames left"));
    assert_non_null(strstr(told->source, "topologies/demon.yaml:"));
    assert_int_equal(run.report.n_causes, 1);
    assert_int_equal(run.report.causes[0].kind, CAUSE_SWAP);
    assert_string_equal(run.report.causes[0].where, "h3 - s1:3, h4 - s1:4");
    assert_true(run.report.timing.total_ms < 1000);
    for (enum fake_ports ports = FAKE_PORTS_ALL_ONES; ports <= FAKE_PORTS_ZERO; ports++) {
        run.network.ports = ports;
        fake_run_check(&run);
        fake_run_assert_deviations(&run, "");
    }
    fake_run_close(&run);
}

/* Counters that say nothing are no evidence, for or against, wherever the cables are. */
static void counters_that_do_not_count_tell_nothing(void **state)
{
    (void)state;
    for (int crossed = 0; crossed < 2; crossed++) {
        for (enum fake_ports ports = FAKE_PORTS_COUNT; ports <= FAKE_PORTS_ZERO; ports++) {
            struct fake_run run;
            fake_run_open_demon(&run, "simulated");
            run.network.ports = ports;
            run.network.ports_every_ms = ports == FAKE_PORTS_COUNT ? 20000 : 0;
            if (crossed) {
                fake_network_exchange(&run.network, S1_6, S1_7);
            }
            fake_run_check(&run);
            fake_run_assert_deviations(&run, "");
            assert_told(
                &run,
                ports == FAKE_PORTS_ALL_ONES
                    ? "0/21, a port does not count: 13, no frame is known to have crossed it: 8"
                    : "0/21, the port counters of a switch at its ends do not "
                      "move: 13, no frame is known to have crossed it: 8");
            double ms = run.report.timing.total_ms;
            assert_true(ports == FAKE_PORTS_ALL_ONES ? ms < 150 : ms > 1000 && ms < 1300);
            run.options.packet_out = true; /* they are not waited for twice */
            fake_run_check(&run);
            assert_true(run.report.timing.total_ms < 1300);
            fake_run_close(&run);
        }
    }
}

/* Who is patient enough sees those that are refreshed each 11 s. */
static void counters_that_stand_still_for_long_are_waited_for_if_wanted(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    run.network.ports_every_ms = 11000;
    run.options.converge_ms = 9999;
    fake_run_check(&run);
    assert_true(run.report.timing.total_ms < 1300);
    run.options.converge_ms = 40000; /* a burst tells the two apart */
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    assert_told(&run, "13/21, no frame is known to have crossed it: 8");
    fake_run_close(&run);
}

/* They are waited for. */
static void late_counters_are_waited_for(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open_demon(&run, "simulated");
    run.network.ports_every_ms = 700;
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    assert_told(&run, "13/21, no frame is known to have crossed it: 8");
    fake_network_exchange(&run.network, S1_6, S1_7);
    fake_run_check(&run);
    fake_run_assert_deviations(&run, exchanged);
    fake_run_close(&run);
}

/* Also those that no host's frame reaches. */
static void switches_send_over_every_cable(void **state)
{
    (void)state;
    struct fake_run run;
    fake_run_open(&run, "expected/demon/always-forward.yaml", "topologies/demon/always-forward");
    fake_run_check(&run);
    assert_told(&run, "11/21, no frame is known to have crossed it: 10");
    run.options.packet_out = true;
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    assert_told(&run, "21/21");
    fake_network_exchange(&run.network, S1_7, S2_6);
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail wiring/s1:7 - s3:2\nfail wiring/s2:6 - s3:6\n");
    assert_string_equal(run.report.causes[0].where, "s1:7 - s3:2, s2:6 - s3:6");
    assert_told(&run, "21/21");
    run.network.ports = FAKE_PORTS_ALL_ONES;
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    fake_run_close(&run);
}

/* ... but not where NORMAL or a controller would believe it. */
static void switches_send_nothing_that_may_do_harm(void **state)
{
    (void)state;
    const char *const entries[] = {"priority=40000,in_port=3 actions=NORMAL",
                                   "priority=40000,in_port=3 actions=CONTROLLER:64"};
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        struct fake_run run;
        fake_run_open_demon(&run, "simulated");
        run.options.packet_out = true;
        assert_int_equal(
            ofctl_parse_flow(entries[i], &run.network.states[2].flows, NULL, NULL, NULL), 0);
        assert_int_equal(ofctl_parse_flow("priority=40000,in_port=8 actions=NORMAL",
                                          &run.network.states[0].flows, NULL, NULL, NULL),
                         0);
        fake_run_check(&run);
        assert_told(
            &run,
            "20/21, no frame is known to have crossed it, and one might do harm behind it: 1");
        assert_int_equal(run.network.states[0].ports[7].counters.tx_packets, 0);
        assert_int_equal(run.network.states[2].ports[2].counters.tx_packets, 0);
        fake_run_close(&run);
    }
}

/* Three switches in a line, s1, s2, s3, and what their tables do. */
struct line {
    const char *topology, *expected;
    const char *const *entries[3]; /* by switch, up to NULL */
};

static void line_open(struct fake_run *run, const struct line *line)
{
    struct memory_file files[] = {{"net.yaml", line->topology, 0}, {"x", line->expected, 0}, {0}};
    struct yaml_files from = {.read = memory_read, .context = files};
    fake_run_open_from(run, &from, "x", "no/flows");
    for (size_t sw = 0; sw < 3; sw++) {
        for (size_t i = 0; line->entries[sw][i]; i++) {
            assert_int_equal(ofctl_parse_flow(line->entries[sw][i], &run->network.states[sw].flows,
                                              NULL, NULL, NULL),
                             0);
        }
    }
}

#define LINE_SWITCHES                                                                              \
    "name: line\nswitches: {s1: {dpid: 1}, s2: {dpid: 2}, s3: {dpid: 3}}\nhosts:\n"
static const char *const there[] = {"in_port=1 actions=output:2", "in_port=2 actions=output:1",
                                    NULL};

#define LINE_TOPOLOGY                                                                              \
    LINE_SWITCHES                                                                                  \
    "  a: {mac: \"00:00:00:00:00:0a\", ip: 10.0.0.1, port: \"s1:1\"}\n"                            \
    "  b: {mac: \"00:00:00:00:00:0b\", ip: 10.0.0.2, port: \"s3:1\"}\n"                            \
    "links: [[\"s1:2\", \"s2:1\"], [\"s3:2\", \"s2:2\"]]\n"

/* The switch between two others has its ends exchanged: as much goes in at one as at the other,
 * until one host sends more than the other. */
static void a_switch_that_is_turned_round_is_told(void **state)
{
    (void)state;
    static const struct line both_ways = {
        .topology = LINE_TOPOLOGY,
        .expected = "topology: net.yaml\n"
                    "ports:\n"
                    "  s1: {1: {output: [2]}, 2: {output: [1]}}\n"
                    "  s2: {1: {output: [2]}, 2: {output: [1]}}\n"
                    "  s3: {1: {output: [2]}, 2: {output: [1]}}\n"
                    "traffic: [{from: a, delivered: [b]}, {from: b, delivered: [a]}]\n",
        .entries = {there, there, there}};
    static const struct line one_way = {
        .topology = LINE_TOPOLOGY,
        .expected = "topology: net.yaml\n"
                    "ports:\n"
                    "  s1: {1: {output: [2]}, 2: {output: [1]}}\n"
                    "  s2: {1: {output: [2]}, 2: {output: [1]}}\n"
                    "  s3: {2: {output: [1]}}\n"
                    "traffic: [{from: a, delivered: [b]}, {from: b, isolated: all}]\n",
        .entries = {there, there, there + 1}};
    for (size_t i = 0; i < 2; i++) {
        struct fake_run run;
        line_open(&run, i ? &one_way : &both_ways);
        fake_run_check(&run);
        fake_run_assert_deviations(&run, "");
        assert_told(&run, "4/4");
        fake_network_exchange(&run.network, 0, 1);
        fake_run_check(&run);
        fake_run_assert_deviations(&run, "fail wiring/s1:2 - s2:1\nfail wiring/s3:2 - s2:2\n");
        assert_string_equal(run.report.causes[0].where, "s1:2 - s2:1, s3:2 - s2:2");
        assert_true(run.report.timing.total_ms < 1000);
        fake_run_close(&run);
    }
}

/* Frames cross cables by NORMAL, too: by which is not known, and none says that it was not crossed.
 */
static void what_normal_may_send_over_a_cable_is_not_denied(void **state)
{
    (void)state;
    static const char *const normal[] = {"actions=NORMAL", NULL};
    static const struct line hybrid = {
        .topology = LINE_TOPOLOGY,
        .expected = "topology: net.yaml\n"
                    "ports:\n"
                    "  s1: {1-2: {output: [normal]}}\n"
                    "  s2: {1-2: {output: [normal]}}\n"
                    "  s3: {1-2: {output: [normal]}}\n"
                    "traffic: [{from: a, match: \"dl_dst=00:00:00:00:00:0b\", delivered: [b]}]\n",
        .entries = {normal, normal, normal}};
    struct fake_run run;
    line_open(&run, &hybrid);
    run.options.allow_flood = true; /* its switches have ports of which the topology says nothing */
    fake_run_check(&run);
    assert_told(&run, "2/4, the way of the frames that may have crossed it is not known: 2");
    fake_run_close(&run);
}

/* One host's frames go over both cables from s1 to s2, and from there over both to s3: only
 * switches tell one from the other, and what they send over the former goes on over the latter. */
static void cables_behind_each_other_are_told_one_after_the_other(void **state)
{
    (void)state;
    static const char *const twice[] = {"in_port=1 actions=output:3,output:4", NULL};
    static const char *const on[] = {"in_port=1 actions=output:3", "in_port=2 actions=output:4",
                                     NULL};
    static const char *const in[] = {"in_port=1 actions=output:3", "in_port=2 actions=output:3",
                                     NULL};
    static const struct line tap = {
        .topology = LINE_SWITCHES
        "  a: {mac: \"00:00:00:00:00:0a\", ip: 10.0.0.1, port: \"s1:1\"}\n"
        "  cap: {mac: \"00:00:00:00:00:0c\", port: \"s3:3\", role: capture}\n"
        "links: [[\"s1:3\", \"s2:1\"], [\"s1:4\", \"s2:2\"], [\"s2:3\", \"s3:1\"], [\"s2:4\", "
        "\"s3:2\"]]\n",
        .expected = "topology: net.yaml\n"
                    "ports:\n"
                    "  s1: {1: {output: [3, 4]}}\n"
                    "  s2: {1: {output: [3]}, 2: {output: [4]}}\n"
                    "  s3: {1: {output: [3]}, 2: {output: [3]}}\n"
                    "traffic: [{from: a, mirrored: [cap], copies: 2}]\n",
        .entries = {twice, on, in}};
    for (size_t first = 0; first < 4; first += 2) {
        struct fake_run run;
        line_open(&run, &tap);
        fake_run_check(&run);
        assert_told(&run, "2/6, it counts as another cable does: 4");
        run.options.packet_out = true;
        fake_run_check(&run);
        fake_run_assert_deviations(&run, "");
        assert_told(&run, "6/6");
        fake_network_exchange(&run.network, first, first + 1);
        fake_run_check(&run);
        fake_run_assert_deviations(&run,
                                   first ? "fail wiring/s2:3 - s3:1\nfail wiring/s2:4 - s3:2\n"
                                         : "fail wiring/s1:3 - s2:1\nfail wiring/s1:4 - s2:2\n");
        assert_told(&run, "6/6");
        fake_run_close(&run);
    }
}

static void patterns_select_cables(void **state)
{
    (void)state;
    struct fake_run run;
    const char *const patterns[] = {"wiring", "state/s3/1", "wiring/s1:6"};
    fake_run_open_demon(&run, "simulated");
    fake_network_exchange(&run.network, S1_6, S1_7);
    run.options.patterns = patterns;
    run.options.n_patterns = 1;
    fake_run_check(&run);
    fake_run_assert_deviations(&run, exchanged);
    assert_int_equal(run.report.n_results, 14);
    run.options.patterns = patterns + 1;
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "");
    run.options.n_patterns = 2;
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "fail wiring/s1:6 - s3:1\n");
    fake_run_close(&run);
}

/* What is being rewired, say. */
static void cables_at_ignored_ports_are_not_judged(void **state)
{
    (void)state;
    struct fake_run run;
    struct exception exceptions[] = {{.has_port = true, .port = 3, .reason = "rewired"},
                                     {.sw = 2, .has_port = true, .port = 1, .reason = "rewired"}};
    fake_run_open_demon(&run, "simulated");
    fake_network_exchange_hosts(&run.network, H3, H4);
    fake_network_exchange(&run.network, S1_6, S1_7);
    run.expectation->exceptions = exceptions;
    run.expectation->n_exceptions = 2;
    fake_run_check(&run);
    fake_run_assert_deviations(&run, "skip state/s1/3\nskip state/s3/1\n"
                                     "skip wiring/s1:6 - s3:1\nfail wiring/s1:7 - s3:2\n"
                                     "skip wiring/h3 - s1:3\nfail wiring/h4 - s1:4\n");
    assert_string_equal(fake_run_result(&run, "wiring/h3 - s1:3")->detail, "rewired");
    run.expectation->n_exceptions = 0;
    fake_run_close(&run);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(cables_at_ignored_ports_are_not_judged),
    cmocka_unit_test(cables_that_frames_cross_are_told),
    cmocka_unit_test(exchanged_cables_fail_though_all_arrives),
    cmocka_unit_test(busy_cables_are_told_apart),
    cmocka_unit_test(hosts_that_change_places_are_told),
    cmocka_unit_test(counters_that_do_not_count_tell_nothing),
    cmocka_unit_test(late_counters_are_waited_for),
    cmocka_unit_test(counters_that_stand_still_for_long_are_waited_for_if_wanted),
    cmocka_unit_test(switches_send_over_every_cable),
    cmocka_unit_test(switches_send_nothing_that_may_do_harm),
    cmocka_unit_test(a_switch_that_is_turned_round_is_told),
    cmocka_unit_test(what_normal_may_send_over_a_cable_is_not_denied),
    cmocka_unit_test(cables_behind_each_other_are_told_one_after_the_other),
    cmocka_unit_test(patterns_select_cables),
};

TEST_MAIN(tests)
