/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/replan_inside.h"
#include "judge/spread.h"

static void queue_if_open(void *aux, size_t sw, size_t index)
{
    struct judge_replan *replan = aux;
    if (judge_replan_is_open(judge_ledger_row(&replan->ledger, sw, index)->miss)) {
        judge_replan_queue(replan, sw, index);
    }
}

/* The probes among these visits that a change of the match concerns, and the
 * entries whose frames were rejected and pass here. */
static void gather(struct judge_replan *replan, uint32_t visit, const struct match *match)
{
    struct judge_ledger *ledger = &replan->ledger;
    for (; visit != JUDGE_NOTHING; visit = ledger->visits[visit].next) {
        uint32_t number = ledger->visits[visit].walk;
        struct judge_walked *walk = &ledger->walks[number];
        if (walk->kind == JUDGE_WALK_REJECTED) {
            judge_replan_queue(replan, walk->sw, walk->row);
        } else if (!walk->is_marked && match_takes(match, &ledger->visits[visit].header)) {
            walk->is_marked = true;
            judge_ledger_push(ledger, &replan->again, number);
        }
    }
}

/* Takes the probes off their lists that are to be followed again. */
static void leave(struct judge_replan *replan, size_t sw, const struct flow_entry *flow,
                  bool is_removed)
{
    struct judge_ledger *ledger = &replan->ledger;
    for (size_t i = 0; i < replan->near.n_entries; i++) {
        const struct judge_row *row = judge_ledger_row(ledger, sw, replan->near.entries[i]);
        gather(replan, row->visits, &flow->match);
        if (judge_replan_is_open(row->miss) || (is_removed && row->miss == JUDGE_MISS_HIDDEN)) {
            judge_replan_queue(replan, sw, replan->near.entries[i]);
        }
    }
    gather(replan, ledger->switches[sw].nobody, &flow->match);
    for (size_t i = 0; i < replan->again.n; i++) {
        judge_ledger_leave(ledger, replan->again.items[i]);
    }
}

static void enter_again(struct judge_replan *replan)
{
    struct judge_ledger *ledger = &replan->ledger;
    for (size_t i = 0; i < replan->again.n; i++) {
        uint32_t number = replan->again.items[i];
        struct judge_walked *walk = &ledger->walks[number];
        walk->is_marked = false;
        judge_replan_follow(replan, walk->host, &walk->header);
        if (replan->trail.ends || walk->kind == JUDGE_WALK_PLANNED) {
            judge_replan_enter_probe(replan, number);
            judge_ledger_push(ledger, &ledger->shared, number);
        } else {
            judge_ledger_drop(ledger, number);
            replan->n_probes--;
        }
    }
    replan->again.n = 0;
}

/* What is downstream of the switch for these packets, as things are now. */
static void touch(struct judge_replan *replan, size_t sw, const struct flow_entry *flow)
{
    size_t budget = JUDGE_COVER_ENTRY_BUDGET;
    if (replan->n_open > 0 && judge_spread(&replan->tables, sw, &flow->match, space_rank(flow),
                                           &budget, queue_if_open, replan) < 0) {
        judge_replan_queue_all(replan, judge_replan_is_open);
    }
}

/* The row of this key; JUDGE_NOTHING: there is none. Lists what is near. */
static int find_row(struct judge_replan *replan, size_t sw, const struct flow_entry *key,
                    uint32_t *row)
{
    size_t budget = SIZE_MAX;
    *row = JUDGE_NOTHING;
    if (judge_overlapping(&replan->tables.tables[sw], &key->match, 0, space_rank(key), &budget,
                          &replan->near) < 0) {
        return -1;
    }
    for (size_t i = 0; i < replan->near.n_entries && *row == JUDGE_NOTHING; i++) {
        const struct flow_entry *flow = judge_replan_entry(replan, sw, replan->near.entries[i]);
        if (space_rank(flow) == space_rank(key) && match_equal(&flow->match, &key->match)) {
            *row = replan->near.entries[i];
        }
    }
    return 0;
}

