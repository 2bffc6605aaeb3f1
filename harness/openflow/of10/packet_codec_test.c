/* SPDX-License-Identifier: Apache-2.0
 *
 * What we write, against what others wrote (testing/golden.h). */
#include "testing/cmocka.h"

#include "model/port.h"
#include "openflow/of10/packet_codec.h"
#include "testing/golden.h"

static void assert_golden(const char *name, size_t n_data, struct of_packet_out packet)
{
    struct base_buffer bytes = {0}, out = {0};
    struct of_header header;
    assert_false(golden_body(name, &bytes, &header).failed);
    packet.data = bytes.data + bytes.n_bytes - n_data;
    packet.n_data = n_data;
    assert_int_equal(of_encode_packet_out(&out, header.xid, &packet, NULL), 0);
    assert_int_equal(out.n_bytes, bytes.n_bytes);
    assert_memory_equal(out.data, bytes.data, bytes.n_bytes);
    base_buffer_free(&bytes);
    base_buffer_free(&out);
}

static void packets_are_written_as_others_do(void **state)
{
    (void)state;
    const struct action two[] = {
        {.type = ACTION_OUTPUT, .port = PORT_CONTROLLER, .max_len = 128},
        {.type = ACTION_OUTPUT, .port = 5},
    };
    const struct action one[] = {{.type = ACTION_OUTPUT, .port = 1}};
    assert_golden("packet_out", 22,
                  (struct of_packet_out){.in_port = 4, .actions = two, .n_actions = 2});
    assert_golden(
        "packet_out_ofctl", 20,
        (struct of_packet_out){.in_port = PORT_CONTROLLER, .actions = one, .n_actions = 1});
}

static void what_can_not_be_sent_leaves_nothing(void **state)
{
    (void)state;
    static const uint8_t frame[65535];
    const struct action bad = {.type = 99};
    struct of_packet_out packet = {.data = frame, .n_data = sizeof frame - 16};
    struct base_buffer out = {0};
    struct base_error error = {""};
    assert_int_equal(of_encode_packet_out(&out, 1, &packet, NULL), 0);
    assert_int_equal(out.n_bytes, 65535);
    packet.n_data++;
    assert_int_equal(of_encode_packet_out(&out, 1, &packet, &error), -1);
    assert_string_equal(error.text, "a packet of 65520 bytes is too long for a message");
    assert_int_equal(out.n_bytes, 65535);
    packet = (struct of_packet_out){.actions = &bad, .n_actions = 1};
    assert_int_equal(of_encode_packet_out(&out, 1, &packet, NULL), -1);
    assert_int_equal(out.n_bytes, 65535);
    assert_false(out.failed);
    base_buffer_free(&out);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(packets_are_written_as_others_do),
    cmocka_unit_test(what_can_not_be_sent_leaves_nothing),
};
TEST_MAIN(tests)
