/* SPDX-License-Identifier: Apache-2.0
 *
 * Which entries of the switch stand behind what was judged? */
#include "ofctl/flow.h"
#include "state/inside.h"

size_t state_n_rows(const struct state_run *run, size_t entry)
{
    return run->pipeline.ways ? run->pipeline.ways[entry].n_rows : 1;
}

size_t state_row(const struct state_run *run, size_t entry, size_t nth)
{
    return run->pipeline.ways ? run->pipeline.ways[entry].rows[nth] : entry;
}

const struct flow_entry *state_last_row(const struct state_run *run, size_t entry)
{
    size_t n = state_n_rows(run, entry);
    return n == 0 ? NULL : &run->state->flows.entries[state_row(run, entry, n - 1)];
}

const char *state_rows_text(const struct state_run *run, size_t entry, struct base_arena *arena)
{
    struct base_buffer text = {0};
    size_t n = entry == ENTRY_NONE ? 0 : state_n_rows(run, entry);
    base_put_text(&text, n == 0 ? "no entry" : "");
    for (size_t i = 0; i < n; i++) {
        base_put_text(&text, i > 0 ? ", then " : "");
        ofctl_format_flow(&run->state->flows.entries[state_row(run, entry, i)], FLOW_NO_STATS,
                          &text);
    }
    return base_arena_take(arena, &text);
}
