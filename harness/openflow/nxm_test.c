/* SPDX-License-Identifier: Apache-2.0
 *
 * Matches as TLVs, by the numbers of ovs-fields(7), typed here byte by byte. */
#include "openflow/nxm.h"

#include "testing/cmocka.h"

#include <stdio.h>
#include <string.h>

static size_t bytes_of(const char *hex, uint8_t *bytes)
{
    size_t n = 0;
    unsigned byte;
    int used;
    for (; sscanf(hex, " %2x%n", &byte, &used) == 1; hex += used) {
        bytes[n++] = (uint8_t)byte;
    }
    return n;
}

static int decode(const char *hex, struct base_arena *arena, struct flow_entry *match,
                  struct base_error *error)
{
    uint8_t bytes[256];
    size_t n = bytes_of(hex, bytes);
    struct base_reader in = base_reader_over(bytes, n);
    return of_decode_tlv_match(&in, arena, match, error);
}

static struct flow_entry decoded(const char *hex, struct base_arena *arena)
{
    struct flow_entry match;
    struct base_error error = {""};
    if (decode(hex, arena, &match, &error)) {
        fail_msg("%s: %s", hex, error.text);
    }
    return match;
}

/* Of numbers that nothing here knows, one byte each. */
static void there_are_64_conditions_beyond_the_header(void **state)
{
    (void)state;
    for (uint32_t n = 64; n < 66; n++) {
        struct base_arena arena = {0};
        struct base_buffer bytes = {0};
        struct base_error error = {""};
        struct flow_entry match;
        for (uint32_t i = 0; i < n; i++) {
            base_put_be32(&bytes, 0x12340000 | i << 9 | 1);
            base_put_u8(&bytes, 7);
        }
        struct base_reader in = base_reader_over(bytes.data, bytes.n_bytes);
        assert_int_equal(of_decode_tlv_match(&in, &arena, &match, &error), n == 64 ? 0 : -1);
        assert_string_equal(error.text,
                            n == 64 ? "" : "match field 0x12348000: more than 64 match fields");
        base_buffer_free(&bytes);
        base_arena_free(&arena);
    }
}

static void fields_of_the_header_are_in_the_match(void **state)
{
    (void)state;
    struct base_arena arena = {0};
    struct flow_entry m = decoded("00000002 0007"                      /* in_port */
                                  "00000206 010203040506"              /* eth_dst */
                                  "0000050c 0a0b00000000 ffff00000000" /* eth_src, masked */
                                  "00000602 0800"                      /* eth_type */
                                  "00000a01 20"                        /* ip_tos */
                                  "00000c01 06"                        /* ip_proto */
                                  "00000f08 0a000001 ff0000ff"         /* ip_src, masked */
                                  "00001004 c0a80001"                  /* ip_dst */
                                  "00001504 0400 fc00"                 /* tcp_dst, masked */
                                  "00001202 0050",                     /* tcp_src */
                                  &arena);
    assert_int_equal(m.n_extras, 0);
    assert_int_equal(m.match.value.in_port, 7);
    assert_int_equal(m.match.mask.in_port, 0xffff);
    assert_memory_equal(m.match.value.dl_dst, "\1\2\3\4\5\6", 6);
    assert_memory_equal(m.match.value.dl_src, "\x0a\x0b\0\0\0\0", 6);
    assert_memory_equal(m.match.mask.dl_src, "\xff\xff\0\0\0\0", 6);
    assert_int_equal(m.match.value.dl_type, DL_TYPE_IP);
    assert_int_equal(m.match.value.nw_tos, 32);
    assert_int_equal(m.match.mask.nw_tos, 0xfc);
    assert_int_equal(m.match.value.nw_proto, 6);
    assert_int_equal(m.match.value.nw_src, 0x0a000001);
    assert_int_equal(m.match.mask.nw_src, 0xff0000ff);
    assert_int_equal(m.match.value.nw_dst, 0xc0a80001);
    assert_int_equal(m.match.value.tp_dst, 0x0400);
    assert_int_equal(m.match.mask.tp_dst, 0xfc00);
    assert_int_equal(m.match.value.tp_src, 80);
    assert_int_equal(m.match.mask.tp_src, 0xffff);
    base_arena_free(&arena);
}

