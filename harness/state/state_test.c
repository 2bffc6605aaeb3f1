/* SPDX-License-Identifier: Apache-2.0
 *
 * What a table does against what it should do: a deviation of each kind, and
 * its twin that must pass. */

#include "testing/state_kinds.h"

#include <stdio.h>

/* What an entry does is that of the entry; one that is right is named beside one that is not. */
static void assert_whole(const struct state_finding *found)
{
    for (size_t i = 0; i < found->n_sets && i < STATE_SETS_SHOWN; i++) {
        const struct state_set *set = &found->sets[i];
        assert_true(!set->right || (set->entry && !set->rival));
        if (set->entry && !set->rival) {
            assert_true(
                actions_equal(set->does, set->n_does, set->entry->actions, set->entry->n_actions));
        }
    }
}

static void deviation_is_found_and_its_twin_passes(void **state)
{
    const struct kind *kind = *state;
    struct world world;
    judge_kind(&world, kind, kind->right);
    check_result(&world, "state/s1/1", VERDICT_PASS);
    check_text("source", get_result(&world, "state/s1/1")->source, "e.yaml:1:1");
    free_world(&world);

    judge_kind(&world, kind, kind->wrong);
    check_result(&world, "state/s1/1", kind->verdict);
    const struct result *result = get_result(&world, "state/s1/1");
    assert_whole(result->finding);
    if (!result->finding->late) { /* a lifetime becomes text later (report/words.h) */
        check_text("expected", result->expected, kind->expected);
        check_text("observed", result->observed, kind->observed);
    }
    if (kind->verdict == VERDICT_FAIL) {
        assert_int_equal(result->disagree[0], SAYS_DECLARED);
        assert_int_equal(result->disagree[1], SAYS_ADVERTISED);
        assert_non_null(result->says[SAYS_DECLARED]);
        assert_non_null(result->says[SAYS_ADVERTISED]);
        assert_int_equal(result->cause_kind, CAUSE_TABLE);
        check_text("cause", result->cause, "s1:1");
    }
    free_world(&world);
}

static bool same_flow(const struct flow_entry *a, const struct flow_entry *b)
{
    return a && b ? flow_equal(a, b) : a == b;
}

/* The same, whatever the order in which the switch lists its entries. */
static void order_of_the_table_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_KINDS; i++) {
        struct world forth, back;
        const char *reversed[MAX_CASES] = {NULL};
        size_t n = 0;
        while (n < MAX_CASES && kinds[i].wrong[n]) {
            n++;
        }
        for (size_t j = 0; j < n; j++) {
            reversed[j] = kinds[i].wrong[n - 1 - j];
        }
        judge_kind(&forth, &kinds[i], kinds[i].wrong);
        judge_kind(&back, &kinds[i], reversed);
        const struct result *a = get_result(&forth, "state/s1/1");
        const struct result *b = get_result(&back, "state/s1/1");
        assert_int_equal(a->verdict, b->verdict);
        check_text("observed", b->observed, a->observed);
        check_text("example", b->example, a->example);
        const struct state_finding *x = a->finding, *y = b->finding;
        assert_int_equal(x->n_sets, y->n_sets);
        for (size_t j = 0; j < x->n_sets && j < STATE_SETS_SHOWN; j++) {
            const struct space_difference *in_x = &x->sets[j].where, *in_y = &y->sets[j].where;
            assert_memory_equal(&in_x->example, &in_y->example, sizeof in_x->example);
            assert_true(match_equal(&in_x->within, &in_y->within));
            assert_true(same_flow(x->sets[j].entry, y->sets[j].entry));
            assert_true(same_flow(x->sets[j].rival, y->sets[j].rival));
            assert_true(same_flow(x->sets[j].right, y->sets[j].right));
        }
        free_world(&forth);
        free_world(&back);
    }
}

