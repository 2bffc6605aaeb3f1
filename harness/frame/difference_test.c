/* SPDX-License-Identifier: Apache-2.0
 *
 * The differences of frames, in words. */
#include "frame/difference.h"

#include "frame/probe.h"
#include "testing/cmocka.h"

#include <string.h>

static const struct frame_run run = {.nonce = 1};
static const struct frame_mark mark = {.number = 7, .round = 2, .kind = FRAME_PROBE};
#define FROM_1_TO_2 .in_port = 1, .dl_src = {0, 0, 0, 0, 0, 1}, .dl_dst = {0, 0, 0, 0, 0, 2}
#define IP_1_TO_2   FROM_1_TO_2, .dl_type = DL_TYPE_IP, .nw_src = 0x0a000001, .nw_dst = 0x0a000002
#define UDP_1_TO_2  IP_1_TO_2, .nw_proto = NW_PROTO_UDP, .tp_src = 1, .tp_dst = 2

static struct base_buffer build(struct header header)
{
    struct base_buffer frame = {0};
    assert_int_equal(frame_build(&run, &mark, &header, &header, &frame, NULL), 0);
    return frame;
}

/* Frees both. NULL: no difference. */
static void assert_difference(struct base_buffer expected, struct base_buffer got, const char *text)
{
    struct base_buffer out = {0};
    bool differs = frame_difference(expected.data, expected.n_bytes, got.data, got.n_bytes, &out);
    assert_string_equal(base_buffer_text(&out), text ? text : "");
    assert_int_equal(differs, text != NULL);
    base_buffer_free(&expected);
    base_buffer_free(&got);
    base_buffer_free(&out);
}

static void names_fields_that_differ(void **state)
{
    (void)state;
    struct header a = {UDP_1_TO_2}, b = a;
    assert_difference(build(a), build(a), NULL);
    b.dl_dst[5] = 5;
    b.nw_src++;
    b.nw_tos = 0x20;
    b.tp_dst = 80;
    assert_difference(build(a), build(b),
                      "dl_dst is 00:00:00:00:00:05 instead of 00:00:00:00:00:02; "
                      "nw_tos is 0x20 instead of 0x00; nw_src is 10.0.0.2 instead of 10.0.0.1; "
                      "tp_dst is 80 instead of 2");
    b = a;
    b.nw_proto = NW_PROTO_TCP;
    assert_difference(build(a), build(b), "nw_proto is 6 instead of 17");
    b = (struct header){FROM_1_TO_2, .dl_type = DL_TYPE_PROBE};
    assert_difference(build(a), build(b), "dl_type is 0x88b5 instead of 0x0800");
}

static void names_tags(void **state)
{
    (void)state;
    struct header plain = {UDP_1_TO_2}, five = plain, seven = plain;
    five.vlan_tci = VLAN_TAGGED | 5;
    seven.vlan_tci = VLAN_TAGGED | 7 | 3 << VLAN_PCP_SHIFT;
    assert_difference(build(plain), build(seven), "vlan 7 added");
    assert_difference(build(five), build(plain), "vlan 5 is missing");
    assert_difference(build(five), build(seven),
                      "vlan is 7 instead of 5; vlan_pcp is 3 instead of 0");
    struct base_buffer twice = build(plain), tagged = {0};
    base_put_bytes(&tagged, twice.data, 12);
    base_put_bytes(&tagged, "\x81\x00\x00\x07\x81\x00\x00\x05", 8);
    base_put_bytes(&tagged, twice.data + 12, twice.n_bytes - 12);
    base_buffer_free(&twice);
    assert_difference(build(seven), tagged, "vlan_pcp is 0 instead of 3; 2 tags instead of 1");
}

static void names_bytes_and_lengths(void **state)
{
    (void)state;
    struct header header = {UDP_1_TO_2};
    struct base_buffer got = build(header);
    got.data[70] ^= 1;
    assert_difference(build(header), got, "UDP checksum is wrong; byte 70 is 0x36 instead of 0x37");
}

