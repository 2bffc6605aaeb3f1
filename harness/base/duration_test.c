/* SPDX-License-Identifier: Apache-2.0
 *
 * Times: every unit, fractions, and what is refused. */
#include "base/duration.h"

#include "testing/cmocka.h"

static void reads_units(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t ns;
    } pairs[] = {
        {"2", 2000000000},
        {"2s", 2000000000},
        {"0.2", 200000000},
        {"500ms", 500000000},
        {"20us", 20000},
        {"0.001ms", 1000},
        {"1.5m", 90000000000},
        {"2min", 120000000000},
        {"1h", 3600000000000},
        {"720h", 2592000000000000},
        {"0", 0},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        uint64_t ns = 1;
        assert_true(base_duration_parse(pairs[i].text, &ns));
        assert_int_equal(ns, pairs[i].ns);
    }
}

static void refuses_the_rest(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "s", "-1s", "2 s", "2x", "2ss", "nan", "inf", "721h"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint64_t ns = 7;
        assert_false(base_duration_parse(texts[i], &ns));
        assert_int_equal(ns, 7);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(reads_units),
    cmocka_unit_test(refuses_the_rest),
};
TEST_MAIN(tests)
