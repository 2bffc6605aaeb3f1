/* SPDX-License-Identifier: Apache-2.0
 *
 * From one table to another on one switch, by way of a third that sends at most
 * what both send: what each entry does in between, and the flow-mods. */
#ifndef TAPD_TRANSITION_H
#define TAPD_TRANSITION_H

#include "model/flow_mod.h"
#include "tapd/held.h"
#include "tapd/unite.h"

/* A match and priority: an entry of the old table, of the new one, or of both. */
struct tapd_row {
    struct match match;
    uint16_t priority;
    const struct flow_entry *old, *wanted;
    struct tapd_actions then;    /* wanted: its actions, less what is held back */
    struct tapd_actions between; /* what it does in between, of all rows of its port */
    bool fresh;                  /* no old entry takes what it takes: nothing is in between */
};

/* Rows that a header of one port can meet, from the highest priority down. */
struct tapd_rows {
    struct tapd_row *items;
    size_t n;
};

enum tapd_phase { TAPD_SHRINK, TAPD_GROW };

typedef void tapd_tell_mod(void *context, enum tapd_phase phase, const struct flow_mod *mod);

/* Works out `then` and `between`, and tells the flow-mods: of each phase first
 * those that write, from the highest priority down, then those that delete, from
 * the lowest up. *n_held: rows whose `then` lacks something. -1 without memory. */
int tapd_transition(size_t sw, struct tapd_rows *rows, const struct tapd_held *held,
                    tapd_tell_mod *tell, void *context, struct base_arena *arena, size_t *n_held);

/* By priority, the highest first, then by match. */
int tapd_compare_rows(const void *a, const void *b);

#endif