static void cut_frames(void **state)
{
    (void)state;
    struct header header = {FROM_1_TO_2, .dl_type = DL_TYPE_PROBE};
    struct base_buffer got = build(header);
    got.n_bytes -= 4;
    assert_difference(build(header), got, "4 bytes shorter");
    got = build(header);
    base_put_u8(&got, 0);
    assert_difference(build(header), got, "1 byte longer");
    got = build(header);
    memset(got.data + 50, 0xff, 6);
    assert_difference(build(header), got,
                      "byte 50 is 0xff instead of 0x00; byte 51 is 0xff instead of 0x00; "
                      "byte 52 is 0xff instead of 0x00; byte 53 is 0xff instead of 0x00; "
                      "2 more bytes differ");
    got = build(header);
    got.n_bytes = 9;
    assert_difference(build(header), got, "9 bytes instead of 60");
}

static void names_wrong_checksums(void **state)
{
    (void)state;
    struct header header = {UDP_1_TO_2};
    struct base_buffer got = build(header);
    got.data[24] ^= 1; /* of IPv4 */
    got.data[40] ^= 1; /* of UDP */
    assert_difference(build(header), got, "IPv4 checksum is wrong; UDP checksum is wrong");
    got = build(header);
    got.data[33] ^= 4; /* nw_dst, and neither checksum follows */
    assert_difference(build(header), got,
                      "IPv4 checksum is wrong; nw_dst is 10.0.0.6 instead of 10.0.0.2; "
                      "UDP checksum is wrong");
    got = build(header);
    got.data[14] = 0x65; /* the Ethernet type says which addresses are summed, not this version */
    assert_difference(build(header), got,
                      "IPv4 checksum is wrong; byte 14 is 0x65 instead of 0x45");
}

/* Whatever is one byte off is told. */
static void misses_no_byte(void **state)
{
    (void)state;
    struct header headers[] = {{UDP_1_TO_2},
                               {UDP_1_TO_2, .vlan_tci = VLAN_TAGGED | 5},
                               {IP_1_TO_2, .nw_proto = NW_PROTO_TCP},
                               {IP_1_TO_2, .nw_proto = NW_PROTO_ICMP},
                               {FROM_1_TO_2, .dl_type = DL_TYPE_NOT_ETH2}};
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        struct base_buffer expected = build(headers[i]);
        for (size_t at = 0; at < 8 * expected.n_bytes; at++) {
            struct base_buffer got = build(headers[i]), out = {0};
            got.data[at / 8] ^= (uint8_t)(1 << at % 8);
            assert_true(
                frame_difference(expected.data, expected.n_bytes, got.data, got.n_bytes, &out));
            assert_non_null(strchr(base_buffer_text(&out), ' '));
            base_buffer_free(&got);
            base_buffer_free(&out);
        }
        base_buffer_free(&expected);
    }
}

static struct base_buffer build_shape(struct header header, struct frame_shape shape)
{
    struct base_buffer frame = {0};
    assert_int_equal(frame_build_shaped(&run, &mark, &header, &header, &shape, &frame, NULL), 0);
    return frame;
}

/* Of a frame that was cut the header is compared with that of the whole. */
static void a_cut_frame_is_shorter_and_nothing_else(void **state)
{
    (void)state;
    struct header header = {UDP_1_TO_2};
    struct base_buffer got = build_shape(header, (struct frame_shape){.n_bytes = 1514});
    got.n_bytes = 128;
    assert_difference(build_shape(header, (struct frame_shape){.n_bytes = 1514}), got,
                      "1386 bytes shorter");
}

static void a_second_tag_is_missed(void **state)
{
    (void)state;
    struct header header = {FROM_1_TO_2, .dl_type = DL_TYPE_VLAN, .vlan_tci = VLAN_TAGGED | 5};
    struct frame_shape shape = {.inner_tci = VLAN_TAGGED | 6};
    struct base_buffer got = build_shape(header, shape);
    memmove(got.data + 16, got.data + 20, got.n_bytes - 20);
    got.n_bytes -= 4;
    assert_difference(build_shape(header, shape), got, "1 tag instead of 2");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_cut_frame_is_shorter_and_nothing_else),
    cmocka_unit_test(a_second_tag_is_missed),
    cmocka_unit_test(names_fields_that_differ),
    cmocka_unit_test(names_tags),
    cmocka_unit_test(names_bytes_and_lengths),
    cmocka_unit_test(cut_frames),
    cmocka_unit_test(names_wrong_checksums),
    cmocka_unit_test(misses_no_byte),
};
TEST_MAIN(tests)
