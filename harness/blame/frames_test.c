/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables that are right, and frames that are not: which cable, switch or host
 * the counters and the arrivals point to. */
#include "testing/blamed_network.h"

static const char simulated[] = "expected/demon/simulated.yaml";

static struct port *port_of(struct network *network, size_t sw, uint16_t number)
{
    return &network->later[sw].ports[number - 1];
}

/* The tables are right; the frames of h1 are lost behind s3, whose entry
 * counted them. */
static void lost_frame_is_the_cables_fault(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h11");
    network_blame(&network);
    assert_int_equal(network_not_passed(&network), 1);
    const struct result *result = network_result(&network, "traffic/h1/mirrored/h11");
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_string_equal(result->suspect, "s3:11 -> h11");
    assert_int_equal(result->disagree[0], SAYS_ADVERTISED);
    assert_int_equal(result->disagree[1], SAYS_OBSERVED);
    network_free(&network);
}

/* ... and now s3 counted nothing: it is the cable between s1 and s3. */
static void counters_locate_the_cable(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h11");
    network.later[2].flows.entries[0].n_packets = 0;
    network.later[2].ports[0].counters.rx_packets = 0;
    network_blame(&network);
    assert_string_equal(network_result(&network, "traffic/h1/mirrored/h11")->suspect,
                        "s1:6 -> s3:1");
    network_free(&network);
}

/* s1:6 sent what s3:1 did not get. */
static void a_cable_loses(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h11");
    port_of(&network, 2, 1)->counters.rx_packets = 3;
    const struct result *result = network_failure(&network, "traffic/h1/mirrored/h11");
    expect_cause(result, CAUSE_CABLE, "s1:6 - s3:1");
    assert_string_equal(result->suspect, "s1:6 -> s3:1");
    assert_non_null(strstr(result->detail, "frames left s1:6, 3 came to s3:1"));
    network_free(&network);
}

/* What NORMAL does beside the copy to s1:6 is not known; that one comes surely. */
static void what_is_lost_beside_normal_is_no_fault_of_normal(void **state)
{
    (void)state;
    static const struct action beside[] = {{.type = ACTION_OUTPUT, .port = PORT_NORMAL},
                                           {.type = ACTION_OUTPUT, .port = 6}};
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h11");
    port_of(&network, 2, 1)->counters.rx_packets = 3;
    network.states[0].flows.entries[0].actions = beside;
    network.states[0].flows.entries[0].n_actions = 2;
    const struct result *result = network_failure(&network, "traffic/h1/mirrored/h11");
    expect_cause(result, CAUSE_CABLE, "s1:6 - s3:1");
    assert_null(strstr(result->detail, "NORMAL"));
    network_free(&network);
    /* Twice as many come out of the cable as go in. */
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    traffic_round_see(&network.round, 0, network_host(&network, "h11"), 0);
    port_of(&network, 2, 1)->counters.rx_packets++;
    port_of(&network, 2, 11)->counters.tx_packets++;
    network.states[0].flows.entries[0].actions = beside;
    network.states[0].flows.entries[0].n_actions = 2;
    result = network_failure(&network, "traffic/h1/mirrored/h11");
    expect_cause(result, CAUSE_CABLE, "s1:6 - s3:1");
    network_free(&network);
}

/* Two frames more than it sent came from h1: too few for what came twice of all its frames. */
static void what_a_host_says_besides_doubles_nothing(void **state)
{
    (void)state;
    for (unsigned more = 2; more < 9; more += 6) {
        struct network network;
        network_load(&network, simulated, "simulated");
        network_send(&network, NULL, NULL);
        size_t h11 = network_host(&network, "h11"), h1 = network_host(&network, "h1");
        for (size_t p = 0, n = 0; p < network.plan.n_probes && n < 8; p++) {
            bool comes = network.plan.probes[p].from == h1 &&
                         traffic_plan_copies(&network.plan.probes[p], h11) > 0;
            n += comes;
            if (comes) {
                traffic_round_see(&network.round, p, h11, 0);
            }
        }
        port_of(&network, 0, 1)->counters.rx_packets += more;
        port_of(&network, 0, 6)->counters.tx_packets += 8;
        port_of(&network, 2, 1)->counters.rx_packets += 8;
        port_of(&network, 2, 11)->counters.tx_packets += 8;
        const struct result *result = network_failure(&network, "traffic/h1/mirrored/h11");
        assert_int_equal(strcmp(result->suspect ? result->suspect : "", "h1 -> s1:1") == 0,
                         more == 8);
        network_free(&network);
    }
}