static void oxm_has_the_same_fields_by_other_numbers(void **state)
{
    (void)state;
    struct base_arena arena = {0};
    struct flow_entry m = decoded("80000a02 0800 80001001 09 80001401 01 80002601 08", &arena);
    assert_int_equal(m.match.value.nw_tos, 36);
    assert_int_equal(m.match.mask.nw_tos, 0xfc);
    assert_int_equal(m.match.value.nw_proto, NW_PROTO_ICMP);
    assert_int_equal(m.match.value.tp_src, 8); /* the type */
    assert_int_equal(m.match.mask.tp_src, 0xffff);
    m = decoded("80000c02 1005 80000e01 03", &arena); /* vlan_vid, vlan_pcp */
    assert_int_equal(m.match.value.vlan_tci, 0x7005);
    assert_int_equal(m.match.mask.vlan_tci, 0xffff);
    m = decoded("80000c02 1005", &arena);
    assert_int_equal(m.match.mask.vlan_tci, 0x1fff);
    base_arena_free(&arena);
}

static void assert_tci(const char *hex, uint16_t value, uint16_t mask, uint16_t said)
{
    struct base_arena arena = {0};
    struct flow_entry m = decoded(hex, &arena);
    assert_int_equal(m.n_extras, 0);
    assert_int_equal(m.match.value.vlan_tci, value);
    assert_int_equal(m.match.mask.vlan_tci, mask);
    assert_int_equal(m.tci_mask, said);
    base_arena_free(&arena);
}

static void a_tag_may_be_masked_in_any_way(void **state)
{
    (void)state;
    struct base_arena arena = {0};
    assert_tci("00000802 0000", 0, 0x1000, 0xffff);           /* untagged */
    assert_tci("00000904 0000 1fff", 0, 0x1000, 0x1fff);      /* untagged */
    assert_tci("00000904 1000 1000", 0x1000, 0x1000, 0x1000); /* tagged */
    assert_tci("00000904 1003 100f", 0x1003, 0x100f, 0x100f);
    assert_tci("00000904 0005 0fff", 0x1005, 0x1fff, 0x0fff); /* so there is a tag */
    /* Untagged, or tagged with id 0; no frame at all: */
    struct flow_entry m = decoded("00000904 0000 0fff", &arena);
    assert_int_equal(m.match.mask.vlan_tci, 0);
    assert_int_equal(m.n_extras, 1);
    assert_int_equal(m.extras[0].id, FIELD_VLAN_TCI);
    m = decoded("00000904 0005 1fff", &arena);
    assert_int_equal(m.extras[0].id, FIELD_VLAN_TCI);
    base_arena_free(&arena);
}

static void other_fields_are_extras_by_their_ids(void **state)
{
    (void)state;
    struct base_arena arena = {0};
    struct flow_entry m = decoded("00013a01 40"       /* nw_ttl */
                                  "00000602 86dd"     /* eth_type: IPv6 */
                                  "00013801 03"       /* its congestion mark */
                                  "00010004 00000001" /* reg0 */
                                  "ffff0403 010203",  /* an experimenter's */
                                  &arena);
    assert_int_equal(m.match.value.dl_type, DL_TYPE_IPV6);
    assert_int_equal(m.match.mask.nw_proto, 0);
    assert_int_equal(m.n_extras, 4);
    static const enum field_id ids[] = {FIELD_REG0, FIELD_NW_ECN, FIELD_NW_TTL, FIELD_OTHER};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(m.extras[i].id, ids[i]);
    }
    assert_memory_equal(m.extras[0].value, "\0\0\0\1", 4);
    assert_int_equal(m.extras[2].value[0], 64);
    assert_int_equal(m.extras[2].mask[0], 0xff);
    assert_int_equal(m.extras[2].mask[1], 0);
    assert_int_equal(m.extras[3].header, 0xffff0400);
    assert_int_equal(m.extras[3].n_bytes, 3);
    /* An ARP opcode of more than 8 bits, and RARP's, which struct header does not have. */
    m = decoded("00000602 0806 00001e02 0101", &arena);
    assert_int_equal(m.extras[0].id, FIELD_OTHER);
    m = decoded("00000602 0806 00001e02 0002", &arena);
    assert_int_equal(m.match.value.nw_proto, 2);
    m = decoded("00000602 8035 00001e02 0002", &arena);
    assert_int_equal(m.extras[0].id, FIELD_OTHER);
    base_arena_free(&arena);
}

