/* SPDX-License-Identifier: Apache-2.0
 *
 * The headers for which two tables differ. */
#include "change/diff.h"

#include "base/memory.h"
#include "model/port_set.h"

#include <stdlib.h>

struct side {
    const struct switch_state *state;
    struct space_table table;
    size_t *counterparts; /* by entry, in the other table; ENTRY_NONE: none */
    bool *changed;        /* by entry */
    struct learned {
        uint32_t stamp; /* of the port for which it was learned */
        struct space_behavior behavior;
    } * learned; /* by action id */
};

struct diffing {
    struct side sides[2];
    struct change_diff *diff;
    size_t *budget;
    uint16_t in_port;
    bool others;
    uint32_t stamp;
    struct base_arena arena; /* behaviours on this port */
    bool no_memory;
};

/* ------------------------------------------------------------ counterparts */

static int compare_keys(const struct flow_entry *x, const struct flow_entry *y)
{
    uint32_t a = space_rank(x), b = space_rank(y);
    return a != b ? (a < b) - (a > b) : memcmp(&x->match, &y->match, sizeof x->match);
}

static int compare_indices(const void *a, const void *b, void *aux)
{
    const struct flow_entry *entries = aux;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    int order = compare_keys(&entries[x], &entries[y]);
    return order ? order : (x > y) - (x < y);
}

static size_t *sorted(const struct flow_table *table)
{
    size_t *order = base_calloc(table->n_entries + 1, sizeof *order);
    for (size_t i = 0; order && i < table->n_entries; i++) {
        order[i] = i;
    }
    if (order) {
        qsort_r(order, table->n_entries, sizeof *order, compare_indices, table->entries);
    }
    return order;
}

size_t *change_diff_counterparts(const struct flow_table *a, const struct flow_table *b)
{
    size_t *of_a = sorted(a), *of_b = sorted(b);
    size_t *found = base_calloc(a->n_entries + 1, sizeof *found);
    size_t j = 0;
    for (size_t i = 0; of_a && of_b && found && i < a->n_entries; i++) {
        const struct flow_entry *entry = &a->entries[of_a[i]];
        int order = -1;
        while (j < b->n_entries && (order = compare_keys(&b->entries[of_b[j]], entry)) < 0) {
            j++;
        }
        found[of_a[i]] = j < b->n_entries && order == 0 ? of_b[j++] : ENTRY_NONE;
    }
    if (!of_a || !of_b) {
        free(found);
        found = NULL;
    }
    free(of_a);
    free(of_b);
    return found;
}

/* ----------------------------------------------------------------- changed */

static bool floods(const struct flow_entry *entry)
{
    for (size_t i = 0; i < entry->n_actions; i++) {
        const struct action *action = &entry->actions[i];
        if ((action->type == ACTION_OUTPUT || action->type == ACTION_ENQUEUE) &&
            (action->port == PORT_FLOOD || action->port == PORT_ALL)) {
            return true;
        }
    }
    return false;
}

static bool flood_alike(const struct switch_state *a, const struct switch_state *b)
{
    bool alike = a->n_ports == b->n_ports;
    for (size_t i = 0; i < a->n_ports && alike; i++) {
        alike = a->ports[i].number == b->ports[i].number &&
                !((a->ports[i].config ^ b->ports[i].config) & PORT_CONFIG_NO_FLOOD);
    }
    return alike;
}

