/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages of a controller in OpenFlow 1.3, as `ovs-ofctl ofp-print` understands them; what it
 * hears, whole, cut and damaged. FLOW_MODs beside those of others: ofctl_test.c, osken_test.c. */
#include "testing/cmocka.h"

#include "model/port.h"
#include "openflow/of13/control.h"
#include "openflow/of13/multipart.h"
#include "testing/golden.h"

#include <string.h>

/* "priority=33024,in_port=1,dl_vlan=30 reason=hard table_id=2 cookie:0x7461706400000003
 * duration5.120s idle30 hard90 pkts2 bytes132" */
#define REMOVED                                                                                    \
    "040b0048000000077461706400000003810001020000000507270e00001e005a0000000000000002"             \
    "000000000000008400010012800000040000000180000c02101e000000000000"

/* "MOD: 3(s1-eth3): addr:aa:bb:cc:dd:ee:ff, PORT_DOWN, LINK_DOWN LIVE, 10GB-FD COPPER" */
#define PORT_STATUS                                                                                \
    "040c00500000000902000000000000000000000300000000aabbccddeeff000073312d6574683300"             \
    "00000000000000000000000100000005000008400000000000000000000000000098968000000000"
static struct base_reader body_of(const char *hex, struct base_buffer *bytes, enum of_type type)
{
    struct of_header header;
    struct base_reader body;
    unhex(hex, bytes);
    assert_int_equal(of13_open(bytes->data, bytes->n_bytes, &header, &body, NULL), 0);
    assert_int_equal(header.type, type);
    return body;
}

static void assert_bytes(struct base_buffer *out, const char *hex)
{
    struct base_buffer expected = {0};
    unhex(hex, &expected);
    assert_int_equal(out->n_bytes, expected.n_bytes);
    assert_memory_equal(out->data, expected.data, out->n_bytes);
    base_buffer_free(&expected);
}

/* Each field has another value. */
static void a_flow_mod_has_all_its_fields(void **state)
{
    (void)state;
    const struct action output = {.type = ACTION_OUTPUT, .port = 2};
    const struct of_flow_mod mod = {.command = OFPFC_DELETE_STRICT,
                                    .flags = OFPFF_SEND_FLOW_REM | OFPFF_CHECK_OVERLAP,
                                    .out_port = 8,
                                    .buffer_id = 0x01020304,
                                    .entry = {.match = match_in_port(PORT_LOCAL),
                                              .table_id = 9,
                                              .cookie = 0xfeedface12345678,
                                              .idle_timeout = 5,
                                              .hard_timeout = 6,
                                              .priority = 7,
                                              .actions = &output,
                                              .n_actions = 1}};
    struct base_buffer out = {0};
    assert_int_equal(of13_encode_flow_mod(&out, 0x2c, &mod, NULL), 0);
    assert_bytes(&out, "040e0058 0000002c feedface12345678 00*8 09 04 0005 0006 0007 01020304 "
                       "00000008 ffffffff 0003 0000 0001000c80000004fffffffe 00*4 "
                       "0004001800000000 0000001000000002 0000 00*6");
    base_buffer_free(&out);
}

/* And nothing of it is written. */
static void what_can_not_be_said_is_refused(void **state)
{
    (void)state;
    const struct action modern = {.type = ACTION_OUTPUT, .port = 2};
    const struct action old = {.type = ACTION_SET_VLAN_VID, .vlan_vid = 30};
    const struct action popped[] = {
        {.type = ACTION_PUSH_VLAN, .ethertype = 0x8100}, {.type = ACTION_POP_VLAN}, old};
    struct of_flow_mod mods[4] = {{.command = 5}};
    mods[1].entry.match = match_in_port(1);
    mods[1].entry.match.mask.in_port = 0xff;
    mods[2].entry = (struct flow_entry){.actions = &old, .n_actions = 1};
    mods[3].entry = (struct flow_entry){.actions = popped, .n_actions = 3};
    for (size_t i = 0; i < 4; i++) {
        struct base_buffer out = {0};
        struct base_error error = {""};
        base_put_u8(&out, 0);
        assert_int_equal(of13_encode_flow_mod(&out, 1, &mods[i], &error), -1);
        assert_true(error.text[0]);
        assert_int_equal(out.n_bytes, 1);
        base_buffer_free(&out);
    }
    struct base_buffer out = {0};
    mods[2].entry.actions = &modern;
    assert_int_equal(of13_encode_flow_mod(&out, 1, &mods[2], NULL), 0);
    base_buffer_free(&out);
}

