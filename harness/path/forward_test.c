/* SPDX-License-Identifier: Apache-2.0
 *
 * Sets of headers and single packets are followed as far as each other: at the limit of
 * PATH_DEPTH, too. */
#include "path/forward.h"

#include "ofctl/flow.h"
#include "path/follow.h"
#include "testing/cmocka.h"

enum { PLENTY = 1 << 26, SWITCHES_MAX = PATH_DEPTH + 1 };

/* Switches in a row: a host at port 1 of the first, each sends from 1 and 3 to 2, which is cabled
 * to port 1 of the next. */
struct row {
    struct port ports[SWITCHES_MAX][3];
    struct topology_switch switches[SWITCHES_MAX];
    struct topology_link links[SWITCHES_MAX];
    struct topology_host hosts[2];
    struct switch_state states[SWITCHES_MAX];
    const struct switch_state *by_switch[SWITCHES_MAX];
    struct topology topology;
};

static void row_make(struct row *row, size_t n)
{
    *row = (struct row){.hosts = {{.name = "a", .port = {0, 1}}, {.name = "b"}}};
    row->topology = (struct topology){.switches = row->switches,
                                      .n_switches = n,
                                      .links = row->links,
                                      .n_links = n - 1,
                                      .hosts = row->hosts,
                                      .n_hosts = 1};
    for (size_t i = 0; i < n; i++) {
        for (uint16_t port = 1; port <= 3; port++) {
            row->ports[i][port - 1].number = port;
        }
        row->states[i] = (struct switch_state){.ports = row->ports[i], .n_ports = 3};
        row->by_switch[i] = &row->states[i];
        assert_int_equal(
            ofctl_parse_flow("in_port=1 actions=output:2", &row->states[i].flows, NULL, NULL, NULL),
            0);
        assert_int_equal(
            ofctl_parse_flow("in_port=3 actions=output:2", &row->states[i].flows, NULL, NULL, NULL),
            0);
        row->links[i] = (struct topology_link){.a = {i, 2}, .b = {i + 1, 1}};
    }
}

static struct row *loop_of(struct row *row, size_t n_hops)
{
    row_make(row, n_hops - 1);
    row->links[n_hops - 2].b = (struct port_ref){0, 3};
    row->topology.n_links++;
    return row;
}

static struct row *way_of(struct row *row, size_t n_hops)
{
    row_make(row, n_hops);
    row->hosts[1].port = (struct port_ref){n_hops - 1, 2};
    row->topology.n_hosts = 2;
    return row;
}

/* What the packets and the sets that enter at the host say; the same, or the test fails. */
struct said {
    bool loops, arrives;
    const char *unknown;
};

static struct said ask(struct row *row)
{
    static struct path_walk walk;
    struct path_network network;
    struct path_reach reach;
    size_t budget = PLENTY;
    assert_int_equal(path_network_open_dumps(&network, &row->topology, row->by_switch, NULL), 0);
    path_follow_from(&network, 0, &(struct header){.dl_type = 0x88b5}, &walk);
    assert_int_equal(path_reach(&network, row->hosts[0].port, &budget, &reach), 0);
    assert_false(reach.exhausted);
    assert_int_equal(walk.loops, reach.n_loops);
    assert_int_equal(walk.n_arrivals, reach.n_arrivals);
    assert_int_equal(!walk.known && !walk.loops, reach.n_unknowns);
    struct said said = {.loops = walk.loops,
                        .arrives = walk.n_arrivals > 0,
                        .unknown = reach.n_unknowns > 0 ? reach.unknowns[0].reason : NULL};
    if (said.unknown) {
        assert_string_equal(walk.reason, said.unknown);
    }
    path_reach_free(&reach);
    path_network_close(&network);
    for (size_t i = 0; i < row->topology.n_switches; i++) {
        flow_table_free(&row->states[i].flows);
    }
    return said;
}

static void a_loop_that_closes_within_the_limit_is_one(void **state)
{
    (void)state;
    static struct row row;
    struct said said = ask(loop_of(&row, PATH_DEPTH));
    assert_true(said.loops && !said.unknown);
    said = ask(loop_of(&row, PATH_DEPTH + 1));
    assert_false(said.loops);
    assert_string_equal(said.unknown, PATH_TOO_DEEP);
}

static void a_way_within_the_limit_is_followed_to_its_end(void **state)
{
    (void)state;
    static struct row row;
    struct said said = ask(way_of(&row, PATH_DEPTH));
    assert_true(said.arrives && !said.unknown);
    said = ask(way_of(&row, PATH_DEPTH + 1));
    assert_false(said.arrives);
    assert_string_equal(said.unknown, PATH_TOO_DEEP);
}

/* Nothing enters the switch that would be one too far. */
static void a_closed_port_ends_a_way_at_the_limit(void **state)
{
    (void)state;
    static struct row row;
    way_of(&row, PATH_DEPTH + 1);
    row.ports[PATH_DEPTH][0].config = PORT_CONFIG_DOWN;
    struct said said = ask(&row);
    assert_false(said.arrives || said.loops || said.unknown);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_loop_that_closes_within_the_limit_is_one),
    cmocka_unit_test(a_way_within_the_limit_is_followed_to_its_end),
    cmocka_unit_test(a_closed_port_ends_a_way_at_the_limit),
};

TEST_MAIN(tests)
