/* SPDX-License-Identifier: Apache-2.0
 *
 * The growing buffer: bytes, texts and numbers in it, and what it is after it
 * failed. */
#include "base/buffer.h"

#include "testing/cmocka.h"

#include <stdlib.h>
#include <string.h>

static void integers_are_big_endian(void **state)
{
    (void)state;
    struct base_buffer buffer = {0};
    base_put_u8(&buffer, 0x01);
    base_put_be16(&buffer, 0x0203);
    base_put_be32(&buffer, 0x84050607);
    base_put_be64(&buffer, 0x88090a0b8c0d0e0f);
    const uint8_t wanted[] = {0x01, 0x02, 0x03, 0x84, 0x05, 0x06, 0x07, 0x88,
                              0x09, 0x0a, 0x0b, 0x8c, 0x0d, 0x0e, 0x0f};
    assert_int_equal(buffer.n_bytes, sizeof wanted);
    assert_memory_equal(buffer.data, wanted, sizeof wanted);
    base_buffer_free(&buffer);
    assert_null(buffer.data);
    assert_int_equal(buffer.n_bytes, 0);
}

static void a_length_is_patched_in_place(void **state)
{
    (void)state;
    struct base_buffer buffer = {0};
    base_put_bytes(&buffer, "abcd", 4);
    base_patch_be16(&buffer, 1, 0x3031);
    assert_string_equal(base_buffer_text(&buffer), "a01d");
    base_patch_be16(&buffer, 2, 0x3233); /* the last two */
    assert_string_equal(base_buffer_text(&buffer), "a023");
    base_patch_be16(&buffer, 3, 0x3435); /* beyond the end: nothing */
    assert_string_equal(base_buffer_text(&buffer), "a023");
    assert_int_equal(buffer.n_bytes, 4);
    base_buffer_free(&buffer);
}

static void grows_and_keeps_what_is_there(void **state)
{
    (void)state;
    struct base_buffer buffer = {0};
    for (unsigned i = 0; i < 10000; i++) {
        base_put_u8(&buffer, (uint8_t)i);
        assert_true(buffer.capacity > buffer.n_bytes); /* room for a terminating zero */
    }
    for (unsigned i = 0; i < 10000; i++) {
        assert_int_equal(buffer.data[i], i & 0xff);
    }
    assert_true(buffer.capacity < 30000);
    base_buffer_free(&buffer);
    base_put_u8(&buffer, 1);
    assert_int_equal(buffer.capacity, 128); /* one byte takes as little as 127 */
    base_put_zeros(&buffer, 126);
    assert_int_equal(buffer.capacity, 128);
    base_put_u8(&buffer, 1);
    assert_true(buffer.capacity > 128);
    base_buffer_free(&buffer);
}

static void zeros_are_zero(void **state)
{
    (void)state;
    struct base_buffer buffer = {0};
    base_put_text(&buffer, "xxxxxxxx");
    buffer.n_bytes = 1; /* what was there before must not show through */
    uint8_t *at = base_put_zeros(&buffer, 3);
    assert_ptr_equal(at, buffer.data + 1);
    assert_int_equal(buffer.n_bytes, 4);
    assert_memory_equal(buffer.data, "x\0\0\0", 4);
    base_put_bytes(&buffer, NULL, 0);
    assert_int_equal(buffer.n_bytes, 4);
    base_buffer_free(&buffer);
}

static void texts_and_formats(void **state)
{
    (void)state;
    struct base_buffer buffer = {0};
    assert_string_equal(base_buffer_text(&buffer), "");
    base_put_text(&buffer, "port ");
    base_put_format(&buffer, "%s:%d", "s1", 6);
    assert_string_equal(base_buffer_text(&buffer), "port s1:6");
    assert_int_equal(buffer.n_bytes, strlen("port s1:6"));
    char long_text[1000];
    memset(long_text, 'y', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = 0;
    base_put_format(&buffer, "%s!", long_text);
    assert_int_equal(buffer.n_bytes, 9 + 999 + 1);
    assert_string_equal(base_buffer_text(&buffer) + 9 + 998, "y!");
    base_buffer_free(&buffer);
}

static void numbers(void **state)
{
    (void)state;
    static const struct {
        uint64_t number;
        const char *decimal, *hex;
    } rows[] = {{0, "0", "0"},          {9, "9", "9"},
                {10, "10", "a"},        {255, "255", "ff"},
                {4096, "4096", "1000"}, {UINT64_MAX, "18446744073709551615", "ffffffffffffffff"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct base_buffer decimal = {0}, hex = {0};
        base_put_decimal(&decimal, rows[i].number);
        base_put_hex(&hex, rows[i].number);
        assert_string_equal(base_buffer_text(&decimal), rows[i].decimal);
        assert_string_equal(base_buffer_text(&hex), rows[i].hex);
        base_buffer_free(&decimal);
        base_buffer_free(&hex);
    }
}

static void a_text_is_taken(void **state)
{
    (void)state;
    struct base_buffer buffer = {0};
    base_put_text(&buffer, "drop");
    char *text = base_buffer_take_text(&buffer);
    assert_string_equal(text, "drop");
    assert_null(buffer.data);
    assert_int_equal(buffer.n_bytes, 0);
    assert_int_equal(buffer.capacity, 0);
    free(text);
    text = base_buffer_take_text(&buffer);
    assert_string_equal(text, "");
    free(text);
}

static void a_failed_buffer_stays_failed(void **state)
{
    (void)state;
    struct base_buffer buffer = {0};
    base_put_text(&buffer, "kept");
    assert_null(base_put_zeros(&buffer, SIZE_MAX / 4));
    assert_true(buffer.failed);
    assert_int_equal(buffer.n_bytes, 4);
    base_put_text(&buffer, "more");
    base_put_format(&buffer, "%s", "more");
    assert_int_equal(buffer.n_bytes, 4);
    assert_string_equal(base_buffer_text(&buffer), "");
    assert_null(base_buffer_take_text(&buffer));
    assert_false(buffer.failed); /* freed: usable again */
    base_put_text(&buffer, "new");
    assert_string_equal(base_buffer_text(&buffer), "new");
    base_buffer_free(&buffer);
}

/* A text that there is not is one for which there was no memory. */
static void a_text_that_is_missing_fails(void **state)
{
    (void)state;
    struct base_buffer buffer = {0};
    base_put_text(&buffer, "");
    assert_false(buffer.failed);
    base_put_text(&buffer, NULL);
    assert_true(buffer.failed);
    base_buffer_free(&buffer);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(integers_are_big_endian),
    cmocka_unit_test(a_length_is_patched_in_place),
    cmocka_unit_test(grows_and_keeps_what_is_there),
    cmocka_unit_test(zeros_are_zero),
    cmocka_unit_test(texts_and_formats),
    cmocka_unit_test(numbers),
    cmocka_unit_test(a_text_is_taken),
    cmocka_unit_test(a_failed_buffer_stays_failed),
    cmocka_unit_test(a_text_that_is_missing_fails),
};

TEST_MAIN(tests)
