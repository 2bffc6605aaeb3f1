/* SPDX-License-Identifier: Apache-2.0
 *
 * A library that every system has, one that none has, and one that is too old. */
#include "base/library.h"

#include "testing/cmocka.h"

#include <string.h>

struct functions {
    double (*absent)(double);
    double (*cos)(double);
};

static const struct base_library_function COS[] = {{"cos", offsetof(struct functions, cos)}};

static void a_function_is_found_by_its_name(void **state)
{
    (void)state;
    static const struct base_library math = {"libm", "libc6", {"libm.so.6", NULL}, COS, 1};
    struct functions functions = {0};
    assert_int_equal(base_library_load(&math, &functions, NULL), 0);
    assert_true(functions.cos(0) == 1);
    assert_null(functions.absent);
}

static void the_second_name_is_tried(void **state)
{
    (void)state;
    static const struct base_library math = {"libm", "libc6", {"libnot.so.0", "libm.so.6"}, COS, 1};
    struct functions functions = {0};
    assert_int_equal(base_library_load(&math, &functions, NULL), 0);
    assert_non_null(functions.cos);
}

static void what_is_missing_is_named(void **state)
{
    (void)state;
    static const struct base_library nowhere = {
        "libnot", "libnot0", {"libnot.so.0", "libnot.so.1"}, COS, 1};
    static const struct base_library_function FUTURE[] = {{"cos_of_next_year", 0}};
    static const struct base_library old = {"libm", "libc6", {"libm.so.6", NULL}, FUTURE, 1};
    struct functions functions = {0};
    struct base_error error;
    assert_int_equal(base_library_load(&nowhere, &functions, &error), -1);
    assert_non_null(strstr(error.text, "libnot cannot be loaded (Debian's package libnot0): "));
    assert_non_null(strstr(error.text, "libnot.so.0"));
    static const struct base_library alone = {"libnot", "libnot0", {"libnot.so.0", NULL}, COS, 1};
    assert_int_equal(base_library_load(&alone, &functions, NULL), -1);
    assert_null(functions.cos);
    assert_int_equal(base_library_load(&old, &functions, &error), -1);
    assert_string_equal(error.text, "libm is too old: it has no cos_of_next_year");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_function_is_found_by_its_name),
    cmocka_unit_test(the_second_name_is_tried),
    cmocka_unit_test(what_is_missing_is_named),
};
TEST_MAIN(tests)
