/* SPDX-License-Identifier: Apache-2.0
 *
 * The headers for which two tables differ. */
#include "change/diff.h"

#include "base/memory.h"
#include "change/inside.h"
#include "model/port_set.h"

#include <stdlib.h>

enum { PARTS_MAX = 16 }; /* sets in which two entries differ by their rewrites */

struct diffing {
    struct change_side sides[2];
    struct change_diff *diff;
    size_t *budget;
    uint16_t in_port;
    bool others;
    uint32_t stamp;
    struct base_arena arena; /* behaviours on this port */
    bool no_memory;
};

/* -------------------------------------------------------------- behaviours */

static const struct space_behavior *behavior_of(struct diffing *diffing, struct change_side *side,
                                                size_t entry)
{
    static const struct space_behavior drop;
    const struct flow_entry *flow = change_side_flow(side, entry);
    struct change_learned *learned = flow ? &side->learned[side->table.action_ids[entry]] : NULL;
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
    for (size_t i = 0; i < region->n_cuts; i++) { /* but for their holes: not told one by one */
        change->n_except_more += match_overlaps(region->cuts[i].cube, &change->where.within);
    }
    if (base_grow(&diff->changes, diff->n_changes, &diff->capacity, sizeof *diff->changes) < 0) {
        diffing->no_memory = true;
        return;
    }
    diff->changes[diff->n_changes++] = *change;
}

static const char *why_open(struct change_side *side, size_t entry, const struct match *within)
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
    const char *open = space_behavior_open(behaviors[0]);
    return open ? open : space_behavior_open(behaviors[1]);
}

/* Whether meters make no difference between the two entries. */
static bool meter_alike(const struct diffing *diffing, const struct change_difference *change,
                        const struct space_behavior *const behaviors[2])
{
    return (space_behavior_drops(behaviors[0]) && space_behavior_drops(behaviors[1])) ||
           change_sides_meter_alike(&diffing->sides[0], change->entry[0], &diffing->sides[1],
                                    change->entry[1]);
}

/* All of the region is meant. */
static enum space_answer find_all(struct diffing *diffing, const struct space_region *region,
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
    change->by_meters = !change->unknown && !meter_alike(diffing, change, behaviors);
    for (int i = 0; i < PARTS_MAX && answer == SPACE_FOUND; i++) {
        change->n_except = change->n_except_more = 0;
        answer =
            change->unknown || change->by_meters
                ? find_all(diffing, region, &change->where)
                : space_differ(region, behaviors[0], behaviors[1], diffing->budget, &change->where);
        if (answer == SPACE_FOUND) {
            add_change(diffing, change, region);
            parts[i] = change->where.within;
            answer = space_leave(region, &parts[i]);
        }
    }
    return answer == SPACE_FOUND ? SPACE_OPEN : answer;
}

/* ------------------------------------------------------------------ rivals */

/* Two entries of one rank that take the same headers and do different things with them: which of
 * the two wins is not defined, so neither is what the table does. Sets of which that is true on one
 * side are not decided, unless the same two are rivals on the other side. */

static bool same_as_written(const struct change_side *side, size_t a, size_t b)
{
    return side->table.action_ids[a] == side->table.action_ids[b] &&
           change_sides_say_the_same(side, a, side, b);
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
    const struct change_side *side = &rivals->diffing->sides[rivals->s];
    (void)match;
    rivals->any = entry != rivals->entry && !same_as_written(side, entry, rivals->entry);
    return !rivals->any;
}

/* Calls `visit` for those of the entry's rank that overlap the cube, and the entry itself. */
static void visit_rank(struct rivals *rivals, const struct match *cube, space_tree_visit *visit)
{
    struct change_side *side = &rivals->diffing->sides[rivals->s];
    uint32_t rank = space_rank(change_side_flow(side, rivals->entry));
    rivals->failed |= !space_table_overlapping(&side->table, cube, rank, rank,
                                               rivals->diffing->budget, visit, rivals);
    rivals->diffing->diff->open |= rivals->failed;
}

static bool is_alone(struct diffing *diffing, int s, size_t entry)
{
    struct change_side *side = &diffing->sides[s];
    struct rivals rivals = {.diffing = diffing, .s = s, .entry = entry};
    if (!side->asked[entry]) {
        visit_rank(&rivals, &change_side_flow(side, entry)->match, note_other_actions);
        side->asked[entry] = true;
        side->alone[entry] = !rivals.any;
    }
    return side->alone[entry];
}

/* Whether two entries of a side do different things with headers of the region that both take. */
static enum space_answer contest(struct diffing *diffing, int s, size_t a, size_t b,
                                 struct space_region *region, struct space_difference *where)
{
    struct change_side *side = &diffing->sides[s];
    const struct space_behavior *of_a = behavior_of(diffing, side, a),
                                *of_b = behavior_of(diffing, side, b);
    if (diffing->no_memory || same_as_written(side, a, b)) {
        return SPACE_EMPTY;
    }
    if (space_behavior_open(of_a) || space_behavior_open(of_b) ||
        why_open(side, a, &region->cube) || why_open(side, b, &region->cube)) {
        return find_all(diffing, region, where);
    }
    return space_differ(region, of_a, of_b, diffing->budget, where);
}

