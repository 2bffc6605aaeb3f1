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

int run_checking_read(struct checking *checking, unsigned what, struct run_states *states)
{
    uint64_t start_ns = run_checking_now_ns(checking);
    run_progress(checking->options, "reading the switches");
    if (run_network_read(&checking->network, what, checking->error) < 0) {
        return -1;
    }
    checking->report->timing.dump_ms += run_checking_ms_since(checking, start_ns);
    return run_network_take(&checking->network, states, checking->error);
}

int run_checking_index(struct checking *checking)
{
    path_network_close(&checking->now.tables);
    return path_network_open_dumps(&checking->now.tables, checking->topology,
                                   checking->now.states.right, NULL) < 0
               ? base_fail(checking->error, "out of memory")
               : 0;
}

int run_checking_harmless(const struct checking *checking, struct traffic_harmless *harmless)
{
    return run_harmless_open(harmless, &checking->now.tables, &checking->declared,
                             &checking->stations, checking->options, checking->error);
}

int run_checking_judge_tables(const struct checking *checking, struct report *report)
{
    struct state_options options = {0};
    return state_judge(checking->expectation, checking->now.states.switches, &options, report,
                       checking->error);
}

void run_look_free(struct run_look *look)
{
    traffic_count_free(&look->count);
    path_network_close(&look->tables);
    run_states_free(&look->states);
    run_states_free(&look->early);
    run_states_free(&look->later);
    *look = (struct run_look){0};
}

/* Which round is judged, where it is not the last one; else NULL. */
static const char *when(const struct checking *checking)
{
    const struct traffic_round *round = checking->judged ? checking->judged->round : NULL;
    return round && round->number < checking->n_rounds
               ? base_arena_format(&checking->report->arena,
                                   "in round %u of %zu, and nothing on the way was seen to change",
                                   round->number, checking->n_rounds)
               : NULL;
}

struct traffic_evidence run_checking_evidence(const struct checking *checking)
{
    const struct run_look *look = checking->judged ? checking->judged : &checking->now;
    return (struct traffic_evidence){.expectation = checking->expectation,
                                     .declared = &checking->declared,
                                     .tables = &look->tables,
                                     .plan = &checking->plan,
                                     .round = look->round,
                                     .when = when(checking),
                                     .problems = checking->stations.problems,
                                     .addresses = checking->stations.addresses,
                                     .harms = checking->probing.harms,
                                     .before = look->states.right,
                                     .early = look->early.right,
                                     .after = look->later.right,
                                     .count = look->counted ? &look->count : NULL,
                                     .lags = look->lags && look->later.right,
                                     .shots = checking->shots,
                                     .n_shots = checking->n_shots,
                                     .selected = checking->selected};
}
