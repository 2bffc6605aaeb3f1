/* SPDX-License-Identifier: Apache-2.0
 *
 * Cables in wrong places: found where they explain what frames do, and only there. */
#include "testing/blamed_network.h"

static const char simulated[] = "expected/demon/simulated.yaml";

/* h2 and h3 are each in the other's place. */
static void cables_are_swapped(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    struct topology *topology = network.expectation->topology;
    struct topology_host *h2 = &topology->hosts[network_host(&network, "h2")];
    struct topology_host *h3 = &topology->hosts[network_host(&network, "h3")];
    struct port_ref of_h2 = h2->port, of_h3 = h3->port;
    h2->port = of_h3;
    h3->port = of_h2;
    network_send(&network, NULL, NULL);
    h2->port = of_h2;
    h3->port = of_h3;
    network_blame(&network);
    assert_int_equal(network.report.n_causes, 1);
    assert_int_equal(network.report.causes[0].kind, CAUSE_SWAP);
    assert_string_equal(network.report.causes[0].where, "h2 - s1:2, h3 - s1:3");
    assert_true(network.report.causes[0].n_results > 3);
    const struct result *result = network_result(&network, "traffic/h1/delivered/h2");
    assert_non_null(strstr(result->detail, "; s1:2 and s1:3 are swapped: s1:2 is cabled to h3, and "
                                           "s1:3 to h2"));
    network_free(&network);
}

/* Of very many cables none is guessed, and that is said. */
static void too_many_cables_to_guess(void **state)
{
    (void)state;
    enum { MORE = 600 };
    struct network network;
    struct topology_link links[MORE + 16];
    network_load(&network, simulated, "simulated");
    struct topology *topology = network.expectation->topology, before = *topology;
    struct topology_host *h2 = &topology->hosts[network_host(&network, "h2")];
    struct topology_host *h3 = &topology->hosts[network_host(&network, "h3")];
    struct port_ref of_h2 = h2->port, of_h3 = h3->port;
    memcpy(links, topology->links, topology->n_links * sizeof *links);
    for (uint16_t i = 0; i < MORE; i++) {
        links[topology->n_links + i] =
            (struct topology_link){.a = {0, (uint16_t)(1000 + i)}, .b = {1, (uint16_t)(1000 + i)}};
    }
    h2->port = of_h3;
    h3->port = of_h2;
    network_send(&network, NULL, NULL);
    h2->port = of_h2;
    h3->port = of_h3;
    topology->links = links;
    topology->n_links += MORE;
    network_blame(&network);
    assert_int_equal(network.report.n_notes, 1);
    assert_string_equal(network.report.notes[0],
                        "whether cables are swapped was not looked for: there are 621 of them");
    *topology = before;
    network_free(&network);
}

/* ... and h9 gets what it should not, by a cable that nobody knows. The swap is
 * told, and so is that. */
static void another_fault_beside_a_swap(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    struct topology *topology = network.expectation->topology;
    struct topology_host *h2 = &topology->hosts[network_host(&network, "h2")];
    struct topology_host *h3 = &topology->hosts[network_host(&network, "h3")];
    struct port_ref of_h2 = h2->port, of_h3 = h3->port;
    h2->port = of_h3;
    h3->port = of_h2;
    network_send(&network, NULL, NULL);
    h2->port = of_h2;
    h3->port = of_h3;
    size_t p = 0;
    while (network.plan.probes[p].from != network_host(&network, "h6")) {
        p++;
    }
    traffic_round_see(&network.round, p, network_host(&network, "h9"), 0);
    network_blame(&network);
    assert_int_equal(network.report.n_causes, 2);
    assert_string_equal(network.report.causes[0].where, "h2 - s1:2, h3 - s1:3");
    assert_string_equal(network.report.causes[1].where, "h9 - s2:4");
    network_free(&network);
}

