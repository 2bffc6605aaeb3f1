/* SPDX-License-Identifier: Apache-2.0
 *
 * All tables of a switch as one table that does the same: the switch's own, or, of several, what
 * they are composed to (space/pipeline.h). An entry is one of this table, a row one that the switch
 * has. What a switch does is asked here and nowhere else. */
#ifndef SPACE_WHOLE_H
#define SPACE_WHOLE_H

#include "space/pipeline.h"

/* Zero-initialise; it must stay where it is. */
struct space_whole {
    const struct flow_table *flows; /* the one table */
    const struct flow_table *rows;  /* the switch's */
    const struct space_way *ways;   /* by entry, if the tables are composed; else NULL: an entry is
                                       the row of its number */
    struct space_composition how;
    struct space_pipeline pipeline;
};

/* how: NULL is all rows, and one by one; what it points to, and the state, must outlive it. -1
 * without memory, and then there is nothing to free. */
int space_whole_open(const struct switch_state *state, const struct space_composition *how,
                     struct space_whole *whole);

/* As space_table_index, of the one table. */
int space_whole_index(const struct space_whole *whole, struct space_table *table);

/* Of one row after the other, each of which takes the packet, an entry stands for so many: none,
 * for ENTRY_NONE and a pipeline that is too large; and the nth of them: of rows that were merged
 * the one that takes this packet (NULL: none in particular), which the entry takes. */
size_t space_whole_n_rows(const struct space_whole *whole, size_t entry);
size_t space_whole_row(const struct space_whole *whole, size_t entry, size_t nth,
                       const struct header *header);

/* Appends all of them, as ovs-ofctl writes them without statistics: "ROW, then ROW"; of merged
 * rows, and no header, "ROW (or one of 3 others that go on alike)". */
void space_whole_format_rows(const struct space_whole *whole, size_t entry,
                             const struct header *header, struct base_buffer *out);

/* It is empty, and usable, after that. */
void space_whole_close(struct space_whole *whole);

#endif
