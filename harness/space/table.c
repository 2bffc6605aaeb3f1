/* SPDX-License-Identifier: Apache-2.0
 *
 * The index over a flow table: entries by ingress port, by actions, and by
 * mask. */
#include "space/table.h"

#include "space/intern.h"

#include <stdlib.h>

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9e3779b97f4a7c15;
    return hash ^ hash >> 32;
}

static uint64_t hash_words(const struct space_words *words, const struct space_words *mask)
{
    uint64_t hash = 0;
    for (int i = 0; i < SPACE_WORDS; i++) {
        hash = mix(hash, words->word[i] & mask->word[i]);
    }
    return hash;
}

/* ------------------------------------------------------------------ numbers */

static bool same_actions(const struct flow_entry *a, const struct flow_entry *b)
{
    return a->n_actions == b->n_actions &&
           (a->n_actions == 0 ||
            memcmp(a->actions, b->actions, a->n_actions * sizeof *a->actions) == 0);
}

/* Bytes that no action uses may differ between equal actions: then one list
 * gets two numbers, which costs time and nothing else. */
static uint64_t hash_actions(const struct flow_entry *entry)
{
    uint64_t hash = entry->n_actions;
    for (size_t i = 0; i < entry->n_actions; i++) {
        uint64_t words[2];
        memcpy(words, &entry->actions[i], sizeof words);
        hash = mix(mix(hash, words[0]), words[1]);
    }
    return hash;
}

static bool same_mask(const struct flow_entry *a, const struct flow_entry *b)
{
    return memcmp(&a->match.mask, &b->match.mask, sizeof a->match.mask) == 0;
}

static uint64_t hash_mask(const struct flow_entry *entry)
{
    struct space_words mask = space_words(&entry->match.mask);
    return hash_words(&mask, &mask);
}

/* Numbers all entries. Neighbours are often alike: the last one is tried first. */
static int number_entries(const struct space_table *table, struct space_interner *interner,
                          uint64_t (*hash)(const struct flow_entry *), space_same *same,
                          uint32_t *ids, const bool *left_out)
{
    const struct flow_entry *entries = table->flows->entries;
    const struct flow_entry *last = NULL;
    uint32_t id = 0;
    for (size_t i = 0; i < table->flows->n_entries; i++) {
        if (left_out && left_out[i]) {
            continue;
        }
        if ((!last || !same(last, &entries[i])) &&
            space_intern(interner, entries, (uint32_t)i, hash(&entries[i]), same, &id) < 0) {
            return -1;
        }
        ids[i] = id;
        last = &entries[i];
    }
    return 0;
}

/* ------------------------------------------------------------------ buckets */

/* By in_port + 1; 0: any (OpenFlow 1.0 knows no masks of in_port). */
static size_t bucket_of(const struct flow_entry *entry)
{
    return entry->match.mask.in_port ? (size_t)entry->match.value.in_port + 1 : 0;
}

/* Port numbers are small, as a rule: the array ends with the highest one that
 * an entry names, so that small tables need not cost half a megabyte. */
static int make_buckets(struct space_table *table)
{
    const struct flow_table *flows = table->flows;
    table->n_buckets = 1;
    for (size_t i = 0; i < flows->n_entries; i++) {
        size_t bucket = bucket_of(&flows->entries[i]);
        table->n_buckets = bucket < table->n_buckets ? table->n_buckets : bucket + 1;
    }
    table->ends = calloc(table->n_buckets, sizeof *table->ends);
    return table->ends ? 0 : -1;
}

static void sort_by_port(struct space_table *table, const bool *left_out)
{
    const struct flow_table *flows = table->flows;
    for (size_t i = 0; i < flows->n_entries; i++) {
        table->ends[bucket_of(&flows->entries[i])] += !(left_out && left_out[i]);
    }
    uint32_t total = 0;
    for (size_t bucket = 0; bucket < table->n_buckets; bucket++) {
        uint32_t n = table->ends[bucket];
        table->ends[bucket] = total; /* its begin, for now */
        total += n;
    }
    table->n_entries = total;
    for (size_t i = 0; i < flows->n_entries; i++) {
        if (!(left_out && left_out[i])) {
            table->by_port[table->ends[bucket_of(&flows->entries[i])]++] = (uint32_t)i;
        }
    }
}

static int sort_by_group(struct space_table *table, const struct space_interner *masks,
                         const bool *left_out)
{
    const struct flow_entry *entries = table->flows->entries;
    table->n_groups = masks->n_ids;
    table->groups = calloc(masks->n_ids + 1, sizeof *table->groups);
    if (!table->groups) {
        return -1;
    }
    for (size_t i = 0; i < table->flows->n_entries; i++) {
        table->groups[table->group_ids[i]].n_entries += !(left_out && left_out[i]);
    }
    uint32_t *at = table->by_group;
    for (size_t g = 0; g < table->n_groups; g++) {
        struct space_group *group = &table->groups[g];
        group->mask = entries[masks->entries[g]].match.mask;
        group->min_rank = UINT32_MAX;
        group->entries = at;
        at += group->n_entries;
        group->n_entries = 0;
    }
    for (size_t i = 0; i < table->flows->n_entries; i++) {
        struct space_group *group = &table->groups[table->group_ids[i]];
        if (left_out && left_out[i]) {
            continue;
        }
        uint32_t rank = space_rank(&entries[i]);
        group->min_rank = rank < group->min_rank ? rank : group->min_rank;
        group->max_rank = rank > group->max_rank ? rank : group->max_rank;
        table->by_group[(size_t)(group->entries - table->by_group) + group->n_entries++] =
            (uint32_t)i;
    }
    return 0;
}

/* ------------------------------------------------------------------- public */

