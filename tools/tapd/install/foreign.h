/* SPDX-License-Identifier: Apache-2.0
 *
 * Entries that are not ours: what they do to those that are. */
#ifndef TAPD_INSTALL_FOREIGN_H
#define TAPD_INSTALL_FOREIGN_H

#include "tapd/install/difference.h"

/* Fills in kind and ours of an entry; `wanted` is the table of its switch, as
 * compiled: by in_port. */
void tapd_foreign_judge(struct tapd_foreign *foreign, const struct flow_table *wanted);

/* What a foreign entry does to one of ours: TAPD_FOREIGN_APART, HIDES or BLOCKS. */
enum tapd_foreign_kind tapd_foreign_does(const struct flow_entry *foreign,
                                         const struct flow_entry *ours);

/* The index of the first entry of such a table for this port or one behind it. */
size_t tapd_find_port(const struct flow_table *wanted, uint16_t in_port);

#endif
