/* SPDX-License-Identifier: Apache-2.0
 *
 * What must be counted for a round, what was counted, and whether that is all. */
#include "traffic/count.h"

#include "testing/choosing_network.h"
#include "testing/reference_network.h"

static const char simulated[] = "expected/demon/simulated.yaml";

static void count(struct network *network)
{
    traffic_count_free(&network->count);
    network_index(network);
    assert_int_equal(traffic_count_init(&network->count, &network->plan, &network->round,
                                        &network->tables, network->before),
                     0);
}

static struct traffic_port_count *port_of(struct network *network, size_t sw, uint16_t port)
{
    struct port_ref ref = {.sw = sw, .port = port};
    return traffic_count_port(&network->count, network->before, ref);
}

/* The counters that the network of the test keeps itself. */
static void what_the_tables_do_is_wanted(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    network.round.sent[0] = 3;
    count(&network);
    network.round.sent[0] = 1;
    size_t from = network.plan.probes[0].from, n_sent = 0;
    for (size_t p = 0; p < network.plan.n_probes; p++) {
        n_sent += network.plan.probes[p].from == from;
    }
    assert_int_equal(network.count.hosts[from].sent, n_sent + 2);
    count(&network);
    assert_int_equal(network.count.hosts[from].sent, n_sent);
    for (size_t sw = 0; sw < 3; sw++) {
        for (size_t i = 0; i < network.states[sw].flows.n_entries; i++) {
            assert_int_equal(network.count.packets[sw][i],
                             network.later[sw].flows.entries[i].n_packets);
        }
        for (size_t i = 0; i < network.later[sw].n_ports; i++) {
            const struct port *port = &network.later[sw].ports[i];
            assert_int_equal(port_of(&network, sw, port->number)->rx, port->counters.rx_packets);
            assert_int_equal(port_of(&network, sw, port->number)->tx, port->counters.tx_packets);
            assert_int_equal(port_of(&network, sw, port->number)->bad, 0);
        }
    }
    size_t h11 = network_host(&network, "h11");
    assert_int_equal(network.count.hosts[h11].arrived, port_of(&network, 2, 11)->tx);
    assert_int_equal(network.count.hosts[h11].good, port_of(&network, 2, 11)->tx);
    assert_int_equal(network.count.hosts[h11].bad, 0);
    assert_null(port_of(&network, 0, 99));
    network_free(&network);
}

/* The frames of h1 are lost or altered at h11, those to h2 are well. */
static void bad_copies_are_charged_to_their_way(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h11");
    size_t n = 0, h11 = network_host(&network, "h11"), h1 = network_host(&network, "h1");
    for (size_t p = 0; p < network.plan.n_probes; p++) {
        n += network.plan.probes[p].from == h1;
        if (network.plan.probes[p].from == h1 && n % 2) {
            traffic_round_see_altered(&network.round, p, h11, "a byte");
        }
    }
    count(&network);
    assert_int_equal(port_of(&network, 2, 1)->bad, n);
    assert_int_equal(port_of(&network, 2, 1)->good, 0);
    assert_int_equal(port_of(&network, 0, 1)->bad, n);
    assert_int_equal(port_of(&network, 0, 1)->good, n); /* to h2 */
    assert_int_equal(network.count.hosts[h11].bad, n);
    assert_true(network.count.hosts[h11].good > 0); /* of h7 */
    /* Where nobody captures nothing is known of the copies. */
    network.captures[h11] = false;
    count(&network);
    assert_int_equal(port_of(&network, 2, 1)->bad, 0);
    assert_int_equal(network.count.hosts[h11].bad, 0);
    network_free(&network);
}

/* The frames of h7 to h11 are lost: what the cables of their way surely carried is nothing, however
 * well those of others came that were followed before. */
static void only_what_came_well_is_sure(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h7", "h11");
    count(&network);
    const struct traffic_port_count *in = port_of(&network, 2, 7);
    assert_true(in->rx > 0);
    assert_int_equal(in->sure_rx, 0);
    assert_int_equal(port_of(&network, 2, 1)->sure_rx, port_of(&network, 2, 1)->rx);
    network_free(&network);
}

/* A host speaks to itself, too. */
static void what_hosts_send_is_counted(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    size_t h1 = network_host(&network, "h1");
    count(&network);
    unsigned sent = network.count.hosts[h1].sent;
    assert_true(sent > 0);
    network.round.hosts[h1].n_spoken = 2;
    count(&network);
    assert_int_equal(network.count.hosts[h1].sent, sent + 2);
    network_free(&network);
}

static bool is_reached(const struct network *network)
{
    return traffic_count_reached(&network->count, network->expectation->topology, network->before,
                                 network->after);
}

static bool has_left(const struct network *network)
{
    return traffic_count_left(&network->count, network->expectation->topology, network->before,
                              network->after);
}

static void a_switch_that_was_not_read(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    network.before[2] = NULL;
    count(&network);
    assert_null(network.count.packets[2]);
    assert_null(port_of(&network, 2, 1));
    assert_true(port_of(&network, 0, 6)->tx > 0);
    assert_true(is_reached(&network));
    network_free(&network);
}

