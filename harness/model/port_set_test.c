/* SPDX-License-Identifier: Apache-2.0
 *
 * Sets of port numbers. */
#include "model/port_set.h"

#include "testing/cmocka.h"

static void check(const struct port_set *set, const uint16_t *expected, size_t n)
{
    size_t i = 0;
    for (uint32_t at = port_set_next(set, 0); at < PORT_SET_END; at = port_set_next(set, at + 1)) {
        assert_true(i < n && at == expected[i]);
        i++;
        assert_true(port_set_has(set, (uint16_t)at));
    }
    assert_int_equal(i, n);
    assert_int_equal(port_set_count(set), n);
}

static void numbers_come_ascending_and_once(void **state)
{
    (void)state;
    static const uint16_t numbers[] = {0, 1, 63, 64, 65, 127, 128, 4095, 65534, 65535};
    struct port_set set = {0};
    check(&set, NULL, 0);
    for (size_t i = 10; i-- > 0;) {
        port_set_add(&set, numbers[i]);
        port_set_add(&set, numbers[i]);
    }
    check(&set, numbers, 10);
    assert_false(port_set_has(&set, 2) || port_set_has(&set, 62) || port_set_has(&set, 129));
    assert_int_equal(port_set_next(&set, 2), 63);
    assert_int_equal(port_set_next(&set, PORT_SET_END), PORT_SET_END);
}

static void cabled_ports_are_those_of_the_switch(void **state)
{
    (void)state;
    struct topology_host hosts[] = {{.port = {0, 9}}, {.port = {1, 7}}};
    struct topology_link links[] = {{.a = {0, 3}, .b = {1, 4}}, {.a = {1, 5}, .b = {1, 6}}};
    struct topology topology = {.hosts = hosts, .n_hosts = 2, .links = links, .n_links = 2};
    static const uint16_t of_first[] = {3, 9}, of_second[] = {4, 5, 6, 7};
    struct port_set set[3] = {0};
    assert_true(port_set_add_cabled(&set[0], &topology, 0));
    assert_true(port_set_add_cabled(&set[1], &topology, 1));
    assert_false(port_set_add_cabled(&set[2], &topology, 2));
    check(&set[0], of_first, 2);
    check(&set[1], of_second, 4);
    check(&set[2], NULL, 0);
}

static void ports_of_a_state_are_its_own_and_those_named(void **state)
{
    (void)state;
    struct port ports[] = {{.number = 2}, {.number = PORT_LOCAL}};
    struct flow_entry entries[] = {
        {.match = {.value = {.in_port = 9}, .mask = {.in_port = UINT16_MAX}}},
        {.match = {.value = {.in_port = 2}, .mask = {.in_port = UINT16_MAX}}},
        {.match = {.value = {.in_port = 0}}},
    };
    struct switch_state of = {
        .ports = ports, .n_ports = 2, .flows = {.entries = entries, .n_entries = 3}};
    struct port_set set = {0};
    port_set_add_state(&set, &of);
    check(&set, (uint16_t[]){2, 9, PORT_LOCAL}, 3);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(numbers_come_ascending_and_once),
    cmocka_unit_test(cabled_ports_are_those_of_the_switch),
    cmocka_unit_test(ports_of_a_state_are_its_own_and_those_named),
};

TEST_MAIN(tests)
