/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/cover.h"

#include "judge/backbone_testing.h"
#include "judge/network_testing.h"
#include "judge/prove.h"
#include "judge/reach.h"
#include "space/random_testing.h"

enum { SWITCHES = 3, PORTS = 4 };

/* Three switches in a ring: ports 1 and 2 have a host, 3 and 4 a neighbour. */
struct ring {
    struct topology topology;
    struct topology_switch switches[SWITCHES];
    struct topology_host hosts[2 * SWITCHES];
    struct topology_link links[SWITCHES];
    struct switch_state states[SWITCHES];
    const struct switch_state *by_switch[SWITCHES];
    struct judge_tables tables;
};

static void ring_make(struct ring *ring)
{
    static struct port ports[] = {{.number = 1}, {.number = 2}, {.number = 3}, {.number = 4}};
    *ring = (struct ring){.topology = {.n_switches = SWITCHES, .n_links = SWITCHES}};
    ring->topology.switches = ring->switches;
    ring->topology.hosts = ring->hosts;
    ring->topology.links = ring->links;
    for (size_t sw = 0; sw < SWITCHES; sw++) {
        for (uint16_t port = 1; port <= 2; port++) {
            ring->hosts[ring->topology.n_hosts++].port = (struct port_ref){sw, port};
        }
        ring->links[sw] = (struct topology_link){.a = {sw, 3}, .b = {(sw + 1) % SWITCHES, 4}};
        ring->states[sw].ports = ports;
        ring->states[sw].n_ports = PORTS;
        ring->by_switch[sw] = &ring->states[sw];
    }
}

static void ring_flow(struct ring *ring, size_t sw, const char *text)
{
    assert_int_equal(flow_parse(text, &ring->states[sw].flows, NULL, NULL, NULL), 0);
}

static void ring_cover(struct ring *ring, const struct judge_cover_options *options,
                       struct judge_cover *cover)
{
    assert_int_equal(judge_tables_index(&ring->tables, &ring->topology, ring->by_switch), 0);
    assert_int_equal(judge_cover(&ring->tables, options, cover), 0);
}

