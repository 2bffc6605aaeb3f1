/* SPDX-License-Identifier: Apache-2.0
 *
 * Pairs that no frame shows: proved from the tables, or not, and why not. */
#include "testing/random_proof.h"

enum { A, B, C };
enum { H1, H2, H3, H4, H5 };

struct asked {
    struct unprobed_pair pairs[3];
    size_t n;
};

static void ask(struct small *small, size_t budget, struct asked *asked)
{
    struct prove_options options = {.budget = budget};
    *asked = (struct asked){.pairs = {{H1, H3, "unseen"}, {H1, H4, "unseen"}, {H2, H3, "unseen"}},
                            .n = 3};
    report_free(&small->report);
    prove_findings_free(&small->findings);
    assert_int_equal(prove_forbidden(&small->expectation, small->switches, &options, asked->pairs,
                                     &asked->n, &small->report, &small->findings, NULL),
                     0);
}

static void make(struct small *small)
{
    small_init(small);
    small_flow(small, A, "priority=1,in_port=1 actions=output:2");
    small_claim(small, "h1", H1, HOST_ALL, 0, "");
    small_claim(small, "h2", H2, HOST_ALL, 0, "");
}

static void what_is_proved_leaves_the_list(void **state)
{
    (void)state;
    struct small small;
    struct asked asked;
    make(&small);
    ask(&small, 0, &asked);
    assert_int_equal(asked.n, 0);
    assert_int_equal(small.report.n_results, 0);
    assert_int_equal(small.findings.n_items, 0);
    size_t none = 0;
    assert_int_equal(prove_forbidden(&small.expectation, small.switches, NULL, asked.pairs, &none,
                                     &small.report, &small.findings, NULL),
                     0);
    assert_int_equal(none, 0);
    small_free(&small);
}

static void what_the_tables_let_through_is_a_result(void **state)
{
    (void)state;
    struct small small;
    struct asked asked;
    make(&small);
    small_flow(&small, A, "priority=2,tcp,in_port=1,nw_dst=10.77.3.99 actions=output:4");
    small_flow(&small, C, "in_port=3 actions=output:1");
    ask(&small, 0, &asked);
    assert_int_equal(asked.n, 1);
    assert_int_equal(asked.pairs[0].from, H1);
    assert_int_equal(asked.pairs[0].to, H4);
    assert_string_equal(asked.pairs[0].reason, "unseen, and not proved: the tables let it through");
    assert_int_equal(small.report.n_results, 1);
    const struct result *result = small_result(&small, "traffic/h1/stray/h4");
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_true(result->by_tables);
    assert_non_null(strstr(result->example, "nw_dst=10.77.3.99"));
    assert_int_equal(small.findings.n_items, 1);
    assert_int_equal(small.findings.items[0].to, H4);
    small_free(&small);
}

/* Only what comes to the switch that was not read stays open. */
static void what_is_not_known_stays(void **state)
{
    (void)state;
    struct small small;
    struct asked asked;
    make(&small);
    small_flow(&small, A, "priority=2,udp,in_port=2 actions=output:3");
    small.switches[B] = (struct switch_dump){.reason = "connection refused"};
    ask(&small, 0, &asked);
    assert_int_equal(asked.n, 1);
    assert_int_equal(asked.pairs[0].from, H2);
    assert_string_equal(asked.pairs[0].reason, "unseen, and not proved: b was not read");
    assert_int_equal(small.report.n_results, 0);
    small_free(&small);
}

static void over_the_budget_nothing_is_claimed(void **state)
{
    (void)state;
    struct small small;
    struct asked asked;
    make(&small);
    for (unsigned i = 0; i < 50; i++) {
        char flow[96];
        snprintf(flow, sizeof flow,
                 "priority=%u,ip,nw_src=%u.0.0.0/%u,nw_dst=%u.0.0.0/%u actions=3", 2 + i, i,
                 1 + i % 8, 255 - i, 1 + i % 7);
        small_flow(&small, A, flow);
        small_flow(&small, B, "priority=9,in_port=3 actions=output:1");
    }
    ask(&small, 25, &asked);
    assert_int_equal(asked.n, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(asked.pairs[i].reason, "unseen, and not proved: over the budget");
    }
    assert_int_equal(small.report.n_results, 0);
    small_free(&small);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_proved_leaves_the_list),
    cmocka_unit_test(what_the_tables_let_through_is_a_result),
    cmocka_unit_test(what_is_not_known_stays),
    cmocka_unit_test(over_the_budget_nothing_is_claimed),
};

TEST_MAIN(tests)
