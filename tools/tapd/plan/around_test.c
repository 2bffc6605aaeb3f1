/* SPDX-License-Identifier: Apache-2.0
 *
 * Links fail: who goes around them, who stays where it was, and what arrives? */
#include "tapd/plan/compile.h"

#include "tapd/plan/random_testing.h"
#include "testing/cmocka.h"

#define FABRIC "topology: topologies/fabric.yaml\n"

enum { N_TAPS_MAX = 6, N_POLICIES = 1500, N_HEADERS = 8, N_LINKS = 32 };

/* A policy, and what was compiled of it last. */
struct world {
    struct tapd_policy *policy;
    struct tapd_network *network;
    uint8_t grades[N_LINKS];
};

static bool begin(struct world *world, const char *text)
{
    struct yaml_diagnostics diagnostics = {0};
    *world = (struct world){.policy = policy_of(text, &diagnostics)};
    if (world->policy) {
        assert_int_equal(world->policy->graph->n_links, N_LINKS);
        tapd_compile(world->policy, NULL, 0, NULL, &world->network, &diagnostics);
    }
    yaml_diagnostics_free(&diagnostics);
    return world->network != NULL;
}

static void end(struct world *world)
{
    tapd_network_free(world->network);
    tapd_policy_free(world->policy);
}

/* Both directions of the link at a port. */
static void set_grade(struct world *world, const char *sw, uint16_t port, enum tapd_grade grade)
{
    struct port_ref at = {topology_find_switch(world->policy->topology, sw), port};
    uint32_t link = tapd_graph_end(world->policy->graph, at)->link;
    world->grades[link] = world->grades[link ^ 1] = (uint8_t)grade;
}

/* What is compiled now takes the place of the former, which is returned. */
static struct tapd_network *go_around(struct world *world)
{
    struct yaml_diagnostics diagnostics = {0};
    struct tapd_network *before = world->network;
    int status = tapd_compile_around(world->policy, NULL, 0, before, world->grades, &world->network,
                                     &diagnostics);
    assert_int_equal(status, diagnostics.n_items > 0 ? -1 : 0);
    yaml_diagnostics_free(&diagnostics);
    return before;
}

/* The switches and ports of each tap's ways: "a: f1:1>6 m2:1>9 d1:2>3, b: …". */
static void assert_ways(const struct world *world, const char *ways)
{
    const struct topology *topology = world->policy->topology;
    struct base_buffer out = {0};
    for (size_t i = 0; i < world->network->n_ways; i++) {
        const struct tapd_way *way = &world->network->ways[i];
        base_put_format(&out, "%s%s:", i ? ", " : "", way->tap->name);
        for (size_t j = 0; j < way->n_hops; j++) {
            const struct tapd_hop *hop = &way->hops[j];
            base_put_format(&out, " %s:%u>%u", topology->switches[hop->in.sw].name, hop->in.port,
                            hop->out);
        }
        base_put_text(&out, way->n_lost ? " lost" : "");
    }
    assert_string_equal(base_buffer_text(&out), ways);
    base_buffer_free(&out);
}

static void step(struct world *world, const char *ways)
{
    tapd_network_free(go_around(world));
    assert_ways(world, ways);
}

#define ONE FABRIC "taps: [{name: a, source: h11, to: c1}]\n"
#define TWO                                                                                        \
    FABRIC "taps:\n"                                                                               \
           "  - {name: a, source: h11, to: c1}\n"                                                  \
           "  - {name: b, source: h21, to: c2}\n"

static void a_tap_goes_around_a_link(void **state)
{
    (void)state;
    struct world world;
    assert_true(begin(&world, ONE));
    step(&world, "a: f1:1>5 m1:1>9 d1:1>3");
    set_grade(&world, "m1", 9, TAPD_LINK_FAILED);
    step(&world, "a: f1:1>6 m2:1>9 d1:2>3");
    /* it stays there when the link is good again */
    set_grade(&world, "m1", 9, TAPD_LINK_DOUBTED);
    step(&world, "a: f1:1>6 m2:1>9 d1:2>3");
    set_grade(&world, "m1", 9, TAPD_LINK_GOOD);
    step(&world, "a: f1:1>6 m2:1>9 d1:2>3");
    /* and back, when that fails; by a doubted link only if there is no good one */
    set_grade(&world, "f1", 5, TAPD_LINK_DOUBTED);
    set_grade(&world, "f1", 6, TAPD_LINK_FAILED);
    step(&world, "a: f1:1>7 m2:5>9 d1:2>3");
    set_grade(&world, "f1", 7, TAPD_LINK_FAILED);
    step(&world, "a: f1:1>5 m1:1>9 d1:1>3");
    set_grade(&world, "f1", 5, TAPD_LINK_FAILED);
    step(&world, "a: f1:1>5 m1:1>9 d1:1>3"); /* there is no way: as it was */
    end(&world);
}

