/* SPDX-License-Identifier: Apache-2.0
 *
 * One packet, hop by hop. */
#include "path/follow.h"

#include "testing/line.h"

static const struct header frame = {.dl_type = 0x88b5, .dl_src = {2, 0, 0, 0, 0, 10}};

static void follow(struct line *line, const struct path_watch *watch, struct path_walk *walk)
{
    line_open(line);
    path_follow(&line->network, (struct port_ref){0, 1}, &frame, watch, walk);
    path_network_close(&line->network);
}

static void follows_copies_to_hosts(void **state)
{
    (void)state;
    static struct path_walk walk;
    struct line line;
    line_make(&line);
    line_flow(&line, 0, "in_port=1 actions=output:2,mod_vlan_vid:7,output:3");
    line_flow(&line, 1, "in_port=1,dl_vlan=7 actions=output:2,output:2");
    line_open(&line);
    path_follow_from(&line.network, LINE_A, &frame, &walk);
    assert_true(walk.known && walk.ends && !walk.loops);
    assert_null(walk.reason);
    assert_int_equal(walk.n_hops, 2);
    assert_int_equal(walk.hops[0].previous, HOP_NONE);
    assert_int_equal(walk.hops[0].header.in_port, 1);
    assert_int_equal(walk.hops[1].previous, 0);
    assert_int_equal(walk.hops[1].in.sw, 1);
    assert_int_equal(walk.hops[1].header.vlan_tci, VLAN_TAGGED | 7);
    assert_int_equal(walk.hops[1].out, 3);
    assert_int_equal(walk.hops[1].nth, 1);
    assert_int_equal(walk.hops[1].depth, 1);
    assert_true(walk.hops[0].is_taken && walk.hops[1].is_taken);
    assert_int_equal(walk.n_arrivals, 3);
    assert_int_equal(walk.arrivals[0].host, LINE_B);
    assert_int_equal(walk.arrivals[0].header.vlan_tci, 0);
    assert_int_equal(walk.arrivals[0].header.in_port, 2);
    assert_int_equal(walk.arrivals[0].hop, 0);
    assert_int_equal(walk.arrivals[2].host, LINE_C);
    assert_int_equal(walk.arrivals[2].hop, 1);
    assert_int_equal(path_walk_copies(&walk, LINE_A), 0);
    assert_int_equal(path_walk_copies(&walk, LINE_C), 2);
    assert_int_equal(path_walk_load(&walk), 2);
    assert_true(path_walk_exercises(&walk, 1, 0, NULL));
    assert_false(path_walk_exercises(&walk, 1, 1, NULL));
    assert_false(path_walk_exercises(&walk, 0, 1, NULL));
    static struct path_walk chosen; /* the same: there is nothing to choose */
    struct space_choices choices = {.n_met = 1};
    path_follow_chosen(&line.network, (struct port_ref){0, 1}, &frame, NULL, &choices, &chosen);
    assert_int_equal(choices.n_met, 0);
    assert_true(chosen.known && chosen.ends && !chosen.loops);
    assert_int_equal(chosen.n_hops, walk.n_hops);
    assert_int_equal(chosen.n_arrivals, walk.n_arrivals);
    for (size_t i = 0; i < walk.n_arrivals; i++) {
        assert_int_equal(chosen.arrivals[i].host, walk.arrivals[i].host);
        assert_int_equal(chosen.arrivals[i].hop, walk.arrivals[i].hop);
    }
    line_close(&line);
}

