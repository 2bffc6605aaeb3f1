/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may see a packet, by every way that it may take? */
#include "base/none.h"
#include "path/follow.h"
#include "testing/cmocka.h"
#include "testing/line.h"

#include <string.h>

/* What a sends, and how surely it comes to b (port 2 of s1) and to c (behind s2). */
struct expected {
    const char *s1, *s2;
    int at_b, at_c; /* enum path_doubt; -1: it does not come */
    struct path_touch touch;
};

enum { NOT = -1 };

static int doubt_at(const struct path_walk *walk, size_t host)
{
    int doubt = NOT;
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        if (walk->arrivals[i].host == host) {
            assert_int_equal(doubt, NOT); /* once */
            doubt = (int)walk->arrivals[i].doubt;
        }
    }
    return doubt;
}

static void follow(struct line *line, const struct expected *expected, size_t place,
                   const struct header *header, struct path_touch *touch)
{
    static struct path_walk walk;
    line_flow(line, 0, expected->s1);
    line_flow(line, 1, expected->s2);
    line_open(line);
    struct path_place at;
    struct path_places places = path_place_of(&line->topology, place, header, &at);
    path_follow_touch(&line->network, line->hosts[LINE_A].port, header, &places, touch, &walk);
    if (doubt_at(&walk, LINE_B) != expected->at_b || doubt_at(&walk, LINE_C) != expected->at_c ||
        doubt_at(&walk, LINE_A) != NOT) {
        fail_msg("%s / %s: a %d, b %d, c %d", expected->s1, expected->s2, doubt_at(&walk, LINE_A),
                 doubt_at(&walk, LINE_B), doubt_at(&walk, LINE_C));
    }
}

static const struct header from_a = {
    .in_port = 1, .dl_type = DL_TYPE_IP, .nw_proto = NW_PROTO_TCP, .dl_dst = {2, 0, 0, 0, 0, 3}};

static void all_that_may_see_it_are_named(void **state)
{
    (void)state;
    static const struct expected cases[] = {
        {"actions=output:2", "actions=drop", PATH_SURE, NOT, {0}},
        {"actions=output:3", "actions=output:2", NOT, PATH_SURE, {0}},
        {"actions=output:3,output:2", "actions=output:2", PATH_SURE, PATH_SURE, {0}},
        {"actions=output:3", "udp,actions=output:2", NOT, NOT, {.missed = true}},
        {"actions=controller:9,output:3", "actions=output:2", NOT, PATH_SURE, {.controller = true}},
        {"actions=normal",
         "actions=output:2",
         PATH_NORMAL,
         PATH_NORMAL,
         {.normal = true, .floods = true}},
        {"actions=output:3", "actions=normal", NOT, PATH_NORMAL, {.normal = true, .floods = true}},
        {"actions=normal,output:4",
         "actions=drop",
         PATH_NORMAL,
         NOT,
         {.normal = true, .floods = true}},
        {"actions=normal",
         "actions=normal",
         PATH_NORMAL,
         PATH_NORMAL,
         {.normal = true, .floods = true}},
        {"actions=normal",
         "tcp,nw_ttl=5,actions=output:2",
         PATH_NORMAL,
         PATH_NORMAL, /* the first doubt stays */
         {.normal = true, .floods = true, .open = ""}},
        {"tcp,nw_ttl=5,actions=output:2",
         "actions=normal",
         PATH_OPEN,
         PATH_OPEN,
         {.normal = true, .floods = true, .open = ""}},
        {"actions=mod_nw_tos:32,normal",
         "actions=output:2",
         PATH_NORMAL_REWRITTEN,
         PATH_NORMAL_REWRITTEN,
         {.normal = true, .floods = true, .open = ""}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct line line;
        struct path_touch touch;
        const struct path_touch *wanted = &cases[i].touch;
        line_make(&line);
        follow(&line, &cases[i], HOST_NONE, &from_a, &touch);
        if (touch.normal != wanted->normal || touch.floods != wanted->floods ||
            touch.controller != wanted->controller || touch.missed != wanted->missed ||
            !touch.open != !wanted->open) {
            fail_msg("%s / %s: normal %d, floods %d, controller %d, missed %d, open %s",
                     cases[i].s1, cases[i].s2, touch.normal, touch.floods, touch.controller,
                     touch.missed, touch.open ? touch.open : "-");
        }
        line_close(&line);
    }
}

/* NORMAL sends what is for a host, whose place is known, there alone; elsewhere it floods. */
static void it_knows_one_place(void **state)
{
    (void)state;
    static const struct expected
        to_b = {"actions=normal", "actions=output:2", PATH_NORMAL, NOT, {0}},
        flooded = {"actions=normal", "actions=output:2", PATH_NORMAL, PATH_NORMAL, {0}};
    static const uint8_t mac_of_b[6] = {2, 0, 0, 0, 0, 0xb};
    struct header for_b = from_a;
    memcpy(for_b.dl_dst, mac_of_b, sizeof mac_of_b);
    for (int i = 0; i < 3; i++) {
        struct line line;
        struct path_touch touch;
        line_make(&line);
        memcpy(line.hosts[LINE_B].mac, mac_of_b, sizeof mac_of_b);
        follow(&line, i == 0 ? &to_b : &flooded, i == 2 ? HOST_NONE : LINE_B,
               i == 1 ? &from_a : &for_b, &touch);
        assert_true(touch.normal);
        assert_int_equal(touch.floods, i > 0);
        line_close(&line);
    }
}

/* Where tables are composed, too: what none of merged entries takes goes on to none. */
static void it_misses_composed_tables(void **state)
{
    (void)state;
    static struct path_walk walk;
    for (int i = 0; i < 2; i++) {
        struct line line;
        struct path_touch touch;
        struct header header = from_a;
        line_make(&line);
        line_flow(&line, 0, "dl_dst=02:00:00:00:00:01 actions=goto_table:1");
        line_flow(&line, 0, "dl_dst=02:00:00:00:00:02 actions=goto_table:1");
        line_flow(&line, 0, "table=1,priority=1,tcp actions=output:2");
        line_flow(&line, 0, "table=1,priority=0 actions=drop");
        line_open(&line);
        memcpy(header.dl_dst, (uint8_t[]){2, 0, 0, 0, 0, i == 0 ? 1 : 9}, 6);
        path_follow_touch(&line.network, line.hosts[LINE_A].port, &header, NULL, &touch, &walk);
        assert_int_equal(touch.missed, i == 1);
        assert_int_equal(path_is_miss(&line.network, 0, walk.hops[0].entry), i == 1);
        assert_int_equal(path_n_rows(&line.network, 0, walk.hops[0].entry), i == 0 ? 2 : 0);
        assert_int_equal(walk.n_arrivals, i == 0);
        line_close(&line);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_misses_composed_tables),
    cmocka_unit_test(all_that_may_see_it_are_named),
    cmocka_unit_test(it_knows_one_place),
};
TEST_MAIN(tests)