static void a_finding_has_its_evidence(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "tcp", "output:2");
    expect(&world, 1, "", "output:3");
    add_flow(&world, "priority=9,in_port=1 actions=output:3");
    add_flow(&world, "priority=10,in_port=1,tcp actions=output:4");
    judge(&world);
    const struct result *result = get_result(&world, "state/s1/1");
    check_text("switch", result->switch_name, "s1");
    assert_int_equal(result->port, 1);
    assert_int_equal(result->kind, RESULT_STATE);
    check_text("source", result->source, "e.yaml:1:11"); /* the case */
    check_text("suspect", result->suspect, "s1:1");
    check_text("declared", result->says[SAYS_DECLARED], "tcp actions=output:2; actions=output:3");
    check_text("advertised", result->says[SAYS_ADVERTISED],
               "priority=10,tcp,in_port=1 actions=output:4");
    assert_non_null(strstr(result->example, "tcp,in_port=1,"));
    free_world(&world);
}

/* Two entries of one priority of which none is right are shown both, whatever their order; that one
 * may win and be right leaves it open, and then both are named. */
static void two_of_one_priority_are_both_named(void **state)
{
    (void)state;
    static const struct {
        const char *flows[2], *advertised;
    } rows[] = {
        {{"in_port=1 actions=output:2,output:3", "udp actions=output:2"}, NULL},
        {{"udp actions=output:2", "in_port=1 actions=output:2,output:3"}, NULL},
        {{"udp actions=output:2", "in_port=1 actions=drop"},
         "in_port=1 actions=drop\nudp actions=output:2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world world;
        make_world(&world);
        expect(&world, 1, "", "output:2,output:3");
        add_flow(&world, rows[i].flows[0]);
        add_flow(&world, rows[i].flows[1]);
        judge(&world);
        const struct result *result = get_result(&world, "state/s1/1");
        const struct state_finding *found = result->finding;
        check_text("advertised", result->says[SAYS_ADVERTISED], rows[i].advertised);
        if (!rows[i].advertised) {
            assert_int_equal(result->verdict, VERDICT_INCONCLUSIVE);
            assert_string_equal(found->open, SPACE_COMPETITION);
            assert_true(found->open_entry->match.mask.in_port &&
                        !found->open_rival->match.mask.in_port);
        } else {
            assert_int_equal(result->verdict, VERDICT_FAIL);
        }
        free_world(&world);
    }
}

/* One of a lower priority would be right: it is named beside one that is wrong, not beside two. */
static void who_would_be_right_is_named(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 2; n++) {
        struct world world;
        make_world(&world);
        expect(&world, 1, "", "output:2,output:3");
        add_flow(&world, "priority=1,in_port=1 actions=output:2,output:3");
        add_flow(&world, "priority=9,in_port=1,tcp actions=output:4,output:5,output:6");
        if (n == 2) {
            add_flow(&world, "priority=9,tcp actions=output:5");
        }
        judge(&world);
        check_result(&world, "state/s1/1", VERDICT_FAIL);
        const struct state_finding *found = get_result(&world, "state/s1/1")->finding;
        assert_whole(found);
        assert_int_equal(found->sets[0].rival != NULL, n == 2);
        assert_int_equal(found->sets[0].right != NULL, n == 1);
        free_world(&world);
    }
}

/* Neither of the two does what the first entry of their priority does. */
static void two_of_three_compete_once(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "arp", "drop");
    expect(&world, 1, "", "output:2");
    add_flow(&world, "in_port=1,arp actions=drop");
    add_flow(&world, "in_port=1,udp actions=output:3");
    add_flow(&world, "in_port=1,ip actions=output:4");
    judge(&world);
    const struct state_finding *found = get_result(&world, "state/s1/1")->finding;
    size_t n_contested = 0;
    for (size_t i = 0; i < found->n_sets; i++) {
        n_contested += found->sets[i].rival != NULL;
    }
    assert_int_equal(n_contested, 1);
    check_text("expected", get_result(&world, "state/s1/1")->expected, "output:2");
    free_world(&world);
}