/* s3:11, over which the frames of h7 came, has counted nothing so far. */
static void a_late_counter_is_not_believed(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h11");
    port_of(&network, 2, 7)->counters.rx_packets = 0;
    port_of(&network, 2, 11)->counters.tx_packets = 0;
    const struct result *result = network_failure(&network, "traffic/h1/mirrored/h11");
    assert_null(strstr(result->detail, "frames left"));
    assert_null(strstr(result->detail, "by its table"));
    network_free(&network);
}

/* One copy of several is lost, and s3:1, where the others came, has counted nothing so far. */
static void a_late_counter_of_what_comes_is_not_believed(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    size_t h11 = network_host(&network, "h11");
    for (struct traffic_seen *seen = network.round.seen[0]; seen; seen = seen->next) {
        seen->copies -= seen->host == h11;
    }
    port_of(&network, 2, 1)->counters.rx_packets = 0;
    const struct result *result = network_failure(&network, "traffic/h1/mirrored/h11");
    assert_null(strstr(result->detail, "came to s3:1"));
    port_of(&network, 2, 1)->counters.rx_packets = 7; /* the others, and now it is believed */
    result = network_failure(&network, "traffic/h1/mirrored/h11");
    assert_non_null(strstr(result->detail, "8 frames left s1:6, 7 came to s3:1"));
    network_free(&network);
}

/* All of it came to s3:1, and s3 did not send it on. */
static void a_switch_keeps_back(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h11");
    for (size_t p = 0; p < network.plan.n_probes; p++) {
        bool lost = network.plan.probes[p].from == network_host(&network, "h1");
        port_of(&network, 2, 11)->counters.tx_packets -= lost;
    }
    const struct result *result = network_failure(&network, "traffic/h1/mirrored/h11");
    expect_cause(result, CAUSE_SWITCH, "s3:1");
    network_free(&network);
}

