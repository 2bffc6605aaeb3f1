/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/ledger.h"

#include <stdlib.h>

void judge_ledger_init(struct judge_ledger *ledger, size_t n_switches)
{
    *ledger = (struct judge_ledger){.n_switches = n_switches, .free_visits = JUDGE_NOTHING};
    ledger->switches = calloc(n_switches + 1, sizeof *ledger->switches);
    ledger->no_memory = !ledger->switches;
    for (size_t sw = 0; ledger->switches && sw < n_switches; sw++) {
        ledger->switches[sw].nobody = JUDGE_NOTHING;
    }
}

void judge_ledger_free(struct judge_ledger *ledger)
{
    for (size_t sw = 0; ledger->switches && sw < ledger->n_switches; sw++) {
        free(ledger->switches[sw].rows);
    }
    free(ledger->switches);
    free(ledger->visits);
    free(ledger->walks);
    free(ledger->free_walks.items);
    free(ledger->lost.items);
    free(ledger->shared.items);
    *ledger = (struct judge_ledger){0};
}

void judge_ledger_push(struct judge_ledger *ledger, struct judge_numbers *list, uint32_t number)
{
    if (base_grow(&list->items, list->n, &list->capacity, sizeof number) < 0) {
        ledger->no_memory = true;
        return;
    }
    list->items[list->n++] = number;
}

struct judge_row *judge_ledger_open(struct judge_ledger *ledger, size_t sw, size_t row)
{
    struct judge_ledger_switch *of = &ledger->switches[sw];
    while (of->n_rows <= row) {
        if (base_grow(&of->rows, of->n_rows, &of->capacity, sizeof *of->rows) < 0) {
            ledger->no_memory = true;
            return NULL;
        }
        of->rows[of->n_rows++] =
            (struct judge_row){.visits = JUDGE_NOTHING, .rejected = JUDGE_NOTHING};
    }
    return &of->rows[row];
}

/* -------------------------------------------------------------------- walks */

uint32_t judge_ledger_walk(struct judge_ledger *ledger, enum judge_walk_kind kind)
{
    uint32_t walk = (uint32_t)ledger->n_walks;
    if (ledger->free_walks.n > 0) {
        walk = ledger->free_walks.items[--ledger->free_walks.n];
    } else if (base_grow(&ledger->walks, walk, &ledger->walks_capacity, sizeof *ledger->walks) <
               0) {
        ledger->no_memory = true;
        return JUDGE_NOTHING;
    } else {
        ledger->n_walks++;
    }
    ledger->walks[walk] = (struct judge_walked){.kind = (uint8_t)kind, .visits = JUDGE_NOTHING};
    return walk;
}

void judge_ledger_drop(struct judge_ledger *ledger, uint32_t walk)
{
    judge_ledger_leave(ledger, walk);
    ledger->walks[walk].kind = JUDGE_WALK_FREE;
    if (!ledger->walks[walk].is_kept) {
        judge_ledger_push(ledger, &ledger->free_walks, walk);
    }
}

/* ------------------------------------------------------------------- visits */

/* The place that knows the first visit of a list. */
static uint32_t *head_of(const struct judge_ledger *ledger, size_t sw, uint32_t row)
{
    struct judge_ledger_switch *of = &ledger->switches[sw];
    return row == JUDGE_NOTHING ? &of->nobody : &of->rows[row].visits;
}

static uint32_t new_visit(struct judge_ledger *ledger)
{
    uint32_t visit = ledger->free_visits;
    if (visit != JUDGE_NOTHING) {
        ledger->free_visits = ledger->visits[visit].next;
        return visit;
    }
    if (base_grow(&ledger->visits, ledger->n_visits, &ledger->visits_capacity,
                  sizeof *ledger->visits) < 0) {
        ledger->no_memory = true;
        return JUDGE_NOTHING;
    }
    return (uint32_t)ledger->n_visits++;
}