/* An action of OpenFlow 1.0, and the set_field that does the same (section 7.2.5). */
static void old_actions_are_said_as_fields(void **state)
{
    (void)state;
    static const struct {
        struct action action;
        uint8_t bytes[16];
    } rows[] = {
        {{.type = ACTION_SET_DL_SRC, .dl_addr = {1, 2, 3, 4, 5, 6}},
         {0, 25, 0, 16, 0x80, 0, 4 << 1, 6, 1, 2, 3, 4, 5, 6}},
        {{.type = ACTION_SET_DL_DST, .dl_addr = {1, 2, 3, 4, 5, 6}},
         {0, 25, 0, 16, 0x80, 0, 3 << 1, 6, 1, 2, 3, 4, 5, 6}},
        {{.type = ACTION_SET_NW_SRC, .nw_addr = 0x0a020304},
         {0, 25, 0, 16, 0x80, 0, 11 << 1, 4, 10, 2, 3, 4}},
        {{.type = ACTION_SET_NW_DST, .nw_addr = 0x0a020304},
         {0, 25, 0, 16, 0x80, 0, 12 << 1, 4, 10, 2, 3, 4}},
        {{.type = ACTION_SET_NW_TOS, .nw_tos = 36}, {0, 25, 0, 16, 0x80, 0, 8 << 1, 1, 9}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct of_flow_mod mod = {
            .entry = {.match = {.value.dl_type = DL_TYPE_IP, .mask.dl_type = UINT16_MAX},
                      .actions = &rows[i].action,
                      .n_actions = 1}};
        struct base_buffer out = {0};
        assert_int_equal(of13_encode_flow_mod(&out, 1, &mod, NULL), 0);
        assert_memory_equal(out.data + out.n_bytes - 16, rows[i].bytes, 16);
        base_buffer_free(&out);
    }
}

static void set_config(void **state)
{
    (void)state;
    struct base_buffer out = {0};
    of13_encode_set_config(&out, 3, 0x1234);
    assert_bytes(&out, "0409000c 00000003 0000 1234");
    base_buffer_free(&out);
}

static void an_entry_that_is_gone_is_told(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct base_arena arena = {0};
    struct of_flow_removed removed;
    memset(&removed, 0xff, sizeof removed);
    struct base_reader body = body_of(REMOVED, &bytes, OFPT_FLOW_REMOVED);
    assert_int_equal(of13_decode_flow_removed(&body, &arena, &removed, NULL), 0);
    assert_null(removed.entry.instructions); /* it has none, whatever was there */
    assert_null(removed.entry.actions);
    assert_int_equal(removed.entry.n_actions | removed.entry.flags, 0);
    assert_int_equal(removed.reason, OFPRR_HARD_TIMEOUT);
    assert_int_equal(removed.entry.cookie, 0x7461706400000003);
    assert_int_equal(removed.entry.priority, 33024);
    assert_int_equal(removed.entry.table_id, 2);
    assert_int_equal(removed.entry.duration_sec, 5);
    assert_int_equal(removed.entry.duration_nsec, 120000000);
    assert_int_equal(removed.entry.idle_timeout, 30);
    assert_int_equal(removed.entry.hard_timeout, 90);
    assert_int_equal(removed.entry.n_packets, 2);
    assert_int_equal(removed.entry.n_bytes, 132);
    assert_int_equal(removed.entry.match.value.in_port, 1);
    assert_int_equal(removed.entry.match.value.vlan_tci, VLAN_TAGGED | 30);
    base_buffer_free(&bytes);
    base_arena_free(&arena);
}

static void a_port_that_changes_is_told(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct of_port_status status;
    struct base_reader body = body_of(PORT_STATUS, &bytes, OFPT_PORT_STATUS);
    assert_int_equal(of13_decode_port_status(&body, &status, NULL), 0);
    assert_int_equal(status.reason, OFPPR_MODIFY);
    assert_int_equal(status.port.number, 3);
    assert_string_equal(status.port.name, "s1-eth3");
    assert_int_equal(status.port.config, PORT_CONFIG_DOWN);
    assert_int_equal(status.port.state, PORT_STATE_LINK_DOWN | PORT_STATE_LIVE);
    base_buffer_free(&bytes);
}

/* Cut in every place, in memory of its own; and a port that no model has. */
static void what_is_cut_is_refused(void **state)
{
    (void)state;
    static const char *const messages[] = {REMOVED, PORT_STATUS};
    for (int i = 0; i < 2; i++) {
        struct base_buffer bytes = {0};
        unhex(messages[i], &bytes);
        for (size_t n = 8; n < bytes.n_bytes; n++) {
            struct base_buffer cut = {0};
            struct base_arena arena = {0};
            struct of_flow_removed removed;
            struct of_port_status status;
            struct base_error error = {""};
            base_put_bytes(&cut, bytes.data + 8, n - 8);
            struct base_reader body = base_reader_over(cut.data, cut.n_bytes);
            assert_int_equal(i == 0 ? of13_decode_flow_removed(&body, &arena, &removed, &error)
                                    : of13_decode_port_status(&body, &status, &error),
                             -1);
            assert_true(error.text[0]);
            base_arena_free(&arena);
            base_buffer_free(&cut);
        }
        base_buffer_free(&bytes);
    }
    struct base_buffer bytes = {0};
    struct of_port_status status;
    struct base_reader body = body_of(PORT_STATUS, &bytes, OFPT_PORT_STATUS);
    bytes.data[8 + 8 + 1] = 1; /* 65,539 */
    assert_int_equal(of13_decode_port_status(&body, &status, NULL), -1);
    base_buffer_free(&bytes);
}

static void each_version_controls_in_its_own_words(void **state)
{
    (void)state;
    for (int version = 0; version < 256; version++) {
        const struct of_control *control = of_control((uint8_t)version);
        assert_int_equal(control != NULL, version == 1 || version == 4);
        assert_true(!control || control->version == version);
    }
    struct base_buffer out = {0};
    of_control(1)->put_config(&out, 3, 1);
    of_control(4)->put_config(&out, 3, 1);
    assert_bytes(&out, "0109000c 00000003 0000 0001 0409000c 00000003 0000 0001");
    base_buffer_free(&out);
    struct base_buffer bytes = {0};
    struct base_arena arena = {0};
    struct of_flow_removed removed;
    struct of_port_status status;
    struct base_reader body = body_of(REMOVED, &bytes, OFPT_FLOW_REMOVED);
    assert_int_equal(of_control(4)->flow_removed(&body, &arena, &removed, NULL), 0);
    assert_int_equal(removed.entry.hard_timeout, 90);
    base_arena_free(&arena);
    base_buffer_free(&bytes);
    body = body_of(PORT_STATUS, &bytes, OFPT_PORT_STATUS);
    assert_int_equal(of_control(4)->port_status(&body, &status, NULL), 0);
    base_buffer_free(&bytes);
    assert_false(golden_body("flow_removed", &bytes, &(struct of_header){0}).failed);
    body = base_reader_over(bytes.data + 8, bytes.n_bytes - 8);
    assert_int_equal(of_control(1)->flow_removed(&body, &arena, &removed, NULL), 0);
    base_buffer_free(&bytes);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_flow_mod_has_all_its_fields),
    cmocka_unit_test(what_can_not_be_said_is_refused),
    cmocka_unit_test(old_actions_are_said_as_fields),
    cmocka_unit_test(set_config),
    cmocka_unit_test(an_entry_that_is_gone_is_told),
    cmocka_unit_test(a_port_that_changes_is_told),
    cmocka_unit_test(what_is_cut_is_refused),
    cmocka_unit_test(each_version_controls_in_its_own_words),
};
TEST_MAIN(tests)