/* What a switch is told to do with fragments explains it where nothing else is missing. */
static void a_switch_that_drops_fragments_is_named(void **state)
{
    (void)state;
    static const struct {
        uint8_t does;
        bool whole; /* a whole frame is lost, too */
        const char *cause, *why;
    } rows[] = {
        {FRAGMENTS_DROP, false, "s3", "s3 drops IP fragments, says its configuration (GET_CONFIG)"},
        {FRAGMENTS_REASSEMBLE, false, "s3", "s3 reassembles IP fragments"},
        {FRAGMENTS_PASS, false, "s3:1", "by its table s3 sends"},
        {FRAGMENTS_DROP, true, "s3:1", "by its table s3 sends"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct network network;
        network_load(&network, simulated, "simulated");
        network_send(&network, "h1", "h11");
        size_t h1 = network_host(&network, "h1");
        for (size_t p = 0; p < network.plan.n_probes; p++) {
            bool lost = network.plan.probes[p].from == h1;
            port_of(&network, 2, 11)->counters.tx_packets -= lost;
            network.plan.probes[p].shape.fragment =
                lost && !rows[i].whole ? FRAME_LATER_FRAGMENT : FRAME_WHOLE;
        }
        network.plan.probes[0].shape.fragment = FRAME_FIRST_FRAGMENT;
        network.states[2].fragments = rows[i].does;
        const struct result *result = network_failure(&network, "traffic/h1/mirrored/h11");
        expect_cause(result, CAUSE_SWITCH, rows[i].cause);
        assert_non_null(strstr(result->detail, rows[i].why));
        network_free(&network);
    }
}

/* From some length on nothing is sent: a port's doing, not an entry's. */
static void a_port_keeps_back_what_is_long(void **state)
{
    (void)state;
    enum { FIRST = 300 };
    for (int other = 0; other < 2; other++) {
        struct network network;
        network_load(&network, simulated, "simulated");
        size_t h1 = network_host(&network, "h1"), h11 = network_host(&network, "h11");
        network_send(&network, other ? "h1" : NULL, "h11");
        uint16_t n_bytes = 0;
        for (size_t p = 0; p < network.plan.n_probes; p++) {
            if (network.plan.probes[p].from != h1) {
                continue;
            }
            n_bytes = (uint16_t)(n_bytes + 100);
            network.plan.probes[p].shape.n_bytes = n_bytes;
            bool lost = n_bytes >= FIRST || other;
            port_of(&network, 2, 11)->counters.tx_packets -= lost;
            if (lost && !other) { /* what came to h11 is the first that was seen, or the second */
                struct traffic_seen **seen = &network.round.seen[p];
                seen = (*seen)->host == h11 ? seen : &(*seen)->next;
                assert_int_equal((*seen)->host, h11);
                *seen = (*seen)->next;
            }
        }
        assert_true(n_bytes >= FIRST);
        const struct result *result = network_failure(&network, "traffic/h1/mirrored/h11");
        if (other) { /* nothing came of what is short either */
            expect_cause(result, CAUSE_SWITCH, "s3:1");
        } else {
            expect_cause(result, CAUSE_PORT, "s3:11");
            assert_non_null(strstr(result->detail, "nothing of 300 bytes and more"));
        }
        network_free(&network);
    }
}

/* More came out of the cable than was sent into it. */
static void a_cable_doubles(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    traffic_round_see(&network.round, 0, network_host(&network, "h11"), 0);
    port_of(&network, 2, 1)->counters.rx_packets++;
    port_of(&network, 2, 11)->counters.tx_packets++;
    const struct result *result = network_failure(&network, "traffic/h1/mirrored/h11");
    expect_cause(result, CAUSE_CABLE, "s1:6 - s3:1");
    network_free(&network);
}

static size_t first_probe_of(const struct network *network, const char *host)
{
    size_t p = 0;
    while (network->plan.probes[p].from != network_host(network, host)) {
        p++;
    }
    return p;
}

/* A frame of h3 came to h5, by a port that no entry sends to. */
static void a_switch_leaks(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    size_t p = first_probe_of(&network, "h3");
    traffic_round_see(&network.round, p, network_host(&network, "h5"), 0);
    port_of(&network, 0, 5)->counters.tx_packets++;
    network_blame(&network);
    expect_cause(network_result(&network, "traffic/h3/stray/h5"), CAUSE_SWITCH, "s1:3");
    assert_non_null(strstr(network_result(&network, "traffic/h3/stray/h5")->detail,
                           "s1 sent 1 frames by port 5 that its table does not send there"));
    /* ... and now by none that the switch knows of. */
    port_of(&network, 0, 5)->counters.tx_packets--;
    network_blame(&network);
    expect_cause(network_result(&network, "traffic/h3/stray/h5"), CAUSE_CABLE, "h5 - s1:5");
    /* What h4 sends beside it goes to h3. */
    port_of(&network, 0, 4)->counters.rx_packets++;
    network_blame(&network);
    expect_cause(network_result(&network, "traffic/h3/stray/h5"), CAUSE_CABLE, "h5 - s1:5");
    network_free(&network);
}

/* A frame of h3 came back to it, and h4, who got it, sends more than it was told to. */
static void a_host_sends_it_back(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    size_t p = first_probe_of(&network, "h3");
    traffic_round_see(&network.round, p, network_host(&network, "h3"), 0);
    port_of(&network, 0, 4)->counters.rx_packets++;
    network_blame(&network);
    expect_cause(network_result(&network, "traffic/h3/stray/h3"), CAUSE_STATION, "h4");
    network_free(&network);
}

/* What comes to h4 is tagged, and only what is tagged goes from h4 to h5. */
static void a_host_sends_back_what_it_got(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    for (size_t i = 0; i < 2; i++) {
        struct flow_table *table = i ? &network.later[0].flows : &network.states[0].flows;
        assert_int_equal(
            ofctl_parse_flow("priority=50000,in_port=3 actions=mod_vlan_vid:99,output:4", table,
                             NULL, NULL, NULL),
            0);
        assert_int_equal(ofctl_parse_flow("priority=50000,in_port=4,dl_vlan=99 actions=output:5",
                                          table, NULL, NULL, NULL),
                         0);
    }
    network_send(&network, NULL, NULL);
    traffic_round_see(&network.round, first_probe_of(&network, "h3"), network_host(&network, "h5"),
                      0);
    network_blame(&network);
    expect_cause(network_result(&network, "traffic/h3/stray/h5"), CAUSE_CABLE, "h5 - s1:5");
    port_of(&network, 0, 4)->counters.rx_packets++;
    network_blame(&network);
    expect_cause(network_result(&network, "traffic/h3/stray/h5"), CAUSE_STATION, "h4");
    network_free(&network);
}

/* A frame of h3 came twice: a cable could double what it sent, but no more. */
static void a_host_sends_it_more_often(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    size_t p = first_probe_of(&network, "h3");
    traffic_round_see(&network.round, p, network_host(&network, "h4"), 0);
    port_of(&network, 0, 4)->counters.tx_packets++;
    port_of(&network, 0, 3)->counters.rx_packets *= 2;
    network_blame(&network);
    expect_cause(network_result(&network, "traffic/h3/delivered/h4"), CAUSE_CABLE, "h3 - s1:3");
    port_of(&network, 0, 3)->counters.rx_packets++;
    network_blame(&network);
    expect_cause(network_result(&network, "traffic/h3/delivered/h4"), CAUSE_STATION, "h3");
    network_free(&network);
}

/* s3 sends a frame of h1 back, and s1, which is first on its way, sends it on to h3. */
static void what_one_leaks_another_sends_on(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    traffic_round_see(&network.round, 0, network_host(&network, "h3"), 0);
    port_of(&network, 0, 3)->counters.tx_packets++;
    network_blame(&network);
    expect_cause(network_result(&network, "traffic/h1/stray/h3"), CAUSE_SWITCH, "s1:1");
    port_of(&network, 2, 2)->counters.tx_packets++;
    port_of(&network, 0, 7)->counters.rx_packets++;
    network_blame(&network);
    expect_cause(network_result(&network, "traffic/h1/stray/h3"), CAUSE_SWITCH, "s3:1");
    network_free(&network);
}

/* Every frame that went over one cable is altered, and no other: to h2 what h1
 * sends comes well. */
static void company_tells_who_alters(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h11");
    for (size_t p = 0; p < network.plan.n_probes; p++) {
        if (network.plan.probes[p].from == network_host(&network, "h1")) {
            traffic_round_see_altered(&network.round, p, network_host(&network, "h11"), "a byte");
        }
    }
    const struct result *result = network_failure(&network, "traffic/h1/mirrored/h11");
    expect_cause(result, CAUSE_CABLE, "s1:6 - s3:1");
    network_free(&network);
}

/* Between h3 and h4 there are two cables, and nothing to tell them apart;
 * bytes would, and so does what the switch was told to send. */
static void two_cables_are_told_apart(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h3", "h4");
    size_t h4 = network_host(&network, "h4"), first = PROBE_NONE;
    for (size_t p = 0; p < network.plan.n_probes; p++) {
        if (network.plan.probes[p].from == network_host(&network, "h3")) {
            first = first < p ? first : p;
            traffic_round_see_altered(&network.round, p, h4, "a byte");
        }
    }
    const struct result *result = network_failure(&network, "traffic/h3/delivered/h4");
    expect_cause(result, CAUSE_CABLE, "h3 - s1:3 or h4 - s1:4");
    struct traffic_shot shot = {.probe = first, .to = h4, .depth = 1, .sent = 9, .good = 9};
    network.shots = &shot;
    network.n_shots = 1;
    network_blame(&network);
    expect_cause(network_result(&network, "traffic/h3/delivered/h4"), CAUSE_CABLE, "h3 - s1:3");
    shot.good = 4;
    network_blame(&network);
    expect_cause(network_result(&network, "traffic/h3/delivered/h4"), CAUSE_CABLE, "h4 - s1:4");
    /* Another probe, which arrived well before, too, does so again. */
    shot.good = 9;
    network_free(&network);
    network_load(&network, simulated, "simulated");
    network.shots = &shot;
    network.n_shots = 1;
    network_send(&network, "h3", "h4");
    traffic_round_see(&network.round, first, h4, 0);
    for (size_t p = first + 1; p < network.plan.n_probes; p++) {
        if (network.plan.probes[p].from == network_host(&network, "h3")) {
            traffic_round_see_altered(&network.round, p, h4, "a byte");
        }
    }
    network_blame(&network);
    expect_cause(network_result(&network, "traffic/h3/delivered/h4"), CAUSE_CABLE,
                 "h3 - s1:3 or h4 - s1:4");
    network_free(&network);
}

/* All that h3 sends comes to h4 when the round is over. When it just was, less had come in at one
 * port of the way than at those before it. */
static void counters_of_when_the_round_was_over_tell_where_it_was(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    size_t h3 = network_host(&network, "h3"), h4 = network_host(&network, "h4");
    unsigned n = 0;
    for (size_t p = 0; p < network.plan.n_probes; p++) {
        if (network.plan.probes[p].from == h3) {
            traffic_round_see_late(&network.round, p, h4, 900000000);
            n++;
        }
    }
    const struct result *result = network_failure(&network, "traffic/h3/delivered/h4");
    expect_cause(result, CAUSE_CABLE, "h3 - s1:3 or h4 - s1:4");
    struct switch_state early[3];
    for (size_t sw = 0; sw < 3; sw++) {
        early[sw] = network.later[sw];
        network.early[sw] = &early[sw];
    }
    struct port ports[16];
    assert_true(early[0].n_ports <= 16);
    memcpy(ports, early[0].ports, early[0].n_ports * sizeof *ports);
    early[0].ports = ports;
    result = network_failure(&network, "traffic/h3/delivered/h4");
    expect_cause(result, CAUSE_CABLE, "h4 - s1:4");
    assert_non_null(strstr(result->detail, "when the round was over, 8 frames left s1:4, 0 came to "
                                           "h4"));
    ports[3].counters.tx_packets -= n;
    result = network_failure(&network, "traffic/h3/delivered/h4");
    expect_cause(result, CAUSE_SWITCH, "s1:3");
    ports[2].counters.rx_packets -= n;
    result = network_failure(&network, "traffic/h3/delivered/h4");
    expect_cause(result, CAUSE_CABLE, "h3 - s1:3");
    /* Nothing moved: nothing is known. */
    memcpy(ports, network.states[0].ports, early[0].n_ports * sizeof *ports);
    result = network_failure(&network, "traffic/h3/delivered/h4");
    expect_cause(result, CAUSE_CABLE, "h3 - s1:3 or h4 - s1:4");
    network_free(&network);
}

static void bytes_tell_who_cuts(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h11");
    for (size_t p = 0; p < network.plan.n_probes; p++) {
        if (network.plan.probes[p].from == network_host(&network, "h1")) {
            traffic_round_see_altered(&network.round, p, network_host(&network, "h11"), "shorter");
        }
    }
    port_of(&network, 0, 6)->counters.tx_bytes = 600;
    port_of(&network, 2, 1)->counters.rx_bytes = 500;
    const struct result *result = network_failure(&network, "traffic/h1/mirrored/h11");
    expect_cause(result, CAUSE_CABLE, "s1:6 - s3:1");
    assert_non_null(strstr(result->detail, "600 bytes left s1:6, 500 came to s3:1"));
    /* At a host what came late is counted at another time than at the port: no evidence. */
    size_t h11 = network_host(&network, "h11");
    port_of(&network, 2, 1)->counters.rx_bytes = 600;
    port_of(&network, 2, 11)->counters.tx_bytes = 600;
    network.round.hosts[h11].arrived_bytes = 500;
    result = network_failure(&network, "traffic/h1/mirrored/h11");
    expect_cause(result, CAUSE_CABLE, "h11 - s3:11");
    traffic_round_see_late(&network.round, 0, h11, 900000000);
    result = network_failure(&network, "traffic/h1/mirrored/h11");
    assert_null(strstr(result->detail, "600 bytes left s3:11"));
    network_free(&network);
}

/* As network_blame, of a run that counted nothing at ports and hosts. */
static const struct result *blamed_by_entries(struct network *network, const char *id)
{
    network_judge(network);
    struct traffic_evidence evidence = network_evidence(network);
    evidence.count = NULL;
    blame_frames(&evidence, &network->failures, &network->report);
    return network_result(network, id);
}

static void leave_ports_uncounted(struct network *network)
{
    for (size_t sw = 0; sw < 3; sw++) {
        for (size_t i = 0; i < network->later[sw].n_ports; i++) {
            network->later[sw].ports[i].has_counters = false;
        }
    }
}

/* Without the counters of ports those of entries show how far the frames came. */
static void entries_show_how_far_it_came(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h11");
    leave_ports_uncounted(&network);
    const struct result *result = blamed_by_entries(&network, "traffic/h1/mirrored/h11");
    expect_cause(result, CAUSE_CABLE, "h11 - s3:11");
    assert_string_equal(result->suspect, "s3:11 -> h11");
    assert_non_null(strstr(result->detail, "the tables would deliver it; s3:1 counted it last"));
    assert_non_null(strstr(result->says[SAYS_COUNTED], "s1:1 +"));
    assert_non_null(strstr(result->says[SAYS_COUNTED], " packets, s3:1 +"));
    assert_string_equal(result->says[SAYS_ADVERTISED], "1 copy");
    assert_int_equal(result->disagree[0], SAYS_ADVERTISED);
    assert_int_equal(result->disagree[1], SAYS_OBSERVED);
    for (size_t sw = 0; sw < 3; sw++) {
        for (size_t i = 0; i < network.later[sw].flows.n_entries; i++) {
            network.later[sw].flows.entries[i].n_packets = 0;
        }
    }
    result = blamed_by_entries(&network, "traffic/h1/mirrored/h11");
    assert_null(result->suspect); /* no entry of s1 counts anything */
    network.later[0].flows.entries[1].n_packets = 1;
    result = blamed_by_entries(&network, "traffic/h1/mirrored/h11");
    expect_cause(result, CAUSE_CABLE, "h1 - s1:1");
    assert_string_equal(result->suspect, "h1 -> s1:1");
    assert_non_null(strstr(result->detail, "no entry on its way counted it"));
    assert_string_equal(result->says[SAYS_COUNTED], "s1:1 +0 packets, s3:1 +0 packets");
    network.after[0] = network.after[2] = NULL;
    result = blamed_by_entries(&network, "traffic/h1/mirrored/h11");
    assert_null(result->suspect);
    assert_string_equal(result->says[SAYS_COUNTED], "s1:1 not counted, s3:1 not counted");
    network_free(&network);
}

/* On the way of h3 there is one switch, and its entry counted all. */
static void the_last_cable_is_blamed_for_what_all_counted(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h3", "h4");
    leave_ports_uncounted(&network);
    const struct result *result = blamed_by_entries(&network, "traffic/h3/delivered/h4");
    expect_cause(result, CAUSE_CABLE, "h4 - s1:4");
    assert_string_equal(result->suspect, "s1:4 -> h4");
    network_free(&network);
}

/* A switch that was not read may do anything. */
static void what_is_not_known_is_suspected(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h11");
    network.before[2] = NULL;
    const struct result *result = network_failure(&network, "traffic/h1/mirrored/h11");
    expect_cause(result, CAUSE_TABLE, "s3:1");
    assert_non_null(strstr(result->detail, "what s3:1 does with it is not known: "));
    assert_null(result->says[SAYS_ADVERTISED]);
    assert_int_equal(result->disagree[0], SAYS_DECLARED);
    network_free(&network);
}

/* The host gets what the switch did not send to it. */
static void a_host_gets_more_than_was_sent(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    size_t h5 = network_host(&network, "h5"), p = 0;
    while (network.plan.probes[p].from != network_host(&network, "h3")) {
        p++;
    }
    traffic_round_see(&network.round, p, h5, 0);
    const struct result *result = network_failure(&network, "traffic/h3/stray/h5");
    expect_cause(result, CAUSE_CABLE, "h5 - s1:5");
    assert_string_equal(result->suspect, "s1:5 -> h5");
    assert_non_null(strstr(result->detail, "0 frames left s1:5, 1 came to h5"));
    traffic_round_see(&network.round, p, network_host(&network, "h2"), 0);
    result = network_failure(&network, "traffic/h3/stray/h2");
    assert_non_null(strstr(result->detail, "8 frames left s1:2, 9 came to h2"));
    network_free(&network);
}

/* A port that has not yet counted what it sent by its table, says nothing of what it sent besides.
 */
static void a_port_that_counts_late_sent_more_than_it_says(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    size_t h11 = network_host(&network, "h11"), p = 0;
    while (network.plan.probes[p].from != network_host(&network, "h3")) {
        p++;
    }
    traffic_round_see(&network.round, p, h11, 0);
    const struct result *result = network_failure(&network, "traffic/h3/isolated/h11");
    expect_cause(result, CAUSE_CABLE, "h11 - s3:11");
    network.later[2].ports[10].counters.tx_packets--;
    result = network_failure(&network, "traffic/h3/isolated/h11");
    assert_null(result->suspect);
    assert_non_null(strstr(result->detail, "no counter tells what does"));
    network_free(&network);
}

/* Counters that are seconds old begin with what was sent in the round before. */
static void what_was_sent_before_is_no_surplus(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, NULL, NULL);
    size_t p = 0;
    while (network.plan.probes[p].from != network_host(&network, "h3")) {
        p++;
    }
    traffic_round_see(&network.round, p, network_host(&network, "h11"), 0);
    network.later[0].ports[0].counters.rx_packets += 1000;
    for (int lags = 0; lags < 2; lags++) {
        network_judge(&network);
        struct traffic_evidence evidence = network_evidence(&network);
        evidence.lags = lags;
        blame_frames(&evidence, &network.failures, &network.report);
        const struct result *result = network_result(&network, "traffic/h3/isolated/h11");
        assert_int_equal(result->suspect == NULL, lags);
        assert_true(lags ? strstr(result->detail, "count so late") != NULL
                         : strcmp(result->suspect, "h1") == 0);
    }
    network_free(&network);
}

