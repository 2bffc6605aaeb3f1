/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides one port: what the table does with every header that enters it,
 * against the cases of the expectation.
 *
 * The headers of a case which an entry takes (the entry's match and the case's,
 * without earlier cases and entries that go before) are a region; the table is
 * right if on each region the entry's behaviour is the case's. Almost always
 * it is for every header, and no region need be computed. */
#include "state/inside.h"

#include "ofctl/flow.h"

#include <stdlib.h>
#include <string.h>

enum { FEW_CASES = 8 }; /* looked at one by one */

/* ------------------------------------------------------------------- cases */

static int add_case(struct state_port *port, const struct expected_case *expected)
{
    const struct switch_state *state = port->run->state;
    struct match in_port = match_in_port(port->number);
    struct state_case *added = &port->cases[port->n_cases];
    *added =
        (struct state_case){.match = in_port, .expires_sec = port->run->expectation->expires_sec};
    if (expected) {
        if (!space_intersect(&expected->match, &in_port, &added->match)) {
            return 0;
        }
        added->actions = expected->actions;
        added->n_actions = expected->n_actions;
        added->expires_sec = expected->has_expires ? expected->expires_sec : added->expires_sec;
    }
    port->n_cases++;
    return space_behavior(added->actions, added->n_actions, port->number, state->ports,
                          state->n_ports, &port->arena, &added->behavior);
}

/* Of cases as items of a tree: the first ones come first. */
static uint32_t rank_of(size_t c)
{
    return UINT32_MAX - (uint32_t)c;
}

static int build_tree(struct state_port *port)
{
    struct space_item *items = calloc(port->n_cases, sizeof *items);
    for (size_t c = 0; items && c < port->n_cases; c++) {
        items[c] = (struct space_item){
            .match = port->cases[c].match, .rank = rank_of(c), .entry = (uint32_t)c};
    }
    int status = items ? space_tree_build(&port->tree, items, port->n_cases) : -1;
    free(items);
    return status;
}

/* What no case takes must be dropped: one case more. */
static int prepare_cases(struct state_port *port)
{
    size_t n = port->expected ? port->expected->n_cases : 0;
    struct match all = match_in_port(port->number);
    port->cases = base_arena_alloc(&port->arena, (n + 1) * sizeof *port->cases);
    int failed = port->cases ? 0 : -1;
    for (size_t i = 0; i < n && !failed; i++) {
        failed = add_case(port, &port->expected->cases[i]);
    }
    bool complete = port->n_cases > 0 && match_equal(&port->cases[port->n_cases - 1].match, &all);
    failed = failed || complete ? failed : add_case(port, NULL);
    return failed || port->n_cases <= FEW_CASES ? failed : build_tree(port);
}

bool state_port_cases(struct state_port *port, const struct match *cube, size_t end,
                      space_tree_visit *visit, void *aux)
{
    if (port->tree.root) {
        return end == 0 || space_tree_overlapping(&port->tree, cube, rank_of(end - 1), UINT32_MAX,
                                                  &port->budget, visit, aux);
    }
    for (size_t c = 0; c < end; c++) {
        if (space_overlaps(&port->cases[c].match, cube) &&
            !visit(aux, (uint32_t)c, &port->cases[c].match)) {
            return true;
        }
    }
    return true;
}

/* ----------------------------------------------------------------- actions */

/* Cheap and one-sided: true is sure, false means that it must be looked at. */
static bool surely_agrees(const struct state_case *expected, const struct space_actions *list,
                          const struct space_behavior *behavior)
{
    return space_behavior_equal(&expected->behavior, behavior) ||
           actions_equal(expected->actions, expected->n_actions, list->actions, list->n_actions);
}

static int learn_actions(struct state_port *port, uint32_t action_id)
{
    struct state_run *run = port->run;
    struct state_id *id = &run->ids[action_id];
    const struct space_actions *list = &run->table.id_actions[action_id];
    *id = (struct state_id){.stamp = port->number + 1u, .class = action_id, .agrees = true};
    if (space_behavior(list->actions, list->n_actions, port->number, run->state->ports,
                       run->state->n_ports, &port->arena, &id->behavior) < 0) {
        return -1;
    }
    for (size_t i = 0; i < port->n_cases && id->agrees; i++) {
        id->agrees = surely_agrees(&port->cases[i], list, &id->behavior);
    }
    enum { COMPARED = 16 };
    for (size_t i = 0; i < run->n_present && i < COMPARED; i++) {
        const struct state_id *other = &run->ids[run->present[i]];
        if (space_behavior_equal(&id->behavior, &other->behavior)) {
            id->class = other->class;
            break;
        }
    }
    run->present[run->n_present++] = action_id;
    return 0;
}

