/* SPDX-License-Identifier: Apache-2.0
 *
 * Which bytes stay, and what stands for the others. The ill-formed sequences
 * are those of the Unicode Standard 15, section 3.9. */
#include "report/escape.h"

#include "testing/cmocka.h"

static void assert_put(void (*put)(struct base_buffer *, const char *), const char *text,
                       const char *expected)
{
    struct base_buffer out = {0};
    put(&out, text);
    assert_string_equal(base_buffer_text(&out), expected);
    base_buffer_free(&out);
}

static void test_well_formed_text_stays(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "s1-eth1",
        "≠ é 𝄞",
        "\xc2\xa0",
        "\xdf\xbf",
        "\xe0\xa0\x80",
        "\xed\x9f\xbf",
        "\xf0\x90\x80\x80",
        "\xf4\x8f\xbf\xbd",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_put(report_put_clean, texts[i], texts[i]);
    }
}

static void test_bad_bytes_are_spelled(void **state)
{
    (void)state;
    static const struct {
        const char *text, *clean;
    } rows[] = {
        {"a\xff", "a\\xff"},
        {"\x80z", "\\x80z"},
        {"\xc0\xaf", "\\xc0\\xaf"}, /* overlong */
        {"\xc1\xbf", "\\xc1\\xbf"},
        {"\xe0\x9f\xbf", "\\xe0\\x9f\\xbf"},
        {"\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},          /* surrogate */
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* above U+10FFFF */
        {"\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80"},
        {"\xe2\x89", "\\xe2\\x89"}, /* cut */
        {"\xe2\x89q", "\\xe2\\x89q"},
        {"\xf9\x80\x80\x80", "\\xf9\\x80\\x80\\x80"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_put(report_put_clean, rows[i].text, rows[i].clean);
    }
}

static void test_what_steers_a_terminal_is_spelled(void **state)
{
    (void)state;
    static const struct {
        const char *text, *clean;
    } rows[] = {
        {"\x1b[31m", "\\x1b[31m"},
        {"\x7f", "\\x7f"},
        {"\xc2\x9b"
         "31m",
         "\\xc2\\x9b31m"},                   /* CSI in C1 */
        {"\xe2\x80\xae", "\\xe2\\x80\\xae"}, /* right-to-left override */
        {"\xe2\x81\xa6", "\\xe2\\x81\\xa6"},
        {"\xef\xbb\xbf", "\\xef\\xbb\\xbf"}, /* byte order mark */
        {"\xef\xbf\xbe", "\\xef\\xbf\\xbe"}, /* noncharacter */
        {"\xf0\x9f\xbf\xbf", "\\xf0\\x9f\\xbf\\xbf"},
        {"a\r\nb\tc", "a\\x0d\\x0ab\\x09c"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_put(report_put_clean, rows[i].text, rows[i].clean);
        struct base_buffer out = {0};
        report_put_clean(&out, rows[i].text);
        assert_int_equal(report_columns(rows[i].text, REPORT_TO_THE_END), out.n_bytes);
        base_buffer_free(&out);
    }
    assert_int_equal(report_columns("é≠", REPORT_TO_THE_END), 2);
}

static void test_each_syntax(void **state)
{
    (void)state;
    static const char text[] = "<a b=\"'&\">]]>\\\n\t\x02";
    assert_put(report_put_xml, text, "&lt;a b=\"'&amp;\"&gt;]]&gt;\\\n\t\\x02");
    assert_put(report_put_xml_attribute, text,
               "&lt;a b=&quot;'&amp;&quot;&gt;]]&gt;\\&#10;&#9;\\x02");
    assert_put(report_put_quoted, text, "\"<a b=\\\"'&\\\">]]>\\\\\\n\\t\\\\x02\"");
}

static void test_a_part(void **state)
{
    (void)state;
    struct base_buffer out = {0};
    report_put_clean_part(&out, "abc", 2);
    report_put_clean_part(&out, "≠", 2); /* cut within a character */
    report_put_clean_part(&out, "d", 9);
    assert_string_equal(base_buffer_text(&out), "ab\\xe2\\x89d");
    base_buffer_free(&out);
}

static void test_lost_memory_is_not_forgotten(void **state)
{
    (void)state;
    struct base_buffer out = {0};
    struct base_buffer scratch = {.failed = true};
    report_drop_scratch(&scratch, &out);
    assert_true(out.failed);
    assert_false(scratch.failed);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_well_formed_text_stays),
    cmocka_unit_test(test_bad_bytes_are_spelled),
    cmocka_unit_test(test_what_steers_a_terminal_is_spelled),
    cmocka_unit_test(test_each_syntax),
    cmocka_unit_test(test_a_part),
    cmocka_unit_test(test_lost_memory_is_not_forgotten),
};

TEST_MAIN(tests)
