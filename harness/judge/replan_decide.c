/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/replan_inside.h"

#include <stdlib.h>

enum { TRIES_MAX = 256 }; /* hosts, in one change, of which is tried whose frame exercises most */

bool judge_replan_is_open(uint8_t miss)
{
    return miss != JUDGE_MISS_NONE && miss != JUDGE_MISS_HIDDEN;
}

static bool is_limited(uint8_t miss)
{
    return miss == JUDGE_MISS_LIMIT;
}

/* Frames were found, but would not do. */
bool judge_replan_was_rejected(uint8_t miss)
{
    return miss == JUDGE_MISS_LOOP || miss == JUDGE_MISS_AMBIGUOUS;
}

void judge_replan_set_miss(struct judge_replan *replan, struct judge_row *row, uint8_t miss)
{
    replan->n_open += judge_replan_is_open(miss);
    replan->n_open -= judge_replan_is_open(row->miss);
    replan->n_limit += miss == JUDGE_MISS_LIMIT;
    replan->n_limit -= row->miss == JUDGE_MISS_LIMIT;
    row->miss = miss;
    if (row->rejected != JUDGE_NOTHING && !judge_replan_was_rejected(miss)) {
        judge_ledger_drop(&replan->ledger, row->rejected);
        row->rejected = JUDGE_NOTHING;
    }
}

/* Whether there is a probe for it, and if not, why, is to be found out. */
void judge_replan_queue(struct judge_replan *replan, size_t sw, size_t index)
{
    struct judge_row *row = judge_ledger_row(&replan->ledger, sw, index);
    if (!row->is_queued && row->is_there) {
        row->is_queued = true;
        judge_ledger_push(&replan->ledger, &replan->queue, (uint32_t)sw);
        judge_ledger_push(&replan->ledger, &replan->queue, (uint32_t)index);
    }
}

void judge_replan_queue_all(struct judge_replan *replan, bool (*wanted)(uint8_t miss))
{
    for (size_t sw = 0; sw < replan->ledger.n_switches; sw++) {
        for (size_t i = 0; i < replan->ledger.switches[sw].n_rows; i++) {
            if (wanted(judge_ledger_row(&replan->ledger, sw, i)->miss)) {
                judge_replan_queue(replan, sw, i);
            }
        }
    }
}

/* What follows from the probes that left or came. */
void judge_replan_settle(struct judge_replan *replan)
{
    struct judge_numbers *lost = &replan->ledger.lost;
    for (size_t i = 0; i < lost->n; i += 2) {
        struct judge_row *row =
            judge_ledger_row(&replan->ledger, lost->items[i], lost->items[i + 1]);
        if (row->n_probes == 0 && row->is_there) {
            judge_replan_set_miss(replan, row, JUDGE_MISS_UNKNOWN);
            judge_replan_queue(replan, lost->items[i], lost->items[i + 1]);
        }
    }
    lost->n = 0;
}

void judge_replan_enter_probe(struct judge_replan *replan, uint32_t walk)
{
    judge_ledger_enter(&replan->ledger, walk, &replan->trail);
    for (size_t i = 0; i < replan->trail.n_visits; i++) {
        const struct judge_visit *visit = &replan->trail.visits[i];
        if (visit->entry != JUDGE_NOBODY && !visit->ambiguous) {
            judge_replan_set_miss(replan,
                                  judge_ledger_row(&replan->ledger, visit->sw, visit->entry),
                                  JUDGE_MISS_NONE);
        }
    }
}

void judge_replan_follow(struct judge_replan *replan, size_t host, const struct header *header)
{
    judge_trail_follow(&replan->tables, replan->topology->hosts[host].port, header, &replan->trail);
}

/* A probe by the trail as it is. */
void judge_replan_add_probe(struct judge_replan *replan, enum judge_walk_kind kind, size_t host)
{
    uint32_t walk = judge_ledger_walk(&replan->ledger, kind);
    if (walk != JUDGE_NOTHING) {
        replan->ledger.walks[walk].host = (uint32_t)host;
        replan->ledger.walks[walk].header = replan->trail.visits[0].header;
        replan->n_probes += kind == JUDGE_WALK_PROBE;
        judge_replan_enter_probe(replan, walk);
        judge_ledger_push(&replan->ledger, &replan->ledger.shared, walk);
    }
}

/* Probes go that others have made superfluous: those that were there first stay, unless a newer
 * one is needed anyway. */
static void drop_spared(struct judge_replan *replan)
{
    struct judge_numbers *shared = &replan->ledger.shared;
    for (size_t i = 0; i < shared->n; i++) {
        uint32_t walk = shared->items[i];
        if (replan->ledger.walks[walk].kind == JUDGE_WALK_PROBE &&
            judge_ledger_spares(&replan->ledger, walk)) {
            judge_ledger_drop(&replan->ledger, walk);
            replan->n_probes--;
        }
    }
    shared->n = 0;
}

