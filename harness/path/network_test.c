/* SPDX-License-Identifier: Apache-2.0
 *
 * The index of a network: cables, what is not known, what switches may rewrite. */
#include "path/network.h"

#include "testing/line.h"

static void peers_are_those_of_the_topology(void **state)
{
    (void)state;
    struct line line;
    line_make(&line);
    line_open(&line);
    for (size_t sw = 0; sw < LINE_SWITCHES; sw++) {
        for (uint16_t number = 0; number <= LINE_PORTS + 1; number++) {
            struct port_ref port = {sw, number};
            struct peer is = path_network_peer(&line.network, port);
            struct peer wanted = topology_peer(&line.topology, port);
            assert_int_equal(is.kind, wanted.kind);
            assert_int_equal(is.host, wanted.host);
            assert_int_equal(is.port.sw, wanted.port.sw);
            assert_int_equal(is.port.port, wanted.port.port);
        }
    }
    line_close(&line);
}

static void cables_are_in_the_order_of_switches_and_ports(void **state)
{
    (void)state;
    struct line line;
    line_make(&line);
    line_open(&line);
    assert_int_equal(line.network.n_cables, 5);
    assert_int_equal(line.network.begins[0], 0);
    assert_int_equal(line.network.begins[1], 3);
    assert_int_equal(line.network.begins[2], 5);
    static const struct port_ref order[] = {{0, 1}, {0, 2}, {0, 3}, {1, 1}, {1, 2}};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(line.network.cables[i].port.sw, order[i].sw);
        assert_int_equal(line.network.cables[i].port.port, order[i].port);
    }
    line_close(&line);
}

static void tells_why_a_switch_is_not_known(void **state)
{
    (void)state;
    struct line line;
    const char *reasons[] = {NULL, "connection refused"};
    line_make(&line);
    line.by_switch[0] = line.by_switch[1] = NULL;
    assert_int_equal(
        path_network_open_dumps(&line.network, &line.topology, line.by_switch, reasons), 0);
    assert_null(line.network.switches[0].flows);
    assert_string_equal(line.network.switches[0].unknown, "the switch was not read");
    assert_string_equal(line.network.switches[1].unknown, "connection refused");
    assert_int_equal(line.network.rewritten[0].dl_type, 0xffff);
    line_close(&line);
}

static void a_switch_without_ports_has_unknown_ports(void **state)
{
    (void)state;
    struct line line;
    line_make(&line);
    line.states[1].n_ports = 0;
    line_open(&line);
    assert_non_null(line.network.switches[0].ports);
    assert_null(line.network.switches[1].ports);
    line_close(&line);
}

static void knows_what_may_be_rewritten(void **state)
{
    (void)state;
    struct line line;
    line_make(&line);
    line_flow(&line, 0, "in_port=1 actions=mod_nw_tos:32,output:2");
    line_flow(&line, 0, "in_port=2 actions=mod_dl_src:00:00:00:00:00:01,output:1");
    line_open(&line);
    assert_int_equal(line.network.rewritten[0].nw_tos, 0xfc);
    assert_int_equal(line.network.rewritten[0].dl_src[5], 0xff);
    assert_int_equal(line.network.rewritten[0].dl_dst[5], 0);
    assert_int_equal(line.network.rewritten[1].nw_tos, 0);
    line_flow(&line, 1, "actions=TABLE,mod_nw_tos:32");
    path_network_note(&line.network, 1, &line.states[1].flows.entries[0]);
    assert_int_equal(line.network.rewritten[1].dl_dst[0], 0xff);
    line_close(&line);
}

static void other_cables_share_the_tables(void **state)
{
    (void)state;
    struct line line;
    struct path_network other;
    line_make(&line);
    line_flow(&line, 0, "actions=output:2");
    line_open(&line);
    struct topology changed = line.topology;
    struct topology_host hosts[LINE_HOSTS];
    memcpy(hosts, line.hosts, sizeof hosts);
    hosts[LINE_A].port.port = 4;
    changed.hosts = hosts;
    assert_int_equal(path_network_recable(&line.network, &changed, &other), 0);
    assert_ptr_equal(other.tables, line.network.tables);
    assert_int_equal(path_network_peer(&other, (struct port_ref){0, 1}).kind, PEER_NONE);
    assert_int_equal(path_network_peer(&other, (struct port_ref){0, 4}).kind, PEER_HOST);
    assert_int_equal(path_network_peer(&line.network, (struct port_ref){0, 1}).kind, PEER_HOST);
    path_network_close(&other);
    assert_non_null(line.network.tables);
    line_close(&line);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(peers_are_those_of_the_topology),
    cmocka_unit_test(cables_are_in_the_order_of_switches_and_ports),
    cmocka_unit_test(tells_why_a_switch_is_not_known),
    cmocka_unit_test(a_switch_without_ports_has_unknown_ports),
    cmocka_unit_test(knows_what_may_be_rewritten),
    cmocka_unit_test(other_cables_share_the_tables),
};

TEST_MAIN(tests)
