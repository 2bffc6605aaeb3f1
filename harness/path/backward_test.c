/* SPDX-License-Identifier: Apache-2.0
 *
 * From where, and past what, can a frame come to an entry? */
#include "path/backward.h"

#include "base/none.h"
#include "path/follow.h"
#include "testing/chain.h"
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
    return path_origin_of_entry(&line->network, NULL,
                                &(struct path_target){.sw = 1, .entry = WANTED}, budget, origin);
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
        assert_true(path_walk_exercises(&walk, 1, WANTED, NULL));
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
    assert_int_equal(path_origin_of_entry(&line.network, NULL,
                                          &(struct path_target){.sw = 1, .entry = 1}, &budget,
                                          &origin),
                     SPACE_FOUND);
    assert_int_equal(origin.host, LINE_C);
    line_close(&line);
}

/* Whatever that switch may do. */
static void what_is_closed_is_so_before_a_switch_that_is_not_known(void **state)
{
    (void)state;
    struct line line;
    line_make(&line);
    line.by_switch[0] = NULL;
    line_port(&line, 1, 1)->config = PORT_CONFIG_NO_RECV;
    line_flow(&line, 1, "in_port=1,actions=output:2");
    assert_comes(&line, "closed", SPACE_EMPTY);
    line_close(&line);
}

/* What the switch does not know to do with packets of a host that sends none matters to nobody. */
static void hosts_that_do_not_send_leave_nothing_open(void **state)
{
    (void)state;
    struct line line;
    struct path_origin origin;
    bool sends[LINE_HOSTS] = {[LINE_A] = true};
    size_t budget = PLENTY;
    line_make(&line);
    line_flow(&line, 0, "in_port=1,actions=output:2");
    line_flow(&line, 0, "in_port=2,actions=normal");
    line_flow(&line, 1, "in_port=1,actions=output:2");
    line_open(&line);
    assert_int_equal(path_origin_of_entry(&line.network, sends,
                                          &(struct path_target){.sw = 1, .entry = 0}, &budget,
                                          &origin),
                     SPACE_EMPTY);
    sends[LINE_B] = true;
    assert_int_equal(path_origin_of_entry(&line.network, sends,
                                          &(struct path_target){.sw = 1, .entry = 0}, &budget,
                                          &origin),
                     SPACE_OPEN);
    line_close(&line);
}

