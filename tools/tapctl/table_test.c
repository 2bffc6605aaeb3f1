/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns, and what must not reach a terminal. */
#include "tapctl/table.h"

#include "testing/cmocka.h"
#include "testing/failing.h"

static void assert_printable(const char *text, const char *expected)
{
    struct base_buffer out = {0};
    tapctl_put_printable(&out, text);
    assert_string_equal(base_buffer_text(&out), expected);
    base_buffer_free(&out);
}

static void what_is_no_text_is_escaped(void **state)
{
    (void)state;
    assert_printable("web ~", "web ~");
    assert_printable("\x1b[2J\x7f\n", "\\x1b[2J\\x7f\\x0a");
    assert_printable("\xc3\xa9\xc2\xa0", "\xc3\xa9\xc2\xa0");
    assert_printable("\xc2\x9b", "\\xc2\\x9b"); /* CSI */
    assert_printable("\xe2\x82\xac\xf0\x9f\x90\xb1", "\xe2\x82\xac\xf0\x9f\x90\xb1");
    assert_printable("\x1f \xc2\x9f\xc2\xa0\xdf\xbf", "\\x1f \\xc2\\x9f\xc2\xa0\xdf\xbf");
    assert_printable("\xc1\xbf\xc2\xbf", "\\xc1\\xbf\xc2\xbf");
    assert_printable("\xf0\x9f\x90", "\\xf0\\x9f\\x90");
    assert_printable("\xc3x\xc3\xc3\xa9\x80", "\\xc3x\\xc3\xc3\xa9\\x80");
    assert_printable("\xe2\x82", "\\xe2\\x82");
    assert_printable("\xc0\x9b\xff", "\\xc0\\x9b\\xff");
}

static void columns_are_as_wide_as_what_is_in_them(void **state)
{
    (void)state;
    static const char *const CELLS[] = {"A",  "LONG", "C",   "D",  "x", "\xc3\xa9",
                                        NULL, "yes",  "yyy", NULL, "",  "no"};
    struct tapctl_table table = {.n_columns = 4, .has_heading = true};
    struct base_buffer out = {0};
    for (size_t i = 0; i < sizeof CELLS / sizeof *CELLS; i++) {
        tapctl_table_put(&table, CELLS[i]);
    }
    tapctl_table_format(&table, &out);
    assert_string_equal(base_buffer_text(&out), "A    LONG  D\n"
                                                "x    \xc3\xa9     yes\n"
                                                "yyy        no\n");
    assert_int_equal(table.n_cells, 0);
    base_buffer_free(&out);
}

static void many_rows(void **state)
{
    (void)state;
    struct tapctl_table table = {.n_columns = 1};
    struct base_buffer out = {0};
    for (size_t i = 0; i < 1000; i++) {
        tapctl_table_put(&table, "x");
    }
    tapctl_table_format(&table, &out);
    assert_int_equal(out.n_bytes, 2000);
    base_buffer_free(&out);
}

static int format_some(void *aux)
{
    (void)aux;
    struct tapctl_table table = {.n_columns = 2};
    struct base_buffer out = {0};
    for (size_t i = 0; i < 40; i++) {
        tapctl_table_put(&table, "x");
    }
    tapctl_table_format(&table, &out);
    bool failed = out.failed;
    base_buffer_free(&out);
    return failed;
}

static void without_memory(void **state)
{
    (void)state;
    assert_true(failing_each(format_some, NULL) > 40);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_no_text_is_escaped),
    cmocka_unit_test(columns_are_as_wide_as_what_is_in_them),
    cmocka_unit_test(many_rows),
    cmocka_unit_test(without_memory),
};
TEST_MAIN(tests)