static void ring_free(struct ring *ring)
{
    judge_tables_free(&ring->tables);
    for (size_t sw = 0; sw < SWITCHES; sw++) {
        flow_table_free(&ring->states[sw].flows);
    }
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
    ring_free(&ring);
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
    ring_free(&ring);
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
    ring_free(&ring);
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
    ring_free(&ring);
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

static void list_switches(const struct network *network, struct judge_switch switches[3])
{
    for (size_t i = 0; i < 3; i++) {
        switches[i] = (struct judge_switch){.dumped = true, .state = network->before[i]};
    }
}

static const struct judge_unprobed *find_pair(const struct network *network,
                                              const struct judge_forbidden *forbidden,
                                              const char *from, const char *to)
{
    for (size_t i = 0; i < forbidden->n_unprobed; i++) {
        if (forbidden->unprobed[i].from == network_host(network, from) &&
            forbidden->unprobed[i].to == network_host(network, to)) {
            return &forbidden->unprobed[i];
        }
    }
    return NULL;
}

/* Nobody sends: what no frame can show the tables prove, if it is so. */
static void forbidden_pairs_are_proved(void **state)
{
    (void)state;
    struct network network;
    struct judge_forbidden forbidden;
    struct judge_switch switches[3];
    network_load(&network, "expected/demon/simulated.yaml", "simulated");
    network.plan.n_probes = 0;
    list_switches(&network, switches);
    for (int unread = 0; unread < 2; unread++) {
        switches[0].dumped = !unread;
        switches[0].reason = "connection refused";
        assert_int_equal(
            judge_forbidden(network.expectation, &network.plan, network.captures, &forbidden), 0);
        assert_int_equal(judge_prove_forbidden(network.expectation, switches, NULL, &forbidden,
                                               &network.report, NULL),
                         0);
        assert_int_equal(forbidden.n_proved + forbidden.n_unprobed, 11 * 10 - 8);
        assert_int_equal(forbidden.n_unprobed == 0, !unread);
        assert_int_equal(network.report.n_results, 0);
        assert_null(find_pair(&network, &forbidden, "h6", "h11")); /* on another switch */
        const struct judge_unprobed *pair = find_pair(&network, &forbidden, "h3", "h11");
        assert_true(!unread == !pair);
        if (pair) {
            assert_non_null(strstr(pair->reason, "sends nothing, and not proved: "));
            assert_non_null(strstr(pair->reason, "connection refused"));
        }
        judge_forbidden_free(&forbidden);
    }
    network_free(&network);
}

static void pairs_that_tables_let_through_are_told(void **state)
{
    (void)state;
    struct network network;
    struct judge_forbidden forbidden;
    struct judge_switch switches[3];
    struct judge_prove_options little = {.budget = 10};
    network_load(&network, "expected/demon/simulated.yaml", "simulated");
    network.plan.n_probes = 0;
    assert_int_equal(flow_parse("priority=40000,tcp,in_port=3,nw_dst=10.77.3.99 actions=output:6",
                                &network.states[0].flows, NULL, NULL, NULL),
                     0);
    list_switches(&network, switches);
    assert_int_equal(
        judge_forbidden(network.expectation, &network.plan, network.captures, &forbidden), 0);
    assert_int_equal(judge_prove_forbidden(network.expectation, switches, NULL, &forbidden,
                                           &network.report, NULL),
                     0);
    const struct judge_unprobed *pair = find_pair(&network, &forbidden, "h3", "h11");
    assert_int_equal(forbidden.n_unprobed, 1);
    assert_non_null(pair);
    assert_non_null(strstr(pair->reason, "the tables let it through"));
    const struct result *result = network_result(&network, "traffic/h3/stray/h11");
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_non_null(strstr(result->example, "nw_dst=10.77.3.99"));
    judge_forbidden_free(&forbidden);
    /* Over the budget nothing is claimed. */
    assert_int_equal(
        judge_forbidden(network.expectation, &network.plan, network.captures, &forbidden), 0);
    assert_int_equal(judge_prove_forbidden(network.expectation, switches, &little, &forbidden,
                                           &network.report, NULL),
                     0);
    pair = find_pair(&network, &forbidden, "h3", "h4");
    assert_true(!pair);
    pair = find_pair(&network, &forbidden, "h3", "h11");
    assert_non_null(pair);
    assert_non_null(strstr(pair->reason, "not proved: over the budget"));
    judge_forbidden_free(&forbidden);
    network_free(&network);
}

/* -------------------------------------------------------- against a dumb oracle */

static void random_flow(struct ring *ring, size_t sw)
{
    static const char *const actions[] = {
        "drop",
        "output:1",
        "output:3",
        "output:4",
        "output:3,output:2",
        "mod_vlan_vid:1,output:3",
        "strip_vlan,output:3",
        "output:4,mod_nw_src:10.0.0.2,output:3",
        "mod_tp_dst:80,output:3",
        "output:2",
    };
    struct base_buffer text = {0};
    base_put_format(&text, "actions=%s", actions[random_below(10)]);
    ring_flow(ring, sw, base_buffer_text(&text));
    base_buffer_free(&text);
    struct flow_table *flows = &ring->states[sw].flows;
    struct flow_entry *entry = &flows->entries[flows->n_entries - 1];
    entry->match = random_match();
    entry->priority = (uint16_t)random_below(6);
    if (random_below(3)) {
        entry->match.mask.in_port = 0xffff;
        entry->match.value.in_port = (uint16_t)(1 + random_below(PORTS));
    }
}

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
    size_t n_exercised = 0, n_searched = 0, n_open = 0;
    for (int round = 0; round < 40; round++) {
        struct ring ring;
        struct judge_cover cover;
        /* Few walks: much is left to the exact search. */
        struct judge_cover_options options = {.max_walks = round % 2 ? 1 : 0};
        bool reached[SWITCHES][32] = {0}, taken[SWITCHES][32] = {0};
        ring_make(&ring);
        for (size_t sw = 0; sw < SWITCHES; sw++) {
            for (unsigned n = 4 + random_below(16); n > 0; n--) {
                random_flow(&ring, sw);
            }
        }
        ring_cover(&ring, &options, &cover);
        brute_force(&ring, &universe, reached);
        probes_do_it(&ring, &cover, taken);
        for (size_t sw = 0; sw < SWITCHES; sw++) {
            for (uint32_t i = 0; i < ring.states[sw].flows.n_entries; i++) {
                enum judge_miss miss = why(&cover, sw, i);
                if (reached[sw][i]) {
                    assert_true(miss != JUDGE_MISS_HIDDEN && miss != JUDGE_MISS_UNREACHABLE);
                }
                if (miss == JUDGE_MISS_NONE) {
                    assert_true(taken[sw][i]);
                }
                n_exercised += miss == JUDGE_MISS_NONE;
                n_searched += reached[sw][i] && miss != JUDGE_MISS_NONE;
                n_open += miss == JUDGE_MISS_OPEN;
            }
        }
        judge_cover_free(&cover);
        ring_free(&ring);
    }
    print_message("# %zu exercised, %zu reachable but past a loop or competitors, %zu open\n",
                  n_exercised, n_searched, n_open);
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
    cmocka_unit_test(forbidden_pairs_are_proved),
    cmocka_unit_test(pairs_that_tables_let_through_are_told),
    cmocka_unit_test(covers_what_can_be_reached),
    cmocka_unit_test(backbone_is_covered),
};

TEST_MAIN(tests)
