/* SPDX-License-Identifier: Apache-2.0
 *
 * What do lists of actions do with headers, and where do two of them differ? Against
 * what Open vSwitch does, by example and at random. */
#include "space/behavior.h"

#include "ofctl/action.h"
#include "ofctl/match.h"
#include "space/rewrite.h"
#include "testing/cmocka.h"
#include "testing/naive.h"
#include "testing/random_space.h"

enum { PLENTY = 1000000, MANY = 8 };

static const struct port ports[] = {{.number = 1},
                                    {.number = 2},
                                    {.number = 3, .config = PORT_CONFIG_NO_FLOOD},
                                    {.number = PORT_LOCAL}};
enum { N_PORTS = sizeof ports / sizeof *ports };

static size_t parse_actions(const char *text, struct base_arena *arena,
                            const struct action **actions)
{
    size_t n;
    struct base_error error;
    if (ofctl_parse_actions(text, arena, actions, &n, NULL, &error) < 0) {
        fail_msg("%s: %s", text, error.text);
    }
    return n;
}

/* ------------------------------------------------------------------- apply */

/* What leaves, as "1(in_port=…) 2(…)", by the actions' text. */
static char *applied(const char *actions_text, const char *match_text)
{
    struct base_arena arena = {0};
    struct base_buffer text = {0};
    const struct action *actions;
    size_t n_actions = parse_actions(actions_text, &arena, &actions);
    struct match match;
    assert_int_equal(ofctl_parse_match(match_text, &match, NULL, NULL), 0);
    struct header header;
    assert_true(space_member(&match, &header));
    struct space_emission out[16];
    const char *reason = "";
    int n = naive_apply(actions, n_actions, ports, N_PORTS, &header, out, 16, &reason);
    if (n < 0) {
        base_put_format(&text, "unknown: %s", reason);
    }
    for (int i = 0; i < n; i++) {
        const struct header *sent = &out[i].header;
        base_put_text(&text, i ? " " : "");
        port_format(out[i].port, &text);
        if (out[i].queued) {
            base_put_format(&text, "/queue %u", out[i].queue_id);
        }
        if (out[i].max_len) {
            base_put_format(&text, "/%u bytes", out[i].max_len);
        }
        if (sent->vlan_tci != header.vlan_tci) {
            base_put_format(&text, " tci=%04x", sent->vlan_tci);
        }
        if (sent->nw_src != header.nw_src) {
            base_put_format(&text, " nw_src=%08x", sent->nw_src);
        }
        if (sent->nw_tos != header.nw_tos) {
            base_put_format(&text, " tos=%02x", sent->nw_tos);
        }
        if (sent->tp_src != header.tp_src) {
            base_put_format(&text, " tp_src=%u", sent->tp_src);
        }
    }
    base_arena_free(&arena);
    return base_buffer_take_text(&text);
}

/* Expected: what `ovs-appctl ofproto/trace` of Open vSwitch 3.1.0 says of a
 * bridge with ports 1, 2, 3 (no-flood) and LOCAL. */