static int learn_all_actions(struct state_port *port, struct space_entries list)
{
    struct state_run *run = port->run;
    for (size_t i = 0; i < list.n_entries; i++) {
        uint32_t id = run->table.action_ids[list.entries[i]];
        if (run->ids[id].stamp != port->number + 1u && learn_actions(port, id) < 0) {
            return -1;
        }
    }
    return 0;
}

/* ----------------------------------------------------------------- regions */

/* Earlier cases are taken away. */
struct excluding {
    struct space_region *region;
    enum space_answer answer;
};

static bool exclude_case(void *aux, uint32_t c, const struct match *match)
{
    struct excluding *excluding = aux;
    (void)c;
    if (space_contains(match, &excluding->region->cube)) {
        excluding->answer = SPACE_EMPTY;
    } else if (space_exclude(excluding->region, match) < 0) {
        excluding->answer = SPACE_OPEN;
    }
    return excluding->answer == SPACE_FOUND;
}

enum space_answer state_port_region(struct state_port *port, size_t c, size_t entry,
                                    struct space_region *region)
{
    const struct state_case *expected = &port->cases[c];
    const struct flow_entry *entries = port->run->state->flows.entries;
    struct excluding excluding = {.region = region, .answer = SPACE_FOUND};
    region->cube = expected->match;
    if (entry != SIZE_MAX &&
        !space_intersect(&expected->match, &entries[entry].match, &region->cube)) {
        return SPACE_EMPTY;
    }
    if (!state_port_cases(port, &region->cube, c, exclude_case, &excluding)) {
        return SPACE_OPEN;
    }
    return excluding.answer != SPACE_FOUND
               ? excluding.answer
               : space_table_exclude(&port->run->table, entry, region, &port->budget);
}

/* What to tell of it. */
static const char *in_words(const char *unknown)
{
    return unknown && strcmp(unknown, "NORMAL") == 0
               ? "NORMAL depends on what the switch has learnt: it cannot be decided from the table"
               : unknown;
}

static const char *why_unknown(const struct state_case *expected, const struct flow_entry *entry,
                               const struct space_behavior *behavior)
{
    if (entry && entry->table_id != 0) {
        return "another table than 0 decides";
    }
    return in_words(expected->behavior.unknown ? expected->behavior.unknown : behavior->unknown);
}

/* What `entry` (SIZE_MAX: the lack of one) does with headers of case `c`. */
static void compare(struct state_port *port, size_t c, size_t entry)
{
    const struct state_run *run = port->run;
    const struct state_case *expected = &port->cases[c];
    const struct flow_entry *flow = entry == SIZE_MAX ? NULL : &run->state->flows.entries[entry];
    struct space_behavior drop = {0};
    const struct space_behavior *behavior =
        flow ? &run->ids[run->table.action_ids[entry]].behavior : &drop;
    struct state_deviation deviation = {.expected = c, .entry = entry, .rival = SIZE_MAX};
    struct space_region region = {0};
    const char *unknown = why_unknown(expected, flow, behavior);
    enum space_answer answer = state_port_region(port, c, entry, &region);
    if (answer == SPACE_FOUND && unknown) {
        answer = space_find(&region.cube, region.excluded, region.n_excluded, &port->budget, NULL);
        if (answer == SPACE_FOUND) {
            state_port_open(port, unknown, entry);
        }
    } else if (answer == SPACE_FOUND) {
        answer =
            space_differ(&region, &expected->behavior, behavior, &port->budget, &deviation.where);
        if (answer == SPACE_FOUND) {
            state_port_add(port, &deviation);
        }
    }
    if (answer == SPACE_OPEN) {
        state_port_open(port, NULL, SIZE_MAX);
    }
    space_region_free(&region);
}

/* One entry that is compared with cases. */
struct comparing {
    struct state_port *port;
    uint32_t entry;
};

static bool compare_case(void *aux, uint32_t c, const struct match *match)
{
    struct state_port *port = ((struct comparing *)aux)->port;
    uint32_t entry = ((struct comparing *)aux)->entry;
    const struct space_table *table = &port->run->table;
    uint32_t id = table->action_ids[entry];
    (void)match;
    if (table->flows->entries[entry].table_id != 0 ||
        !surely_agrees(&port->cases[c], &table->id_actions[id], &port->run->ids[id].behavior)) {
        compare(port, c, entry);
    }
    return true;
}

