/* SPDX-License-Identifier: Apache-2.0
 *
 * From where, and past what, can a frame come to an entry? */
#include "path/backward.h"

#include "base/none.h"
#include "path/follow.h"
#include "testing/cmocka.h"
#include "testing/line.h"
#include "testing/ring.h"

#include <stdio.h>
#include <string.h>

enum { PLENTY = 1000000, WANTED = 0 };

/* Of the first entry of s2, which takes what comes from s1. */
static enum space_answer ask(struct line *line, size_t *budget, struct path_origin *origin)
{
    memset(origin, 1, sizeof *origin); /* all of it is set */
    return path_origin_of_entry(&line->network, NULL, 1, WANTED, budget, origin);
}

static void assert_comes(struct line *line, const char *what, enum space_answer wanted)
{
    struct path_origin origin;
    struct path_walk walk;
    size_t budget = PLENTY;
    line_open(line);
    enum space_answer answer = ask(line, &budget, &origin);
    if (answer != wanted) {
        fail_msg("%s: %d instead of %d", what, answer, wanted);
    }
    if (answer == SPACE_FOUND) {
        path_follow_from(&line->network, origin.host, &origin.header, &walk);
        assert_true(path_walk_exercises(&walk, 1, WANTED));
    }
    path_network_close(&line->network);
}

