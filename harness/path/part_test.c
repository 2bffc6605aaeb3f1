/* SPDX-License-Identifier: Apache-2.0
 *
 * Two networks that differ in one entry: where the ways through them part. */
#include "path/part.h"

#include "testing/ring.h"

/* h1 is at port 1 of switch 0, h3 at port 1 of switch 1, h5 of switch 2. */
enum { H1 = 0, H3 = 2, H5 = 4 };

struct pair {
    struct ring rings[2];
    struct path_walk walks[2];
};

static void make(struct pair *pair)
{
    for (int i = 0; i < 2; i++) {
        ring_make(&pair->rings[i]);
    }
}

static void in_both(struct pair *pair, size_t sw, const char *flow)
{
    for (int i = 0; i < 2; i++) {
        ring_flow(&pair->rings[i], sw, flow);
    }
}

static void walk_both(struct pair *pair)
{
    const struct header header = {.dl_type = 0x800, .nw_proto = 6, .tp_dst = 80};
    for (int i = 0; i < 2; i++) {
        struct ring *ring = &pair->rings[i];
        assert_int_equal(
            path_network_open_dumps(&ring->network, &ring->topology, ring->by_switch, NULL), 0);
        path_follow_from(&ring->network, H1, &header, &pair->walks[i]);
        path_network_close(&ring->network);
    }
}

static void release(struct pair *pair)
{
    for (int i = 0; i < 2; i++) {
        ring_free(&pair->rings[i]);
    }
}

static void expect_part(const struct pair *pair, int of, size_t host, size_t sw, uint16_t out)
{
    uint16_t port = 0;
    size_t hop = path_part(&pair->walks[of], host, &pair->walks[!of], &port);
    assert_true(hop != HOP_NONE);
    assert_int_equal(pair->walks[of].hops[hop].in.sw, sw);
    assert_int_equal(port, out);
}

static void expect_none(const struct pair *pair, int of, size_t host)
{
    uint16_t port;
    assert_true(path_part(&pair->walks[of], host, &pair->walks[!of], &port) == HOP_NONE);
}

static void equal_ways_do_not_part(void **state)
{
    (void)state;
    struct pair pair;
    make(&pair);
    in_both(&pair, 0, "in_port=1 actions=output:3");
    in_both(&pair, 1, "in_port=4 actions=output:1");
    walk_both(&pair);
    expect_none(&pair, 0, H3);
    expect_none(&pair, 1, H3);
    expect_none(&pair, 0, H5); /* to which it does not go */
    release(&pair);
}

/* The second network goes round the other side, and delivers it all the same. */
static void another_way_parts_at_the_first_switch(void **state)
{
    (void)state;
    struct pair pair;
    make(&pair);
    ring_flow(&pair.rings[0], 0, "in_port=1 actions=output:3");
    ring_flow(&pair.rings[1], 0, "in_port=1 actions=output:4");
    in_both(&pair, 1, "in_port=4 actions=output:1");
    in_both(&pair, 1, "in_port=3 actions=output:1");
    in_both(&pair, 2, "in_port=3 actions=output:4");
    walk_both(&pair);
    expect_part(&pair, 0, H3, 0, 3);
    expect_part(&pair, 1, H3, 0, 4);
    release(&pair);
}

static void a_lost_arrival_parts_at_the_last_switch(void **state)
{
    (void)state;
    struct pair pair;
    make(&pair);
    in_both(&pair, 0, "in_port=1 actions=output:3");
    ring_flow(&pair.rings[0], 1, "in_port=4 actions=output:1");
    ring_flow(&pair.rings[1], 1, "in_port=4 actions=output:2");
    walk_both(&pair);
    expect_part(&pair, 0, H3, 1, 1);
    expect_none(&pair, 1, H3);
    release(&pair);
}

/* Twice by one cable in the first network, once in the second. */
static void copies_are_counted(void **state)
{
    (void)state;
    struct pair pair;
    make(&pair);
    ring_flow(&pair.rings[0], 0, "in_port=1 actions=output:3,output:3");
    ring_flow(&pair.rings[1], 0, "in_port=1 actions=output:3");
    in_both(&pair, 1, "in_port=4 actions=output:1,output:1");
    walk_both(&pair);
    expect_part(&pair, 0, H3, 0, 3);
    expect_none(&pair, 1, H3);
    release(&pair);
    make(&pair);
    in_both(&pair, 0, "in_port=1 actions=output:3");
    ring_flow(&pair.rings[0], 1, "in_port=4 actions=output:1");
    ring_flow(&pair.rings[1], 1, "in_port=4 actions=output:1,output:1");
    walk_both(&pair);
    expect_none(&pair, 0, H3);
    expect_part(&pair, 1, H3, 1, 1);
    release(&pair);
}

static void another_form_is_another_way(void **state)
{
    (void)state;
    struct pair pair;
    make(&pair);
    ring_flow(&pair.rings[0], 0, "in_port=1 actions=output:3");
    ring_flow(&pair.rings[1], 0, "in_port=1 actions=mod_tp_dst:81,output:3");
    in_both(&pair, 1, "in_port=4 actions=output:1");
    walk_both(&pair);
    expect_part(&pair, 0, H3, 0, 3);
    expect_part(&pair, 1, H3, 0, 3);
    release(&pair);
}

static void expect_rewrite(struct pair *pair, int of, size_t host, size_t sw)
{
    size_t hop = path_part_rewrites(&pair->walks[of], host);
    assert_true(hop != HOP_NONE);
    assert_int_equal(pair->walks[of].hops[hop].in.sw, sw);
}

static void the_first_rewrite_is_found(void **state)
{
    (void)state;
    struct pair pair;
    make(&pair);
    ring_flow(&pair.rings[0], 0, "in_port=1 actions=mod_tp_dst:81,output:3");
    ring_flow(&pair.rings[1], 0, "in_port=1 actions=output:3");
    in_both(&pair, 1, "in_port=4 actions=output:2,mod_tp_dst:82,output:1");
    walk_both(&pair);
    expect_rewrite(&pair, 0, H3, 0);
    expect_rewrite(&pair, 1, H3, 1);
    assert_true(path_part_rewrites(&pair.walks[1], H3 + 1) == HOP_NONE);
    release(&pair);
}

static void a_way_begins_at_the_sender(void **state)
{
    (void)state;
    struct pair pair;
    struct path_way way;
    make(&pair);
    in_both(&pair, 0, "in_port=1 actions=output:3,output:4");
    in_both(&pair, 1, "in_port=4 actions=output:3");
    in_both(&pair, 2, "in_port=4 actions=output:1");
    walk_both(&pair);
    const struct path_walk *walk = &pair.walks[0];
    assert_int_equal(walk->n_arrivals, 1);
    path_way_to(walk, walk->arrivals[0].hop, &way);
    assert_int_equal(way.n_hops, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(walk->hops[way.hops[i]].in.sw, i);
    }
    release(&pair);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(equal_ways_do_not_part),
    cmocka_unit_test(another_way_parts_at_the_first_switch),
    cmocka_unit_test(a_lost_arrival_parts_at_the_last_switch),
    cmocka_unit_test(copies_are_counted),
    cmocka_unit_test(another_form_is_another_way),
    cmocka_unit_test(the_first_rewrite_is_found),
    cmocka_unit_test(a_way_begins_at_the_sender),
};

TEST_MAIN(tests)
