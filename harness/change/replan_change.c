/* SPDX-License-Identifier: Apache-2.0
 *
 * What can a change of one entry have touched? Probes that pass there are followed again;
 * entries whose probe, or want of one, may have another reason are queued. */
#include "change/replan_inside.h"
#include "path/spread.h"

static void queue_if_open(void *aux, size_t sw, size_t index)
{
    struct change_replan *replan = aux;
    if (change_replan_is_open(change_ledger_row(&replan->ledger, sw, index)->miss)) {
        change_replan_queue(replan, sw, index);
    }
}

/* The probes among these visits that a change of the match concerns, and the
 * entries whose frames were rejected and pass here. */
static void gather(struct change_replan *replan, uint32_t visit, const struct match *match)
{
    struct change_ledger *ledger = &replan->ledger;
    for (; visit != CHANGE_NOTHING; visit = ledger->visits[visit].next) {
        uint32_t number = ledger->visits[visit].walk;
        struct change_walked *walk = &ledger->walks[number];
        if (walk->kind == CHANGE_WALK_REJECTED) {
            change_replan_queue(replan, walk->sw, walk->row);
        } else if (!walk->is_marked && match_takes(match, &ledger->visits[visit].header)) {
            walk->is_marked = true;
            change_ledger_push(ledger, &replan->again, number);
        }
    }
}

/* Takes the probes off their lists that are to be followed again. */
static void leave(struct change_replan *replan, size_t sw, const struct flow_entry *flow,
                  bool is_removed)
{
    struct change_ledger *ledger = &replan->ledger;
    for (size_t i = 0; i < replan->near.n_entries; i++) {
        const struct change_row *row = change_ledger_row(ledger, sw, replan->near.entries[i]);
        gather(replan, row->visits, &flow->match);
        if (change_replan_is_open(row->miss) || (is_removed && row->miss == TRAFFIC_MISS_HIDDEN)) {
            change_replan_queue(replan, sw, replan->near.entries[i]);
        }
    }
    gather(replan, ledger->switches[sw].nobody, &flow->match);
    for (size_t i = 0; i < replan->again.n; i++) {
        change_ledger_leave(ledger, replan->again.items[i]);
    }
}

static void enter_again(struct change_replan *replan)
{
    struct change_ledger *ledger = &replan->ledger;
    for (size_t i = 0; i < replan->again.n; i++) {
        uint32_t number = replan->again.items[i];
        struct change_walked *walk = &ledger->walks[number];
        walk->is_marked = false;
        change_replan_follow(replan, walk->host, &walk->header);
        if (replan->walk.ends || walk->kind == CHANGE_WALK_PLANNED) {
            change_replan_enter_probe(replan, number);
            change_ledger_push(ledger, &ledger->shared, number);
        } else {
            change_ledger_drop(ledger, number);
            replan->n_probes--;
        }
    }
    replan->again.n = 0;
}

/* What is downstream of the switch for these packets, as things are now. */
static void touch(struct change_replan *replan, size_t sw, const struct flow_entry *flow)
{
    size_t budget = TRAFFIC_COVER_ENTRY_BUDGET;
    if (replan->n_open > 0 && path_spread(&replan->network, sw, &flow->match, space_rank(flow),
                                          &budget, queue_if_open, replan) < 0) {
        change_replan_queue_all(replan, change_replan_is_open);
    }
}

/* The row of this key; CHANGE_NOTHING: there is none. Lists what is near. */
static int find_row(struct change_replan *replan, size_t sw, const struct flow_entry *key,
                    uint32_t *row)
{
    size_t budget = BUDGET_UNLIMITED;
    *row = CHANGE_NOTHING;
    if (space_list_overlapping(&replan->network.tables[sw], &key->match, 0, space_rank(key),
                               &budget, &replan->near) < 0) {
        return -1;
    }
    for (size_t i = 0; i < replan->near.n_entries && *row == CHANGE_NOTHING; i++) {
        const struct flow_entry *flow = change_replan_entry(replan, sw, replan->near.entries[i]);
        *row = flow_same_key(flow, key) ? replan->near.entries[i] : CHANGE_NOTHING;
    }
    /* Entries that never take a packet are in no index. */
    size_t n_rows = flow_never_takes(key) ? replan->copies[sw].flows.n_entries : 0;
    for (size_t i = 0; i < n_rows && *row == CHANGE_NOTHING; i++) {
        bool is_there = change_ledger_row(&replan->ledger, sw, i)->is_there;
        bool is_same = flow_same_key(&replan->copies[sw].flows.entries[i], key);
        *row = is_there && is_same ? (uint32_t)i : CHANGE_NOTHING;
    }
    return 0;
}