/* h2 is at the port of h3, and h3 at none. */
static void a_cable_in_another_place(void **state)
{
    (void)state;
    static const struct port_ref nowhere = {.sw = 0, .port = PORT_NONE};
    struct network network;
    network_load(&network, simulated, "simulated");
    struct topology *topology = network.expectation->topology;
    struct topology_host *h2 = &topology->hosts[network_host(&network, "h2")];
    struct topology_host *h3 = &topology->hosts[network_host(&network, "h3")];
    struct port_ref of_h2 = h2->port, of_h3 = h3->port;
    h2->port = of_h3;
    h3->port = nowhere;
    network_send(&network, NULL, NULL);
    h2->port = of_h2;
    h3->port = of_h3;
    network.later[0].ports[1].counters.tx_packets = network.later[0].ports[0].counters.rx_packets;
    network_blame(&network);
    const struct result *result = network_result(&network, "traffic/h1/delivered/h2");
    expect_cause(result, CAUSE_SWAP, "h2 - s1:2, h3 - s1:3");
    assert_non_null(strstr(result->detail, "h2 is cabled to s1:3, not to s1:2"));
    /* Where s1 does not count it may as well send by a wrong port. */
    for (size_t i = 0; i < network.later[0].n_ports; i++) {
        memset(&network.later[0].ports[i].counters, i % 2 ? 0 : 0xff, sizeof(struct port_counters));
    }
    network_blame(&network);
    result = network_result(&network, "traffic/h1/delivered/h2");
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_int_not_equal(result->cause_kind, CAUSE_SWAP);
    network_free(&network);
}

/* What network_send does, while s1:6 is cabled to s3:7, and s2:7 to s3:1; what enters s3:7 is lost
 * there. */
static void send_exchanged(struct network *network, const char *from, const char *to)
{
    struct topology *topology = network->expectation->topology;
    struct topology_link first = topology->links[0], other = topology->links[6];
    topology->links[0].b = other.b;
    topology->links[6].b = first.b;
    struct flow_table *s3 = &network->states[2].flows;
    for (size_t i = 0; i < s3->n_entries; i++) {
        if (s3->entries[i].match.value.in_port == 7) {
            s3->entries[i].n_actions = 0;
        }
    }
    network_index(network);
    network_send(network, from, to);
    topology->links[0] = first;
    topology->links[6] = other;
    network_index(network);
}

/* Both are told, and which end is where. */
static void the_two_cables_are_named(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    send_exchanged(&network, NULL, NULL);
    network_blame(&network);
    const struct result *result = network_result(&network, "traffic/h1/mirrored/h11");
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_int_equal(result->cause_kind, CAUSE_SWAP);
    assert_non_null(strstr(result->detail, "; s1:6 and s2:7 are swapped: s1:6 is cabled to s3:7, "
                                           "and s2:7 to s3:1"));
    network_free(&network);
}

/* Of hosts, by name; of the i-th link otherwise. */
static size_t cable_of(const struct network *network, const char *host, size_t link)
{
    size_t n_links = network->expectation->topology->n_links;
    return host ? n_links + network_host(network, host) : link;
}

/* Counters tell of one of the two that it is where it should be. */
static void what_counters_tell_is_not_guessed(void **state)
{
    (void)state;
    const char *const right[] = {"h2", "h3", "h4"};
    struct network network;
    struct blame_wiring wiring;
    network_load(&network, simulated, "simulated");
    struct topology *topology = network.expectation->topology;
    struct topology_host *h2 = &topology->hosts[network_host(&network, "h2")];
    struct topology_host *h3 = &topology->hosts[network_host(&network, "h3")];
    struct port_ref of_h2 = h2->port, of_h3 = h3->port;
    h2->port = of_h3;
    h3->port = of_h2;
    network_send(&network, NULL, NULL);
    h2->port = of_h2;
    h3->port = of_h3;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(blame_wiring_open(&wiring, topology, network.before), 0);
        wiring.wired[cable_of(&network, right[i], 0)] = BLAME_WIRED_RIGHT;
        network_blame_wired(&network, &wiring);
        const struct result *result = network_result(&network, "traffic/h1/delivered/h2");
        assert_int_equal(result->verdict, VERDICT_FAIL);
        assert_int_equal(result->cause_kind == CAUSE_SWAP, i == 2);
        blame_wiring_close(&wiring);
    }
    network_free(&network);
}

