/* SPDX-License-Identifier: Apache-2.0
 *
 * PACKET_OUT of OpenFlow 1.3, byte for byte as `ovs-ofctl -O OpenFlow13 packet-out` writes it. */
#include "openflow/of13/packet_codec.h"

#include "model/port.h"
#include "testing/cmocka.h"

static const uint8_t data[14] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5};

static void packets_are_written(void **state)
{
    (void)state;
    static const uint8_t expected[] = {4,    13,   0,    54,   0, 0, 0, 9, /* header: 54 bytes */
                                       0xff, 0xff, 0xff, 0xff,             /* no buffer */
                                       0xff, 0xff, 0xff, 0xfd,             /* OFPP_CONTROLLER */
                                       0,    16,   0,    0,    0, 0, 0, 0, /* 16 bytes of actions */
                                       0,    0,    0,    16,   0, 0, 0, 3, 0, 0, 0, 0, 0,    0,
                                       0,    0, /* output:3 */
                                       2,    0,    0,    0,    0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5};
    struct action output = {.type = ACTION_OUTPUT, .port = 3};
    struct of_packet_out packet = {.in_port = PORT_NONE,
                                   .actions = &output,
                                   .n_actions = 1,
                                   .data = data,
                                   .n_data = sizeof data};
    struct base_buffer out = {0};
    assert_int_equal(of13_encode_packet_out(&out, 9, &packet, NULL), 0);
    assert_int_equal(out.n_bytes, sizeof expected);
    assert_memory_equal(out.data, expected, sizeof expected);
    assert_int_equal(of13_encode_packet_out(&out, 9, &packet, NULL), 0); /* behind the first */
    assert_int_equal(out.n_bytes, 2 * sizeof expected);
    assert_memory_equal(out.data + sizeof expected, expected, sizeof expected);
    out.n_bytes = 0;
    packet.in_port = 7;
    assert_int_equal(of13_encode_packet_out(&out, 9, &packet, NULL), 0);
    assert_int_equal(out.data[15], 7);
    assert_int_equal(out.data[12], 0);
    base_buffer_free(&out);
}

static void what_can_not_be_sent_leaves_nothing(void **state)
{
    (void)state;
    static const uint8_t frame[65536];
    struct base_buffer out = {0};
    struct base_error error;
    struct of_packet_out packet = {.data = frame, .n_data = sizeof frame - 1 - 24};
    assert_int_equal(of13_encode_packet_out(&out, 1, &packet, NULL), 0);
    out.n_bytes = 0;
    packet.n_data++;
    assert_int_equal(of13_encode_packet_out(&out, 1, &packet, &error), -1);
    assert_string_equal(error.text, "a packet of 65512 bytes is too long for a message");
    assert_int_equal(out.n_bytes, 0);
    struct action vlan = {.type = ACTION_SET_VLAN_VID, .vlan_vid = 5};
    packet = (struct of_packet_out){.actions = &vlan, .n_actions = 1};
    if (of13_encode_packet_out(&out, 1, &packet, &error) < 0) {
        assert_int_equal(out.n_bytes, 0);
    }
    base_buffer_free(&out);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(packets_are_written),
    cmocka_unit_test(what_can_not_be_sent_leaves_nothing),
};

TEST_MAIN(tests)
