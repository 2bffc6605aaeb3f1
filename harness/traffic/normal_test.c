/* SPDX-License-Identifier: Apache-2.0
 *
 * What may arrive of frames that `ports:` hand to NORMAL, beside what must. */
#include "testing/cmocka.h"
#include "testing/yaml_memory.h"
#include "traffic/traffic.h"

#include <string.h>

/* a, b and cap at s1, c at s2; whatever comes from a is copied to cap. */
static const char topology[] =
    "name: net\n"
    "switches: {s1: {dpid: 1}, s2: {dpid: 2}}\n"
    "hosts:\n"
    "  a:   {mac: \"00:00:00:00:00:0a\", ip: 10.0.0.1, port: \"s1:1\"}\n"
    "  b:   {mac: \"00:00:00:00:00:0b\", ip: 10.0.0.2, port: \"s1:2\"}\n"
    "  c:   {mac: \"00:00:00:00:00:0c\", ip: 10.0.0.3, port: \"s2:2\"}\n"
    "  cap: {mac: \"00:00:00:00:00:0d\", port: \"s1:3\", role: capture}\n"
    "links: [[\"s1:4\", \"s2:1\"], [\"s1:5\", \"s2:3\"]]\n";

static const char ports[] = "topology: net.yaml\n"
                            "ports:\n"
                            "  s1: {1: {output: [normal, 3]}, 2: {output: [normal]}, 4: drop}\n"
                            "  s2: {1: {output: [2]}}\n";

enum { A, B, C, CAP, N_HOSTS };

struct planned {
    struct expectation *expectation;
    struct path_declared declared;
    struct traffic_plan plan;
};

static void plan(struct planned *planned, const char *ports_text, const char *rest)
{
    static const bool all[N_HOSTS] = {true, true, true, true};
    char text[2048];
    struct yaml_diagnostics diagnostics = {0};
    struct memory_file files[] = {{"net.yaml", topology, 0}, {"x", text, 0}, {0}};
    struct yaml_files from = {.read = memory_read, .context = files};
    struct traffic_plan_options options = {.sends = all};
    snprintf(text, sizeof text, "%s%s", ports_text, rest);
    assert_int_equal(yaml_load_expectation(&from, "x", &planned->expectation, &diagnostics), 0);
    assert_int_equal(path_declared_open(&planned->declared, planned->expectation), 0);
    assert_int_equal(traffic_plan(&planned->declared, &options, &planned->plan, NULL), 0);
}

static void free_planned(struct planned *planned)
{
    traffic_plan_free(&planned->plan);
    path_declared_close(&planned->declared);
    expectation_free(planned->expectation);
}

/* The first probe of this kind that the host sends. */
static size_t find(const struct planned *planned, size_t from, const char *kind)
{
    const struct traffic_plan *plan = &planned->plan;
    for (size_t p = 0; p < plan->n_probes; p++) {
        if (plan->probes[p].from == from && strcmp(plan->probes[p].kind, kind) == 0) {
            return p;
        }
    }
    fail_msg("no probe %s", kind);
    return 0;
}

/* How many copies must arrive at a, b, c, cap, and how many may: "0..1 1 0 0". */
static void expect(const struct planned *planned, size_t from, const char *kind, const char *wanted)
{
    const struct traffic_probe *probe = &planned->plan.probes[find(planned, from, kind)];
    struct base_buffer text = {0};
    for (size_t to = 0; to < N_HOSTS; to++) {
        unsigned least = traffic_plan_copies(probe, to), most = traffic_plan_most(probe, to);
        base_put_format(&text, "%s%u", to > 0 ? " " : "", least);
        if (most > least) {
            base_put_format(&text, most >= TRAFFIC_COPIES_ANY ? "..*" : "..%u", most);
        }
    }
    if (strcmp(base_buffer_text(&text), wanted) != 0) {
        fail_msg("%s: %s instead of %s", kind, base_buffer_text(&text), wanted);
    }
    base_buffer_free(&text);
}