/* On the way to the host, at the first of the switches that have one. */
static void meters_on_the_way_are_told(void **state)
{
    (void)state;
    static struct path_walk walk;
    static const struct {
        const char *flows[2];
        size_t host, nth, hop;
        uint32_t meter;
    } cases[] = {
        {{"in_port=1 actions=output:3", "in_port=1 actions=output:2"}, LINE_C, 0, HOP_NONE, 0},
        {{"in_port=1 actions=output:3", "in_port=1 actions=meter:7,output:2"}, LINE_C, 0, 1, 7},
        {{"in_port=1 actions=meter:6,output:3", "in_port=1 actions=meter:7,output:2"},
         LINE_C,
         0,
         0,
         6},
        {{"in_port=1 actions=meter:6,output:3", "in_port=1 actions=meter:7,output:2"},
         LINE_C,
         1,
         1,
         7},
        {{"in_port=1 actions=meter:6,output:3", "in_port=1 actions=meter:7,output:2"},
         LINE_C,
         2,
         HOP_NONE,
         0},
        {{"in_port=1 actions=output:2,output:3", "in_port=1 actions=meter:7,output:2"},
         LINE_B,
         0,
         HOP_NONE,
         0},
        {{"in_port=1 actions=meter:6,output:2", "in_port=1 actions=output:2"},
         LINE_C,
         0,
         HOP_NONE,
         0},
        {{"in_port=1 actions=meter:6,output:3", "in_port=1 actions=NORMAL"}, LINE_C, 0, 0, 6},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct line line;
        uint32_t meter = 0;
        line_make(&line);
        for (size_t sw = 0; sw < 2; sw++) {
            line.states[sw].version = 4;
            line_flow(&line, sw, cases[i].flows[sw]);
        }
        line_open(&line);
        path_follow_from(&line.network, LINE_A, &frame, &walk);
        assert_true(path_walk_metered(&line.network, &walk, cases[i].host, cases[i].nth, &meter) ==
                    cases[i].hop);
        assert_int_equal(meter, cases[i].meter);
        line_close(&line);
    }
}

static void tells_how_each_hop_ends(void **state)
{
    (void)state;
    static struct path_walk walk;
    struct line line;
    line_make(&line);
    line_flow(&line, 0, "actions=output:2,output:3");
    line_flow(&line, 1, "in_port=2 actions=output:1");
    follow(&line, NULL, &walk);
    assert_true(walk.known);
    assert_int_equal(walk.n_hops, 2);
    assert_int_equal(walk.hops[1].entry, ENTRY_NONE);
    assert_false(walk.hops[1].is_taken);
    assert_null(walk.hops[1].refused);
    line_port(&line, 1, 1)->config = PORT_CONFIG_NO_RECV;
    follow(&line, NULL, &walk);
    assert_true(walk.known);
    assert_string_equal(walk.hops[1].refused, "does not receive");
    line_port(&line, 1, 1)->config = 0;
    line_flow(&line, 1, "table=2,actions=output:2");
    follow(&line, NULL, &walk);
    assert_false(walk.known);
    assert_string_equal(walk.reason, "another table than 0 decides");
    assert_int_equal(walk.unknown_at.sw, 1);
    assert_int_equal(walk.unknown_at.port, 1);
    assert_string_equal(walk.hops[1].open, walk.reason);
    assert_false(walk.hops[1].is_taken);
    assert_false(path_walk_exercises(&walk, 1, 1, NULL));
    assert_true(walk.ends);
    assert_int_equal(walk.n_arrivals, 1);
    line_flow(&line, 1, "actions=output:2,normal");
    follow(&line, NULL, &walk);
    assert_string_equal(walk.hops[1].open, "NORMAL");
    assert_true(path_walk_exercises(&walk, 1, 2, NULL)); /* it is known who takes it */
    line_close(&line);
}

static void the_first_reason_counts(void **state)
{
    (void)state;
    static struct path_walk walk;
    struct line line;
    line_make(&line);
    line_flow(&line, 0, "in_port=1 actions=output:3,output:3");
    line.by_switch[1] = NULL;
    follow(&line, NULL, &walk);
    assert_string_equal(walk.reason, "the switch was not read");
    assert_int_equal(walk.n_hops, 3);
    assert_int_equal(path_walk_load(&walk), 2);
    line_close(&line);
}

static void loads_are_counted_by_port(void **state)
{
    (void)state;
    static struct path_walk walk;
    struct line line;
    line_make(&line);
    line_flow(&line, 0, "in_port=2 actions=output:3,output:3,output:1");
    line_open(&line);
    path_follow_from(&line.network, LINE_B, &frame, &walk);
    assert_int_equal(walk.n_hops, 3);
    assert_int_equal(path_walk_load(&walk), 2);
    line_close(&line);
    line_make(&line);
    line_open(&line);
    path_follow_from(&line.network, LINE_B, &frame, &walk);
    assert_int_equal(path_walk_load(&walk), 1);
    line_close(&line);
}

