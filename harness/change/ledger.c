/* SPDX-License-Identifier: Apache-2.0
 *
 * Which probes pass which entries, and which entries have no other probe? */
#include "change/ledger.h"

#include "base/memory.h"

#include <stdlib.h>

void change_ledger_init(struct change_ledger *ledger, size_t n_switches)
{
    *ledger = (struct change_ledger){.n_switches = n_switches, .free_visits = CHANGE_NOTHING};
    ledger->switches = base_calloc(n_switches + 1, sizeof *ledger->switches);
    ledger->no_memory = !ledger->switches;
    for (size_t sw = 0; ledger->switches && sw < n_switches; sw++) {
        ledger->switches[sw].nobody = CHANGE_NOTHING;
    }
}

void change_ledger_free(struct change_ledger *ledger)
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
    *ledger = (struct change_ledger){0};
}

void change_ledger_push(struct change_ledger *ledger, struct change_numbers *list, uint32_t number)
{
    ledger->no_memory =
        ledger->no_memory || base_grow(&list->items, list->n, &list->capacity, sizeof number) < 0;
    if (!ledger->no_memory) {
        list->items[list->n++] = number;
    }
}

struct change_row *change_ledger_open(struct change_ledger *ledger, size_t sw, size_t row)
{
    struct change_ledger_switch *of = &ledger->switches[sw];
    while (of->n_rows <= row) {
        if (base_grow(&of->rows, of->n_rows, &of->capacity, sizeof *of->rows) < 0) {
            ledger->no_memory = true;
            return NULL;
        }
        of->rows[of->n_rows++] =
            (struct change_row){.visits = CHANGE_NOTHING, .rejected = CHANGE_NOTHING};
    }
    return &of->rows[row];
}

/* -------------------------------------------------------------------- walks */

uint32_t change_ledger_walk(struct change_ledger *ledger, enum change_walk_kind kind)
{
    uint32_t walk = (uint32_t)ledger->n_walks;
    if (ledger->free_walks.n > 0) {
        walk = ledger->free_walks.items[--ledger->free_walks.n];
    } else if (base_grow(&ledger->walks, walk, &ledger->walks_capacity, sizeof *ledger->walks) <
               0) {
        ledger->no_memory = true;
        return CHANGE_NOTHING;
    } else {
        ledger->n_walks++;
    }
    ledger->walks[walk] = (struct change_walked){.kind = (uint8_t)kind, .visits = CHANGE_NOTHING};
    return walk;
}

void change_ledger_drop(struct change_ledger *ledger, uint32_t walk)
{
    change_ledger_leave(ledger, walk);
    ledger->walks[walk].kind = CHANGE_WALK_FREE;
    if (!ledger->walks[walk].is_kept) {
        change_ledger_push(ledger, &ledger->free_walks, walk);
    }
}

/* ------------------------------------------------------------------- visits */

/* The place that knows the first visit of a list. */
static uint32_t *head_of(const struct change_ledger *ledger, size_t sw, uint32_t row)
{
    struct change_ledger_switch *of = &ledger->switches[sw];
    return row == CHANGE_NOTHING ? &of->nobody : &of->rows[row].visits;
}

static uint32_t new_visit(struct change_ledger *ledger)
{
    uint32_t visit = ledger->free_visits;
    if (visit != CHANGE_NOTHING) {
        ledger->free_visits = ledger->visits[visit].next;
        return visit;
    }
    if (base_grow(&ledger->visits, ledger->n_visits, &ledger->visits_capacity,
                  sizeof *ledger->visits) < 0) {
        ledger->no_memory = true;
        return CHANGE_NOTHING;
    }
    return (uint32_t)ledger->n_visits++;
}

