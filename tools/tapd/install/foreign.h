/* SPDX-License-Identifier: Apache-2.0
 *
 * Entries that are not ours: what they do to those that are. */
#ifndef TAPD_INSTALL_FOREIGN_H
#define TAPD_INSTALL_FOREIGN_H

#include "tapd/install/difference.h"

/* Fills in kind and ours of an entry; `wanted` is the table of its switch, as
 * compiled: by in_port. */
void tapd_foreign_judge(struct tapd_foreign *foreign, const struct flow_table *wanted);

#endif
