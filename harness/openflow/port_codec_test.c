/* SPDX-License-Identifier: Apache-2.0
 *
 * Ports, queues, and packets through the controller. */
#include "testing/cmocka.h"

#include "model/port.h"
#include "openflow/packet_codec.h"
#include "openflow/port_codec.h"
#include "openflow/queue_codec.h"
#include "testing/golden.h"

static void features(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct of_header header;
    struct switch_state sw = {0};
    struct base_reader body = golden_body("features_reply", &bytes, &header);
    assert_int_equal(of_decode_features(&body, &sw, NULL), 0);
    assert_int_equal(sw.datapath_id, 0xa1);
    assert_int_equal(sw.n_buffers, 0);
    assert_int_equal(sw.n_tables, 254);
    assert_int_equal(sw.capabilities, 0xc7);
    assert_int_equal(sw.supported_actions, 0xfff);
    assert_int_equal(sw.n_ports, 4);
    for (uint16_t i = 0; i < 3; i++) {
        assert_int_equal(sw.ports[i].number, i + 1);
    }
    assert_string_equal(sw.ports[1].name, "p2");
    assert_memory_equal(sw.ports[1].dl_addr, "\xaa\x55\xaa\x55\x00\x03", 6);
    assert_int_equal(sw.ports[3].number, PORT_LOCAL);
    assert_string_equal(sw.ports[3].name, "br0");
    assert_int_equal(sw.ports[3].config | sw.ports[3].state, 0);
    switch_state_free(&sw);
    base_buffer_free(&bytes);
}

static void features_replace_the_ports(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct of_header header;
    struct switch_state sw = {0};
    for (int round = 0; round < 2; round++) {
        struct base_reader body = golden_body("features_reply", &bytes, &header);
        assert_int_equal(of_decode_features(&body, &sw, NULL), 0);
        assert_int_equal(sw.n_ports, 4);
        base_buffer_free(&bytes);
    }
    unhex("00*24", &bytes);
    struct base_reader body = base_reader_over(bytes.data, bytes.n_bytes);
    assert_int_equal(of_decode_features(&body, &sw, NULL), 0);
    assert_int_equal(sw.n_ports, 0);
    switch_state_free(&sw);
    base_buffer_free(&bytes);
}

static void a_port_that_comes_twice_is_refused(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct of_header header;
    struct switch_state sw = {0};
    struct base_error error = {""};
    struct base_reader body = golden_body("features_reply", &bytes, &header);
    base_patch_be16(&bytes, 32, 2); /* LOCAL becomes 2 */
    assert_int_equal(of_decode_features(&body, &sw, &error), -1);
    assert_string_equal(error.text, "features: port 2 comes twice");
    switch_state_free(&sw);
    base_buffer_free(&bytes);
}

static void half_a_port_is_refused(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct switch_state sw = {0};
    unhex("00*24 00*47", &bytes);
    struct base_reader body = base_reader_over(bytes.data, bytes.n_bytes);
    assert_int_equal(of_decode_features(&body, &sw, NULL), -1);
    switch_state_free(&sw);
    base_buffer_free(&bytes);
}

static void port_status(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct of_header header;
    struct of_port_status status;
    struct base_reader body = golden_body("port_status", &bytes, &header);
    assert_int_equal(of_decode_port_status(&body, &status, NULL), 0);
    assert_int_equal(status.reason, OFPPR_MODIFY);
    assert_int_equal(status.port.number, 7);
    assert_string_equal(status.port.name, "s1-eth7");
    assert_int_equal(status.port.config, PORT_CONFIG_DOWN | PORT_CONFIG_NO_FLOOD);
    assert_int_equal(status.port.state, PORT_STATE_LINK_DOWN);
    assert_int_equal(status.port.curr, 0x40);
    assert_int_equal(status.port.advertised, 0xc0);
    assert_int_equal(status.port.supported, 0x2c0);
    assert_int_equal(status.port.peer, 0x80);
    base_buffer_free(&bytes);
}