/* Whether the walk has this visit already; `*counts`: one that exercises the entry. */
static bool has_visit(const struct change_ledger *ledger, const struct change_passing *passing,
                      bool *counts)
{
    uint32_t at = ledger->walks[passing->walk].visits;
    for (; at != CHANGE_NOTHING; at = ledger->visits[at].next_of_walk) {
        const struct change_passing *other = &ledger->visits[at];
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
static void note_shared(struct change_ledger *ledger, const struct change_row *row)
{
    uint32_t at = row->visits;
    while (at != CHANGE_NOTHING && !ledger->visits[at].counts) {
        at = ledger->visits[at].next;
    }
    if (at != CHANGE_NOTHING) {
        change_ledger_push(ledger, &ledger->shared, ledger->visits[at].walk);
    }
}

static void list_visit(struct change_ledger *ledger, struct change_passing passing)
{
    struct change_walked *walk = &ledger->walks[passing.walk];
    bool is_counted = false;
    if (has_visit(ledger, &passing, &is_counted)) {
        return;
    }
    uint32_t visit = new_visit(ledger);
    if (visit == CHANGE_NOTHING) {
        return;
    }
    passing.counts = passing.counts && !is_counted;
    if (passing.counts) {
        struct change_row *row = change_ledger_row(ledger, passing.sw, passing.row);
        if (row->n_probes++ == 1) {
            note_shared(ledger, row);
        }
    }
    uint32_t *head = head_of(ledger, passing.sw, passing.row);
    passing.next = *head;
    passing.previous = CHANGE_NOTHING;
    passing.next_of_walk = walk->visits;
    if (*head != CHANGE_NOTHING) {
        ledger->visits[*head].previous = visit;
    }
    *head = walk->visits = visit;
    ledger->visits[visit] = passing;
}

void change_ledger_enter(struct change_ledger *ledger, uint32_t walk, const struct path_walk *path)
{
    for (size_t i = 0; i < path->n_hops; i++) {
        const struct path_hop *hop = &path->hops[i];
        list_visit(ledger, (struct change_passing){.header = hop->header,
                                                   .sw = (uint32_t)hop->in.sw,
                                                   .row = (uint32_t)hop->entry,
                                                   .walk = walk,
                                                   .counts = hop->is_taken});
    }
}

void change_ledger_pass(struct change_ledger *ledger, uint32_t walk, size_t sw, uint32_t row)
{
    list_visit(ledger, (struct change_passing){.sw = (uint32_t)sw, .row = row, .walk = walk});
}

static void unlist_visit(struct change_ledger *ledger, uint32_t visit)
{
    struct change_passing *passing = &ledger->visits[visit];
    uint32_t *head = head_of(ledger, passing->sw, passing->row);
    if (passing->counts && --change_ledger_row(ledger, passing->sw, passing->row)->n_probes == 0) {
        change_ledger_push(ledger, &ledger->lost, passing->sw);
        change_ledger_push(ledger, &ledger->lost, passing->row);
    }
    if (passing->next != CHANGE_NOTHING) {
        ledger->visits[passing->next].previous = passing->previous;
    }
    if (passing->previous != CHANGE_NOTHING) {
        ledger->visits[passing->previous].next = passing->next;
    } else {
        *head = passing->next;
    }
    passing->next = ledger->free_visits;
    ledger->free_visits = visit;
}

void change_ledger_leave(struct change_ledger *ledger, uint32_t walk)
{
    uint32_t visit = ledger->walks[walk].visits;
    ledger->walks[walk].visits = CHANGE_NOTHING;
    while (visit != CHANGE_NOTHING) {
        uint32_t next = ledger->visits[visit].next_of_walk;
        unlist_visit(ledger, visit);
        visit = next;
    }
}

bool change_ledger_spares(const struct change_ledger *ledger, uint32_t walk)
{
    uint32_t at = ledger->walks[walk].visits;
    for (; at != CHANGE_NOTHING; at = ledger->visits[at].next_of_walk) {
        const struct change_passing *visit = &ledger->visits[at];
        if (visit->counts && change_ledger_row(ledger, visit->sw, visit->row)->n_probes == 1) {
            return false;
        }
    }
    return true;
}
