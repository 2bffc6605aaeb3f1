/* SPDX-License-Identifier: Apache-2.0
 *
 * Which frames switches are told to send, so that it shows which cable is bad. */
#include "blame/shots.h"

#include "testing/reference_network.h"

static const char simulated[] = "expected/demon/simulated.yaml";

/* From the end of the way to its beginning, as the frame leaves each switch. */
static void shots_are_aimed_along_the_way(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h11");
    struct traffic_evidence evidence = network_evidence(&network);
    struct traffic_shot shots[BLAME_SHOTS_MAX];
    assert_int_equal(blame_shots(&evidence, shots), 2);
    assert_int_equal(shots[0].to, network_host(&network, "h11"));
    assert_int_equal(shots[0].by.sw, 2);
    assert_int_equal(shots[0].by.port, 11);
    assert_int_equal(shots[0].depth, 1);
    assert_int_equal(shots[1].by.sw, 0);
    assert_int_equal(shots[1].by.port, 6);
    assert_int_equal(shots[1].depth, 2);
    network_free(&network);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(shots_are_aimed_along_the_way),
};

TEST_MAIN(tests)