/* The far ends of two links are exchanged, as counters tell. */
static void tell_exchanged(struct blame_wiring *wiring, size_t a, size_t b)
{
    const size_t ends[][2] = {{2 * a, 2 * b + 1}, {2 * b, 2 * a + 1}};
    for (size_t i = 0; i < wiring->n_ends; i++) {
        wiring->really[i] = INDEX_NONE;
    }
    for (size_t i = 0; i < 2; i++) {
        size_t x = ends[i][0], y = ends[i][1];
        wiring->really[x] = y;
        wiring->really[y] = x;
        wiring->wired[x / 2] = BLAME_WIRED_WRONG;
        wiring->elsewhere[x / 2] = (struct blame_elsewhere){.x = x,
                                                            .real = y,
                                                            .here = wiring->ends[x],
                                                            .there = wiring->ends[y],
                                                            .other = wiring->ends[x + 1]};
    }
}

/* ... of all that it explains; what is lost besides keeps its own cause. */
static void what_counters_tell_is_the_cause(void **state)
{
    (void)state;
    for (int lost = 0; lost < 2; lost++) {
        struct network network;
        struct blame_wiring wiring;
        network_load(&network, simulated, "simulated");
        send_exchanged(&network, lost ? "h1" : NULL, lost ? "h2" : NULL);
        assert_int_equal(blame_wiring_open(&wiring, network.expectation->topology, network.before),
                         0);
        tell_exchanged(&wiring, 0, 6);
        network_blame_wired(&network, &wiring);
        const struct result *result = network_result(&network, "traffic/h1/mirrored/h11");
        assert_int_equal(result->verdict, VERDICT_FAIL);
        assert_int_equal(result->cause_kind == CAUSE_SWAP, !lost);
        if (!lost) {
            expect_cause(result, CAUSE_SWAP, "s1:6 - s3:1, s2:7 - s3:7");
            assert_non_null(strstr(result->detail, "; s1:6 is cabled to s3:7, not to s3:1"));
        }
        blame_wiring_close(&wiring);
        network_free(&network);
    }
}

/* What is lost on one cable alone is no swap, although many would explain it. */
static void a_loss_is_no_swap(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h11");
    network.later[2].ports[0].counters.rx_packets = 0;
    const struct result *result = network_failure(&network, "traffic/h1/mirrored/h11");
    expect_cause(result, CAUSE_CABLE, "s1:6 - s3:1");
    network_free(&network);
}

/* A frame that a switch was told to send arrives as the cables are said to be. */
static void a_shot_speaks_against_it(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    struct topology *topology = network.expectation->topology;
    struct topology_host *h2 = &topology->hosts[network_host(&network, "h2")];
    struct topology_host *h3 = &topology->hosts[network_host(&network, "h3")];
    struct port_ref of_h2 = h2->port, of_h3 = h3->port;
    h2->port = of_h3;
    h3->port = of_h2;
    network_send(&network, NULL, NULL);
    h2->port = of_h2;
    h3->port = of_h3;
    struct traffic_shot shot = {
        .to = network_host(&network, "h2"), .depth = 1, .by = of_h2, .sent = 4, .good = 0};
    network.shots = &shot;
    network.n_shots = 1;
    network_blame(&network);
    assert_int_equal(network.report.causes[0].kind, CAUSE_SWAP); /* it does not arrive: so it is */
    /* Behind another switch it arrives, as it would with the cables as they are, too. */
    shot = (struct traffic_shot){.to = network_host(&network, "h11"),
                                 .depth = 2,
                                 .by = {.sw = 0, .port = 6},
                                 .sent = 4,
                                 .good = 4};
    network_blame(&network);
    assert_string_equal(network.report.causes[0].where, "h2 - s1:2, h3 - s1:3");
    shot = (struct traffic_shot){
        .to = network_host(&network, "h2"), .depth = 1, .by = of_h2, .sent = 4, .good = 4};
    network_blame(&network);
    for (size_t i = 0; i < network.report.n_causes; i++) {
        assert_string_not_equal(network.report.causes[i].where, "h2 - s1:2, h3 - s1:3");
    }
    network_free(&network);
}

/* What the ports counted has to agree with it, but for some frames of others: four, and an eighth
 * of those that were sent. */
