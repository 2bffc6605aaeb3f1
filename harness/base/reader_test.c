/* SPDX-License-Identifier: Apache-2.0
 *
 * The cursor over bytes of others: order of bytes, the end, and children. */
#include "base/reader.h"

#include "testing/cmocka.h"

static const uint8_t bytes[] = {0x81, 0x02, 0x83, 0x04, 0x85, 0x06, 0x87, 0x08,
                                0x89, 0x0a, 0x8b, 0x0c, 0x8d, 0x0e, 0x8f, 0x10};

static void integers_are_big_endian(void **state)
{
    (void)state;
    struct base_reader reader = base_reader_over(bytes, 15);
    assert_int_equal(base_read_u8(&reader), 0x81);
    assert_int_equal(base_read_be16(&reader), 0x0283);
    assert_int_equal(base_read_be32(&reader), 0x04850687);
    assert_true(base_read_be64(&reader) == 0x08890a8b0c8d0e8f);
    assert_int_equal(base_reader_left(&reader), 0);
    assert_false(reader.failed);
    reader = base_reader_over(bytes + 2, 4);
    assert_int_equal(base_read_be32(&reader), 0x83048506);
}

static void past_the_end_is_zero_and_stays_failed(void **state)
{
    (void)state;
    struct base_reader reader = base_reader_over(bytes, 3);
    uint8_t copy[4] = {1, 1, 1, 1};
    assert_int_equal(base_read_be32(&reader), 0);
    assert_true(reader.failed);
    assert_int_equal(base_reader_left(&reader), 0);
    assert_int_equal(base_read_u8(&reader), 0); /* though there were three bytes */
    base_read_copy(&reader, copy, sizeof copy);
    assert_memory_equal(copy, "\0\0\0\0", sizeof copy);
    reader = base_reader_over(bytes, 4);
    base_read_copy(&reader, copy, sizeof copy);
    assert_memory_equal(copy, bytes, sizeof copy);
    assert_false(reader.failed);
    assert_true(base_read_be64(&(struct base_reader){bytes, bytes + 7, false}) == 0);
}

static void nothing_is_a_reader_too(void **state)
{
    (void)state;
    struct base_reader reader = base_reader_over(NULL, 5);
    assert_int_equal(base_reader_left(&reader), 0);
    assert_non_null(base_read_bytes(&reader, 0));
    base_read_skip(&reader, 1);
    assert_true(reader.failed);
}

static void a_child_ends_where_its_length_says(void **state)
{
    (void)state;
    struct base_reader reader = base_reader_over(bytes, 6);
    struct base_reader child = base_read_child(&reader, 2);
    assert_int_equal(base_read_be16(&child), 0x8102);
    base_read_skip(&child, 1);
    assert_true(child.failed);
    assert_false(reader.failed);
    assert_int_equal(base_read_u8(&reader), 0x83);
    child = base_read_child(&reader, 4); /* three are left */
    assert_true(child.failed);
    assert_int_equal(base_reader_left(&child), 0);
    assert_true(reader.failed);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(integers_are_big_endian),
    cmocka_unit_test(past_the_end_is_zero_and_stays_failed),
    cmocka_unit_test(nothing_is_a_reader_too),
    cmocka_unit_test(a_child_ends_where_its_length_says),
};

TEST_MAIN(tests)
