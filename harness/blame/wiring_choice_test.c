/* SPDX-License-Identifier: Apache-2.0
 *
 * What counters say of cables whose frames no table tells, that never arrive, or that count
 * otherwise at both ends. */
#include "testing/wiring_bench.h"

/* A switch chooses by which cable each frame of a goes: the i-th carries numbers[i] of them. What
 * comes to b has come from one of them. */
static void bench_choose(struct bench *bench, const unsigned *numbers, const uint16_t *to)
{
    unsigned all = numbers[0] + numbers[1] + numbers[2];
    bench_begin(bench);
    for (uint16_t i = 0; i < LINKS; i++) {
        traffic_count_port(&bench->count, bench->before, (struct port_ref){0, i + 1})->most_tx =
            all;
        later(bench, 0, i + 1)->tx_packets += numbers[i];
        later(bench, 1, to[i])->rx_packets += numbers[i];
    }
    bench->count.hosts[0].sent = bench->count.hosts[1].arrived = all;
    later(bench, 0, 5)->rx_packets += all;
    later(bench, 1, 5)->tx_packets += all;
}

static void what_switches_choose_tells(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench_choose(&bench, (const unsigned[]){27, 12, 0}, straight);
    bench_expect(&bench, true, "RRI");
    bench_close(&bench);
    bench_open(&bench);
    bench_choose(&bench, (const unsigned[]){12, 12, 0}, straight);
    bench_expect(&bench, true, "AAI");
    bench_choose(&bench, (const unsigned[]){4, 8, 0}, straight);
    bench_expect(&bench, true, "RRI");
    bench_close(&bench);
    bench_open(&bench); /* one that loses some, or all, is not elsewhere */
    for (int i = 0; i < 3; i++) {
        bench_choose(&bench, (const unsigned[]){27, 12, 0}, straight);
        later(&bench, 1, 1)->rx_packets -= 9 * (unsigned)(i + 1);
        bench_expect(&bench, false, i == 0 ? "ORI" : "DRI");
    }
    bench_close(&bench);
}

static void what_switches_choose_tells_an_exchange(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench_choose(&bench, (const unsigned[]){27, 12, 0}, crossed);
    bench_expect(&bench, true, "OOI");
    bench_choose(&bench, (const unsigned[]){4, 8, 0}, crossed);
    bench_expect(&bench, true, "WWI");
    assert_int_equal(bench.wiring.really[0], 3);
    assert_int_equal(bench.wiring.really[2], 1);
    bench_close(&bench);
    bench_open(&bench); /* the first numbers say nothing, then either way is the larger one */
    bench_choose(&bench, (const unsigned[]){12, 12, 0}, crossed);
    bench_expect(&bench, true, "AAI");
    bench_choose(&bench, (const unsigned[]){4, 8, 0}, crossed);
    bench_expect(&bench, true, "OOI");
    bench_choose(&bench, (const unsigned[]){64, 60, 0}, crossed);
    bench_expect(&bench, true, "WWI");
    bench_close(&bench);
}

/* By their tables all leave by one port, and come out where another cable should end. */
static void what_never_arrives_as_it_should_tells_an_exchange(void **state)
{
    (void)state;
    struct bench bench;
    const struct {
        const uint16_t *to;
        const char *first, *second;
    } cases[] = {{crossed, "OOI", "WWI"}, {(const uint16_t[]){4, 2, 3}, "OII", "WII"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench_open(&bench);
        for (int reading = 0; reading < 2; reading++) {
            bench_choose(&bench, (const unsigned[]){27, 0, 0}, cases[i].to);
            traffic_count_port(&bench.count, bench.before, (struct port_ref){0, 2})->most_tx = 0;
            bench_expect(&bench, true, reading ? cases[i].second : cases[i].first);
        }
        assert_int_equal(bench.wiring.really[0], i ? 11 : 3);
        bench_close(&bench);
    }
    bench_open(&bench); /* no host sees any of it: that s2 counts is told by what has come there */
    for (int reading = 0; reading < 2; reading++) {
        bench_choose(&bench, (const unsigned[]){27, 0, 0}, crossed);
        traffic_count_port(&bench.count, bench.before, (struct port_ref){0, 2})->most_tx = 0;
        bench.count.hosts[1].arrived = 0;
        bench_expect(&bench, true, reading ? "WWI" : "OOI");
    }
    bench_close(&bench);
    bench_open(&bench); /* it ends nowhere */
    for (int reading = 0; reading < 3; reading++) {
        bench_choose(&bench, (const unsigned[]){27, 0, 0}, straight);
        later(&bench, 1, 1)->rx_packets -= 27;
        bench_expect(&bench, false, reading == 0 ? "OII" : "DII");
    }
    bench_close(&bench);
}

/* More comes out of an end than went in at the other one: some come back, say. It is not told of
 * the cable where it is. */
static void what_is_disputed_is_inconclusive(void **state)
{
    (void)state;
    struct bench bench;
    struct report report = {0};
    bench_open(&bench);
    for (int reading = 0; reading < 2; reading++) {
        bench_carry(&bench, (const unsigned[]){27, 12, 0}, straight);
        later(&bench, 0, 1)->rx_packets += 3;
        bench_expect(&bench, true, reading == 0 ? "ORI" : "DRI");
    }
    assert_int_equal(blame_wiring_report(&bench.wiring, NULL, &report), 0);
    const struct result *result = result_of(&report, 0, "wiring/s1:1 - s2:1");
    assert_int_equal(result->verdict, VERDICT_INCONCLUSIVE);
    assert_int_equal(result->cause_kind, CAUSE_CABLE);
    assert_string_equal(result->cause, "s1:1 - s2:1");
    assert_string_equal(result->suspect, "s1:1 - s2:1");
    assert_string_equal(result->says[SAYS_COUNTED], "0 frames left s2:1, 6 came to s1:1");
    assert_non_null(strstr(result->detail, "again and again: 0 frames left s2:1, 6 came to s1:1"));
    assert_int_equal(report.coverage.n_untold, 2);
    report_free(&report);
    bench_close(&bench);
    bench_open(&bench); /* the other way round, by what is lost */
    for (int reading = 0; reading < 2; reading++) {
        bench_carry(&bench, (const unsigned[]){27, 12, 0}, straight);
        later(&bench, 1, 1)->rx_packets -= 20;
        bench_expect(&bench, false, reading == 0 ? "ORI" : "DRI");
    }
    assert_int_equal(blame_wiring_report(&bench.wiring, NULL, &report), 0);
    assert_string_equal(report.results[0].says[SAYS_COUNTED],
                        "54 frames left s1:1, 14 came to s2:1");
    report_free(&report);
    bench_close(&bench);
}

/* What a port counts late is too little in one reading, and too much in the next one. */
static void what_comes_late_is_not_disputed(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench_carry(&bench, (const unsigned[]){27, 12, 0}, straight);
    later(&bench, 1, 1)->rx_packets -= 20;
    bench_expect(&bench, false, "ORI");
    bench_carry(&bench, (const unsigned[]){4, 0, 0}, straight);
    later(&bench, 1, 1)->rx_packets += 20;
    bench_expect(&bench, false, "ORI");
    bench_close(&bench);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_switches_choose_tells),
    cmocka_unit_test(what_switches_choose_tells_an_exchange),
    cmocka_unit_test(what_never_arrives_as_it_should_tells_an_exchange),
    cmocka_unit_test(what_is_disputed_is_inconclusive),
    cmocka_unit_test(what_comes_late_is_not_disputed),
};

TEST_MAIN(tests)
