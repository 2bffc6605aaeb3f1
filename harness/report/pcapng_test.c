/* SPDX-License-Identifier: Apache-2.0
 *
 * The capture file, byte by byte as the draft's figures have it, and as tshark
 * reads it. */
#include "report/pcapng.h"

#include "testing/tool.h"

static const uint8_t frame_bytes[] = {
    0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1, 0x88, 0xb5, 't', 'a', 'p',
};

static const char *const interfaces[] = {"h1-eth0", "h11-eth0"};

static const struct frame_captured frames[] = {
    {.bytes = frame_bytes,
     .n_bytes = sizeof frame_bytes,
     .time_ns = UINT64_C(1700000000123456789), /* 2023-11-14 22:13:20.123456789 UTC */
     .interface = 0,
     .comment = "probe 7 of h1",
     .direction = FRAME_OUTBOUND},
    {.bytes = frame_bytes,
     .n_bytes = 16,
     .n_wire_bytes = 60,
     .time_ns = UINT64_C(1700000000123456999),
     .interface = 1,
     .comment = "≠ \x1b",
     .direction = FRAME_INBOUND},
    {.bytes = frame_bytes, .n_bytes = 15, .interface = 1},
};

static void test_golden(void **state)
{
    (void)state;
    static const char golden[] =
        /* section header, 28 bytes */
        "\x0a\x0d\x0d\x0a\0\0\0\x1c\x1a\x2b\x3c\x4d\0\1\0\0"
        "\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\x1c"
        /* interface, 44 bytes: Ethernet, if_name, if_tsresol, end */
        "\0\0\0\1\0\0\0\x2c\0\1\0\0\0\0\0\0"
        "\0\2\0\7h1-eth0\0\0\x09\0\1\x09\0\0\0\0\0\0\0\0\0\0\x2c"
        /* enhanced packet, 84 bytes: interface 0, time, lengths, 17 bytes padded to 20 */
        "\0\0\0\6\0\0\0\x54\0\0\0\0\x17\x97\x9c\xfe\x3d\x85\xcd\x15\0\0\0\x11\0\0\0\x11"
        "\2\0\0\0\0\2\2\0\0\0\0\1\x88\xb5tap\0\0\0"
        /* opt_comment, epb_flags: outbound, end */
        "\0\1\0\x0dprobe 7 of h1\0\0\0\0\2\0\4\0\0\0\2\0\0\0\0\0\0\0\x54";
    struct base_buffer out = {0};
    report_pcapng(frames, 1, interfaces, 1, &out);
    assert_false(out.failed);
    assert_int_equal(out.n_bytes, sizeof golden - 1);
    assert_memory_equal(out.data, golden, sizeof golden - 1);
    base_buffer_free(&out);
}

static void test_tshark_reads_it(void **state)
{
    (void)state;
    tool_needs("tshark --version", "tshark");
    struct base_buffer out = {0}, said = {0};
    report_pcapng(frames, 3, interfaces, 2, &out);
    int status = tool_run("LC_ALL=C.UTF-8 tshark -r $1 -T fields -E separator='|' "
                          "-e frame.interface_name -e frame.time_epoch -e frame.cap_len "
                          "-e frame.len -e frame.packet_flags_direction -e frame.comment "
                          "-e eth.type 2>/dev/null",
                          &out, &said);
    assert_string_equal(base_buffer_text(&said),
                        "h1-eth0|1700000000.123456789|17|17|0x00000002|probe 7 of h1|0x88b5\n"
                        "h11-eth0|1700000000.123456999|16|60|0x00000001|≠ \\x1b|0x88b5\n"
                        "h11-eth0|0.000000000|15|15|0x00000000||0x88b5\n");
    assert_int_equal(status, 0);
    base_buffer_free(&out);
    base_buffer_free(&said);
}

/* An option has 16 bits for its length; a character is not cut in two. */
static void test_a_long_comment_is_cut(void **state)
{
    (void)state;
    enum { N_CHARS = 30000 };
    struct base_buffer comment = {0};
    base_put_text(&comment, "a"); /* so that the limit lies within a character */
    for (int i = 0; i < N_CHARS; i++) {
        base_put_text(&comment, "≠");
    }
    struct frame_captured frame = {.bytes = frame_bytes};
    frame.comment = base_buffer_text(&comment);
    struct base_buffer out = {0};
    report_pcapng(&frame, 1, interfaces, 1, &out);
    const uint8_t *option = out.data + 28 + 44 + 28; /* the frame is empty */
    assert_int_equal(option[0] << 8 | option[1], 1);
    assert_int_equal(option[2] << 8 | option[3], 65530);
    assert_memory_equal(option + 4 + 65530 - 3, "≠", 3);
    base_buffer_free(&out);
    base_buffer_free(&comment);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_golden),
    cmocka_unit_test(test_tshark_reads_it),
    cmocka_unit_test(test_a_long_comment_is_cut),
};

TEST_MAIN(tests)
