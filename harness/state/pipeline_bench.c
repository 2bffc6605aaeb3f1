/* SPDX-License-Identifier: Apache-2.0
 *
 * How long state_judge takes for tables as controllers write them (testing/real_pipelines.h), with
 * 400 hosts: composed way by way, beside row by row. `pipeline_bench [HOSTS]`. Processor time. */
#include "space/pipeline.h"
#include "state/state.h"
#include "testing/real_pipelines.h"

#include <time.h>

static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static double compose(const struct switch_state *state, bool merges, size_t *n_leaves)
{
    const struct space_composition how = {.merges = merges};
    struct space_pipeline pipeline;
    double start = now_ms();
    if (space_pipeline_compose(state, &how, &pipeline) < 0) {
        abort();
    }
    double ms = now_ms() - start;
    *n_leaves = pipeline.flows.n_entries;
    space_pipeline_free(&pipeline);
    return ms;
}

/* Each port may send by all others; or, of the learning switch, what it does, case by case. */
static void fill_expectation(struct expectation *expectation, bool by_case, unsigned n_hosts)
{
    static struct topology_switch sw = {.name = "s1", .dpid = 1};
    static struct topology topology = {.switches = &sw, .n_switches = 1};
    static bool lists = true, exact = false;
    static uint16_t all[REAL_PORTS];
    *expectation = (struct expectation){.file = "bench",
                                        .topology = &topology,
                                        .controller_any = true,
                                        .lists_switch = &lists,
                                        .exact_switch = &exact};
    struct base_arena *arena = &expectation->arena;
    struct expected_case *any = base_arena_alloc(arena, REAL_PORTS * sizeof *any);
    expectation->ports = base_arena_alloc(arena, REAL_PORTS * sizeof *expectation->ports);
    for (uint16_t port = 1; expectation->ports && any && port <= REAL_PORTS; port++) {
        struct expected_case *one = &any[port - 1];
        all[port - 1] = port;
        *one =
            (struct expected_case){.match = match_in_port(port), .may = all, .n_may = REAL_PORTS};
        expectation->ports[expectation->n_ports++] = (struct expected_port){
            .port.port = port,
            .cases = by_case ? real_learning_cases(arena, port, n_hosts) : one,
            .n_cases = by_case ? n_hosts + 3 : 1};
    }
}

static double judge(struct switch_state *state, bool by_case, unsigned n_hosts)
{
    struct expectation expectation;
    struct report report = {0};
    fill_expectation(&expectation, by_case, n_hosts);
    struct switch_dump sw = {.dumped = true, .state = state};
    double start = now_ms();
    if (state_judge(&expectation, &sw, NULL, &report, NULL) < 0) {
        abort();
    }
    double ms = now_ms() - start;
    if (report_count(&report, VERDICT_PASS) != REAL_PORTS + 1) {
        printf("NOT ALL PASS\n");
    }
    report_free(&report);
    base_arena_free(&expectation.arena);
    return ms;
}

static void measure(int kind, unsigned n_hosts)
{
    struct switch_state state = {0};
    size_t n_rows, n_merged;
    real_pipeline(&state, kind, n_hosts);
    double by_row = compose(&state, false, &n_rows), merged = compose(&state, true, &n_merged);
    printf("%-9s %5zu entries  %6zu leaves in %6.2f ms  by row %6zu in %6.2f ms  x%-4.0f judged "
           "%7.2f ms\n",
           real_names[kind], state.flows.n_entries, n_merged, merged, n_rows, by_row,
           by_row / merged, judge(&state, false, n_hosts));
    if (kind == 0) {
        printf("%-9s with %u cases for each port %46s judged %7.2f ms\n", real_names[kind],
               n_hosts + 3, "", judge(&state, true, n_hosts));
    }
    switch_state_free(&state);
}

int main(int argc, char **argv)
{
    unsigned n_hosts = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 400;
    printf("%u hosts, %d ports\n", n_hosts, REAL_PORTS);
    for (int kind = 0; kind < REAL_KINDS; kind++) {
        measure(kind, n_hosts);
    }
    return 0;
}