/* Of the two ways of this packet only one loops. */
static void what_comes_back_unchanged_loops(void **state)
{
    (void)state;
    static struct path_walk walk;
    struct line line;
    const struct path_watch until_loop = {.stops = true};
    line_make(&line);
    line_flow(&line, 0, "in_port=1 actions=output:2,output:3,output:3");
    line_flow(&line, 0, "in_port=3 actions=in_port,output:2");
    line_flow(&line, 1, "in_port=1 actions=in_port");
    follow(&line, NULL, &walk);
    assert_true(walk.loops);
    assert_false(walk.known || walk.ends);
    assert_string_equal(walk.reason, "it comes back unchanged: a loop");
    assert_int_equal(walk.hops[walk.loop_first].in.sw, 1);
    assert_int_equal(walk.hops[walk.loop_first].in.port, 1);
    assert_int_equal(walk.hops[walk.loop_last].in.sw, 0);
    assert_int_equal(walk.hops[walk.loop_last].in.port, 3);
    assert_int_equal(walk.hops[walk.loop_last].previous, walk.loop_first);
    assert_int_equal(walk.again.in.sw, 1);
    assert_int_equal(walk.again.previous, walk.loop_last);
    assert_memory_equal(&walk.again.header, &walk.hops[walk.loop_first].header,
                        sizeof walk.again.header);
    assert_int_equal(walk.n_hops, 5);
    assert_int_equal(walk.n_arrivals, 3);
    follow(&line, &until_loop, &walk);
    assert_true(walk.loops);
    assert_int_equal(walk.n_hops, 4);
    line_close(&line);
}

/* A tag tells on which round it is: it does not come back unchanged. */
static void make_rounds(struct line *line, int n_rounds)
{
    line_make(line);
    line_flow(line, 0, "in_port=1 actions=mod_vlan_vid:0,output:3");
    line_flow(line, 1, "in_port=1 actions=in_port");
    for (int i = 0; i < n_rounds; i++) {
        struct base_buffer text = {0};
        base_put_format(&text, "in_port=3,dl_vlan=%d actions=mod_vlan_vid:%d,in_port", i, i + 1);
        line_flow(line, 0, base_buffer_text(&text));
        base_buffer_free(&text);
    }
}

static void is_followed_for_256_hops(void **state)
{
    (void)state;
    static struct path_walk walk;
    struct line line;
    /* s1:1, then s2:1 and s1:3 on each round, and at last both once more. */
    make_rounds(&line, 126);
    follow(&line, NULL, &walk);
    assert_true(walk.known && walk.ends);
    assert_int_equal(walk.n_hops, 255);
    line_close(&line);
    make_rounds(&line, 127);
    line_flow(&line, 0, "in_port=3,dl_vlan=127 actions=output:2");
    follow(&line, NULL, &walk);
    assert_false(walk.known || walk.ends || walk.loops); /* it ends after the next round */
    assert_string_equal(walk.reason, PATH_TOO_DEEP);
    assert_string_equal(walk.cut, PATH_TOO_DEEP);
    assert_int_equal(walk.n_hops, PATH_DEPTH);
    line_close(&line);
}

/* Each round doubles it. */
static void too_many_copies_are_not_followed(void **state)
{
    (void)state;
    static struct path_walk walk;
    struct line line;
    line_make(&line);
    line_flow(&line, 0, "in_port=1 actions=mod_vlan_vid:0,output:3");
    line_flow(&line, 1, "in_port=1 actions=in_port,in_port");
    for (int i = 0; i < 12; i++) {
        struct base_buffer text = {0};
        base_put_format(&text, "in_port=3,dl_vlan=%d actions=mod_vlan_vid:%d,in_port", i, i + 1);
        line_flow(&line, 0, base_buffer_text(&text));
        base_buffer_free(&text);
    }
    follow(&line, NULL, &walk);
    assert_false(walk.known || walk.ends || walk.loops);
    assert_string_equal(
        walk.reason, "more than 1024 copies of it are under way: they were not followed further");
    assert_int_equal(walk.n_hops, PATH_HOPS);
    line_close(&line);
}

