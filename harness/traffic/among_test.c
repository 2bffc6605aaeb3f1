/* SPDX-License-Identifier: Apache-2.0
 *
 * One copy, and no more, must come to one of the hosts that a switch chooses between. */
#include "traffic/among.h"

#include "ofctl/group.h"
#include "testing/choosing_network.h"
#include "traffic/ways.h"

static const char chooses[] = "1: {output: [2], one_of: [3, 4]}";

/* What is wrong with it; NULL: nothing. */
static void expect_only(struct choosing *choosing, const char *id)
{
    choosing_judge(choosing);
    assert_int_equal(choosing->report.n_results, id ? 1 : 0);
    assert_int_equal(traffic_round_conforms(&choosing->round, &choosing->plan), id == NULL);
    if (id) {
        assert_int_equal(choosing_result(choosing, id)->verdict, VERDICT_FAIL);
    }
}

static void one_of_them_gets_it(void **state)
{
    (void)state;
    struct choosing choosing;
    choosing_open(&choosing, chooses);
    choosing_send(&choosing, 1, 1, 1, 0);
    expect_only(&choosing, NULL);
    choosing_send(&choosing, 1, 1, 0, 1);
    expect_only(&choosing, NULL);
    choosing_close(&choosing);
}

static void none_gets_it(void **state)
{
    (void)state;
    struct choosing choosing;
    choosing_open(&choosing, chooses);
    choosing_send(&choosing, 1, 1, 0, 0);
    expect_only(&choosing, "traffic/a/delivered/c1,c2");
    const struct result *lost = choosing_result(&choosing, "traffic/a/delivered/c1,c2");
    assert_int_equal(lost->expected_count, 1);
    assert_int_equal(lost->observed_count, 0);
    assert_string_equal(lost->to, "c1,c2");
    assert_non_null(lost->example);
    assert_non_null(strstr(lost->detail, "0 copies came to c1,c2 together, not 1"));
    assert_int_equal(choosing.failures.n_items, 1);
    assert_true(choosing.failures.items[0].host == HOST_NONE);
    assert_true(choosing.failures.items[0].came_less);
    /* Where one of them cannot be seen, it may have come there. */
    choosing.problems[HOST_C2] = "3 frames were lost";
    choosing_judge(&choosing);
    for (size_t i = 0; i < choosing.report.n_results; i++) {
        assert_int_equal(choosing.report.results[i].verdict, VERDICT_INCONCLUSIVE);
    }
    choosing.problems[HOST_C2] = NULL;
    choosing.captures[HOST_C1] = false;
    expect_only(&choosing, NULL);
    choosing_close(&choosing);
}

static void both_get_it(void **state)
{
    (void)state;
    struct choosing choosing;
    choosing_open(&choosing, chooses);
    choosing_send(&choosing, 1, 1, 1, 1);
    expect_only(&choosing, "traffic/a/stray/c1,c2");
    const struct result *extra = choosing_result(&choosing, "traffic/a/stray/c1,c2");
    assert_int_equal(extra->expected_count, 1);
    assert_int_equal(extra->observed_count, 2);
    assert_false(choosing.failures.items[0].came_less);
    /* Twice to one of them is as much. */
    choosing_send(&choosing, 1, 1, 2, 0);
    expect_only(&choosing, "traffic/a/stray/c1,c2");
    choosing_close(&choosing);
}

