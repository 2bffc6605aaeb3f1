/* SPDX-License-Identifier: Apache-2.0
 *
 * Is the table of fields right in itself? */
#include "testing/cmocka.h"

#include "model/field.h"
#include "model/match.h"

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
        assert_int_equal(tlv == 0, id == FIELD_KEYWORD || id == FIELD_IN_PORT);
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

static void places_lie_in_the_header(void **state)
{
    (void)state;
    for (int id = 0; id < N_FIELD_IDS; id++) {
        const struct field *field = field_of((enum field_id)id);
        const struct field_place *place = &field->place;
        assert_true(place->offset + place->n_bytes <= sizeof(struct header));
        assert_true(place->n_bytes > 0 || place->bits + place->shift + place->needs == 0);
        assert_true(field->depends || place->n_bytes > 0 || !field->name ||
                    id == FIELD_IN_PORT_OXM);
    }
}

/* A match that fixes less than a protocol has not its fields; `has`: a bit for each that it has. */
static void packets_have_what_they_need(void **state)
{
    (void)state;
#define BIT(needs) (1u << FIELD_OF_##needs)
    enum {
        IS_IP = BIT(ALL) | BIT(PROTO) | BIT(IP),
        IS_IPV4 = IS_IP | BIT(NW) | BIT(IPV4),
        IS_IPV6 = IS_IP | BIT(IPV6),
        IS_ICMP = BIT(TP) | BIT(ANY_ICMP),
    };
    static const struct {
        uint16_t dl_type;
        uint8_t nw_proto, mask;
        uint32_t has;
    } rows[] = {
        {DL_TYPE_IP, 0, 0, IS_IPV4},
        {DL_TYPE_IP, NW_PROTO_TCP, 0xff, IS_IPV4 | BIT(TP) | BIT(TCP)},
        {DL_TYPE_IP, NW_PROTO_TCP, 0xfe, IS_IPV4},
        {DL_TYPE_IP, NW_PROTO_UDP, 0xff, IS_IPV4 | BIT(TP) | BIT(UDP)},
        {DL_TYPE_IP, NW_PROTO_SCTP, 0xff, IS_IPV4 | BIT(TP) | BIT(SCTP)},
        {DL_TYPE_IP, NW_PROTO_ICMP, 0xff, IS_IPV4 | IS_ICMP | BIT(ICMP)},
        {DL_TYPE_IP, NW_PROTO_ICMPV6, 0xff, IS_IPV4},
        {DL_TYPE_IPV6, 0, 0, IS_IPV6},
        {DL_TYPE_IPV6, NW_PROTO_TCP, 0xff, IS_IPV6 | BIT(TP) | BIT(TCP)},
        {DL_TYPE_IPV6, NW_PROTO_UDP, 0xff, IS_IPV6 | BIT(TP) | BIT(UDP)},
        {DL_TYPE_IPV6, NW_PROTO_SCTP, 0xff, IS_IPV6 | BIT(TP) | BIT(SCTP)},
        {DL_TYPE_IPV6, NW_PROTO_ICMP, 0xff, IS_IPV6},
        {DL_TYPE_IPV6, NW_PROTO_ICMPV6, 0xff, IS_IPV6 | IS_ICMP | BIT(ICMPV6)},
        {DL_TYPE_ARP, NW_PROTO_TCP, 0xff, BIT(ALL) | BIT(NW) | BIT(PROTO) | BIT(ARP)},
        {DL_TYPE_PROBE, NW_PROTO_TCP, 0xff, BIT(ALL)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (uint32_t needs = FIELD_OF_ALL; needs <= FIELD_OF_ICMPV6; needs++) {
            struct match match = {
                .value = {.dl_type = rows[i].dl_type, .nw_proto = rows[i].nw_proto},
                .mask = {.dl_type = UINT16_MAX, .nw_proto = rows[i].mask}};
            assert_int_equal(field_is_of(needs, &match), rows[i].has >> needs & 1);
            match.mask.dl_type = 0xfffe;
            assert_int_equal(field_is_of(needs, &match), needs == FIELD_OF_ALL);
        }
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

static void assert_frag(uint8_t value, uint8_t mask, uint8_t value_then, uint8_t mask_then)
{
    struct field_value frag = {.id = FIELD_NW_FRAG, .n_bytes = 1, .value = {value}, .mask = {mask}};
    field_value_trim(&frag);
    assert_int_equal(frag.value[0], value_then);
    assert_int_equal(frag.mask[0], mask_then);
}

/* Bit 0: a fragment; bit 1: not the first one. */
static void what_says_the_same_of_fragments_has_one_form(void **state)
{
    (void)state;
    assert_frag(0, 1, 0, 3);
    assert_frag(2, 2, 3, 3);
    assert_frag(0, 3, 0, 3);
    assert_frag(1, 1, 1, 1);
    assert_frag(0, 2, 0, 2);
    assert_frag(1, 3, 1, 3);
    assert_frag(2, 3, 2, 3);
    assert_frag(1, 0xff, 1, 3);
    struct field_value other = {.id = FIELD_NW_TTL, .n_bytes = 1, .value = {2}, .mask = {2}};
    field_value_trim(&other);
    assert_int_equal(other.value[0], 2);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_field_has_a_name_and_a_length),
    cmocka_unit_test(every_number_is_one_fields),
    cmocka_unit_test(places_lie_in_the_header),
    cmocka_unit_test(packets_have_what_they_need),
    cmocka_unit_test(values_are_equal_in_every_part),
    cmocka_unit_test(what_says_the_same_of_fragments_has_one_form),
};

TEST_MAIN(tests)
