/* SPDX-License-Identifier: Apache-2.0
 *
 * Rates with a clock of the test's own; the last test asks a dumb oracle that
 * keeps every sample. */
#include "sflow/rates.h"

#include "testing/cmocka.h"
#include "testing/failing.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t seed[16] = {1, 2, 3};

static struct sflow_key key_of(uint32_t sw, uint16_t port)
{
    return (struct sflow_key){.sw = sw, .flow = {.in_port = port}};
}

static void steady_traffic_has_its_rate(void **state)
{
    (void)state;
    struct sflow_rates *rates = sflow_rates_new(1000, 16, seed);
    struct sflow_key key = key_of(1, 2);
    struct sflow_rate rate = {0};
    for (uint64_t now = 5000; now <= 9000; now += 10) { /* 1,250 bytes in 10 ms: 1 Mbps */
        rate = sflow_rates_note(rates, &key, 1250, 1, now);
    }
    assert_in_range(rate.bits_per_s, 990000, 1010000);
    assert_in_range(rate.packets_per_s, 99, 101);
    assert_in_range(rate.n_samples, 100, 114);
    sflow_rates_free(rates);
}

static void a_burst_counts_until_it_leaves_the_window(void **state)
{
    (void)state;
    struct sflow_rates *rates = sflow_rates_new(1000, 16, seed);
    struct sflow_key key = key_of(1, 2);
    struct sflow_rate rate = sflow_rates_note(rates, &key, 1000, 4, 2000);
    assert_int_equal(rate.bits_per_s, 8000);
    assert_int_equal(rate.packets_per_s, 4);
    assert_int_equal(rate.n_samples, 1);
    assert_int_equal(sflow_rates_get(rates, &key, 2999).bits_per_s, 8000);
    assert_int_equal(sflow_rates_get(rates, &key, 3000).bits_per_s, 8000);
    uint64_t leaving =
        sflow_rates_get(rates, &key, 3063).bits_per_s; /* about half a slot of 125 ms */
    assert_in_range(leaving, 3900, 4100);
    assert_int_equal(sflow_rates_get(rates, &key, 3125).bits_per_s, 0);
    assert_int_equal(sflow_rates_get(rates, &key, 1000000).bits_per_s, 0);
    assert_int_equal(sflow_rates_get(rates, &key, 1000000).n_samples, 0);
    sflow_rates_free(rates);
}

/* Numbers that look random, the same in each run. */
static uint32_t draw(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(*state >> 33);
}

/* Of frames of 64 to 1,463 bytes one of so many is sampled; a window has 20 samples or more. */
static void rates_are_within_their_error(void **state)
{
    (void)state;
    enum { N_WINDOWS = 400, MEAN_BYTES = 64 + 1399 / 2 };
    for (uint32_t sampling = 1; sampling <= 1024; sampling *= 4) {
        struct sflow_rates *rates = sflow_rates_new(1000, 16, seed);
        struct sflow_key key = key_of(1, 2);
        uint64_t random = sampling;
        const uint32_t n_each_ms = sampling / 50 + 1;
        const double is = n_each_ms * 1000.0 * (MEAN_BYTES + 0.5) * 8;
        size_t n_within = 0;
        for (uint64_t now = 1; now <= 1000 * (N_WINDOWS + 1); now++) {
            for (uint32_t i = 0; i < n_each_ms; i++) {
                uint32_t n_bytes = 64 + draw(&random) % 1400;
                if (draw(&random) % sampling == 0) {
                    sflow_rates_note(rates, &key, (uint64_t)n_bytes * sampling, sampling, now);
                }
            }
            if (now > 1000 && now % 1000 == 0) {
                const struct sflow_rate rate = sflow_rates_get(rates, &key, now);
                double off = (double)rate.bits_per_s - is;
                n_within += (off < 0 ? -off : off) <= rate.error * (double)rate.bits_per_s;
                assert_true(sampling > 1 || rate.error == 0);
            }
        }
        assert_true(sampling == 1 || n_within >= N_WINDOWS * 95 / 100);
        sflow_rates_free(rates);
    }
}

