/* SPDX-License-Identifier: Apache-2.0
 *
 * What is said of a switch with several tables, against testing/random_pipeline.h: a port passes
 * only if each packet is treated as expected, and the example of one that fails is not. And tables
 * as controllers write them, which must be decided, in few leaves.
 *
 *   PIPELINES=20000 build/harness/state/pipeline_test */
#include "space/pipeline.h"
#include "testing/random_pipeline.h"
#include "testing/real_pipelines.h"
#include "testing/state_of.h"

#include <stdlib.h>

enum { PIPELINES = 600, PACKETS = 40, MAX_ENTRIES = 12 };

struct tally {
    size_t n_pass, n_fail, n_inconclusive;
};

/* Whether all that may become of it is that it leaves by these ports as it came. */
static bool goes_by(const struct pipeline_fates *fates, const struct header *header,
                    const struct action *actions, size_t n_actions)
{
    bool goes = !fates->too_many;
    for (size_t f = 0; f < fates->n_fates && goes; f++) {
        const struct pipeline_fate *fate = &fates->fates[f];
        goes = !fate->unknown && fate->n_sent == n_actions;
        for (size_t i = 0; i < fate->n_sent && goes; i++) {
            struct header same = fate->sent[i].header;
            same.in_port = header->in_port;
            uint16_t port = actions[i].port == PORT_IN_PORT ? header->in_port : actions[i].port;
            goes =
                fate->sent[i].port == port && !fate->sent[i].queued && header_equal(&same, header);
        }
    }
    return goes;
}

/* What becomes of this packet is expected of all of its port. False: it is not so simple. */
static bool expect_of_all(struct world *world, const struct header *header)
{
    static struct pipeline_fates fates;
    pipeline_simulate(&world->state, header, &fates);
    const struct pipeline_fate *fate = &fates.fates[0];
    expect(world, header->in_port, "", "drop");
    struct expected_case *all = &world->expected[0].cases[0];
    struct action *actions =
        base_arena_alloc(&world->expectation.arena, (fate->n_sent + 1) * sizeof *actions);
    for (size_t i = 0; i < fate->n_sent; i++) {
        uint16_t port = fate->sent[i].port;
        actions[i] = (struct action){.port = port == header->in_port ? PORT_IN_PORT : port};
    }
    all->actions = actions;
    all->n_actions = (uint16_t)fate->n_sent;
    return goes_by(&fates, header, actions, fate->n_sent);
}

static struct header random_header(const struct universe *universe, uint16_t in_port)
{
    struct header header = universe->headers[random_below((unsigned)universe->n_headers)];
    header.in_port = in_port;
    return header;
}

static void check_port(struct world *world, const struct universe *universe, struct tally *tally)
{
    static struct pipeline_fates fates;
    const struct result *result = get_result(world, "state/s1/1");
    const struct expected_case *all = &world->expected[0].cases[0];
    tally->n_pass += result->verdict == VERDICT_PASS;
    tally->n_fail += result->verdict == VERDICT_FAIL;
    tally->n_inconclusive += result->verdict == VERDICT_INCONCLUSIVE;
    for (int i = 0; i < PACKETS && result->verdict == VERDICT_PASS; i++) {
        struct header header = random_header(universe, 1);
        pipeline_simulate(&world->state, &header, &fates);
        assert_true(goes_by(&fates, &header, all->actions, all->n_actions));
    }
    for (size_t i = 0;
         result->verdict == VERDICT_FAIL && i < result->finding->n_sets && i < STATE_SETS_SHOWN;
         i++) {
        const struct header *example = &result->finding->sets[i].where.example;
        pipeline_simulate(&world->state, example, &fates);
        assert_false(goes_by(&fates, example, all->actions, all->n_actions));
    }
}

static void ports_are_judged_as_packets_are_treated(void **unused)
{
    (void)unused;
    struct universe universe = universe_make();
    const char *asked = getenv("PIPELINES");
    struct tally tally = {0};
    for (int round = 0; round < (asked ? atoi(asked) : PIPELINES); round++) {
        struct world world;
        make_world(&world);
        world.state.ports = NULL;
        random_pipeline(&world.state, MAX_ENTRIES);
        world.state.datapath_id = 1;
        world.expectation.unlisted_any = true;
        struct header header = random_header(&universe, 1);
        if (expect_of_all(&world, &header)) {
            judge(&world);
            check_port(&world, &universe, &tally);
        }
        free(world.state.ports);
        free_world(&world);
    }
    print_message("# %zu pass, %zu fail, %zu inconclusive\n", tally.n_pass, tally.n_fail,
                  tally.n_inconclusive);
    assert_true(tally.n_pass > 20 && tally.n_fail > 20);
    free(universe.headers);
}

/* One that does what it should, two entries of which one is not known, and one of those: what is
 * judged of them. */
static void a_rival_of_which_nothing_is_known_is_open(void **unused)
{
    (void)unused;
    struct world world;
    make_world(&world);
    world.state.version = 4;
    add_flow(&world, "priority=3,in_port=1 actions=drop");
    add_flow(&world, "priority=3 actions=group:9");
    expect(&world, 1, "", "drop");
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_INCONCLUSIVE);
    const struct result *result = get_result(&world, "state/s1/1");
    assert_string_equal(result->finding->open, "a group that the switch does not have");
    assert_ptr_equal(result->finding->open_entry, &world.state.flows.entries[1]);
    free_world(&world);
}

