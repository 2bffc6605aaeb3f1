/* SPDX-License-Identifier: Apache-2.0
 *
 * Gaps, restarts, and numbers that come out of order. */
#include "sflow/sequence.h"

#include "testing/cmocka.h"

static void assert_counts(const struct sflow_sequence *sequence, uint64_t n_lost, uint64_t n_late,
                          uint64_t n_restarts)
{
    assert_int_equal(sequence->n_lost, n_lost);
    assert_int_equal(sequence->n_late, n_late);
    assert_int_equal(sequence->n_restarts, n_restarts);
}

static void the_first_one_may_have_any_number(void **state)
{
    (void)state;
    struct sflow_sequence sequence = {0};
    sflow_sequence_note(&sequence, 4000, 99);
    sflow_sequence_note(&sequence, 4001, 99);
    assert_int_equal(sequence.n_received, 2);
    assert_counts(&sequence, 0, 0, 0);
}

static void gaps_are_losses_over_the_wrap_too(void **state)
{
    (void)state;
    struct sflow_sequence sequence = {0};
    sflow_sequence_note(&sequence, UINT32_MAX - 1, 10);
    sflow_sequence_note(&sequence, 2, 20); /* MAX, 0 and 1 are missing */
    assert_counts(&sequence, 3, 0, 0);
    sflow_sequence_note(&sequence, 3, 20);
    assert_counts(&sequence, 3, 0, 0);
}

static void a_late_one_was_not_lost(void **state)
{
    (void)state;
    struct sflow_sequence sequence = {0};
    sflow_sequence_note(&sequence, UINT32_MAX, 1000);
    sflow_sequence_note(&sequence, 1, 1010);
    assert_counts(&sequence, 1, 0, 0);
    sflow_sequence_note(&sequence, 0, 1005);
    assert_counts(&sequence, 0, 1, 0);
    sflow_sequence_note(&sequence, 2, 1020);
    assert_counts(&sequence, 0, 1, 0);
}

static void one_that_comes_twice_is_no_gain(void **state)
{
    (void)state;
    struct sflow_sequence sequence = {0};
    assert_true(sflow_sequence_note(&sequence, 5, 0));
    assert_true(sflow_sequence_note(&sequence, 7, 0));
    assert_false(sflow_sequence_note(&sequence, 7, 0));
    assert_counts(&sequence, 1, 1, 0);
    assert_true(sflow_sequence_note(&sequence, 6, 0));
    assert_false(sflow_sequence_note(&sequence, 6, 0));
    assert_false(sflow_sequence_note(&sequence, 5, 0));
    assert_counts(&sequence, 0, 4, 0);
    assert_int_equal(sequence.n_twice, 3);
}

/* Two agents with one address: the numbers are the same, and what came with them is not. */
static void the_same_number_of_another_time_is_another(void **state)
{
    (void)state;
    struct sflow_sequence sequence = {0};
    assert_true(sflow_sequence_note(&sequence, 5, 1000));
    assert_true(sflow_sequence_note(&sequence, 5, 900));
    assert_true(sflow_sequence_note(&sequence, 6, 2000));
    assert_true(sflow_sequence_note(&sequence, 5, 1100));
    assert_false(sflow_sequence_note(&sequence, 5, 1100));
    assert_int_equal(sequence.n_twice, 1);
}

/* As far as it looks back, and over the wrap. */
static void what_was_seen_is_remembered_for_a_while(void **state)
{
    (void)state;
    struct sflow_sequence sequence = {0};
    uint32_t first = UINT32_MAX - 10;
    for (uint32_t i = 0; i < 64; i++) {
        assert_true(sflow_sequence_note(&sequence, first + i, i));
    }
    for (uint32_t i = 0; i < 64; i++) {
        assert_false(sflow_sequence_note(&sequence, first + i, i));
    }
    assert_true(sflow_sequence_note(&sequence, first + 64, 64));
    assert_true(sflow_sequence_note(&sequence, first, 0)); /* too long ago to know */
    assert_false(sflow_sequence_note(&sequence, first + 1, 1));
    assert_true(sflow_sequence_note(&sequence, first + 1000, 64));
    assert_true(sflow_sequence_note(&sequence, first + 999, 64));
    assert_int_equal(sequence.n_twice, 65);
}

static void an_agent_that_begins_anew_loses_nothing(void **state)
{
    (void)state;
    struct sflow_sequence sequence = {0};
    sflow_sequence_note(&sequence, 50, 600000);
    sflow_sequence_note(&sequence, 1, 1000); /* a small step, but uptime says it */
    assert_counts(&sequence, 0, 0, 1);
    sflow_sequence_note(&sequence, 3, 2000);
    assert_counts(&sequence, 1, 0, 1);
    sflow_sequence_note(&sequence, 3000000000, 2000);
    assert_counts(&sequence, 1, 0, 2);
    sflow_sequence_note(&sequence, 5, 2500);
    assert_counts(&sequence, 1, 0, 3);
}

/* 49 days of milliseconds are over between the two. */
static void an_uptime_that_wraps_is_no_restart(void **state)
{
    (void)state;
    struct sflow_sequence sequence = {0};
    sflow_sequence_note(&sequence, 10, 5);
    sflow_sequence_note(&sequence, 9, UINT32_MAX - 5);
    assert_counts(&sequence, 0, 1, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_first_one_may_have_any_number),
    cmocka_unit_test(gaps_are_losses_over_the_wrap_too),
    cmocka_unit_test(a_late_one_was_not_lost),
    cmocka_unit_test(one_that_comes_twice_is_no_gain),
    cmocka_unit_test(the_same_number_of_another_time_is_another),
    cmocka_unit_test(what_was_seen_is_remembered_for_a_while),
    cmocka_unit_test(an_agent_that_begins_anew_loses_nothing),
    cmocka_unit_test(an_uptime_that_wraps_is_no_restart),
};

TEST_MAIN(tests)