static int index_all(struct space_table *table, struct space_interner *actions,
                     struct space_interner *masks, const bool *left_out)
{
    size_t n = table->flows->n_entries;
    table->action_ids = calloc(n + 1, sizeof *table->action_ids);
    table->group_ids = calloc(n + 1, sizeof *table->group_ids);
    table->by_port = calloc(n + 1, sizeof *table->by_port);
    table->by_group = calloc(n + 1, sizeof *table->by_group);
    if (n >= UINT32_MAX || !table->action_ids || !table->group_ids || !table->by_port ||
        !table->by_group || make_buckets(table) < 0 ||
        number_entries(table, actions, hash_actions, same_actions, table->action_ids, left_out) <
            0 ||
        number_entries(table, masks, hash_mask, same_mask, table->group_ids, left_out) < 0) {
        return -1;
    }
    sort_by_port(table, left_out);
    table->id_entries = actions->entries;
    table->n_ids = actions->n_ids;
    actions->entries = NULL;
    return sort_by_group(table, masks, left_out);
}

int space_table_index(struct space_table *table, const struct flow_table *flows,
                      const bool *left_out)
{
    struct space_interner actions = {0}, masks = {0};
    *table = (struct space_table){.flows = flows};
    int result = index_all(table, &actions, &masks, left_out);
    space_intern_free(&actions);
    space_intern_free(&masks);
    if (result < 0) {
        space_table_free(table);
    }
    return result;
}

void space_table_free(struct space_table *table)
{
    for (size_t i = 0; i < table->n_groups; i++) {
        free(table->groups[i].slots);
    }
    free(table->groups);
    free(table->action_ids);
    free(table->id_entries);
    free(table->group_ids);
    free(table->by_port);
    free(table->by_group);
    free(table->by_rank);
    free(table->matches);
    free(table->ends);
    *table = (struct space_table){0};
}

struct space_entries space_table_any_port(const struct space_table *table)
{
    return (struct space_entries){.entries = table->by_port, .n_entries = table->ends[0]};
}

struct space_entries space_table_port(const struct space_table *table, uint16_t in_port)
{
    size_t bucket = (size_t)in_port + 1;
    if (bucket >= table->n_buckets) {
        return (struct space_entries){.entries = table->by_port};
    }
    uint32_t begin = table->ends[bucket - 1], end = table->ends[bucket];
    return (struct space_entries){.entries = table->by_port + begin, .n_entries = end - begin};
}

bool space_table_precedes(const struct space_table *table, size_t a, size_t b)
{
    uint32_t x = space_rank(&table->flows->entries[a]), y = space_rank(&table->flows->entries[b]);
    return x > y || (x == y && a < b);
}

/* Matches in the order of by_port: a list of them is read as one piece. */
static int copy_matches(struct space_table *table)
{
    if (table->matches) {
        return 0;
    }
    table->matches = malloc((table->n_entries + 1) * sizeof *table->matches);
    for (size_t i = 0; table->matches && i < table->n_entries; i++) {
        table->matches[i] = table->flows->entries[table->by_port[i]].match;
    }
    return table->matches ? 0 : -1;
}

static enum space_answer exclude_entries(const struct space_table *table, struct space_entries list,
                                         size_t entry, struct space_region *region)
{
    const struct match *matches = table->matches + (list.entries - table->by_port);
    for (size_t i = 0; i < list.n_entries; i++) {
        if (!space_overlaps(&matches[i], &region->cube) ||
            (entry != SIZE_MAX && !space_table_precedes(table, list.entries[i], entry))) {
            continue;
        }
        if (space_contains(&matches[i], &region->cube)) {
            return SPACE_EMPTY;
        }
        if (space_exclude(region, &matches[i]) < 0) {
            return SPACE_OPEN;
        }
    }
    return SPACE_FOUND;
}

/* Asks the groups for what goes before `entry`, if that can be had by look-up
 * alone: SPACE_EMPTY, one entry takes all; SPACE_FOUND: nothing goes before it;
 * SPACE_OPEN: all entries must be looked at. */
static enum space_answer ask_groups(struct space_table *table, size_t entry,
                                    const struct space_region *region)
{
    const struct flow_entry *flow = &table->flows->entries[entry];
    enum space_answer answer = SPACE_FOUND;
    for (size_t i = 0; i < table->n_groups && answer == SPACE_FOUND; i++) {
        struct space_group *group = &table->groups[i];
        size_t taker = SIZE_MAX;
        if (group->max_rank < space_rank(flow)) {
            continue;
        }
        if (!space_group_asks_less(group, &region->cube.mask) ||
            space_group_taker(table, group, &region->cube, &taker) < 0) {
            answer = SPACE_OPEN;
        } else if (taker != SIZE_MAX && space_table_precedes(table, taker, entry)) {
            answer = SPACE_EMPTY;
        }
    }
    return answer;
}

enum space_answer space_table_exclude(struct space_table *table, size_t entry,
                                      struct space_region *region, size_t *budget)
{
    struct space_entries of_port = space_table_port(table, region->cube.value.in_port);
    struct space_entries of_any = space_table_any_port(table);
    size_t cost = of_port.n_entries + of_any.n_entries;
    enum space_answer answer = SPACE_OPEN;
    if (entry != SIZE_MAX && table->n_groups < cost && *budget >= table->n_groups) {
        *budget -= table->n_groups;
        answer = ask_groups(table, entry, region);
    }
    if (answer != SPACE_OPEN) {
        return answer;
    }
    if (*budget < cost || copy_matches(table) < 0) {
        *budget = 0;
        return SPACE_OPEN;
    }
    *budget -= cost;
    answer = exclude_entries(table, of_any, entry, region);
    return answer == SPACE_FOUND ? exclude_entries(table, of_port, entry, region) : answer;
}