/* 100 samples of one size: about 20 %; of one packet of a thousand nothing is known. */
static void an_error_is_of_its_samples(void **state)
{
    (void)state;
    struct sflow_rates *rates = sflow_rates_new(1000, 16, seed);
    struct sflow_key one = key_of(1, 2), half = key_of(1, 3), few = key_of(1, 4);
    struct sflow_rate rate = {0}, all = {0}, half_rate = {0};
    for (uint64_t i = 0; i < 100; i++) {
        rate = sflow_rates_note(rates, &few, 1000000, 1000, 2000);
        all = sflow_rates_note(rates, &one, 1000, 1, 2000);
        half_rate = sflow_rates_note(rates, &half, 2000, 2, 2000);
    }
    assert_true(rate.error > 0.21 && rate.error < 0.22);
    assert_true(half_rate.error > 0.14 && half_rate.error < 0.15); /* the other half is known */
    assert_true(all.error == 0);
    struct sflow_key single = key_of(1, 5);
    assert_true(sflow_rates_note(rates, &single, 1000000, 1000, 2000).error > 4);
    sflow_rates_free(rates);
}

static void keys_do_not_mix(void **state)
{
    (void)state;
    struct sflow_rates *rates = sflow_rates_new(1000, 1000, seed);
    for (uint32_t i = 0; i < 1000; i++) {
        struct sflow_key key = key_of(i % 10, (uint16_t)i);
        sflow_rates_note(rates, &key, i, 1, 100);
    }
    assert_int_equal(sflow_rates_n_keys(rates), 1000);
    for (uint32_t i = 0; i < 1000; i++) {
        struct sflow_key key = key_of(i % 10, (uint16_t)i);
        assert_int_equal(sflow_rates_get(rates, &key, 100).bits_per_s, i * 8);
    }
    struct sflow_key unknown = key_of(3, 4);
    assert_int_equal(sflow_rates_get(rates, &unknown, 100).n_samples, 0);
    sflow_rates_free(rates);
}

static void a_flood_of_keys_evicts_the_silent_ones(void **state)
{
    (void)state;
    struct sflow_rates *rates = sflow_rates_new(1000, 100, seed);
    struct sflow_key busy = key_of(7, 7);
    for (uint32_t i = 0; i < 100000; i++) {
        struct sflow_key key = key_of(1000 + i, 0);
        sflow_rates_note(rates, &key, 1, 1, 500);
        if (i % 50 == 0) {
            sflow_rates_note(rates, &busy, 1, 1, 500);
        }
    }
    assert_int_equal(sflow_rates_n_keys(rates), 100);
    assert_int_equal(sflow_rates_n_evicted(rates), 100001 - 100);
    assert_int_equal(sflow_rates_get(rates, &busy, 500).packets_per_s, 2000);
    struct sflow_key first = key_of(1000, 0), last = key_of(1000 + 99999, 0);
    assert_int_equal(sflow_rates_get(rates, &first, 500).n_samples, 0);
    assert_int_equal(sflow_rates_get(rates, &last, 500).n_samples, 1);
    sflow_rates_free(rates);
}

/* Each sample is then the only one of its key; those that have a place keep it. */
static void without_memory_a_sample_counts_alone(void **state)
{
    (void)state;
    struct sflow_rates *rates = sflow_rates_new(1000, 100000, seed);
    struct sflow_key key = key_of(1, 1);
    failing_begin(0, true);
    for (size_t i = 0; i < 2; i++) {
        struct sflow_rate rate = sflow_rates_note(rates, &key, 1000, 1, 500);
        assert_int_equal(rate.n_samples, 1);
        assert_int_equal(rate.bits_per_s, 8000);
    }
    assert_true(failing_end());
    assert_int_equal(sflow_rates_n_keys(rates), 0);
    assert_int_equal(sflow_rates_n_evicted(rates), 2);
    sflow_rates_note(rates, &key, 1000, 1, 500);
    failing_begin(0, true);
    for (uint32_t i = 0; i < 1000; i++) {
        struct sflow_key other = key_of(2 + i, 1);
        sflow_rates_note(rates, &other, 1000, 1, 500);
        assert_int_equal(sflow_rates_note(rates, &other, 1000, 1, 500).n_samples, 2);
    }
    assert_true(failing_end());
    size_t n = sflow_rates_n_keys(rates);
    assert_in_range(n, 1, 999);
    assert_int_equal(sflow_rates_n_evicted(rates), 2 + 1001 - n);
    sflow_rates_free(rates);
}

