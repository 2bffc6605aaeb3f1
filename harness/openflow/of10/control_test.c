/* SPDX-License-Identifier: Apache-2.0
 *
 * What we write, against what others wrote (testing/golden.h). */
#include "testing/cmocka.h"

#include "model/port.h"
#include "openflow/of10/control.h"
#include "testing/golden.h"

/* udp,in_port=3,nw_src=10.1.2.0/24,tp_dst=53 */
static const struct match udp53 = {
    .value = {.in_port = 3, .dl_type = 0x800, .nw_proto = 17, .nw_src = 0x0a010200, .tp_dst = 53},
    .mask = {.in_port = 0xffff,
             .dl_type = 0xffff,
             .nw_proto = 0xff,
             .nw_src = 0xffffff00,
             .tp_dst = 0xffff},
};

static void assert_golden(const char *name, const struct base_buffer *out)
{
    struct base_buffer bytes = {0};
    struct of_header header;
    assert_false(golden_body(name, &bytes, &header).failed);
    assert_int_equal(out->n_bytes, bytes.n_bytes);
    assert_memory_equal(out->data, bytes.data, bytes.n_bytes);
    base_buffer_free(&bytes);
}

static void flow_mod(void **state)
{
    (void)state;
    struct action output = {.type = ACTION_OUTPUT, .port = 2};
    struct of_flow_mod mod = {
        .command = OFPFC_DELETE_STRICT,
        .flags = OFPFF_SEND_FLOW_REM | OFPFF_CHECK_OVERLAP,
        .out_port = 8,
        .buffer_id = 0x01020304,
        .entry = {.match = udp53,
                  .cookie = 0xfeedface,
                  .idle_timeout = 5,
                  .hard_timeout = 6,
                  .priority = 7,
                  .actions = &output,
                  .n_actions = 1},
    };
    struct base_buffer out = {0};
    assert_int_equal(of_encode_flow_mod(&out, 0x2c, &mod, NULL), 0);
    assert_golden("flow_mod", &out);
    base_buffer_free(&out);
}

static void set_config(void **state)
{
    (void)state;
    struct base_buffer out = {0}, expected = {0};
    of_encode_set_config(&out, 3, 0x1234);
    unhex("0109000c 00000003 0000 1234", &expected);
    assert_int_equal(out.n_bytes, expected.n_bytes);
    assert_memory_equal(out.data, expected.data, expected.n_bytes);
    base_buffer_free(&out);
    base_buffer_free(&expected);
}

static void what_can_not_be_sent_leaves_nothing(void **state)
{
    (void)state;
    struct action actions[] = {{.type = ACTION_OUTPUT, .port = 1}, {.type = 99}};
    struct of_flow_mod mod = {.entry = {.actions = actions, .n_actions = 2}};
    struct base_buffer out = {0};
    struct base_error error = {""};
    base_put_u8(&out, 7);
    assert_int_equal(of_encode_flow_mod(&out, 1, &mod, &error), -1);
    assert_string_equal(error.text, "action 2: unknown action type 99");
    mod.entry.n_actions = 1;
    mod.entry.match.mask.in_port = 1;
    assert_int_equal(of_encode_flow_mod(&out, 1, &mod, NULL), -1);
    mod.entry.match.mask.in_port = 0;
    mod.command = OFPFC_DELETE_STRICT + 1;
    assert_int_equal(of_encode_flow_mod(&out, 1, &mod, &error), -1);
    assert_string_equal(error.text, "flow mod: unknown command 5");
    assert_int_equal(out.n_bytes, 1);
    base_buffer_free(&out);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(flow_mod),
    cmocka_unit_test(set_config),
    cmocka_unit_test(what_can_not_be_sent_leaves_nothing),
};
TEST_MAIN(tests)