static void four_sets_are_kept_and_the_others_counted(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "", "output:2");
    add_flow(&world, "priority=5,in_port=1 actions=output:2");
    for (int i = 0; i < 6; i++) {
        char text[64];
        snprintf(text, sizeof text, "priority=6,in_port=1,udp,tp_dst=%d actions=output:3", 7 + i);
        add_flow(&world, text);
    }
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_FAIL);
    const struct state_finding *found = get_result(&world, "state/s1/1")->finding;
    assert_int_equal(found->n_sets, 6);
    for (uint16_t i = 0; i < STATE_SETS_SHOWN; i++) { /* alike: by their match */
        assert_int_equal(found->sets[i].where.example.tp_dst, 7 + i);
        assert_int_equal(found->sets[i].n_expected, 1);
    }
    free_world(&world);
}

/* Many cases are looked up in a tree: the first that takes a packet counts still. */
static void expect_many(struct world *world, bool is_wrong)
{
    make_world(world);
    world->expectation.unlisted_any = true;
    expect(world, 1, "tcp,tp_dst=3", "output:7");
    for (int i = 1; i <= 12; i++) {
        char match[32], actions[32], flow[96];
        snprintf(match, sizeof match, "tcp,tp_dst=%d", i);
        snprintf(actions, sizeof actions, "output:%d", 2 + i % 5);
        expect(world, 1, match, actions);
        snprintf(flow, sizeof flow, "priority=9,in_port=1,%s actions=%s", match,
                 is_wrong && i == 11 ? "output:7" : actions);
        if (i != 3) {
            add_flow(world, flow);
        }
    }
    add_flow(world, "priority=9,in_port=1,tcp,tp_dst=3 actions=output:7");
    expect(world, 1, "udp", "output:2");
    add_flow(world, "priority=3,in_port=1,udp actions=output:2");
}

static void the_first_of_many_cases_counts(void **state)
{
    (void)state;
    struct world world;
    expect_many(&world, false);
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_PASS);
    add_flow(&world, "priority=1,in_port=1,arp actions=output:2"); /* no case takes it: drop */
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_FAIL);
    check_text("expected", get_result(&world, "state/s1/1")->expected, "drop");
    free_world(&world);

    expect_many(&world, true);
    judge(&world);
    const struct result *result = get_result(&world, "state/s1/1");
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_int_equal(result->finding->n_sets, 1);
    assert_int_equal(result->finding->sets[0].where.example.tp_dst, 11);
    check_text("expected", result->expected, "output:3");
    check_text("source", result->source, "e.yaml:1:22"); /* the twelfth */
    free_world(&world);

    expect_many(&world, false);
    world.state.flows.entries[4].hard_timeout = 60; /* of tp_dst=6 */
    judge(&world);
    result = get_result(&world, "state/s1/1");
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_ptr_equal(result->finding->late, &world.state.flows.entries[4]);
    check_text("source", result->source, "e.yaml:1:17");
    free_world(&world);
}

/* ------------------------------------------------------------------- budget */

static void over_the_budget_is_inconclusive(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    expect(&world, 1, "ip", "output:2");
    add_flow(&world, "in_port=1,ip,nw_src=0.0.0.0/1 actions=output:2");
    add_flow(&world, "in_port=1,ip,nw_src=128.0.0.0/1 actions=output:2");
    world.options.budget = 3;
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_INCONCLUSIVE);
    world.options.budget = 100;
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_PASS);
    free_world(&world);
}

/* With whatever budget a table is judged, the verdict is the right one or inconclusive. */
static void assert_never_wrong(struct world *world, const char *what, enum verdict verdict)
{
    for (size_t budget = 1; budget <= 200; budget++) {
        world->options.budget = budget;
        judge(world);
        enum verdict now = get_result(world, "state/s1/1")->verdict;
        if (now != verdict && now != VERDICT_INCONCLUSIVE) {
            fail_msg("%s: %s with a budget of %zu", what, verdict_name(now), budget);
        }
        if (budget == 1 && now == verdict && verdict == VERDICT_PASS) {
            return;
        }
    }
}