static int open_side(struct side *side, const struct switch_state *state,
                     const struct switch_state *other)
{
    const struct flow_table *flows = &state->flows;
    bool alike = flood_alike(state, other);
    side->state = state;
    side->counterparts = change_diff_counterparts(flows, &other->flows);
    side->changed = base_calloc(flows->n_entries + 1, sizeof *side->changed);
    if (!side->counterparts || !side->changed || space_table_index(&side->table, flows, NULL) < 0) {
        return -1;
    }
    for (size_t i = 0; i < flows->n_entries; i++) {
        const struct flow_entry *entry = &flows->entries[i];
        const struct flow_entry *same = side->counterparts[i] == ENTRY_NONE
                                            ? NULL
                                            : &other->flows.entries[side->counterparts[i]];
        side->changed[i] =
            !same ||
            !actions_equal(entry->actions, entry->n_actions, same->actions, same->n_actions) ||
            !extras_equal(entry->extras, entry->n_extras, same->extras, same->n_extras) ||
            (!alike && floods(entry));
    }
    side->learned = base_calloc(side->table.actions.n_ids + 1, sizeof *side->learned);
    return side->learned ? 0 : -1;
}

static void close_side(struct side *side)
{
    space_table_free(&side->table);
    free(side->counterparts);
    free(side->changed);
    free(side->learned);
}

/* ------------------------------------------------------------------- pairs */

static const struct flow_entry *flow_of(const struct side *side, size_t entry)
{
    return entry == ENTRY_NONE ? NULL : &side->state->flows.entries[entry];
}

static const struct space_behavior *behavior_of(struct diffing *diffing, struct side *side,
                                                size_t entry)
{
    static const struct space_behavior drop;
    const struct flow_entry *flow = flow_of(side, entry);
    struct learned *learned = flow ? &side->learned[side->table.action_ids[entry]] : NULL;
    if (learned && learned->stamp != diffing->stamp) {
        learned->stamp = diffing->stamp;
        diffing->no_memory |=
            space_behavior(flow->actions, flow->n_actions, diffing->in_port, side->state->ports,
                           side->state->n_ports, &diffing->arena, &learned->behavior) < 0;
    }
    return learned ? &learned->behavior : &drop;
}

/* Largest first, and none that another one contains. */
static void add_exception(struct change_difference *change, const struct match *match)
{
    for (size_t i = 0; i < change->n_except; i++) {
        if (match_within(match, &change->except[i])) {
            return;
        }
    }
    size_t kept = 0;
    for (size_t i = 0; i < change->n_except; i++) {
        if (!match_within(&change->except[i], match)) {
            change->except[kept++] = change->except[i];
        }
    }
    change->n_except = kept;
    if (kept == CHANGE_DIFF_EXCEPTIONS) {
        change->n_except_more++;
    } else {
        change->except[change->n_except++] = *match;
    }
}

static void add_change(struct diffing *diffing, struct change_difference *change,
                       const struct space_region *region)
{
    struct change_diff *diff = diffing->diff;
    for (size_t i = 0; i < region->n_excluded; i++) {
        struct match both;
        if (match_intersect(region->excluded[i], &change->where.within, &both)) {
            add_exception(change, region->excluded[i]);
        }
    }
    if (base_grow(&diff->changes, diff->n_changes, &diff->capacity, sizeof *diff->changes) < 0) {
        diffing->no_memory = true;
        return;
    }
    diff->changes[diff->n_changes++] = *change;
}

static const char *why_unknown(const struct diffing *diffing,
                               const struct change_difference *change,
                               const struct space_behavior *const behaviors[2])
{
    for (int i = 0; i < 2; i++) {
        const struct flow_entry *flow = flow_of(&diffing->sides[i], change->entry[i]);
        if (flow && flow_open(flow)) {
            return flow_open(flow);
        }
    }
    return behaviors[0]->unknown ? behaviors[0]->unknown : behaviors[1]->unknown;
}

static enum space_answer find_unknown(struct diffing *diffing, const struct space_region *region,
                                      struct space_difference *where)
{
    *where = (struct space_difference){.within = region->cube, .is_whole = true};
    return space_region_find(region, diffing->budget, &where->example);
}

/* The region is what the two entries take. Where only rewrites differ, it may
 * be in several parts of it; what was found is out of the way then. */
