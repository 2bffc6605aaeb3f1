/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: a network whose first switch chooses. What a sends comes to b, and to c1 or to c2,
 * which is behind a second switch. */
#ifndef TESTING_CHOOSING_NETWORK_H
#define TESTING_CHOOSING_NETWORK_H

#include "ofctl/flow.h"
#include "testing/cmocka.h"
#include "testing/yaml_memory.h"
#include "traffic/traffic.h"

#include <string.h>

enum { HOST_A, HOST_B, HOST_C1, HOST_C2, N_CHOOSING_HOSTS, N_CHOOSING_PORTS = 6 };

struct choosing {
    struct expectation *expectation;
    struct path_declared declared;
    struct path_network tables; /* none was read */
    struct switch_state states[2], later[2];
    struct port ports[2][2][N_CHOOSING_PORTS]; /* of states, of later; by switch */
    const struct switch_state *before[2], *after[2];
    struct traffic_plan plan;
    struct traffic_round round;
    struct traffic_count count;
    struct traffic_failures failures;
    struct report report;
    bool captures[N_CHOOSING_HOSTS];
    const char *problems[N_CHOOSING_HOSTS];
};

static inline void choosing_ports(struct choosing *choosing)
{
    for (size_t sw = 0; sw < 2; sw++) {
        for (uint16_t i = 0; i < N_CHOOSING_PORTS; i++) {
            choosing->ports[0][sw][i] = (struct port){.number = i + 1, .has_counters = true};
            choosing->ports[1][sw][i] = (struct port){.number = i + 1, .has_counters = true};
        }
        choosing->states[sw].ports = choosing->ports[0][sw];
        choosing->later[sw].ports = choosing->ports[1][sw];
        choosing->states[sw].n_ports = choosing->later[sw].n_ports = N_CHOOSING_PORTS;
        choosing->before[sw] = &choosing->states[sw];
        choosing->after[sw] = &choosing->later[sw];
    }
}

/* ports: of s1, as in an expectation. Nothing is sent. */
static inline void choosing_open(struct choosing *choosing, const char *ports)
{
    static const char topology[] =
        "name: net\n"
        "switches: {s1: {dpid: 1}, s2: {dpid: 2}}\n"
        "hosts:\n"
        "  a:  {mac: \"00:00:00:00:00:0a\", ip: 10.0.0.1, port: \"s1:1\"}\n"
        "  b:  {mac: \"00:00:00:00:00:0b\", ip: 10.0.0.2, port: \"s1:2\"}\n"
        "  c1: {mac: \"00:00:00:00:00:c1\", port: \"s1:3\", role: capture}\n"
        "  c2: {mac: \"00:00:00:00:00:c2\", port: \"s2:2\", role: capture}\n"
        "links: [[\"s1:4\", \"s2:1\"], [\"s1:5\", \"s2:3\"]]\n";
    char text[1024];
    struct yaml_diagnostics diagnostics = {0};
    struct memory_file files[] = {{"net.yaml", topology, 0}, {"x", text, 0}, {0}};
    struct yaml_files from = {.read = memory_read, .context = files};
    struct traffic_plan_options options = {.sends = choosing->captures};
    *choosing = (struct choosing){0};
    memset(choosing->captures, true, sizeof choosing->captures);
    snprintf(text, sizeof text, "topology: net.yaml\nports: {s1: {%s}, s2: {1: {output: [2]}}}\n",
             ports);
    assert_int_equal(yaml_load_expectation(&from, "x", &choosing->expectation, &diagnostics), 0);
    choosing_ports(choosing);
    assert_int_equal(path_declared_open(&choosing->declared, choosing->expectation), 0);
    assert_int_equal(path_network_open_dumps(&choosing->tables, choosing->expectation->topology,
                                             (const struct switch_state *const[2]){NULL, NULL},
                                             NULL),
                     0);
    assert_int_equal(traffic_plan(&choosing->declared, &options, &choosing->plan, NULL), 0);
    assert_int_equal(
        traffic_round_init(&choosing->round, &choosing->plan, choosing->captures, N_CHOOSING_HOSTS),
        0);
}

/* All that a sends, n times each, comes so often to b, c1 and c2. */
static inline void choosing_send(struct choosing *choosing, unsigned n, unsigned b, unsigned c1,
                                 unsigned c2)
{
    const unsigned copies[N_CHOOSING_HOSTS] = {[HOST_B] = b, [HOST_C1] = c1, [HOST_C2] = c2};
    for (size_t p = 0; p < choosing->plan.n_probes; p++) {
        bool is_ours = choosing->plan.probes[p].from == HOST_A;
        choosing->round.sent[p] = is_ours ? n : 0;
        choosing->round.seen[p] = NULL;
        for (size_t host = 0; host < N_CHOOSING_HOSTS && is_ours; host++) {
            for (unsigned i = 0; i < copies[host]; i++) {
                traffic_round_see(&choosing->round, p, host, 0);
            }
        }
    }
}

static inline struct traffic_evidence choosing_evidence(const struct choosing *choosing)
{
    return (struct traffic_evidence){.expectation = choosing->expectation,
                                     .declared = &choosing->declared,
                                     .tables = &choosing->tables,
                                     .plan = &choosing->plan,
                                     .round = &choosing->round,
                                     .problems = choosing->problems,
                                     .before = choosing->before,
                                     .after = choosing->after,
                                     .count = &choosing->count};
}

static inline void choosing_judge(struct choosing *choosing)
{
    report_free(&choosing->report);
    traffic_count_free(&choosing->count);
    traffic_failures_free(&choosing->failures);
    assert_int_equal(traffic_count_init(&choosing->count, &choosing->plan, &choosing->round,
                                        &choosing->tables, choosing->before),
                     0);
    struct traffic_evidence evidence = choosing_evidence(choosing);
    assert_int_equal(traffic_judge(&evidence, &choosing->report, &choosing->failures), 0);
}

static inline const struct result *choosing_result(const struct choosing *choosing, const char *id)
{
    for (size_t i = 0; i < choosing->report.n_results; i++) {
        if (strcmp(choosing->report.results[i].id, id) == 0) {
            return &choosing->report.results[i];
        }
    }
    fail_msg("no result %s", id);
    return NULL;
}

static inline void choosing_close(struct choosing *choosing)
{
    path_network_close(&choosing->tables);
    path_declared_close(&choosing->declared);
    traffic_count_free(&choosing->count);
    traffic_failures_free(&choosing->failures);
    traffic_round_free(&choosing->round);
    traffic_plan_free(&choosing->plan);
    report_free(&choosing->report);
    expectation_free(choosing->expectation);
}

#endif
