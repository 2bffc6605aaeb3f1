/* SPDX-License-Identifier: Apache-2.0
 *
 * Which one table does what a switch does, and which of the switch's entries stand behind one of
 * its? */
#include "space/whole.h"

#include "base/none.h"
#include "ofctl/flow.h"

int space_whole_open(const struct switch_state *state, const struct space_composition *how,
                     struct space_whole *whole)
{
    *whole = (struct space_whole){.flows = &state->flows, .rows = &state->flows};
    whole->how = how ? *how : whole->how;
    if (!space_pipeline_has(state)) {
        return 0;
    }
    int status = space_pipeline_compose(state, &whole->how, &whole->pipeline);
    whole->flows = &whole->pipeline.flows;
    whole->ways = whole->pipeline.ways;
    return status;
}

int space_whole_index(const struct space_whole *whole, struct space_table *table)
{
    return whole->ways ? space_pipeline_index(&whole->pipeline, table)
                       : space_table_index(table, whole->flows, whole->how.left_out);
}

size_t space_whole_n_rows(const struct space_whole *whole, size_t entry)
{
    return entry == ENTRY_NONE ? 0 : whole->ways ? whole->ways[entry].n_rows : 1;
}

size_t space_whole_row(const struct space_whole *whole, size_t entry, size_t nth,
                       const struct header *header)
{
    return whole->ways ? space_way_row(&whole->ways[entry], nth, header) : entry;
}

void space_whole_format_rows(const struct space_whole *whole, size_t entry,
                             const struct header *header, struct base_buffer *out)
{
    for (size_t i = 0; i < space_whole_n_rows(whole, entry); i++) {
        size_t row = space_whole_row(whole, entry, i, header);
        base_put_text(out, i > 0 ? ", then " : "");
        ofctl_format_flow(&whole->rows->entries[row], FLOW_NO_STATS, out);
        const struct space_merged *merged = whole->ways ? whole->ways[entry].merged[i] : NULL;
        if (merged && !header) {
            base_put_format(out, " (or one of %zu others that go on alike)", merged->n_cubes - 1);
        }
    }
}

void space_whole_close(struct space_whole *whole)
{
    space_pipeline_free(&whole->pipeline);
    *whole = (struct space_whole){0};
}
