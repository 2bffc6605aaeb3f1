/* SPDX-License-Identifier: Apache-2.0
 *
 * What counters say of cables: where they are, where they are not, and when they say nothing. */
#include "testing/wiring_bench.h"

static void numbers_that_differ_tell(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench_carry(&bench, (const unsigned[]){27, 12, 0}, straight);
    bench_expect(&bench, true, "RRI");
    bench_close(&bench);
}

static void equal_numbers_do_not_tell(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench_carry(&bench, (const unsigned[]){27, 27, 10}, straight);
    bench_expect(&bench, true, "AAR");
    bench_carry(&bench, (const unsigned[]){4, 6, 0}, straight); /* as others could make it */
    bench_expect(&bench, true, "RRR");
    bench_close(&bench);
}

/* What came out of an idle cable is a contradiction as well; one reading may be an accident. */
static void two_readings_prove_an_exchange(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench_carry(&bench, (const unsigned[]){27, 0, 12}, crossed);
    bench_expect(&bench, true, "OOR");
    bench_carry(&bench, (const unsigned[]){4, 0, 0}, crossed);
    bench_expect(&bench, true, "WWR");
    assert_int_equal(bench.wiring.really[0], 3);
    assert_int_equal(bench.wiring.really[3], 0);
    bench_close(&bench);
    /* The second one says otherwise. */
    bench_open(&bench);
    bench_carry(&bench, (const unsigned[]){27, 0, 12}, crossed);
    bench_expect(&bench, true, "OOR");
    bench_carry(&bench, (const unsigned[]){4, 0, 0}, straight);
    bench_expect(&bench, true, "OOR");
    bench_carry(&bench, (const unsigned[]){8, 0, 0}, straight);
    bench_expect(&bench, true, "OOR");
    bench_close(&bench);
}

static void a_cable_that_loses_is_not_elsewhere(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    for (int i = 0; i < 3; i++) {
        bench_carry(&bench, (const unsigned[]){27, 12, 0}, straight);
        later(&bench, 1, 1)->rx_packets -= 20;
        bench_expect(&bench, false, i == 0 ? "ORI" : "DRI");
    }
    bench_close(&bench);
}

/* Others' frames go over cables, too: they make numbers larger, and never smaller. */
static void background_is_no_contradiction(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    for (int i = 0; i < 3; i++) {
        bench_begin(&bench);
        bench_send(&bench, 1, 1, 8, 0);
        bench_send(&bench, 2, 2, 0, 9); /* may be the frames of s1:1 */
        later(&bench, 1, 1)->rx_packets += 5;
        bench_expect(&bench, true, i == 0 ? "OII" : "DII");
    }
    bench_close(&bench);
    bench_open(&bench);
    for (int i = 0; i < 3; i++) {
        bench_begin(&bench);
        bench_send(&bench, 1, 1, 8, 500);
        bench_send(&bench, 2, 2, 40, 500);
        bench_expect(&bench, true, "AAI");
    }
    bench_close(&bench);
    bench_open(&bench);
    bench_begin(&bench);
    bench_send(&bench, 1, 1, 27, 500);
    bench_send(&bench, 2, 2, 27, 10);
    later(&bench, 1, 2)->rx_packets += 5; /* read later */
    bench_expect(&bench, true, "RRI");
    bench_close(&bench);
}

static void ports_that_do_not_count_are_no_evidence(void **state)
{
    (void)state;
    struct bench bench;
    for (int end = 0; end < 2; end++) {
        bench_open(&bench);
        bench_carry(&bench, (const unsigned[]){27, 12, 0}, straight);
        for (size_t i = 0; i < PORTS; i++) {
            memset(&bench.ports[2 + end][i].counters, 0xff, sizeof(struct port_counters));
        }
        bench_expect(&bench, true, "UUI");
        bench_close(&bench);
    }
    bench_open(&bench);
    bench_carry(&bench, (const unsigned[]){27, 12, 0}, crossed);
    bench.ports[3][0].has_counters = false;
    bench_expect(&bench, false, "UOI");
    bench_close(&bench);
}

/* All counters of a switch stand still; so does a single one, though it is not known of it. */
static void standstill_is_no_evidence(void **state)
{
    (void)state;
    struct bench bench;
    for (int end = 0; end < 2; end++) {
        bench_open(&bench);
        for (int i = 0; i < 3; i++) {
            bench_carry(&bench, (const unsigned[]){27, 12, 0}, crossed);
            memcpy(bench.ports[2 + end], bench.ports[end], sizeof bench.ports[end]);
            bench_expect(&bench, false, "TTI");
        }
        bench_close(&bench);
    }
    bench_open(&bench);
    bench_carry(&bench, (const unsigned[]){27, 12, 0}, straight);
    later(&bench, 1, 1)->rx_packets = 0;
    bench_expect(&bench, false, "ORI");
    bench_close(&bench);
}

