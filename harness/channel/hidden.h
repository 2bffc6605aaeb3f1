/* SPDX-License-Identifier: Apache-2.0
 *
 * What Open vSwitch leaves out of what it tells in OpenFlow 1.0, without a word. */
#ifndef CHANNEL_HIDDEN_H
#define CHANNEL_HIDDEN_H

#include "model/flow.h"

/* Whether an entry of a table as it is told in OpenFlow 1.3 is told as something else in 1.0:
 * write_actions, clear_actions and meters are left out there, and of push_vlan and what sets the
 * tag behind it only the latter remains. That is how an entry with mod_vlan_* of 1.0 is told in
 * 1.3, too; such a one has reset_counts, which all entries have that were made in 1.0 (1.3.5,
 * section 6.4, and ofputil_decode_flow_mod of Open vSwitch). */
bool channel_hides(const struct flow_table *table);

#endif
