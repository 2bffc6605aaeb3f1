/* SPDX-License-Identifier: Apache-2.0
 *
 * Framing, headers, and the catalogue of types. */
#include "testing/cmocka.h"

#include "openflow/message.h"
#include "testing/golden.h"

#include <string.h>

static void frame_tells_the_length(void **state)
{
    (void)state;
    const uint8_t bytes[] = {1, 17, 0x02, 0x24, 0, 0, 0, 1};
    size_t n_message = 1;
    assert_int_equal(of_frame(bytes, sizeof bytes, &n_message, NULL), 0);
    assert_int_equal(n_message, 0x224);
}

static void frame_waits_for_a_whole_header(void **state)
{
    (void)state;
    const uint8_t bytes[] = {1, 17, 0, 3, 0, 0, 0};
    for (size_t n = 0; n <= sizeof bytes; n++) {
        size_t n_message = 1;
        assert_int_equal(of_frame(bytes, n, &n_message, NULL), 0);
        assert_int_equal(n_message, 0);
    }
}

static void frame_refuses_a_length_below_the_header(void **state)
{
    (void)state;
    for (uint8_t length = 0; length < 8; length++) {
        const uint8_t bytes[] = {1, 17, 0, length, 0, 0, 0, 1};
        struct base_error error = {""};
        size_t n_message;
        assert_int_equal(of_frame(bytes, sizeof bytes, &n_message, &error), -1);
        assert_non_null(strstr(error.text, "01 11 00"));
    }
}

static int open_hex(const char *hex, struct of_header *header, struct base_error *error)
{
    struct base_buffer bytes = {0};
    struct base_reader body;
    unhex(hex, &bytes);
    int rc = of_open(bytes.data, bytes.n_bytes, header, &body, error);
    base_buffer_free(&bytes);
    return rc;
}

static void open_reads_the_header(void **state)
{
    (void)state;
    struct of_header header;
    assert_int_equal(open_hex("0109000c 01020304 00010080", &header, NULL), 0);
    assert_int_equal(header.version, 1);
    assert_int_equal(header.type, OFPT_SET_CONFIG);
    assert_int_equal(header.length, 12);
    assert_int_equal(header.xid, 0x01020304);
}

static void open_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *reason;
    } bad[] = {
        {"", "says that it has 0"},
        {"01000008000000", "7 bytes"},
        {"01000009 00000000", "8 bytes says that it has 9"},
        {"01000008 00000000 00", "9 bytes says that it has 8"},
        {"04120008 00000007", "BARRIER_REQUEST type 18 xid 0x7 (04 12"},
        {"00120008 00000007", "version is 0"},
        {"01120009 00000007 00", "has 9 bytes, must have 8 (section 5.3.7)"},
        {"0101000b 00000007 000000", "must have 12 or more (section 5.4.4)"},
        {"01060021 00000007 00*25", "must have 32 + n * 48 (section 5.3.1)"},
        {"010e0049 00000007 00*65", "must have 72 + n * 8 (section 5.3.3)"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct of_header header;
        struct base_error error = {""};
        assert_int_equal(open_hex(bad[i].hex, &header, &error), -1);
        if (!strstr(error.text, bad[i].reason)) {
            fail_msg("\"%s\" does not say \"%s\"", error.text, bad[i].reason);
        }
    }
}

static void hello_and_error_may_have_any_version(void **state)
{
    (void)state;
    struct of_header header;
    assert_int_equal(open_hex("06000010 00000001 00010008 00000052", &header, NULL), 0);
    assert_int_equal(header.version, 6);
    assert_int_equal(open_hex("0401000c 00000001 00000000", &header, NULL), 0);
    assert_int_equal(open_hex("04060020 00000001 00*24", &header, NULL), -1);
}

static void unknown_types_can_be_skipped(void **state)
{
    (void)state;
    struct of_header header;
    assert_int_equal(open_hex("0116000b 00000001 010203", &header, NULL), 0);
    assert_int_equal(header.type, 22);
    assert_null(of_type_name(22));
    assert_null(of_type_name(255));
    assert_string_equal(of_type_name(21), "QUEUE_GET_CONFIG_REPLY");
}

static void several_messages_stand_in_one_buffer(void **state)
{
    (void)state;
    struct base_buffer out = {0}, expected = {0};
    of_encode_empty(&out, OFPT_HELLO, 1);
    of_encode_bytes(&out, OFPT_ECHO_REPLY, 3, "ping", 4);
    of_encode_empty(&out, OFPT_BARRIER_REQUEST, 0x01020304);
    unhex("01000008 00000001 0103000c 00000003 70696e67 01120008 01020304", &expected);
    assert_int_equal(out.n_bytes, expected.n_bytes);
    assert_memory_equal(out.data, expected.data, expected.n_bytes);
    base_buffer_free(&out);
    base_buffer_free(&expected);
}

static void too_long_a_message_fails_the_buffer(void **state)
{
    (void)state;
    static const uint8_t much[OFP_MAX_MESSAGE_BYTES];
    struct base_buffer out = {0};
    of_encode_bytes(&out, OFPT_ECHO_REQUEST, 1, much, sizeof much - OF_HEADER_BYTES);
    assert_false(out.failed);
    assert_int_equal(out.data[2] << 8 | out.data[3], OFP_MAX_MESSAGE_BYTES);
    of_encode_bytes(&out, OFPT_ECHO_REQUEST, 1, much, sizeof much - OF_HEADER_BYTES + 1);
    assert_true(out.failed);
    base_buffer_free(&out);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(frame_tells_the_length),
    cmocka_unit_test(frame_waits_for_a_whole_header),
    cmocka_unit_test(frame_refuses_a_length_below_the_header),
    cmocka_unit_test(open_reads_the_header),
    cmocka_unit_test(open_refuses),
    cmocka_unit_test(hello_and_error_may_have_any_version),
    cmocka_unit_test(unknown_types_can_be_skipped),
    cmocka_unit_test(several_messages_stand_in_one_buffer),
    cmocka_unit_test(too_long_a_message_fails_the_buffer),
};
TEST_MAIN(tests)
