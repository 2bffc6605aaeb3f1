/* SPDX-License-Identifier: Apache-2.0
 *
 * Which walks pass which entries, kept both ways: for change/replan.h, whose
 * probes stay while the tables change. Pure.
 *
 * Memory that is not there is noted in `no_memory`, and what should have been
 * listed is not: the ledger can only be freed then. */
#ifndef CHANGE_LEDGER_H
#define CHANGE_LEDGER_H

#include "path/follow.h"

/* No row, visit or walk. */
#define CHANGE_NOTHING UINT32_MAX

enum change_walk_kind {
    CHANGE_WALK_FREE,    /* its place may be used again */
    CHANGE_WALK_PROBE,   /* a frame that is sent */
    CHANGE_WALK_PLANNED, /* the same, and it is not for us to drop it */
    CHANGE_WALK_REJECTED /* not sent: frames that would not do, noted with the entry that only they
                           reach */
};

/* A frame's way. */
struct change_walked {
    struct header header; /* as the host sends it; in_port: its port */
    uint32_t host;
    uint32_t sw, row; /* CHANGE_WALK_REJECTED: the entry */
    uint32_t visits;  /* the first */
    uint8_t kind;
    bool is_kept;   /* its place is not used again */
    bool is_marked; /* for the caller */
};

/* A walk passes an entry. */
struct change_passing {
    struct header header; /* as it enters; CHANGE_WALK_REJECTED: without meaning */
    uint32_t sw, row;     /* CHANGE_NOTHING: no entry takes it */
    uint32_t walk;
    uint32_t next_of_walk;
    uint32_t next, previous; /* of the entry */
    bool counts;             /* it exercises the entry; of several visits of one walk, one does */
};

struct change_row {
    uint32_t visits;   /* the first */
    uint32_t n_probes; /* that exercise it; planned ones too */
    /* For the caller: */
    uint32_t hidden_by, rejected;
    uint8_t miss;
    bool is_there, is_queued;
};

struct change_ledger_switch {
    struct change_row *rows;
    size_t n_rows, capacity;
    uint32_t nobody; /* the first visit that no entry takes */
};

struct change_numbers {
    uint32_t *items;
    size_t n, capacity;
};

struct change_ledger {
    struct change_ledger_switch *switches;
    size_t n_switches;
    struct change_passing *visits;
    size_t n_visits, visits_capacity;
    uint32_t free_visits;
    struct change_walked *walks;
    size_t n_walks, walks_capacity;
    struct change_numbers free_walks;
    struct change_numbers lost;   /* switch, row; ...: entries that lost their last probe */
    struct change_numbers shared; /* probes that were alone at an entry and are no longer */
    bool no_memory;
};

/* Begins an empty ledger; without memory `no_memory` is set. */
void change_ledger_init(struct change_ledger *ledger, size_t n_switches);
void change_ledger_free(struct change_ledger *ledger);

/* Appends a number to a list of this ledger; without memory sets `no_memory`. Once that is set
 * nothing is appended, so that a list of pairs has no half of one. */
void change_ledger_push(struct change_ledger *ledger, struct change_numbers *list, uint32_t number);

/* The row, zeroed and without visits if it is new, as are all before it that are new. It lives
 * until the next call. NULL without memory. */
struct change_row *change_ledger_open(struct change_ledger *ledger, size_t sw, size_t row);

/* The number of a new walk that passes nothing yet. CHANGE_NOTHING without memory. */
uint32_t change_ledger_walk(struct change_ledger *ledger, enum change_walk_kind kind);

/* The walk leaves everything; host and header can still be read if it is_kept. */
void change_ledger_drop(struct change_ledger *ledger, uint32_t walk);

/* Lists every entry that the walk passes on this path; where exactly one entry takes the packet,
 * the walk exercises it. Probes that were alone at an entry go to `shared`. */
void change_ledger_enter(struct change_ledger *ledger, uint32_t walk, const struct path_walk *path);

/* Lists one entry that the walk passes and does not exercise. */
void change_ledger_pass(struct change_ledger *ledger, uint32_t walk, size_t sw, uint32_t row);

/* Takes the walk off all lists. Entries that it was the last to exercise go to `lost`. */
void change_ledger_leave(struct change_ledger *ledger, uint32_t walk);

/* Whether all that the probe exercises is exercised by others too. */
bool change_ledger_spares(const struct change_ledger *ledger, uint32_t walk);

/* A row that was opened. It lives until the next change_ledger_open. */
static inline struct change_row *change_ledger_row(const struct change_ledger *ledger, size_t sw,
                                                   size_t row)
{
    return &ledger->switches[sw].rows[row];
}

#endif