/* Of an entry that takes nothing, whether the reason is another one. */
static void what_takes_nothing_is_hidden_or_not(void **state)
{
    (void)state;
    static const struct {
        const char *before, *flow;
        enum space_answer answer;
        bool is_hidden;
    } cases[] = {
        {"priority=40000,tcp,actions=drop", "tcp,tp_dst=80,actions=drop", SPACE_EMPTY, true},
        {"priority=40000,tcp,in_port=1,actions=drop", "tcp,actions=drop", SPACE_EMPTY, false},
        {"priority=40000,udp,actions=drop", "nw_ttl=1,tcp,actions=drop", SPACE_EMPTY, false},
        {"priority=40000,tcp,nw_ttl=1,actions=drop", "tcp,actions=drop", SPACE_OPEN, false},
        {"priority=40000,tcp,actions=drop", "table=1,tcp,actions=drop", SPACE_OPEN, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct line line;
        struct path_origin origin;
        size_t budget = PLENTY;
        line_make(&line);
        line_flow(&line, 0, cases[i].before);
        line_flow(&line, 0, cases[i].flow);
        line_open(&line);
        memset(&origin, 1, sizeof origin);
        assert_int_equal(path_origin_none(&line.network, &(struct path_target){.sw = 0, .entry = 1},
                                          &budget, &origin),
                         cases[i].answer);
        assert_false(origin.loops || origin.competes);
        assert_int_equal(origin.is_hidden, cases[i].is_hidden);
        assert_true(!origin.is_hidden || origin.hidden_by == 0);
        line_close(&line);
    }
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

/* Two entries hide it together; of one it may not be known what it takes. */
static void what_hides_it_together_is_open_if_one_is(void **state)
{
    (void)state;
    static const char *const halves[][2] = {
        {"priority=2,tcp,nw_src=0.0.0.0/1", "priority=2,tcp,nw_src=128.0.0.0/1"},
        {"priority=2,tcp,nw_src=0.0.0.0/1,nw_ttl=5", "priority=2,tcp,nw_src=128.0.0.0/1"},
        {"priority=2,tcp,nw_src=0.0.0.0/1", "priority=2,tcp,nw_src=128.0.0.0/1,nw_ttl=5"},
    };
    for (size_t i = 0; i < 3; i++) {
        struct line line;
        struct path_origin origin;
        size_t budget = PLENTY;
        char text[96];
        line_make(&line);
        line_flow(&line, 0, "actions=output:3");
        line_flow(&line, 1, "priority=1,tcp,tp_dst=80,actions=output:2");
        line_flow(&line, 1, "priority=3,tcp,tp_dst=22,actions=drop"); /* another's packets */
        line_flow(&line, 1, "priority=1,tcp,nw_dst=10.0.0.1,actions=output:2");
        for (size_t half = 0; half < 2; half++) {
            snprintf(text, sizeof text, "%s,actions=drop", halves[i][half]);
            line_flow(&line, 1, text);
        }
        line_open(&line);
        assert_int_equal(ask(&line, &budget, &origin), i == 0 ? SPACE_EMPTY : SPACE_OPEN);
        assert_int_equal(origin.is_hidden, i == 0);
        assert_true(origin.hidden_by == 3 || origin.hidden_by == 4);
        line_close(&line);
    }
}

/* One that the entry takes, where another goes before it for most. */
static void a_sample_is_one_that_it_takes(void **state)
{
    (void)state;
    struct line line;
    struct header header;
    size_t budget = PLENTY;
    line_make(&line);
    line_flow(&line, 1, "priority=1,in_port=2,tcp,actions=output:1");
    line_flow(&line, 1, "priority=2,tcp,tp_dst=0/0x8000,actions=drop");
    line_flow(&line, 1, "priority=1,udp,actions=output:1");
    line_flow(&line, 1, "priority=2,udp,tp_dst=53,actions=output:1");
    line_flow(&line, 1, "priority=0,udp,tp_src=7,actions=drop");
    line_open(&line);
    const struct flow_entry *flows = line.states[1].flows.entries;
    for (size_t entry = 0; entry < 4; entry++) {
        memset(&header, 0, sizeof header);
        assert_int_equal(path_origin_sample(&line.network,
                                            &(struct path_target){.sw = 1, .entry = entry}, 2,
                                            &budget, &header),
                         SPACE_FOUND);
        assert_true(match_takes(&flows[entry].match, &header));
        assert_int_equal(path_taker_of(&line.network, 1, &header).entry, entry);
        assert_int_equal(header.in_port, 2);
    }
    assert_int_equal(path_origin_sample(&line.network, &(struct path_target){.sw = 1, .entry = 0},
                                        1, &budget, &header),
                     SPACE_EMPTY);
    assert_int_equal(path_origin_sample(&line.network, &(struct path_target){.sw = 1, .entry = 4},
                                        1, &budget, &header),
                     SPACE_EMPTY);
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
        enum space_answer answer = path_origin_of_entry(
            &ring.network, NULL, &(struct path_target){.sw = 0, .entry = 0}, &budget, &origin);
        assert_int_equal(answer, SPACE_EMPTY);
        path_network_close(&ring.network);
        ring_flow(&ring, 1, "in_port=1,udp,actions=output:3"); /* now there is one: it loops */
        assert_int_equal(
            path_network_open_dumps(&ring.network, &ring.topology, ring.by_switch, NULL), 0);
        answer = path_origin_of_entry(&ring.network, NULL,
                                      &(struct path_target){.sw = 0, .entry = 0}, &budget, &origin);
        assert_int_equal(answer, SPACE_EMPTY);
        assert_true(origin.loops);
        path_network_close(&ring.network);
        ring_free(&ring);
    }
}

/* From the host before the first switch of so many in a line to the entry of the last. */
static enum space_answer come_along(size_t n)
{
    static struct chain chain;
    struct path_origin origin;
    size_t budget = PLENTY;
    chain_make(&chain, n);
    chain_open(&chain);
    enum space_answer answer = path_origin_of_entry(
        &chain.network, NULL, &(struct path_target){.sw = n - 1}, &budget, &origin);
    chain_close(&chain);
    return answer;
}

static void a_way_that_is_too_long_is_open(void **state)
{
    (void)state;
    assert_int_equal(come_along(2), SPACE_FOUND);
    assert_int_equal(come_along(PATH_DEPTH), SPACE_FOUND);
    assert_int_equal(come_along(PATH_DEPTH + 1), SPACE_OPEN);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_comes_by_whatever_sends_there),
    cmocka_unit_test(nothing_comes_through_what_is_closed),
    cmocka_unit_test(hosts_that_do_not_send_leave_nothing_open),
    cmocka_unit_test(what_takes_nothing_is_hidden_or_not),
    cmocka_unit_test(behind_a_switch_that_is_not_known_it_is_open),
    cmocka_unit_test(what_is_closed_is_so_before_a_switch_that_is_not_known),
    cmocka_unit_test(over_the_budget_it_is_open),
    cmocka_unit_test(what_hides_it_is_named),
    cmocka_unit_test(behind_an_entry_that_may_take_it_is_open),
    cmocka_unit_test(what_hides_it_together_is_open_if_one_is),
    cmocka_unit_test(a_sample_is_one_that_it_takes),
    cmocka_unit_test(a_ring_without_a_sender_ends),
    cmocka_unit_test(a_way_that_is_too_long_is_open),
};
TEST_MAIN(tests)