/* What came in by a wrong port shows that counters move, if it is as much as must have come. */
/* One frame that one port counts is enough, in or out. */
static void one_frame_shows_that_counters_move(void **state)
{
    (void)state;
    for (int out = 0; out < 2; out++) {
        struct bench bench;
        bench_open(&bench);
        bench_carry(&bench, (const unsigned[]){1, 0, 0}, straight);
        if (out) {
            later(&bench, 1, 1)->rx_packets--;
        } else {
            later(&bench, 1, 5)->tx_packets--;
        }
        bench_expect(&bench, !out, out ? "OII" : "RII");
        bench_close(&bench);
    }
    struct bench bench;
    bench_open(&bench);
    bench_carry(&bench, (const unsigned[]){1, 27, 0}, straight);
    later(&bench, 1, 2)->rx_packets = later(&bench, 1, 5)->tx_packets = 0;
    bench_expect(&bench, false, "ROI");
    bench_close(&bench);
}

static void what_comes_in_elsewhere_shows_that_counters_move(void **state)
{
    (void)state;
    static const struct {
        unsigned came, more;
        bool counted;
        const char *told;
    } rows[] = {{27, 0, true, "OOI"}, {20, 7, false, "OOO"}, {20, 6, false, "LOO"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench bench;
        bench_open(&bench);
        bench_begin(&bench);
        traffic_count_port(&bench.count, bench.before, (struct port_ref){0, 1})->sure_tx += 27;
        later(&bench, 0, 1)->tx_packets += 27;
        later(&bench, 1, 2)->rx_packets += rows[i].came;
        later(&bench, 1, 3)->rx_packets += rows[i].more;
        bench_expect(&bench, rows[i].counted, rows[i].told);
        bench_close(&bench);
    }
}

/* Of a reading in which `a` and `b` sent so much, and s1:5 and s2:5, where they should be, and
 * s1:4, which has no cable, got so much. What is told of their cables, as above. */
static void bench_hosts(struct bench *bench, const unsigned *sent, const unsigned *got,
                        const char *expected)
{
    static const struct port_ref ports[] = {{0, 5}, {1, 5}, {0, 4}};
    bench_begin(bench);
    for (size_t i = 0; i < 2; i++) {
        bench->count.hosts[i].sent = sent[i];
    }
    for (size_t i = 0; i < 3; i++) {
        later(bench, ports[i].sw, ports[i].port)->rx_packets += got[i];
    }
    bench_send(bench, 1, 1, 3, 0); /* counters do count */
    blame_wiring_read(&bench->wiring, &bench->reading);
    blame_wiring_note(&bench->wiring);
    assert_int_equal(blame_wiring_decide(&bench->wiring, &bench->evidence, &bench->reading), 0);
    const char told[] = {"RWINSULAOTMD"[bench->wiring.wired[LINKS]],
                         "RWINSULAOTMD"[bench->wiring.wired[LINKS + 1]], '\0'};
    assert_string_equal(told, expected);
    assert_int_equal(bench->wiring.wired[0], BLAME_WIRED_RIGHT);
}

#define NUMBERS(...) ((const unsigned[]){__VA_ARGS__})

static void hosts_are_told_by_how_much_they_send(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench_hosts(&bench, NUMBERS(8, 4), NUMBERS(8, 4, 0), "RR");
    bench_close(&bench);
    bench_open(&bench);
    bench_hosts(&bench, NUMBERS(8, 8), NUMBERS(8, 8, 0), "AA");
    bench_hosts(&bench, NUMBERS(8, 4), NUMBERS(900, 4, 0), "RR"); /* a host sends of itself, too */
    bench_close(&bench);
    bench_open(&bench);
    bench_hosts(&bench, NUMBERS(8, 0), NUMBERS(8, 0, 0), "RI");
    bench_hosts(&bench, NUMBERS(0, 8), NUMBERS(900, 900, 0), "RR");
    bench_close(&bench);
    bench_open(&bench); /* both may be anywhere */
    bench_hosts(&bench, NUMBERS(8, 4), NUMBERS(900, 900, 0), "AA");
    bench_close(&bench);
    bench_open(&bench);
    bench.ports[2][4].has_counters = false;
    bench_hosts(&bench, NUMBERS(8, 4), NUMBERS(8, 4, 0), "UR");
    bench_close(&bench);
}

static void hosts_that_are_exchanged_are_told(void **state)
{
    (void)state;
    struct bench bench;
    struct report report = {0};
    bench_open(&bench);
    bench_hosts(&bench, NUMBERS(4, 8), NUMBERS(8, 4, 0), "AO");
    bench_hosts(&bench, NUMBERS(8, 4), NUMBERS(4, 8, 0), "OO");
    bench_hosts(&bench, NUMBERS(4, 8), NUMBERS(8, 4, 0), "OD");
    bench_hosts(&bench, NUMBERS(12, 4), NUMBERS(4, 12, 0), "WW");
    bench_hosts(&bench, NUMBERS(0, 0), NUMBERS(0, 0, 0), "WW");
    assert_int_equal(blame_wiring_report(&bench.wiring, NULL, &report), 0);
    const struct result *a = result_of(&report, 1, "wiring/a - s1:5");
    assert_int_equal(a->verdict, VERDICT_FAIL);
    assert_int_equal(a->cause_kind, CAUSE_SWAP);
    assert_string_equal(a->cause, "a - s1:5, b - s2:5");
    assert_string_equal(a->detail, "a is cabled to s2:5, not to s1:5");
    assert_string_equal(a->says[SAYS_COUNTED], "12 frames left a, 12 came to s2:5, 4 to s1:5");
    assert_string_equal(result_of(&report, 2, "wiring/b - s2:5")->cause, a->cause);
    assert_int_equal(report.coverage.n_cables, 5); /* of the links two are idle */
    report_free(&report);
    bench_close(&bench);
}

/* A port without a cable is where a host is only if it got what the host sent, and no more. */
static void a_host_elsewhere_is_told(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench_hosts(&bench, NUMBERS(8, 4), NUMBERS(0, 4, 8), "OR");
    bench_hosts(&bench, NUMBERS(12, 4), NUMBERS(0, 4, 12), "WR");
    assert_int_equal(bench.wiring.elsewhere[LINKS].there.port.port, 4);
    bench_close(&bench);
    bench_open(&bench);
    for (int i = 0; i < 4; i++) {
        bench_hosts(&bench, NUMBERS(8, 4), NUMBERS(0, 4, 100), i == 0 ? "OR" : "DR");
    }
    bench_close(&bench);
    bench_open(&bench); /* a cable that loses frames: those that come could be those of b */
    for (int i = 0; i < 4; i++) {
        bench_hosts(&bench, NUMBERS(8, 4), NUMBERS(5, 4, 0), i == 0 ? "OA" : "DA");
    }
    bench_close(&bench);
}

/* All that hosts sent has been counted somewhere: no port will count more. Else it may be late. */
static void what_has_come_elsewhere_comes_nowhere_else(void **state)
{
    (void)state;
    struct bench bench;
    for (unsigned late = 0; late < 2; late++) {
        bench_open(&bench);
        bench_begin(&bench);
        bench.count.hosts[0].sent = 8;
        bench.count.hosts[1].sent = 4;
        later(&bench, 0, 5)->rx_packets += 4 - late;
        later(&bench, 1, 5)->rx_packets += 8;
        blame_wiring_read(&bench.wiring, &bench.reading);
        blame_wiring_note(&bench.wiring);
        assert_int_equal(blame_wiring_decide(&bench.wiring, &bench.evidence, &bench.reading), 0);
        assert_int_equal(bench.wiring.wired[LINKS],
                         late ? BLAME_WIRED_LATE : BLAME_WIRED_OTHERWISE);
        bench_close(&bench);
    }
}

/* What fails of a host that is elsewhere fails for that; what a table admits, and what fails of
 * others, does not. */
static void frames_of_a_host_elsewhere_have_its_cause(void **state)
{
    (void)state;
    struct bench bench;
    struct report report = {0};
    const struct {
        enum result_kind kind;
        const char *id, *from, *to, *cause;
    } results[] = {{RESULT_TRAFFIC, "traffic/a/stray/c", "a", "c", "s1:1"},
                   {RESULT_TRAFFIC, "traffic/c/delivered/a", "c", "a", "s1:1"},
                   {RESULT_TRAFFIC, "traffic/c/stray/d", "c", "d", "s1:1"},
                   {RESULT_TRAFFIC, "traffic/a/stray/d", "a", "d", "s1:3"},
                   {RESULT_STATE, "state/s1/3", NULL, NULL, "s1:3"}};
    bench_open(&bench);
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        struct result *result = report_add(&report, results[i].kind, results[i].id);
        result->verdict = VERDICT_FAIL;
        result->from = results[i].from;
        result->to = results[i].to;
        result->cause = results[i].cause;
    }
    bench_hosts(&bench, NUMBERS(8, 4), NUMBERS(0, 4, 8), "OR");
    bench_hosts(&bench, NUMBERS(12, 4), NUMBERS(0, 4, 12), "WR");
    assert_int_equal(blame_wiring_report(&bench.wiring, NULL, &report), 0);
    assert_string_equal(report.results[0].cause, "a - s1:5");
    assert_string_equal(report.results[0].suspect, "a - s1:5");
    assert_int_equal(report.results[0].cause_kind, CAUSE_CABLE);
    assert_string_equal(report.results[1].cause, "a - s1:5");
    assert_string_equal(report.results[2].cause, "s1:1");
    assert_string_equal(report.results[3].cause, "s1:3");
    report_free(&report);
    bench_close(&bench);
}

