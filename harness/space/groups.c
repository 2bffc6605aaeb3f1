/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups of entries of one mask: which entry of a group takes all that a match
 * takes is one look-up by hash, if the match asks for all bits of the mask. */
#include "space/table_inside.h"

#include <stdlib.h>

/* Multilinear, then mixed: its upper half is what counts. */
static uint64_t hash_value(const struct match *match, const struct header *mask)
{
    static const uint64_t odd[SPACE_WORDS] = {0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9,
                                              0x94d049bb133111eb, 0xd6e8feb86659fd93};
    struct space_words value = space_words(&match->value), bits = space_words(mask);
    uint64_t hash = 0;
    for (int i = 0; i < SPACE_WORDS; i++) {
        uint64_t word = value.word[i] & bits.word[i];
        hash += (word ^ word >> 32) * odd[i];
    }
    return (hash ^ hash >> 32) * odd[0];
}

/* The slot of the entry that takes all of `match`, or where it would be. */
static size_t find_slot(const struct space_table *table, const struct space_group *group,
                        const struct match *match, uint32_t *tag)
{
    uint64_t hash = hash_value(match, &group->mask);
    size_t at = hash >> 32 & (group->n_slots - 1);
    *tag = (uint32_t)hash;
    while (group->slots[at].entry != 0 &&
           (group->slots[at].tag != *tag ||
            !space_contains(&table->flows->entries[group->slots[at].entry - 1].match, match))) {
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
    struct space_slot *slots = calloc(n_slots, sizeof *slots);
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

int space_group_file(struct space_table *table, struct space_group *group, size_t entry)
{
    if (table->by_rank && space_table_rank(table, group) < 0) {
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
        size_t home = hash_value(match, &group->mask) >> 32 & last;
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
    return slot != 0 ? slot - 1 : SIZE_MAX;
}

int space_group_taker(struct space_table *table, struct space_group *group,
                      const struct match *match, size_t *entry)
{
    *entry = SIZE_MAX;
    if (space_group_index(table, group) < 0) {
        return -1;
    }
    *entry = space_group_find(table, group, match);
    return 0;
}

bool space_group_asks_less(const struct space_group *group, const struct header *mask)
{
    struct space_words a = space_words(&group->mask), b = space_words(mask);
    uint64_t more = 0;
    for (int i = 0; i < SPACE_WORDS; i++) {
        more |= a.word[i] & ~b.word[i];
    }
    return more == 0;
}

/* ------------------------------------------------------------------ hidden */

struct seeker {
    struct space_table *table;
    size_t *budget;
    void (*hidden)(void *aux, size_t entry, size_t by);
    void *aux;
    struct space_group **candidates; /* groups that may hide entries of one group */
    size_t n_candidates;
};

static bool spend(struct seeker *seeker, size_t cost)
{
    bool enough = *seeker->budget >= cost;
    *seeker->budget -= enough ? cost : *seeker->budget;
    return enough;
}

static int choose_candidates(struct seeker *seeker, const struct space_group *group)
{
    struct space_table *table = seeker->table;
    seeker->n_candidates = 0;
    if (!spend(seeker, table->n_groups)) {
        return -1;
    }
    for (size_t i = 0; i < table->n_groups; i++) {
        struct space_group *other = &table->groups[i];
        if (other->max_rank > group->min_rank && space_group_asks_less(other, &group->mask)) {
            seeker->candidates[seeker->n_candidates++] = other;
        }
    }
    return 0;
}

/* 1: an entry of the group takes all that this one does, with a higher
 * rank. 0: none does. -1 without memory. */
static int hides(const struct seeker *seeker, struct space_group *group, size_t entry)
{
    const struct flow_entry *entries = seeker->table->flows->entries;
    size_t by;
    if (space_rank(&entries[entry]) >= group->max_rank) {
        return 0;
    }
    if (space_group_taker(seeker->table, group, &entries[entry].match, &by) < 0) {
        return -1;
    }
    if (by == SIZE_MAX || space_rank(&entries[by]) <= space_rank(&entries[entry])) {
        return 0;
    }
    seeker->hidden(seeker->aux, entry, by);
    return 1;
}

static int seek_in_group(struct seeker *seeker, const struct space_group *group)
{
    if (choose_candidates(seeker, group) < 0 ||
        !spend(seeker, seeker->n_candidates * group->list.n)) {
        return -1;
    }
    int hidden = 0;
    for (size_t i = 0; i < group->list.n && hidden >= 0; i++) {
        hidden = 0;
        for (size_t c = 0; c < seeker->n_candidates && hidden == 0; c++) {
            hidden = hides(seeker, seeker->candidates[c], group->list.entries[i]);
        }
    }
    return hidden < 0 ? -1 : 0;
}

int space_table_hidden(struct space_table *table, size_t *budget,
                       void (*hidden)(void *aux, size_t entry, size_t by), void *aux)
{
    struct seeker seeker = {.table = table, .budget = budget, .hidden = hidden, .aux = aux};
    seeker.candidates = calloc(table->n_groups + 1, sizeof(*seeker.candidates));
    int result = seeker.candidates ? 0 : -1;
    for (size_t i = 0; i < table->n_groups && result == 0; i++) {
        result = seek_in_group(&seeker, &table->groups[i]);
    }
    free(seeker.candidates);
    return result;
}
