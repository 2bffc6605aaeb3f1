/* SPDX-License-Identifier: Apache-2.0
 *
 * Which cables frames cross: those of sure ways to hosts, once each, with the kinds that came by.
 */
#include "traffic/crossed.h"

#include "testing/cmocka.h"
#include "testing/line.h"

/* a and b at s1:1 and s1:2, c at s2:2, s1:3 - s2:1. */
static void walk_from_a(struct line *line, const char *flow, struct path_walk *walk)
{
    static const struct header frame = {.dl_type = DL_TYPE_PROBE};
    line_make(line);
    line_flow(line, 0, flow);
    line_flow(line, 1, "in_port=1 actions=output:2");
    line_open(line);
    path_follow_from(&line->network, LINE_A, &frame, walk);
    line_close(line);
}

static void each_cable_to_a_host_is_crossed_once(void **state)
{
    (void)state;
    static struct path_walk walk;
    struct line line;
    struct traffic_crossed crossed = {0};
    walk_from_a(&line, "in_port=1 actions=output:2,output:3,output:3", &walk);
    assert_int_equal(traffic_crossed_add(&crossed, &walk, 5, 0), 0);
    assert_int_equal(traffic_crossed_add(&crossed, &walk, 5, 4), 0);
    assert_int_equal(crossed.n_cables, 4); /* a - s1:1, s1:2 - b, s1:3 - s2:1, s2:2 - c */
    assert_int_equal(crossed.n_crossings, 4);
    for (size_t i = 0; i < crossed.n_cables; i++) {
        assert_int_equal(crossed.cables[i].kinds, 4);
        assert_int_equal(crossed.crossings[i].class, 5);
        assert_int_equal(crossed.crossings[i].cable, i);
    }
    assert_int_equal(traffic_crossed_add(&crossed, &walk, 6, 1), 0);
    assert_int_equal(crossed.n_cables, 4);
    assert_int_equal(crossed.n_crossings, 8);
    assert_int_equal(crossed.cables[3].kinds, 5);
    traffic_crossed_clear(&crossed);
    assert_int_equal(crossed.n_cables + crossed.n_crossings, 0);
    traffic_crossed_free(&crossed);
    static const struct traffic_crossed empty;
    assert_memory_equal(&crossed, &empty, sizeof crossed);
}

/* A port that frames leave and enter by is two; what ends before a host, or comes only perhaps,
 * crosses nothing. */
static void ways_that_nobody_sees_do_not_count(void **state)
{
    (void)state;
    static struct path_walk walk;
    struct line line;
    struct traffic_crossed crossed = {0};
    walk_from_a(&line, "in_port=1 actions=in_port", &walk);
    assert_int_equal(traffic_crossed_add(&crossed, &walk, 0, 1), 0);
    assert_int_equal(crossed.n_cables, 2);
    assert_true(crossed.cables[0].to_host);
    assert_false(crossed.cables[1].to_host);
    traffic_crossed_clear(&crossed);
    walk_from_a(&line, "in_port=1 actions=drop", &walk);
    assert_int_equal(traffic_crossed_add(&crossed, &walk, 0, 1), 0);
    assert_int_equal(crossed.n_cables, 0);
    walk_from_a(&line, "in_port=1 actions=output:3,output:2", &walk);
    walk.arrivals[0].doubt = walk.arrivals[1].doubt = PATH_OPEN;
    assert_int_equal(traffic_crossed_add(&crossed, &walk, 0, 1), 0);
    assert_int_equal(crossed.n_cables, 0);
    traffic_crossed_free(&crossed);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_cable_to_a_host_is_crossed_once),
    cmocka_unit_test(ways_that_nobody_sees_do_not_count),
};

TEST_MAIN(tests)
