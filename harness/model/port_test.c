/* SPDX-License-Identifier: Apache-2.0
 *
 * Ports: their names, finding one in the state of a switch, and why packets do
 * not pass one. */
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
    struct base_arena arena = {0};
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
        struct base_buffer out = {0};
        uint16_t number = 0;
        port_format(ports[i].number, &out);
        assert_string_equal(base_buffer_text(&out), ports[i].text);
        assert_true(port_parse(ports[i].text, &number));
        assert_int_equal(number, ports[i].number);
        base_buffer_free(&out);
        assert_string_equal(port_text(ports[i].number, &arena), ports[i].text);
    }
    base_arena_free(&arena);
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
    assert_true(port_parse("65280", &number) && number == PORT_MAX);
    assert_true(port_parse("0", &number) && number == 0);
    assert_true(port_parse("000", &number) && number == 0);
    assert_true(port_parse("0xfffd", &number) && number == PORT_CONTROLLER);
    assert_true(word_port((struct word){"12,", 2}, &number) && number == 12);
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

static void says_why_nothing_passes_a_port(void **state)
{
    (void)state;
    const struct port ports[] = {
        {.number = 1},
        {.number = 2, .config = PORT_CONFIG_DOWN | PORT_CONFIG_NO_FWD, .state = 1},
        {.number = 3, .config = PORT_CONFIG_NO_FWD | PORT_CONFIG_NO_RECV, .state = 1},
        {.number = 4, .config = PORT_CONFIG_NO_FWD | PORT_CONFIG_NO_FLOOD},
        {.number = 5, .config = PORT_CONFIG_NO_RECV | PORT_CONFIG_NO_STP, .state = 0x100},
        {.number = PORT_LOCAL, .config = PORT_CONFIG_DOWN, .state = PORT_STATE_LINK_DOWN},
    };
    static const struct {
        uint16_t number;
        const char *entry, *exit;
    } wanted[] = {
        {1, NULL, NULL},
        {2, "is switched off", "is switched off"},
        {3, "has no link", "has no link"},
        {4, NULL, "does not send"},
        {5, "does not receive", NULL},
        {6, "is absent", "is absent"},
        {PORT_MAX, "is absent", "is absent"},
        {PORT_LOCAL, NULL, NULL},
        {PORT_CONTROLLER, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const char *why[] = {port_no_entry(ports, 6, wanted[i].number),
                             port_no_exit(ports, 6, wanted[i].number)};
        assert_string_equal(why[0] ? why[0] : "", wanted[i].entry ? wanted[i].entry : "");
        assert_string_equal(why[1] ? why[1] : "", wanted[i].exit ? wanted[i].exit : "");
        assert_null(port_no_entry(ports, 0, wanted[i].number));
        assert_null(port_no_exit(NULL, 0, wanted[i].number));
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(ports_have_ovs_ofctls_names),
    cmocka_unit_test(ports_are_read_in_other_spellings),
    cmocka_unit_test(finds_a_port),
    cmocka_unit_test(says_why_nothing_passes_a_port),
};

TEST_MAIN(tests)
