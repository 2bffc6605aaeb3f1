/* SPDX-License-Identifier: Apache-2.0
 *
 * Length rules, bytes in errors, text fields. */
#include "testing/cmocka.h"

#include "openflow/check.h"

static void lengths_fit_a_rule(void **state)
{
    (void)state;
    const struct of_length_rule exact = {12, 0}, any = {12, 1}, records = {32, 48}, none = {0, 0};
    assert_true(of_length_fits(exact, 12));
    assert_false(of_length_fits(exact, 11));
    assert_false(of_length_fits(exact, 24));
    assert_true(of_length_fits(any, 12));
    assert_true(of_length_fits(any, 13));
    assert_false(of_length_fits(any, 11));
    assert_true(of_length_fits(records, 32));
    assert_true(of_length_fits(records, 80));
    assert_false(of_length_fits(records, 48));
    assert_false(of_length_fits(records, 81));
    assert_false(of_length_fits(records, 0));
    assert_true(of_length_fits(none, 0));
    assert_false(of_length_fits(none, 1));
}

static void rules_in_words(void **state)
{
    (void)state;
    assert_string_equal(of_length_words((struct of_length_rule){12, 0}).text, "12");
    assert_string_equal(of_length_words((struct of_length_rule){8, 1}).text, "8 or more");
    assert_string_equal(of_length_words((struct of_length_rule){32, 48}).text, "32 + n * 48");
}

static void sixteen_bytes_are_shown(void **state)
{
    (void)state;
    const uint8_t bytes[17] = {0x01, 0xff, [15] = 0x0a};
    assert_string_equal(of_hex(bytes, 0).text, "no bytes");
    assert_string_equal(of_hex(bytes, 2).text, "01 ff");
    assert_string_equal(of_hex(bytes, 16).text, "01 ff 00 00 00 00 00 00 00 00 00 00 00 00 00 0a");
    assert_string_equal(of_hex(bytes, 17).text,
                        "01 ff 00 00 00 00 00 00 00 00 00 00 00 00 00 0a …");
}

static void a_text_field_need_not_end(void **state)
{
    (void)state;
    char text[5] = "xxxx";
    struct base_reader in = base_reader_over("abcd", 4);
    of_read_text(&in, text, 4);
    assert_string_equal(text, "abcd");
    assert_int_equal(of_check_read(&in, "text", NULL), 0);
    struct base_error error = {""};
    of_read_text(&in, text, 4);
    assert_string_equal(text, "");
    assert_int_equal(of_check_read(&in, "text", &error), -1);
    assert_string_equal(error.text, "text is cut short");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(lengths_fit_a_rule),
    cmocka_unit_test(rules_in_words),
    cmocka_unit_test(sixteen_bytes_are_shown),
    cmocka_unit_test(a_text_field_need_not_end),
};
TEST_MAIN(tests)
