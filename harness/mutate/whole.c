/* SPDX-License-Identifier: Apache-2.0
 *
 * What is a switch like with a mutant in it, and what do claims say of the network then? Asked
 * where tables are composed (space/whole.h): a change may touch any packet there. */
#include "base/memory.h"
#include "mutate/inside.h"

#include <stdlib.h>

const struct flow_entry *mutate_trial_row(const struct mutate_trial *trial, size_t row)
{
    const struct mutate_mutant *mutant = trial->mutant;
    if (row == mutant->row) {
        return mutant->gone ? NULL : &mutant->now;
    }
    return row == mutant->other ? &mutant->other_now : &trial->run->state->flows.entries[row];
}

void mutate_trial_sense(struct mutate_trial *trial, enum mutation_sense by, enum verdict verdict,
                        const char *id)
{
    struct mutation *mutation = trial->mutation;
    struct base_arena *arena = &trial->run->mutations->arena;
    if (verdict == VERDICT_FAIL && !mutation->sensed[by]) {
        mutation->sensed[by] = base_arena_text(arena, id);
    } else if (verdict == VERDICT_INCONCLUSIVE && !mutation->open) {
        mutation->open = base_arena_format(arena, "%s is inconclusive", id);
    }
}

int mutate_whole_open(const struct mutate_trial *trial, bool expires, struct switch_state *out)
{
    const struct switch_state *state = trial->run->state;
    const struct mutate_mutant *mutant = trial->mutant;
    *out = *state;
    out->flows = (struct flow_table){0};
    out->groups.groups = base_calloc(state->groups.n_groups + 1, sizeof *out->groups.groups);
    int status = out->groups.groups ? 0 : -1;
    for (size_t i = 0; i < state->groups.n_groups && status == 0; i++) {
        out->groups.groups[i] = mutant->row == ENTRY_NONE && i == mutant->group
                                    ? mutant->group_now
                                    : state->groups.groups[i];
    }
    for (size_t row = 0; row < state->flows.n_entries && status == 0; row++) {
        const struct flow_entry *now = mutate_trial_row(trial, row);
        if (!now || (expires && mutant->is_lifetime && row == mutant->row)) {
            continue;
        }
        struct flow_entry *added = flow_table_add(&out->flows);
        status = added ? 0 : -1;
        if (added) {
            *added = *now;
        }
    }
    return status;
}

void mutate_whole_close(struct switch_state *state)
{
    flow_table_free(&state->flows);
    free(state->groups.groups);
}

/* Of the switch, and of claims. */
static int judge(struct mutate_trial *trial, const struct switch_state *state,
                 struct switch_dump *switches)
{
    const struct mutate_run *run = trial->run;
    struct report report = {0};
    switches[run->sw] = (struct switch_dump){.dumped = true, .state = state};
    int status = prove_claims(run->expectation, switches, NULL, &report, NULL, run->error);
    for (size_t i = 0; i < report.n_results && status == 0; i++) {
        mutate_trial_sense(trial, SENSED_BY_TRAFFIC, report.results[i].verdict,
                           report.results[i].id);
    }
    report_free(&report);
    return status;
}

int mutate_whole_claims(struct mutate_trial *trial)
{
    const struct mutate_run *run = trial->run;
    size_t n = run->expectation->topology->n_switches;
    struct switch_dump *switches = base_calloc(n + 1, sizeof *switches);
    struct switch_state state = {0};
    int status = switches ? mutate_whole_open(trial, false, &state) : -1;
    for (size_t i = 0; i < n && status == 0; i++) {
        switches[i] = run->switches[i];
    }
    status = status == 0 ? judge(trial, &state, switches) : status;
    mutate_whole_close(&state);
    free(switches);
    return status;
}