static enum space_answer decide(struct diffing *diffing, struct change_difference *change,
                                struct space_region *region,
                                const struct space_behavior *const behaviors[2])
{
    enum { PARTS_MAX = 16 };
    struct match parts[PARTS_MAX];
    enum space_answer answer = SPACE_FOUND;
    change->unknown = why_unknown(diffing, change, behaviors);
    for (int i = 0; i < PARTS_MAX && answer == SPACE_FOUND; i++) {
        change->n_except = change->n_except_more = 0;
        answer = change->unknown ? find_unknown(diffing, region, &change->where)
                                 : space_differ(region, behaviors[0], behaviors[1], diffing->budget,
                                                &change->where);
        if (answer == SPACE_FOUND) {
            add_change(diffing, change, region);
            parts[i] = change->where.within;
            if (match_within(&region->cube, &parts[i])) {
                return SPACE_EMPTY;
            }
            if (space_exclude(region, &parts[i]) < 0) {
                return SPACE_OPEN;
            }
        }
    }
    return answer == SPACE_FOUND ? SPACE_OPEN : answer;
}

static bool same_unknown(const struct flow_entry *a, const struct flow_entry *b)
{
    return a && b && a->table_id == b->table_id &&
           extras_equal(a->extras, a->n_extras, b->extras, b->n_extras) &&
           actions_equal(a->actions, a->n_actions, b->actions, b->n_actions);
}

/* x, of side s, and y, of the other one (ENTRY_NONE: the lack of one), among the
 * headers in `cube`. */
static void compare_pair(struct diffing *diffing, int s, size_t x, size_t y,
                         const struct match *cube)
{
    struct side *side = &diffing->sides[s], *other = &diffing->sides[!s];
    size_t mine = y == ENTRY_NONE ? ENTRY_NONE : other->counterparts[y],
           theirs = side->counterparts[x];
    struct change_difference change = {.in_port = diffing->in_port, .others = diffing->others};
    struct space_region region = {.cube = *cube};
    /* An entry with the very match of one of them goes before the other one. */
    if ((mine != ENTRY_NONE && mine != x && space_table_precedes(&side->table, mine, x)) ||
        (theirs != ENTRY_NONE && theirs != y &&
         (y == ENTRY_NONE || space_table_precedes(&other->table, theirs, y))) ||
        (y != ENTRY_NONE && !match_intersect(cube, &flow_of(other, y)->match, &region.cube))) {
        return;
    }
    change.entry[s] = x;
    change.entry[!s] = y;
    const struct space_behavior *behaviors[2] = {
        behavior_of(diffing, &diffing->sides[0], change.entry[0]),
        behavior_of(diffing, &diffing->sides[1], change.entry[1])};
    bool same = why_unknown(diffing, &change, behaviors)
                    ? same_unknown(flow_of(side, x), flow_of(other, y))
                    : space_behavior_equal(behaviors[0], behaviors[1]);
    if (diffing->no_memory || same) {
        return;
    }
    enum space_answer answer = space_table_exclude(&other->table, y, &region, diffing->budget);
    if (answer == SPACE_FOUND) {
        answer = space_table_exclude(&side->table, x, &region, diffing->budget);
    }
    if (answer == SPACE_FOUND) {
        answer = decide(diffing, &change, &region, behaviors);
    }
    diffing->diff->open |= answer == SPACE_OPEN;
    space_region_free(&region);
}

/* What one changed entry is compared with. */
struct comparing {
    struct diffing *diffing;
    int s;
    size_t x;
    struct match cube;
};

/* Two changed ones meet once, from the first side. */
static bool compare_with(void *aux, uint32_t y, const struct match *match)
{
    const struct comparing *comparing = aux;
    (void)match;
    if (comparing->s == 0 || !comparing->diffing->sides[0].changed[y]) {
        compare_pair(comparing->diffing, comparing->s, comparing->x, y, &comparing->cube);
    }
    return !comparing->diffing->no_memory;
}

