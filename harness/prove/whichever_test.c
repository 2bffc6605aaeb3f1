/* SPDX-License-Identifier: Apache-2.0
 *
 * What is proved where one of several known things happens: entries of one priority, a switch's
 * choice, an entry of which it is not known whether it takes a packet. */
#include "ofctl/group.h"
#include "prove/prove.h"
#include "testing/random_proof.h"

enum { A, B, C };
enum { H1, H2 };

static void assert_verdict(const struct small *small, const char *id, enum verdict verdict)
{
    const struct result *result = small_result(small, id);
    if (result->verdict != verdict) {
        fail_msg("%s: %s instead of %s: %s", id, verdict_name(result->verdict),
                 verdict_name(verdict), result->detail ? result->detail : "");
    }
}

static void assert_says(const char *text, const char *part)
{
    if (!text || !strstr(text, part)) {
        fail_msg("'%s' is not in: %s", part, text ? text : "NULL");
    }
}

/* Whichever entry of a priority takes a packet, and whichever way a switch chooses: what is false
 * then is false, and both entries are named. */
static void test_false_whichever_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *flows[2];
        enum verdict isolated;
    } cases[] = {
        {{"in_port=1 actions=output:2", "in_port=1,tcp actions=output:4"}, VERDICT_FAIL},
        {{"in_port=1,tcp actions=output:2", "in_port=1,tcp actions=output:4"}, VERDICT_FAIL},
        {{"in_port=1,tcp actions=output:2", "in_port=1,tcp actions=drop"}, VERDICT_INCONCLUSIVE},
        {{"in_port=1,tcp actions=output:2", "in_port=1,tcp actions=NORMAL"}, VERDICT_INCONCLUSIVE},
        {{"in_port=1 actions=group:1", "in_port=2 actions=drop"}, VERDICT_FAIL},
        {{"in_port=1 actions=group:2", "in_port=2 actions=drop"}, VERDICT_INCONCLUSIVE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct small small;
        small_init(&small);
        small.states[A].version = strstr(cases[i].flows[0], "group") ? 4 : 1;
        assert_int_equal(ofctl_parse_group("group_id=1,type=select,bucket=output:2,bucket=output:4",
                                           &small.states[A].groups, NULL, NULL),
                         0);
        assert_int_equal(ofctl_parse_group("group_id=2,type=select,bucket=output:2,bucket=output:5",
                                           &small.states[A].groups, NULL, NULL),
                         0);
        small_flow(&small, A, cases[i].flows[0]);
        small_flow(&small, A, cases[i].flows[1]);
        small_flow(&small, C, "actions=output:1");
        small_claim(&small, "isolated", H1, HOST_ALL, 0, "tcp");
        small_prove(&small, NULL);
        assert_verdict(&small, "isolated", cases[i].isolated);
        const struct result *result = small_result(&small, "isolated");
        if (i == 1) {
            assert_says(result->detail, "or goes wrong otherwise, whichever of these takes it at "
                                        "a:1: tcp,in_port=1 actions=output:2; tcp,in_port=1 "
                                        "actions=output:4");
            assert_string_equal(result->suspect, "a:1");
        } else if (i == 4) {
            assert_says(result->detail, "whichever way a:1 chooses");
        }
        group_table_free(&small.states[A].groups);
        small.states[A].groups = (struct group_table){0};
        small_free(&small);
    }
}

/* A condition of a match that makes no difference to some of the packets leaves only the others
 * open, whichever of them an entry behind it takes. */
static void test_a_condition_leaves_open_what_it_matters_to(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "priority=9,in_port=1,ip,nw_ttl=64 actions=output:2");
    small_flow(&small, A, "priority=6,in_port=1,tcp,tp_dst=80 actions=output:5");
    small_flow(&small, A, "priority=5,in_port=1,tcp actions=output:2");
    small_flow(&small, A, "priority=4,in_port=1,icmp actions=output:2");
    small_claim(&small, "web", H1, H2, 1, "tcp,tp_dst=80");
    small_claim(&small, "tcp", H1, H2, 1, "tcp,tp_dst=81");
    small_claim(&small, "icmp", H1, H2, 1, "icmp");
    small_claim(&small, "udp", H1, H2, 1, "udp");
    small_claim(&small, "not icmp", H1, H2, 0, "icmp,icmp_type=8");
    small_prove(&small, NULL);
    assert_verdict(&small, "web", VERDICT_INCONCLUSIVE);
    assert_verdict(&small, "tcp", VERDICT_PASS);
    assert_verdict(&small, "icmp", VERDICT_PASS);
    assert_verdict(&small, "udp", VERDICT_INCONCLUSIVE);
    assert_verdict(&small, "not icmp", VERDICT_FAIL);
    small_free(&small);
}

/* Where it drops, what no other entry takes is dropped, too. */
static void test_a_condition_of_what_drops(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_flow(&small, A, "priority=9,in_port=1,nw_ttl=64,ip actions=drop");
    small_flow(&small, A, "priority=5,in_port=1,tcp actions=output:2");
    small_claim(&small, "udp", H1, H2, 0, "udp");
    small_claim(&small, "tcp", H1, H2, 0, "tcp");
    small_prove(&small, NULL);
    assert_verdict(&small, "udp", VERDICT_PASS);
    assert_verdict(&small, "tcp", VERDICT_INCONCLUSIVE);
    small_free(&small);
}

/* The same of what `ports:` declare, of a host without claims. */
static void test_strays_whichever_it_is(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_expect(&small, A, 1, "drop");
    small_flow(&small, A, "in_port=1,tcp actions=output:2");
    small_flow(&small, A, "in_port=1,tcp actions=output:4");
    small_flow(&small, C, "actions=output:1");
    small_expect(&small, C, 3, "output:1");
    small_prove(&small, NULL);
    assert_verdict(&small, "traffic/h1/stray/all", VERDICT_FAIL);
    small_free(&small);
}

/* Of a host without claims, a copy that is missing whichever way is chosen is not delivered. */
static void test_a_missing_copy_whichever_it_is(void **state)
{
    (void)state;
    struct small small;
    small_init(&small);
    small_expect(&small, A, 1, "output:2");
    small_flow(&small, A, "in_port=1,tcp actions=drop");
    small_flow(&small, A, "in_port=1,tcp actions=CONTROLLER:128");
    small_flow(&small, A, "priority=1,in_port=1 actions=output:2");
    small_prove(&small, NULL);
    assert_verdict(&small, "traffic/h1/delivered/h2", VERDICT_FAIL);
    small_free(&small);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_a_missing_copy_whichever_it_is),
    cmocka_unit_test(test_false_whichever_it_is),
    cmocka_unit_test(test_strays_whichever_it_is),
    cmocka_unit_test(test_a_condition_leaves_open_what_it_matters_to),
    cmocka_unit_test(test_a_condition_of_what_drops),
};

TEST_MAIN(tests)