static void without_claims_what_is_certain_must_arrive(void **state)
{
    (void)state;
    struct planned planned;
    plan(&planned, ports, "");
    expect(&planned, A, "broadcast", "0 0..1 0..1 1..2");
    expect(&planned, A, "unicast", "0 0..1 0 1"); /* to b, whose place is known */
    expect(&planned, B, "broadcast", "0..1 0 0..1 0..1");
    expect(&planned, B, "unicast", "0..1 0 0 0");
    expect(&planned, C, "broadcast", "0 0 0 0"); /* s2:2 is not listed */
    const struct traffic_probe *probe = &planned.plan.probes[find(&planned, A, "broadcast")];
    assert_int_equal(traffic_plan_arrival(probe, B)->n_as, 1); /* NORMAL rewrites nothing */
    free_planned(&planned);
}

static void claims_hold_and_normal_may_do_what_they_do_not_speak_of(void **state)
{
    (void)state;
    struct planned planned;
    plan(&planned, ports,
         "traffic:\n"
         "  - {from: a, delivered: [b], mirrored: [cap]}\n"
         "  - {from: b, delivered: [a], isolated: [cap]}\n"
         "  - {from: cap, isolated: all}\n");
    expect(&planned, A, "broadcast", "0 1 0..1 1");
    expect(&planned, A, "unicast", "0 1 0 1");
    expect(&planned, B, "broadcast", "1 0 0..1 0");
    expect(&planned, CAP, "broadcast", "0 0 0 0");
    free_planned(&planned);
}

/* What a case may do besides takes nothing from what it must do: as often, and as it was sent. */
static void what_may_leave_besides_replaces_nothing(void **state)
{
    (void)state;
    struct planned planned;
    plan(&planned, "topology: net.yaml\nports: {s1: {1: {output: [2], may: [3]}}}\n", "");
    expect(&planned, A, "broadcast", "0 1 0 0..1"); /* and leads nowhere else */
    const struct traffic_probe *probe = &planned.plan.probes[find(&planned, A, "broadcast")];
    assert_int_equal(traffic_plan_arrival(probe, B)->n_as, 1);
    free_planned(&planned);
}

/* One of several ways takes nothing from what leaves by all of them, and leads nowhere else. */
static void a_choice_is_between_its_ways(void **state)
{
    (void)state;
    struct planned planned;
    plan(&planned,
         "topology: net.yaml\n"
         "ports: {s1: {1: {output: [2], one_of: [3, 4]}}, s2: {1: {output: [2]}, 3: {output: "
         "[2]}}}\n",
         "");
    expect(&planned, A, "broadcast", "0 1 0..1 0..1");
    const struct traffic_probe *probe = &planned.plan.probes[find(&planned, A, "broadcast")];
    assert_int_equal(traffic_plan_arrival(probe, B)->n_as, 1);
    assert_int_equal(traffic_plan_arrival(probe, CAP)->n_as, 1);
    free_planned(&planned);
}

/* What is certain by `ports:`, and no claim allows, is a stray. */
static void claims_are_a_closed_world_elsewhere(void **state)
{
    (void)state;
    struct planned planned;
    plan(&planned, ports, "traffic:\n  - {from: a, delivered: [b]}\n");
    expect(&planned, A, "unicast", "0 1 0 0");
    free_planned(&planned);
}

/* Of a switch that is not listed nothing is said: a claim's frames must not arrive by it, those
 * of a sender without claims may. */
static void what_is_not_listed_is_open_where_nothing_is_claimed(void **state)
{
    (void)state;
    static const char open[] = "topology: net.yaml\nports:\n  s1: {1: {output: [2, 4]}}\n";
    struct planned planned;
    plan(&planned, open, "");
    expect(&planned, A, "broadcast", "0 1 0..1 0");
    const struct traffic_probe *probe = &planned.plan.probes[find(&planned, A, "broadcast")];
    assert_null(traffic_plan_arrival(probe, C)->as); /* in whatever form */
    assert_int_equal(traffic_plan_arrival(probe, B)->n_as, 1);
    free_planned(&planned);
    plan(&planned, open, "traffic:\n  - {from: a, delivered: [b]}\n");
    expect(&planned, A, "broadcast", "0 1 0 0");
    free_planned(&planned);
}

static void rewritten_for_normal_it_arrives_in_any_form(void **state)
{
    (void)state;
    struct planned planned;
    plan(&planned,
         "topology: net.yaml\nports:\n"
         "  s1: {1: {mod_vlan_vid: 5, output: [normal]}}\n",
         "");
    expect(&planned, A, "broadcast", "0 0..1 0..2 0..1");
    const struct traffic_probe *probe = &planned.plan.probes[find(&planned, A, "broadcast")];
    assert_null(traffic_plan_arrival(probe, B)->as);
    free_planned(&planned);
}

