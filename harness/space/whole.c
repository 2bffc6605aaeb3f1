/* SPDX-License-Identifier: Apache-2.0
 *
 * Which one table does what a switch does, and which of the switch's entries stand behind one of
 * its? */
#include "space/whole.h"

#include "base/none.h"
#include "ofctl/flow.h"

int space_whole_open(const struct switch_state *state, const bool *left_out,
                     struct space_whole *whole)
{
    *whole =
        (struct space_whole){.flows = &state->flows, .rows = &state->flows, .left_out = left_out};
    if (!space_pipeline_has(state)) {
        return 0;
    }
    int status = space_pipeline_compose(state, left_out, &whole->pipeline);
    whole->flows = &whole->pipeline.flows;
    whole->left_out = NULL;
    whole->ways = whole->pipeline.ways;
    return status;
}

size_t space_whole_n_rows(const struct space_whole *whole, size_t entry)
{
    return entry == ENTRY_NONE ? 0 : whole->ways ? whole->ways[entry].n_rows : 1;
}

size_t space_whole_row(const struct space_whole *whole, size_t entry, size_t nth)
{
    return whole->ways ? whole->ways[entry].rows[nth] : entry;
}

size_t space_whole_last_row(const struct space_whole *whole, size_t entry)
{
    size_t n = space_whole_n_rows(whole, entry);
    return n == 0 ? ENTRY_NONE : space_whole_row(whole, entry, n - 1);
}

void space_whole_format_rows(const struct space_whole *whole, size_t entry, struct base_buffer *out)
{
    for (size_t i = 0; i < space_whole_n_rows(whole, entry); i++) {
        base_put_text(out, i > 0 ? ", then " : "");
        ofctl_format_flow(&whole->rows->entries[space_whole_row(whole, entry, i)], FLOW_NO_STATS,
                          out);
    }
}

void space_whole_close(struct space_whole *whole)
{
    space_pipeline_free(&whole->pipeline);
    *whole = (struct space_whole){0};
}