static void hosts_that_send_nothing_are_left_out(void **state)
{
    (void)state;
    struct bench bench;
    struct report report = {0};
    bench_open(&bench);
    bench_hosts(&bench, NUMBERS(8, 0), NUMBERS(8, 0, 0), "RI");
    assert_int_equal(blame_wiring_report(&bench.wiring, NULL, &report), 0);
    assert_int_equal(report.coverage.n_cables, LINKS + 1);
    assert_int_equal(report.coverage.n_untold, 2);
    report_free(&report);
    bench_close(&bench);
}

static void report_twice(struct bench *bench, const uint16_t *to,
                         const struct expectation *expectation, struct report *report)
{
    bench_open(bench);
    for (unsigned i = 0; i < 2; i++) {
        bench_carry(bench, (const unsigned[]){4, 8, 12}, to);
        blame_wiring_read(&bench->wiring, &bench->reading);
        blame_wiring_note(&bench->wiring);
    }
    assert_int_equal(blame_wiring_decide(&bench->wiring, &bench->evidence, &bench->reading), 0);
    assert_int_equal(blame_wiring_report(&bench->wiring, expectation, report), 0);
    bench_close(bench);
}

/* A frame of a's, of which it is not known by which cables NORMAL sends it. */
static void what_frames_may_have_crossed_is_not_idle(void **state)
{
    (void)state;
    struct bench bench;
    for (unsigned n_sent = 0; n_sent < 2; n_sent++) {
        struct traffic_probe probe = {.from = 0, .header = {.in_port = 5, .dl_dst = {2}}};
        unsigned sent[] = {n_sent}, *none;
        bench_open_with(&bench, "in_port=5 actions=normal");
        bench_begin(&bench);
        bench.plan = (struct traffic_plan){.probes = &probe, .n_probes = 1};
        none = bench.round.sent;
        bench.round.sent = sent;
        bench_expect(&bench, true, n_sent ? "NNN" : "III");
        bench.plan = (struct traffic_plan){0};
        bench.round.sent = none;
        bench_close(&bench);
    }
}

