/* SPDX-License-Identifier: Apache-2.0
 *
 * Is the table of fields right in itself? */
#include "testing/cmocka.h"

#include "model/field.h"
#include "model/header.h"

static void every_field_has_a_name_and_a_length(void **state)
{
    (void)state;
    for (int id = FIELD_NONE + 1; id < FIELD_OTHER; id++) {
        const struct field *field = field_of((enum field_id)id);
        assert_int_equal(!field->name, id == FIELD_KEYWORD);
        assert_int_equal(!field->name, field->n_bytes == 0);
        assert_in_range(field->n_bytes, 0, FIELD_BYTES_MAX);
        assert_int_equal(field->style == FIELD_FLAGS, field->flags != NULL);
    }
}

static void every_number_is_one_fields(void **state)
{
    (void)state;
    for (int id = FIELD_NONE + 1; id < FIELD_OTHER; id++) {
        uint32_t tlv = field_tlv((enum field_id)id);
        assert_int_equal(tlv == 0, id == FIELD_KEYWORD || id == FIELD_TP_SRC ||
                                       id == FIELD_TP_DST || id == FIELD_IN_PORT);
        if (tlv) {
            assert_int_equal(field_of_tlv(tlv), id);
        }
    }
    assert_int_equal(field_of_tlv(0), FIELD_IN_PORT);
    assert_int_equal(field_of_tlv(0x80000000), FIELD_IN_PORT_OXM);
    assert_int_equal(field_of_tlv(0x80000c00), FIELD_VLAN_VID);
    assert_int_equal(field_of_tlv(0x00000800), FIELD_VLAN_TCI);
    assert_int_equal(field_of_tlv(0x80010e00), FIELD_XREG7);
    assert_int_equal(field_of_tlv(0x80011000), FIELD_OTHER);
    assert_int_equal(field_of_tlv(0x8000fe00), FIELD_OTHER);
    assert_int_equal(field_of_tlv(0x80000200), FIELD_OTHER); /* in_phy_port */
    assert_int_equal(field_of_tlv(0x00020000), FIELD_OTHER);
    assert_int_equal(field_tlv(FIELD_NONE), 0);
}

/* A field of packets that struct header has elsewhere too says what it is there. */
static void places_lie_in_the_header(void **state)
{
    (void)state;
    for (int id = 0; id < N_FIELD_IDS; id++) {
        const struct field *field = field_of((enum field_id)id);
        const struct field_place *place = &field->place;
        assert_true(place->offset + place->n_bytes <= sizeof(struct header));
        assert_true(place->n_bytes > 0 || place->bits + place->shift + place->needs == 0);
        assert_true(!field->otherwise || field_of((enum field_id)field->otherwise)->depends);
        assert_true(field->depends || place->n_bytes > 0 || field->otherwise || !field->name ||
                    id == FIELD_IN_PORT_OXM);
    }
}

static void values_are_equal_in_every_part(void **state)
{
    (void)state;
    struct field_value a = {.id = FIELD_NW_TTL, .n_bytes = 1, .value = {64}, .mask = {0xff}};
    struct field_value b = a;
    assert_true(field_value_equal(&a, &b));
    b.value[0] = 63;
    assert_false(field_value_equal(&a, &b));
    b = a;
    b.mask[0] = 0xfe;
    assert_false(field_value_equal(&a, &b));
    b = a;
    b.id = FIELD_NW_ECN;
    assert_false(field_value_equal(&a, &b));
    b = a;
    b.header = 1;
    assert_false(field_value_equal(&a, &b));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_field_has_a_name_and_a_length),
    cmocka_unit_test(every_number_is_one_fields),
    cmocka_unit_test(places_lie_in_the_header),
    cmocka_unit_test(values_are_equal_in_every_part),
};

TEST_MAIN(tests)
