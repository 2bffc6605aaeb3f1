/* SPDX-License-Identifier: Apache-2.0
 *
 * The table in between: what old and wanted table both do with a header, exactly,
 * for every header of a port. */
#ifndef TAPD_INSTALL_BETWEEN_H
#define TAPD_INSTALL_BETWEEN_H

#include "model/flow.h"
#include "tapd/plan/unite.h"

/* A match and priority: an entry of the old table, of the wanted one, of both, or
 * only of the one in between. */
struct tapd_row {
    struct match match;
    uint16_t priority;
    const struct flow_entry *old, *wanted;
    struct tapd_actions then; /* wanted: its actions, less what is held back */
    bool is_between;          /* written in between, with: */
    struct tapd_actions between;
};

/* Rows that a header of one port can meet, from the highest priority down. */
struct tapd_rows {
    struct tapd_row *items;
    size_t n;
};

/* By priority, the highest first, then by match. */
int tapd_compare_rows(const void *a, const void *b);

struct tapd_between {
    bool from_old;  /* it is the old table: nothing is taken away */
    bool to_wanted; /* it is the wanted one: nothing is added */
};

/* Works it out; where it is neither of both, the rows get what is written in
 * between, and those which are in neither table are added (in the arena): with all of
 * them written over the old table, each header does what both do. Where too many
 * rows overlap, the port sends nothing in between. -1 without memory.
 *
 * As in plan/classify.h: the intersections of all rows, closed under intersection;
 * each is above those that it is part of, and not below any row that takes all
 * of it. */
int tapd_between_find(struct tapd_rows *rows, struct base_arena *arena,
                      struct tapd_between *between);

#endif