static void too_many_arrivals_are_not_known(void **state)
{
    (void)state;
    static struct path_walk walk;
    struct line line;
    struct base_buffer text = {0};
    line_make(&line);
    base_put_text(&text, "in_port=1 actions=output:3");
    for (int i = 1; i < 1000; i++) {
        base_put_text(&text, ",output:2");
    }
    line_flow(&line, 0, base_buffer_text(&text));
    line_flow(&line, 1,
              "in_port=1 actions=output:2,output:2,output:2,output:2,output:2,output:2,"
              "output:2,output:2,output:2,output:2,output:2,output:2,output:2,output:2,"
              "output:2,output:2,output:2,output:2,output:2,output:2,output:2,output:2,"
              "output:2,output:2,output:2,output:2");
    base_buffer_free(&text);
    follow(&line, NULL, &walk);
    assert_int_equal(walk.n_arrivals, PATH_ARRIVALS);
    assert_string_equal(walk.reason,
                        "more than 1024 copies of it arrive: they were not followed further");
    assert_false(walk.ends);
    line_close(&line);
}

/* Tags what crosses the cable. */
static void tag(void *aux, const struct path_walk *walk, struct path_hop *hop)
{
    size_t *n = aux;
    assert_true(hop->previous == HOP_NONE || hop->previous < walk->n_hops);
    if (hop->previous != HOP_NONE) {
        hop->header.vlan_tci = VLAN_TAGGED | 9;
    }
    ++*n;
}

static void a_watch_may_change_headers(void **state)
{
    (void)state;
    static struct path_walk walk;
    struct line line;
    size_t n = 0;
    const struct path_watch watch = {.enters = tag, .aux = &n};
    line_make(&line);
    line_flow(&line, 0, "actions=output:3");
    line_flow(&line, 1, "dl_vlan=9 actions=output:2");
    follow(&line, &watch, &walk);
    assert_int_equal(n, 2);
    assert_int_equal(walk.n_arrivals, 1);
    assert_int_equal(walk.arrivals[0].header.vlan_tci, VLAN_TAGGED | 9);
    line_close(&line);
}

/* What a frame from a may touch; `place`: whose port NORMAL knows. */
static void touch(struct line *line, const struct header *header, size_t place,
                  struct path_touch *touched, struct path_walk *walk)
{
    line_open(line);
    struct path_place at;
    struct path_places places = path_place_of(&line->topology, place, header, &at);
    path_follow_touch(&line->network, (struct port_ref){0, 1}, header, &places, touched, walk);
    path_network_close(&line->network);
}

static void normal_may_send_by_every_port(void **state)
{
    (void)state;
    static struct path_walk walk;
    struct path_touch touched;
    struct line line;
    line_make(&line);
    line_flow(&line, 0, "in_port=1 actions=NORMAL,output:4");
    line_flow(&line, 1, "in_port=1 actions=output:2");
    touch(&line, &frame, HOST_NONE, &touched, &walk);
    assert_true(touched.normal && touched.floods);
    assert_true(!touched.controller && !touched.missed && !touched.open);
    assert_true(walk.ends && !walk.known);
    assert_ptr_equal(walk.reason, path_normal);
    assert_int_equal(path_walk_copies(&walk, LINE_A), 0);
    assert_int_equal(path_walk_copies(&walk, LINE_B), 1);
    assert_int_equal(path_walk_copies(&walk, LINE_C), 1);
    line_port(&line, 0, 2)->config = PORT_CONFIG_NO_FWD;
    touch(&line, &frame, HOST_NONE, &touched, &walk);
    assert_int_equal(path_walk_copies(&walk, LINE_B), 0);
    line_close(&line);
}

