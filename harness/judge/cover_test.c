/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/cover.h"

#include "judge/backbone_testing.h"
#include "judge/forbidden.h"
#include "judge/network_testing.h"
#include "judge/reach.h"
#include "judge/ring_testing.h"

static void ring_cover(struct ring *ring, const struct judge_cover_options *options,
                       struct judge_cover *cover)
{
    assert_int_equal(judge_tables_index(&ring->tables, &ring->topology, ring->by_switch), 0);
    assert_int_equal(judge_cover(&ring->tables, options, cover), 0);
}

static void ring_end(struct ring *ring)
{
    judge_tables_free(&ring->tables);
    ring_free(ring);
}

static enum judge_miss why(const struct judge_cover *cover, size_t sw, uint32_t entry)
{
    for (size_t i = 0; i < cover->n_missed; i++) {
        if (cover->missed[i].sw == sw && cover->missed[i].entry == entry) {
            return cover->missed[i].why;
        }
    }
    return JUDGE_MISS_NONE;
}

static void one_probe_exercises_a_whole_way(void **state)
{
    (void)state;
    struct ring ring;
    struct judge_cover cover;
    struct judge_cover_options options = {0};
    ring_make(&ring);
    ring_flow(&ring, 0, "in_port=1,tcp,tp_dst=80 actions=mod_vlan_vid:7,output:3");
    ring_flow(&ring, 1, "in_port=4,dl_vlan=7 actions=strip_vlan,output:3");
    ring_flow(&ring, 2, "in_port=4,tcp,tp_dst=80 actions=output:1");
    ring_cover(&ring, &options, &cover);
    assert_int_equal(cover.n_exercised, 3);
    assert_int_equal(cover.n_probes, 1);
    assert_int_equal(cover.probes[0].from, 0);
    assert_int_equal(cover.probes[0].header.tp_dst, 80);
    judge_cover_free(&cover);
    ring_end(&ring);
}

static void what_is_missed_has_its_reason(void **state)
{
    (void)state;
    struct ring ring;
    struct judge_cover cover;
    struct judge_cover_options options = {0};
    ring_make(&ring);
    ring_flow(&ring, 0, "priority=9,in_port=1,ip,nw_src=10.0.0.0/9 actions=drop");
    ring_flow(&ring, 0, "priority=8,in_port=1,ip,nw_src=10.128.0.0/9 actions=drop");
    ring_flow(&ring, 0, "priority=7,in_port=1,ip,nw_src=10.0.0.0/8 actions=output:2"); /* by both */
    ring_flow(&ring, 0, "priority=7,in_port=2,arp actions=output:3");
    ring_flow(&ring, 1, "in_port=4,udp actions=output:1"); /* only ARP comes */
    ring_flow(&ring, 1, "in_port=9 actions=output:1");     /* nothing is cabled to it */
    ring_flow(&ring, 2, "priority=5,in_port=1 actions=output:2");
    ring_flow(&ring, 2, "priority=5,in_port=1 actions=normal");
    ring_cover(&ring, &options, &cover);
    assert_int_equal(why(&cover, 0, 2), JUDGE_MISS_HIDDEN);
    assert_int_equal(why(&cover, 1, 0), JUDGE_MISS_UNREACHABLE);
    assert_int_equal(why(&cover, 1, 1), JUDGE_MISS_UNREACHABLE);
    assert_int_equal(why(&cover, 2, 0), JUDGE_MISS_AMBIGUOUS);
    assert_int_equal(why(&cover, 2, 1), JUDGE_MISS_HIDDEN);
    assert_int_equal(cover.n_exercised, 3);
    assert_int_equal(cover.n_missed, 5);
    judge_cover_free(&cover);
    ring_end(&ring);
}

static void frames_that_loop_are_not_sent(void **state)
{
    (void)state;
    struct ring ring;
    struct judge_cover cover;
    struct judge_cover_options options = {0};
    ring_make(&ring);
    for (size_t sw = 0; sw < SWITCHES; sw++) {
        ring_flow(&ring, sw, "actions=output:3");
    }
    ring_cover(&ring, &options, &cover);
    assert_int_equal(cover.n_probes, 0);
    assert_int_equal(why(&cover, 0, 0), JUDGE_MISS_LOOP);
    judge_cover_free(&cover);
    ring_end(&ring);
}

