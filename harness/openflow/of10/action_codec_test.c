/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of actions, one of each type; malformed ones. */
#include "testing/cmocka.h"

#include "model/port.h"
#include "openflow/of10/action_codec.h"
#include "testing/golden.h"

static int decode(const char *hex, struct base_arena *arena, const struct action **actions,
                  size_t *n_actions, struct base_error *error)
{
    struct base_buffer bytes = {0};
    unhex(hex, &bytes);
    struct base_reader in = base_reader_over(bytes.data, bytes.n_bytes);
    int rc = of_decode_actions(&in, arena, actions, n_actions, error);
    base_buffer_free(&bytes);
    return rc;
}

/* What ovs-ofctl wrote for mod_vlan_vid:9,mod_vlan_pcp:2,output:2,strip_vlan,
 * mod_dl_src:00:11:22:33:44:55,mod_dl_dst:66:77:88:99:aa:bb,mod_nw_src:1.2.3.4,
 * mod_nw_dst:5.6.7.8,mod_nw_tos:64,mod_tp_src:99,mod_tp_dst:100,enqueue:3:1,
 * controller:77,in_port. */
static const char all_hex[] =
    "0001000800090000 0002000802000000 0000000800020000 0003000800000000 000400100011223344550000"
    "00000000 000500106677 8899aabb 000000000000 0006000801020304 0007000805060708 0008000840000000"
    "0009000800630000 000a000800640000 000b001000030000 00000000 00000001 00000008fffd004d"
    "00000008fff80000";

static void every_action(void **state)
{
    (void)state;
    const struct action expected[] = {
        {.type = ACTION_SET_VLAN_VID, .vlan_vid = 9},
        {.type = ACTION_SET_VLAN_PCP, .vlan_pcp = 2},
        {.type = ACTION_OUTPUT, .port = 2},
        {.type = ACTION_STRIP_VLAN},
        {.type = ACTION_SET_DL_SRC, .dl_addr = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55}},
        {.type = ACTION_SET_DL_DST, .dl_addr = {0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb}},
        {.type = ACTION_SET_NW_SRC, .nw_addr = 0x01020304},
        {.type = ACTION_SET_NW_DST, .nw_addr = 0x05060708},
        {.type = ACTION_SET_NW_TOS, .nw_tos = 64},
        {.type = ACTION_SET_TP_SRC, .tp_port = 99},
        {.type = ACTION_SET_TP_DST, .tp_port = 100},
        {.type = ACTION_ENQUEUE, .port = 3, .queue_id = 1},
        {.type = ACTION_OUTPUT, .port = PORT_CONTROLLER, .max_len = 77},
        {.type = ACTION_OUTPUT, .port = PORT_IN_PORT},
    };
    enum { N = sizeof expected / sizeof expected[0] };
    struct base_arena arena = {0};
    struct base_buffer bytes = {0}, out = {0};
    const struct action *actions;
    size_t n_actions;
    assert_int_equal(decode(all_hex, &arena, &actions, &n_actions, NULL), 0);
    assert_true(actions_equal(actions, n_actions, expected, N));

    unhex(all_hex, &bytes);
    assert_int_equal(of_encode_actions(&out, expected, N, NULL), 0);
    assert_int_equal(out.n_bytes, bytes.n_bytes);
    assert_memory_equal(out.data, bytes.data, bytes.n_bytes);
    base_buffer_free(&bytes);
    base_buffer_free(&out);
    base_arena_free(&arena);
}

static void no_actions(void **state)
{
    (void)state;
    const struct action *actions = (const struct action[]){{0}};
    size_t n_actions = 1;
    assert_int_equal(decode("", NULL, &actions, &n_actions, NULL), 0);
    assert_null(actions);
    assert_int_equal(n_actions, 0);
}

static void vendor_actions_are_kept_raw(void **state)
{
    (void)state;
    const char *hex = "ffff0010 00002320 0102030405060708 00000008 00020000 ffff0008 00000001";
    struct base_arena arena = {0};
    struct base_buffer bytes = {0}, out = {0};
    const struct action *actions;
    size_t n_actions;
    assert_int_equal(decode(hex, &arena, &actions, &n_actions, NULL), 0);
    assert_int_equal(n_actions, 3);
    assert_int_equal(actions[0].type, ACTION_VENDOR);
    assert_int_equal(actions[0].body_bytes, 12);
    assert_memory_equal(actions[0].body, "\x00\x00\x23\x20\x01\x02\x03\x04\x05\x06\x07\x08", 12);
    assert_int_equal(actions[2].body_bytes, 4);
    unhex(hex, &bytes);
    assert_int_equal(of_encode_actions(&out, actions, n_actions, NULL), 0);
    assert_int_equal(out.n_bytes, bytes.n_bytes);
    assert_memory_equal(out.data, bytes.data, bytes.n_bytes);
    base_buffer_free(&bytes);
    base_buffer_free(&out);
    base_arena_free(&arena);
}