/* An entry that is saved as text and read back is the same one. */
static void a_whole_value_is_of_the_bits_that_the_field_has(void **state)
{
    (void)state;
    struct base_arena arena = {0};
    struct flow_entry m = decoded("00000602 0800 00013401 03 00014402 0012", &arena);
    assert_int_equal(m.extras[0].id, FIELD_NW_FRAG);
    assert_memory_equal(m.extras[0].mask, "\x03\0", 2);
    assert_int_equal(m.extras[1].id, FIELD_TCP_FLAGS);
    assert_memory_equal(m.extras[1].mask, "\x0f\xff\0", 3);
    m = decoded("00000602 0800 00013502 02ff 00014504 0000ffff", &arena);
    assert_memory_equal(m.extras[0].mask, "\x03\0", 2);
    assert_memory_equal(m.extras[1].mask, "\x0f\xff\0", 3);
    m = decoded("00000602 0800 00013401 05 00014402 1012", &arena);
    assert_memory_equal(m.extras[0].mask, "\xff\0", 2);
    assert_memory_equal(m.extras[1].mask, "\xff\xff\0", 3);
    base_arena_free(&arena);
}

static void assert_last_extra(const char *hex, enum field_id id)
{
    struct base_arena arena = {0};
    struct flow_entry m = decoded(hex, &arena);
    assert_int_equal(m.extras[m.n_extras - 1].id, id);
    base_arena_free(&arena);
}

/* Of IPv6 and SCTP as of IPv4 and TCP. */
static void the_transport_of_ipv6_is_of_the_header(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        struct match match;
    } rows[] = {
#define TLVS(hex, ...)                                                                             \
    {                                                                                              \
        "00000602 " hex,                                                                           \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
        TLVS("0800 00000c01 84 80002202 0050",
             {.dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_SCTP, .tp_src = 80},
             {.dl_type = 0xffff, .nw_proto = 0xff, .tp_src = 0xffff}),
        TLVS("86dd 00000c01 84 80002504 0050ffff",
             {.dl_type = DL_TYPE_IPV6, .nw_proto = NW_PROTO_SCTP, .tp_dst = 80},
             {.dl_type = 0xffff, .nw_proto = 0xff, .tp_dst = 0xffff}),
        TLVS("86dd 00000c01 06 00001304 004000c0",
             {.dl_type = DL_TYPE_IPV6, .nw_proto = NW_PROTO_TCP, .tp_src = 0x40},
             {.dl_type = 0xffff, .nw_proto = 0xff, .tp_src = 0xc0}),
        TLVS("86dd 00000c01 11 00001802 0050",
             {.dl_type = DL_TYPE_IPV6, .nw_proto = NW_PROTO_UDP, .tp_dst = 80},
             {.dl_type = 0xffff, .nw_proto = 0xff, .tp_dst = 0xffff}),
        TLVS("86dd 00000c01 3a 00012a01 80 00012c01 01",
             {.dl_type = DL_TYPE_IPV6, .nw_proto = NW_PROTO_ICMPV6, .tp_src = 128, .tp_dst = 1},
             {.dl_type = 0xffff, .nw_proto = 0xff, .tp_src = 0xffff, .tp_dst = 0xffff}),
        TLVS("86dd 00012610 20010db8000000000000000000000001",
             {.dl_type = DL_TYPE_IPV6, .ipv6_src = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}},
             {.dl_type = 0xffff,
              .ipv6_src = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                           0xff, 0xff, 0xff, 0xff}}),
        TLVS("86dd 00012720 20010000000000000000000000000000 ffff00000000000000000000000000ff",
             {.dl_type = DL_TYPE_IPV6, .ipv6_src = {0x20, 0x01}},
             {.dl_type = 0xffff, .ipv6_src = {0xff, 0xff, [15] = 0xff}}),
        TLVS("86dd 00000a01 20", {.dl_type = DL_TYPE_IPV6, .nw_tos = 0x20},
             {.dl_type = 0xffff, .nw_tos = 0xfc}),
        TLVS("86dd 80001001 06", {.dl_type = DL_TYPE_IPV6, .nw_tos = 0x18},
             {.dl_type = 0xffff, .nw_tos = 0xfc}),
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct base_arena arena = {0};
        struct flow_entry m = decoded(rows[i].hex, &arena);
        assert_true(match_equal(&m.match, &rows[i].match));
        assert_int_equal(m.n_extras, 0);
        base_arena_free(&arena);
    }
}