static void a_port_name_of_16_characters_ends(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct of_port_status status;
    unhex("00*8 0001 00*6 61*16 00*24", &bytes);
    struct base_reader body = base_reader_over(bytes.data, bytes.n_bytes);
    assert_int_equal(of_decode_port_status(&body, &status, NULL), 0);
    assert_string_equal(status.port.name, "aaaaaaaaaaaaaaaa");
    base_buffer_free(&bytes);
}

static void port_mod(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct of_header header;
    struct of_port_mod mod;
    struct base_reader body = golden_body("port_mod", &bytes, &header);
    assert_int_equal(of_decode_port_mod(&body, &mod, NULL), 0);
    assert_int_equal(mod.port, 7);
    assert_int_equal(mod.dl_addr[5], 7);
    assert_int_equal(mod.config, PORT_CONFIG_NO_FLOOD);
    assert_int_equal(mod.mask, PORT_CONFIG_DOWN | PORT_CONFIG_NO_FLOOD | PORT_CONFIG_NO_FWD);
    assert_int_equal(mod.advertise, 0x40);
    base_buffer_free(&bytes);
}

static void queue_config(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct base_arena arena = {0};
    struct of_header header;
    const struct of_queue *queues;
    size_t n_queues;
    uint16_t port;
    struct base_reader body = golden_body("queue_config_reply", &bytes, &header);
    assert_int_equal(of_decode_queue_config(&body, &arena, &port, &queues, &n_queues, NULL), 0);
    assert_int_equal(port, 2);
    assert_int_equal(n_queues, 2);
    assert_int_equal(queues[0].queue_id, 1);
    assert_true(queues[0].has_min_rate);
    assert_int_equal(queues[0].min_rate, 250);
    assert_int_equal(queues[1].queue_id, 9);
    assert_false(queues[1].has_min_rate);
    base_arena_free(&arena);
    base_buffer_free(&bytes);
}

static void unknown_queue_properties_are_passed_over(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct base_arena arena = {0};
    const struct of_queue *queues;
    size_t n_queues;
    uint16_t port;
    unhex("0002 00*6 00000001 0028 0000 0007 0010 00*12 0001 0010 00*4 0064 00*6", &bytes);
    struct base_reader body = base_reader_over(bytes.data, bytes.n_bytes);
    assert_int_equal(of_decode_queue_config(&body, &arena, &port, &queues, &n_queues, NULL), 0);
    assert_int_equal(n_queues, 1);
    assert_int_equal(queues[0].min_rate, 100);
    base_arena_free(&arena);
    base_buffer_free(&bytes);
}

static void malformed_queues_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *reason;
    } bad[] = {
        {"0002 00*5", "queue config is cut short"},
        {"0002 00*6 00000001 0000 0000", "queue 1: queue of 0 bytes, 8 are left"},
        {"0002 00*6 00000001 0010 0000", "queue of 16 bytes, 8 are left"},
        {"0002 00*6 00000001 0008 0000 00000002", "queue 2: queue of 0 bytes, 4 are left"},
        {"0002 00*6 00000001 0010 0000 0001 0000 00*4", "queue id 1: property of 0 bytes, 8"},
        {"0002 00*6 00000001 0010 0000 0001 0010 00*4", "property of 16 bytes, 8 are left"},
        {"0002 00*6 00000001 0010 0000 0001 0008 00*4", "minimum rate is cut short"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct base_buffer bytes = {0};
        struct base_arena arena = {0};
        struct base_error error = {""};
        const struct of_queue *queues;
        size_t n_queues;
        uint16_t port;
        unhex(bad[i].hex, &bytes);
        struct base_reader body = base_reader_over(bytes.data, bytes.n_bytes);
        assert_int_equal(of_decode_queue_config(&body, &arena, &port, &queues, &n_queues, &error),
                         -1);
        if (!strstr(error.text, bad[i].reason)) {
            fail_msg("\"%s\" does not say \"%s\"", error.text, bad[i].reason);
        }
        base_arena_free(&arena);
        base_buffer_free(&bytes);
    }
}

