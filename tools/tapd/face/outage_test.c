/* SPDX-License-Identifier: Apache-2.0
 *
 * Are links that fail gone around, and those that come back trusted when they have been good for
 * long enough? */
#include "tapd/face/outage.h"

#include "tapd/log_testing.h"
#include "testing/cmocka.h"

#include <string.h>

enum { N_LINKS = 4, FLAKY = 2 };

/* A graph of links without a topology behind them, one of which may fail. */
struct world {
    struct tapd_link links[N_LINKS];
    struct topology_switch switches[1];
    struct topology topology;
    struct tapd_graph graph;
    struct tapd_outage outage;
    const char *why; /* of the flaky one */
};

static const char *trouble(const void *context, const struct tapd_link *link)
{
    const struct world *world = context;
    return link == &world->links[FLAKY] ? world->why : NULL;
}

static void begin(struct world *world)
{
    *world = (struct world){.switches = {{.name = "s1"}}};
    assert_told("");
    world->topology = (struct topology){.switches = world->switches, .n_switches = 1};
    world->links[FLAKY] = (struct tapd_link){.from = {0, 5}, .to = {0, 7}};
    world->graph = (struct tapd_graph){
        .topology = &world->topology, .links = world->links, .n_links = N_LINKS};
}

/* Looks, and expects that grade of the flaky one and good ones of the others; whether that has
 * changed. */
static void assert_grade(struct world *world, const char *why, int64_t now_ms,
                         enum tapd_grade grade, int changed)
{
    world->why = why;
    assert_int_equal(tapd_outage_look(&world->outage, &world->graph, trouble, world, now_ms),
                     changed);
    for (size_t i = 0; i < N_LINKS; i++) {
        assert_int_equal(world->outage.grades[i], i == FLAKY ? grade : TAPD_LINK_GOOD);
    }
    assert_int_equal(world->outage.n_failed, grade == TAPD_LINK_FAILED);
}

static void nothing_is_kept_before_something_fails(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    assert_int_equal(tapd_outage_look(&world.outage, &world.graph, trouble, &world, 5), 0);
    assert_null(world.outage.grades);
    tapd_outage_free(&world.outage);
}

static void one_that_fails_once_is_doubted_for_a_second(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    assert_grade(&world, "has no link", 1000, TAPD_LINK_FAILED, 1);
    assert_grade(&world, "has no link", 5000, TAPD_LINK_FAILED, 0);
    assert_grade(&world, NULL, 5001, TAPD_LINK_DOUBTED, 1);
    assert_grade(&world, NULL, 5999, TAPD_LINK_DOUBTED, 0);
    assert_grade(&world, NULL, 6000, TAPD_LINK_GOOD, 1);
    assert_grade(&world, NULL, 6001, TAPD_LINK_GOOD, 0);
    tapd_outage_free(&world.outage);
}

/* Each time for twice as long, at most a minute. */
static void one_that_comes_and_goes_is_doubted_for_longer(void **state)
{
    (void)state;
    static const int doubts_ms[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};
    struct world world;
    int64_t now_ms = 0;
    begin(&world);
    for (size_t i = 0; i < sizeof doubts_ms / sizeof *doubts_ms; i++) {
        assert_grade(&world, "is absent", now_ms, TAPD_LINK_FAILED, 1);
        assert_grade(&world, NULL, now_ms + doubts_ms[i] - 1, TAPD_LINK_DOUBTED, 1);
        now_ms += doubts_ms[i];
        assert_grade(&world, NULL, now_ms, TAPD_LINK_GOOD, 1);
    }
    /* after a minute more it is as if it had never failed */
    now_ms += 60000;
    assert_grade(&world, NULL, now_ms, TAPD_LINK_GOOD, 0);
    assert_grade(&world, "is absent", now_ms, TAPD_LINK_FAILED, 1);
    assert_grade(&world, NULL, now_ms + 1000, TAPD_LINK_GOOD, 1);
    tapd_outage_free(&world.outage);
}

static void one_that_fails_while_it_is_doubted(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    assert_grade(&world, "has no link", 0, TAPD_LINK_FAILED, 1);
    assert_grade(&world, NULL, 500, TAPD_LINK_DOUBTED, 1);
    assert_grade(&world, "has no link", 600, TAPD_LINK_FAILED, 1);
    assert_grade(&world, NULL, 2599, TAPD_LINK_DOUBTED, 1);
    assert_grade(&world, NULL, 2600, TAPD_LINK_GOOD, 1);
    assert_told("link s1:5 - s1:7 carries nothing: has no link\n"
                "link s1:5 - s1:7 carries nothing: has no link\n"
                "link s1:5 - s1:7 is trusted again");
    tapd_outage_free(&world.outage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_kept_before_something_fails),
        cmocka_unit_test(one_that_fails_once_is_doubted_for_a_second),
        cmocka_unit_test(one_that_comes_and_goes_is_doubted_for_longer),
        cmocka_unit_test(one_that_fails_while_it_is_doubted),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