/* ... nor is it lost on the way to a switch that counts in time. */
static void what_was_sent_before_is_not_lost(void **state)
{
    (void)state;
    struct network network;
    network_load(&network, simulated, "simulated");
    network_send(&network, "h1", "h11");
    network.later[0].ports[5].counters.tx_packets += 1000;
    for (int lags = 0; lags < 2; lags++) {
        network_judge(&network);
        struct traffic_evidence evidence = network_evidence(&network);
        evidence.lags = lags;
        blame_frames(&evidence, &network.failures, &network.report);
        expect_cause(network_result(&network, "traffic/h1/mirrored/h11"), CAUSE_CABLE,
                     lags ? "h11 - s3:11" : "s1:6 - s3:1");
    }
    network_free(&network);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_was_sent_before_is_not_lost),
    cmocka_unit_test(what_was_sent_before_is_no_surplus),
    cmocka_unit_test(a_port_that_counts_late_sent_more_than_it_says),
    cmocka_unit_test(lost_frame_is_the_cables_fault),
    cmocka_unit_test(counters_locate_the_cable),
    cmocka_unit_test(a_cable_loses),
    cmocka_unit_test(what_is_lost_beside_normal_is_no_fault_of_normal),
    cmocka_unit_test(a_late_counter_is_not_believed),
    cmocka_unit_test(a_late_counter_of_what_comes_is_not_believed),
    cmocka_unit_test(a_switch_keeps_back),
    cmocka_unit_test(a_switch_that_drops_fragments_is_named),
    cmocka_unit_test(a_port_keeps_back_what_is_long),
    cmocka_unit_test(a_cable_doubles),
    cmocka_unit_test(what_a_host_says_besides_doubles_nothing),
    cmocka_unit_test(a_switch_leaks),
    cmocka_unit_test(a_host_sends_it_back),
    cmocka_unit_test(a_host_sends_back_what_it_got),
    cmocka_unit_test(a_host_sends_it_more_often),
    cmocka_unit_test(what_one_leaks_another_sends_on),
    cmocka_unit_test(company_tells_who_alters),
    cmocka_unit_test(two_cables_are_told_apart),
    cmocka_unit_test(counters_of_when_the_round_was_over_tell_where_it_was),
    cmocka_unit_test(bytes_tell_who_cuts),
    cmocka_unit_test(entries_show_how_far_it_came),
    cmocka_unit_test(the_last_cable_is_blamed_for_what_all_counted),
    cmocka_unit_test(what_is_not_known_is_suspected),
    cmocka_unit_test(a_host_gets_more_than_was_sent),
};

TEST_MAIN(tests)