static void an_exchange_is_one_cause(void **state)
{
    (void)state;
    struct bench bench;
    struct report report = {0};
    report_twice(&bench, crossed, NULL, &report);
    for (size_t i = 0; i < 2; i++) {
        const struct result *result =
            result_of(&report, i, i ? "wiring/s1:2 - s2:2" : "wiring/s1:1 - s2:1");
        assert_int_equal(result->verdict, VERDICT_FAIL);
        assert_int_equal(result->cause_kind, CAUSE_SWAP);
        assert_string_equal(result->cause, "s1:1 - s2:1, s1:2 - s2:2");
        assert_true(result->disagrees);
    }
    const struct result *first = &report.results[0];
    assert_string_equal(first->source, "t.yaml:1:1");
    assert_string_equal(first->expected, "s1:1 - s2:1");
    assert_string_equal(first->observed, "s1:1 - s2:2");
    assert_string_equal(first->detail, "s1:1 is cabled to s2:2, not to s2:1");
    assert_string_equal(first->says[SAYS_COUNTED], "4 frames left s1:1, 4 came to s2:2, 8 to s2:1");
    assert_int_equal(result_of(&report, 2, "wiring/s1:3 - s2:3")->verdict, VERDICT_PASS);
    assert_int_equal(report.coverage.n_cables, 3);
    assert_int_equal(report.coverage.n_untold, 0);
    report_free(&report);
}

