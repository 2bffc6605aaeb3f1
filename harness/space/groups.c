/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups of entries of one mask: which entry of a group takes all that a match
 * takes is one look-up by hash, if the match asks for all bits of the mask. */
#include "space/groups.h"

#include "base/memory.h"

#include <stdlib.h>

static uint64_t mixed(uint64_t word, uint64_t odd)
{
    return (word ^ word >> 32) * odd;
}

/* Multilinear, then mixed: its upper half is what counts. */
static uint64_t hash_value(const struct space_group *group, const struct match *match)
{
    static const uint64_t odd[HEADER_WORDS] = {
        0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9, 0x94d049bb133111eb, 0xd6e8feb86659fd93,
        0xa0761d6478bd642f, 0xe7037ed1a0b428db, 0x8ebc6af09c88c6e3, 0x589965cc75374cc3};
#define TERM(i) mixed(header_word(&match->value, i) & header_word(&group->mask, i), odd[i])
    uint64_t hash = HEADER_FRONT(TERM, +);
    if (group->is_wide) {
        hash += HEADER_BACK(TERM, +);
    }
#undef TERM
    return (hash ^ hash >> 32) * odd[0];
}

/* The slot of the entry that takes all of `match`, or where it would be. */
static size_t find_slot(const struct space_table *table, const struct space_group *group,
                        const struct match *match, uint32_t *tag)
{
    uint64_t hash = hash_value(group, match);
    size_t at = hash >> 32 & (group->n_slots - 1);
    *tag = (uint32_t)hash;
    while (group->slots[at].entry != 0 &&
           (group->slots[at].tag != *tag ||
            !match_within(match, &table->flows->entries[group->slots[at].entry - 1].match))) {
        at = (at + 1) & (group->n_slots - 1);
    }
    return at;
}

/* Files the entry; those of the same match stand behind each other. */
static void file(struct space_table *table, struct space_group *group, uint32_t entry)
{
    uint32_t tag;
    size_t at = find_slot(table, group, &table->flows->entries[entry].match, &tag);
    uint32_t *link = &group->slots[at].entry;
    group->n_filed += *link == 0;
    group->slots[at].tag = tag;
    while (*link != 0 && space_table_precedes(table, *link - 1, entry)) {
        link = &table->next_same[*link - 1];
    }
    table->next_same[entry] = *link;
    *link = entry + 1;
}

static int build(struct space_table *table, struct space_group *group, size_t n_slots)
{
    struct space_slot *slots = base_calloc(n_slots, sizeof *slots);
    if (!slots) {
        return -1;
    }
    free(group->slots);
    group->slots = slots;
    group->n_slots = n_slots;
    group->n_filed = 0;
    for (size_t i = 0; i < group->list.n; i++) {
        file(table, group, group->list.entries[i]);
    }
    return 0;
}

int space_group_index(struct space_table *table, struct space_group *group)
{
    size_t n_slots = 16;
    while (n_slots < 2 * group->list.n) {
        n_slots *= 2;
    }
    return group->slots ? 0 : build(table, group, n_slots);
}

/* The group's highest rank has grown, or the group is new: moves it to where it belongs. -1 without
 * memory. */
static int move_up(struct space_table *table, const struct space_group *group)
{
    uint32_t *by_rank = table->by_rank, id = (uint32_t)(group - table->groups);
    size_t at = 0;
    if (id >= table->n_ranked) {
        if (base_grow(&table->by_rank, table->n_ranked, &table->ranked_capacity,
                      sizeof *table->by_rank) < 0) {
            return -1;
        }
        by_rank = table->by_rank;
        by_rank[table->n_ranked++] = id;
    }
    while (by_rank[at] != id) {
        at++;
    }
    for (; at > 0 && table->groups[by_rank[at - 1]].max_rank < group->max_rank; at--) {
        by_rank[at] = by_rank[at - 1];
    }
    by_rank[at] = id;
    return 0;
}

int space_group_file(struct space_table *table, struct space_group *group, size_t entry)
{
    if (table->by_rank && move_up(table, group) < 0) {
        return -1;
    }
    if (!group->slots) {
        return table->by_rank ? space_group_index(table, group) : 0;
    }
    if (2 * group->n_filed >= group->n_slots) {
        return build(table, group, 2 * group->n_slots);
    }
    file(table, group, (uint32_t)entry);
    return 0;
}

/* Frees the slot, and moves those up that had to go past it. */
static void close_slot(const struct space_table *table, struct space_group *group, size_t gap)
{
    size_t last = group->n_slots - 1;
    for (size_t at = (gap + 1) & last; group->slots[at].entry != 0; at = (at + 1) & last) {
        const struct match *match = &table->flows->entries[group->slots[at].entry - 1].match;
        size_t home = hash_value(group, match) >> 32 & last;
        if (((at - home) & last) >= ((at - gap) & last)) {
            group->slots[gap] = group->slots[at];
            gap = at;
        }
    }
    group->slots[gap] = (struct space_slot){0};
    group->n_filed--;
}

void space_group_unfile(struct space_table *table, struct space_group *group, size_t entry)
{
    uint32_t tag;
    if (!group->slots) {
        return;
    }
    size_t at = find_slot(table, group, &table->flows->entries[entry].match, &tag);
    uint32_t *link = &group->slots[at].entry;
    while (*link != entry + 1) {
        link = &table->next_same[*link - 1];
    }
    *link = table->next_same[entry];
    table->next_same[entry] = 0;
    if (group->slots[at].entry == 0) {
        close_slot(table, group, at);
    }
}

size_t space_group_find(const struct space_table *table, const struct space_group *group,
                        const struct match *match)
{
    uint32_t tag, slot = group->slots[find_slot(table, group, match, &tag)].entry;
    return slot != 0 ? slot - 1 : ENTRY_NONE;
}

int space_group_taker(struct space_table *table, struct space_group *group,
                      const struct match *match, size_t *entry)
{
    *entry = ENTRY_NONE;
    if (space_group_index(table, group) < 0) {
        return -1;
    }
    *entry = space_group_find(table, group, match);
    return 0;
}