static void compare_entry(struct state_port *port, uint32_t entry)
{
    const struct state_run *run = port->run;
    const struct flow_entry *flow = &run->state->flows.entries[entry];
    const struct state_id *id = &run->ids[run->table.action_ids[entry]];
    if (id->agrees && flow->table_id == 0) {
        return;
    }
    struct comparing comparing = {.port = port, .entry = entry};
    if (!state_port_cases(port, &flow->match, port->n_cases, compare_case, &comparing)) {
        state_port_open(port, NULL, SIZE_MAX);
    }
}

static void compare_entries(struct state_port *port, struct space_entries list)
{
    const struct state_run *run = port->run;
    bool all_agree = !run->has_odd;
    for (size_t i = 0; i < run->n_present && all_agree; i++) {
        all_agree = run->ids[run->present[i]].agrees;
    }
    for (size_t i = 0; i < list.n_entries && !all_agree; i++) {
        compare_entry(port, list.entries[i]);
    }
}

int state_port_decide(struct state_port *port)
{
    struct state_run *run = port->run;
    struct space_entries own = space_table_port(&run->table, port->number);
    struct space_entries any = space_table_any_port(&run->table);
    run->n_present = 0;
    if (prepare_cases(port) < 0 || learn_all_actions(port, any) < 0 ||
        learn_all_actions(port, own) < 0) {
        return -1;
    }
    if (!port->named_only) {
        compare_entries(port, any);
    }
    compare_entries(port, own);
    for (size_t c = 0; c < port->n_cases; c++) {
        const struct space_behavior *behavior = &port->cases[c].behavior;
        if (behavior->n_outputs > 0 || behavior->unknown) {
            compare(port, c, SIZE_MAX);
        }
    }
    if (state_port_overlaps(port) < 0) {
        return -1;
    }
    if (port->expected) {
        state_port_lifetimes(port);
    }
    return 0;
}

/* ---------------------------------------------------------------- findings */

static int count_fixed_bits(const struct match *match)
{
    struct space_words mask = space_words(&match->mask);
    int n = 0;
    for (int i = 0; i < SPACE_WORDS; i++) {
        n += __builtin_popcountll(mask.word[i]);
    }
    return n;
}

/* Negative: a is told before b. Ambiguity first, since what is said about
 * the entries beside it depends on their order; then the larger set. The rest
 * only keeps the report the same when the switch lists its table differently. */
static int compare_deviations(const struct state_deviation *a, const struct state_deviation *b)
{
    int a_rank = a->rival == SIZE_MAX, b_rank = b->rival == SIZE_MAX;
    int a_bits = count_fixed_bits(&a->where.within), b_bits = count_fixed_bits(&b->where.within);
    if (a_rank != b_rank) {
        return a_rank - b_rank;
    }
    return a_bits != b_bits ? a_bits - b_bits
                            : memcmp(&a->where.within, &b->where.within, sizeof a->where.within);
}

void state_port_add(struct state_port *port, const struct state_deviation *deviation)
{
    size_t n = port->n_deviations++;
    size_t at = n < STATE_DEVIATIONS_SHOWN ? n : STATE_DEVIATIONS_SHOWN;
    for (; at > 0 && compare_deviations(deviation, &port->deviations[at - 1]) < 0; at--) {
        if (at < STATE_DEVIATIONS_SHOWN) {
            port->deviations[at] = port->deviations[at - 1];
        }
    }
    if (at < STATE_DEVIATIONS_SHOWN) {
        port->deviations[at] = *deviation;
    }
}

void state_port_forget(struct state_port *port, const struct space_difference *where)
{
    size_t n = port->n_deviations, kept = 0;
    if (!where->is_whole || n > STATE_DEVIATIONS_SHOWN) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const struct state_deviation *deviation = &port->deviations[i];
        if (deviation->rival != SIZE_MAX ||
            !space_contains(&where->within, &deviation->where.within)) {
            port->deviations[kept++] = *deviation;
        }
    }
    port->n_deviations = kept;
}

void state_port_open(struct state_port *port, const char *reason, size_t entry)
{
    if (port->open.n_bytes > 0) {
        return;
    }
    base_put_text(&port->open, reason ? "not decided: " : "not decided within the budget");
    base_put_text(&port->open, reason ? reason : "");
    if (entry != SIZE_MAX) {
        base_put_text(&port->open, " (");
        ofctl_format_flow(&port->run->state->flows.entries[entry], FLOW_NO_STATS, &port->open);
        base_put_text(&port->open, ")");
    }
}

void state_port_free(struct state_port *port)
{
    base_buffer_free(&port->open);
    base_buffer_free(&port->troubles);
    space_tree_free(&port->tree);
    base_arena_free(&port->arena);
}
