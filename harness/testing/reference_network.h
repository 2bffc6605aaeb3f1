/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: the reference network in memory. Expectations come
 * from expected/demon, tables from topologies/demon; what arrives is what the
 * tables do, until a test says otherwise. */
#ifndef TESTING_REFERENCE_NETWORK_H
#define TESTING_REFERENCE_NETWORK_H

#include "ofctl/flow.h"
#include "testing/cmocka.h"
#include "traffic/traffic.h"
#include "yaml/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct network {
    struct expectation *expectation;
    struct switch_state states[3], later[3];
    const struct switch_state *before[16], *after[16], *early[16];
    struct path_declared declared;
    struct path_network tables; /* of `before`; by network_index */
    struct traffic_plan plan;
    struct traffic_round round;
    bool captures[16];
    const char *problems[16];
    const uint8_t *const *addresses;
    const struct traffic_shot *shots;
    size_t n_shots;
    struct traffic_count count;
    struct traffic_failures failures;
    struct report report;
};

/* What was never set holds anything. */
static inline void fill_garbage(void *what, size_t n_bytes)
{
    memset(what, 0xa5, n_bytes);
}

/* What was freed is empty, and can be freed again. */
static inline void expect_empty(const void *what, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++) {
        assert_int_equal(((const unsigned char *)what)[i], 0);
    }
}

/* The same elements, and no room behind them: AddressSanitizer sees what reads one more. */
static inline void *without_room(void *elements, size_t n, size_t size)
{
    void *exact = n > 0 ? realloc(elements, n * size) : elements;
    assert_true(exact || n == 0);
    return exact;
}

static inline void load_flows(struct switch_state *state, const char *network, size_t sw)
{
    char path[256], line[512];
    snprintf(path, sizeof path, "topologies/demon/%s/s%zu.flows", network, sw + 1);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "#\n")] = 0;
        if (line[strspn(line, " ")]) {
            assert_int_equal(ofctl_parse_flow(line, &state->flows, NULL, NULL, NULL), 0);
        }
    }
    fclose(file);
    for (size_t i = 0; i < state->flows.n_entries; i++) {
        state->flows.entries[i].n_packets = 0;
    }
    state->flows.entries =
        without_room(state->flows.entries, state->flows.n_entries, sizeof *state->flows.entries);
    state->flows.capacity = state->flows.n_entries;
    state->datapath_id = sw + 1;
    state->n_ports = 11;
    state->ports = calloc(state->n_ports, sizeof *state->ports);
    for (size_t i = 0; i < state->n_ports; i++) {
        state->ports[i].number = (uint16_t)(i + 1);
        state->ports[i].has_counters = true;
    }
}

/* Indexes the expectation and the tables as they are now. */
static inline void network_index(struct network *network)
{
    path_network_close(&network->tables);
    path_declared_close(&network->declared);
    assert_int_equal(path_declared_open(&network->declared, network->expectation), 0);
    assert_int_equal(path_network_open_dumps(&network->tables, network->expectation->topology,
                                             network->before, NULL),
                     0);
}

/* The network `flows` of topologies/demon, judged by `expected`. */
static inline void network_load(struct network *network, const char *expected, const char *flows)
{
    struct yaml_diagnostics diagnostics = {0};
    *network = (struct network){0};
    assert_int_equal(
        yaml_load_expectation(&yaml_disk, expected, &network->expectation, &diagnostics), 0);
    yaml_diagnostics_free(&diagnostics);
    for (size_t i = 0; i < 3; i++) {
        load_flows(&network->states[i], flows, i);
        load_flows(&network->later[i], flows, i);
        network->before[i] = &network->states[i];
        network->after[i] = &network->later[i];
    }
    memset(network->captures, true, sizeof network->captures);
    struct traffic_plan_options options = {.sends = network->captures};
    network_index(network);
    fill_garbage(&network->plan, sizeof network->plan);
    fill_garbage(&network->round, sizeof network->round);
    assert_int_equal(traffic_plan(&network->declared, &options, &network->plan, NULL), 0);
    network->plan.probes =
        without_room(network->plan.probes, network->plan.n_probes, sizeof *network->plan.probes);
    assert_int_equal(traffic_round_init(&network->round, &network->plan, network->captures,
                                        network->expectation->topology->n_hosts),
                     0);
}

static inline size_t network_host(const struct network *network, const char *name)
{
    size_t host = topology_find_host(network->expectation->topology, name);
    assert_true(host != HOST_NONE);
    return host;
}