static void counters_speak_against_it(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    struct topology *topology = network.expectation->topology;
    struct topology_host *h2 = &topology->hosts[network_host(&network, "h2")];
    struct topology_host *h3 = &topology->hosts[network_host(&network, "h3")];
    struct port_ref of_h2 = h2->port, of_h3 = h3->port;
    h2->port = of_h3;
    h3->port = of_h2;
    network_send(&network, NULL, NULL);
    h2->port = of_h2;
    h3->port = of_h3;
    network_judge(&network);
    long sent = network.count.hosts[network_host(&network, "h2")].sent, slack = sent / 8 + 4;
    uint64_t *came = &network.later[of_h3.sw].ports[of_h3.port - 1].counters.rx_packets;
    assert_int_equal(*came, sent);
    assert_true(sent >= slack);
    for (long more = -slack - 1; more <= slack + 1; more++) {
        *came = (uint64_t)(sent + more);
        network_blame(&network);
        const struct result *result = network_result(&network, "traffic/h1/delivered/h2");
        bool agrees = more >= -slack && more <= slack;
        assert_int_equal(result->cause_kind == CAUSE_SWAP, agrees);
    }
    *came = 0; /* where none of a switch moves they say nothing */
    for (size_t sw = 0; sw < 3; sw++) {
        for (size_t i = 0; i < network.later[sw].n_ports; i++) {
            network.later[sw].ports[i].counters = network.states[sw].ports[i].counters;
        }
    }
    network_blame(&network);
    expect_cause(network_result(&network, "traffic/h1/delivered/h2"), CAUSE_SWAP,
                 "h2 - s1:2, h3 - s1:3");
    network_free(&network);
}

/* What a switch says of itself explains what its table is blamed for, whatever else was exchanged.
 */
static void what_a_switch_admits_is_no_swap(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    struct topology *topology = network.expectation->topology;
    struct topology_host *h2 = &topology->hosts[network_host(&network, "h2")];
    struct topology_host *h3 = &topology->hosts[network_host(&network, "h3")];
    struct port_ref of_h2 = h2->port, of_h3 = h3->port;
    h2->port = of_h3;
    h3->port = of_h2;
    network.states[0].ports[3].config |= PORT_CONFIG_DOWN;
    network_send(&network, NULL, NULL);
    h2->port = of_h2;
    h3->port = of_h3;
    for (int admits = 0; admits < 2; admits++) {
        struct traffic_evidence evidence = network_evidence(&network);
        network_judge(&network);
        report_free(&network.report);
        traffic_failures_free(&network.failures);
        if (admits) {
            struct result *port = report_add(&network.report, RESULT_STATE, "state/s1/4");
            port->verdict = VERDICT_FAIL;
            port->cause = "s1:4";
        }
        assert_int_equal(traffic_judge(&evidence, &network.report, &network.failures), 0);
        blame_frames(&evidence, &network.failures, &network.report);
        assert_int_equal(blame_swap(&evidence, NULL, &network.report), 0);
        expect_cause(network_result(&network, "traffic/h1/delivered/h2"), CAUSE_SWAP,
                     "h2 - s1:2, h3 - s1:3");
        const struct result *result = network_result(&network, "traffic/h3/delivered/h4");
        if (admits) {
            expect_cause(result, CAUSE_PORT, "s1:4");
        } else {
            expect_cause(result, CAUSE_SWAP, "h2 - s1:2, h3 - s1:3");
        }
    }
    network_free(&network);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(cables_are_swapped),
    cmocka_unit_test(too_many_cables_to_guess),
    cmocka_unit_test(another_fault_beside_a_swap),
    cmocka_unit_test(a_cable_in_another_place),
    cmocka_unit_test(the_two_cables_are_named),
    cmocka_unit_test(a_loss_is_no_swap),
    cmocka_unit_test(a_shot_speaks_against_it),
    cmocka_unit_test(counters_speak_against_it),
    cmocka_unit_test(what_counters_tell_is_not_guessed),
    cmocka_unit_test(what_counters_tell_is_the_cause),
    cmocka_unit_test(what_a_switch_admits_is_no_swap),
};

TEST_MAIN(tests)
