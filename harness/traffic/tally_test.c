/* SPDX-License-Identifier: Apache-2.0
 *
 * What all probes of a claim showed, and the worst of it in words. */
#include "traffic/tally.h"

#include "testing/cmocka.h"
#include "traffic/plan.h"

#include <string.h>

enum { H1, H2, H3, N_HOSTS };
enum { UDP, TCP, ARP, SENTINEL, OF_H2, N_PROBES };

/* h1 sends four probes, the last of them udp again; h2 sends one. Each is to arrive at the other
 * host. */
struct tried {
    struct topology_host hosts[N_HOSTS];
    struct topology topology;
    struct claim claim; /* delivered, from h1 to h2 */
    struct expectation expectation;
    struct traffic_expected_arrival arrivals[2];
    struct traffic_probe probes[N_PROBES];
    struct traffic_plan plan;
    struct traffic_round round;
    const char *problems[N_HOSTS];
    struct traffic_evidence evidence;
    struct base_arena arena;
};

static const bool captures[N_HOSTS] = {true, true, true};
static const struct header forms[] = {{0}, {.vlan_tci = VLAN_TAGGED | 30}};

static struct tried *tried_make(void)
{
    static const char *const kinds[N_PROBES] = {"udp", "tcp", "arp", "udp", "udp"};
    struct tried *tried = calloc(1, sizeof *tried);
    assert_non_null(tried);
    *tried = (struct tried){
        .hosts = {{.name = "h1"}, {.name = "h2"}, {.name = "h3"}},
        .topology = {.hosts = tried->hosts, .n_hosts = N_HOSTS},
        .claim = {.from = H1, .to = H2, .copies = 1},
        .expectation = {.topology = &tried->topology, .claims = &tried->claim, .n_claims = 1},
        .plan = {.probes = tried->probes, .n_probes = N_PROBES},
        .evidence = {.expectation = &tried->expectation,
                     .plan = &tried->plan,
                     .round = &tried->round,
                     .problems = tried->problems}};
    for (size_t to = H1; to <= H2; to++) {
        tried->arrivals[to] =
            (struct traffic_expected_arrival){.host = to, .copies = 1, .as = forms, .n_as = 1};
    }
    for (size_t p = 0; p < N_PROBES; p++) {
        size_t from = p == OF_H2 ? H2 : H1;
        tried->probes[p] = (struct traffic_probe){.from = from,
                                                  .header = {.dl_type = DL_TYPE_IP},
                                                  .kind = kinds[p],
                                                  .arrivals = &tried->arrivals[H2 - from],
                                                  .n_arrivals = 1};
    }
    tried->probes[ARP].header.dl_type = DL_TYPE_ARP;
    assert_int_equal(traffic_round_init(&tried->round, &tried->plan, captures, N_HOSTS), 0);
    for (size_t p = 0; p < N_PROBES; p++) {
        tried->round.sent[p] = 1;
    }
    return tried;
}

static void tried_free(struct tried *tried)
{
    traffic_round_free(&tried->round);
    base_arena_free(&tried->arena);
    free(tried);
}

/* This probe of h1 comes to the host so often. */
static void see(struct tried *tried, size_t probe, size_t host, unsigned copies)
{
    for (unsigned i = 0; i < copies; i++) {
        traffic_round_see(&tried->round, probe, host, 0);
    }
}

static struct traffic_tally tally_of(struct tried *tried)
{
    return traffic_tally_claim(&tried->evidence, &tried->claim, &tried->arena);
}

static void expect_text(struct tried *tried, long expected, const char *text)
{
    struct traffic_tally tally = tally_of(tried);
    assert_string_equal(traffic_tally_text(&tally, &tried->evidence, expected, &tried->arena),
                        text);
}

static void all_as_it_should_be(void **state)
{
    (void)state;
    struct tried *tried = tried_make();
    for (size_t p = UDP; p <= SENTINEL; p++) {
        see(tried, p, H2, 1);
    }
    struct traffic_tally tally = tally_of(tried);
    assert_int_equal(tally.n_probes, 4);
    assert_int_equal(tally.n_wrong, 0);
    assert_int_equal(tally.n_kinds, 0);
    assert_true(tally.problem_host == HOST_NONE);
    assert_null(traffic_tally_worst(&tally));
    tried_free(tried);
}

/* Only probes that the claim is about, and that were sent. */
static void only_what_is_meant_counts(void **state)
{
    (void)state;
    struct tried *tried = tried_make();
    tried->round.sent[TCP] = 0;
    tried->claim.match.value.dl_type = DL_TYPE_IP;
    tried->claim.match.mask.dl_type = UINT16_MAX;
    struct traffic_tally tally = tally_of(tried);
    assert_int_equal(tally.n_probes, 2);
    assert_int_equal(tally.n_missing, 2);
    tried_free(tried);
}

static void a_problem_is_that_of_a_host_of_the_claim(void **state)
{
    (void)state;
    struct tried *tried = tried_make();
    tried->problems[H3] = "no station";
    assert_true(tally_of(tried).problem_host == HOST_NONE);
    tried->problems[H1] = "no station";
    assert_int_equal(tally_of(tried).problem_host, H1);
    tried->problems[H2] = "no station";
    assert_int_equal(tally_of(tried).problem_host, H2);
    tried_free(tried);
}

