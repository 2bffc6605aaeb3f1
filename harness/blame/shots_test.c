/* SPDX-License-Identifier: Apache-2.0
 *
 * Which frames switches are told to send, so that it shows which cable is bad. */
#include "blame/shots.h"

#include "testing/reference_network.h"

#include <stdlib.h>

static const char simulated[] = "expected/demon/simulated.yaml";

/* What was aimed before is freed. */
static size_t aim(const struct traffic_evidence *evidence, struct traffic_shot **shots)
{
    size_t n;
    free(*shots);
    assert_int_equal(blame_shots(evidence, shots, &n), 0);
    return n;
}

/* From the end of the way to its beginning, as the frame leaves each switch. */
static void shots_are_aimed_along_the_way(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h11");
    struct traffic_evidence evidence = network_evidence(&network);
    struct traffic_shot *shots = NULL;
    assert_int_equal(aim(&evidence, &shots), 2);
    assert_int_equal(shots[0].to, network_host(&network, "h11"));
    assert_int_equal(shots[0].by.sw, 2);
    assert_int_equal(shots[0].by.port, 11);
    assert_int_equal(shots[0].depth, 1);
    assert_int_equal(shots[1].by.sw, 0);
    assert_int_equal(shots[1].by.port, 6);
    assert_int_equal(shots[1].depth, 2);
    free(shots);
    network_free(&network);
}

/* One probe is enough for each sender and receiver; none is aimed where nothing is seen, or where
 * all is as it should be. */
static void one_probe_of_a_pair_is_enough(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h2");
    struct traffic_evidence evidence = network_evidence(&network);
    struct traffic_shot *shots = NULL;
    size_t h2 = network_host(&network, "h2");
    assert_int_equal(aim(&evidence, &shots), 1);
    assert_int_equal(shots[0].to, h2);
    assert_int_equal(shots[0].depth, 1);
    assert_int_equal(shots[0].by.port, 2);
    assert_int_equal(shots[0].header.in_port, 2);
    assert_int_equal(network.plan.probes[shots[0].probe].from, network_host(&network, "h1"));
    assert_int_equal(shots[0].header.dl_type, network.plan.probes[shots[0].probe].header.dl_type);
    network.captures[h2] = false;
    assert_int_equal(aim(&evidence, &shots), 0);
    network.captures[h2] = true;
    for (size_t p = 0; p < network.plan.n_probes; p++) {
        if (network.plan.probes[p].from == network_host(&network, "h1")) {
            traffic_round_see(&network.round, p, h2, 0);
        }
    }
    assert_int_equal(aim(&evidence, &shots), 0);
    traffic_round_see_altered(&network.round, 0, h2, "a byte");
    assert_int_equal(aim(&evidence, &shots), 1);
    free(shots);
    network_free(&network);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(shots_are_aimed_along_the_way),
    cmocka_unit_test(one_probe_of_a_pair_is_enough),
};

TEST_MAIN(tests)
