/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys and values of a query. */
#include "tapd/face/query.h"

#include "testing/cmocka.h"

#include <stdlib.h>

static void assert_value(const char *query, const char *key, const char *expected)
{
    char *value = tapd_query_get(query, key);
    if (expected) {
        assert_non_null(value);
        assert_string_equal(value, expected);
    } else {
        assert_null(value);
    }
    free(value);
}

static void values_of_keys(void **state)
{
    (void)state;
    assert_value("wait=5s", "wait", "5s");
    assert_value("a=1&wait=5s&b=2", "wait", "5s");
    assert_value("wait=1s&wait=2s", "wait", "2s");
    assert_value("x&&wait=", "wait", "");
    assert_value("after=a%20b%2f+c", "after", "a b/ c");
    assert_value("wait", "wait", NULL);
    assert_value("waited=5s&xwait=5s", "wait", NULL);
    assert_value("", "wait", NULL);
    assert_value(NULL, "wait", NULL);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(values_of_keys),
};
TEST_MAIN(tests)