static void packet_in(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct of_header header;
    struct of_packet_in packet;
    struct base_reader body = golden_body("packet_in", &bytes, &header);
    assert_int_equal(of_decode_packet_in(&body, &packet, NULL), 0);
    assert_int_equal(packet.buffer_id, 0x0badcafe);
    assert_int_equal(packet.total_len, 1500);
    assert_int_equal(packet.in_port, 9);
    assert_int_equal(packet.reason, OFPR_ACTION);
    assert_int_equal(packet.n_data, 64);
    assert_int_equal(packet.data[63], 63);
    base_buffer_free(&bytes);
}

static void packet_out(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct base_arena arena = {0};
    struct of_header header;
    struct of_packet_out packet;
    struct base_reader body = golden_body("packet_out", &bytes, &header);
    assert_int_equal(of_decode_packet_out(&body, &arena, &packet, NULL), 0);
    assert_true(packet.buffer_id == OFP_NO_BUFFER);
    assert_int_equal(packet.in_port, 4);
    assert_int_equal(packet.n_actions, 2);
    assert_int_equal(packet.actions[0].max_len, 128);
    assert_int_equal(packet.actions[1].port, 5);
    assert_int_equal(packet.n_data, 22);
    assert_memory_equal(packet.data + 14, "tapproof", 8);
    base_arena_free(&arena);
    base_buffer_free(&bytes);
}

static void packet_out_with_bad_action_length(void **state)
{
    (void)state;
    static const struct {
        uint16_t length;
        const char *reason;
    } bad[] = {
        {39, "packet out: 39 bytes of actions, 38 are left"},
        {12, "packet out: action 2 (00 00 00 08): an action has 8 bytes or more"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct base_buffer bytes = {0};
        struct base_arena arena = {0};
        struct of_header header;
        struct of_packet_out packet;
        struct base_error error = {""};
        struct base_reader body = golden_body("packet_out", &bytes, &header);
        base_patch_be16(&bytes, 14, bad[i].length);
        assert_int_equal(of_decode_packet_out(&body, &arena, &packet, &error), -1);
        assert_non_null(strstr(error.text, bad[i].reason));
        base_arena_free(&arena);
        base_buffer_free(&bytes);
    }
}

static void a_packet_that_is_too_long_is_not_sent(void **state)
{
    (void)state;
    static const uint8_t frame[65535];
    struct of_packet_out packet = {
        .buffer_id = OFP_NO_BUFFER, .data = frame, .n_data = sizeof frame - 16};
    struct base_buffer out = {0};
    assert_int_equal(of_encode_packet_out(&out, 1, &packet, NULL), 0);
    assert_int_equal(out.n_bytes, 65535);
    packet.n_data++;
    assert_int_equal(of_encode_packet_out(&out, 1, &packet, NULL), -1);
    assert_int_equal(out.n_bytes, 65535);
    assert_false(out.failed);
    base_buffer_free(&out);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(features),
    cmocka_unit_test(features_replace_the_ports),
    cmocka_unit_test(a_port_that_comes_twice_is_refused),
    cmocka_unit_test(half_a_port_is_refused),
    cmocka_unit_test(port_status),
    cmocka_unit_test(a_port_name_of_16_characters_ends),
    cmocka_unit_test(port_mod),
    cmocka_unit_test(queue_config),
    cmocka_unit_test(unknown_queue_properties_are_passed_over),
    cmocka_unit_test(malformed_queues_are_refused),
    cmocka_unit_test(packet_in),
    cmocka_unit_test(packet_out),
    cmocka_unit_test(packet_out_with_bad_action_length),
    cmocka_unit_test(a_packet_that_is_too_long_is_not_sent),
};
TEST_MAIN(tests)