/* Of two, the one that works keeps its link, whichever is asked for first. */
static void who_works_is_not_moved(void **state)
{
    (void)state;
    struct world world;
    assert_true(begin(&world, TWO));
    step(&world, "a: f1:1>5 m1:1>9 d1:1>3, b: f2:1>6 m2:2>9 d1:2>4");
    set_grade(&world, "m1", 9, TAPD_LINK_FAILED);
    step(&world, "a: f1:1>5 m1:1>9 d1:1>3, b: f2:1>6 m2:2>9 d1:2>4");
    set_grade(&world, "m2", 9, TAPD_LINK_FAILED);
    step(&world, "a: f1:1>5 m1:1>9 d1:1>3, b: f2:1>6 m2:2>9 d1:2>4");
    set_grade(&world, "m2", 9, TAPD_LINK_DOUBTED);
    step(&world, "a: f1:1>5 m1:1>9 d1:1>3, b: f2:1>6 m2:2>9 d1:2>4");
    end(&world);
}

/* Who has no way that works is in nobody's way. */
static void who_is_down_blocks_nobody(void **state)
{
    (void)state;
    struct world world;
    assert_true(begin(&world, TWO));
    set_grade(&world, "m2", 9, TAPD_LINK_FAILED);
    for (uint16_t port = 5; port <= 7; port++) {
        set_grade(&world, "f1", port, TAPD_LINK_FAILED);
    }
    step(&world, "a: f1:1>6 m2:1>9 d1:2>3, b: f2:1>5 m1:2>9 d1:1>4");
    end(&world);
}

static void a_named_uplink_is_not_left(void **state)
{
    (void)state;
    struct world world;
    assert_true(begin(&world, FABRIC "taps: [{name: a, source: h11, uplink: f1:6, to: c1}]\n"));
    set_grade(&world, "f1", 6, TAPD_LINK_FAILED);
    step(&world, "a: f1:1>6 m2:1>9 d1:2>3");
    end(&world);
}

/* What there was once a way for beside the others, and is none now, is told and no error. */
static void who_has_no_way_is_told(void **state)
{
    (void)state;
    struct world world;
    assert_true(begin(&world, TWO));
    tapd_network_free(world.network);
    world.network = NULL;
    set_grade(&world, "m1", 9, TAPD_LINK_FAILED);
    set_grade(&world, "f2", 5, TAPD_LINK_FAILED);
    set_grade(&world, "f2", 6, TAPD_LINK_FAILED);
    set_grade(&world, "f2", 7, TAPD_LINK_FAILED);
    step(&world, "a: f1:1>6 m2:1>9 d1:2>3, b: f2:1>5 m1:2>9 d1:1>4");
    assert_null(world.network->ways[1].lost);
    end(&world);
    assert_false(begin(&world, FABRIC "taps:\n"
                                      "  - {name: a, source: h11, uplink: f1:5, to: c1}\n"
                                      "  - {name: b, source: [h12, h13], uplink: f1:5, to: c3}\n"));
    step(&world, "a: f1:1>5 m1:1>9 d1:1>3, b: lost");
    assert_int_equal(world.network->ways[1].n_lost, 2);
    assert_non_null(strstr(world.network->ways[1].lost, "copies from f1:2 cannot reach d2:3"));
    assert_non_null(strstr(world.network->ways[1].lost, "f1:5 carries frames for d1:3"));
    end(&world);
}

static void pairs_go_around_too(void **state)
{
    (void)state;
    struct world world;
    assert_true(begin(&world, FABRIC "pairs: [[h11, h21]]\n"));
    struct port_ref h11 = {0, 1};
    const struct topology *topology = world.policy->topology;
    for (uint16_t port = 5; port < 7; port++) {
        struct header header = {.dl_type = DL_TYPE_IP};
        struct arrivals got = {.n = 0};
        set_grade(&world, "f1", port, TAPD_LINK_FAILED);
        tapd_network_free(go_around(&world));
        walk(world.policy->graph, world.network->tables, h11, header, 0, 0, &got);
        assert_int_equal(got.n, 1);
        assert_string_equal(topology->switches[got.items[0].at.sw].name, "f2");
        header.in_port = 1;
        assert_true(look_up(&world.network->tables[0], &header)->actions[0].port > port);
    }
    end(&world);
}

