/* SPDX-License-Identifier: Apache-2.0
 *
 * Which walks pass which entries, kept both ways: for judge/replan.h, whose
 * probes stay while the tables change. Pure.
 *
 * Memory that is not there is noted in `no_memory`, and what should have been
 * listed is not: the ledger can only be freed then. */
#ifndef JUDGE_LEDGER_H
#define JUDGE_LEDGER_H

#include "judge/trail.h"

/* No row, visit or walk. */
#define JUDGE_NOTHING JUDGE_NOBODY

enum judge_walk_kind {
    JUDGE_WALK_FREE,    /* its place may be used again */
    JUDGE_WALK_PROBE,   /* a frame that is sent */
    JUDGE_WALK_PLANNED, /* the same, and it is not for us to drop it */
    JUDGE_WALK_REJECTED /* not sent: frames that would not do, noted with the entry that only they
                           reach */
};

/* A frame's way. */
struct judge_walked {
    struct header header; /* as the host sends it; in_port: its port */
    uint32_t host;
    uint32_t sw, row; /* JUDGE_WALK_REJECTED: the entry */
    uint32_t visits;  /* the first */
    uint8_t kind;
    bool is_kept;   /* its place is not used again */
    bool is_marked; /* for the caller */
};

/* A walk passes an entry. */
struct judge_passing {
    struct header header; /* as it enters; JUDGE_WALK_REJECTED: without meaning */
    uint32_t sw, row;     /* JUDGE_NOTHING: no entry takes it */
    uint32_t walk;
    uint32_t next_of_walk;
    uint32_t next, previous; /* of the entry */
    bool counts;             /* it exercises the entry; of several visits of one walk, one does */
};

struct judge_row {
    uint32_t visits;   /* the first */
    uint32_t n_probes; /* that exercise it; planned ones too */
    /* For the caller: */
    uint32_t hidden_by, rejected;
    uint8_t miss;
    bool is_there, is_queued;
};

struct judge_ledger_switch {
    struct judge_row *rows;
    size_t n_rows, capacity;
    uint32_t nobody; /* the first visit that no entry takes */
};

struct judge_numbers {
    uint32_t *items;
    size_t n, capacity;
};

struct judge_ledger {
    struct judge_ledger_switch *switches;
    size_t n_switches;
    struct judge_passing *visits;
    size_t n_visits, visits_capacity;
    uint32_t free_visits;
    struct judge_walked *walks;
    size_t n_walks, walks_capacity;
    struct judge_numbers free_walks;
    struct judge_numbers lost;   /* switch, row; ...: entries that lost their last probe */
    struct judge_numbers shared; /* probes that were alone at an entry and are no longer */
    bool no_memory;
};

void judge_ledger_init(struct judge_ledger *ledger, size_t n_switches);
void judge_ledger_free(struct judge_ledger *ledger);

/* Appends to a list. */
void judge_ledger_push(struct judge_ledger *ledger, struct judge_numbers *list, uint32_t number);

/* The row, zeroed and without visits if it is new. NULL without memory. */
struct judge_row *judge_ledger_open(struct judge_ledger *ledger, size_t sw, size_t row);

/* A walk that passes nothing yet. JUDGE_NOTHING without memory. */
uint32_t judge_ledger_walk(struct judge_ledger *ledger, enum judge_walk_kind kind);

/* The walk leaves everything; host and header can still be read if it is_kept. */
void judge_ledger_drop(struct judge_ledger *ledger, uint32_t walk);

/* Lists what the walk passes, and takes it off the lists again. Changes `lost` and `shared`. */
void judge_ledger_enter(struct judge_ledger *ledger, uint32_t walk,
                        const struct judge_trail *trail);
void judge_ledger_pass(struct judge_ledger *ledger, uint32_t walk, size_t sw, uint32_t row);
void judge_ledger_leave(struct judge_ledger *ledger, uint32_t walk);

/* Whether all that the probe exercises is exercised by others too. */
bool judge_ledger_spares(const struct judge_ledger *ledger, uint32_t walk);

static inline struct judge_row *judge_ledger_row(const struct judge_ledger *ledger, size_t sw,
                                                 size_t row)
{
    return &ledger->switches[sw].rows[row];
}

#endif