static void what_stands_beside_normal_is_followed_if_asked_for(void **state)
{
    (void)state;
    static struct path_walk walk;
    struct line line;
    line_make(&line);
    line_flow(&line, 0, "in_port=1 actions=output:3,NORMAL");
    line_flow(&line, 1, "in_port=1 actions=output:2");
    line_open(&line);
    path_follow_sure(&line.network, LINE_A, &frame, &walk);
    assert_false(walk.known);
    assert_ptr_equal(walk.reason, path_normal);
    assert_int_equal(walk.n_hops, 2);
    assert_int_equal(walk.n_arrivals, 1);
    assert_int_equal(walk.arrivals[0].host, LINE_C);
    path_follow_from(&line.network, LINE_A, &frame, &walk);
    assert_int_equal(walk.n_hops, 1);
    assert_int_equal(walk.n_arrivals, 0);
    line_close(&line);
}

static void normal_sends_to_a_place_that_it_knows(void **state)
{
    (void)state;
    static struct path_walk walk;
    struct path_touch touched;
    struct line line;
    struct header header = {.dl_type = 0x88b5, .dl_dst = {2, 0, 0, 0, 0, 11}};
    line_make(&line);
    line_flow(&line, 0, "in_port=1 actions=NORMAL,output:3");
    line_flow(&line, 1, "actions=output:2");
    memcpy(line.hosts[LINE_B].mac, header.dl_dst, 6);
    memcpy(line.hosts[LINE_A].mac, header.dl_dst, 5);
    touch(&line, &header, LINE_B, &touched, &walk);
    assert_true(touched.normal && !touched.floods);
    assert_int_equal(path_walk_copies(&walk, LINE_B), 1);
    assert_int_equal(path_walk_copies(&walk, LINE_C), 1); /* by the entry itself */
    touch(&line, &header, LINE_C, &touched, &walk);       /* of another switch: not known here */
    assert_true(touched.floods);
    header.dl_dst[5] = 12;
    touch(&line, &header, LINE_B, &touched, &walk); /* not for its address */
    assert_true(touched.floods);
    line_close(&line);
}

/* Frames for 02:…:0c (c's) by NORMAL of both switches: how many come to b and c. */
static void expect_placed(struct line *line, const struct path_places *places, uint16_t tci,
                          unsigned at_b, unsigned at_c, bool floods)
{
    static struct path_walk walk;
    struct path_touch touched;
    struct header header = {
        .dl_src = {2, 0, 0, 0, 0, 10}, .dl_dst = {2, 0, 0, 0, 0, 12}, .vlan_tci = tci};
    path_follow_touch(&line->network, (struct port_ref){0, 1}, &header, places, &touched, &walk);
    assert_int_equal(path_walk_copies(&walk, LINE_B), at_b);
    assert_int_equal(path_walk_copies(&walk, LINE_C), at_c);
    assert_int_equal(touched.floods, floods);
}

static void each_switch_knows_places_of_its_own(void **state)
{
    (void)state;
    struct line line;
    struct path_place at[] = {
        {.port = {0, 3}, .vid = 7, .mac = {2, 0, 0, 0, 0, 12}},
        {.port = {1, 2}, .vid = 7, .mac = {2, 0, 0, 0, 0, 12}},
        {.port = {1, 1}, .vid = 8, .mac = {2, 0, 0, 0, 0, 12}},
        {.port = {0, 3}, .vid = 8, .mac = {2, 0, 0, 0, 0, 12}},
        {.port = {0, 2}, .vid = 9, .mac = {2, 0, 0, 0, 0, 13}},
        {.port = {0, 3}, .vid = 0, .mac = {2, 0, 0, 0, 0, 12}},
    };
    struct path_places places = {.at = at, .n = 6};
    line_make(&line);
    line_flow(&line, 0, "actions=NORMAL");
    line_flow(&line, 1, "actions=NORMAL");
    line_open(&line);
    expect_placed(&line, &places, VLAN_TAGGED | 7, 0, 1, false);
    expect_placed(&line, &places, VLAN_TAGGED | 8, 0, 0, false);      /* there it came from */
    expect_placed(&line, &places, VLAN_TAGGED | 9, 1, 1, true);       /* of another address */
    expect_placed(&line, &places, 0, 0, 1, true);                     /* only the first one knows */
    expect_placed(&line, &places, VLAN_TAGGED | 5 << 13, 0, 1, true); /* no VLAN, a priority */
    expect_placed(&line, NULL, 0, 1, 1, true);
    path_network_close(&line.network);
    line_close(&line);
}

