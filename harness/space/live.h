/* SPDX-License-Identifier: Apache-2.0
 *
 * A flow table that is decided, and stays so while it changes: which entries
 * take any header at all, and what one changed entry does to the rest. After a
 * change only what overlaps it is decided again; the answers are those that a
 * start from nothing would give.
 *
 * Of each entry that takes a header one is kept. An entry that comes can only
 * hide those whose header it takes; one that leaves gives its headers to entries
 * that it goes before, and these are the only ones that can appear. */
#ifndef SPACE_LIVE_H
#define SPACE_LIVE_H

#include "space/table.h"

/* What is known of a row of the table; of one that is gone, nothing. */
struct space_known {
    enum space_answer answer; /* SPACE_FOUND: it takes `example`; SPACE_EMPTY: it is hidden */
    struct header example;
};

struct space_live {
    struct flow_table flows;  /* rows; those that table.indexed does not have are gone. Actions
                                 are borrowed */
    struct space_table table; /* of these */
    struct space_known *known;
    size_t capacity;
    size_t budget; /* of one question, as in space_find */
};

/* Headers that change hands: those of `cube` which no entry but `changed` takes
 * before the lesser one of `from` and `to`; there is at least one (unless
 * is_open). Rows, SIZE_MAX: none takes them. */
struct space_piece {
    struct match cube;
    struct header example; /* one of them, unless is_open */
    size_t from, to;
    bool is_open; /* not decided within the budget whether there are any */
};

/* What one change did. Zero-initialise before the first one; each change
 * overwrites it. */
struct space_effect {
    size_t changed;           /* the row that came, left, or has other actions now */
    struct space_actions was; /* what it did before (if it came: what it does) */
    struct space_piece *pieces;
    size_t n_pieces, pieces_capacity;
    uint32_t *turned; /* other rows whose answer is another one now */
    size_t n_turned, turned_capacity;
    uint32_t *met; /* scratch */
    size_t n_met, met_capacity;
};

/* Decides a copy of `flows`, whose actions must live as long as this. left_out as
 * in space_table_index. budget 0: 100,000 a question. -1 without memory, and then
 * there is nothing to free. */
int space_live_open(struct space_live *live, const struct flow_table *flows, const bool *left_out,
                    size_t budget);
void space_live_free(struct space_live *live);
void space_effect_free(struct space_effect *effect);

/* The changes. Each can be taken back: an added row is removed, a removed one
 * restored, a modified one given effect->was. -1 without memory: then nothing can
 * be done any more but to free all. */

/* One entry more, as the last row; `*row` is its number. (A switch may show it
 * elsewhere in its next dump. That matters only among entries of one rank.) */
int space_live_add(struct space_live *live, const struct flow_entry *entry, size_t *row,
                   struct space_effect *effect);
int space_live_remove(struct space_live *live, size_t row, struct space_effect *effect);
int space_live_restore(struct space_live *live, size_t row, struct space_effect *effect);
int space_live_modify(struct space_live *live, size_t row, const struct action *actions,
                      size_t n_actions, struct space_effect *effect);

/* The set of headers of a piece, as long as nothing else is changed. Free it with
 * space_region_free. SPACE_OPEN: over the budget, or no memory. */
enum space_answer space_live_region(struct space_live *live, const struct space_effect *effect,
                                    const struct space_piece *piece, struct space_region *region);

/* Whether packets of the piece that enter by in_port are treated otherwise now,
 * on a switch with these ports (as in space_behavior). SPACE_FOUND: those of
 * `*difference`; SPACE_OPEN: not decided, or not known what one of the two does. */
enum space_answer space_live_differs(struct space_live *live, const struct space_effect *effect,
                                     const struct space_piece *piece, uint16_t in_port,
                                     const struct port *ports, size_t n_ports,
                                     struct space_difference *difference);

#endif