/* By whichever way, and however often it was sent. */
static void late_is_told_of_all(void **state)
{
    (void)state;
    struct choosing choosing;
    for (unsigned n = 1; n < 3; n++) {
        choosing_open(&choosing, chooses);
        choosing_send(&choosing, n, n, n - 1, 1);
        size_t p = 0;
        while (choosing.plan.probes[p].from != HOST_A) {
            p++;
        }
        traffic_round_see_late(&choosing.round, p, HOST_C2, 500000000);
        assert_false(traffic_round_misses(&choosing.round, &choosing.plan));
        expect_only(&choosing, "traffic/a/delivered/c1,c2");
        const struct result *late = choosing_result(&choosing, "traffic/a/delivered/c1,c2");
        assert_string_equal(late->says[SAYS_DECLARED], "1 copy");
        assert_string_equal(late->says[SAYS_OBSERVED], "1 copy, 0.5 s late");
        assert_non_null(strstr(late->detail, "of 1 of "));
        assert_non_null(strstr(late->detail, "1 copy came to c1,c2 together, 0.5 s late"));
        assert_string_equal(choosing.failures.items[0].alteration, "late");
        assert_true(choosing.failures.items[0].came_less);
        choosing_close(&choosing);
    }
    choosing_open(&choosing, chooses);
    choosing_send(&choosing, 1, 1, 0, 0);
    assert_true(traffic_round_misses(&choosing.round, &choosing.plan));
    choosing_close(&choosing);
}

/* That a copy is altered is told of the host to which it came. */
static void altered_is_told_of_one(void **state)
{
    (void)state;
    struct choosing choosing;
    choosing_open(&choosing, chooses);
    choosing_send(&choosing, 1, 1, 0, 0);
    for (size_t p = 0; p < choosing.plan.n_probes; p++) {
        if (choosing.plan.probes[p].from == HOST_A) {
            traffic_round_see_altered(&choosing.round, p, HOST_C2, "another TTL");
        }
    }
    expect_only(&choosing, "traffic/a/delivered/c2");
    const struct result *altered = choosing_result(&choosing, "traffic/a/delivered/c2");
    assert_int_equal(altered->expected_count, 1);
    assert_int_equal(altered->observed_count, 1);
    choosing_close(&choosing);
}

/* Some of the probes: they are counted, and each fate is told once. */
static void probes_fare_differently(void **state)
{
    (void)state;
    struct choosing choosing;
    choosing_open(&choosing, chooses);
    choosing_send(&choosing, 1, 1, 1, 0);
    size_t n = 0;
    for (size_t p = 0; p < choosing.plan.n_probes; p++) {
        n += choosing.plan.probes[p].from == HOST_A;
        if (choosing.plan.probes[p].from == HOST_A && n <= 3) {
            choosing.round.seen[p] = choosing.round.seen[p]->next; /* all but c1 */
        }
        if (choosing.plan.probes[p].from == HOST_A && n == 4) {
            traffic_round_see(&choosing.round, p, HOST_C2, 0);
        }
    }
    choosing_judge(&choosing);
    assert_int_equal(choosing.report.n_results, 2);
    char wanted[64];
    snprintf(wanted, sizeof wanted, "of 3 of %zu probes (", n);
    const struct result *lost = choosing_result(&choosing, "traffic/a/delivered/c1,c2");
    assert_non_null(strstr(lost->detail, wanted));
    snprintf(wanted, sizeof wanted, "of 1 of %zu probes (", n);
    assert_non_null(strstr(choosing_result(&choosing, "traffic/a/stray/c1,c2")->detail, wanted));
    choosing_close(&choosing);
}

/* Each sending may take another way. */
static void sendings_are_counted_together(void **state)
{
    (void)state;
    struct choosing choosing;
    choosing_open(&choosing, chooses);
    choosing_send(&choosing, 5, 5, 2, 3);
    expect_only(&choosing, NULL);
    choosing_send(&choosing, 5, 5, 2, 2);
    expect_only(&choosing, "traffic/a/delivered/c1,c2");
    choosing_send(&choosing, 5, 5, 2, 4);
    expect_only(&choosing, "traffic/a/stray/c1,c2");
    assert_int_equal(choosing.report.results[0].observed_count, 2); /* of one sending, at most */
    choosing_close(&choosing);
}

