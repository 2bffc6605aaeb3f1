/* SPDX-License-Identifier: Apache-2.0
 *
 * Contradictions are noted, and nothing else is. */
#include "traffic/contradict.h"

#include "testing/reference_network.h"

static void claims_and_ports_agree(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, "expected/fabric/taps.yaml", "simulated");
    traffic_contradictions(&network.declared, &network.plan, &network.report);
    assert_int_equal(network.report.n_notes, 0);
    network_free(&network);
}

static void a_claim_against_the_ports_is_noted(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, "expected/demon/simulated.yaml", "simulated");
    for (size_t i = 0; i < network.expectation->n_claims; i++) {
        struct claim *claim = &network.expectation->claims[i];
        if (strcmp(claim->id, "traffic/h1/mirrored/h11") == 0) {
            claim->kind = CLAIM_ISOLATED;
            claim->copies = 0;
        }
    }
    traffic_contradictions(&network.declared, &network.plan, &network.report);
    assert_int_equal(network.report.n_notes, 1);
    assert_non_null(strstr(network.report.notes[0], "simulated.yaml:23:"));
    assert_non_null(strstr(network.report.notes[0], "wants 0 copies, but `ports:` sends 1"));
    network_free(&network);
}

/* One claim after another, and none behind the last. */
static void each_claim_is_looked_at(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, "expected/demon/simulated.yaml", "simulated");
    struct expectation *expectation = network.expectation;
    struct claim wrong[2] = {expectation->claims[0], expectation->claims[0]}, *all;
    for (size_t i = 0; i < 2; i++) {
        wrong[i].copies++;
    }
    all = expectation->claims;
    expectation->claims = wrong;
    for (size_t n = 0; n <= 2; n++) {
        report_free(&network.report);
        network.report = (struct report){0};
        expectation->n_claims = n;
        traffic_contradictions(&network.declared, &network.plan, &network.report);
        assert_int_equal(network.report.n_notes, n);
    }
    expectation->claims = all;
    network_free(&network);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(claims_and_ports_agree),
    cmocka_unit_test(a_claim_against_the_ports_is_noted),
    cmocka_unit_test(each_claim_is_looked_at),
};

TEST_MAIN(tests)
