/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors: the text, what is put in front of it, and how both are cut. */
#include "base/error.h"

#include "testing/cmocka.h"

#include <string.h>

static void what_and_then_where(void **state)
{
    (void)state;
    struct base_error error;
    assert_int_equal(base_fail(&error, "%d is no port", 0), -1);
    assert_string_equal(error.text, "0 is no port");
    assert_int_equal(base_fail_in(&error, "endpoint \"%s\"", "tcp:h:0"), -1);
    assert_string_equal(error.text, "endpoint \"tcp:h:0\": 0 is no port");
}

static void without_an_error_only_the_status(void **state)
{
    (void)state;
    assert_int_equal(base_fail(NULL, "x"), -1);
    assert_int_equal(base_fail_in(NULL, "x"), -1);
}

static void long_texts_end_in_dots(void **state)
{
    (void)state;
    struct base_error error;
    char text[600];
    memset(text, 'x', sizeof text);
    text[sizeof error.text - 1] = 0; /* the longest that fits */
    base_fail(&error, "%s", text);
    assert_string_equal(error.text, text);
    text[sizeof error.text - 1] = 'x';
    text[sizeof error.text] = 0; /* one more */
    base_fail(&error, "%s", text);
    assert_int_equal(strlen(error.text), sizeof error.text - 1);
    assert_string_equal(error.text + sizeof error.text - 5, "x...");
}

static void long_places_end_in_dots(void **state)
{
    (void)state;
    struct base_error error;
    char where[400];
    memset(where, 'w', sizeof where);
    where[255] = 0;
    base_fail(&error, "what");
    base_fail_in(&error, "%s", where);
    assert_int_equal(strlen(error.text), 255 + strlen(": what"));
    assert_string_equal(error.text + 254, "w: what");
    where[255] = 'w';
    where[256] = 0;
    base_fail(&error, "what");
    base_fail_in(&error, "%s", where);
    assert_string_equal(error.text + 251, "w...: what");
    base_fail_in(&error, "%s", where);
    base_fail_in(&error, "%s", where); /* both together are too long */
    assert_int_equal(strlen(error.text), sizeof error.text - 1);
    assert_string_equal(error.text + sizeof error.text - 4, "...");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_and_then_where),
    cmocka_unit_test(without_an_error_only_the_status),
    cmocka_unit_test(long_texts_end_in_dots),
    cmocka_unit_test(long_places_end_in_dots),
};

TEST_MAIN(tests)
