/* SPDX-License-Identifier: Apache-2.0
 *
 * The pace, by a clock that the test moves. */
#include "tapping/pace.h"

#include "testing/cmocka.h"

static const uint64_t ms = 1000000, start = 5000000000;

/* How many frames go until then, if the clock advances by `step`. */
static unsigned count_until(struct tapping_pace *pace, uint64_t from, uint64_t until, uint64_t step)
{
    unsigned n = 0;
    for (uint64_t now = from; now < until; now += step) {
        while (tapping_pace_may_send(pace, now, 0)) {
            tapping_pace_sent(pace, now);
            n++;
        }
    }
    return n;
}

static void sends_at_once_and_by_the_interval(void **state)
{
    (void)state;
    struct tapping_pace pace = {.interval_ns = 10 * ms, .window = 64};
    assert_true(tapping_pace_may_send(&pace, start, 0));
    tapping_pace_sent(&pace, start);
    assert_false(tapping_pace_may_send(&pace, start + 10 * ms - 1, 0));
    assert_true(tapping_pace_may_send(&pace, start + 10 * ms, 0));
}

/* A clock that is looked at every 7 ms, an interval of 1 ms: none is missed. */
static void keeps_the_mean_rate(void **state)
{
    (void)state;
    struct tapping_pace pace = {.interval_ns = ms, .window = 64};
    assert_int_equal(count_until(&pace, start, start + 7000 * ms, 7 * ms), 7000 - 6);
}

static void does_not_catch_up_with_a_long_pause(void **state)
{
    (void)state;
    struct tapping_pace pace = {.interval_ns = ms, .window = 64};
    assert_int_equal(count_until(&pace, start, start + 1, 1), 1);
    uint64_t later = start + 3600000 * ms;
    assert_in_range(count_until(&pace, later, later + 1, 1), 100, 101);
}

static void keeps_to_the_window(void **state)
{
    (void)state;
    struct tapping_pace pace = {.interval_ns = 0, .window = 64};
    unsigned in_flight = 0;
    while (tapping_pace_may_send(&pace, start, in_flight)) {
        tapping_pace_sent(&pace, start);
        in_flight++;
    }
    assert_int_equal(in_flight, 64);
    assert_true(tapping_pace_may_send(&pace, start, 63));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(sends_at_once_and_by_the_interval),
    cmocka_unit_test(keeps_the_mean_rate),
    cmocka_unit_test(does_not_catch_up_with_a_long_pause),
    cmocka_unit_test(keeps_to_the_window),
};
TEST_MAIN(tests)