static inline void network_count_port(struct network *network, struct port_ref ref, bool rx)
{
    struct switch_state *state = &network->later[ref.sw];
    for (size_t i = 0; i < state->n_ports; i++) {
        if (state->ports[i].number == ref.port) {
            state->ports[i].counters.rx_packets += rx;
            state->ports[i].counters.tx_packets += !rx;
        }
    }
}

/* The ports by which a walk comes to its i-th hop. */
static inline void network_count(struct network *network, const struct path_walk *walk, size_t i)
{
    const struct path_hop *hop = &walk->hops[i];
    network_count_port(network, hop->in, true);
    if (hop->previous != HOP_NONE) {
        size_t sw = walk->hops[hop->previous].in.sw;
        network_count_port(network, (struct port_ref){sw, hop->out}, false);
    }
}

/* All probes are sent, and arrive as the tables say; but those from `from` are
 * lost on the way to `to` (both may be NULL). Entries count what they take. */
static inline void network_send(struct network *network, const char *from, const char *to)
{
    network_index(network);
    for (size_t p = 0; p < network->plan.n_probes; p++) {
        const struct traffic_probe *probe = &network->plan.probes[p];
        struct path_walk walk;
        network->round.sent[p] = 1;
        path_follow_from(&network->tables, probe->from, &probe->header, &walk);
        for (size_t i = 0; i < walk.n_hops; i++) {
            network_count(network, &walk, i);
            if (walk.hops[i].entry != ENTRY_NONE) {
                network->later[walk.hops[i].in.sw].flows.entries[walk.hops[i].entry].n_packets++;
            }
        }
        for (size_t i = 0; i < walk.n_arrivals; i++) {
            size_t sw = walk.hops[walk.arrivals[i].hop].in.sw;
            network_count_port(network, (struct port_ref){sw, walk.arrivals[i].header.in_port},
                               false);
            bool lost = from && probe->from == network_host(network, from) &&
                        walk.arrivals[i].host == network_host(network, to);
            if (!lost) {
                traffic_round_see(&network->round, p, walk.arrivals[i].host, 0);
            }
        }
    }
}

static inline struct traffic_evidence network_evidence(const struct network *network)
{
    return (struct traffic_evidence){.expectation = network->expectation,
                                     .declared = &network->declared,
                                     .tables = &network->tables,
                                     .plan = &network->plan,
                                     .round = &network->round,
                                     .problems = network->problems,
                                     .before = network->before,
                                     .after = network->after,
                                     .early = network->early[0] ? network->early : NULL,
                                     .addresses = network->addresses,
                                     .shots = network->shots,
                                     .n_shots = network->n_shots,
                                     .count = &network->count};
}

/* Counts and judges what was sent, in a new report. */
static inline void network_judge(struct network *network)
{
    report_free(&network->report);
    traffic_count_free(&network->count);
    traffic_failures_free(&network->failures);
    network_index(network);
    expect_empty(&network->count, sizeof network->count);
    fill_garbage(&network->count, sizeof network->count);
    assert_int_equal(traffic_count_init(&network->count, &network->plan, &network->round,
                                        &network->tables, network->before),
                     0);
    struct traffic_evidence evidence = network_evidence(network);
    assert_int_equal(traffic_judge(&evidence, &network->report, &network->failures), 0);
}

static inline const struct result *network_result(const struct network *network, const char *id)
{
    for (size_t i = 0; i < network->report.n_results; i++) {
        if (strcmp(network->report.results[i].id, id) == 0) {
            return &network->report.results[i];
        }
    }
    fail_msg("no result %s", id);
    return NULL;
}

static inline size_t network_not_passed(const struct network *network)
{
    return network->report.n_results - report_count(&network->report, VERDICT_PASS);
}

static inline void network_free(struct network *network)
{
    for (size_t i = 0; i < 3; i++) {
        switch_state_free(&network->states[i]);
        switch_state_free(&network->later[i]);
    }
    path_network_close(&network->tables);
    path_declared_close(&network->declared);
    traffic_count_free(&network->count);
    traffic_failures_free(&network->failures);
    traffic_round_free(&network->round);
    traffic_plan_free(&network->plan);
    expect_empty(&network->count, sizeof network->count);
    expect_empty(&network->failures, sizeof network->failures);
    expect_empty(&network->round, sizeof network->round);
    expect_empty(&network->plan, sizeof network->plan);
    report_free(&network->report);
    expectation_free(network->expectation);
}

#endif
