/* SPDX-License-Identifier: Apache-2.0
 *
 * The switch and its ports. */
#include "testing/cmocka.h"

#include "model/port.h"
#include "openflow/of10/port_codec.h"
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

/* Messages of such a length are refused before; what is here is checked all the same. */
static void what_is_cut_short_is_refused(void **state)
{
    (void)state;
    struct base_buffer bytes = {0};
    struct switch_state sw = {0};
    struct of_port_status status;
    struct base_error error = {""};
    unhex("00*55", &bytes);
    struct base_reader body = base_reader_over(bytes.data, 23);
    assert_int_equal(of_decode_features(&body, &sw, &error), -1);
    assert_string_equal(error.text, "features is cut short");
    body = base_reader_over(bytes.data, 55);
    assert_int_equal(of_decode_port_status(&body, &status, &error), -1);
    assert_string_equal(error.text, "port status is cut short");
    base_buffer_free(&bytes);
    switch_state_free(&sw);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_cut_short_is_refused),
    cmocka_unit_test(features),
    cmocka_unit_test(features_replace_the_ports),
    cmocka_unit_test(a_port_that_comes_twice_is_refused),
    cmocka_unit_test(half_a_port_is_refused),
    cmocka_unit_test(port_status),
    cmocka_unit_test(a_port_name_of_16_characters_ends),
};
TEST_MAIN(tests)
