/* SPDX-License-Identifier: Apache-2.0
 *
 * Cables in wrong places: found where they explain what frames do, and only there. */
#include "testing/blamed_network.h"

static const char simulated[] = "expected/demon/simulated.yaml";

/* h2 and h3 are each in the other's place. */
static void cables_are_swapped(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    struct topology *topology = network.expectation->topology;
    struct topology_host *h2 = &topology->hosts[network_host(&network, "h2")];
    struct topology_host *h3 = &topology->hosts[network_host(&network, "h3")];
    struct port_ref of_h2 = h2->port, of_h3 = h3->port;
    h2->port = of_h3;
    h3->port = of_h2;
    network_send(&network, NULL, NULL);
    h2->port = of_h2;
    h3->port = of_h3;
    network_blame(&network);
    assert_int_equal(network.report.n_causes, 1);
    assert_int_equal(network.report.causes[0].kind, CAUSE_SWAP);
    assert_string_equal(network.report.causes[0].where, "h2 - s1:2, h3 - s1:3");
    assert_true(network.report.causes[0].n_results > 3);
    network_free(&network);
}

/* ... and h9 gets what it should not, by a cable that nobody knows. The swap is
 * told, and so is that. */
static void another_fault_beside_a_swap(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    struct topology *topology = network.expectation->topology;
    struct topology_host *h2 = &topology->hosts[network_host(&network, "h2")];
    struct topology_host *h3 = &topology->hosts[network_host(&network, "h3")];
    struct port_ref of_h2 = h2->port, of_h3 = h3->port;
    h2->port = of_h3;
    h3->port = of_h2;
    network_send(&network, NULL, NULL);
    h2->port = of_h2;
    h3->port = of_h3;
    size_t p = 0;
    while (network.plan.probes[p].from != network_host(&network, "h6")) {
        p++;
    }
    traffic_round_see(&network.round, p, network_host(&network, "h9"), 0);
    network_blame(&network);
    assert_int_equal(network.report.n_causes, 2);
    assert_string_equal(network.report.causes[0].where, "h2 - s1:2, h3 - s1:3");
    assert_string_equal(network.report.causes[1].where, "h9 - s2:4");
    network_free(&network);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(cables_are_swapped),
    cmocka_unit_test(another_fault_beside_a_swap),
};

TEST_MAIN(tests)
