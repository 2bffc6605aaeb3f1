/* SPDX-License-Identifier: Apache-2.0
 *
 * Sets of headers and single packets are followed as far as each other: at the limit of
 * PATH_DEPTH, too. And who is told on the way, and what a budget does. */
#include "path/forward.h"

#include "path/follow.h"
#include "testing/chain.h"
#include "testing/line.h"

enum { PLENTY = 1 << 26 };

static const struct port_ref first = {0, 1};

static struct chain *loop_of(struct chain *chain, size_t n_hops)
{
    chain_make(chain, n_hops - 1);
    chain->links[n_hops - 2].b = (struct port_ref){0, 3};
    chain->topology.n_links++;
    chain->topology.n_hosts = 1;
    return chain;
}

static struct chain *way_of(struct chain *chain, size_t n_hops)
{
    chain_make(chain, n_hops);
    return chain;
}

/* What the packets and the sets that enter at the host say; the same, or the test fails. */
struct said {
    bool loops, arrives;
    const char *unknown;
};

static struct said ask(struct chain *chain)
{
    static struct path_walk walk;
    struct path_reach reach;
    size_t budget = PLENTY;
    chain_open(chain);
    path_follow_from(&chain->network, 0, &(struct header){.dl_type = 0x88b5}, &walk);
    assert_int_equal(path_reach(&chain->network, chain->hosts[0].port, &budget, &reach), 0);
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
    chain_close(chain);
    return said;
}

static void a_loop_that_closes_within_the_limit_is_one(void **state)
{
    (void)state;
    static struct chain chain;
    struct said said = ask(loop_of(&chain, PATH_DEPTH));
    assert_true(said.loops && !said.unknown);
    said = ask(loop_of(&chain, PATH_DEPTH + 1));
    assert_false(said.loops);
    assert_string_equal(said.unknown, PATH_TOO_DEEP);
}

static void a_way_within_the_limit_is_followed_to_its_end(void **state)
{
    (void)state;
    static struct chain chain;
    struct said said = ask(way_of(&chain, PATH_DEPTH));
    assert_true(said.arrives && !said.unknown);
    said = ask(way_of(&chain, PATH_DEPTH + 1));
    assert_false(said.arrives);
    assert_string_equal(said.unknown, PATH_TOO_DEEP);
}

/* Nothing enters the switch that would be one too far. */
static void a_closed_port_ends_a_way_at_the_limit(void **state)
{
    (void)state;
    static struct chain chain;
    way_of(&chain, PATH_DEPTH + 1);
    chain.ports[PATH_DEPTH][0].config = PORT_CONFIG_DOWN;
    struct said said = ask(&chain);
    assert_false(said.arrives || said.loops || said.unknown);
}

/* What does not come that far is not open: it is dropped at the first switch. */
static void what_is_dropped_before_is_not_open(void **state)
{
    (void)state;
    static struct chain chain;
    struct path_reach reach;
    size_t budget = PLENTY;
    chain_make(&chain, PATH_DEPTH + 1);
    path_network_close(&chain.network);
    assert_int_equal(
        ofctl_parse_flow("priority=40000,actions=drop", &chain.states[7].flows, NULL, NULL, NULL),
        0);
    assert_int_equal(
        path_network_open_dumps(&chain.network, &chain.topology, chain.by_switch, NULL), 0);
    assert_int_equal(path_reach(&chain.network, first, &budget, &reach), 0);
    assert_int_equal(reach.n_unknowns, 0);
    path_reach_free(&reach);
    chain_close(&chain);
}

/* Whether two entries of one rank do the same with a packet depends on how it comes to them. */
static void rivals_are_compared_by_what_was_rewritten_before(void **state)
{
    (void)state;
    static const char *const ways[] = {"ip,actions=mod_nw_tos:32,output:3", "ip,actions=output:3"};
    for (size_t i = 0; i < 2; i++) {
        struct line line;
        struct path_reach reach;
        size_t budget = PLENTY;
        line_make(&line);
        line_flow(&line, 0, ways[i]);
        line_flow(&line, 1, "priority=7,ip,actions=output:2");
        line_flow(&line, 1, "priority=7,ip,nw_src=10.0.0.1,actions=mod_nw_tos:32,output:2");
        line_open(&line);
        assert_int_equal(path_reach(&line.network, first, &budget, &reach), 0);
        assert_true(reach.n_arrivals > 0);
        assert_int_equal(reach.n_unknowns > 0, i == 1);
        path_reach_free(&reach);
        line_close(&line);
    }
}

static void a_way_leads_through_its_hops(void **state)
{
    (void)state;
    static struct chain chain;
    struct path_reach reach;
    size_t budget = PLENTY;
    chain_make(&chain, 3);
    chain_open(&chain);
    assert_int_equal(path_reach(&chain.network, first, &budget, &reach), 0);
    const struct path_reach_hop *last = reach.arrivals[0].hop, *before = last->previous;
    assert_int_equal(last->in.sw, 2);
    assert_int_equal(last->out, 2);
    assert_true(path_hop_leads(last, last));
    assert_true(path_hop_leads(before, last));
    assert_true(path_hop_leads(before->previous, last));
    assert_null(before->previous->previous);
    assert_false(path_hop_leads(last, before));
    path_reach_free(&reach);
    chain_close(&chain);
}

