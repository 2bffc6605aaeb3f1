/* SPDX-License-Identifier: Apache-2.0
 *
 * Which actions are equal: each kind by what it has, and nothing else. */
#include "model/action.h"

#include "testing/cmocka.h"

#include <string.h>

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

/* A field that is set in OpenFlow 1.3, and the action of 1.0 that does the same. */
static void an_action_has_one_form(void **state)
{
    (void)state;
    static const struct {
        struct field_value field;
        struct action plain;
    } rows[] = {
        {{FIELD_DL_SRC, 6, 0, {1, 2, 3, 4, 5, 6}, {0}},
         {.type = ACTION_SET_DL_SRC, .dl_addr = {1, 2, 3, 4, 5, 6}}},
        {{FIELD_DL_DST, 6, 0, {1, 2, 3, 4, 5, 6}, {0}},
         {.type = ACTION_SET_DL_DST, .dl_addr = {1, 2, 3, 4, 5, 6}}},
        {{FIELD_VLAN_VID, 2, 0, {0x1f, 0xfe}, {0}},
         {.type = ACTION_SET_VLAN_VID, .vlan_vid = 0xffe}},
        {{FIELD_VLAN_PCP, 1, 0, {5}, {0}}, {.type = ACTION_SET_VLAN_PCP, .vlan_pcp = 5}},
        {{FIELD_IP_DSCP, 1, 0, {9}, {0}}, {.type = ACTION_SET_NW_TOS, .nw_tos = 36}},
        {{FIELD_IP_SRC, 4, 0, {10, 2, 3, 4}, {0}},
         {.type = ACTION_SET_NW_SRC, .nw_addr = 0x0a020304}},
        {{FIELD_IP_DST, 4, 0, {10, 2, 3, 4}, {0}},
         {.type = ACTION_SET_NW_DST, .nw_addr = 0x0a020304}},
        {{FIELD_UDP_SRC, 2, 0, {1, 2}, {0}}, {.type = ACTION_SET_TP_SRC, .tp_port = 258}},
        {{FIELD_SCTP_DST, 2, 0, {1, 2}, {0}}, {.type = ACTION_SET_TP_DST, .tp_port = 258}},
        {{FIELD_ICMPV6_CODE, 1, 0, {7}, {0}}, {.type = ACTION_SET_TP_DST, .tp_port = 7}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct field_value field = rows[i].field;
        struct action set = {.type = ACTION_SET_FIELD, .field = &field};
        memset(field.mask, UINT8_MAX, field.n_bytes);
        struct action plain = action_plain(&set);
        assert_true(action_equal(&plain, &rows[i].plain));
        field.mask[field.n_bytes - 1] = 0xfe; /* a part of it only */
        plain = action_plain(&set);
        assert_int_equal(plain.type, ACTION_SET_FIELD);
    }
    assert_int_equal(action_plain(&(struct action){.type = ACTION_POP_VLAN}).type,
                     ACTION_STRIP_VLAN);
    assert_int_equal(action_plain(&(struct action){.type = ACTION_ENQUEUE}).type, ACTION_ENQUEUE);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_action_equals_what_does_the_same),
    cmocka_unit_test(an_action_has_one_form),
    cmocka_unit_test(lists_are_compared_in_order),
};

TEST_MAIN(tests)