/* A row for a new entry. Which of two entries of one rank goes before the other is told by their
 * rows: only where there are no such two is one used again. */
static uint32_t new_row(struct judge_replan *replan, size_t sw, const struct flow_entry *flow)
{
    struct judge_numbers *holes = &replan->holes[sw];
    const struct judge_overlap *near = &replan->near;
    struct flow_table *flows = &replan->copies[sw].flows;
    bool has_rival =
        near->n_entries > 0 && space_rank(&flows->entries[near->entries[0]]) == space_rank(flow);
    if (holes->n > 0 && !has_rival) {
        return holes->items[--holes->n];
    }
    if (!flow_table_add(flows) || !judge_ledger_open(&replan->ledger, sw, flows->n_entries - 1)) {
        return JUDGE_NOTHING;
    }
    return (uint32_t)flows->n_entries - 1;
}

static int end_change(struct judge_replan *replan, size_t sw, const struct flow_entry *flow)
{
    touch(replan, sw, flow);
    enter_again(replan);
    judge_replan_settle(replan);
    return judge_replan_decide(replan);
}

/* One that is new hides others, perhaps alone. */
static void tell_hidden(struct judge_replan *replan, size_t sw, uint32_t by)
{
    const struct match *match = &judge_replan_entry(replan, sw, by)->match;
    for (size_t i = 0; i < replan->near.n_entries; i++) {
        uint32_t index = replan->near.entries[i];
        struct judge_row *row = judge_ledger_row(&replan->ledger, sw, index);
        if (row->miss == JUDGE_MISS_HIDDEN &&
            space_table_precedes(&replan->tables.tables[sw], by, index) &&
            space_contains(match, &judge_replan_entry(replan, sw, index)->match)) {
            row->hidden_by = by;
        }
    }
}

int judge_replan_put(struct judge_replan *replan, size_t sw, const struct flow_entry *flow)
{
    struct space_table *table = &replan->tables.tables[sw];
    struct flow_entry *entries;
    uint32_t index;
    if (find_row(replan, sw, flow, &index) < 0) {
        return -1;
    }
    judge_replan_begin_change(replan);
    touch(replan, sw, flow);
    leave(replan, sw, flow, false);
    bool is_new = index == JUDGE_NOTHING;
    if (is_new) {
        index = new_row(replan, sw, flow);
    } else {
        space_table_remove(table, index);
    }
    if (index == JUDGE_NOTHING) {
        return -1;
    }
    entries = replan->copies[sw].flows.entries;
    entries[index] = *flow;
    judge_tables_note(&replan->tables, sw, flow);
    if (space_table_insert(table, index) < 0) {
        return -1;
    }
    if (is_new) {
        struct judge_row *row = judge_ledger_row(&replan->ledger, sw, index);
        row->is_there = true;
        judge_replan_set_miss(replan, row, JUDGE_MISS_UNKNOWN);
        judge_replan_queue(replan, sw, index);
        tell_hidden(replan, sw, index);
    }
    return end_change(replan, sw, flow);
}

int judge_replan_remove(struct judge_replan *replan, size_t sw, const struct flow_entry *key)
{
    uint32_t index;
    if (find_row(replan, sw, key, &index) < 0) {
        return -1;
    }
    if (index == JUDGE_NOTHING) {
        return 1;
    }
    judge_replan_begin_change(replan);
    touch(replan, sw, key);
    leave(replan, sw, key, true);
    space_table_remove(&replan->tables.tables[sw], index);
    struct judge_row *row = judge_ledger_row(&replan->ledger, sw, index);
    row->is_there = false;
    judge_replan_set_miss(replan, row, JUDGE_MISS_NONE);
    judge_ledger_push(&replan->ledger, &replan->holes[sw], index);
    return end_change(replan, sw, key);
}
