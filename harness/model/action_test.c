/* SPDX-License-Identifier: Apache-2.0
 *
 * Which actions are equal: each kind by what it has, and nothing else. */
#include "model/action.h"

#include "testing/cmocka.h"

static const uint8_t body[] = {0, 0, 0x23, 0x20, 1, 2, 3, 4},
                     other_body[] = {0, 0, 0x23, 0x20, 1, 2, 3, 5};

/* An action, and one that differs in one of its arguments. */
static const struct {
    struct action a, b;
} pairs[] = {
    {{.type = ACTION_OUTPUT, .port = 1}, {.type = ACTION_OUTPUT, .port = 2}},
    {{.type = ACTION_OUTPUT, .port = 1, .max_len = 1}, {.type = ACTION_OUTPUT, .port = 1}},
    {{.type = ACTION_SET_VLAN_VID, .vlan_vid = 1}, {.type = ACTION_SET_VLAN_VID, .vlan_vid = 257}},
    {{.type = ACTION_SET_VLAN_PCP, .vlan_pcp = 1}, {.type = ACTION_SET_VLAN_PCP, .vlan_pcp = 2}},
    {{.type = ACTION_SET_DL_SRC, .dl_addr = {1, 2, 3, 4, 5, 6}},
     {.type = ACTION_SET_DL_SRC, .dl_addr = {1, 2, 3, 4, 5, 7}}},
    {{.type = ACTION_SET_DL_DST, .dl_addr = {1, 2, 3, 4, 5, 6}},
     {.type = ACTION_SET_DL_DST, .dl_addr = {0, 2, 3, 4, 5, 6}}},
    {{.type = ACTION_SET_NW_SRC, .nw_addr = 1}, {.type = ACTION_SET_NW_SRC, .nw_addr = 1 << 24}},
    {{.type = ACTION_SET_NW_DST, .nw_addr = 1}, {.type = ACTION_SET_NW_DST, .nw_addr = 2}},
    {{.type = ACTION_SET_NW_TOS, .nw_tos = 4}, {.type = ACTION_SET_NW_TOS, .nw_tos = 8}},
    {{.type = ACTION_SET_TP_SRC, .tp_port = 1}, {.type = ACTION_SET_TP_SRC, .tp_port = 257}},
    {{.type = ACTION_SET_TP_DST, .tp_port = 1}, {.type = ACTION_SET_TP_DST, .tp_port = 2}},
    {{.type = ACTION_ENQUEUE, .port = 1, .queue_id = 1},
     {.type = ACTION_ENQUEUE, .port = 1, .queue_id = 1 << 16}},
    {{.type = ACTION_ENQUEUE, .port = 1, .queue_id = 1},
     {.type = ACTION_ENQUEUE, .port = 2, .queue_id = 1}},
    {{.type = ACTION_VENDOR, .body_bytes = 8, .body = body},
     {.type = ACTION_VENDOR, .body_bytes = 4, .body = body}},
    {{.type = ACTION_VENDOR, .body_bytes = 8, .body = body},
     {.type = ACTION_VENDOR, .body_bytes = 8, .body = other_body}},
    {{.type = ACTION_STRIP_VLAN}, {.type = ACTION_SET_VLAN_VID}},
};
enum { N_PAIRS = sizeof pairs / sizeof *pairs };

static void an_action_equals_what_does_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_PAIRS; i++) {
        struct action copy = pairs[i].a;
        assert_true(action_equal(&pairs[i].a, &copy));
        assert_false(action_equal(&pairs[i].a, &pairs[i].b));
        assert_false(action_equal(&pairs[i].b, &pairs[i].a));
    }
    const struct action a = {.type = ACTION_STRIP_VLAN, .port = 1},
                        b = {.type = ACTION_STRIP_VLAN, .port = 2};
    assert_true(action_equal(&a, &b)); /* it has no argument */
    const uint8_t copied[] = {0, 0, 0x23, 0x20, 1, 2, 3, 4};
    const struct action c = {.type = ACTION_VENDOR, .body_bytes = 8, .body = body},
                        d = {.type = ACTION_VENDOR, .body_bytes = 8, .body = copied},
                        empty = {.type = ACTION_VENDOR};
    assert_true(action_equal(&c, &d));
    assert_true(action_equal(&empty, &empty));
    const struct action none = {.type = 0x1234};
    assert_false(action_equal(&none, &none));
}

static void lists_are_compared_in_order(void **state)
{
    (void)state;
    const struct action one = {.type = ACTION_OUTPUT, .port = 1},
                        two = {.type = ACTION_OUTPUT, .port = 2};
    const struct action a[] = {one, two}, b[] = {one, two}, c[] = {two, one}, d[] = {one, one};
    assert_true(actions_equal(a, 2, b, 2));
    assert_false(actions_equal(a, 2, c, 2));
    assert_false(actions_equal(a, 2, d, 2));
    assert_false(actions_equal(a, 2, b, 1));
    assert_false(actions_equal(a, 1, b, 2));
    assert_true(actions_equal(a, 1, d, 1));
    assert_true(actions_equal(NULL, 0, a, 0));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_action_equals_what_does_the_same),
    cmocka_unit_test(lists_are_compared_in_order),
};

TEST_MAIN(tests)
