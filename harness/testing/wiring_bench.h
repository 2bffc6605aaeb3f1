/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: two switches, the cables between them, what was sent over these and what ports
 * counted; and what is told of the cables. */
#ifndef TESTING_WIRING_BENCH_H
#define TESTING_WIRING_BENCH_H

#include "blame/wiring.h"
#include "ofctl/flow.h"
#include "testing/cmocka.h"

#include <string.h>

/* s1:1 to s1:3 are cabled to s2:1 to s2:3; port 4 of both is free; a host at s2:5 gets all. */
enum { LINKS = 3, PORTS = 5 };

struct bench {
    struct topology topology;
    struct topology_switch switches[2];
    struct topology_link links[LINKS];
    struct topology_host hosts[2];
    struct switch_state states[4]; /* s1, s2 before and after */
    struct port ports[4][PORTS];
    const struct switch_state *before[2], *after[2];
    struct path_network tables;
    struct traffic_plan plan;
    struct traffic_round round;
    struct traffic_count count;
    struct traffic_evidence evidence;
    struct blame_reading reading;
    struct blame_wiring wiring;
};

/* With one entry of s1. */
static inline void bench_open_with(struct bench *bench, const char *flow)
{
    *bench = (struct bench){.switches = {{.name = "s1"}, {.name = "s2"}}};
    if (flow) {
        assert_int_equal(ofctl_parse_flow(flow, &bench->states[0].flows, NULL, NULL, NULL), 0);
    }
    bench->topology = (struct topology){.switches = bench->switches,
                                        .n_switches = 2,
                                        .hosts = bench->hosts,
                                        .n_hosts = 2,
                                        .links = bench->links,
                                        .n_links = LINKS};
    bench->hosts[0] = (struct topology_host){.name = "a", .port = {0, 5}};
    bench->hosts[1] = (struct topology_host){.name = "b", .port = {1, 5}};
    for (uint16_t i = 0; i < LINKS; i++) {
        bench->links[i] = (struct topology_link){{0, i + 1}, {1, i + 1}, {"t.yaml", i + 1, 1}};
    }
    for (size_t i = 0; i < 4; i++) {
        bench->states[i].ports = bench->ports[i];
        bench->states[i].n_ports = PORTS;
        for (uint16_t port = 0; port < PORTS; port++) {
            bench->ports[i][port] = (struct port){.number = port + 1, .has_counters = true};
        }
        *(i < 2 ? &bench->before[i] : &bench->after[i - 2]) = &bench->states[i];
    }
    assert_int_equal(path_network_open_dumps(&bench->tables, &bench->topology, bench->before, NULL),
                     0);
    assert_int_equal(traffic_round_init(&bench->round, &bench->plan, NULL, 0), 0);
    assert_int_equal(blame_wiring_open(&bench->wiring, &bench->topology, bench->before), 0);
    bench->evidence = (struct traffic_evidence){
        .tables = &bench->tables, .plan = &bench->plan, .round = &bench->round};
    bench->reading = (struct blame_reading){bench->before, bench->after, &bench->count};
}

static inline void bench_open(struct bench *bench)
{
    bench_open_with(bench, NULL);
}

/* Nothing was sent, and nothing counted, since the last reading. */
static inline void bench_begin(struct bench *bench)
{
    traffic_count_free(&bench->count);
    assert_int_equal(traffic_count_init(&bench->count, &bench->plan, &bench->round, &bench->tables,
                                        bench->before),
                     0);
    for (size_t i = 0; i < 2; i++) {
        memcpy(bench->ports[i], bench->ports[i + 2], sizeof bench->ports[i]);
    }
}

static inline struct port_counters *later(struct bench *bench, size_t sw, uint16_t port)
{
    return &bench->ports[sw + 2][port - 1].counters;
}

/* From s1: `sure` frames of ours and `others` leave by one port, and come to one of s2. */
static inline void bench_send(struct bench *bench, uint16_t by, uint16_t to, unsigned sure,
                              unsigned others)
{
    struct port_ref out = {0, by};
    traffic_count_port(&bench->count, bench->before, out)->sure_tx += sure;
    traffic_count_port(&bench->count, bench->before, (struct port_ref){1, 5})->sure_tx += sure;
    later(bench, 1, 5)->tx_packets += sure;
    later(bench, 0, by)->tx_packets += sure + others;
    later(bench, 1, to)->rx_packets += sure + others;
}

/* A letter for each cable: Right, Wrong, Idle, opeN, Spared, Uncounted, Late, Alike, Otherwise,
 * sTill, Many, Disputed. */
static inline void bench_expect(struct bench *bench, bool counted, const char *expected)
{
    char got[LINKS + 1] = {0};
    assert_int_equal(blame_wiring_read(&bench->wiring, &bench->reading) == BLAME_COUNTED, counted);
    blame_wiring_note(&bench->wiring);
    assert_int_equal(blame_wiring_decide(&bench->wiring, &bench->evidence, &bench->reading), 0);
    for (size_t i = 0; i < LINKS; i++) {
        got[i] = "RWINSULAOTMD"[bench->wiring.wired[i]];
    }
    assert_string_equal(got, expected);
}

static inline void bench_close(struct bench *bench)
{
    blame_wiring_close(&bench->wiring);
    traffic_count_free(&bench->count);
    traffic_round_free(&bench->round);
    path_network_close(&bench->tables);
    flow_table_free(&bench->states[0].flows);
}

/* Of a reading in which the i-th cable from s1 carried numbers[i] frames to port to[i] of s2. */
static inline void bench_carry(struct bench *bench, const unsigned *numbers, const uint16_t *to)
{
    bench_begin(bench);
    for (uint16_t i = 0; i < LINKS; i++) {
        bench_send(bench, i + 1, to[i], numbers[i], 0);
    }
}

static const uint16_t straight[] = {1, 2, 3}, crossed[] = {2, 1, 3}, turned[] = {2, 3, 1};

static inline const struct result *result_of(const struct report *report, size_t i, const char *id)
{
    assert_true(i < report->n_results);
    assert_string_equal(report->results[i].id, id);
    return &report->results[i];
}

#endif