static void every_entry_must_have_counted(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    count(&network);
    assert_true(is_reached(&network));
    for (size_t sw = 0; sw < 3; sw++) {
        struct flow_entry *entry = &network.later[sw].flows.entries[0];
        struct port_counters *counters = &network.later[sw].ports[0].counters;
        entry->n_packets--;
        assert_false(is_reached(&network));
        entry->n_packets += 9; /* others may send, too */
        assert_true(is_reached(&network));
        counters->rx_packets--; /* and every port */
        assert_false(is_reached(&network));
        counters->rx_packets++;
        assert_true(is_reached(&network));
    }
    network_free(&network);
}

/* Copies that no table sends: the port that they left by is as late as any other. */
static void what_arrived_must_have_left(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    count(&network);
    size_t h11 = network_host(&network, "h11");
    struct port_counters *at_host = &network.later[2].ports[10].counters,
                         *out = &network.later[0].ports[8].counters,
                         *in = &network.later[2].ports[3].counters;
    network.count.hosts[h11].arrived++;
    assert_false(has_left(&network));
    at_host->tx_packets++;
    assert_true(has_left(&network));
    in->rx_packets++;
    assert_false(has_left(&network));
    out->tx_packets++;
    assert_true(has_left(&network));
    out->rx_packets++;
    assert_false(has_left(&network));
    in->tx_packets++;
    assert_true(has_left(&network));
    network.later[2].ports[10].has_counters = false;
    network.count.hosts[h11].arrived++;
    assert_true(has_left(&network));
    network_free(&network);
}

static void what_an_entry_has_counted(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    const struct switch_state *before = &network.states[2], *after = &network.later[2];
    struct flow_entry *entries = network.later[2].flows.entries;
    network.states[2].flows.entries[1].n_packets = 5;
    entries[1].n_packets = 12;
    assert_int_equal(traffic_count_since(before, 1, after), 7);
    struct flow_entry moved = entries[1];
    entries[1] = entries[3];
    entries[3] = moved;
    assert_int_equal(traffic_count_since(before, 1, after), 7);
    entries[3].priority++; /* another entry: that one is gone */
    assert_int_equal(traffic_count_since(before, 1, after), -1);
    entries[3].priority--;
    entries[3].n_packets = 4; /* it was reset */
    assert_int_equal(traffic_count_since(before, 1, after), -1);
    entries[3].n_packets = UINT64_MAX; /* it does not count */
    assert_int_equal(traffic_count_since(before, 1, after), -1);
    assert_int_equal(traffic_count_since(before, ENTRY_NONE, after), -1);
    assert_int_equal(traffic_count_since(before, before->flows.n_entries, after), -1);
    assert_int_equal(traffic_count_since(NULL, 1, after), -1);
    assert_int_equal(traffic_count_since(before, 1, NULL), -1);
    network_free(&network);
}

static void what_a_port_has_counted(void **state)
{
    (void)state;
    struct network network;
    const struct port_ref port = {.sw = 0, .port = 3}, absent = {.sw = 0, .port = 77};
    long bytes = 0;
    network_load(&network, simulated, "simulated");
    struct port_counters *old = &network.states[0].ports[2].counters;
    struct port_counters *now = &network.later[0].ports[2].counters;
    *old = (struct port_counters){.rx_packets = 1, .rx_bytes = 10, .tx_packets = 2, .tx_bytes = 20};
    *now = (struct port_counters){.rx_packets = 4, .rx_bytes = 70, .tx_packets = 9, .tx_bytes = 90};
    assert_int_equal(traffic_count_rx(network.before, network.after, port, &bytes), 3);
    assert_int_equal(bytes, 60);
    assert_int_equal(traffic_count_tx(network.before, network.after, port, &bytes), 7);
    assert_int_equal(bytes, 70);
    assert_int_equal(traffic_count_rx(network.before, network.after, port, NULL), 3);
    assert_int_equal(traffic_count_tx(network.before, NULL, port, NULL), -1);
    assert_int_equal(traffic_count_rx(network.before, NULL, port, NULL), -1);
    assert_int_equal(traffic_count_tx(network.before, network.after, absent, NULL), -1);
    now->rx_packets = 0; /* it was reset */
    assert_int_equal(traffic_count_rx(network.before, network.after, port, NULL), -1);
    now->tx_packets = UINT64_MAX; /* it does not count */
    assert_int_equal(traffic_count_tx(network.before, network.after, port, NULL), -1);
    now->tx_packets = 9;
    network.later[0].ports[2].has_counters = false;
    assert_int_equal(traffic_count_tx(network.before, network.after, port, NULL), -1);
    network.later[0].ports[2].has_counters = true;
    network.states[0].ports[2].has_counters = false;
    assert_int_equal(traffic_count_tx(network.before, network.after, port, NULL), -1);
    network.states[0].ports[2].has_counters = true;
    network.after[0] = NULL;
    assert_int_equal(traffic_count_tx(network.before, network.after, port, NULL), -1);
    network_free(&network);
}