/* The entry of the other side is the one that takes the example. */
static void add_contested(struct diffing *diffing, int s, size_t entry, size_t by,
                          const struct space_region *region, struct space_difference *where)
{
    struct change_side *other = &diffing->sides[!s];
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
    struct change_side *side = &diffing->sides[s], *other = &diffing->sides[!s];
    struct space_region region = {0};
    struct space_difference where[PARTS_MAX];
    if (!match_intersect(cube, &change_side_flow(side, a)->match, &region.cube) ||
        !match_intersect(&region.cube, &change_side_flow(side, b)->match, &region.cube)) {
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
    struct change_side *side = &diffing->sides[s], *other = &diffing->sides[!s];
    struct space_region region = {.cube = *cube};
    enum space_answer answer =
        space_table_exclude_sure(&other->table, change->entry[!s], &region, diffing->budget);
    if (answer == SPACE_FOUND) {
        answer = space_table_exclude_sure(&side->table, change->entry[s], &region, diffing->budget);
    }
    if (answer == SPACE_FOUND) {
        answer = why_unknown(diffing, change, cube, behaviors)
                     ? find_all(diffing, &region, &change->where)
                     : space_differ(&region, behaviors[0], behaviors[1], diffing->budget,
                                    &change->where);
    }
    if (answer == SPACE_FOUND) {
        change->unknown = CHANGE_DIFF_BEHIND_OPEN;
        change->n_except = change->n_except_more = 0;
        add_change(diffing, change, &region);
    }
    space_region_free(&region);
    return answer;
}

/* x, of side s, and y, of the other one (ENTRY_NONE: the lack of one), among the
 * headers in `cube`. */
static void compare_pair(struct diffing *diffing, int s, size_t x, size_t y,
                         const struct match *cube)
{
    struct change_side *side = &diffing->sides[s], *other = &diffing->sides[!s];
    size_t mine = y == ENTRY_NONE ? ENTRY_NONE : other->counterparts[y],
           theirs = side->counterparts[x];
    struct change_difference change = {.in_port = diffing->in_port, .others = diffing->others};
    struct space_region region = {.cube = *cube};
    /* An entry with the very match of one of them goes before the other one. */
    if ((mine != ENTRY_NONE && mine != x && space_table_precedes(&side->table, mine, x)) ||
        (theirs != ENTRY_NONE && theirs != y &&
         (y == ENTRY_NONE || space_table_precedes(&other->table, theirs, y))) ||
        (y != ENTRY_NONE &&
         !match_intersect(cube, &change_side_flow(other, y)->match, &region.cube))) {
        return;
    }
    change.entry[s] = x;
    change.entry[!s] = y;
    const struct space_behavior *behaviors[2] = {
        behavior_of(diffing, &diffing->sides[0], change.entry[0]),
        behavior_of(diffing, &diffing->sides[1], change.entry[1])};
    bool same = why_unknown(diffing, &change, &region.cube, behaviors)
                    ? change_sides_say_the_same(side, x, other, y)
                    : space_behavior_equal(behaviors[0], behaviors[1]) &&
                          meter_alike(diffing, &change, behaviors);
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
    struct change_side *side = &diffing->sides[s], *other = &diffing->sides[!s];
    struct match in_port = match_in_port(diffing->in_port);
    struct comparing comparing = {.diffing = diffing, .s = s, .x = x};
    struct space_region region = {0};
    if (!match_intersect(&change_side_flow(side, x)->match, &in_port, &comparing.cube)) {
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

static void name_outputs(const struct flow_table *flows, struct port_set *named)
{
    for (size_t i = 0; i < flows->n_entries; i++) {
        const struct flow_entry *entry = &flows->entries[i];
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
static int collect_ports(struct change_diff *diff, const struct change_side sides[2])
{
    struct port_set named = {0};
    for (size_t i = 0; i < 2; i++) {
        port_set_add_state(&named, sides[i].state);
        name_outputs(sides[i].whole->flows, &named);
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
    const struct switch_state *const states[] = {a, b};
    struct diffing diffing = {.diff = diff, .budget = budget};
    bool failed = change_sides_open(diffing.sides, states, diff->wholes) < 0 ||
                  collect_ports(diff, diffing.sides) < 0;
    for (size_t i = 0; i < diff->n_ports && !failed; i++) {
        compare_port(&diffing, diff->ports[i], i + 1 == diff->n_ports);
    }
    change_sides_close(diffing.sides);
    return failed || diffing.no_memory ? -1 : 0;
}

void change_diff_free(struct change_diff *diff)
{
    space_whole_close(&diff->wholes[0]);
    space_whole_close(&diff->wholes[1]);
    free(diff->changes);
    free(diff->ports);
    *diff = (struct change_diff){0};
}
