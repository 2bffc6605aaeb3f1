/* SPDX-License-Identifier: Apache-2.0
 *
 * Which probes are sent again so that cables differ, and how often. */
#include "testing/choosing_network.h"
#include "testing/reference_network.h"

#include "blame/wiring.h"

/* Two numbers of any two cables differ at least once by more than others' frames may add. */
static void numbers_tell_any_two_cables(void **state)
{
    (void)state;
    const size_t counts[] = {1, 2, 16, 17, 256, 257, 1000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        size_t n = counts[i];
        for (size_t a = 0; a < n; a++) {
            for (size_t b = 0; b < a; b++) {
                unsigned first = blame_wiring_number(a, n, 0) - blame_wiring_number(b, n, 0);
                unsigned second = blame_wiring_number(a, n, 1) - blame_wiring_number(b, n, 1);
                assert_true((first != 0 && first % 4 == 0) || (second != 0 && second % 4 == 0));
            }
            assert_true(blame_wiring_number(a, n, 0) >= 4 && blame_wiring_number(a, n, 1) >= 4);
            assert_true(blame_wiring_number(a, n, 0) <= (n <= 256 ? 64 : 128));
        }
    }
    /* Another number for the same cable. */
    assert_int_not_equal(blame_wiring_number(0, 2, 0), blame_wiring_number(0, 2, 1));
}

struct aimed {
    struct network network;
    struct blame_wiring wiring;
    struct traffic_evidence evidence;
    unsigned times[1024];
};

/* The reference network, all of whose cables with traffic are told in this way. */
static void aimed_open(struct aimed *aimed, enum blame_wired wired)
{
    *aimed = (struct aimed){0};
    network_load(&aimed->network, "expected/demon/simulated.yaml", "simulated");
    network_send(&aimed->network, NULL, NULL);
    const struct topology *topology = aimed->network.expectation->topology;
    assert_int_equal(blame_wiring_open(&aimed->wiring, topology, aimed->network.before), 0);
    for (size_t i = 0; i < aimed->wiring.n_cables; i++) {
        aimed->wiring.wired[i] = wired;
    }
    aimed->evidence = network_evidence(&aimed->network);
}

static void aimed_close(struct aimed *aimed)
{
    blame_wiring_close(&aimed->wiring);
    network_free(&aimed->network);
}

/* How many frames of which host; nobody else sends any. */
static void expect_times(const struct aimed *aimed, const char *host, unsigned n)
{
    unsigned sent = 0;
    for (size_t p = 0; p < aimed->network.plan.n_probes; p++) {
        const struct traffic_probe *probe = &aimed->network.plan.probes[p];
        sent += probe->from == network_host(&aimed->network, host) ? aimed->times[p] : 0;
    }
    assert_int_equal(sent, n);
}

static unsigned all_times(const struct aimed *aimed)
{
    unsigned sent = 0;
    for (size_t p = 0; p < aimed->network.plan.n_probes; p++) {
        sent += aimed->times[p];
    }
    return sent;
}

static void cables_that_are_alike_get_different_numbers(void **state)
{
    (void)state;
    struct aimed aimed;
    aimed_open(&aimed, BLAME_WIRED_ALIKE);
    assert_true(blame_wiring_aim(&aimed.wiring, &aimed.evidence, 0, aimed.times));
    expect_times(&aimed, "h1", 4);
    expect_times(&aimed, "h7", 8);
    assert_int_equal(all_times(&aimed), 12);
    assert_false(blame_wiring_aim(&aimed.wiring, &aimed.evidence, 1, aimed.times));
    assert_int_equal(all_times(&aimed), 12);
    aimed_close(&aimed);
}

static void contradictions_are_looked_at_again(void **state)
{
    (void)state;
    struct aimed aimed;
    aimed_open(&aimed, BLAME_WIRED_OTHERWISE);
    assert_true(blame_wiring_aim(&aimed.wiring, &aimed.evidence, 1, aimed.times));
    expect_times(&aimed, "h1", 64);
    expect_times(&aimed, "h7", 60);
    aimed_close(&aimed);
}

/* What is told, or cannot be told, wants no frames; nor does a probe go again that was lost. */
static void nothing_is_sent_without_need(void **state)
{
    (void)state;
    struct aimed aimed;
    const enum blame_wired others[] = {BLAME_WIRED_RIGHT, BLAME_WIRED_WRONG, BLAME_WIRED_IDLE,
                                       BLAME_WIRED_LATE, BLAME_WIRED_UNCOUNTED};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        aimed_open(&aimed, others[i]);
        assert_false(blame_wiring_aim(&aimed.wiring, &aimed.evidence, 0, aimed.times));
        aimed_close(&aimed);
    }
    aimed_open(&aimed, BLAME_WIRED_ALIKE);
    for (size_t p = 0; p < aimed.network.plan.n_probes; p++) {
        if (aimed.network.plan.probes[p].from == network_host(&aimed.network, "h1")) {
            aimed.network.round.seen[p] = NULL;
        }
        aimed.network.round.sent[p] =
            aimed.network.plan.probes[p].from != network_host(&aimed.network, "h7");
    }
    assert_false(blame_wiring_aim(&aimed.wiring, &aimed.evidence, 0, aimed.times));
    aimed_close(&aimed);
}

