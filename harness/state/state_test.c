/* SPDX-License-Identifier: Apache-2.0
 *
 * What a table does against what it should do: a deviation of each kind, and
 * its twin that must pass. */
#include "state/state.h"

#include "testing/state_of.h"

#include <stdio.h>

/* ---------------------------------------------------------------- behaviour */

struct kind {
    const char *name;
    const char *declared[MAX_CASES]; /* of port 1: match, actions, match, actions… */
    const char *wrong[MAX_CASES], *right[MAX_CASES];
    enum verdict verdict;
    const char *expected, *observed, *detail; /* NULL: not compared */
};

static const struct kind kinds[] = {
    {.name = "an output is missing",
     .declared = {"", "output:2,output:6"},
     .wrong = {"priority=100,in_port=1 actions=output:2"},
     .right = {"priority=100,in_port=1 actions=output:6,output:2"},
     .verdict = VERDICT_FAIL,
     .expected = "output:2,output:6",
     .observed = "output:2",
     .detail = "output:6 is missing"},
    {.name = "an output is extra",
     .declared = {"", "output:2"},
     .wrong = {"in_port=1 actions=output:2,output:6"},
     .right = {"in_port=1 actions=output:2,output:1"}, /* never sent back: no difference */
     .verdict = VERDICT_FAIL,
     .expected = "output:2",
     .observed = "output:2,output:6",
     .detail = "output:6 is extra"},
    {.name = "an output goes elsewhere",
     .declared = {"", "output:2,output:7"},
     .wrong = {"in_port=1 actions=output:2,output:6"},
     .right = {"in_port=1 actions=output:2,output:7"},
     .verdict = VERDICT_FAIL,
     .detail = "output:6 instead of output:7"},
    {.name = "a copy too many",
     .declared = {"", "output:2"},
     .wrong = {"in_port=1 actions=output:2,output:2"},
     .right = {"actions=output:2"},
     .verdict = VERDICT_FAIL,
     .detail = "output:2 is extra"},
    {.name = "outputs where it should drop",
     .declared = {"", "drop"},
     .wrong = {"priority=5 actions=output:3"},
     .right = {"priority=5,in_port=2 actions=output:3"},
     .verdict = VERDICT_FAIL,
     .expected = "drop",
     .observed = "output:3",
     .detail = "output:3 is extra"},
    {.name = "a rewrite is missing",
     .declared = {"", "mod_vlan_vid:5,output:6"},
     .wrong = {"in_port=1 actions=output:6"},
     .right = {"in_port=1 actions=mod_vlan_vid:5,output:6"},
     .verdict = VERDICT_FAIL,
     .detail = "mod_vlan_vid:5 is missing on output:6"},
    {.name = "a rewrite is another one",
     .declared = {"", "output:2,mod_dl_dst:02:00:00:00:00:07,output:6"},
     .wrong = {"in_port=1 actions=output:2,mod_dl_dst:02:00:00:00:00:08,output:6"},
     .right = {"in_port=1 actions=mod_dl_dst:02:00:00:00:00:07,output:6",
               "priority=40000,in_port=1 "
               "actions=output:2,mod_dl_dst:02:00:00:00:00:07,output:6"},
     .verdict = VERDICT_FAIL,
     .detail = "mod_dl_dst:02:00:00:00:00:08 instead of mod_dl_dst:02:00:00:00:00:07 on output:6"},
    {.name = "a rewrite to what is there is none",
     .declared = {"dl_vlan=5", "output:6"},
     .wrong = {"in_port=1,dl_vlan=5 actions=mod_vlan_pcp:0,output:6"},
     .right = {"in_port=1,dl_vlan=5 actions=mod_vlan_vid:5,output:6"},
     .verdict = VERDICT_FAIL,
     .detail = NULL},
    {.name = "a rewrite of a field that is not there is none",
     .declared = {"arp", "output:6"},
     .wrong = {"in_port=1,arp actions=mod_dl_src:02:00:00:00:00:07,output:6"},
     .right = {"in_port=1,arp actions=mod_nw_src:1.2.3.4,mod_tp_dst:7,output:6"},
     .verdict = VERDICT_FAIL,
     .detail = NULL},
    {.name = "no entry takes it",
     .declared = {"ip", "output:2"},
     .wrong = {"in_port=2 actions=output:2"},
     .right = {"in_port=1,ip,nw_src=0.0.0.0/1 actions=output:2",
               "in_port=1,ip,nw_src=128.0.0.0/1 actions=output:2"},
     .verdict = VERDICT_FAIL,
     .expected = "output:2",
     .observed = "drop",
     .detail = "for ip,in_port=1: the table drops it: no entry takes it"},
    {.name = "one class of headers is left out",
     .declared = {"", "output:2"},
     .wrong = {"priority=7,in_port=1 actions=output:2",
               "priority=8,in_port=1,tcp,tp_dst=80 actions=drop"},
     .right = {"priority=7,in_port=1 actions=output:2",
               "priority=6,in_port=1,tcp,tp_dst=80 actions=drop"},
     .verdict = VERDICT_FAIL,
     .expected = "output:2",
     .observed = "drop",
     .detail = "for tcp,in_port=1,tp_dst=80: output:2 is missing\n"
               "the entry that would, priority=7,in_port=1 actions=output:2, is hidden by "
               "priority=8,tcp,in_port=1,tp_dst=80 actions=drop"},
    {.name = "cases, each with its own behaviour",
     .declared = {"tcp,tp_dst=80", "output:2,output:6", "", "output:2"},
     .wrong = {"priority=7,in_port=1 actions=output:2",
               "priority=8,in_port=1,tcp actions=output:2,output:6"},
     .right = {"priority=7,in_port=1 actions=output:2",
               "priority=8,in_port=1,tcp,tp_dst=80 actions=output:2,output:6"},
     .verdict = VERDICT_FAIL,
     .expected = "output:2",
     .observed = "output:2,output:6"},
    {.name = "what no case takes must be dropped",
     .declared = {"arp", "output:2"},
     .wrong = {"in_port=1 actions=output:2"},
     .right = {"in_port=1,arp actions=output:2"},
     .verdict = VERDICT_FAIL,
     .expected = "drop",
     .observed = "output:2"},
    {.name = "two of one priority",
     .declared = {"", "output:2"},
     .wrong = {"priority=9,in_port=1 actions=output:2", "priority=9,udp actions=output:3"},
     .right = {"priority=9,in_port=1 actions=output:2", "priority=9,udp actions=output:2",
               "priority=8,icmp actions=output:3"},
     .verdict = VERDICT_FAIL,
     .expected = "output:2",
     .observed = "output:3",
     .detail = "for udp,in_port=1: two entries of one priority take it, which of them wins is not "
               "defined: priority=9,in_port=1 actions=output:2 and priority=9,udp "
               "actions=output:3"},
    {.name = "two of one priority, hidden",
     .declared = {"", "output:2"},
     .wrong = {"priority=9,in_port=1 actions=output:2", "priority=9,udp actions=output:3",
               "priority=10,udp,tp_dst=1 actions=output:2"},
     .right = {"priority=9,in_port=1 actions=output:2", "priority=9,udp actions=output:3",
               "priority=10,udp actions=output:2"},
     .verdict = VERDICT_FAIL},
    {.name = "two of one priority, and a larger set",
     .declared = {"", "output:2"},
     .wrong = {"priority=9,in_port=1 actions=output:2", "priority=9,udp actions=output:3",
               "priority=10,arp actions=output:7"},
     .right = {"priority=9,in_port=1 actions=output:2", "priority=10,arp actions=output:2"},
     .verdict = VERDICT_FAIL,
     .observed = "output:3"},
    {.name = "two of one priority, both wrong",
     .declared = {"", "output:2,output:6"},
     .wrong = {"priority=9,in_port=1 actions=output:6,output:3", "priority=9,udp actions=output:2"},
     .right = {"priority=9,in_port=1 actions=output:2,output:6"},
     .verdict = VERDICT_FAIL,
     .observed = "output:2\nor output:6,output:3"},
    {.name = "the same twice",
     .declared = {"", "output:2"},
     .wrong = {"priority=9,in_port=1 actions=output:2", "priority=9,in_port=1 actions=drop"},
     .right = {"priority=9,in_port=1 actions=output:2", "priority=8,in_port=1 actions=drop"},
     .verdict = VERDICT_FAIL,
     .observed = "drop"},
    {.name = "NORMAL decides",
     .declared = {"", "output:2"},
     .wrong = {"priority=9,in_port=1 actions=output:2", "priority=10,arp actions=normal"},
     .right = {"priority=9,in_port=1 actions=output:2", "priority=8,arp actions=normal"},
     .verdict = VERDICT_INCONCLUSIVE,
     .expected = "output:2",
     .detail = "not decided: NORMAL depends on what the switch has learnt: it cannot be decided "
               "from the table (priority=10,arp actions=NORMAL)"},
    {.name = "NORMAL is what is expected",
     .declared = {"", "normal"},
     .wrong = {"in_port=1 actions=output:2"},
     .right = {"in_port=1 actions=normal"},
     .verdict = VERDICT_INCONCLUSIVE,
     .detail = "not decided: NORMAL depends on what the switch has learnt: it cannot be decided "
               "from the table (in_port=1 actions=output:2)"},
    {.name = "another table decides",
     .declared = {"", "output:2"},
     .wrong = {"in_port=1,tcp actions=output:2", "table=1,in_port=1 actions=output:2"},
     .right = {"priority=5,in_port=1 actions=output:2",
               "table=1,priority=40000,in_port=1 actions=output:3",
               "table=1,priority=5,udp actions=output:4"},
     .verdict = VERDICT_INCONCLUSIVE,
     .detail = "not decided: another table than 0 decides "
               "(table=1, in_port=1 actions=output:2)"},
    {.name = "rewrites for several ports",
     .declared = {"", "output:2,mod_vlan_vid:5,output:6,output:7"},
     .wrong = {"in_port=1 actions=output:2,mod_vlan_vid:4,output:6,strip_vlan,output:7"},
     .right = {"in_port=1 actions=output:2,mod_vlan_vid:5,output:7,output:6"},
     .verdict = VERDICT_FAIL,
     .detail = "mod_vlan_vid:4 instead of mod_vlan_vid:5 on output:6, "
               "mod_vlan_vid:5 is missing on output:7"},
    {.name = "bytes for the controller, queues",
     .declared = {"", "controller:64,output:6"},
     .wrong = {"in_port=1 actions=controller:128,enqueue:6:1"},
     .right = {"in_port=1 actions=output:6,controller:64"},
     .verdict = VERDICT_FAIL,
     .detail = "enqueue:6:1 instead of output:6, CONTROLLER:128 instead of CONTROLLER:64"},
    {.name = "flood is a list of ports",
     .declared = {"", "output:2,output:3,output:4,output:5,output:6,output:7"},
     .wrong = {"in_port=1 actions=output:2,flood"},
     .right = {"in_port=1 actions=flood"},
     .verdict = VERDICT_FAIL,
     .observed = "output:2,FLOOD",
     .detail = "output:2 is extra"},
    {.name = "a permanent entry has a timeout",
     .declared = {"", "output:2"},
     .wrong = {"idle_timeout=60,hard_timeout=120,in_port=1 actions=output:2"},
     .right = {"in_port=1 actions=output:2", "hard_timeout=120,in_port=2,arp actions=drop",
               "hard_timeout=120,priority=3,in_port=1,arp actions=output:3"},
     .verdict = VERDICT_FAIL,
     .expected = "no timeout",
     .observed = "idle_timeout=60,hard_timeout=120",
     .detail = "idle_timeout=60,hard_timeout=120 where the expectation says no timeout "
               "(idle_timeout=60, hard_timeout=120, in_port=1 actions=output:2)"},
    {.name = "several sets differ",
     .declared = {"", "output:2"},
     .wrong = {"priority=5,in_port=1 actions=output:2", "priority=6,in_port=1,arp actions=output:3",
               "priority=6,in_port=1,tcp actions=output:4",
               "priority=6,in_port=1,udp,tp_dst=9 actions=output:5",
               "priority=6,in_port=1,icmp,icmp_type=8 actions=output:6",
               "priority=6,in_port=1,icmp,icmp_type=0 actions=output:6"},
     .right = {"priority=5,in_port=1 actions=output:2",
               "priority=6,in_port=1,arp actions=output:2"},
     .verdict = VERDICT_FAIL,
     .observed = "output:3"},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

static void state_kind(struct world *world, const struct kind *kind, const char *const *flows)
{
    make_world(world);
    for (size_t i = 0; i < MAX_CASES && kind->declared[i]; i += 2) {
        expect(world, 1, kind->declared[i], kind->declared[i + 1]);
    }
    world->expectation.unlisted_any = true;
    for (size_t i = 0; i < MAX_CASES && flows[i]; i++) {
        add_flow(world, flows[i]);
    }
    judge(world);
    check_result(world, "switch/s1", VERDICT_PASS, NULL);
    assert_int_equal(world->report.n_results, 2);
}

static void deviation_is_found_and_its_twin_passes(void **state)
{
    const struct kind *kind = *state;
    struct world world;
    state_kind(&world, kind, kind->right);
    check_result(&world, "state/s1/1", VERDICT_PASS, NULL);
    check_text("source", get_result(&world, "state/s1/1")->source, "e.yaml:1:1");
    free_world(&world);

    state_kind(&world, kind, kind->wrong);
    check_result(&world, "state/s1/1", kind->verdict, kind->detail);
    const struct result *result = get_result(&world, "state/s1/1");
    check_text("expected", result->expected, kind->expected);
    check_text("observed", result->observed, kind->observed);
    if (kind->verdict == VERDICT_FAIL) {
        assert_int_equal(result->disagree[0], SAYS_DECLARED);
        assert_int_equal(result->disagree[1], SAYS_ADVERTISED);
        assert_non_null(result->says[SAYS_DECLARED]);
        assert_non_null(result->says[SAYS_ADVERTISED]);
    }
    free_world(&world);
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
        state_kind(&forth, &kinds[i], kinds[i].wrong);
        state_kind(&back, &kinds[i], reversed);
        const struct result *a = get_result(&forth, "state/s1/1");
        const struct result *b = get_result(&back, "state/s1/1");
        assert_int_equal(a->verdict, b->verdict);
        check_text("observed", b->observed, a->observed);
        check_text("example", b->example, a->example);
        check_text("detail", b->detail, a->detail);
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

/* Of two entries of one priority the wrong one is shown, wherever it stands; if both
 * are wrong, both. */
static void the_wrong_one_of_two_is_advertised(void **state)
{
    (void)state;
    static const struct {
        const char *flows[2], *advertised;
    } rows[] = {
        {{"in_port=1 actions=output:2,output:3", "udp actions=output:2"}, "udp actions=output:2"},
        {{"udp actions=output:2", "in_port=1 actions=output:2,output:3"}, "udp actions=output:2"},
        {{"udp actions=output:2,output:3", "in_port=1 actions=drop"}, "in_port=1 actions=drop"},
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
        check_text("advertised", result->says[SAYS_ADVERTISED], rows[i].advertised);
        assert_null(strstr(result->observed, " or ")); /* no list of actions */
        free_world(&world);
    }
}

static void four_sets_are_told_and_the_others_counted(void **state)
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
    check_result(&world, "state/s1/1", VERDICT_FAIL, NULL);
    const char *detail = get_result(&world, "state/s1/1")->detail;
    assert_non_null(strstr(detail, "tp_dst=7 "));
    assert_non_null(strstr(detail, "; example udp,in_port=1,"));
    assert_non_null(strstr(detail, "\nand 2 more sets of headers"));
    assert_null(strstr(detail, "tp_dst=11"));
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
    check_result(&world, "state/s1/1", VERDICT_INCONCLUSIVE, "not decided within the budget");
    world.options.budget = 100;
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_PASS, NULL);
    free_world(&world);
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
    check_result(&world, "state/s1/2", VERDICT_FAIL, "output:6 is extra");
    free_world(&world);
}

static const struct CMUnitTest others[] = {
    cmocka_unit_test(order_of_the_table_changes_nothing),
    cmocka_unit_test(a_finding_has_its_evidence),
    cmocka_unit_test(the_wrong_one_of_two_is_advertised),
    cmocka_unit_test(four_sets_are_told_and_the_others_counted),
    cmocka_unit_test(over_the_budget_is_inconclusive),
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