static void what_is_missing(void **state)
{
    (void)state;
    struct tried *tried = tried_make();
    expect_text(tried, 1, "4 of 4 probes did not arrive at h2");
    see(tried, TCP, H2, 1);
    expect_text(tried, 1, "3 of 4 probes (udp, arp) did not arrive at h2");
    see(tried, ARP, H2, 1);
    expect_text(tried, 1, "2 of 4 probes (udp) did not arrive at h2");
    see(tried, UDP, H2, 1);
    struct traffic_tally tally = tally_of(tried);
    assert_int_equal(tally.missing.probe, SENTINEL);
    assert_int_equal(tally.missing.host, H2);
    assert_int_equal(tally.missing.copies, 0);
    assert_int_equal(tally.missing.sent, 1);
    tried_free(tried);
}

/* It is told before what is missing, of whose probes others are. */
static void what_came_too_often(void **state)
{
    (void)state;
    struct tried *tried = tried_make();
    see(tried, UDP, H2, 1);
    see(tried, TCP, H2, 2);
    see(tried, SENTINEL, H2, 1);
    expect_text(tried, 1, "1 of 4 probes (tcp) arrived at h2 twice instead of once");
    see(tried, TCP, H2, 1);
    expect_text(tried, 1, "1 of 4 probes (tcp) arrived at h2 3 times instead of once");
    see(tried, SENTINEL, H2, 1);
    expect_text(tried, 1, "2 of 4 probes (tcp…) arrived at h2 3 times instead of once");
    tried->claim.copies = 0;
    expect_text(tried, 0, "3 of 4 probes (udp, tcp) arrived at h2");
    tried_free(tried);
}

static void of_several_copies_some_came(void **state)
{
    (void)state;
    struct tried *tried = tried_make();
    tried->claim.copies = 2;
    for (size_t p = UDP; p <= SENTINEL; p++) {
        see(tried, p, H2, 1);
    }
    expect_text(tried, 2, "4 of 4 probes arrived at h2 once instead of twice");
    tried_free(tried);
}

static void of_several_sendings(void **state)
{
    (void)state;
    struct tried *tried = tried_make();
    for (size_t p = UDP; p <= SENTINEL; p++) {
        tried->round.sent[p] = 2;
        see(tried, p, H2, 2);
    }
    assert_int_equal(tally_of(tried).n_wrong, 0);
    see(tried, UDP, H2, 1);
    expect_text(tried, 1, "1 of 4 probes (udp) arrived at h2, 3 copies of 2 sendings instead of 2");
    see(tried, UDP, H2, 1);
    expect_text(tried, 1, "1 of 4 probes (udp) arrived at h2 twice instead of once");
    tried_free(tried);
}

/* In another form than expected, or in one of those expected, and that too often. */
static void what_is_altered(void **state)
{
    (void)state;
    struct tried *tried = tried_make();
    for (size_t p = UDP; p < SENTINEL; p++) {
        see(tried, p, H2, 1);
    }
    traffic_round_see_altered(&tried->round, SENTINEL, H2, "byte 37 differs");
    traffic_round_see_altered(&tried->round, SENTINEL, H2, "byte 38 differs");
    expect_text(tried, 1, "1 of 4 probes (udp) arrived at h2 twice instead of once");
    tried->claim.copies = tried->arrivals[H2].copies = 2;
    see(tried, UDP, H2, 1);
    see(tried, TCP, H2, 1);
    see(tried, ARP, H2, 1);
    expect_text(tried, 2, "1 of 4 probes (udp) arrived at h2 altered: byte 37 differs");
    assert_int_equal(tally_of(tried).n_extra, 0);
    tried_free(tried);
}

static void one_form_instead_of_another(void **state)
{
    (void)state;
    struct tried *tried = tried_make();
    tried->claim.copies = tried->arrivals[H2].copies = 2;
    tried->arrivals[H2].n_as = 2;
    for (size_t p = UDP; p <= SENTINEL; p++) {
        traffic_round_see(&tried->round, p, H2, 0);
        traffic_round_see(&tried->round, p, H2, p != TCP);
    }
    struct traffic_tally tally = tally_of(tried);
    assert_int_equal(tally.n_altered, 1);
    assert_int_equal(tally.altered.probe, TCP);
    const char *text = traffic_tally_text(&tally, &tried->evidence, 2, &tried->arena);
    assert_non_null(strstr(text, "(tcp) arrived at h2 altered: more copies than expected, and none "
                                 "of another form, came as "));
    tried_free(tried);
}

/* Where no claim is about it the plan says what should come. */
static void what_no_claim_is_about(void **state)
{
    (void)state;
    struct tried *tried = tried_make();
    struct traffic_tally tally = traffic_tally_unclaimed(&tried->evidence, H1, H2, &tried->arena);
    assert_int_equal(tally.n_probes, 0);
    see(tried, TCP, H3, 1);
    tally = traffic_tally_unclaimed(&tried->evidence, H1, H3, &tried->arena);
    assert_int_equal(tally.n_probes, 4);
    assert_int_equal(tally.n_extra, 1);
    assert_int_equal(tally.extra.probe, TCP);
    assert_int_equal(tally.n_missing, 0);
    tally = traffic_tally_unclaimed(&tried->evidence, H2, H1, &tried->arena);
    assert_int_equal(tally.n_probes, 1);
    assert_int_equal(tally.n_missing, 1);
    assert_true(tally.problem_host == HOST_NONE);
    tried_free(tried);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_as_it_should_be),
    cmocka_unit_test(only_what_is_meant_counts),
    cmocka_unit_test(a_problem_is_that_of_a_host_of_the_claim),
    cmocka_unit_test(what_is_missing),
    cmocka_unit_test(what_came_too_often),
    cmocka_unit_test(of_several_copies_some_came),
    cmocka_unit_test(of_several_sendings),
    cmocka_unit_test(what_is_altered),
    cmocka_unit_test(one_form_instead_of_another),
    cmocka_unit_test(what_no_claim_is_about),
};

TEST_MAIN(tests)
