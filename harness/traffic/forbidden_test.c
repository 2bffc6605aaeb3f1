/* SPDX-License-Identifier: Apache-2.0
 *
 * Pairs of hosts of which something is forbidden, probed or not. */
#include "traffic/forbidden.h"

#include "testing/reference_network.h"

static void forbidden_pairs_are_counted(void **state)
{
    (void)state;
    struct network network;
    struct traffic_forbidden forbidden;
    network_load(&network, "expected/demon/simulated.yaml", "simulated");
    assert_int_equal(
        traffic_forbidden(&network.declared, &network.plan, network.captures, &forbidden), 0);
    assert_int_equal(forbidden.n_pairs, 11 * 10 - 8); /* six deliveries, two mirrors */
    assert_int_equal(forbidden.n_probed, forbidden.n_pairs);
    traffic_forbidden_free(&forbidden);
    expect_empty(&forbidden, sizeof forbidden);
    network.captures[network_host(&network, "h11")] = false;
    network.plan.n_probes = 0;
    network_index(&network);
    assert_int_equal(
        traffic_forbidden(&network.declared, &network.plan, network.captures, &forbidden), 0);
    assert_int_equal(forbidden.n_pairs, 11 * 10 - 8);
    assert_int_equal(forbidden.n_probed, 0);
    assert_int_equal(forbidden.n_unprobed, forbidden.n_pairs);
    traffic_forbidden_free(&forbidden);
    network_free(&network);
}

/* Of a sender without probes: what its claims allow for all headers is not
 * forbidden, what they allow for some is. */
static void claims_without_probes(void **state)
{
    (void)state;
    struct network network;
    struct traffic_forbidden forbidden;
    network_load(&network, "expected/demon/simulated.yaml", "simulated");
    size_t h3 = network_host(&network, "h3"), h4 = network_host(&network, "h4");
    struct expectation *expectation = network.expectation;
    for (size_t i = 0; i < expectation->n_claims; i++) {
        if (expectation->claims[i].from == h3 && expectation->claims[i].to == h4) {
            expectation->claims[i].match = (struct match){.mask.dl_type = UINT16_MAX};
        }
    }
    network.plan.n_probes = 0;
    assert_int_equal(
        traffic_forbidden(&network.declared, &network.plan, network.captures, &forbidden), 0);
    assert_int_equal(forbidden.n_pairs, 11 * 10 - 8 + 1);
    bool found = false;
    for (size_t i = 0; i < forbidden.n_unprobed; i++) {
        const struct unprobed_pair *pair = &forbidden.unprobed[i];
        found = found || (pair->from == h3 && pair->to == h4);
        assert_string_equal(pair->reason, "the sender sends nothing");
    }
    assert_true(found);
    traffic_forbidden_free(&forbidden);
    network_free(&network);
}

/* Without any claim only `ports:` forbid: h1 is to reach h2 and h11 by them. */
static void ports_forbid_the_rest(void **state)
{
    (void)state;
    struct network network;
    struct traffic_forbidden forbidden;
    network_load(&network, "expected/demon/simulated.yaml", "simulated");
    size_t h1 = network_host(&network, "h1"), n_of_h1 = 0;
    network.plan.n_probes = 0;
    network.expectation->n_claims = 0;
    network_index(&network);
    assert_int_equal(
        traffic_forbidden(&network.declared, &network.plan, network.captures, &forbidden), 0);
    for (size_t i = 0; i < forbidden.n_unprobed; i++) {
        n_of_h1 += forbidden.unprobed[i].from == h1;
    }
    assert_int_equal(n_of_h1, 10 - 2);
    traffic_forbidden_free(&forbidden);
    network.expectation->n_ports = 0;
    network_index(&network);
    assert_int_equal(
        traffic_forbidden(&network.declared, &network.plan, network.captures, &forbidden), 0);
    assert_int_equal(forbidden.n_pairs, 0);
    traffic_forbidden_free(&forbidden);
    network_free(&network);
}

/* Where the receiver does not capture, a probe shows nothing. */
static void a_blind_receiver(void **state)
{
    (void)state;
    struct network network;
    struct traffic_forbidden forbidden;
    network_load(&network, "expected/demon/simulated.yaml", "simulated");
    network.captures[network_host(&network, "h5")] = false;
    assert_int_equal(
        traffic_forbidden(&network.declared, &network.plan, network.captures, &forbidden), 0);
    assert_int_equal(forbidden.n_unprobed, 10);
    assert_int_equal(forbidden.n_probed, forbidden.n_pairs - 10);
    assert_string_equal(forbidden.unprobed[0].reason, "the receiver does not capture");
    traffic_forbidden_free(&forbidden);
    network_free(&network);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(forbidden_pairs_are_counted),
    cmocka_unit_test(claims_without_probes),
    cmocka_unit_test(ports_forbid_the_rest),
    cmocka_unit_test(a_blind_receiver),
};

TEST_MAIN(tests)