static void an_exchange_is_named_by_both_cables(void **state)
{
    (void)state;
    struct bench bench;
    struct report report = {0};
    report_twice(&bench, (const uint16_t[]){3, 2, 1}, NULL, &report);
    for (size_t i = 0; i < 3; i += 2) {
        assert_int_equal(report.results[i].cause_kind, CAUSE_SWAP);
        assert_string_equal(report.results[i].cause, "s1:1 - s2:1, s1:3 - s2:3");
    }
    report_free(&report);
    report_twice(&bench, (const uint16_t[]){1, 3, 2}, NULL, &report);
    for (size_t i = 1; i < 3; i++) {
        assert_int_equal(report.results[i].cause_kind, CAUSE_SWAP);
        assert_string_equal(report.results[i].cause, "s1:2 - s2:2, s1:3 - s2:3");
    }
    report_free(&report);
}

static void what_is_no_exchange_is_a_cause_each(void **state)
{
    (void)state;
    struct bench bench;
    struct report report = {0};
    report_twice(&bench, turned, NULL, &report);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(report.results[i].verdict, VERDICT_FAIL);
        assert_int_equal(report.results[i].cause_kind, CAUSE_CABLE);
    }
    assert_string_equal(report.results[1].cause, "s1:2 - s2:2");
    report_free(&report);
    const uint16_t free_port[] = {4, 2, 3};
    report_twice(&bench, free_port, NULL, &report);
    const struct result *first = result_of(&report, 0, "wiring/s1:1 - s2:1");
    assert_int_equal(first->verdict, VERDICT_FAIL);
    assert_int_equal(first->cause_kind, CAUSE_CABLE);
    assert_string_equal(first->detail, "s1:1 is cabled to s2:4, not to s2:1");
    assert_int_equal(report_count(&report, VERDICT_PASS), 2);
    report_free(&report);
}

static void what_is_not_told_is_listed(void **state)
{
    (void)state;
    struct bench bench;
    struct report report = {0};
    bench_open(&bench);
    bench_carry(&bench, (const unsigned[]){27, 0, 0}, straight);
    bench_expect(&bench, true, "RII");
    assert_int_equal(blame_wiring_report(&bench.wiring, NULL, &report), 0);
    assert_int_equal(report.n_results, 1);
    assert_int_equal(report.coverage.n_cables, 3);
    assert_int_equal(report.coverage.n_untold, 2);
    assert_string_equal(report.coverage.untold[1].what, "s1:3 - s2:3");
    assert_string_equal(report.coverage.untold[1].reason, "no frame is known to have crossed it");
    report_free(&report);
    bench_close(&bench);
}

/* What is being rewired, say. */
static void a_cable_at_an_ignored_port_is_not_judged(void **state)
{
    (void)state;
    struct exception exception = {.sw = 1, .has_port = true, .port = 2, .reason = "rewired"};
    struct expectation expectation = {.exceptions = &exception, .n_exceptions = 1};
    struct report report = {0};
    report_twice(&(struct bench){0}, crossed, &expectation, &report);
    assert_int_equal(result_of(&report, 0, "wiring/s1:1 - s2:1")->verdict, VERDICT_FAIL);
    const struct result *ignored = result_of(&report, 1, "wiring/s1:2 - s2:2");
    assert_int_equal(ignored->verdict, VERDICT_SKIP);
    assert_string_equal(ignored->detail, "rewired");
    assert_null(ignored->cause);
    report_free(&report);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(numbers_that_differ_tell),
    cmocka_unit_test(equal_numbers_do_not_tell),
    cmocka_unit_test(two_readings_prove_an_exchange),
    cmocka_unit_test(a_cable_that_loses_is_not_elsewhere),
    cmocka_unit_test(background_is_no_contradiction),
    cmocka_unit_test(ports_that_do_not_count_are_no_evidence),
    cmocka_unit_test(standstill_is_no_evidence),
    cmocka_unit_test(one_frame_shows_that_counters_move),
    cmocka_unit_test(what_comes_in_elsewhere_shows_that_counters_move),
    cmocka_unit_test(what_frames_may_have_crossed_is_not_idle),
    cmocka_unit_test(hosts_are_told_by_how_much_they_send),
    cmocka_unit_test(hosts_that_are_exchanged_are_told),
    cmocka_unit_test(a_host_elsewhere_is_told),
    cmocka_unit_test(what_has_come_elsewhere_comes_nowhere_else),
    cmocka_unit_test(frames_of_a_host_elsewhere_have_its_cause),
    cmocka_unit_test(hosts_that_send_nothing_are_left_out),
    cmocka_unit_test(an_exchange_is_one_cause),
    cmocka_unit_test(an_exchange_is_named_by_both_cables),
    cmocka_unit_test(what_is_no_exchange_is_a_cause_each),
    cmocka_unit_test(what_is_not_told_is_listed),
    cmocka_unit_test(a_cable_at_an_ignored_port_is_not_judged),
};

TEST_MAIN(tests)
