/* SPDX-License-Identifier: Apache-2.0
 *
 * Which entries of a table one other entry hides. */
#include "space/groups.h"

#include "base/memory.h"

#include <stdlib.h>

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

/* 1: an entry of the group surely takes all that this one does, with a higher
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
    if (by == ENTRY_NONE || space_rank(&entries[by]) <= space_rank(&entries[entry]) ||
        entries[by].table_id != entries[entry].table_id || flow_open(&entries[by])) {
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
    seeker.candidates = base_calloc(table->n_groups + 1, sizeof(*seeker.candidates));
    int result = seeker.candidates ? 0 : -1;
    for (size_t i = 0; i < table->n_groups && result == 0; i++) {
        result = seek_in_group(&seeker, &table->groups[i]);
    }
    free(seeker.candidates);
    return result;
}