/* What a changed entry takes, against all that the other table does with it. */
static void compare_entry(struct diffing *diffing, int s, size_t x)
{
    struct side *side = &diffing->sides[s], *other = &diffing->sides[!s];
    struct match in_port = match_in_port(diffing->in_port);
    struct comparing comparing = {.diffing = diffing, .s = s, .x = x};
    struct space_region region = {0};
    if (!match_intersect(&flow_of(side, x)->match, &in_port, &comparing.cube)) {
        return;
    }
    region.cube = comparing.cube;
    enum space_answer answer = space_table_exclude(&side->table, x, &region, diffing->budget);
    space_region_free(&region);
    if (answer == SPACE_FOUND) {
        if (!space_table_overlapping(&other->table, &comparing.cube, 0, UINT32_MAX, diffing->budget,
                                     compare_with, &comparing)) {
            answer = SPACE_OPEN;
        }
        compare_pair(diffing, s, x, ENTRY_NONE, &comparing.cube);
    }
    diffing->diff->open |= answer == SPACE_OPEN;
}

static void compare_changed(struct diffing *diffing, int s, struct space_entries list)
{
    for (size_t i = 0; i < list.n_entries; i++) {
        if (diffing->sides[s].changed[list.entries[i]]) {
            compare_entry(diffing, s, list.entries[i]);
        }
    }
}

/* ------------------------------------------------------------------- ports */

static void name_outputs(const struct switch_state *state, struct port_set *named)
{
    for (size_t i = 0; i < state->flows.n_entries; i++) {
        const struct flow_entry *entry = &state->flows.entries[i];
        for (size_t j = 0; j < entry->n_actions; j++) {
            const struct action *action = &entry->actions[j];
            bool sends = action->type == ACTION_OUTPUT || action->type == ACTION_ENQUEUE;
            if (sends && (action->port <= PORT_MAX || action->port == PORT_LOCAL)) {
                port_set_add(named, action->port);
            }
        }
    }
}

/* Every port that something names, and one that nothing does: all of those are
 * alike. */
static int collect_ports(struct change_diff *diff, const struct switch_state *const states[2])
{
    struct port_set named = {0};
    for (size_t i = 0; i < 2; i++) {
        port_set_add_state(&named, states[i]);
        name_outputs(states[i], &named);
    }
    diff->ports = base_calloc(port_set_count(&named) + 1, sizeof *diff->ports);
    if (!diff->ports) {
        return -1;
    }
    for (uint32_t i = port_set_next(&named, 0); i < PORT_SET_END;
         i = port_set_next(&named, i + 1)) {
        diff->ports[diff->n_ports++] = (uint16_t)i;
    }
    uint16_t other = 1;
    while (other < PORT_MAX && port_set_has(&named, other)) {
        other++;
    }
    diff->ports[diff->n_ports++] = other;
    return 0;
}

static void compare_port(struct diffing *diffing, uint16_t number, bool others)
{
    diffing->in_port = number;
    diffing->others = others;
    diffing->stamp++;
    for (int s = 0; s < 2; s++) {
        compare_changed(diffing, s, space_table_any_port(&diffing->sides[s].table));
        compare_changed(diffing, s, space_table_port(&diffing->sides[s].table, number));
    }
    base_arena_free(&diffing->arena);
}

int change_diff(const struct switch_state *a, const struct switch_state *b, size_t *budget,
                struct change_diff *diff)
{
    struct diffing diffing = {.diff = diff, .budget = budget};
    int failed = open_side(&diffing.sides[0], a, b) < 0 || open_side(&diffing.sides[1], b, a) < 0 ||
                 collect_ports(diff, (const struct switch_state *const[]){a, b}) < 0;
    for (size_t i = 0; i < diff->n_ports && !failed; i++) {
        compare_port(&diffing, diff->ports[i], i + 1 == diff->n_ports);
    }
    close_side(&diffing.sides[0]);
    close_side(&diffing.sides[1]);
    return failed || diffing.no_memory ? -1 : 0;
}

void change_diff_free(struct change_diff *diff)
{
    free(diff->changes);
    free(diff->ports);
    *diff = (struct change_diff){0};
}