static void applies_as_open_vswitch_does(void **state)
{
    (void)state;
    static const struct {
        const char *actions, *packet, *expected;
    } rows[] = {
        {"drop", "in_port=1", ""},
        {"output:2,output:2,output:1,in_port", "in_port=1", "1 2 2"},
        {"flood", "in_port=1", "2 LOCAL"},
        {"all", "in_port=1", "2 3 LOCAL"},
        {"flood", "in_port=65534", "1 2"},
        {"output:65534", "in_port=65534", ""},
        {"enqueue:1:3,enqueue:2:3", "in_port=1", "2/queue 3"},
        {"controller:64,output:2", "in_port=1", "2 CONTROLLER/64 bytes"},
        {"output:2,normal", "in_port=1", "2 NORMAL"},
        {"output:2,output:TABLE", "in_port=1", "unknown: output to TABLE"},
        {"mod_vlan_vid:5,output:2,strip_vlan,normal", "in_port=1",
         "unknown: NORMAL after a rewrite"},
        {"mod_vlan_pcp:3,output:2", "in_port=1", "2 tci=7000"},
        {"mod_vlan_vid:5,output:2", "in_port=1", "2 tci=1005"},
        {"mod_vlan_vid:5,output:2", "in_port=1,dl_vlan=7,dl_vlan_pcp=5", "2 tci=b005"},
        {"strip_vlan,mod_vlan_pcp:3,output:2", "in_port=1,dl_vlan=5,dl_vlan_pcp=5", "2 tci=7000"},
        {"mod_vlan_vid:5,output:2,strip_vlan,output:3", "in_port=1", "2 tci=1005 3"},
        {"mod_nw_src:1.2.3.4,mod_nw_tos:8,output:2", "in_port=1,arp", "2"},
        {"mod_nw_src:1.2.3.4,mod_nw_tos:8,output:2", "in_port=1,tcp", "2 nw_src=01020304 tos=08"},
        {"mod_tp_src:3,output:2", "in_port=1,icmp,icmp_type=8", "2 tp_src=3"},
        {"mod_tp_src:300,output:2", "in_port=1,icmp,icmp_type=8", "2 tp_src=44"},
        {"mod_tp_src:3,output:2", "in_port=1,ip,nw_proto=132", "2 tp_src=3"},
        {"mod_tp_src:3,output:2", "in_port=1,ip,nw_proto=58", "2"},
        {"mod_nw_src:1.2.3.4,mod_nw_tos:8,mod_tp_src:3,output:2", "in_port=1,ipv6,nw_proto=50",
         "2 tos=08"},
        {"mod_tp_src:3,output:2", "in_port=1,tcp6,nw_tos=16", "2 tp_src=3"},
        {"mod_tp_src:3,output:2", "in_port=1,udp6", "2 tp_src=3"},
        {"mod_tp_src:3,output:2", "in_port=1,sctp6", "2 tp_src=3"},
        {"mod_tp_src:300,output:2", "in_port=1,icmp6,icmp_type=8", "2 tp_src=44"},
        {"mod_tp_src:3,output:2", "in_port=1,ipv6,nw_proto=1", "2"},
        {"output:2,mod_tp_src:3", "in_port=1,tcp", "2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *text = applied(rows[i].actions, rows[i].packet);
        assert_string_equal(text, rows[i].expected);
        free(text);
    }
}

static void apply_refuses_more_than_fits(void **state)
{
    (void)state;
    struct action actions[] = {{.type = ACTION_OUTPUT, .port = 2},
                               {.type = ACTION_OUTPUT, .port = 3}};
    struct header header = {.in_port = 1};
    struct space_emission out[1];
    const char *reason = NULL;
    assert_int_equal(naive_apply(actions, 2, NULL, 0, &header, out, 1, &reason), -1);
    assert_string_equal(reason, "too many outputs");
}

static void order_and_detours_do_not_matter(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool equal;
    } rows[] = {
        {"output:2,output:6", "output:6,output:2", true},
        {"output:2,output:2", "output:2", false},
        {"output:2", "output:1,output:2,mod_tp_dst:7", true},
        {"mod_vlan_vid:5,strip_vlan,output:2", "strip_vlan,output:2", true},
        {"mod_dl_src:02:00:00:00:00:01,output:2", "output:2", false},
        {"flood", "output:2,local", true},
        {"output:2", "enqueue:2:1", false},
        {"controller:64", "controller:65", false},
        {"drop", "output:1", true},
        /* one unknown, the same on both sides */
        {"normal", "normal", true},
        {"normal,output:2", "output:2,normal", true},
        {"normal,mod_vlan_vid:5,output:2", "mod_vlan_vid:5,output:2,strip_vlan,normal", false},
        {"normal,output:2", "normal,output:6", false},
        {"normal,output:2", "normal", false},
        {"normal,output:2", "normal,output:2,output:2", false},
        {"normal,output:2", "output:2", false},
        {"normal,normal", "normal", false},
        {"normal", "drop", false},
        {"mod_vlan_vid:5,normal", "mod_vlan_vid:5,normal", false}, /* not compared */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct base_arena arena = {0};
        const struct action *a, *b;
        size_t n_a = parse_actions(rows[i].a, &arena, &a),
               n_b = parse_actions(rows[i].b, &arena, &b);
        struct space_behavior x, y;
        assert_int_equal(space_behavior(a, n_a, 1, ports, N_PORTS, &arena, &x), 0);
        assert_int_equal(space_behavior(b, n_b, 1, ports, N_PORTS, &arena, &y), 0);
        assert_int_equal(space_behavior_equal(&x, &y), rows[i].equal);
        base_arena_free(&arena);
    }
}