/* Two cables between two switches that do NORMAL: who knows how often it comes. */
static void round_a_ring_any_number_may_come(void **state)
{
    (void)state;
    struct planned planned;
    plan(&planned,
         "topology: net.yaml\nports:\n"
         "  s1: {\"1,4-5\": {output: [normal]}}\n"
         "  s2: {\"1,3\": {output: [normal]}}\n",
         "");
    expect(&planned, A, "broadcast", "0..* 0..* 0..* 0..*");
    free_planned(&planned);
}

/* Sentinels are sent for what must arrive. */
static void sentinels_are_certain(void **state)
{
    (void)state;
    struct planned planned;
    size_t n[N_HOSTS] = {0};
    plan(&planned, ports, "");
    for (size_t p = 0; p < planned.plan.n_probes; p++) {
        n[planned.plan.probes[p].from] += planned.plan.probes[p].sentinel;
    }
    assert_int_equal(n[A], 1);
    assert_int_equal(n[B], 0);
    free_planned(&planned);
}

/* One round in which b's broadcast and unicast came so often to a, c and cap. */
static size_t failures(const struct planned *planned, const char *kind, const unsigned came[4])
{
    static const bool captures[N_HOSTS] = {true, true, true, true};
    static const char *const problems[N_HOSTS];
    struct traffic_round round;
    struct path_network tables = {0};
    struct report report = {0};
    struct traffic_failures failures = {0};
    size_t p = find(planned, B, kind);
    assert_int_equal(traffic_round_init(&round, &planned->plan, captures, N_HOSTS), 0);
    round.sent[p] = 2;
    for (size_t to = 0; to < N_HOSTS; to++) {
        for (unsigned i = 0; i < came[to]; i++) {
            traffic_round_see(&round, p, to, 0);
        }
    }
    struct traffic_evidence evidence = {.expectation = planned->expectation,
                                        .declared = &planned->declared,
                                        .tables = &tables,
                                        .plan = &planned->plan,
                                        .round = &round,
                                        .problems = problems};
    assert_int_equal(traffic_judge(&evidence, &report, &failures), 0);
    size_t n = report_count(&report, VERDICT_FAIL);
    assert_int_equal(traffic_round_conforms(&round, &planned->plan), n == 0);
    traffic_failures_free(&failures);
    report_free(&report);
    traffic_round_free(&round);
    return n;
}

static void arrivals_are_judged(void **state)
{
    (void)state;
    struct planned planned;
    plan(&planned, ports, "");
    assert_int_equal(failures(&planned, "broadcast", (unsigned[]){2, 0, 2, 2}), 0);
    assert_int_equal(failures(&planned, "broadcast", (unsigned[]){0, 0, 0, 0}), 0);
    assert_int_equal(failures(&planned, "broadcast", (unsigned[]){1, 0, 2, 0}), 0);
    assert_int_equal(failures(&planned, "broadcast", (unsigned[]){3, 0, 2, 2}), 1);
    assert_int_equal(failures(&planned, "broadcast", (unsigned[]){2, 1, 2, 2}), 1);
    assert_int_equal(failures(&planned, "unicast", (unsigned[]){2, 0, 0, 0}), 0);
    assert_int_equal(failures(&planned, "unicast", (unsigned[]){2, 0, 1, 0}), 1);
    free_planned(&planned);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(without_claims_what_is_certain_must_arrive),
    cmocka_unit_test(claims_hold_and_normal_may_do_what_they_do_not_speak_of),
    cmocka_unit_test(what_may_leave_besides_replaces_nothing),
    cmocka_unit_test(a_choice_is_between_its_ways),
    cmocka_unit_test(claims_are_a_closed_world_elsewhere),
    cmocka_unit_test(what_is_not_listed_is_open_where_nothing_is_claimed),
    cmocka_unit_test(rewritten_for_normal_it_arrives_in_any_form),
    cmocka_unit_test(round_a_ring_any_number_may_come),
    cmocka_unit_test(sentinels_are_certain),
    cmocka_unit_test(arrivals_are_judged),
};

TEST_MAIN(tests)