/* Whom a watch was told of; it has enough after so many. */
struct told {
    size_t n, enough;
    size_t switches[8];
};

static bool note(void *aux, const struct path_reach_hop *hop, const struct match *cube)
{
    struct told *told = aux;
    assert_int_equal(cube->value.in_port, 1); /* as it was sent */
    assert_int_equal(hop->entry, 0);
    told->switches[told->n++] = hop->in.sw;
    return told->n < told->enough;
}

static void a_watch_is_told_of_each_entry(void **state)
{
    (void)state;
    static struct chain chain;
    chain_make(&chain, 3);
    chain_open(&chain);
    for (size_t enough = 1; enough < 5; enough++) {
        struct told told = {.enough = enough};
        const struct path_reach_watch watch = {note, &told};
        const struct match within = match_in_port(1);
        struct path_reach reach;
        size_t budget = PLENTY;
        assert_int_equal(path_reach_watched(&chain.network, 0, &within, &watch, &budget, &reach),
                         0);
        assert_int_equal(told.n, enough < 3 ? enough : 3);
        assert_int_equal(told.switches[told.n - 1], told.n - 1);
        assert_int_equal(reach.exhausted, enough < 4);
        assert_int_equal(reach.n_arrivals, enough < 4 ? 0 : 1);
        path_reach_free(&reach);
    }
    chain_close(&chain);
}

static void nothing_enters_by_a_closed_port(void **state)
{
    (void)state;
    static struct chain chain;
    struct path_reach reach;
    size_t budget = PLENTY;
    chain_make(&chain, 2);
    chain_open(&chain);
    chain.ports[0][0].config = PORT_CONFIG_NO_RECV;
    assert_int_equal(path_reach(&chain.network, first, &budget, &reach), 0);
    assert_int_equal(reach.n_arrivals + reach.n_loops + reach.n_unknowns, 0);
    assert_false(reach.exhausted);
    assert_int_equal(budget, PLENTY);
    path_reach_free(&reach);
    chain_close(&chain);
}

/* Rivals, rewrites and a loop. */
static void make_hard(struct line *line)
{
    line_make(line);
    line_flow(line, 0, "priority=9,tcp,in_port=1 actions=mod_nw_tos:32,output:3,output:2");
    line_flow(line, 0, "priority=9,in_port=1,ip,nw_src=10.0.0.0/8 actions=output:3,output:2");
    line_flow(line, 0, "priority=9,in_port=1,ip,nw_dst=10.0.0.0/8 actions=output:2");
    line_flow(line, 0, "priority=40000,in_port=3,dl_vlan=7 actions=strip_vlan,in_port");
    line_flow(line, 0, "in_port=3 actions=mod_vlan_vid:7,in_port");
    line_flow(line, 1, "priority=5,ip,nw_tos=32 actions=output:2,in_port");
    line_flow(line, 1, "priority=4,udp actions=in_port");
    line_flow(line, 1, "priority=4,nw_dst=10.0.0.0/9,ip actions=in_port,output:2");
    line_open(line);
}

/* However little more it would take; and what was found by then is true. */
static void over_the_budget_it_is_exhausted(void **state)
{
    (void)state;
    struct line line;
    struct path_reach reach;
    size_t budget = PLENTY;
    make_hard(&line);
    assert_int_equal(path_reach(&line.network, first, &budget, &reach), 0);
    const size_t spent = PLENTY - budget, n_arrivals = reach.n_arrivals, n_loops = reach.n_loops,
                 n_unknowns = reach.n_unknowns;
    assert_false(reach.exhausted);
    assert_true(n_arrivals > 1 && n_loops > 0 && n_unknowns > 0);
    path_reach_free(&reach);
    for (size_t less = 0; less < spent; less += 1 + spent / 5000) {
        budget = less;
        assert_int_equal(path_reach(&line.network, first, &budget, &reach), 0);
        assert_true(reach.exhausted);
        assert_true(reach.n_arrivals <= n_arrivals && reach.n_loops <= n_loops &&
                    reach.n_unknowns <= n_unknowns);
        path_reach_free(&reach);
    }
    line_close(&line);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_loop_that_closes_within_the_limit_is_one),
    cmocka_unit_test(a_way_within_the_limit_is_followed_to_its_end),
    cmocka_unit_test(a_closed_port_ends_a_way_at_the_limit),
    cmocka_unit_test(what_is_dropped_before_is_not_open),
    cmocka_unit_test(rivals_are_compared_by_what_was_rewritten_before),
    cmocka_unit_test(a_way_leads_through_its_hops),
    cmocka_unit_test(a_watch_is_told_of_each_entry),
    cmocka_unit_test(nothing_enters_by_a_closed_port),
    cmocka_unit_test(over_the_budget_it_is_exhausted),
};

TEST_MAIN(tests)