/* ---------------------------------------------------------- against a dumb oracle */

static size_t random_actions(struct action *actions, size_t max)
{
    size_t n = random_below((unsigned)max + 1);
    for (size_t i = 0; i < n; i++) {
        struct action *action = &actions[i];
        *action = (struct action){.type = ACTION_OUTPUT, .port = (uint16_t)(2 + random_below(2))};
        switch (random_below(14)) {
        case 0:
            *action =
                (struct action){.type = ACTION_SET_VLAN_VID, .vlan_vid = (uint16_t)random_below(3)};
            break;
        case 1:
            *action =
                (struct action){.type = ACTION_SET_VLAN_PCP, .vlan_pcp = (uint8_t)random_below(2)};
            break;
        case 2:
            *action = (struct action){.type = ACTION_STRIP_VLAN};
            break;
        case 3:
            *action =
                (struct action){.type = ACTION_SET_NW_SRC, .nw_addr = universe_nw[random_below(3)]};
            break;
        case 4:
            *action =
                (struct action){.type = ACTION_SET_NW_TOS, .nw_tos = universe_tos[random_below(2)]};
            break;
        case 5:
            *action =
                (struct action){.type = ACTION_SET_TP_DST, .tp_port = universe_tp[random_below(2)]};
            break;
        case 6:
            *action = (struct action){.type = ACTION_SET_DL_SRC,
                                      .dl_addr = {universe_mac[random_below(2)]}};
            break;
        default:
            break;
        }
    }
    return n;
}

static int compare_emissions(const void *a, const void *b)
{
    const struct space_emission *x = a, *y = b;
    return x->port != y->port ? x->port - y->port
                              : memcmp(&x->header, &y->header, sizeof x->header);
}

static bool sends_the_same(const struct action *a, size_t n_a, const struct action *b, size_t n_b,
                           const struct header *header)
{
    struct space_emission x[MANY], y[MANY];
    const char *reason;
    int n_x = naive_apply(a, n_a, ports, N_PORTS, header, x, MANY, &reason);
    int n_y = naive_apply(b, n_b, ports, N_PORTS, header, y, MANY, &reason);
    bool same = n_x == n_y;
    qsort(x, (size_t)n_x, sizeof *x, compare_emissions);
    qsort(y, (size_t)n_y, sizeof *y, compare_emissions);
    for (int i = 0; i < n_x && same; i++) {
        same = compare_emissions(&x[i], &y[i]) == 0;
    }
    return same;
}

struct trial {
    struct action a[MANY], b[MANY];
    size_t n_a, n_b;
    struct match excluded[4];
    struct space_region region;
};

static void random_trial(struct trial *trial)
{
    trial->n_a = random_actions(trial->a, 5);
    memcpy(trial->b, trial->a, sizeof trial->b);
    trial->n_b = trial->n_a;
    if (random_below(4) == 0) {
        trial->n_b = random_actions(trial->b, 5);
    } else if (trial->n_b > 0) { /* often alike, or else nearly all differ */
        size_t at = random_below((unsigned)trial->n_b);
        memmove(&trial->b[at], &trial->b[at + 1], (trial->n_b - at - 1) * sizeof *trial->b);
        trial->n_b--;
        trial->n_b += random_actions(trial->b + trial->n_b, 1);
    }
    trial->region.cube = random_match();
    trial->region.cube.mask.in_port = 0xffff;
    trial->region.cube.value.in_port = 1;
    for (int i = 0; i < 4; i++) {
        trial->excluded[i] = random_match();
        assert_int_equal(space_exclude(&trial->region, &trial->excluded[i]), 0);
    }
}

static bool in_region(const struct trial *trial, const struct header *header)
{
    bool in = match_takes(&trial->region.cube, header);
    for (int i = 0; i < 4; i++) {
        in &= !match_takes(&trial->excluded[i], header);
    }
    return in;
}