/* What is flooded leaves by ports where nobody is known, too, unless nothing leaves by them. */
static void a_flood_may_leak(void **state)
{
    (void)state;
    static struct path_walk walk;
    struct path_touch touched;
    struct line line;
    struct header header = frame;
    line_make(&line);
    line_flow(&line, 0, "actions=NORMAL");
    touch(&line, &frame, HOST_NONE, &touched, &walk);
    assert_true(touched.floods && touched.leaks); /* port 4 */
    line_port(&line, 0, 4)->config = PORT_CONFIG_NO_FWD;
    touch(&line, &frame, HOST_NONE, &touched, &walk);
    assert_true(touched.floods && !touched.leaks);
    line_port(&line, 0, 4)->config = 0;
    memcpy(header.dl_dst, header.dl_src, sizeof header.dl_dst); /* to itself */
    touch(&line, &header, HOST_NONE, &touched, &walk);
    assert_true(touched.normal && !touched.floods && !touched.leaks);
    assert_int_equal(walk.n_arrivals, 0);
    assert_int_equal(walk.n_hops, 1);
    line_port(&line, 0, 4)->number = PORT_LOCAL;
    touch(&line, &frame, HOST_NONE, &touched, &walk);
    assert_true(touched.floods && !touched.leaks);
    line_close(&line);
}

static void controllers_and_what_is_open_are_touched(void **state)
{
    (void)state;
    static struct path_walk walk;
    struct path_touch touched;
    struct line line;
    line_make(&line);
    line_flow(&line, 0, "in_port=1 actions=output:3,CONTROLLER:65535");
    touch(&line, &frame, HOST_NONE, &touched, &walk);
    assert_true(touched.controller && touched.missed && !touched.normal && !touched.open);
    line_flow(&line, 1, "actions=mod_vlan_vid:3,NORMAL");
    touch(&line, &frame, HOST_NONE, &touched, &walk);
    assert_true(touched.controller && !touched.missed && touched.normal && touched.floods);
    assert_string_equal(touched.open, SPACE_NORMAL_REWRITTEN);
    assert_int_equal(path_walk_copies(&walk, LINE_C), 1);
    line.by_switch[1] = NULL;
    touch(&line, &frame, HOST_NONE, &touched, &walk);
    assert_true(touched.controller && !touched.normal && !touched.floods);
    assert_string_equal(touched.open, "the switch was not read");
    assert_int_equal(path_walk_copies(&walk, LINE_C), 1);
    line_port(&line, 0, 1)->config = PORT_CONFIG_NO_RECV;
    touch(&line, &frame, HOST_NONE, &touched, &walk);
    assert_true(!touched.controller && !touched.missed && !touched.open);
    line_close(&line);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(follows_copies_to_hosts),
    cmocka_unit_test(meters_on_the_way_are_told),
    cmocka_unit_test(tells_how_each_hop_ends),
    cmocka_unit_test(the_first_reason_counts),
    cmocka_unit_test(loads_are_counted_by_port),
    cmocka_unit_test(what_comes_back_unchanged_loops),
    cmocka_unit_test(is_followed_for_256_hops),
    cmocka_unit_test(too_many_copies_are_not_followed),
    cmocka_unit_test(too_many_arrivals_are_not_known),
    cmocka_unit_test(a_watch_may_change_headers),
    cmocka_unit_test(normal_may_send_by_every_port),
    cmocka_unit_test(what_stands_beside_normal_is_followed_if_asked_for),
    cmocka_unit_test(normal_sends_to_a_place_that_it_knows),
    cmocka_unit_test(each_switch_knows_places_of_its_own),
    cmocka_unit_test(a_flood_may_leak),
    cmocka_unit_test(controllers_and_what_is_open_are_touched),
};

TEST_MAIN(tests)
