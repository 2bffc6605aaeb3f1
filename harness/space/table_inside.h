/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of space/table: how a change is carried into what has been
 * prepared for look-ups. */
#ifndef SPACE_TABLE_INSIDE_H
#define SPACE_TABLE_INSIDE_H

#include "space/table.h"

/* groups.c: an entry that has come to the group's list; one that is about to
 * leave it. -1 without memory, and then nothing has changed. */
int space_group_file(struct space_table *table, struct space_group *group, size_t entry);
void space_group_unfile(struct space_table *table, struct space_group *group, size_t entry);

/* lookup.c: the group's highest rank has grown, or the group is new. -1 without
 * memory. */
int space_table_rank(struct space_table *table, const struct space_group *group);

#endif
