/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to this room: the two states that are compared. Functions that return int return -1
 * without memory. */
#ifndef CHANGE_INSIDE_H
#define CHANGE_INSIDE_H

#include "change/diff.h"

struct change_learned {
    uint32_t stamp; /* of the port for which it was learned */
    struct space_behavior behavior;
};

/* One of the two. Entries are those of whole->flows. */
struct change_side {
    const struct switch_state *state;
    const struct space_whole *whole;
    struct space_table table;
    size_t *counterparts; /* by entry, in the other table; ENTRY_NONE: none */
    bool *changed;        /* by entry */
    bool *alone;          /* by entry: no other one of its rank overlaps it and has other actions */
    bool *asked;          /* by entry: `alone` is known */
    bool has_open;        /* of some entry it is open what it takes, or does */
    bool is_metered;      /* some row has a meter */
    bool is_alike;        /* rows and groups of both states are the same */
    struct change_learned *learned; /* by action id */
    uint8_t *kinds; /* by row: what has a meter is not merged with others (space/pipeline.h) */
};

/* side.c. What `wholes` are made of must outlive the sides. */
int change_sides_open(struct change_side sides[2], const struct switch_state *const states[2],
                      struct space_whole wholes[2]);
void change_sides_close(struct change_side sides[2]);

/* NULL for ENTRY_NONE. */
const struct flow_entry *change_side_flow(const struct change_side *side, size_t entry);

/* Whether entries of two sides (or one and the same) do the same with a packet because the rows
 * behind them say the same, though it may not be known what. */
bool change_sides_say_the_same(const struct change_side *a, size_t x, const struct change_side *b,
                               size_t y);

/* Whether packets that they take pass the same meters. ENTRY_NONE: none. */
bool change_sides_meter_alike(const struct change_side *a, size_t x, const struct change_side *b,
                              size_t y);

#endif
