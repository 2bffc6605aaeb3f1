/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of a request, and the keys that they are in. */
#include "tapctl/place.h"

#include "testing/cmocka.h"

#include <string.h>

/* {"name": "web", "source": ["h1", "s2:2"], "tag": 30, "to": "h11"} */
#define TAP "{\"name\": \"\u00fcb\", \"source\": [\"h1\", \"s2:2\"], \"tag\": 30, \"to\": \"h11\"}"

static void assert_put(const char *said, const char *expected)
{
    struct base_buffer out = {0};
    json_t *tap = json_loads(TAP, 0, NULL);
    assert_non_null(tap);
    tapctl_place_put(said, tap, "web", &out);
    assert_string_equal(base_buffer_text(&out), expected);
    base_buffer_free(&out);
    json_decref(tap);
}

/* Where a text begins in the request as tapd reads it, from 1. */
static size_t column_of(const char *what)
{
    const char *at = strstr(TAP, what);
    size_t n = 1;
    for (const char *c = TAP; c < at; c++) {
        n += (*c & 0xc0) != 0x80;
    }
    return n;
}

static void a_column_is_in_a_key(void **state)
{
    (void)state;
    static const char *const WHERE[][2] = {
        {"\"name\"", "name"}, {"\u00fcb", "name"}, {"\"source\"", "source"}, {"\"s2:2\"", "source"},
        {"\"tag\"", "tag"},   {"30", "tag"},       {"\"to\"", "to"},         {"\"h11\"", "to"},
    };
    for (size_t i = 0; i < sizeof WHERE / sizeof *WHERE; i++) {
        struct base_buffer said = {0}, expected = {0};
        base_put_format(&said, "request:1:%zu: wrong", column_of(WHERE[i][0]));
        base_put_format(&expected, "web: %s: wrong\n", WHERE[i][1]);
        assert_put(base_buffer_text(&said), base_buffer_text(&expected));
        base_buffer_free(&said);
        base_buffer_free(&expected);
    }
}

static void the_text_of_the_request_is_left_out(void **state)
{
    (void)state;
    assert_put("request:1:60: error: no host\n    1 | {\"name\"\n      |  ^\nrequest:1:1: bad\n",
               "web: to: no host\nweb: bad\n");
    assert_put(" x\nrequest:1:1: error: a\n b\nc\n d", " x\nweb: a\nc\n d\n");
}

static void other_words_stay(void **state)
{
    (void)state;
    assert_put("request:1:1: expected \"match\"", "web: expected \"match\"\n");
    assert_put("request:1:999: cut", "web: cut\n");
    assert_put("p.yaml:3:4: two taps\nrequest:2:1: no", "p.yaml:3:4: two taps\nrequest:2:1: no\n");
    assert_put("request:1:x", "request:1:x\n");
    assert_put("", "");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_column_is_in_a_key),
    cmocka_unit_test(the_text_of_the_request_is_left_out),
    cmocka_unit_test(other_words_stay),
};
TEST_MAIN(tests)