static unsigned times_of(const struct traffic_plan *plan, const unsigned *times)
{
    unsigned n = 0;
    for (size_t p = 0; p < plan->n_probes; p++) {
        n += times[p];
    }
    return n;
}

/* Where a switch chooses, the way of a probe is the one by which it came; of what contradicts, as
 * many go again as before, and also what came by none. */
static void chosen_ways_are_aimed_at(void **state)
{
    (void)state;
    struct choosing choosing;
    struct blame_wiring wiring;
    const struct {
        unsigned c1, c2;
        enum blame_wired wired;
        long left;
        unsigned times;
    } cases[] = {{0, 1, BLAME_WIRED_ALIKE, 20, 4},         {1, 0, BLAME_WIRED_ALIKE, 20, 0},
                 {0, 0, BLAME_WIRED_ALIKE, 20, 0},         {0, 1, BLAME_WIRED_OTHERWISE, 20, 24},
                 {1, 0, BLAME_WIRED_OTHERWISE, 0, 4},      {0, 0, BLAME_WIRED_OTHERWISE, 0, 4},
                 {0, 0, BLAME_WIRED_OTHERWISE, 1000, 132}, {0, 1, BLAME_WIRED_RIGHT, 20, 0}};
    choosing_open(&choosing, "1: {output: [2], one_of: [3, 4]}");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned times[256] = {0};
        assert_true(choosing.plan.n_probes <= 256);
        choosing_send(&choosing, 1, 1, cases[i].c1, cases[i].c2);
        struct traffic_evidence evidence = choosing_evidence(&choosing);
        evidence.tables = &choosing.declared.network;
        assert_int_equal(
            blame_wiring_open(&wiring, choosing.expectation->topology, choosing.before), 0);
        wiring.wired[0] = cases[i].wired;
        wiring.ends[0].left = cases[i].left;
        assert_int_equal(blame_wiring_aim(&wiring, &evidence, 0, times), cases[i].times > 0);
        assert_int_equal(times_of(&choosing.plan, times), cases[i].times);
        blame_wiring_close(&wiring);
    }
    choosing_close(&choosing);
}

/* Each host by a probe that does little; the second time the other way round. */
static void hosts_that_are_alike_send_different_numbers(void **state)
{
    (void)state;
    struct aimed aimed;
    aimed_open(&aimed, BLAME_WIRED_ALIKE);
    assert_true(blame_wiring_aim_hosts(&aimed.wiring, &aimed.evidence, 0, aimed.times));
    expect_times(&aimed, "h1", 4);
    expect_times(&aimed, "h2", 8);
    expect_times(&aimed, "h11", 44);
    assert_int_equal(all_times(&aimed), 264);
    assert_false(blame_wiring_aim_hosts(&aimed.wiring, &aimed.evidence, 1, aimed.times));
    aimed_close(&aimed);
    aimed_open(&aimed, BLAME_WIRED_OTHERWISE);
    assert_true(blame_wiring_aim_hosts(&aimed.wiring, &aimed.evidence, 1, aimed.times));
    expect_times(&aimed, "h1", 64);
    expect_times(&aimed, "h11", 24);
    aimed_close(&aimed);
    aimed_open(&aimed, BLAME_WIRED_RIGHT);
    assert_false(blame_wiring_aim_hosts(&aimed.wiring, &aimed.evidence, 0, aimed.times));
    aimed.wiring.wired[aimed.wiring.topology->n_links + 1] = BLAME_WIRED_ALIKE;
    assert_true(blame_wiring_aim_hosts(&aimed.wiring, &aimed.evidence, 0, aimed.times));
    expect_times(&aimed, "h2", 4);
    assert_int_equal(all_times(&aimed), 4);
    aimed_close(&aimed);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(hosts_that_are_alike_send_different_numbers),
    cmocka_unit_test(numbers_tell_any_two_cables),
    cmocka_unit_test(cables_that_are_alike_get_different_numbers),
    cmocka_unit_test(contradictions_are_looked_at_again),
    cmocka_unit_test(nothing_is_sent_without_need),
    cmocka_unit_test(chosen_ways_are_aimed_at),
};

TEST_MAIN(tests)
