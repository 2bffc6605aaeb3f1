/* SPDX-License-Identifier: Apache-2.0
 *
 * One bad header in 2^48, in a hole between entries none of which names it: a
 * random probe has no chance, and a reader of the table hardly one. State, proof
 * and difference find it, and show it. */
#include "change/diff.h"
#include "ofctl/match.h"
#include "state/state.h"
#include "testing/random_proof.h"

enum { ROUNDS = 20 };

static const struct action to_2 = {.port = 2}, to_3 = {.port = 3};

static struct flow_entry tcp_entry(uint16_t priority, const struct action *action)
{
    struct flow_entry entry = {.priority = priority, .actions = action, .n_actions = 1};
    entry.match.value = (struct header){.dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_TCP};
    entry.match.mask = (struct header){.dl_type = UINT16_MAX, .nw_proto = UINT8_MAX};
    return entry;
}

/* A random destination. */
static struct header random_bad(void)
{
    uint32_t address = random_below(1u << 16) << 16 | random_below(1u << 16);
    return (struct header){.dl_type = DL_TYPE_IP,
                           .nw_proto = NW_PROTO_TCP,
                           .nw_dst = address,
                           .tp_dst = (uint16_t)random_below(1u << 16)};
}

/* Every TCP packet is sent to port 2, by the prefixes that differ from the bad one
 * in one bit more each, but that one to port 3 too. */
static void plant(struct flow_table *flows, const struct header *bad)
{
    static struct action both[2];
    both[0] = to_2;
    both[1] = to_3;
    for (int bit = 0; bit < 48; bit++) {
        struct flow_entry entry = tcp_entry((uint16_t)(100 + bit), &to_2);
        struct match *match = &entry.match;
        if (bit < 32) {
            match->mask.nw_dst = UINT32_MAX << (31 - bit);
            match->value.nw_dst = (bad->nw_dst ^ 1u << (31 - bit)) & match->mask.nw_dst;
        } else {
            match->mask.tp_dst = UINT16_MAX; /* exact: no prefixes of ports in OpenFlow 1.0 */
            match->value.tp_dst = (uint16_t)(bad->tp_dst ^ 1u << (47 - bit));
        }
        *flow_table_add(flows) = entry;
    }
    struct flow_entry rest = tcp_entry(50, both);
    rest.n_actions = 2;
    rest.match.value.tp_dst = bad->tp_dst;
    rest.match.mask.tp_dst = UINT16_MAX;
    *flow_table_add(flows) = rest;
    *flow_table_add(flows) = tcp_entry(1, &to_2);
}

static void assert_shows(const char *example, const struct header *bad)
{
    struct match exact;
    assert_non_null(example);
    assert_int_equal(ofctl_parse_match(example, &exact, NULL, NULL), 0);
    assert_int_equal(exact.value.nw_dst, bad->nw_dst);
    assert_int_equal(exact.value.tp_dst, bad->tp_dst);
}

static void the_state_shows_it(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        static bool exact[N_SWITCHES];
        struct small small;
        struct header bad = random_bad();
        small_init(&small);
        plant(&small.states[0].flows, &bad);
        small.expectation.exact_switch = exact;
        small.expectation.unlisted_any = true;
        small.states[0].datapath_id = 1;
        small_expect(&small, 0, 1, "output:2");
        small.cases[0].match.value.dl_type = DL_TYPE_IP;
        small.cases[0].match.mask.dl_type = UINT16_MAX;
        small.cases[0].match.value.nw_proto = NW_PROTO_TCP;
        small.cases[0].match.mask.nw_proto = UINT8_MAX;
        assert_int_equal(state_judge(&small.expectation, small.switches, NULL, &small.report, NULL),
                         0);
        assert_int_equal(small_result(&small, "state/a/1")->verdict, VERDICT_FAIL);
        assert_shows(small_result(&small, "state/a/1")->example, &bad);
        small_free(&small);
    }
}

static void the_proof_shows_it(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct small small;
        struct header bad = random_bad();
        small_init(&small);
        plant(&small.states[0].flows, &bad);
        small_flow(&small, 1, "in_port=3 actions=output:1");
        small_claim(&small, "delivered", 0, 1, 1, "tcp");
        small_claim(&small, "isolated", 0, 2, 0, "");
        small_prove(&small, NULL);
        assert_int_equal(small_result(&small, "delivered")->verdict, VERDICT_PASS);
        assert_int_equal(small_result(&small, "isolated")->verdict, VERDICT_FAIL);
        assert_shows(small_result(&small, "isolated")->example, &bad);
        small_free(&small);
    }
}

static void the_difference_shows_it(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct small small;
        struct header bad = random_bad();
        struct change_diff diff = {0};
        size_t budget = CHANGE_DIFF_BUDGET, n_shown = 0;
        small_init(&small);
        plant(&small.states[0].flows, &bad);
        *flow_table_add(&small.states[1].flows) = tcp_entry(7, &to_2);
        assert_int_equal(change_diff(&small.states[0], &small.states[1], &budget, &diff), 0);
        assert_false(diff.open);
        for (size_t i = 0; i < diff.n_changes; i++) {
            const struct header *example = &diff.changes[i].where.example;
            assert_int_equal(example->nw_dst, bad.nw_dst);
            assert_int_equal(example->tp_dst, bad.tp_dst);
            n_shown++;
        }
        assert_true(n_shown > 0);
        change_diff_free(&diff);
        small_free(&small);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_state_shows_it),
    cmocka_unit_test(the_proof_shows_it),
    cmocka_unit_test(the_difference_shows_it),
};

TEST_MAIN(tests)
