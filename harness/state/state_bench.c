/* SPDX-License-Identifier: Apache-2.0
 *
 * How long state_judge takes for a large table: 48 ports, entries by ingress
 * port and destination that all send where the port should, and a catch-all
 * for each port. `state_bench [ENTRIES [ROUNDS]]`. Prints the median and the
 * best, and how long it takes when one entry a port is wrong. */
#include "state/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PORTS = 48 };

static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static struct action *output_of(struct base_arena *arena, uint16_t port)
{
    struct action *actions = base_arena_alloc(arena, 2 * sizeof *actions);
    if (!actions) {
        abort();
    }
    actions[0].port = (uint16_t)(PORTS + port);
    actions[1].port = (uint16_t)(2 * PORTS + 1);
    return actions;
}

/* As a dump fills it: every entry with an action list of its own. */
static void fill_table(struct flow_table *table, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct flow_entry *entry = flow_table_add(table);
        uint16_t port = (uint16_t)(1 + i % PORTS);
        if (!entry) {
            abort();
        }
        entry->match = match_in_port(port);
        entry->priority = 1;
        if (i >= PORTS) {
            entry->match.mask.dl_type = 0xffff;
            entry->match.value.dl_type = DL_TYPE_IP;
            entry->match.mask.nw_dst = UINT32_MAX;
            entry->match.value.nw_dst = (uint32_t)(0x0a000000 + i);
            entry->priority = 100;
        }
        entry->actions = output_of(&table->arena, port);
        entry->n_actions = 2;
    }
}

static void fill_expectation(struct expectation *expectation, struct topology *topology)
{
    static struct topology_switch sw = {.name = "s1", .dpid = 1};
    static bool lists = true, exact = false;
    *topology = (struct topology){.switches = &sw, .n_switches = 1};
    *expectation = (struct expectation){.file = "bench",
                                        .topology = topology,
                                        .n_ports = PORTS,
                                        .lists_switch = &lists,
                                        .exact_switch = &exact};
    expectation->ports = base_arena_alloc(&expectation->arena, PORTS * sizeof *expectation->ports);
    struct expected_case *cases =
        base_arena_alloc(&expectation->arena, PORTS * sizeof *expectation->ports->cases);
    if (!expectation->ports || !cases) {
        abort();
    }
    for (uint16_t i = 0; i < PORTS; i++) {
        cases[i].match = match_in_port(i + 1);
        cases[i].actions = output_of(&expectation->arena, i + 1);
        cases[i].n_actions = 2;
        expectation->ports[i] =
            (struct expected_port){.port = {.port = i + 1}, .cases = &cases[i], .n_cases = 1};
    }
}

static int compare_times(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void measure(const char *what, const struct expectation *expectation,
                    const struct switch_dump *sw, size_t rounds)
{
    double *times = calloc(rounds, sizeof *times);
    size_t n_pass = 0, n_results = 0;
    for (size_t i = 0; i < rounds && times; i++) {
        struct report report = {0};
        double start = now_ms();
        if (state_judge(expectation, sw, NULL, &report, NULL) < 0) {
            abort();
        }
        times[i] = now_ms() - start;
        n_pass = report_count(&report, VERDICT_PASS);
        n_results = report.n_results;
        report_free(&report);
    }
    if (times) {
        qsort(times, rounds, sizeof *times, compare_times);
        printf("%-24s median %7.2f ms  best %7.2f ms  (%zu of %zu pass)\n", what, times[rounds / 2],
               times[0], n_pass, n_results);
    }
    free(times);
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoull(argv[1], NULL, 0) : 100000;
    size_t rounds = argc > 2 ? strtoull(argv[2], NULL, 0) : 21;
    struct switch_state state = {.datapath_id = 1};
    struct port ports[2 * PORTS + 1] = {0};
    struct expectation expectation;
    struct topology topology;
    for (uint16_t i = 0; i < 2 * PORTS + 1; i++) {
        ports[i].number = i + 1;
    }
    state.ports = ports;
    state.n_ports = 2 * PORTS + 1;
    fill_table(&state.flows, n);
    fill_expectation(&expectation, &topology);
    struct switch_dump sw = {.dumped = true, .state = &state};
    printf("%zu entries, %d ports\n", n, PORTS);
    measure("all as expected", &expectation, &sw, rounds);
    for (size_t i = PORTS; i < 2 * PORTS && i < n; i++) {
        state.flows.entries[i].n_actions = 1;
    }
    measure("one wrong entry a port", &expectation, &sw, rounds);
    for (size_t i = 0; i < n; i++) {
        state.flows.entries[i].n_actions = 1;
    }
    measure("every entry wrong", &expectation, &sw, rounds);
    flow_table_free(&state.flows);
    base_arena_free(&expectation.arena);
    return 0;
}
