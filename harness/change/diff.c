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
    bool *alone;          /* by entry: no other one of its rank overlaps it and has other actions */
    bool *asked;          /* by entry: `alone` is known */
    bool has_open;        /* of some entry it is open what it takes, or does */
    struct learned {
        uint32_t stamp; /* of the port for which it was learned */
        struct space_behavior behavior;
    } * learned; /* by action id */
};

enum { PARTS_MAX = 16 }; /* sets in which two entries differ by their rewrites */

struct diffing {
    struct side sides[2];
    struct change_diff *diff;
    size_t *budget;
    uint16_t in_port;
    bool others;
    uint32_t stamp;
    bool others_tables_differ; /* what stands behind goto_table is not the same */
    struct base_arena arena;   /* behaviours on this port */
    bool no_memory;
};

/* ------------------------------------------------------------ counterparts */

static int compare_indices(const void *a, const void *b, void *aux)
{
    const struct flow_entry *entries = aux;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    int order = flow_compare_keys(&entries[x], &entries[y]);
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
        while (j < b->n_entries && (order = flow_compare_keys(&b->entries[of_b[j]], entry)) < 0) {
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
    return actions_send_to(entry->actions, entry->n_actions, PORT_FLOOD) ||
           actions_send_to(entry->actions, entry->n_actions, PORT_ALL);
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
    bool same_groups = group_tables_alike(&state->groups, &other->groups);
    side->state = state;
    side->counterparts = change_diff_counterparts(flows, &other->flows);
    side->changed = base_calloc(flows->n_entries + 1, sizeof *side->changed);
    side->alone = base_calloc(flows->n_entries + 1, sizeof *side->alone);
    side->asked = base_calloc(flows->n_entries + 1, sizeof *side->asked);
    if (!side->counterparts || !side->changed || !side->alone || !side->asked ||
        space_table_index(&side->table, flows, NULL) < 0) {
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
            !instructions_equal(entry->instructions, same->instructions) ||
            (!same_groups && flow_uses_group(entry)) ||
            !extras_equal(entry->extras, entry->n_extras, same->extras, same->n_extras) ||
            (!alike && floods(entry));
        side->has_open |= flow_open(entry) != NULL;
    }
    side->learned = base_calloc(side->table.actions.n_ids + 1, sizeof *side->learned);
    return side->learned ? 0 : -1;
}

/* Whether the entries behind the first table are on the other side, too, and do the same. */
static bool has_others_tables(const struct side *side, const struct flow_table *other)
{
    bool has = true;
    for (size_t i = 0; i < side->state->flows.n_entries && has; i++) {
        const struct flow_entry *entry = &side->state->flows.entries[i];
        size_t same = entry->table_id == 0 ? ENTRY_NONE : side->counterparts[i];
        has = entry->table_id == 0 ||
              (same != ENTRY_NONE &&
               instructions_equal(entry->instructions, other->entries[same].instructions) &&
               actions_equal(entry->actions, entry->n_actions, other->entries[same].actions,
                             other->entries[same].n_actions));
    }
    return has;
}

static bool goes_on(const struct flow_entry *entry)
{
    return entry && entry->instructions && entry->instructions->goto_table != NO_GOTO;
}

/* Entries that say the same do not do the same if other tables go on with it. */
static void compare_others_tables(struct diffing *diffing)
{
    struct side *a = &diffing->sides[0], *b = &diffing->sides[1];
    diffing->others_tables_differ =
        !has_others_tables(a, &b->state->flows) || !has_others_tables(b, &a->state->flows);
    for (int s = 0; s < 2 && diffing->others_tables_differ; s++) {
        const struct flow_table *flows = &diffing->sides[s].state->flows;
        for (size_t i = 0; i < flows->n_entries; i++) {
            diffing->sides[s].changed[i] |= goes_on(&flows->entries[i]);
        }
    }
}

static void close_side(struct side *side)
{
    space_table_free(&side->table);
    free(side->counterparts);
    free(side->changed);
    free(side->alone);
    free(side->asked);
    free(side->learned);
}

/* -------------------------------------------------------------- behaviours */

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

static const char *why_open(struct side *side, size_t entry, const struct match *within)
{
    return entry == ENTRY_NONE ? NULL : space_table_open(&side->table, entry, within);
}

static const char *why_unknown(struct diffing *diffing, const struct change_difference *change,
                               const struct match *within,
                               const struct space_behavior *const behaviors[2])
{
    for (int i = 0; i < 2; i++) {
        const char *open = why_open(&diffing->sides[i], change->entry[i], within);
        if (open) {
            return open;
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
    struct match parts[PARTS_MAX];
    enum space_answer answer = SPACE_FOUND;
    change->unknown = why_unknown(diffing, change, &region->cube, behaviors);
    for (int i = 0; i < PARTS_MAX && answer == SPACE_FOUND; i++) {
        change->n_except = change->n_except_more = 0;
        answer = change->unknown ? find_unknown(diffing, region, &change->where)
                                 : space_differ(region, behaviors[0], behaviors[1], diffing->budget,
                                                &change->where);
        if (answer == SPACE_FOUND) {
            add_change(diffing, change, region);
            parts[i] = change->where.within;
            answer = space_leave(region, &parts[i]);
        }
    }
    return answer == SPACE_FOUND ? SPACE_OPEN : answer;
}

static bool same_unknown(const struct flow_entry *a, const struct flow_entry *b)
{
    return a && b && a->table_id == b->table_id &&
           extras_equal(a->extras, a->n_extras, b->extras, b->n_extras) &&
           actions_equal(a->actions, a->n_actions, b->actions, b->n_actions) &&
           instructions_equal(a->instructions, b->instructions) && !flow_uses_group(a);
}

/* ------------------------------------------------------------------ rivals */

/* Two entries of one rank that take the same headers and do different things with them: which of
 * the two wins is not defined, so neither is what the table does. Sets of which that is true on one
 * side are not decided, unless the same two are rivals on the other side. */

static bool same_as_written(const struct side *side, size_t a, size_t b)
{
    return side->table.action_ids[a] == side->table.action_ids[b] &&
           same_unknown(flow_of(side, a), flow_of(side, b));
}

/* One entry and the others of its rank. */
struct rivals {
    struct diffing *diffing;
    int s;
    size_t entry;
    struct space_region *region; /* of the pair that is compared; what is contested is taken away */
    bool any, failed;
};

static bool note_other_actions(void *aux, uint32_t entry, const struct match *match)
{
    struct rivals *rivals = aux;
    const struct side *side = &rivals->diffing->sides[rivals->s];
    (void)match;
    rivals->any = entry != rivals->entry && !same_as_written(side, entry, rivals->entry);
    return !rivals->any;
}

/* Calls `visit` for those of the entry's rank that overlap the cube, and the entry itself. */
static void visit_rank(struct rivals *rivals, const struct match *cube, space_tree_visit *visit)
{
    struct side *side = &rivals->diffing->sides[rivals->s];
    uint32_t rank = space_rank(flow_of(side, rivals->entry));
    rivals->failed |= !space_table_overlapping(&side->table, cube, rank, rank,
                                               rivals->diffing->budget, visit, rivals);
    rivals->diffing->diff->open |= rivals->failed;
}

static bool is_alone(struct diffing *diffing, int s, size_t entry)
{
    struct side *side = &diffing->sides[s];
    struct rivals rivals = {.diffing = diffing, .s = s, .entry = entry};
    if (!side->asked[entry]) {
        visit_rank(&rivals, &flow_of(side, entry)->match, note_other_actions);
        side->asked[entry] = true;
        side->alone[entry] = !rivals.any;
    }
    return side->alone[entry];
}

/* Whether two entries of a side do different things with headers of the region that both take. */
static enum space_answer contest(struct diffing *diffing, int s, size_t a, size_t b,
                                 struct space_region *region, struct space_difference *where)
{
    struct side *side = &diffing->sides[s];
    const struct space_behavior *of_a = behavior_of(diffing, side, a),
                                *of_b = behavior_of(diffing, side, b);
    if (diffing->no_memory || same_as_written(side, a, b)) {
        return SPACE_EMPTY;
    }
    if (of_a->unknown || of_b->unknown || why_open(side, a, &region->cube) ||
        why_open(side, b, &region->cube)) {
        return find_unknown(diffing, region, where);
    }
    return space_differ(region, of_a, of_b, diffing->budget, where);
}

/* The entry of the other side is the one that takes the example. */
static void add_contested(struct diffing *diffing, int s, size_t entry, size_t by,
                          const struct space_region *region, struct space_difference *where)
{
    struct side *other = &diffing->sides[!s];
    struct change_difference change = {.in_port = diffing->in_port,
                                       .others = diffing->others,
                                       .where = *where,
                                       .unknown = CHANGE_DIFF_CONTESTED};
    change.entry[s] = entry;
    change.entry[!s] = by;
    if (by == ENTRY_NONE) {
        diffing->no_memory |= space_table_prepare(&other->table) < 0;
        change.entry[!s] = diffing->no_memory ? ENTRY_NONE
                                              : space_table_lookup(&other->table, &where->example,
                                                                   NULL, NULL, NULL);
    }
    add_change(diffing, &change, region);
}

/* Two of side s, among headers that on the other side `by` takes (ENTRY_NONE: any does). */
static void compare_rivals(struct diffing *diffing, int s, size_t a, size_t b, size_t by,
                           const struct match *cube)
{
    struct side *side = &diffing->sides[s], *other = &diffing->sides[!s];
    struct space_region region = {0};
    struct space_difference where[PARTS_MAX];
    if (!match_intersect(cube, &flow_of(side, a)->match, &region.cube) ||
        !match_intersect(&region.cube, &flow_of(side, b)->match, &region.cube)) {
        return;
    }
    enum space_answer answer =
        space_table_exclude(&side->table, a < b ? a : b, &region, diffing->budget);
    if (answer == SPACE_FOUND && by != ENTRY_NONE) {
        answer = space_table_exclude(&other->table, by, &region, diffing->budget);
    }
    for (int i = 0; i < PARTS_MAX && answer == SPACE_FOUND; i++) {
        answer = contest(diffing, s, a, b, &region, &where[i]);
        if (answer == SPACE_FOUND) {
            add_contested(diffing, s, a < b ? a : b, by, &region, &where[i]);
            answer = space_leave(&region, &where[i].within);
        }
    }
    answer = answer == SPACE_FOUND ? SPACE_OPEN : answer;
    diffing->diff->open |= answer == SPACE_OPEN;
    space_region_free(&region);
}

/* What a pair of entries is compared with. */
struct contesting {
    struct rivals rivals;
    size_t by;
    struct match cube;
};

static bool compare_rival(void *aux, uint32_t rival, const struct match *match)
{
    const struct contesting *contesting = aux;
    const struct rivals *rivals = &contesting->rivals;
    const bool *changed = rivals->diffing->sides[rivals->s].changed;
    bool met = contesting->by == ENTRY_NONE ? rival < rivals->entry && changed[rival]
                                            : changed[rival] || rival < rivals->entry;
    (void)match;
    if (rival != rivals->entry && !met) {
        compare_rivals(rivals->diffing, rivals->s, rivals->entry, rival, contesting->by,
                       &contesting->cube);
    }
    return !rivals->diffing->no_memory;
}

static void compare_with_rivals(struct diffing *diffing, int s, size_t entry, size_t by,
                                const struct match *cube)
{
    struct contesting contesting = {
        .rivals = {.diffing = diffing, .s = s, .entry = entry}, .by = by, .cube = *cube};
    if (!is_alone(diffing, s, entry)) {
        visit_rank(&contesting.rivals, cube, compare_rival);
    }
}

static bool exclude_rival(void *aux, uint32_t rival, const struct match *match)
{
    struct rivals *rivals = aux;
    struct diffing *diffing = rivals->diffing;
    struct space_region both = {0};
    struct space_difference where;
    if (rival == rivals->entry || !match_intersect(&rivals->region->cube, match, &both.cube)) {
        return true;
    }
    enum space_answer answer = contest(diffing, rivals->s, rivals->entry, rival, &both, &where);
    if (answer == SPACE_FOUND && where.is_whole) {
        const struct match *kept =
            base_arena_copy(&diffing->arena, &where.within, sizeof where.within);
        diffing->no_memory |= !kept || space_exclude(rivals->region, kept) < 0;
    }
    space_region_free(&both);
    return !diffing->no_memory;
}

/* Takes away from the region what `entry` and another one of its rank contest. */
static void exclude_contested(struct diffing *diffing, int s, size_t entry,
                              struct space_region *region)
{
    struct rivals rivals = {.diffing = diffing, .s = s, .entry = entry, .region = region};
    if (entry != ENTRY_NONE && !is_alone(diffing, s, entry)) {
        visit_rank(&rivals, &region->cube, exclude_rival);
    }
}

/* ------------------------------------------------------------------- pairs */

/* What entries that go before both may take, or leave: what these two do with it is not the same,
 * and nobody can say whether it matters. */
static enum space_answer compare_behind_open(struct diffing *diffing, int s,
                                             struct change_difference *change,
                                             const struct match *cube,
                                             const struct space_behavior *const behaviors[2])
{
    struct side *side = &diffing->sides[s], *other = &diffing->sides[!s];
    struct space_region region = {.cube = *cube};
    enum space_answer answer =
        space_table_exclude_sure(&other->table, change->entry[!s], &region, diffing->budget);
    if (answer == SPACE_FOUND) {
        answer = space_table_exclude_sure(&side->table, change->entry[s], &region, diffing->budget);
    }
    if (answer == SPACE_FOUND) {
        answer = why_unknown(diffing, change, cube, behaviors)
                     ? find_unknown(diffing, &region, &change->where)
                     : space_differ(&region, behaviors[0], behaviors[1], diffing->budget,
                                    &change->where);
    }
    if (answer == SPACE_FOUND) {
        change->unknown = CHANGE_DIFF_BEHIND_OPEN;
        change->n_except = change->n_except_more = 0;
        add_change(diffing, change, &region);
        answer = SPACE_EMPTY;
    }
    space_region_free(&region);
    return answer;
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
    bool same = why_unknown(diffing, &change, &region.cube, behaviors)
                    ? same_unknown(flow_of(side, x), flow_of(other, y)) &&
                          !(diffing->others_tables_differ && goes_on(flow_of(side, x)))
                    : space_behavior_equal(behaviors[0], behaviors[1]);
    if (diffing->no_memory || same) {
        return;
    }
    const struct match whole = region.cube;
    size_t n_before = diffing->diff->n_changes;
    enum space_answer answer = space_table_exclude(&other->table, y, &region, diffing->budget);
    if (answer == SPACE_FOUND) {
        answer = space_table_exclude(&side->table, x, &region, diffing->budget);
    }
    if (answer == SPACE_FOUND) {
        exclude_contested(diffing, s, x, &region);
        exclude_contested(diffing, !s, y, &region);
        answer = decide(diffing, &change, &region, behaviors);
    }
    if (answer == SPACE_EMPTY && n_before == diffing->diff->n_changes &&
        (side->has_open || other->has_open)) {
        answer = compare_behind_open(diffing, s, &change, &whole, behaviors);
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
    if (!comparing->diffing->sides[!comparing->s].changed[y]) {
        compare_with_rivals(comparing->diffing, !comparing->s, y, comparing->x, &comparing->cube);
    }
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
    compare_with_rivals(diffing, s, x, ENTRY_NONE, &comparing.cube);
    enum space_answer answer =
        side->has_open ? space_table_exclude_sure(&side->table, x, &region, diffing->budget)
                       : space_table_exclude(&side->table, x, &region, diffing->budget);
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
            if (action_sends(action) && (action->port <= PORT_MAX || action->port == PORT_LOCAL)) {
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
    if (!failed) {
        compare_others_tables(&diffing);
    }
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
