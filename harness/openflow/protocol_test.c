/* SPDX-License-Identifier: Apache-2.0
 *
 * Two versions, in the same words. */
#include "testing/cmocka.h"

#include "openflow/protocol.h"
#include "testing/golden.h"

#include <string.h>

static void assert_bytes(struct base_buffer *out, const char *hex)
{
    struct base_buffer expected = {0};
    unhex(hex, &expected);
    assert_int_equal(out->n_bytes, expected.n_bytes);
    assert_memory_equal(out->data, expected.data, out->n_bytes);
    base_buffer_free(&expected);
    base_buffer_free(out);
}

static void there_are_two(void **state)
{
    (void)state;
    for (int version = 0; version < 256; version++) {
        const struct of_protocol *protocol = of_protocol((uint8_t)version);
        assert_int_equal(protocol != NULL, version == 1 || version == 4);
        assert_true(!protocol || protocol->version == version);
    }
    assert_int_equal(of_versions(), 1 << 1 | 1 << 4);
    assert_string_equal(of_protocol(1)->name, "1.0");
    assert_string_equal(of_protocol(4)->name, "1.3");
    assert_non_null(of_protocol(1)->ask_whole);
    assert_null(of_protocol(4)->ask_whole);
    assert_null(of_protocol(1)->groups);
}

static void each_asks_in_its_own_numbers(void **state)
{
    (void)state;
    struct base_buffer out = {0};
    of_protocol(1)->put_empty(&out, OFPT_BARRIER_REQUEST, 1);
    assert_bytes(&out, "01 12 0008 00000001");
    of_protocol(4)->put_empty(&out, OFPT_BARRIER_REQUEST, 1);
    assert_bytes(&out, "04 14 0008 00000001");
    of_protocol(4)->put_bytes(&out, OFPT_ECHO_REPLY, 1, "ab", 2);
    assert_bytes(&out, "04 03 000a 00000001 6162");
    of_protocol(1)->ask(&out, 1, OFPST_PORT);
    assert_bytes(&out, "01 10 0014 00000001 0004 0000 ffff 00*6");
    of_protocol(4)->ask(&out, 1, OFPST_PORT);
    assert_bytes(&out, "04 12 0018 00000001 0004 0000 00*4 ffffffff 00*4");
    of_protocol(1)->ask(&out, 1, OFPST_AGGREGATE);
    assert_int_equal(out.data[9], OFPST_AGGREGATE);
    base_buffer_free(&out);
}

static void an_auxiliary_connection_is_no_switch(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct switch_state sw = {0};
    struct base_error error = {""};
    unhex("0000000000000001 00000000 fe 00 0000 00*8", &bytes);
    struct base_reader body = base_reader_over(bytes.data, bytes.n_bytes);
    assert_int_equal(of_protocol(4)->features(&body, &sw, &error), 0);
    bytes.data[13] = 2;
    body = base_reader_over(bytes.data, bytes.n_bytes);
    assert_int_equal(of_protocol(4)->features(&body, &sw, &error), -1);
    assert_string_equal(error.text, "is auxiliary connection 2 of a switch");
    base_buffer_free(&bytes);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(there_are_two),
    cmocka_unit_test(each_asks_in_its_own_numbers),
    cmocka_unit_test(an_auxiliary_connection_is_no_switch),
};

TEST_MAIN(tests)