static void what_is_cut_short_is_never_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_KINDS; i++) {
        struct world world;
        judge_kind(&world, &kinds[i], kinds[i].wrong);
        assert_never_wrong(&world, kinds[i].name, kinds[i].verdict);
        free_world(&world);
    }
}

static void nor_is_a_lifetime(void **state)
{
    (void)state;
    static const struct {
        const char *flows[4];
    } rows[] = {
        {{"in_port=1,ip,nw_src=0.0.0.0/1 actions=output:2"}},
        {{"priority=9,in_port=1,tcp,hard_timeout=120 actions=output:2",
          "priority=8,in_port=1,ip,nw_src=10.0.0.0/8 actions=output:2",
          "priority=7,in_port=1,hard_timeout=120 actions=output:2"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world world;
        make_world(&world);
        world.expectation.expires_sec = 120;
        expect(&world, 1, "ip", "output:2");
        expect(&world, 1, "", "output:2");
        for (size_t j = 0; j < 4 && rows[i].flows[j]; j++) {
            add_flow(&world, rows[i].flows[j]);
        }
        judge(&world);
        check_result(&world, "state/s1/1", VERDICT_FAIL);
        assert_never_wrong(&world, rows[i].flows[0], VERDICT_FAIL);
        free_world(&world);
    }
}

/* --------------------------------------------------------------------- seed */

/* What the seed's controller installs on s1, against what its description says:
 * of h1 and h2 only what enters port 1 is mirrored. */
static void the_seeds_deviations_are_found(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    world.expectation.expires_sec = 120;
    expect(&world, 1, "", "output:2,output:6");
    expect(&world, 2, "", "output:1");
    expect(&world, 3, "", "output:4");
    expect(&world, 4, "", "output:3");
    expect(&world, 5, "", "drop");
    add_flow(&world, "hard_timeout=120,in_port=1 actions=output:2,output:6");
    add_flow(&world, "hard_timeout=120,in_port=2 actions=output:1,output:6");
    add_flow(&world, "hard_timeout=120,in_port=3 actions=output:4");
    add_flow(&world, "hard_timeout=120,in_port=4 actions=output:3");
    judge(&world);
    assert_int_equal(report_count(&world.report, VERDICT_PASS), 5);
    assert_int_equal(world.report.n_results, 6);
    check_result(&world, "state/s1/2", VERDICT_FAIL);
    free_world(&world);
}

static const struct CMUnitTest others[] = {
    cmocka_unit_test(order_of_the_table_changes_nothing),
    cmocka_unit_test(a_finding_has_its_evidence),
    cmocka_unit_test(two_of_one_priority_are_both_named),
    cmocka_unit_test(who_would_be_right_is_named),
    cmocka_unit_test(two_of_three_compete_once),
    cmocka_unit_test(four_sets_are_kept_and_the_others_counted),
    cmocka_unit_test(the_first_of_many_cases_counts),
    cmocka_unit_test(over_the_budget_is_inconclusive),
    cmocka_unit_test(what_is_cut_short_is_never_wrong),
    cmocka_unit_test(nor_is_a_lifetime),
    cmocka_unit_test(the_seeds_deviations_are_found),
};
enum { N_OTHERS = sizeof others / sizeof *others };

/* One test for each kind, by its name, then the others. */
int main(void)
{
    struct CMUnitTest tests[N_KINDS + N_OTHERS];
    for (size_t i = 0; i < N_KINDS; i++) {
        tests[i] = (struct CMUnitTest){.name = kinds[i].name,
                                       .test_func = deviation_is_found_and_its_twin_passes,
                                       .initial_state = (void *)(uintptr_t)&kinds[i]};
    }
    memcpy(&tests[N_KINDS], others, sizeof others);
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
