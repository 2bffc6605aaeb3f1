/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/replan.h"

#include "judge/ledger.h"
#include "judge/overlap.h"
#include "judge/spread.h"

#include <stdlib.h>

enum {
    TRIES_MAX = 256, /* hosts, in one change, of which is tried whose frame exercises most */
    MISS_UNKNOWN = UINT8_MAX
};

struct judge_replan {
    struct judge_cover_options options;
    const struct topology *topology;
    struct switch_state *copies;
    const struct switch_state **states;
    struct judge_tables tables;
    struct judge_numbers *holes; /* by switch: rows that were removed */
    struct judge_ledger ledger;
    size_t n_probes, max_probes;
    size_t n_open;  /* entries without a probe for another reason than being hidden */
    size_t n_limit; /* of these, for want of probes */
    /* Of one change: */
    size_t budget, n_tries;
    struct judge_numbers queue; /* switch, row; ...: to be decided */
    struct judge_numbers again; /* probes to be followed again */
    struct judge_overlap near;  /* entries of the switch, of no higher rank */
    struct judge_trail trail;
};

/* ----------------------------------------------------------------- entries */

static bool is_open(uint8_t miss)
{
    return miss != JUDGE_MISS_NONE && miss != JUDGE_MISS_HIDDEN;
}

static bool is_limited(uint8_t miss)
{
    return miss == JUDGE_MISS_LIMIT;
}

/* Frames were found, but would not do. */
static bool was_rejected(uint8_t miss)
{
    return miss == JUDGE_MISS_LOOP || miss == JUDGE_MISS_AMBIGUOUS;
}

static void set_miss(struct judge_replan *replan, struct judge_row *row, uint8_t miss)
{
    replan->n_open += is_open(miss);
    replan->n_open -= is_open(row->miss);
    replan->n_limit += miss == JUDGE_MISS_LIMIT;
    replan->n_limit -= row->miss == JUDGE_MISS_LIMIT;
    row->miss = miss;
    if (row->rejected != JUDGE_NOTHING && !was_rejected(miss)) {
        judge_ledger_drop(&replan->ledger, row->rejected);
        row->rejected = JUDGE_NOTHING;
    }
}

/* Whether there is a probe for it, and if not, why, is to be found out. */
static void queue(struct judge_replan *replan, size_t sw, size_t index)
{
    struct judge_row *row = judge_ledger_row(&replan->ledger, sw, index);
    if (!row->is_queued && row->is_there) {
        row->is_queued = true;
        judge_ledger_push(&replan->ledger, &replan->queue, (uint32_t)sw);
        judge_ledger_push(&replan->ledger, &replan->queue, (uint32_t)index);
    }
}

static void queue_if_open(void *aux, size_t sw, size_t index)
{
    struct judge_replan *replan = aux;
    if (is_open(judge_ledger_row(&replan->ledger, sw, index)->miss)) {
        queue(replan, sw, index);
    }
}

static void queue_all(struct judge_replan *replan, bool (*wanted)(uint8_t miss))
{
    for (size_t sw = 0; sw < replan->ledger.n_switches; sw++) {
        for (size_t i = 0; i < replan->ledger.switches[sw].n_rows; i++) {
            if (wanted(judge_ledger_row(&replan->ledger, sw, i)->miss)) {
                queue(replan, sw, i);
            }
        }
    }
}

/* ------------------------------------------------------------------ probes */

/* What follows from the probes that left or came. */
static void settle(struct judge_replan *replan)
{
    struct judge_numbers *lost = &replan->ledger.lost;
    for (size_t i = 0; i < lost->n; i += 2) {
        struct judge_row *row =
            judge_ledger_row(&replan->ledger, lost->items[i], lost->items[i + 1]);
        if (row->n_probes == 0 && row->is_there) {
            set_miss(replan, row, MISS_UNKNOWN);
            queue(replan, lost->items[i], lost->items[i + 1]);
        }
    }
    lost->n = 0;
}