/* Rows that do alike are one entry, which takes what others leave; but where no row takes a packet,
 * none is hidden. */
static void what_no_row_takes_hides_nothing(void **unused)
{
    (void)unused;
    struct world world;
    make_world(&world);
    world.state.version = 4;
    add_flow(&world, "priority=10,dl_vlan=999 actions=pop_vlan,goto_table:1");
    add_flow(&world, "priority=10,dl_vlan=102 actions=pop_vlan,goto_table:1");
    add_flow(&world, "priority=10,dl_vlan=201 actions=pop_vlan,goto_table:1");
    add_flow(&world, "priority=10,dl_vlan=202 actions=pop_vlan,goto_table:1");
    add_flow(&world, "table=1,priority=0 actions=output:3");
    expect(&world, 1, "dl_vlan=101", "strip_vlan,output:3");
    expect(&world, 1, "dl_vlan=102", "strip_vlan,output:3");
    expect(&world, 1, "", "drop");
    judge(&world);
    check_result(&world, "state/s1/1", VERDICT_FAIL);
    const struct state_finding *finding = get_result(&world, "state/s1/1")->finding;
    size_t n_dropped = 0;
    for (size_t i = 0; i < finding->n_sets; i++) {
        bool is_dropped = !finding->sets[i].entry;
        n_dropped += is_dropped;
        assert_true(!is_dropped || !finding->sets[i].right);
    }
    assert_int_equal(n_dropped, 1);
    free_world(&world);
}

enum { HOSTS = 400 };

/* Ports as the learning switch should have them. */
static void expect_learning(struct world *world)
{
    struct expectation *expectation = &world->expectation;
    struct base_arena *arena = &expectation->arena;
    expectation->controller_any = expectation->unlisted_any = true;
    expectation->ports = base_arena_alloc(arena, REAL_PORTS * sizeof *expectation->ports);
    for (uint16_t port = 1; port <= REAL_PORTS; port += 30) {
        expectation->ports[expectation->n_ports++] =
            (struct expected_port){.port.port = port,
                                   .cases = real_learning_cases(arena, port, HOSTS),
                                   .n_cases = HOSTS + 3};
    }
}

/* Each port is decided, also where hosts were learned; and what is wrong is found, and named. */
static void a_learning_switch_is_judged(void **unused)
{
    (void)unused;
    struct world world;
    make_world(&world);
    world.state = (struct switch_state){0};
    real_pipeline(&world.state, 0, HOSTS);
    expect_learning(&world);
    judge(&world);
    assert_int_equal(report_count(&world.report, VERDICT_PASS), 3);
    for (size_t i = 0; i < world.state.flows.n_entries; i++) {
        struct flow_entry *flow = &world.state.flows.entries[i];
        if (flow->table_id == 3 && flow->match.value.dl_dst[5] == 77) {
            flow->n_actions = 0;
            break;
        }
    }
    judge(&world);
    check_result(&world, "state/s1/31", VERDICT_FAIL);
    const struct result *result = get_result(&world, "state/s1/31");
    assert_int_equal(result->finding->n_sets, 2); /* from sources that are learned, and others */
    assert_non_null(strstr(result->says[SAYS_ADVERTISED], "dl_dst=02:00:00:00:00:4d"));
    world.expectation.controller_any = false;
    judge(&world);
    result = get_result(&world, "state/s1/1");
    check_result(&world, "state/s1/1", VERDICT_FAIL);
    assert_non_null(strstr(result->says[SAYS_ADVERTISED], "CONTROLLER:128"));
    free(world.state.ports);
    free_world(&world);
}

/* The tables of other controllers are decided as well, and few. */
static void tables_of_controllers_are_decided(void **unused)
{
    (void)unused;
    for (int kind = 0; kind < REAL_KINDS; kind++) {
        struct world world;
        struct space_pipeline pipeline;
        const struct space_composition how = {.merges = true};
        make_world(&world);
        world.state = (struct switch_state){0};
        real_pipeline(&world.state, kind, HOSTS / 2);
        assert_int_equal(space_pipeline_compose(&world.state, &how, &pipeline), 0);
        size_t per_port = strcmp(real_names[kind], "overlay") == 0 ? REAL_PORTS : 1;
        assert_true(pipeline.flows.n_entries <= 3 * world.state.flows.n_entries * per_port);
        space_pipeline_free(&pipeline);
        judge(&world);
        assert_int_equal(report_count(&world.report, VERDICT_INCONCLUSIVE), 0);
        assert_int_equal(report_count(&world.report, VERDICT_FAIL), REAL_PORTS);
        free(world.state.ports);
        free_world(&world);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(ports_are_judged_as_packets_are_treated),
    cmocka_unit_test(a_rival_of_which_nothing_is_known_is_open),
    cmocka_unit_test(what_no_row_takes_hides_nothing),
    cmocka_unit_test(a_learning_switch_is_judged),
    cmocka_unit_test(tables_of_controllers_are_decided),
};

TEST_MAIN(tests)