static bool check_trial(struct trial *trial, const struct universe *universe)
{
    struct base_arena arena = {0};
    struct space_behavior x, y;
    struct space_difference difference;
    size_t budget = PLENTY, n_differ = 0;
    assert_int_equal(space_behavior(trial->a, trial->n_a, 1, ports, N_PORTS, &arena, &x), 0);
    assert_int_equal(space_behavior(trial->b, trial->n_b, 1, ports, N_PORTS, &arena, &y), 0);
    for (size_t i = 0; i < universe->n_headers; i++) {
        const struct header *header = &universe->headers[i];
        n_differ += in_region(trial, header) &&
                    !sends_the_same(trial->a, trial->n_a, trial->b, trial->n_b, header);
    }
    enum space_answer answer = space_differ(&trial->region, &x, &y, &budget, &difference);
    assert_int_equal(answer, n_differ > 0 ? SPACE_FOUND : SPACE_EMPTY);
    if (answer == SPACE_FOUND) {
        const struct header *example = &difference.example;
        assert_true(in_region(trial, example));
        assert_true(match_takes(&difference.within, example));
        assert_false(sends_the_same(trial->a, trial->n_a, trial->b, trial->n_b, example));
        for (size_t i = 0; difference.is_cube && i < universe->n_headers; i++) {
            const struct header *header = &universe->headers[i];
            assert_true(!match_takes(&difference.within, header) ||
                        (in_region(trial, header) &&
                         !sends_the_same(trial->a, trial->n_a, trial->b, trial->n_b, header)));
        }
    }
    base_arena_free(&arena);
    return answer == SPACE_FOUND;
}

static void differs_where_the_packets_differ(void **state)
{
    (void)state;
    struct universe universe = universe_make();
    int n_differ = 0;
    for (int round = 0; round < 300; round++) {
        struct trial trial = {.n_a = 0};
        random_trial(&trial);
        n_differ += check_trial(&trial, &universe);
        space_region_free(&trial.region);
    }
    assert_in_range(n_differ, 60, 240); /* both answers were asked for */
    free(universe.headers);
}

/* On a packet with vid 1 and pcp 0, both of a's packets are what the first of
 * b's is, and none is what the second is. */
static void a_packet_is_the_counterpart_of_one(void **state)
{
    (void)state;
    const char *texts[] = {"output:2,mod_vlan_pcp:0,output:2",
                           "mod_vlan_vid:1,output:2,mod_vlan_vid:2,output:2",
                           "mod_vlan_vid:1,output:2,mod_vlan_pcp:0,output:2"};
    struct base_arena arena = {0};
    struct space_behavior behaviors[3];
    struct space_region region = {0};
    struct space_difference difference;
    size_t budget = PLENTY;
    assert_int_equal(
        ofctl_parse_match("in_port=1,dl_vlan=1,dl_vlan_pcp=0", &region.cube, NULL, NULL), 0);
    for (int i = 0; i < 3; i++) {
        const struct action *actions;
        size_t n = parse_actions(texts[i], &arena, &actions);
        assert_int_equal(space_behavior(actions, n, 1, NULL, 0, &arena, &behaviors[i]), 0);
    }
    assert_int_equal(space_differ(&region, &behaviors[0], &behaviors[1], &budget, &difference),
                     SPACE_FOUND);
    assert_true(difference.is_cube);
    assert_int_equal(space_differ(&region, &behaviors[0], &behaviors[2], &budget, &difference),
                     SPACE_EMPTY);
    space_region_free(&region);
    base_arena_free(&arena);
}

/* What is told as a match can be written as one. */
static void where_they_differ_is_normal(void **state)
{
    (void)state;
    const char *texts[] = {"output:2,mod_dl_src:02:00:00:00:00:05,output:3",
                           "strip_vlan,output:2,mod_dl_src:02:00:00:00:00:06,output:3"};
    struct base_arena arena = {0};
    struct space_behavior behaviors[2];
    struct space_region region = {0};
    struct space_difference difference;
    size_t budget = PLENTY;
    assert_int_equal(ofctl_parse_match("in_port=1,vlan_tci=0", &region.cube, NULL, NULL), 0);
    for (int i = 0; i < 2; i++) {
        const struct action *actions;
        size_t n = parse_actions(texts[i], &arena, &actions);
        assert_int_equal(space_behavior(actions, n, 1, NULL, 0, &arena, &behaviors[i]), 0);
    }
    assert_int_equal(space_differ(&region, &behaviors[0], &behaviors[1], &budget, &difference),
                     SPACE_FOUND);
    assert_true(match_equal(&difference.within, &region.cube));
    space_region_free(&region);
    base_arena_free(&arena);
}

