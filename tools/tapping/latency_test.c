/* SPDX-License-Identifier: Apache-2.0
 *
 * Percentiles, against the sorted list. */
#include "tapping/latency.h"

#include "testing/cmocka.h"

#include <stdlib.h>

static void nothing_is_zero(void **state)
{
    (void)state;
    struct tapping_latency latency = {0};
    assert_int_equal(tapping_latency_percentile(&latency, 50), 0);
    assert_int_equal(latency.min_ns, 0);
    assert_int_equal(latency.max_ns, 0);
}

static void one_value_is_all_of_them(void **state)
{
    (void)state;
    struct tapping_latency latency = {0};
    tapping_latency_add(&latency, 123456789);
    for (unsigned percent = 0; percent <= 100; percent++) {
        assert_int_equal(tapping_latency_percentile(&latency, percent), 123456789);
    }
}

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Against the sorted list: the same up to 1/64, never too low. */
static void percentiles_of_many(void **state)
{
    (void)state;
    enum { N = 4999 };
    static uint64_t values[N];
    struct tapping_latency latency = {0};
    uint64_t random = 88172645463325252u, sum = 0;
    for (size_t i = 0; i < N; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        values[i] = random >> (24 + random % 38); /* 4 ns to 1099 s */
        sum += values[i];
        tapping_latency_add(&latency, values[i]);
    }
    qsort(values, N, sizeof *values, compare);
    assert_int_equal(latency.min_ns, values[0]);
    assert_int_equal(latency.max_ns, values[N - 1]);
    assert_int_equal(latency.sum_ns, sum);
    for (unsigned percent = 1; percent <= 100; percent++) {
        uint64_t exact = values[(N * percent + 99) / 100 - 1];
        uint64_t got = tapping_latency_percentile(&latency, percent);
        assert_in_range(got, exact, exact + exact / 64);
    }
}

static void beyond_the_last_bucket(void **state)
{
    (void)state;
    struct tapping_latency latency = {0};
    tapping_latency_add(&latency, UINT64_MAX / 4);
    tapping_latency_add(&latency, 1);
    assert_int_equal(tapping_latency_percentile(&latency, 50), 1);
    assert_int_equal(tapping_latency_percentile(&latency, 51), UINT64_MAX / 4);
    assert_int_equal(latency.max_ns, UINT64_MAX / 4);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_is_zero),
    cmocka_unit_test(one_value_is_all_of_them),
    cmocka_unit_test(percentiles_of_many),
    cmocka_unit_test(beyond_the_last_bucket),
};
TEST_MAIN(tests)
