/* SPDX-License-Identifier: Apache-2.0
 *
 * What is known in a check so far, and how is it read? */
#include "run/inside.h"

uint64_t run_checking_now_ns(const struct checking *checking)
{
    return checking->world->now_ns(checking->world);
}

double run_checking_ms_since(const struct checking *checking, uint64_t start_ns)
{
    return run_ms_since(checking->world, start_ns);
}

int run_checking_read(struct checking *checking, struct run_states *states)
{
    uint64_t start_ns = run_checking_now_ns(checking);
    run_progress(checking->options, "reading the switches");
    if (run_network_read(&checking->network, checking->reads, checking->error) < 0) {
        return -1;
    }
    checking->report->timing.dump_ms += run_checking_ms_since(checking, start_ns);
    return run_network_take(&checking->network, states, checking->error);
}

int run_checking_index(struct checking *checking)
{
    path_network_close(&checking->tables);
    return path_network_open_dumps(&checking->tables, checking->topology, checking->states.right,
                                   NULL) < 0
               ? base_fail(checking->error, "out of memory")
               : 0;
}

int run_checking_judge_tables(const struct checking *checking, struct report *report)
{
    struct state_options options = {0};
    return state_judge(checking->expectation, checking->states.switches, &options, report,
                       checking->error);
}

struct traffic_evidence run_checking_evidence(const struct checking *checking)
{
    return (struct traffic_evidence){.expectation = checking->expectation,
                                     .declared = &checking->declared,
                                     .tables = &checking->tables,
                                     .plan = &checking->plan,
                                     .round = &checking->round,
                                     .problems = checking->stations.problems,
                                     .addresses = checking->stations.addresses,
                                     .before = checking->states.right,
                                     .after = checking->later.right,
                                     .count = checking->counted ? &checking->count : NULL,
                                     .shots = checking->shots,
                                     .n_shots = checking->n_shots,
                                     .selected = checking->selected};
}
