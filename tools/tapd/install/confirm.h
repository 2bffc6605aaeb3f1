/* SPDX-License-Identifier: Apache-2.0
 *
 * Flow-mods of a switch that refuses BARRIER, confirmed by its table. */
#ifndef TAPD_INSTALL_CONFIRM_H
#define TAPD_INSTALL_CONFIRM_H

#include "model/flow.h"
#include "openflow/control.h"

/* Whether a table that was read after the flow-mods shows all of them: entries that were added or
 * modified do what they should, and those that were deleted strictly are gone. Commands that may
 * be about several entries are not looked for. The mods must be about an entry each. True too
 * without memory. */
bool tapd_table_shows(const struct flow_table *table, const struct of_flow_mod *mods,
                      size_t n_mods);

#endif
