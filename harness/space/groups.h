/* SPDX-License-Identifier: Apache-2.0
 *
 * The groups of a table, which have one mask each: the entry that takes all of a match is found by
 * one look-up in each. */
#ifndef SPACE_GROUPS_H
#define SPACE_GROUPS_H

#include "space/table.h"

/* Whether a mask has all bits of the group's: then one entry of the group at
 * most takes all of a match with this mask, and the others nothing (or they have
 * the same match, and go after it). */
static inline bool space_group_asks_less(const struct space_group *group, const struct header *mask)
{
    return header_within(&group->mask, mask);
}

/* Builds the slots, if that is not done. -1 without memory. */
int space_group_index(struct space_table *table, struct space_group *group);

/* The entry that takes all of `match`; ENTRY_NONE: none does. The slots must be built. */
size_t space_group_find(const struct space_table *table, const struct space_group *group,
                        const struct match *match);

/* That entry; ENTRY_NONE: there is none. -1 without memory. */
int space_group_taker(struct space_table *table, struct space_group *group,
                      const struct match *match, size_t *entry);

/* For space/table.c: an entry that has come to the group's list, and one that is about to leave
 * it. -1 without memory, and then nothing has changed. */
int space_group_file(struct space_table *table, struct space_group *group, size_t entry);
void space_group_unfile(struct space_table *table, struct space_group *group, size_t entry);

#endif