/* A row for a new entry. Which of two entries of one rank goes before the other is told by their
 * rows: only where there are no such two is one used again. */
static uint32_t new_row(struct change_replan *replan, size_t sw, const struct flow_entry *flow)
{
    struct change_numbers *holes = &replan->holes[sw];
    const struct space_overlapping *near = &replan->near;
    struct flow_table *flows = &replan->copies[sw].flows;
    bool has_rival =
        near->n_entries > 0 && space_rank(&flows->entries[near->entries[0]]) == space_rank(flow);
    if (holes->n > 0 && !has_rival) {
        return holes->items[--holes->n];
    }
    if (!flow_table_add(flows) || !change_ledger_open(&replan->ledger, sw, flows->n_entries - 1)) {
        return CHANGE_NOTHING;
    }
    return (uint32_t)flows->n_entries - 1;
}

static int end_change(struct change_replan *replan, size_t sw, const struct flow_entry *flow)
{
    touch(replan, sw, flow);
    enter_again(replan);
    change_replan_settle(replan);
    return change_replan_decide(replan);
}

/* One that is new hides others, perhaps alone. */
static void tell_hidden(struct change_replan *replan, size_t sw, uint32_t by)
{
    const struct match *match = &change_replan_entry(replan, sw, by)->match;
    for (size_t i = 0; i < replan->near.n_entries; i++) {
        uint32_t index = replan->near.entries[i];
        struct change_row *row = change_ledger_row(&replan->ledger, sw, index);
        if (row->miss == TRAFFIC_MISS_HIDDEN &&
            space_table_precedes(&replan->network.tables[sw], by, index) &&
            match_within(&change_replan_entry(replan, sw, index)->match, match)) {
            row->hidden_by = by;
        }
    }
}

int change_replan_put(struct change_replan *replan, size_t sw, const struct flow_entry *flow)
{
    struct space_table *table = &replan->network.tables[sw];
    struct flow_entry *entries;
    uint32_t index;
    if (find_row(replan, sw, flow, &index) < 0) {
        return -1;
    }
    change_replan_begin_change(replan);
    touch(replan, sw, flow);
    leave(replan, sw, flow, false);
    bool is_new = index == CHANGE_NOTHING;
    if (is_new) {
        index = new_row(replan, sw, flow);
    } else {
        space_table_remove(table, index);
    }
    if (index == CHANGE_NOTHING) {
        return -1;
    }
    entries = replan->copies[sw].flows.entries;
    entries[index] = *flow;
    path_network_note(&replan->network, sw, flow);
    if (space_table_insert(table, index) < 0) {
        return -1;
    }
    if (is_new) {
        struct change_row *row = change_ledger_row(&replan->ledger, sw, index);
        row->is_there = true;
        change_replan_open_row(replan, row, flow);
        if (row->miss == CHANGE_MISS_UNKNOWN) {
            change_replan_queue(replan, sw, index);
            tell_hidden(replan, sw, index);
        }
    }
    return end_change(replan, sw, flow);
}

int change_replan_remove(struct change_replan *replan, size_t sw, const struct flow_entry *key)
{
    uint32_t index;
    if (find_row(replan, sw, key, &index) < 0) {
        return -1;
    }
    if (index == CHANGE_NOTHING) {
        return 1;
    }
    change_replan_begin_change(replan);
    touch(replan, sw, key);
    leave(replan, sw, key, true);
    space_table_remove(&replan->network.tables[sw], index);
    struct change_row *row = change_ledger_row(&replan->ledger, sw, index);
    row->is_there = false;
    change_replan_set_miss(replan, row, TRAFFIC_MISS_NONE);
    change_ledger_push(&replan->ledger, &replan->holes[sw], index);
    return end_change(replan, sw, key);
}
