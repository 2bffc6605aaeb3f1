/* SPDX-License-Identifier: Apache-2.0
 *
 * SET_ASYNC, byte by byte (OpenFlow 1.3.5, section 7.3.10). */
#include "openflow/of13/async.h"

#include "testing/cmocka.h"

static void nothing_is_wanted_in_any_role(void **state)
{
    (void)state;
    static const uint8_t expected[32] = {4, 28, 0, 32, 1, 2, 3, 4};
    struct base_buffer out = {0};
    of13_encode_quiet(&out, 0x01020304);
    assert_int_equal(out.n_bytes, sizeof expected);
    assert_memory_equal(out.data, expected, sizeof expected);
    base_buffer_free(&out);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_is_wanted_in_any_role),
};
TEST_MAIN(tests)