/* Whether the way crosses a link that is not good. */
static bool is_harmed(const struct world *world, const struct tapd_way *way)
{
    for (size_t i = 0; i < way->n_hops; i++) {
        struct port_ref out = {way->hops[i].in.sw, way->hops[i].out};
        uint32_t link = tapd_graph_end(world->policy->graph, out)->link;
        if (link != UINT32_MAX && world->grades[link] != TAPD_LINK_GOOD) {
            return true;
        }
    }
    return way->n_lost > 0;
}

/* Hop by hop, in whatever order. */
static void assert_same_way(const struct tapd_way *a, const struct tapd_way *b)
{
    assert_int_equal(a->n_hops, b->n_hops);
    for (size_t i = 0; i < a->n_hops; i++) {
        bool found = false;
        for (size_t j = 0; j < b->n_hops; j++) {
            found |=
                port_ref_equal(a->hops[i].in, b->hops[j].in) && a->hops[i].out == b->hops[j].out;
        }
        assert_true(found);
    }
}

/* By the tables, as if no link failed: what the policy says, nothing else; all of it if no tap is
 * lost. */
static void check_arrivals(const struct world *world, bool is_lost)
{
    const struct tapd_policy *policy = world->policy;
    for (int i = 0; i < N_HEADERS; i++) {
        struct port_ref source = policy->topology->hosts[random_below(20)].port;
        struct header header = random_header();
        struct arrivals wanted = {.n = 0}, got = {.n = 0};
        expect(policy, policy->taps, policy->n_taps, source, &header, &wanted);
        walk(policy->graph, world->network->tables, source, header, 0, 0, &got);
        sort_arrivals(&wanted);
        sort_arrivals(&got);
        assert_true(arrivals_within(&got, &wanted));
        assert_true(is_lost || got.n == wanted.n);
    }
}

static bool fail_some(struct world *world)
{
    bool any = false;
    for (size_t i = 0; i < N_LINKS; i += 2) {
        uint8_t grade = (uint8_t)(sometimes(5) ? random_below(TAPD_N_GRADES) : 0);
        world->grades[i] = world->grades[i + 1] = grade;
        any |= grade != TAPD_LINK_GOOD;
    }
    return any;
}

static void check_step(struct world *world)
{
    fail_some(world);
    struct tapd_network *before = go_around(world);
    bool is_lost = false;
    if (!world->network) {
        world->network = before; /* an overlap that nobody can unite: as it was */
        return;
    }
    for (size_t i = 0; i < world->network->n_ways; i++) {
        const struct tapd_way *was = &before->ways[i], *is = &world->network->ways[i];
        is_lost |= is->n_lost > 0;
        if (!is_harmed(world, was) && is->n_hops >= was->n_hops) { /* else there is a nearer one */
            assert_same_way(was, is);
        }
    }
    check_arrivals(world, is_lost);
    tapd_network_free(before);
}

/* Those that end are left out: they come with an id. */
static void random_links_fail(void **state)
{
    (void)state;
    unsigned n = 0;
    for (int i = 0; i < N_POLICIES; i++) {
        struct base_buffer text = {0};
        struct world world;
        put_policy(&text, 1 + random_below(N_TAPS_MAX));
        bool stays = !strstr(base_buffer_text(&text), "for: ");
        if (stays && begin(&world, base_buffer_text(&text))) {
            for (int k = 0; k < 4; k++) {
                check_step(&world);
            }
            n++;
        }
        if (stays) {
            end(&world);
        }
        base_buffer_free(&text);
    }
    print_message("# %u policies\n", n);
    assert_true(n > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tap_goes_around_a_link),  cmocka_unit_test(who_works_is_not_moved),
        cmocka_unit_test(who_is_down_blocks_nobody), cmocka_unit_test(a_named_uplink_is_not_left),
        cmocka_unit_test(who_has_no_way_is_told),    cmocka_unit_test(pairs_go_around_too),
        cmocka_unit_test(random_links_fail),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