static void it_comes_by_whatever_sends_there(void **state)
{
    (void)state;
    static const struct {
        const char *flow;
        enum space_answer answer;
    } cases[] = {
        {"actions=output:3", SPACE_FOUND},
        {"actions=output:4,output:3", SPACE_FOUND},
        {"actions=enqueue:3:1", SPACE_FOUND},
        {"actions=flood", SPACE_FOUND},
        {"actions=all", SPACE_FOUND},
        {"actions=in_port", SPACE_EMPTY}, /* from s2 nothing comes */
        {"actions=output:2", SPACE_EMPTY},
        {"actions=controller:64", SPACE_EMPTY},
        {"actions=drop", SPACE_EMPTY},
        {"actions=normal", SPACE_OPEN},
        {"in_port=1,actions=output:3", SPACE_FOUND},
        {"in_port=4,actions=output:3", SPACE_EMPTY}, /* no host is there */
        {"tcp,actions=output:3", SPACE_FOUND},
        {"udp,actions=output:3", SPACE_EMPTY},
        {"udp,actions=mod_tp_dst:80,output:3", SPACE_EMPTY},
        {"actions=mod_tp_dst:80,output:3", SPACE_FOUND},
        {"actions=mod_tp_dst:81,output:3", SPACE_EMPTY},
        {"actions=mod_tp_dst:81,output:4,mod_tp_dst:80,output:3", SPACE_FOUND},
        {"actions=strip_vlan,output:3", SPACE_FOUND},
        {"actions=mod_vlan_vid:5,output:3", SPACE_EMPTY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct line line;
        line_make(&line);
        line_flow(&line, 0, cases[i].flow);
        line_flow(&line, 1, "in_port=1,tcp,vlan_tci=0,tp_dst=80,actions=output:2");
        assert_comes(&line, cases[i].flow, cases[i].answer);
        line_close(&line);
    }
}

static void nothing_comes_through_what_is_closed(void **state)
{
    (void)state;
    static const struct {
        size_t sw;
        uint16_t port;
        uint32_t config;
        enum space_answer answer;
    } cases[] = {
        {0, 3, PORT_CONFIG_DOWN, SPACE_EMPTY},    {0, 3, PORT_CONFIG_NO_FWD, SPACE_EMPTY},
        {0, 3, PORT_CONFIG_NO_RECV, SPACE_FOUND}, {1, 1, PORT_CONFIG_NO_RECV, SPACE_EMPTY},
        {1, 1, PORT_CONFIG_NO_FWD, SPACE_FOUND},  {0, 1, PORT_CONFIG_NO_RECV, SPACE_FOUND},
        {1, 2, PORT_CONFIG_DOWN, SPACE_FOUND}, /* the entry is asked about, not what comes of it */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct line line;
        line_make(&line);
        line_port(&line, cases[i].sw, cases[i].port)->config = cases[i].config;
        line_flow(&line, 0, "actions=output:3");
        line_flow(&line, 1, "in_port=1,actions=output:2");
        assert_comes(&line, "closed", cases[i].answer);
        line_close(&line);
    }
}

/* Hosts a and b send to s1, of which nothing is known; c does to s2 itself. */
static void behind_a_switch_that_is_not_known_it_is_open(void **state)
{
    (void)state;
    struct line line;
    line_make(&line);
    line.by_switch[0] = NULL;
    line_flow(&line, 1, "in_port=1,actions=output:2");
    assert_comes(&line, "unknown", SPACE_OPEN);
    line_flow(&line, 1, "in_port=2,actions=drop");
    line_open(&line);
    size_t budget = PLENTY;
    struct path_origin origin;
    assert_int_equal(path_origin_of_entry(&line.network, NULL, 1, 1, &budget, &origin),
                     SPACE_FOUND);
    assert_int_equal(origin.host, LINE_C);
    line_close(&line);
}

/* However little more it would take. */
static void over_the_budget_it_is_open(void **state)
{
    (void)state;
    struct line line;
    struct path_origin origin;
    line_make(&line);
    for (int i = 0; i < 20; i++) { /* of many masks: more than look-ups by hash answer */
        char text[96];
        snprintf(text, sizeof text, "priority=%d,ip,nw_src=10.0.0.0/%d,actions=drop", 20 + i,
                 8 + i);
        line_flow(&line, 0, text);
    }
    line_flow(&line, 0, "priority=1,udp,actions=mod_vlan_vid:7,output:3");
    line_flow(&line, 1, "in_port=1,ip,nw_src=10.0.0.1,nw_proto=17,dl_vlan=7,actions=output:2");
    line_flow(&line, 1, "priority=1,in_port=1,actions=output:2");
    line_open(&line);
    size_t budget = PLENTY;
    assert_int_equal(ask(&line, &budget, &origin), SPACE_EMPTY); /* 10.0.0.1 is dropped */
    assert_false(origin.is_hidden || origin.loops || origin.competes);
    assert_true(origin.hidden_by == ENTRY_NONE);
    size_t spent = PLENTY - budget;
    assert_true(spent > 20);
    for (size_t less = 0; less < spent; less++) {
        budget = less;
        assert_int_equal(ask(&line, &budget, &origin), SPACE_OPEN);
    }
    line_close(&line);
}

static void what_hides_it_is_named(void **state)
{
    (void)state;
    struct line line;
    struct path_origin origin;
    size_t budget = PLENTY;
    line_make(&line);
    line_flow(&line, 0, "actions=output:3");
    line_flow(&line, 1, "priority=1,tcp,tp_dst=80,actions=output:2");
    line_flow(&line, 1, "priority=2,tcp,nw_src=10.0.0.0/8,actions=output:2");
    line_flow(&line, 1, "priority=2,ip,actions=output:2");
    line_open(&line);
    assert_int_equal(ask(&line, &budget, &origin), SPACE_EMPTY);
    assert_true(origin.is_hidden);
    assert_int_equal(origin.hidden_by, 2);
    line_close(&line);
}

/* It takes some of them, and which is not known. */
static void behind_an_entry_that_may_take_it_is_open(void **state)
{
    (void)state;
    struct line line;
    line_make(&line);
    line_flow(&line, 0, "actions=output:3");
    line_flow(&line, 1, "priority=1,tcp,tp_dst=80,actions=output:2");
    line_flow(&line, 1, "priority=2,tcp,nw_ttl=5,actions=drop");
    assert_comes(&line, "may take", SPACE_OPEN);
    line_close(&line);
}

/* Round the ring endlessly, and no host sends into it: the search ends. */
static void a_ring_without_a_sender_ends(void **state)
{
    (void)state;
    static const char *const flows[] = {"in_port=4,actions=output:3",
                                        "in_port=4,actions=mod_tp_dst:80,output:3",
                                        "in_port=4,actions=mod_nw_tos:32,output:3,output:1"};
    for (size_t i = 0; i < 3; i++) {
        struct ring ring;
        struct path_origin origin = {0};
        size_t budget = PLENTY;
        ring_make(&ring);
        for (size_t sw = 0; sw < SWITCHES; sw++) {
            ring_flow(&ring, sw, flows[i]);
        }
        assert_int_equal(
            path_network_open_dumps(&ring.network, &ring.topology, ring.by_switch, NULL), 0);
        enum space_answer answer =
            path_origin_of_entry(&ring.network, NULL, 0, 0, &budget, &origin);
        assert_int_equal(answer, SPACE_EMPTY);
        path_network_close(&ring.network);
        ring_flow(&ring, 1, "in_port=1,udp,actions=output:3"); /* now there is one: it loops */
        assert_int_equal(
            path_network_open_dumps(&ring.network, &ring.topology, ring.by_switch, NULL), 0);
        answer = path_origin_of_entry(&ring.network, NULL, 0, 0, &budget, &origin);
        assert_int_equal(answer, SPACE_EMPTY);
        assert_true(origin.loops);
        path_network_close(&ring.network);
        ring_free(&ring);
    }
}

/* From the host of the first switch of so many in a line to the entry of the last. */
static enum space_answer come_along(size_t n)
{
    static struct port ports[] = {{.number = 1}, {.number = 2}};
    static struct topology_switch switches[PATH_DEPTH + 2];
    static struct topology_link links[PATH_DEPTH + 1];
    static struct switch_state states[PATH_DEPTH + 2];
    static const struct switch_state *by_switch[PATH_DEPTH + 2];
    struct topology_host host = {.name = "a", .port = {0, 1}};
    struct topology topology = {.switches = switches,
                                .n_switches = n,
                                .hosts = &host,
                                .n_hosts = 1,
                                .links = links,
                                .n_links = n - 1};
    struct path_network network;
    struct path_origin origin;
    size_t budget = PLENTY;
    for (size_t i = 0; i < n; i++) {
        states[i] = (struct switch_state){.ports = ports, .n_ports = 2};
        assert_int_equal(
            ofctl_parse_flow("in_port=1,actions=output:2", &states[i].flows, NULL, NULL, NULL), 0);
        by_switch[i] = &states[i];
        if (i > 0) {
            links[i - 1] = (struct topology_link){.a = {i - 1, 2}, .b = {i, 1}};
        }
    }
    assert_int_equal(path_network_open_dumps(&network, &topology, by_switch, NULL), 0);
    enum space_answer answer = path_origin_of_entry(&network, NULL, n - 1, 0, &budget, &origin);
    path_network_close(&network);
    for (size_t i = 0; i < n; i++) {
        flow_table_free(&states[i].flows);
    }
    return answer;
}

static void a_way_that_is_too_long_is_open(void **state)
{
    (void)state;
    assert_int_equal(come_along(2), SPACE_FOUND);
    assert_int_equal(come_along(PATH_DEPTH), SPACE_FOUND);
    assert_int_equal(come_along(PATH_DEPTH + 2), SPACE_OPEN);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_comes_by_whatever_sends_there),
    cmocka_unit_test(nothing_comes_through_what_is_closed),
    cmocka_unit_test(behind_a_switch_that_is_not_known_it_is_open),
    cmocka_unit_test(over_the_budget_it_is_open),
    cmocka_unit_test(what_hides_it_is_named),
    cmocka_unit_test(behind_an_entry_that_may_take_it_is_open),
    cmocka_unit_test(a_ring_without_a_sender_ends),
    cmocka_unit_test(a_way_that_is_too_long_is_open),
};
TEST_MAIN(tests)