/* A way that leads nowhere, or to a host that gets a copy anyway. */
static void ways_need_not_lead_to_one_host_each(void **state)
{
    (void)state;
    struct choosing choosing;
    choosing_open(&choosing, "1: {output: [2], one_of: [3, 6]}");
    choosing_send(&choosing, 1, 1, 0, 0);
    expect_only(&choosing, NULL);
    choosing_close(&choosing);
    choosing_open(&choosing, "1: {output: [3], one_of: [2, 4]}, 4: drop");
    choosing_send(&choosing, 1, 0, 1, 0);
    expect_only(&choosing, "traffic/a/delivered/b,c2");
    choosing_send(&choosing, 1, 1, 1, 0);
    expect_only(&choosing, NULL);
    choosing_close(&choosing);
}

static void ways_are_followed_to_their_ends(void **state)
{
    (void)state;
    struct choosing choosing;
    choosing_open(&choosing, chooses);
    size_t p = 0;
    while (choosing.plan.probes[p].from != HOST_A) {
        p++;
    }
    const struct traffic_probe *probe = &choosing.plan.probes[p];
    assert_int_equal(probe->n_ways, 2);
    assert_int_equal(probe->n_arrivals, 3);
    for (size_t w = 0; w < 2; w++) {
        assert_int_equal(probe->ways[w].at[0].copies, 1); /* b */
        assert_int_equal(probe->ways[w].at[1].copies + probe->ways[w].at[2].copies, 1);
        assert_int_equal(probe->ways[w].at[1].more + probe->ways[w].at[2].more, 0);
    }
    assert_false(traffic_ways_differ(probe, 0));
    assert_true(traffic_ways_differ(probe, 1));
    choosing_close(&choosing);
}

/* What is lost behind a meter, not what comes too often. */
static void a_meter_may_have_dropped_it(void **state)
{
    (void)state;
    static const char flow[] = "in_port=1 actions=meter:4,output:2,group:1";
    static const char group[] = "group_id=1,type=select,bucket=output:3,bucket=output:4";
    struct choosing choosing;
    choosing_open(&choosing, chooses);
    struct switch_state *s1 = &choosing.states[0];
    s1->version = 4;
    assert_int_equal(ofctl_parse_flow(flow, &s1->flows, NULL, NULL, NULL), 0);
    assert_int_equal(ofctl_parse_group(group, &s1->groups, NULL, NULL), 0);
    path_network_close(&choosing.tables);
    assert_int_equal(path_network_open_dumps(&choosing.tables, choosing.expectation->topology,
                                             (const struct switch_state *const[2]){s1, NULL}, NULL),
                     0);
    choosing_send(&choosing, 1, 1, 0, 0);
    choosing_judge(&choosing);
    const struct result *lost = choosing_result(&choosing, "traffic/a/delivered/c1,c2");
    assert_int_equal(lost->verdict, VERDICT_INCONCLUSIVE);
    assert_string_equal(lost->detail, "meter 4 of s1 may have dropped what is missing");
    assert_string_equal(lost->suspect, "s1:1");
    assert_int_equal(lost->cause_kind, CAUSE_TABLE);
    assert_false(lost->disagrees);
    assert_int_equal(choosing.failures.n_items, 0);
    choosing_send(&choosing, 1, 1, 1, 1);
    expect_only(&choosing, "traffic/a/stray/c1,c2");
    flow_table_free(&s1->flows);
    group_table_free(&s1->groups);
    choosing_close(&choosing);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_meter_may_have_dropped_it),
    cmocka_unit_test(one_of_them_gets_it),
    cmocka_unit_test(none_gets_it),
    cmocka_unit_test(both_get_it),
    cmocka_unit_test(late_is_told_of_all),
    cmocka_unit_test(altered_is_told_of_one),
    cmocka_unit_test(probes_fare_differently),
    cmocka_unit_test(sendings_are_counted_together),
    cmocka_unit_test(ways_need_not_lead_to_one_host_each),
    cmocka_unit_test(ways_are_followed_to_their_ends),
};

TEST_MAIN(tests)