/* Whether the walk has this visit already; `*counts`: one that exercises the entry. */
static bool has_visit(const struct judge_ledger *ledger, const struct judge_passing *passing,
                      bool *counts)
{
    uint32_t at = ledger->walks[passing->walk].visits;
    for (; at != JUDGE_NOTHING; at = ledger->visits[at].next_of_walk) {
        const struct judge_passing *other = &ledger->visits[at];
        if (other->sw == passing->sw && other->row == passing->row) {
            *counts = *counts || other->counts;
            if (memcmp(&other->header, &passing->header, sizeof other->header) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* The one probe that has exercised the entry so far is not alone any more. */
static void note_shared(struct judge_ledger *ledger, const struct judge_row *row)
{
    uint32_t at = row->visits;
    while (at != JUDGE_NOTHING && !ledger->visits[at].counts) {
        at = ledger->visits[at].next;
    }
    if (at != JUDGE_NOTHING) {
        judge_ledger_push(ledger, &ledger->shared, ledger->visits[at].walk);
    }
}

static void list_visit(struct judge_ledger *ledger, struct judge_passing passing)
{
    struct judge_walked *walk = &ledger->walks[passing.walk];
    bool is_counted = false;
    if (has_visit(ledger, &passing, &is_counted)) {
        return;
    }
    uint32_t visit = new_visit(ledger);
    if (visit == JUDGE_NOTHING) {
        return;
    }
    passing.counts = passing.counts && !is_counted;
    if (passing.counts) {
        struct judge_row *row = judge_ledger_row(ledger, passing.sw, passing.row);
        if (row->n_probes++ == 1) {
            note_shared(ledger, row);
        }
    }
    uint32_t *head = head_of(ledger, passing.sw, passing.row);
    passing.next = *head;
    passing.previous = JUDGE_NOTHING;
    passing.next_of_walk = walk->visits;
    if (*head != JUDGE_NOTHING) {
        ledger->visits[*head].previous = visit;
    }
    *head = walk->visits = visit;
    ledger->visits[visit] = passing;
}

void judge_ledger_enter(struct judge_ledger *ledger, uint32_t walk, const struct judge_trail *trail)
{
    for (size_t i = 0; i < trail->n_visits; i++) {
        const struct judge_visit *visit = &trail->visits[i];
        list_visit(ledger, (struct judge_passing){.header = visit->header,
                                                  .sw = visit->sw,
                                                  .row = visit->entry,
                                                  .walk = walk,
                                                  .counts = visit->entry != JUDGE_NOBODY &&
                                                            !visit->ambiguous});
    }
}

void judge_ledger_pass(struct judge_ledger *ledger, uint32_t walk, size_t sw, uint32_t row)
{
    list_visit(ledger, (struct judge_passing){.sw = (uint32_t)sw, .row = row, .walk = walk});
}

static void unlist_visit(struct judge_ledger *ledger, uint32_t visit)
{
    struct judge_passing *passing = &ledger->visits[visit];
    uint32_t *head = head_of(ledger, passing->sw, passing->row);
    if (passing->counts && --judge_ledger_row(ledger, passing->sw, passing->row)->n_probes == 0) {
        judge_ledger_push(ledger, &ledger->lost, passing->sw);
        judge_ledger_push(ledger, &ledger->lost, passing->row);
    }
    if (passing->next != JUDGE_NOTHING) {
        ledger->visits[passing->next].previous = passing->previous;
    }
    if (passing->previous != JUDGE_NOTHING) {
        ledger->visits[passing->previous].next = passing->next;
    } else {
        *head = passing->next;
    }
    passing->next = ledger->free_visits;
    ledger->free_visits = visit;
}

void judge_ledger_leave(struct judge_ledger *ledger, uint32_t walk)
{
    uint32_t visit = ledger->walks[walk].visits;
    ledger->walks[walk].visits = JUDGE_NOTHING;
    while (visit != JUDGE_NOTHING) {
        uint32_t next = ledger->visits[visit].next_of_walk;
        unlist_visit(ledger, visit);
        visit = next;
    }
}

bool judge_ledger_spares(const struct judge_ledger *ledger, uint32_t walk)
{
    uint32_t at = ledger->walks[walk].visits;
    for (; at != JUDGE_NOTHING; at = ledger->visits[at].next_of_walk) {
        const struct judge_passing *visit = &ledger->visits[at];
        if (visit->counts && judge_ledger_row(ledger, visit->sw, visit->row)->n_probes == 1) {
            return false;
        }
    }
    return true;
}
