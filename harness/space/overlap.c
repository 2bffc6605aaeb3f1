/* SPDX-License-Identifier: Apache-2.0
 *
 * What of a table overlaps a cube, and what of that goes before an entry. */
#include "space/groups.h"

#include "base/memory.h"

#include <stdlib.h>

static int build_tree(struct space_table *table)
{
    size_t n = 0;
    if (table->has_tree) {
        return 0;
    }
    struct space_item *items = base_calloc(table->n_entries + 1, sizeof *items);
    for (size_t i = 0; items && n < table->n_entries; i++) {
        const struct flow_entry *flow = &table->flows->entries[i];
        if (table->indexed[i]) {
            items[n++] = (struct space_item){
                .match = flow->match, .rank = space_rank(flow), .entry = (uint32_t)i};
        }
    }
    table->has_tree = items && space_tree_build(&table->tree, items, n) == 0;
    free(items);
    return table->has_tree ? 0 : -1;
}

/* Whether so few groups may have something of these ranks that all can be asked
 * by look-up, which then is quicker than the tree. */
static bool few_groups(const struct space_table *table, const struct match *cube, uint32_t min_rank)
{
    enum { FEW = 16 };
    size_t n = 0;
    for (size_t i = 0; i < table->n_groups && n <= FEW; i++) {
        if (table->groups[i].max_rank >= min_rank) {
            n += space_group_asks_less(&table->groups[i], &cube->mask) ? 1 : FEW + 1;
        }
    }
    return n <= FEW;
}

/* 1: done; 0: `visit` ended it; -1: no memory. */
static int visit_groups(struct space_table *table, const struct match *cube, uint32_t min_rank,
                        uint32_t max_rank, space_tree_visit *visit, void *aux)
{
    const struct flow_entry *flows = table->flows->entries;
    for (size_t i = 0; i < table->n_groups; i++) {
        struct space_group *group = &table->groups[i];
        if (group->max_rank < min_rank) {
            continue;
        }
        if (space_group_index(table, group) < 0) {
            return -1;
        }
        size_t found = space_group_find(table, group, cube);
        for (uint32_t next = found == ENTRY_NONE ? 0 : (uint32_t)found + 1; next != 0;
             next = table->next_same[next - 1]) {
            const struct flow_entry *flow = &flows[next - 1];
            if (space_rank(flow) >= min_rank && space_rank(flow) <= max_rank &&
                !visit(aux, next - 1, &flow->match)) {
                return 0;
            }
        }
    }
    return 1;
}

bool space_table_overlapping(struct space_table *table, const struct match *cube, uint32_t min_rank,
                             uint32_t max_rank, size_t *budget, space_tree_visit *visit, void *aux)
{
    if (few_groups(table, cube, min_rank)) {
        return visit_groups(table, cube, min_rank, max_rank, visit, aux) >= 0;
    }
    return build_tree(table) == 0 &&
           space_tree_overlapping(&table->tree, cube, min_rank, max_rank, budget, visit, aux);
}

/* --------------------------------------------------------------------- list */

struct listing {
    struct space_overlapping *found;
    bool no_memory;
};

static bool add(void *aux, uint32_t entry, const struct match *match)
{
    struct listing *listing = aux;
    struct space_overlapping *found = listing->found;
    (void)match;
    listing->no_memory =
        base_grow(&found->entries, found->n_entries, &found->capacity, sizeof entry) < 0;
    if (!listing->no_memory) {
        found->entries[found->n_entries++] = entry;
    }
    return !listing->no_memory;
}

static int by_precedence(const void *a, const void *b, void *table)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return space_table_precedes(table, x, y) ? -1 : space_table_precedes(table, y, x);
}

int space_list_overlapping(struct space_table *table, const struct match *cube, uint32_t min_rank,
                           uint32_t max_rank, size_t *budget, struct space_overlapping *found)
{
    struct listing listing = {.found = found};
    found->n_entries = 0;
    bool done = space_table_overlapping(table, cube, min_rank, max_rank, budget, add, &listing);
    if (!done || listing.no_memory) {
        found->n_entries = 0;
        return -1;
    }
    if (found->n_entries > 1) {
        qsort_r(found->entries, found->n_entries, sizeof *found->entries, by_precedence, table);
    }
    return 0;
}

/* ------------------------------------------------------------------ exclude */

struct excluding {
    const struct space_table *table;
    size_t entry;
    struct space_region *region;
    const struct space_holes *holes; /* of `entry` */
    bool sure;                       /* only entries that take all of their match */
    enum space_answer answer;
};

/* Whether it may leave packets of its match to others. */
static bool may_leave(const struct flow_entry *flow)
{
    const struct field_value *which;
    return flow->n_extras > 0 &&
           extra_effect(flow->extras, flow->n_extras, &which) == EXTRA_MAY_TAKE;
}

/* Whether `by` surely takes what it can before `entry` does. Of one priority the first is meant
 * (table.h), but not where it is open what the other does. */
static bool goes_before(const struct space_table *table, size_t by, size_t entry)
{
    const struct flow_entry *flows = table->flows->entries;
    return entry == ENTRY_NONE ||
           (space_table_precedes(table, by, entry) &&
            (space_rank(&flows[by]) > space_rank(&flows[entry]) || !flow_open(&flows[entry])));
}

