/* SPDX-License-Identifier: Apache-2.0
 *
 * By which table is a switch judged: its own, or what its tables are composed to? */
#include "base/memory.h"
#include "state/inside.h"

#include <stdlib.h>

static bool has_odd(const struct state_run *run)
{
    bool found = false;
    for (size_t i = 0; i < run->state->flows.n_entries && !found; i++) {
        const struct flow_entry *row = &run->state->flows.entries[i];
        found = state_lifetime_wrong(row, run->expectation->expires_sec, 0) ||
                state_lifetime_ends(run, row);
    }
    return found;
}

int state_run_index(struct state_run *run)
{
    bool merges = space_pipeline_has(run->state);
    uint8_t *kinds = merges ? state_lifetime_kinds(run) : NULL;
    run->how =
        (struct space_composition){.left_out = run->left_out, .merges = merges, .kinds = kinds};
    if ((merges && !kinds) || space_whole_open(run->state, &run->how, &run->whole) < 0 ||
        space_whole_index(&run->whole, &run->table) < 0) {
        return -1;
    }
    run->has_odd = has_odd(run);
    run->ids = base_calloc(run->table.actions.n_ids + 1, sizeof *run->ids);
    run->present = base_calloc(run->table.actions.n_ids + 1, sizeof *run->present);
    run->meets = base_calloc(run->whole.flows->n_entries + 1, sizeof *run->meets);
    run->meets_budget = state_budget_of(run, 0);
    return run->ids && run->present && run->meets ? 0 : -1;
}

void state_run_free(struct state_run *run)
{
    space_table_free(&run->table);
    space_whole_close(&run->whole);
    free(run->left_out);
    free((void *)run->how.kinds);
    free(run->expiring);
    free(run->ids);
    free(run->present);
    free(run->priorities);
    free(run->meets);
    state_entries_free(run);
}
