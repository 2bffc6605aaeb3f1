/* SPDX-License-Identifier: Apache-2.0
 *
 * Equal things get equal numbers, others their own, whatever their hashes. */
#include "base/intern.h"

#include "testing/cmocka.h"
#include "testing/failing.h"

enum { N = 500 };

static bool same(const void *aux, uint32_t id, const void *key)
{
    return ((const int *)aux)[id] == *(const int *)key;
}

/* With the hash of all, `n_hashes` different ones. */
static void number_all(uint64_t n_hashes)
{
    struct base_interner interner = {0};
    int things[N];
    uint32_t id;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < N; i++) {
            int thing = 3 * i;
            assert_int_equal(
                base_intern(&interner, (uint64_t)i * 7919 % n_hashes, same, things, &thing, &id),
                0);
            assert_int_equal(id, i);
            things[id] = thing;
        }
        assert_int_equal(interner.n_ids, N);
        assert_true(interner.n_slots >= 2 * interner.n_ids);
    }
    for (int i = 0; i < N; i++) {
        int thing = 3 * i, other = 3 * i + 1;
        assert_true(
            base_intern_find(&interner, (uint64_t)i * 7919 % n_hashes, same, things, &thing, &id));
        assert_int_equal(id, i);
        assert_false(
            base_intern_find(&interner, (uint64_t)i * 7919 % n_hashes, same, things, &other, &id));
        assert_false(base_intern_find(&interner, n_hashes + 7, same, things, &thing, &id));
    }
    assert_int_equal(interner.n_ids, N);
    base_intern_free(&interner);
    assert_int_equal(interner.n_ids, 0);
}

static void equal_things_have_equal_numbers(void **state)
{
    (void)state;
    number_all(100003);
    number_all(3);
    number_all(1);
}

static void nothing_is_found_in_an_empty_one(void **state)
{
    (void)state;
    struct base_interner interner = {0};
    uint32_t id = 7;
    assert_false(base_intern_find(&interner, 1, same, NULL, &id, &id));
    base_intern_free(&interner);
}

static int number_many(void *aux)
{
    struct base_interner interner = {0};
    int things[N], status = 0;
    (void)aux;
    for (int i = 0; i < N && status == 0; i++) {
        uint32_t id;
        status = base_intern(&interner, (uint64_t)i, same, things, &i, &id);
        if (status == 0) {
            things[id] = i;
        }
    }
    base_intern_free(&interner);
    return status;
}

static void without_memory_there_is_no_number(void **state)
{
    (void)state;
    assert_in_range(failing_each(number_many, NULL), 2, 100);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(equal_things_have_equal_numbers),
    cmocka_unit_test(nothing_is_found_in_an_empty_one),
    cmocka_unit_test(without_memory_there_is_no_number),
};
TEST_MAIN(tests)
