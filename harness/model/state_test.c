/* SPDX-License-Identifier: Apache-2.0
 *
 * Ports: their names, and finding one in the state of a switch. */
#include "model/state.h"

#include "testing/cmocka.h"

#include <stdlib.h>

static void ports_have_ovs_ofctls_names(void **state)
{
    (void)state;
    static const struct {
        uint16_t number;
        const char *text;
    } ports[] = {
        {1, "1"},
        {PORT_MAX, "65280"},
        {PORT_IN_PORT, "IN_PORT"},
        {PORT_TABLE, "TABLE"},
        {PORT_NORMAL, "NORMAL"},
        {PORT_FLOOD, "FLOOD"},
        {PORT_ALL, "ALL"},
        {PORT_CONTROLLER, "CONTROLLER"},
        {PORT_LOCAL, "LOCAL"},
        {PORT_NONE, "ANY"},
    };
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
        struct base_buffer out = {0};
        uint16_t number = 0;
        port_format(ports[i].number, &out);
        assert_string_equal(base_buffer_text(&out), ports[i].text);
        assert_true(port_parse(ports[i].text, &number));
        assert_int_equal(number, ports[i].number);
        base_buffer_free(&out);
    }
}

static void ports_are_read_in_other_spellings(void **state)
{
    (void)state;
    uint16_t number = 0;
    assert_true(port_parse("0x10", &number) && number == 16);
    assert_true(port_parse("0010", &number) && number == 10);
    assert_true(port_parse("local", &number) && number == PORT_LOCAL);
    assert_true(port_parse("65534", &number) && number == PORT_LOCAL);
    assert_true(port_parse("none", &number) && number == PORT_NONE);
    static const char *const bad[] = {"", "-1", "65281", "65536", "1 ", "eth0", "LOCALS", "0x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(port_parse(bad[i], &number));
    }
}

static void finds_a_port(void **state)
{
    (void)state;
    struct switch_state sw = {.ports = calloc(3, sizeof *sw.ports), .n_ports = 3};
    assert_non_null(sw.ports);
    sw.ports[0].number = 1;
    sw.ports[1].number = 5;
    sw.ports[2].number = PORT_LOCAL;
    assert_ptr_equal(switch_state_port(&sw, 5), &sw.ports[1]);
    assert_ptr_equal(switch_state_port(&sw, PORT_LOCAL), &sw.ports[2]);
    assert_null(switch_state_port(&sw, 2));
    switch_state_free(&sw);
    assert_null(switch_state_port(&sw, 5));
    switch_state_free(NULL);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(ports_have_ovs_ofctls_names),
    cmocka_unit_test(ports_are_read_in_other_spellings),
    cmocka_unit_test(finds_a_port),
};

TEST_MAIN(tests)