static void a_field_that_the_packets_lack_is_not_known(void **state)
{
    (void)state;
    assert_last_extra("80002202 0050", FIELD_OTHER); /* SCTP's source port */
    assert_last_extra("00000602 86dd 80002402 0050", FIELD_OTHER);
    assert_last_extra("00000602 86dd 00000c01 3a 00001202 0050", FIELD_OTHER); /* TCP's in ICMPv6 */
    assert_last_extra("00000602 0800 00000c01 11 00001202 0050", FIELD_OTHER); /* TCP's in UDP */
    assert_last_extra("00000602 0800 00000d02 8484 80002202 0050", FIELD_OTHER);
    assert_last_extra("00000602 86dd 00000c01 3a 00012b02 80f0", FIELD_OTHER);
    assert_last_extra("00000602 0800 00000c01 3a 00012a01 80", FIELD_OTHER);
    assert_last_extra("00000602 86dd 00000c01 01 00001a01 08", FIELD_OTHER); /* ICMP's in IPv6 */
    assert_last_extra("00000602 86dd 00012a01 80", FIELD_OTHER);
    assert_last_extra("00000602 86dd 00000e04 01010101", FIELD_OTHER);
    assert_last_extra("00000602 86dd 00000b02 20fc", FIELD_OTHER);
    assert_last_extra("00000602 86dd 00000a01 06", FIELD_OTHER);
    assert_last_extra("00000602 0800 00000a01 06", FIELD_OTHER);
    assert_last_extra("00000c01 11", FIELD_OTHER);
    /* Bits that the field does not have; a tag and a condition on a whole one. */
    assert_last_extra("80000c02 2705", FIELD_OTHER);
    assert_last_extra("00000602 0800 80001001 40", FIELD_OTHER);
    assert_last_extra("00000904 0000 0fff 80000e01 03", FIELD_OTHER);
    assert_last_extra("80000e01 00", FIELD_OTHER); /* of which tag? */
    assert_last_extra("80000c02 0000 80000e01 03", FIELD_OTHER);
    assert_last_extra("80000c02 f0fa 80000e01 00", FIELD_OTHER);
    assert_last_extra("80000c02 1005 00000904 0000 0fff", FIELD_OTHER);
    /* Parts of what no switch can be asked for in part. */
    assert_last_extra("00000104 0003000f", FIELD_OTHER);
    assert_last_extra("00000602 0800 00000c01 01 00001b02 010f", FIELD_OTHER);
    assert_last_extra("00000a01 20", FIELD_OTHER);
}

static void assert_refused(const char *hex, const char *part)
{
    struct base_arena arena = {0};
    struct flow_entry match;
    struct base_error error = {""};
    assert_int_equal(decode(hex, &arena, &match, &error), -1);
    if (!strstr(error.text, part)) {
        fail_msg("\"%s\" instead of \"%s\"", error.text, part);
    }
    base_arena_free(&arena);
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    assert_refused("000000", "cut short");
    assert_refused("00000002 00", "cut short");
    assert_refused("00000904 0000 10", "cut short");
    assert_refused("00000903 000010", "no value and mask");
    assert_refused("00000001 00", "1 bytes instead of 2");
    assert_refused("00013a02 0040", "2 bytes instead of 1");
    assert_refused("00000904 1005 1000", "the mask leaves out");
    assert_refused("00013a01 40 00013a01 40", "twice");
    assert_refused("80000c02 1005 80000c02 100a", "twice");
    assert_refused("80000c02 1005 80000e01 03 80000e01 04", "twice");
    assert_refused("00000602 0800 00000c01 06 80001401 11", "twice");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(there_are_64_conditions_beyond_the_header),
    cmocka_unit_test(fields_of_the_header_are_in_the_match),
    cmocka_unit_test(oxm_has_the_same_fields_by_other_numbers),
    cmocka_unit_test(a_tag_may_be_masked_in_any_way),
    cmocka_unit_test(other_fields_are_extras_by_their_ids),
    cmocka_unit_test(a_whole_value_is_of_the_bits_that_the_field_has),
    cmocka_unit_test(the_transport_of_ipv6_is_of_the_header),
    cmocka_unit_test(a_field_that_the_packets_lack_is_not_known),
    cmocka_unit_test(what_is_wrong_is_said),
};

TEST_MAIN(tests)