static bool exclude_entry(void *aux, uint32_t entry, const struct match *match)
{
    struct excluding *excluding = aux;
    if (!goes_before(excluding->table, entry, excluding->entry) ||
        (excluding->sure && may_leave(&excluding->table->flows->entries[entry]))) {
        return true;
    }
    const struct space_holes *holes = space_table_holes(excluding->table, entry);
    excluding->answer = holes ? space_leave_cut(excluding->region, match, holes, excluding->holes)
                              : space_leave(excluding->region, match);
    return excluding->answer == SPACE_FOUND;
}

static const struct space_holes *own_holes(const struct space_table *table, size_t entry)
{
    return entry == ENTRY_NONE ? NULL : space_table_holes(table, entry);
}

/* What an entry that takes all of the region, and those of its match, do to it: SPACE_EMPTY,
 * SPACE_FOUND as above; SPACE_OPEN: those that go before have holes, which `entry` has not. */
static enum space_answer ask_takers(const struct space_table *table, size_t taker, size_t entry)
{
    enum space_answer answer = SPACE_FOUND;
    for (size_t next = taker; next != ENTRY_NONE && answer != SPACE_EMPTY;
         next = table->next_same[next] ? table->next_same[next] - 1u : ENTRY_NONE) {
        if (!goes_before(table, next, entry)) {
            continue;
        }
        bool is_whole = space_holes_within(space_table_holes(table, next), own_holes(table, entry));
        answer = is_whole ? SPACE_EMPTY : SPACE_OPEN;
        if (!table->holes) {
            break;
        }
    }
    return answer;
}

/* Asks the groups for what goes before `entry`, if that can be had by look-up
 * alone: SPACE_EMPTY, one entry takes all; SPACE_FOUND: nothing goes before it;
 * SPACE_OPEN: the tree must be asked. As long as there is none, all groups are
 * asked: one entry may take all, and no tree be needed. */
static enum space_answer ask_groups(struct space_table *table, size_t entry,
                                    const struct space_region *region)
{
    uint32_t rank = entry == ENTRY_NONE ? 0 : space_rank(&table->flows->entries[entry]);
    enum space_answer answer = SPACE_FOUND;
    for (size_t i = 0; i < table->n_groups && (answer == SPACE_FOUND || !table->has_tree); i++) {
        struct space_group *group = &table->groups[i];
        size_t taker = ENTRY_NONE;
        if (group->max_rank < rank) {
            continue;
        }
        if (!space_group_asks_less(group, &region->cube.mask) ||
            space_group_taker(table, group, &region->cube, &taker) < 0) {
            answer = SPACE_OPEN;
        } else if (taker != ENTRY_NONE) {
            enum space_answer left = ask_takers(table, taker, entry);
            answer = left == SPACE_FOUND ? answer : left;
        }
        if (answer == SPACE_EMPTY) {
            return answer;
        }
    }
    return answer;
}

enum space_answer space_table_exclude(struct space_table *table, size_t entry,
                                      struct space_region *region, size_t *budget)
{
    struct excluding excluding = {
        .table = table, .entry = entry, .region = region, .answer = SPACE_FOUND};
    excluding.holes = own_holes(table, entry);
    uint32_t min_rank = entry == ENTRY_NONE ? 0 : space_rank(&table->flows->entries[entry]);
    enum space_answer answer = SPACE_OPEN;
    if (table->n_groups < table->n_entries && *budget >= table->n_groups) {
        *budget -= table->n_groups;
        answer = ask_groups(table, entry, region);
    }
    if (answer == SPACE_OPEN && space_table_overlapping(table, &region->cube, min_rank, UINT32_MAX,
                                                        budget, exclude_entry, &excluding)) {
        answer = excluding.answer;
    }
    return answer == SPACE_FOUND ? space_leave_holes(region, excluding.holes) : answer;
}

enum space_answer space_table_exclude_sure(struct space_table *table, size_t entry,
                                           struct space_region *region, size_t *budget)
{
    struct excluding excluding = {
        .table = table, .entry = entry, .region = region, .sure = true, .answer = SPACE_FOUND};
    excluding.holes = own_holes(table, entry);
    uint32_t min_rank = entry == ENTRY_NONE ? 0 : space_rank(&table->flows->entries[entry]);
    return !space_table_overlapping(table, &region->cube, min_rank, UINT32_MAX, budget,
                                    exclude_entry, &excluding)
               ? SPACE_OPEN
           : excluding.answer == SPACE_FOUND ? space_leave_holes(region, excluding.holes)
                                             : excluding.answer;
}

enum space_answer space_table_find(struct space_table *table, size_t entry,
                                   const struct match *cube, size_t *budget, struct header *example)
{
    struct space_region region = {.cube = *cube};
    enum space_answer answer = space_table_exclude(table, entry, &region, budget);
    if (answer == SPACE_FOUND) {
        answer = space_region_find(&region, budget, example);
    }
    space_region_free(&region);
    return answer;
}