/* One packet is enough, in or out, of an entry or a port. */
static void counters_that_move_are_noticed(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    const struct switch_state *before = network.before[0], *after = network.after[0];
    struct port_counters *now = &network.later[0].ports[2].counters;
    struct flow_entry *entry = &network.later[0].flows.entries[0];
    assert_false(traffic_count_ports_move(before, after));
    now->rx_packets = 1;
    assert_true(traffic_count_ports_move(before, after));
    assert_false(traffic_count_ports_move(NULL, after));
    assert_false(traffic_count_ports_move(before, NULL));
    *now = (struct port_counters){.tx_packets = 1};
    assert_true(traffic_count_ports_move(before, after));
    network.later[0].ports[2].has_counters = false;
    assert_false(traffic_count_ports_move(before, after));
    assert_false(traffic_count_entries_move(before, after));
    entry->n_packets = 1;
    assert_true(traffic_count_entries_move(before, after));
    assert_false(traffic_count_entries_move(before, NULL));
    assert_false(traffic_count_entries_move(NULL, after));
    entry->n_packets = 0;
    network_free(&network);
}

/* By each port by which a switch may choose to send; by the others as ever. */
static void what_switches_choose_is_the_most(void **state)
{
    (void)state;
    static const uint32_t wanted[N_CHOOSING_PORTS][2] = {{0}, {3, 3}, {0, 3}, {0, 3}};
    struct choosing choosing;
    struct traffic_count count;
    choosing_open(&choosing, "1: {output: [2], one_of: [3, 4]}");
    choosing_send(&choosing, 0, 0, 0, 0);
    for (size_t p = 0; choosing.round.sent[0] == 0; p++) {
        choosing.round.sent[0] = choosing.plan.probes[p].from == HOST_A ? 3 : 0;
    }
    assert_int_equal(traffic_count_init(&count, &choosing.plan, &choosing.round,
                                        &choosing.declared.network, choosing.before),
                     0);
    for (uint16_t i = 0; i < N_CHOOSING_PORTS; i++) {
        struct port_ref port = {.sw = 0, .port = i + 1};
        const struct traffic_port_count *counted =
            traffic_count_port(&count, choosing.before, port);
        assert_int_equal(counted->most_tx, wanted[i][1]);
    }
    struct port_ref last = {.sw = 1, .port = 2};
    assert_int_equal(traffic_count_port(&count, choosing.before, last)->most_tx, 3);
    traffic_count_free(&count);
    choosing_close(&choosing);
}

/* The way by which it came carried it well, or ill; of several, and of none, nothing is known. */
static void where_it_came_tells_the_way(void **state)
{
    (void)state;
    struct choosing choosing;
    struct traffic_count count;
    choosing_open(&choosing, "1: {output: [2], one_of: [3, 4]}");
    const struct port_ref far = {.sw = 1, .port = 1};
    size_t p = 0;
    while (choosing.plan.probes[p].from != HOST_A) {
        p++;
    }
    for (unsigned altered = 0; altered < 2; altered++) {
        for (unsigned c2 = 0; c2 < 3; c2++) {
            choosing_send(&choosing, 1, 1, 0, 0);
            for (unsigned i = 0; i < c2 && altered; i++) {
                traffic_round_see_altered(&choosing.round, p, HOST_C2, "other bytes");
            }
            for (unsigned i = 0; i < c2 && !altered; i++) {
                traffic_round_see(&choosing.round, p, HOST_C2, 0);
            }
            assert_int_equal(traffic_count_init(&count, &choosing.plan, &choosing.round,
                                                &choosing.declared.network, choosing.before),
                             0);
            const struct traffic_port_count *in = traffic_count_port(&count, choosing.before, far);
            assert_int_equal(in->good, c2 == 1 && !altered);
            assert_int_equal(in->bad, c2 == 1 && altered);
            assert_int_equal(in->sure_rx, 0);
            assert_int_equal(count.hosts[HOST_C2].good, c2 == 1 && !altered);
            traffic_count_free(&count);
        }
    }
    choosing_close(&choosing);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_the_tables_do_is_wanted),
    cmocka_unit_test(bad_copies_are_charged_to_their_way),
    cmocka_unit_test(only_what_came_well_is_sure),
    cmocka_unit_test(what_switches_choose_is_the_most),
    cmocka_unit_test(where_it_came_tells_the_way),
    cmocka_unit_test(what_hosts_send_is_counted),
    cmocka_unit_test(a_switch_that_was_not_read),
    cmocka_unit_test(every_entry_must_have_counted),
    cmocka_unit_test(what_arrived_must_have_left),
    cmocka_unit_test(what_an_entry_has_counted),
    cmocka_unit_test(what_a_port_has_counted),
    cmocka_unit_test(counters_that_move_are_noticed),
};

TEST_MAIN(tests)