static void silent_keys_are_forgotten_not_evicted(void **state)
{
    (void)state;
    struct sflow_rates *rates = sflow_rates_new(1000, 100, seed);
    for (uint32_t i = 0; i < 100; i++) {
        struct sflow_key key = key_of(i, 0);
        sflow_rates_note(rates, &key, 1, 1, i);
    }
    struct sflow_key next = key_of(100, 0);
    sflow_rates_note(rates, &next, 1, 1, 2000);
    assert_int_equal(sflow_rates_n_keys(rates), 1);
    assert_int_equal(sflow_rates_n_evicted(rates), 0);
    sflow_rates_free(rates);
}

static void sums_do_not_wrap_and_time_does_not_go_back(void **state)
{
    (void)state;
    struct sflow_rates *rates = sflow_rates_new(1000, 1, seed);
    struct sflow_key key = key_of(1, 1);
    sflow_rates_note(rates, &key, UINT64_MAX, UINT64_MAX, 5000);
    struct sflow_rate rate = sflow_rates_note(rates, &key, 2, 2, 4000);
    assert_int_equal(rate.bits_per_s, UINT64_MAX);
    assert_int_equal(rate.packets_per_s, UINT64_MAX);
    assert_int_equal(rate.n_samples, 2);
    sflow_rates_free(rates);
}

/* What of the samples is in the window of SFLOW_SLOTS slots that ends with the
 * slot of `now`: the exact rate is between that of one slot less and one more. */
static double oracle(const uint64_t *times, const uint64_t *bytes, size_t n, uint64_t from,
                     uint64_t now)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += times[i] >= from && times[i] <= now ? (double)bytes[i] * 8 : 0;
    }
    return sum;
}

static void agrees_with_a_list_of_all_samples(void **state)
{
    (void)state;
    enum { N = 2000 };
    static uint64_t times[N], bytes[N];
    struct sflow_rates *rates = sflow_rates_new(1000, 4, seed);
    struct sflow_key key = key_of(1, 1);
    uint64_t now = 10000;
    srand(7);
    for (size_t i = 0; i < N; i++) {
        now += (uint64_t)(rand() % 100 ? rand() % 30 : rand() % 3000);
        times[i] = now;
        bytes[i] = (uint64_t)rand() % 10000;
        double rate = (double)sflow_rates_note(rates, &key, bytes[i], 1, now).bits_per_s;
        double low = oracle(times, bytes, i + 1, now - 875, now);
        double high = oracle(times, bytes, i + 1, now - 1125, now);
        assert_true(rate >= low - 1 && rate <= high + 1);
    }
    sflow_rates_free(rates);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(rates_are_within_their_error),
    cmocka_unit_test(an_error_is_of_its_samples),
    cmocka_unit_test(steady_traffic_has_its_rate),
    cmocka_unit_test(a_burst_counts_until_it_leaves_the_window),
    cmocka_unit_test(keys_do_not_mix),
    cmocka_unit_test(a_flood_of_keys_evicts_the_silent_ones),
    cmocka_unit_test(without_memory_a_sample_counts_alone),
    cmocka_unit_test(silent_keys_are_forgotten_not_evicted),
    cmocka_unit_test(sums_do_not_wrap_and_time_does_not_go_back),
    cmocka_unit_test(agrees_with_a_list_of_all_samples),
};

TEST_MAIN(tests)
