/* SPDX-License-Identifier: Apache-2.0
 *
 * What does each function of this room answer where an allocation fails: that it did, or that
 * something is open, which base_memory_ran_out tells whoever gives a verdict. */
#include "base/memory.h"
#include "testing/failing.h"
#include "testing/reference_network.h"
#include "traffic/cover.h"
#include "traffic/endless.h"
#include "traffic/forbidden.h"
#include "traffic/harmless.h"

static const char simulated[] = "expected/demon/simulated.yaml";

struct asked {
    struct network network;
    bool harmless; /* only what may be sent */
    size_t n;      /* with enough memory: probes, entries that are exercised, pairs */
};

static void same(struct asked *asked, size_t n)
{
    if (!base_memory_ran_out()) {
        assert_true(asked->n == 0 || asked->n == n);
        asked->n = n;
    }
}

static int ended(int status)
{
    return status < 0 || base_memory_ran_out() ? -1 : 0;
}

static int plan(void *aux)
{
    static const unsigned mtus[16] = {1500, 1500, 9000};
    struct asked *asked = aux;
    struct network *network = &asked->network;
    struct traffic_plan made;
    struct traffic_harmless harmless = {0};
    const struct traffic_extra extra = {.from = 0, .kind = "extra"};
    struct traffic_plan_options options = {.sends = network->captures,
                                           .mtus = mtus,
                                           .extras = &extra,
                                           .n_extras = 1,
                                           .harmless = asked->harmless ? &harmless : NULL};
    struct base_error error = {""};
    base_memory_begin();
    if (traffic_harmless_open(&harmless, &network->tables, &network->declared) < 0) {
        traffic_harmless_close(&harmless);
        return -1;
    }
    int status = traffic_plan(&network->declared, &options, &made, &error);
    traffic_harmless_close(&harmless);
    if (status == 0) {
        same(asked, made.n_probes);
        traffic_plan_free(&made);
    } else {
        assert_string_equal(error.text, "out of memory");
    }
    return ended(status);
}

static void each_piece(failing_function *function, struct asked *asked, size_t at_least)
{
    asked->n = 0;
    assert_int_equal(function(asked), 0);
    assert_true(asked->n > 0);
    assert_in_range(failing_each_piece(function, asked), at_least, SIZE_MAX);
}

static void frames_are_planned(void **state)
{
    (void)state;
    struct asked asked = {.harmless = false};
    network_load(&asked.network, simulated, "simulated");
    each_piece(plan, &asked, 100);
    asked.harmless = true;
    asked.network.before[1] = NULL; /* the declared stands in for it */
    network_index(&asked.network);
    each_piece(plan, &asked, 100);
    network_free(&asked.network);
}

/* An entry of which it is not known for want of memory is left open, and noted. */
static int cover(void *aux)
{
    struct asked *asked = aux;
    struct network *network = &asked->network;
    struct traffic_cover made;
    const struct traffic_cover_options options = {.plan = NULL, .max_probes = 12};
    base_memory_begin();
    if (traffic_cover(&network->tables, &options, &made) < 0) {
        assert_true(base_memory_ran_out());
        return -1;
    }
    same(asked, made.n_exercised);
    assert_true(made.n_exercised <= asked->n);
    traffic_cover_free(&made);
    return ended(0);
}

static void entries_are_covered(void **state)
{
    (void)state;
    struct asked asked = {.harmless = false};
    network_load(&asked.network, simulated, "simulated");
    assert_int_equal(ofctl_parse_flow("priority=9,in_port=1,actions=output:2",
                                      &asked.network.states[0].flows, NULL, NULL, NULL),
                     0); /* hidden */
    network_index(&asked.network);
    each_piece(cover, &asked, 30);
    network_free(&asked.network);
}

static int judge(void *aux)
{
    struct asked *asked = aux;
    struct network *network = &asked->network;
    struct report report = {0};
    struct traffic_failures failures = {0};
    struct traffic_count count;
    base_memory_begin();
    int status = traffic_count_init(&count, &network->plan, &network->round, &network->tables,
                                    network->before);
    if (status == 0) {
        struct traffic_evidence evidence = network_evidence(network);
        evidence.count = &count;
        status = traffic_judge(&evidence, &report, &failures);
    }
    if (status == 0) {
        same(asked, failures.n_items);
    }
    traffic_count_free(&count);
    traffic_failures_free(&failures);
    report_free(&report);
    return ended(status);
}