static void limits_are_kept_and_told(void **state)
{
    (void)state;
    struct ring ring;
    struct judge_cover cover;
    bool sends[2 * SWITCHES] = {true, true};
    struct judge_cover_options options = {.max_probes = 1, .sends = sends};
    ring_make(&ring);
    ring_flow(&ring, 0, "in_port=1 actions=output:2");
    ring_flow(&ring, 0, "in_port=2 actions=output:1");
    ring_flow(&ring, 1, "in_port=1 actions=output:2"); /* its host may not send */
    ring_flow(&ring, 2, "in_port=4 actions=output:2");
    ring_flow(&ring, 1, "in_port=3 actions=normal");
    ring_cover(&ring, &options, &cover);
    assert_int_equal(cover.n_probes, 1);
    assert_int_equal(why(&cover, 0, 0), JUDGE_MISS_NONE);
    assert_int_equal(why(&cover, 0, 1), JUDGE_MISS_LIMIT);
    assert_int_equal(why(&cover, 1, 0), JUDGE_MISS_UNREACHABLE);
    judge_cover_free(&cover);
    judge_tables_free(&ring.tables);
    ring.by_switch[1] = NULL; /* not read: what it sends to s3 is not known */
    ring_cover(&ring, &options, &cover);
    assert_int_equal(cover.n_entries, 3);
    assert_int_equal(why(&cover, 2, 0), JUDGE_MISS_OPEN);
    judge_cover_free(&cover);
    ring_end(&ring);
}

static void planned_probes_count(void **state)
{
    (void)state;
    struct network network;
    struct judge_tables tables;
    struct judge_cover cover;
    network_load(&network, "expected/demon/simulated.yaml", "simulated");
    struct judge_cover_options options = {.plan = &network.plan};
    const struct topology *topology = network.expectation->topology;
    assert_int_equal(judge_tables_index(&tables, topology, network.before), 0);
    assert_int_equal(judge_cover(&tables, &options, &cover), 0);
    assert_int_equal(cover.n_probes, 0);
    assert_int_equal(cover.n_exercised, 8);
    assert_int_equal(cover.n_entries, 16);
    judge_cover_free(&cover);
    options.plan = NULL;
    assert_int_equal(judge_cover(&tables, &options, &cover), 0);
    assert_int_equal(cover.n_probes, 6); /* of h1 to h4, h6 and h7 */
    assert_int_equal(cover.n_exercised, 8);
    judge_cover_free(&cover);
    judge_tables_free(&tables);
    network_free(&network);
}

static void forbidden_pairs_are_counted(void **state)
{
    (void)state;
    struct network network;
    struct judge_forbidden forbidden;
    network_load(&network, "expected/demon/simulated.yaml", "simulated");
    assert_int_equal(
        judge_forbidden(network.expectation, &network.plan, network.captures, &forbidden), 0);
    assert_int_equal(forbidden.n_pairs, 11 * 10 - 8); /* six deliveries, two mirrors */
    assert_int_equal(forbidden.n_probed, forbidden.n_pairs);
    judge_forbidden_free(&forbidden);
    network.captures[network_host(&network, "h11")] = false;
    network.plan.n_probes = 0;
    assert_int_equal(
        judge_forbidden(network.expectation, &network.plan, network.captures, &forbidden), 0);
    assert_int_equal(forbidden.n_pairs, 11 * 10 - 8);
    assert_int_equal(forbidden.n_probed, 0);
    assert_int_equal(forbidden.n_unprobed, forbidden.n_pairs);
    judge_forbidden_free(&forbidden);
    network_free(&network);
}

/* -------------------------------------------------------- against a dumb oracle */

/* Each host sends each header of the universe; what entries take them, if none
 * loops and nothing is ambiguous? */
static void brute_force(struct ring *ring, const struct universe *universe, bool (*taken)[32])
{
    struct judge_forwarding tables = judge_advertised_by(ring->by_switch);
    struct judge_walk walk;
    for (size_t host = 0; host < ring->topology.n_hosts; host++) {
        for (size_t i = 0; i < universe->n_headers; i++) {
            judge_walk_from(&ring->topology, &tables, host, &universe->headers[i], &walk);
            for (size_t h = 0; h < walk.n_hops && walk.known; h++) {
                if (walk.hops[h].entry != SIZE_MAX) {
                    taken[walk.hops[h].in.sw][walk.hops[h].entry] = true;
                }
            }
        }
    }
}

