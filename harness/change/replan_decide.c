/* SPDX-License-Identifier: Apache-2.0
 *
 * Is there a probe for an entry that has none, and which one? Also which probes are needed
 * no longer. */
#include "change/replan_inside.h"

#include <stdlib.h>

enum { TRIES_MAX = 256 }; /* hosts, in one change, of which is tried whose frame exercises most */

bool change_replan_is_open(uint8_t miss)
{
    return miss != TRAFFIC_MISS_NONE && miss != TRAFFIC_MISS_HIDDEN && miss != TRAFFIC_MISS_NEVER;
}

static bool is_limited(uint8_t miss)
{
    return miss == TRAFFIC_MISS_LIMIT;
}

/* Frames were found, but would not do. */
bool change_replan_was_rejected(uint8_t miss)
{
    return miss == TRAFFIC_MISS_LOOP || miss == TRAFFIC_MISS_AMBIGUOUS;
}

void change_replan_set_miss(struct change_replan *replan, struct change_row *row, uint8_t miss)
{
    replan->n_open += change_replan_is_open(miss);
    replan->n_open -= change_replan_is_open(row->miss);
    replan->n_limit += miss == TRAFFIC_MISS_LIMIT;
    replan->n_limit -= row->miss == TRAFFIC_MISS_LIMIT;
    row->miss = miss;
    if (row->rejected != CHANGE_NOTHING && !change_replan_was_rejected(miss)) {
        change_ledger_drop(&replan->ledger, row->rejected);
        row->rejected = CHANGE_NOTHING;
    }
}

void change_replan_open_row(struct change_replan *replan, struct change_row *row,
                            const struct flow_entry *flow)
{
    change_replan_set_miss(replan, row,
                           flow_never_takes(flow) ? TRAFFIC_MISS_NEVER : CHANGE_MISS_UNKNOWN);
}

/* Whether there is a probe for it, and if not, why, is to be found out. */
void change_replan_queue(struct change_replan *replan, size_t sw, size_t index)
{
    struct change_row *row = change_ledger_row(&replan->ledger, sw, index);
    if (!row->is_queued && row->is_there) {
        row->is_queued = true;
        change_ledger_push(&replan->ledger, &replan->queue, (uint32_t)sw);
        change_ledger_push(&replan->ledger, &replan->queue, (uint32_t)index);
    }
}

void change_replan_queue_all(struct change_replan *replan, bool (*wanted)(uint8_t miss))
{
    for (size_t sw = 0; sw < replan->ledger.n_switches; sw++) {
        for (size_t i = 0; i < replan->ledger.switches[sw].n_rows; i++) {
            if (wanted(change_ledger_row(&replan->ledger, sw, i)->miss)) {
                change_replan_queue(replan, sw, i);
            }
        }
    }
}

/* What follows from the probes that left or came. */
void change_replan_settle(struct change_replan *replan)
{
    struct change_numbers *lost = &replan->ledger.lost;
    for (size_t i = 0; i < lost->n; i += 2) {
        struct change_row *row =
            change_ledger_row(&replan->ledger, lost->items[i], lost->items[i + 1]);
        if (row->n_probes == 0 && row->is_there) {
            change_replan_set_miss(replan, row, CHANGE_MISS_UNKNOWN);
            change_replan_queue(replan, lost->items[i], lost->items[i + 1]);
        }
    }
    lost->n = 0;
}

void change_replan_enter_probe(struct change_replan *replan, uint32_t walk)
{
    change_ledger_enter(&replan->ledger, walk, &replan->walk);
    for (size_t i = 0; i < replan->walk.n_hops; i++) {
        const struct path_hop *hop = &replan->walk.hops[i];
        if (hop->is_taken) {
            change_replan_set_miss(replan,
                                   change_ledger_row(&replan->ledger, hop->in.sw, hop->entry),
                                   TRAFFIC_MISS_NONE);
        }
    }
}

void change_replan_follow(struct change_replan *replan, size_t host, const struct header *header)
{
    static const struct path_watch until_loop = {.stops = true};
    path_follow(&replan->network, replan->topology->hosts[host].port, header, &until_loop,
                &replan->walk);
}

/* The frame that was followed last becomes a probe. */
void change_replan_add_probe(struct change_replan *replan, enum change_walk_kind kind, size_t host)
{
    uint32_t walk = change_ledger_walk(&replan->ledger, kind);
    if (walk != CHANGE_NOTHING) {
        replan->ledger.walks[walk].host = (uint32_t)host;
        replan->ledger.walks[walk].header = replan->walk.hops[0].header;
        replan->n_probes += kind == CHANGE_WALK_PROBE;
        change_replan_enter_probe(replan, walk);
        change_ledger_push(&replan->ledger, &replan->ledger.shared, walk);
    }
}

/* Probes go that others have made superfluous: those that were there first stay, unless a newer
 * one is needed anyway. */