static void frames_are_judged(void **state)
{
    (void)state;
    struct asked asked = {.harmless = false};
    network_load(&asked.network, simulated, "simulated");
    network_send(&asked.network, "h1", "h11");
    network_index(&asked.network);
    each_piece(judge, &asked, 20);
    network_free(&asked.network);
}

/* A copy that could not be noted is one that may have come: that memory ran out is known. */
static int see(void *aux)
{
    struct asked *asked = aux;
    struct network *network = &asked->network;
    struct traffic_round round;
    base_memory_begin();
    int status = traffic_round_init(&round, &network->plan, network->captures, 3);
    if (status == 0) {
        traffic_round_see(&round, 0, 1, 0);
        traffic_round_see(&round, 0, 1, 0);
        traffic_round_see_altered(&round, 1, 2, "a byte");
        same(asked, traffic_seen_count(&round, 0, 1) + traffic_seen_count(&round, 1, 2));
    }
    traffic_round_free(&round);
    return ended(status);
}

static void arrivals_are_noted(void **state)
{
    (void)state;
    struct asked asked = {.harmless = false};
    network_load(&asked.network, simulated, "simulated");
    each_piece(see, &asked, 6);
    assert_int_equal(asked.n, 3);
    network_free(&asked.network);
}

static int forbid(void *aux)
{
    struct asked *asked = aux;
    struct network *network = &asked->network;
    struct traffic_forbidden forbidden;
    base_memory_begin();
    if (traffic_forbidden(&network->declared, &network->plan, network->captures, &forbidden) < 0) {
        return -1;
    }
    same(asked, forbidden.n_pairs);
    traffic_forbidden_free(&forbidden);
    return ended(0);
}

/* The plan is as it was. */
static int take_endless(void *aux)
{
    struct asked *asked = aux;
    struct network *network = &asked->network;
    struct traffic_plan endless = {0};
    struct report report = {0};
    struct traffic_failures failures = {0};
    size_t n = network->plan.n_probes;
    struct traffic_probe *probes = calloc(n, sizeof *probes);
    if (!probes) {
        return -1;
    }
    memcpy(probes, network->plan.probes, n * sizeof *probes);
    base_memory_begin();
    int status = traffic_endless_take(&network->plan, &network->tables, &endless);
    if (status < 0) {
        assert_int_equal(network->plan.n_probes, n);
        assert_memory_equal(network->plan.probes, probes, n * sizeof *probes);
    } else {
        same(asked, endless.n_probes);
        status = traffic_endless(&endless, &network->tables, &report, &failures);
    }
    memcpy(network->plan.probes, probes, n * sizeof *probes);
    network->plan.n_probes = n;
    free(probes);
    report_free(&report);
    traffic_failures_free(&failures);
    traffic_plan_free(&endless);
    return ended(status);
}

static void pairs_and_loops_are_found(void **state)
{
    (void)state;
    struct asked asked = {.harmless = false};
    network_load(&asked.network, simulated, "simulated");
    asked.network.captures[10] = false; /* pairs that no frame tries */
    each_piece(forbid, &asked, 1);
    assert_int_equal(ofctl_parse_flow("priority=50000,in_port=1 actions=output:6,in_port",
                                      &asked.network.states[0].flows, NULL, NULL, NULL),
                     0);
    assert_int_equal(ofctl_parse_flow("priority=50000,in_port=1 actions=in_port",
                                      &asked.network.states[2].flows, NULL, NULL, NULL),
                     0);
    assert_int_equal(ofctl_parse_flow("priority=50000,in_port=6 actions=in_port",
                                      &asked.network.states[0].flows, NULL, NULL, NULL),
                     0);
    network_index(&asked.network);
    each_piece(take_endless, &asked, 5);
    network_free(&asked.network);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(frames_are_planned),        cmocka_unit_test(entries_are_covered),
    cmocka_unit_test(frames_are_judged),         cmocka_unit_test(arrivals_are_noted),
    cmocka_unit_test(pairs_and_loops_are_found),
};

TEST_MAIN(tests)