/* The probes exercise what is said, by walks without an index. */
static void probes_do_it(struct ring *ring, const struct judge_cover *cover, bool (*taken)[32])
{
    struct judge_forwarding tables = judge_advertised_by(ring->by_switch);
    struct judge_walk walk;
    for (size_t p = 0; p < cover->n_probes; p++) {
        judge_walk_from(&ring->topology, &tables, cover->probes[p].from, &cover->probes[p].header,
                        &walk);
        for (size_t h = 0; h < walk.n_hops; h++) {
            if (walk.hops[h].entry != SIZE_MAX) {
                taken[walk.hops[h].in.sw][walk.hops[h].entry] = true;
            }
        }
    }
}

static void covers_what_can_be_reached(void **state)
{
    (void)state;
    struct universe universe = universe_make();
    size_t n_exercised = 0, n_reached = 0;
    for (int round = 0; round < 60; round++) {
        struct ring ring;
        struct judge_cover cover;
        /* Few walks: much is left to the exact search. */
        struct judge_cover_options options = {.max_walks = round % 2 ? 1 : 0};
        bool reached[SWITCHES][32] = {0}, taken[SWITCHES][32] = {0};
        ring_make(&ring);
        for (size_t sw = 0; sw < SWITCHES; sw++) {
            for (unsigned n = 4 + random_below(16); n > 0; n--) {
                ring_random_flow(&ring, sw);
            }
        }
        ring_cover(&ring, &options, &cover);
        brute_force(&ring, &universe, reached);
        probes_do_it(&ring, &cover, taken);
        for (size_t sw = 0; sw < SWITCHES; sw++) {
            for (uint32_t i = 0; i < ring.states[sw].flows.n_entries; i++) {
                enum judge_miss miss = why(&cover, sw, i);
                assert_true(miss != JUDGE_MISS_OPEN);
                assert_true(taken[sw][i] || miss != JUDGE_MISS_NONE);
                if (reached[sw][i]) {
                    assert_int_equal(miss, JUDGE_MISS_NONE);
                }
                n_exercised += miss == JUDGE_MISS_NONE;
                n_reached += reached[sw][i];
            }
        }
        judge_cover_free(&cover);
        ring_end(&ring);
    }
    print_message("# %zu exercised, %zu by frames of which all copies are known\n", n_exercised,
                  n_reached);
    free(universe.headers);
}

static void backbone_is_covered(void **state)
{
    (void)state;
    struct backbone *backbone = malloc(sizeof *backbone);
    struct judge_tables tables;
    struct judge_cover first, second;
    struct judge_cover_options options = {0};
    assert_non_null(backbone);
    backbone_make(backbone, 9, 150);
    assert_int_equal(judge_tables_index(&tables, &backbone->topology, backbone->by_switch), 0);
    assert_int_equal(judge_cover(&tables, &options, &first), 0);
    assert_int_equal(judge_cover(&tables, &options, &second), 0);
    assert_int_equal(first.n_probes, second.n_probes);
    assert_memory_equal(first.probes, second.probes, first.n_probes * sizeof *first.probes);
    for (size_t i = 0; i < first.n_missed; i++) {
        assert_int_equal(first.missed[i].why, JUDGE_MISS_HIDDEN);
    }
    assert_true(first.n_exercised > 9 * 140);
    judge_cover_free(&first);
    judge_cover_free(&second);
    judge_tables_free(&tables);
    backbone_free(backbone);
    free(backbone);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(one_probe_exercises_a_whole_way),
    cmocka_unit_test(what_is_missed_has_its_reason),
    cmocka_unit_test(frames_that_loop_are_not_sent),
    cmocka_unit_test(limits_are_kept_and_told),
    cmocka_unit_test(planned_probes_count),
    cmocka_unit_test(forbidden_pairs_are_counted),
    cmocka_unit_test(covers_what_can_be_reached),
    cmocka_unit_test(backbone_is_covered),
};

TEST_MAIN(tests)
