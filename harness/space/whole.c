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
    *whole = (struct space_whole){.flows = &state->flows, .rows = &state->flows, .state = state};
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

size_t space_whole_row(const struct space_whole *whole, size_t entry, size_t nth)
{
    return whole->ways ? whole->ways[entry].rows[nth] : entry;
}

size_t space_whole_last_row(const struct space_whole *whole, size_t entry)
{
    size_t n = space_whole_n_rows(whole, entry);
    return n == 0 ? ENTRY_NONE : space_whole_row(whole, entry, n - 1);
}

int space_whole_way(const struct space_whole *whole, size_t entry, const struct header *header,
                    struct base_arena *arena, struct space_way *way)
{
    uint32_t row = (uint32_t)entry;
    *way = (struct space_way){0};
    if (entry == ENTRY_NONE) {
        return 0;
    }
    if (whole->ways && header) {
        return space_pipeline_rows(whole->state, &whole->how, &whole->pipeline, entry, header,
                                   arena, way);
    }
    *way = whole->ways
               ? whole->ways[entry]
               : (struct space_way){.n_rows = 1, .rows = base_arena_copy(arena, &row, sizeof row)};
    return way->n_rows > 0 && !way->rows ? -1 : 0;
}

void space_whole_format_rows(const struct space_whole *whole, size_t entry,
                             const struct header *header, struct base_buffer *out)
{
    struct base_arena arena = {0};
    struct space_way way;
    size_t n = space_whole_way(whole, entry, header, &arena, &way) < 0 ? 0 : way.n_rows;
    for (size_t i = 0; i < n; i++) {
        base_put_text(out, i > 0 ? ", then " : "");
        ofctl_format_flow(&whole->rows->entries[way.rows[i]], FLOW_NO_STATS, out);
    }
    base_arena_free(&arena);
}

void space_whole_close(struct space_whole *whole)
{
    space_pipeline_free(&whole->pipeline);
    *whole = (struct space_whole){0};
}
