/* SPDX-License-Identifier: Apache-2.0
 *
 * All tables of a switch as one table that does the same: the switch's own, or, of several, what
 * they are composed to (space/pipeline.h). An entry is one of this table, a row one that the switch
 * has. Whoever asks what a switch does asks here. */
#ifndef SPACE_WHOLE_H
#define SPACE_WHOLE_H

#include "space/pipeline.h"

/* Zero-initialise; it must stay where it is. */
struct space_whole {
    const struct flow_table *flows; /* the one table */
    const bool *left_out;           /* by entry: not there; NULL: all are */
    const struct flow_table *rows;  /* the switch's */
    const struct space_way *ways;   /* by entry, if the tables are composed; else NULL: an entry is
                                       the row of its number */
    struct space_pipeline pipeline;
};

/* left_out (by row, NULL: none): these are treated as if they were not there. Both must outlive it.
 * -1 without memory, and then there is nothing to free. */
int space_whole_open(const struct switch_state *state, const bool *left_out,
                     struct space_whole *whole);

/* Of one row after the other, each of which takes the packet, an entry stands for so many; the
 * nth of them; and the last. None, ENTRY_NONE: for ENTRY_NONE, and a pipeline that is too large. */
size_t space_whole_n_rows(const struct space_whole *whole, size_t entry);
size_t space_whole_row(const struct space_whole *whole, size_t entry, size_t nth);
size_t space_whole_last_row(const struct space_whole *whole, size_t entry);

/* Appends all of them, as ovs-ofctl writes them without statistics: "ROW, then ROW". */
void space_whole_format_rows(const struct space_whole *whole, size_t entry,
                             struct base_buffer *out);

/* It is empty, and usable, after that. */
void space_whole_close(struct space_whole *whole);

#endif