static void max_len_counts_for_the_controller_only(void **state)
{
    (void)state;
    struct base_arena arena = {0};
    const struct action *actions;
    size_t n_actions;
    assert_int_equal(
        decode("00000008 00020080 00000008 fffd0080", &arena, &actions, &n_actions, NULL), 0);
    assert_int_equal(actions[0].max_len, 0);
    assert_int_equal(actions[1].max_len, 128);
    base_arena_free(&arena);
}

static void unknown_actions_are_kept(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0, 12, 0, 16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    struct base_arena arena = {0};
    struct base_error error = {""};
    struct base_buffer out = {0};
    const struct action *actions;
    size_t n_actions;
    assert_int_equal(decode("000c0010 01020304 05060708 090a0b0c 00000008 00020000", &arena,
                            &actions, &n_actions, &error),
                     0);
    assert_int_equal(n_actions, 2);
    assert_int_equal(actions[0].type, ACTION_UNKNOWN);
    assert_int_equal(actions[0].body_bytes, sizeof bytes);
    assert_memory_equal(actions[0].body, bytes, sizeof bytes);
    assert_int_equal(actions[1].port, 2);
    assert_int_equal(of_encode_actions(&out, actions, n_actions, &error), 0);
    assert_int_equal(out.n_bytes, 24);
    assert_memory_equal(out.data, bytes, sizeof bytes);
    base_buffer_free(&out);
    base_arena_free(&arena);
}

static void malformed_lists_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *reason;
    } bad[] = {
        {"00000000 00020000", "action 1 (00 00 00 00 00 02 00 00): length 0"},
        {"00000008 00020000 0000000c 00030000 00000000",
         "action 2 (00 00 00 0c 00 03 00 00 00 00 00 00): length 12 is not a multiple of 8"},
        {"00000004 00020000", "length 4 is not a multiple of 8"},
        {"00000008 00020000 00000008", "action 2 (00 00 00 08): an action has 8 bytes or more, 4"},
        {"00000010 00020000", "length 16, 8 bytes are left"},
        {"00000010 00020000 00000000 00000000", "length 16, type 0 has 8"},
        {"00040008 00112233", "length 8, type 4 has 16"},
        {"0000fff8 00020000", "length 65528, 8 bytes are left"},
        {"ffff0000 00002320", "length 0"},
        {"000c0009 00000000", "length 9 is not a multiple of 8"},
        {"00010008 10000000", "VLAN id 4096 is above 4095"},
        {"00020008 08000000", "VLAN priority 8 is above 7"},
        {"00080008 81000000", "nw_tos 129 has its lower 2 bits set"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct base_arena arena = {0};
        struct base_error error = {""};
        const struct action *actions;
        size_t n_actions;
        assert_int_equal(decode(bad[i].hex, &arena, &actions, &n_actions, &error), -1);
        assert_int_equal(n_actions, 0);
        if (!strstr(error.text, bad[i].reason)) {
            fail_msg("\"%s\" does not say \"%s\"", error.text, bad[i].reason);
        }
        base_arena_free(&arena);
    }
}

static void what_would_be_refused_is_not_sent(void **state)
{
    (void)state;
    static const uint8_t body[12];
    const struct action bad[] = {
        {.type = 12},
        {.type = ACTION_SET_VLAN_VID, .vlan_vid = 4096},
        {.type = ACTION_SET_VLAN_PCP, .vlan_pcp = 8},
        {.type = ACTION_SET_NW_TOS, .nw_tos = 1},
        {.type = ACTION_VENDOR, .body = body, .body_bytes = 8},
        {.type = ACTION_VENDOR, .body = body, .body_bytes = 0},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct action list[] = {{.type = ACTION_OUTPUT, .port = 1}, bad[i]};
        struct base_error error = {""};
        struct base_buffer out = {0};
        assert_int_equal(of_encode_actions(&out, list, 2, &error), -1);
        assert_int_equal(out.n_bytes, 0);
        assert_non_null(strstr(error.text, "action 2: "));
        base_buffer_free(&out);
    }
}

static void a_list_fits_into_one_message(void **state)
{
    (void)state;
    enum { MOST = (65535 - 12 - 88) / 8 };
    static const struct action outputs[MOST + 1];
    struct base_buffer out = {0};
    assert_int_equal(of_encode_actions(&out, outputs, MOST, NULL), 0);
    assert_int_equal(out.n_bytes, MOST * 8);
    base_buffer_free(&out);
    struct base_error error = {""};
    base_put_text(&out, "before");
    assert_int_equal(of_encode_actions(&out, outputs, MOST + 1, &error), -1);
    assert_string_equal(error.text, "8180 actions are too long for one message");
    assert_int_equal(out.n_bytes, strlen("before"));
    base_buffer_free(&out);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_action),
    cmocka_unit_test(no_actions),
    cmocka_unit_test(vendor_actions_are_kept_raw),
    cmocka_unit_test(max_len_counts_for_the_controller_only),
    cmocka_unit_test(unknown_actions_are_kept),
    cmocka_unit_test(malformed_lists_are_refused),
    cmocka_unit_test(what_would_be_refused_is_not_sent),
    cmocka_unit_test(a_list_fits_into_one_message),
};
TEST_MAIN(tests)