static void drop_spared(struct change_replan *replan)
{
    struct change_numbers *shared = &replan->ledger.shared;
    for (size_t i = 0; i < shared->n; i++) {
        uint32_t walk = shared->items[i];
        if (replan->ledger.walks[walk].kind == CHANGE_WALK_PROBE &&
            change_ledger_spares(&replan->ledger, walk)) {
            change_ledger_drop(&replan->ledger, walk);
            replan->n_probes--;
        }
    }
    shared->n = 0;
}

void change_replan_begin_change(struct change_replan *replan)
{
    replan->budget = replan->options.budget ? replan->options.budget : TRAFFIC_COVER_BUDGET;
    replan->n_tries = TRIES_MAX;
}

/* How much the frame that was followed would be of use. */
static size_t worth(const struct change_replan *replan)
{
    size_t n = 0;
    for (size_t i = 0; i < replan->walk.n_hops; i++) {
        const struct path_hop *hop = &replan->walk.hops[i];
        if (hop->is_taken) {
            bool is_new = change_ledger_row(&replan->ledger, hop->in.sw, hop->entry)->n_probes == 0;
            n += is_new ? PATH_HOPS : 1;
        }
    }
    return n;
}

/* The same header from other hosts may exercise more. */
static size_t choose_host(struct change_replan *replan, size_t sw, size_t row,
                          const struct path_origin *reach)
{
    size_t n_hosts = replan->topology->n_hosts, best = reach->host;
    change_replan_follow(replan, best, &reach->header);
    size_t most = worth(replan);
    for (size_t i = 1; i < n_hosts && replan->n_tries > 0; i++) {
        size_t host = (reach->host + i) % n_hosts;
        if (replan->options.sends && !replan->options.sends[host]) {
            continue;
        }
        replan->n_tries--;
        change_replan_follow(replan, host, &reach->header);
        if (replan->walk.ends && path_walk_exercises(&replan->walk, sw, row) &&
            worth(replan) > most) {
            most = worth(replan);
            best = host;
        }
    }
    return best;
}

/* The entries by whose change the frames that were found could come to do. */
static void note_rejected(struct change_replan *replan, size_t sw, size_t row,
                          const struct path_origin *reach)
{
    uint32_t walk = change_ledger_walk(&replan->ledger, CHANGE_WALK_REJECTED);
    if (walk != CHANGE_NOTHING) {
        replan->ledger.walks[walk].sw = (uint32_t)sw;
        replan->ledger.walks[walk].row = (uint32_t)row;
        change_ledger_row(&replan->ledger, sw, row)->rejected = walk;
        for (size_t i = 0; i < reach->n_passed; i++) {
            change_ledger_pass(&replan->ledger, walk, reach->passed[i].sw, reach->passed[i].entry);
        }
    }
}

static void decide(struct change_replan *replan, size_t sw, size_t index)
{
    size_t budget = replan->budget < TRAFFIC_COVER_ENTRY_BUDGET ? replan->budget
                                                                : TRAFFIC_COVER_ENTRY_BUDGET,
           had = budget;
    struct path_origin reach;
    enum space_answer answer =
        path_origin_of_entry(&replan->network, replan->options.sends, sw, index, &budget, &reach);
    replan->budget -= had - budget;
    struct change_row *row = change_ledger_row(&replan->ledger, sw, index);
    uint8_t miss = (uint8_t)traffic_miss_of(answer, &reach);
    if (answer == SPACE_FOUND && replan->n_probes >= replan->max_probes) {
        miss = TRAFFIC_MISS_LIMIT;
    }
    row->hidden_by = (uint32_t)reach.hidden_by;
    change_replan_set_miss(replan, row, CHANGE_MISS_UNKNOWN); /* what was noted of frames goes */
    change_replan_set_miss(replan, row, miss);
    if (miss == TRAFFIC_MISS_NONE) {
        size_t host = choose_host(replan, sw, index, &reach);
        change_replan_follow(replan, host, &reach.header);
        change_replan_add_probe(replan, CHANGE_WALK_PROBE, host);
    } else if (change_replan_was_rejected(miss)) {
        note_rejected(replan, sw, index, &reach);
    }
    free(reach.passed);
}

static void decide_queued(struct change_replan *replan)
{
    struct change_numbers *list = &replan->queue;
    for (size_t i = 0; i < list->n && !replan->ledger.no_memory; i += 2) {
        size_t sw = list->items[i], index = list->items[i + 1];
        struct change_row *row = change_ledger_row(&replan->ledger, sw, index);
        row->is_queued = false;
        if (row->is_there && row->n_probes == 0) {
            decide(replan, sw, index);
        }
    }
    list->n = 0;
}

/* If probes become free, entries that had none for want of them are decided again. */
int change_replan_decide(struct change_replan *replan)
{
    do {
        decide_queued(replan);
        drop_spared(replan);
        if (replan->n_limit > 0 && replan->n_probes < replan->max_probes) {
            change_replan_queue_all(replan, is_limited);
        }
    } while (replan->queue.n > 0 && !replan->ledger.no_memory);
    return replan->ledger.no_memory ? -1 : 0;
}
