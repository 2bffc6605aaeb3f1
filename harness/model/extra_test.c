/* SPDX-License-Identifier: Apache-2.0
 *
 * What conditions on fields beyond OpenFlow 1.0 mean for a packet in table 0. */
#include "model/extra.h"

#include "testing/cmocka.h"

#include <string.h>

static struct field_value condition(enum field_id id, uint8_t value)
{
    return (struct field_value){.id = (uint8_t)id, .n_bytes = 1, .value = {value}, .mask = {0xff}};
}

static void registers_are_zero_at_first(void **state)
{
    (void)state;
    const struct field_value *which;
    const struct field_value zero[] = {condition(FIELD_REG15, 0), condition(FIELD_METADATA, 0)};
    const struct field_value one[] = {condition(FIELD_REG0, 0), condition(FIELD_NW_TTL, 64),
                                      condition(FIELD_METADATA, 1)};
    assert_int_equal(extra_effect(NULL, 0, &which), EXTRA_NOTHING);
    assert_int_equal(extra_effect(zero, 2, &which), EXTRA_NOTHING);
    assert_null(which);
    assert_int_equal(extra_effect(one, 3, &which), EXTRA_NEVER);
}

static void other_fields_are_not_known(void **state)
{
    (void)state;
    const struct field_value *which;
    const struct field_value some[] = {condition(FIELD_XREG0, 0), condition(FIELD_NW_TTL, 0),
                                       condition(FIELD_TCP_FLAGS, 4)};
    assert_int_equal(extra_effect(some, 3, &which), EXTRA_MAY_TAKE);
    assert_ptr_equal(which, &some[1]);
    assert_string_equal(extra_reason(which), "whether an entry takes it depends on nw_ttl");
    const struct field_value other = {.id = FIELD_OTHER};
    assert_string_equal(extra_reason(&other),
                        "whether an entry takes it depends on a field that is not known");
}

static void every_field_that_packets_bring_is_a_reason(void **state)
{
    (void)state;
    for (enum field_id id = 0; id < N_FIELD_IDS; id++) {
        const struct field_value extra = {.id = (uint8_t)id};
        const struct field *field = field_of(id);
        if (field->depends && field->name && !field->starts_at_zero) {
            assert_non_null(extra_reason(&extra));
            assert_non_null(strstr(extra_reason(&extra), field->name));
        }
    }
}

static void a_list_is_sorted_and_has_each_field_once(void **state)
{
    (void)state;
    const struct field_value ttl = condition(FIELD_NW_TTL, 64), mark = condition(FIELD_PKT_MARK, 1);
    struct field_value other = {.id = FIELD_OTHER, .header = 7}, list[5];
    size_t n = 0;
    assert_true(extras_insert(list, &n, &other));
    other.header = 5;
    assert_true(extras_insert(list, &n, &other));
    assert_true(extras_insert(list, &n, &ttl));
    assert_true(extras_insert(list, &n, &mark));
    assert_false(extras_insert(list, &n, &ttl));
    assert_false(extras_insert(list, &n, &other));
    assert_int_equal(n, 4);
    assert_int_equal(list[0].id, FIELD_PKT_MARK);
    assert_int_equal(list[1].id, FIELD_NW_TTL);
    assert_int_equal(list[2].header, 5);
    assert_int_equal(list[3].header, 7);
}

static void equal_is_equal_in_every_part(void **state)
{
    (void)state;
    const struct field_value a = condition(FIELD_NW_TTL, 64);
    struct field_value b = a;
    assert_true(extras_equal(&a, 1, &b, 1));
    assert_false(extras_equal(&a, 1, &b, 0));
    b.mask[0] = 0xf0;
    assert_false(extras_equal(&a, 1, &b, 1));
    b = a;
    b.value[15] = 1;
    assert_false(extras_equal(&a, 1, &b, 1));
    b = a;
    b.header = 1;
    assert_false(extras_equal(&a, 1, &b, 1));
    b = a;
    b.id = FIELD_NW_ECN;
    assert_false(extras_equal(&a, 1, &b, 1));
    b = a;
    b.n_bytes = 2;
    assert_false(extras_equal(&a, 1, &b, 1));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(registers_are_zero_at_first),
    cmocka_unit_test(other_fields_are_not_known),
    cmocka_unit_test(every_field_that_packets_bring_is_a_reason),
    cmocka_unit_test(a_list_is_sorted_and_has_each_field_once),
    cmocka_unit_test(equal_is_equal_in_every_part),
};

TEST_MAIN(tests)