static void preimage_is_what_is_rewritten_into(void **state)
{
    (void)state;
    struct universe universe = universe_make();
    size_t counts[3] = {0};
    for (int round = 0; round < 1000; round++) {
        struct action actions[MANY];
        struct space_rewrite rewrite = {0};
        size_t n_actions = random_actions(actions, MANY);
        for (size_t i = 0; i < n_actions; i++) {
            space_rewrite_add(&rewrite, &actions[i]);
        }
        struct match match = random_match(), preimage[2];
        size_t n = space_preimage(&rewrite, &match, preimage);
        assert_in_range(n, 0, 2);
        counts[n]++;
        for (size_t i = 0; i < universe.n_headers; i++) {
            const struct header *header = &universe.headers[i];
            struct header after = space_rewritten(&rewrite, header);
            bool in = (n > 0 && match_takes(&preimage[0], header)) ||
                      (n > 1 && match_takes(&preimage[1], header));
            assert_int_equal(in, match_takes(&match, &after));
        }
        for (size_t i = 0; i < n; i++) {
            struct match normal = preimage[i];
            match_normalize(&normal);
            assert_true(match_equal(&normal, &preimage[i]));
        }
    }
    assert_true(counts[0] > 0 && counts[1] > 0 && counts[2] > 0);
    free(universe.headers);
}

/* Behind its last output there may be anything. */
static void it_has_the_ports_of_its_outputs(void **state)
{
    (void)state;
    const struct space_output outputs[] = {{.port = 2}, {.port = 4}, {.port = 4}, {.port = 9}};
    const struct space_behavior behavior = {.outputs = outputs, .n_outputs = 3}, none = {0};
    assert_true(space_behavior_has(&behavior, 2) && space_behavior_has(&behavior, 4));
    assert_false(space_behavior_has(&behavior, 1) || space_behavior_has(&behavior, 3));
    assert_false(space_behavior_has(&behavior, 9) || space_behavior_has(&none, 0));
}

/* Over OpenFlow 1.3 it is not told which ports FLOOD leaves out; of ALL there is nothing to tell.
 */
static void a_flood_by_ports_of_1_3_is_open(void **state)
{
    (void)state;
    static const struct port untold[] = {{.number = 1}, {.number = 2, .flood_untold = true}};
    struct base_arena arena = {0};
    struct space_behavior behavior;
    const struct action flood = {.port = PORT_FLOOD}, all = {.port = PORT_ALL};
    assert_int_equal(space_behavior(&flood, 1, 1, untold, 2, &arena, &behavior), 0);
    assert_string_equal(behavior.unknown, SPACE_FLOOD_UNTOLD);
    assert_int_equal(space_behavior(&flood, 1, 2, untold, 2, &arena, &behavior), 0);
    assert_null(behavior.unknown); /* it never goes back */
    assert_int_equal(space_behavior(&all, 1, 1, untold, 2, &arena, &behavior), 0);
    assert_null(behavior.unknown);
    assert_int_equal(behavior.n_outputs, 1);
    base_arena_free(&arena);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_flood_by_ports_of_1_3_is_open),
    cmocka_unit_test(it_has_the_ports_of_its_outputs),
    cmocka_unit_test(applies_as_open_vswitch_does),
    cmocka_unit_test(apply_refuses_more_than_fits),
    cmocka_unit_test(order_and_detours_do_not_matter),
    cmocka_unit_test(differs_where_the_packets_differ),
    cmocka_unit_test(a_packet_is_the_counterpart_of_one),
    cmocka_unit_test(where_they_differ_is_normal),
    cmocka_unit_test(preimage_is_what_is_rewritten_into),
};

TEST_MAIN(tests)
