/* SPDX-License-Identifier: Apache-2.0
 *
 * Clocks and time spans. */
#include "base/clock.h"

#include "testing/cmocka.h"

static void time_spans_of_timers(void **state)
{
    (void)state;
    static const unsigned cases[][3] = {
        {0, 0, 0}, {1, 0, 1000}, {999, 0, 999000}, {1000, 1, 0}, {2998, 2, 998000}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct timeval span = base_timeval(cases[i][0]);
        assert_int_equal(span.tv_sec, cases[i][1]);
        assert_int_equal(span.tv_usec, cases[i][2]);
    }
}

static void clocks_go_on(void **state)
{
    (void)state;
    uint64_t start_ns = base_now_ns();
    uint64_t wall_s = base_wall_ns() / 1000000000;
    uint64_t time_s = (uint64_t)time(NULL);
    while (base_now_ns() < start_ns + 2000000) {
    }
    assert_true(base_ms_since(start_ns) >= 2 && base_ms_since(start_ns) < 60000);
    assert_true(time_s - wall_s <= 60);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(time_spans_of_timers),
    cmocka_unit_test(clocks_go_on),
};
TEST_MAIN(tests)