static void enter_probe(struct judge_replan *replan, uint32_t walk)
{
    judge_ledger_enter(&replan->ledger, walk, &replan->trail);
    for (size_t i = 0; i < replan->trail.n_visits; i++) {
        const struct judge_visit *visit = &replan->trail.visits[i];
        if (visit->entry != JUDGE_NOBODY && !visit->ambiguous) {
            set_miss(replan, judge_ledger_row(&replan->ledger, visit->sw, visit->entry),
                     JUDGE_MISS_NONE);
        }
    }
}

static void follow(struct judge_replan *replan, size_t host, const struct header *header)
{
    judge_trail_follow(&replan->tables, replan->topology->hosts[host].port, header, &replan->trail);
}

/* A probe by the trail as it is. */
static void add_probe(struct judge_replan *replan, enum judge_walk_kind kind, size_t host)
{
    uint32_t walk = judge_ledger_walk(&replan->ledger, kind);
    if (walk != JUDGE_NOTHING) {
        replan->ledger.walks[walk].host = (uint32_t)host;
        replan->ledger.walks[walk].header = replan->trail.visits[0].header;
        replan->n_probes += kind == JUDGE_WALK_PROBE;
        enter_probe(replan, walk);
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

/* ---------------------------------------------------------------- deciding */

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
    follow(replan, best, &reach->header);
    size_t most = worth(replan);
    for (size_t i = 1; i < n_hosts && replan->n_tries > 0; i++) {
        size_t host = (reach->host + i) % n_hosts;
        if (replan->options.sends && !replan->options.sends[host]) {
            continue;
        }
        replan->n_tries--;
        follow(replan, host, &reach->header);
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
    set_miss(replan, row, MISS_UNKNOWN); /* what was noted of frames goes */
    set_miss(replan, row, miss);
    if (miss == JUDGE_MISS_NONE) {
        size_t host = choose_host(replan, sw, index, &reach);
        follow(replan, host, &reach.header);
        add_probe(replan, JUDGE_WALK_PROBE, host);
    } else if (was_rejected(miss)) {
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

/* If probes become free, entries that had none for want of them follow. */
static int decide_all(struct judge_replan *replan)
{
    do {
        decide_queued(replan);
        drop_spared(replan);
        if (replan->n_limit > 0 && replan->n_probes < replan->max_probes) {
            queue_all(replan, is_limited);
        }
    } while (replan->queue.n > 0 && !replan->ledger.no_memory);
    return replan->ledger.no_memory ? -1 : 0;
}

/* ----------------------------------------------------------------- changes */

/* The probes among these visits that a change of the match concerns, and the
 * entries whose frames were rejected and pass here. */
static void gather(struct judge_replan *replan, uint32_t visit, const struct match *match)
{
    struct judge_ledger *ledger = &replan->ledger;
    for (; visit != JUDGE_NOTHING; visit = ledger->visits[visit].next) {
        uint32_t number = ledger->visits[visit].walk;
        struct judge_walked *walk = &ledger->walks[number];
        if (walk->kind == JUDGE_WALK_REJECTED) {
            queue(replan, walk->sw, walk->row);
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
        if (is_open(row->miss) || (is_removed && row->miss == JUDGE_MISS_HIDDEN)) {
            queue(replan, sw, replan->near.entries[i]);
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
        follow(replan, walk->host, &walk->header);
        if (replan->trail.ends || walk->kind == JUDGE_WALK_PLANNED) {
            enter_probe(replan, number);
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
        queue_all(replan, is_open);
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

static void begin_change(struct judge_replan *replan)
{
    replan->budget = replan->options.budget ? replan->options.budget : JUDGE_COVER_BUDGET;
    replan->n_tries = TRIES_MAX;
}

static int end_change(struct judge_replan *replan, size_t sw, const struct flow_entry *flow)
{
    touch(replan, sw, flow);
    enter_again(replan);
    settle(replan);
    return decide_all(replan);
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
    begin_change(replan);
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
        set_miss(replan, row, MISS_UNKNOWN);
        queue(replan, sw, index);
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
    begin_change(replan);
    touch(replan, sw, key);
    leave(replan, sw, key, true);
    space_table_remove(&replan->tables.tables[sw], index);
    struct judge_row *row = judge_ledger_row(&replan->ledger, sw, index);
    row->is_there = false;
    set_miss(replan, row, JUDGE_MISS_NONE);
    judge_ledger_push(&replan->ledger, &replan->holes[sw], index);
    return end_change(replan, sw, key);
}

/* ------------------------------------------------------------- begin and end */

static int copy_states(struct judge_replan *replan, const struct switch_state *const *states)
{
    size_t n = replan->topology->n_switches;
    replan->copies = calloc(n + 1, sizeof *replan->copies);
    replan->states = calloc(n + 1, sizeof *replan->states);
    replan->holes = calloc(n + 1, sizeof *replan->holes);
    if (!replan->copies || !replan->states || !replan->holes) {
        return -1;
    }
    for (size_t sw = 0; sw < n; sw++) {
        if (!states[sw]) {
            continue;
        }
        struct flow_table *flows = &replan->copies[sw].flows;
        replan->copies[sw] = *states[sw];
        *flows = (struct flow_table){0};
        replan->states[sw] = &replan->copies[sw];
        for (size_t i = 0; i < states[sw]->flows.n_entries; i++) {
            struct flow_entry *entry = flow_table_add(flows);
            if (!entry) {
                return -1;
            }
            *entry = states[sw]->flows.entries[i];
        }
    }
    return judge_tables_index(&replan->tables, replan->topology, replan->states);
}

static int open_rows(struct judge_replan *replan)
{
    for (size_t sw = 0; sw < replan->topology->n_switches; sw++) {
        for (size_t i = 0; i < replan->copies[sw].flows.n_entries; i++) {
            struct judge_row *row = judge_ledger_open(&replan->ledger, sw, i);
            if (!row) {
                return -1;
            }
            row->is_there = true;
            set_miss(replan, row, MISS_UNKNOWN);
        }
    }
    return 0;
}

static void take_over(struct judge_replan *replan, const struct judge_cover *cover)
{
    const struct judge_plan *plan = replan->options.plan;
    for (size_t i = 0; plan && i < plan->n_probes; i++) {
        follow(replan, plan->probes[i].from, &plan->probes[i].header);
        add_probe(replan, JUDGE_WALK_PLANNED, plan->probes[i].from);
    }
    for (size_t i = 0; i < cover->n_probes; i++) {
        follow(replan, cover->probes[i].from, &cover->probes[i].header);
        add_probe(replan, JUDGE_WALK_PROBE, cover->probes[i].from);
    }
    for (size_t i = 0; i < cover->n_missed; i++) {
        const struct judge_missed *missed = &cover->missed[i];
        struct judge_row *row = judge_ledger_row(&replan->ledger, missed->sw, missed->entry);
        row->hidden_by = missed->hidden_by;
        set_miss(replan, row, (uint8_t)missed->why);
        if (was_rejected(row->miss)) {
            queue(replan, missed->sw, missed->entry);
        }
    }
}

static int begin(struct judge_replan *replan, const struct switch_state *const *states)
{
    struct judge_cover cover = {0};
    if (replan->ledger.no_memory || copy_states(replan, states) < 0 || open_rows(replan) < 0 ||
        judge_cover(&replan->tables, &replan->options, &cover) < 0) {
        return -1;
    }
    begin_change(replan);
    take_over(replan, &cover);
    judge_cover_free(&cover);
    int status = decide_all(replan);
    for (size_t i = 0; i < replan->ledger.n_walks; i++) {
        replan->ledger.walks[i].is_kept = replan->ledger.walks[i].kind == JUDGE_WALK_PROBE;
    }
    return status;
}

struct judge_replan *judge_replan_begin(const struct topology *topology,
                                        const struct switch_state *const *states,
                                        const struct judge_cover_options *options)
{
    struct judge_replan *replan = calloc(1, sizeof *replan);
    if (!replan) {
        return NULL;
    }
    replan->topology = topology;
    replan->options = *options;
    replan->max_probes = options->max_probes ? options->max_probes : JUDGE_COVER_PROBES;
    judge_ledger_init(&replan->ledger, topology->n_switches);
    if (begin(replan, states) < 0) {
        judge_replan_free(replan);
        return NULL;
    }
    return replan;
}

void judge_replan_free(struct judge_replan *replan)
{
    if (!replan) {
        return;
    }
    judge_tables_free(&replan->tables);
    for (size_t sw = 0; replan->copies && sw < replan->topology->n_switches; sw++) {
        flow_table_free(&replan->copies[sw].flows);
        if (replan->holes) {
            free(replan->holes[sw].items);
        }
    }
    free(replan->copies);
    free(replan->states);
    free(replan->holes);
    judge_ledger_free(&replan->ledger);
    free(replan->queue.items);
    free(replan->again.items);
    free(replan->near.entries);
    free(replan);
}

/* ------------------------------------------------------------------- telling */

size_t judge_replan_n_rows(const struct judge_replan *replan, size_t sw)
{
    return replan->ledger.switches[sw].n_rows;
}

const struct flow_entry *judge_replan_entry(const struct judge_replan *replan, size_t sw,
                                            size_t row)
{
    return judge_ledger_row(&replan->ledger, sw, row)->is_there
               ? &replan->copies[sw].flows.entries[row]
               : NULL;
}

size_t judge_replan_n_probes(const struct judge_replan *replan)
{
    return replan->n_probes;
}

static struct judge_extra extra_of(const struct judge_walked *walk)
{
    return (struct judge_extra){.from = walk->host, .header = walk->header, .kind = "entry"};
}

static int tell_missed(const struct judge_replan *replan, struct judge_cover *cover)
{
    size_t capacity = 0;
    for (size_t sw = 0; sw < replan->ledger.n_switches; sw++) {
        for (size_t i = 0; i < replan->ledger.switches[sw].n_rows; i++) {
            const struct judge_row *row = judge_ledger_row(&replan->ledger, sw, i);
            cover->n_entries += row->is_there;
            if (!row->is_there || row->miss == JUDGE_MISS_NONE) {
                continue;
            }
            if (base_grow(&cover->missed, cover->n_missed, &capacity, sizeof *cover->missed) < 0) {
                return -1;
            }
            cover->missed[cover->n_missed++] =
                (struct judge_missed){sw, (uint32_t)i, (enum judge_miss)row->miss, row->hidden_by};
        }
    }
    cover->n_exercised = cover->n_entries - cover->n_missed;
    return 0;
}

int judge_replan_tell(const struct judge_replan *replan, struct judge_cover *cover)
{
    *cover = (struct judge_cover){.capacity = replan->n_probes};
    cover->probes = calloc(replan->n_probes + 1, sizeof *cover->probes);
    if (!cover->probes || tell_missed(replan, cover) < 0) {
        judge_cover_free(cover);
        return -1;
    }
    for (size_t i = 0; i < replan->ledger.n_walks; i++) {
        const struct judge_walked *walk = &replan->ledger.walks[i];
        if (walk->kind == JUDGE_WALK_PROBE) {
            cover->probes[cover->n_probes++] = extra_of(walk);
        }
    }
    return 0;
}

int judge_replan_differ(const struct judge_replan *replan,
                        struct judge_replan_difference *difference)
{
    size_t n = replan->ledger.n_walks + 1;
    *difference =
        (struct judge_replan_difference){.added = calloc(n, sizeof(struct judge_extra)),
                                         .dropped = calloc(n, sizeof(struct judge_extra))};
    if (!difference->added || !difference->dropped) {
        free(difference->added);
        free(difference->dropped);
        return -1;
    }
    for (size_t i = 0; i < replan->ledger.n_walks; i++) {
        const struct judge_walked *walk = &replan->ledger.walks[i];
        if (walk->kind == JUDGE_WALK_PROBE && !walk->is_kept) {
            difference->added[difference->n_added++] = extra_of(walk);
        } else if (walk->kind == JUDGE_WALK_FREE && walk->is_kept) {
            difference->dropped[difference->n_dropped++] = extra_of(walk);
        }
    }
    return 0;
}
