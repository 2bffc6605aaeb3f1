/* SPDX-License-Identifier: Apache-2.0
 *
 * The hash index: what was added is found with its number and place, whatever
 * shares a slot with it. */
#include "yaml/index.h"

#include "testing/cmocka.h"

#include <stdio.h>

static void the_first_of_a_key_is_kept(void **state)
{
    (void)state;
    struct yaml_index index = {0};
    char name[] = "s1";
    assert_null(yaml_index_find(&index, "s1", 2));
    assert_null(yaml_index_add(&index, name, 2, 7, (struct place){"f", 3, 5}));
    name[0] = 'x'; /* it is copied */
    const struct yaml_entry *first = yaml_index_add(&index, "s1", 2, 8, (struct place){"f", 4, 1});
    assert_non_null(first);
    assert_int_equal(first->number, 7);
    assert_int_equal(first->place.line, 3);
    assert_int_equal(first->place.column, 5);
    assert_ptr_equal(yaml_index_find(&index, "s1", 2), first);
    assert_null(yaml_index_find(&index, "s1", 1));
    assert_null(yaml_index_find(&index, "s10", 3));
    assert_null(yaml_index_find(&index, "S1", 2));
    assert_int_equal(index.numbers.n_ids, 1);
    assert_null(yaml_index_find(&index, "s1", 3)); /* with its zero it has the same hash */
    yaml_index_free(&index);
    assert_null(yaml_index_find(&index, "s1", 2));
    assert_null(yaml_index_add(&index, "s1", 2, 9, (struct place){"f", 5, 1}));
    assert_int_equal(yaml_index_find(&index, "s1", 2)->number, 9);
    yaml_index_free(&index);
}

static void many_keys_are_all_found(void **state)
{
    (void)state;
    enum { KEYS = 3000 };
    struct yaml_index index = {0};
    char key[24];
    for (size_t i = 0; i < KEYS; i++) {
        int n = snprintf(key, sizeof key, "switch-%zu", i);
        assert_null(yaml_index_add(&index, key, (size_t)n, i, (struct place){"f", (int)i, 1}));
        assert_true(2 * index.numbers.n_ids <=
                    index.numbers.n_slots); /* few collisions, and an end */
    }
    assert_true(index.numbers.n_slots <= 4 * KEYS);
    for (size_t i = 0; i < KEYS; i++) {
        int n = snprintf(key, sizeof key, "switch-%zu", i);
        const struct yaml_entry *entry = yaml_index_find(&index, key, (size_t)n);
        assert_non_null(entry);
        assert_int_equal(entry->number, i);
        assert_int_equal(entry->n_bytes, n);
        assert_memory_equal(entry->key, key, (size_t)n);
    }
    yaml_index_free(&index);
}

/* Ports of switches are numbers of eight bytes: no few of their bits may choose the
 * slot alone. */
static void binary_keys_spread_over_the_slots(void **state)
{
    (void)state;
    struct yaml_index index = {0};
    for (uint64_t sw = 0; sw < 64; sw++) {
        for (uint64_t port = 1; port <= 64; port++) {
            uint64_t key = sw << 16 | port;
            assert_null(yaml_index_add(&index, &key, sizeof key, 0, (struct place){0}));
        }
    }
    size_t longest = 0, run = 0;
    for (size_t i = 0; i < index.numbers.n_slots; i++) {
        run = index.numbers.slots[i] ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    assert_true(longest < 100);
    yaml_index_free(&index);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_first_of_a_key_is_kept),
    cmocka_unit_test(many_keys_are_all_found),
    cmocka_unit_test(binary_keys_spread_over_the_slots),
};

TEST_MAIN(tests)