void judge_replan_begin_change(struct judge_replan *replan)
{
    replan->budget = replan->options.budget ? replan->options.budget : JUDGE_COVER_BUDGET;
    replan->n_tries = TRIES_MAX;
}

/* How much the frame that was followed would be of use. */
static size_t worth(const struct judge_replan *replan)
{
    size_t n = 0;
    for (size_t i = 0; i < replan->trail.n_visits; i++) {
        const struct judge_visit *visit = &replan->trail.visits[i];
        if (visit->entry != JUDGE_NOBODY && !visit->ambiguous) {
            bool is_new = judge_ledger_row(&replan->ledger, visit->sw, visit->entry)->n_probes == 0;
            n += is_new ? JUDGE_TRAIL_MAX : 1;
        }
    }
    return n;
}

/* The same header from other hosts may exercise more. */
static size_t choose_host(struct judge_replan *replan, size_t sw, size_t row,
                          const struct judge_reach *reach)
{
    size_t n_hosts = replan->topology->n_hosts, best = reach->host;
    judge_replan_follow(replan, best, &reach->header);
    size_t most = worth(replan);
    for (size_t i = 1; i < n_hosts && replan->n_tries > 0; i++) {
        size_t host = (reach->host + i) % n_hosts;
        if (replan->options.sends && !replan->options.sends[host]) {
            continue;
        }
        replan->n_tries--;
        judge_replan_follow(replan, host, &reach->header);
        if (replan->trail.ends && judge_trail_exercises(&replan->trail, sw, row) &&
            worth(replan) > most) {
            most = worth(replan);
            best = host;
        }
    }
    return best;
}

/* The entries by whose change the frames that were found could come to do. */
static void note_rejected(struct judge_replan *replan, size_t sw, size_t row,
                          const struct judge_reach *reach)
{
    uint32_t walk = judge_ledger_walk(&replan->ledger, JUDGE_WALK_REJECTED);
    if (walk != JUDGE_NOTHING) {
        replan->ledger.walks[walk].sw = (uint32_t)sw;
        replan->ledger.walks[walk].row = (uint32_t)row;
        judge_ledger_row(&replan->ledger, sw, row)->rejected = walk;
        for (size_t i = 0; i < reach->n_passed; i++) {
            judge_ledger_pass(&replan->ledger, walk, reach->passed[i].sw, reach->passed[i].entry);
        }
    }
}

static void decide(struct judge_replan *replan, size_t sw, size_t index)
{
    size_t budget = replan->budget < JUDGE_COVER_ENTRY_BUDGET ? replan->budget
                                                              : JUDGE_COVER_ENTRY_BUDGET,
           had = budget;
    struct judge_reach reach;
    enum space_answer answer =
        judge_reach_entry(&replan->tables, replan->options.sends, sw, index, &budget, &reach);
    replan->budget -= had - budget;
    struct judge_row *row = judge_ledger_row(&replan->ledger, sw, index);
    uint8_t miss = (uint8_t)judge_miss_of(answer, &reach);
    if (answer == SPACE_FOUND && replan->n_probes >= replan->max_probes) {
        miss = JUDGE_MISS_LIMIT;
    }
    row->hidden_by = (uint32_t)reach.hidden_by;
    judge_replan_set_miss(replan, row, JUDGE_MISS_UNKNOWN); /* what was noted of frames goes */
    judge_replan_set_miss(replan, row, miss);
    if (miss == JUDGE_MISS_NONE) {
        size_t host = choose_host(replan, sw, index, &reach);
        judge_replan_follow(replan, host, &reach.header);
        judge_replan_add_probe(replan, JUDGE_WALK_PROBE, host);
    } else if (judge_replan_was_rejected(miss)) {
        note_rejected(replan, sw, index, &reach);
    }
    free(reach.passed);
}

static void decide_queued(struct judge_replan *replan)
{
    struct judge_numbers *list = &replan->queue;
    for (size_t i = 0; i < list->n && !replan->ledger.no_memory; i += 2) {
        size_t sw = list->items[i], index = list->items[i + 1];
        struct judge_row *row = judge_ledger_row(&replan->ledger, sw, index);
        row->is_queued = false;
        if (row->is_there && row->n_probes == 0) {
            decide(replan, sw, index);
        }
    }
    list->n = 0;
}

/* If probes become free, entries that had none for want of them judge_replan_follow. */
int judge_replan_decide(struct judge_replan *replan)
{
    do {
        decide_queued(replan);
        drop_spared(replan);
        if (replan->n_limit > 0 && replan->n_probes < replan->max_probes) {
            judge_replan_queue_all(replan, is_limited);
        }
    } while (replan->queue.n > 0 && !replan->ledger.no_memory);
    return replan->ledger.no_memory ? -1 : 0;
}
