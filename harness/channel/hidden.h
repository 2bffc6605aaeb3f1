/* SPDX-License-Identifier: Apache-2.0
 *
 * What Open vSwitch leaves out of what it tells in OpenFlow 1.0, without a word. */
#ifndef CHANNEL_HIDDEN_H
#define CHANNEL_HIDDEN_H

#include "model/flow.h"

/* Whether a table, as OpenFlow 1.3 reports it, has an entry that OpenFlow 1.0 would report as
 * another one: 1.0 leaves out write_actions, clear_actions and meters, and of push_vlan and the
 * setting of its tag reports only the latter. An entry of 1.0 with mod_vlan_* looks the same in
 * 1.3; it can be told apart by reset_counts, which all entries have that were made in 1.0 (1.3.5,
 * section 6.4, and ofputil_decode_flow_mod of Open vSwitch). */
bool channel_hides(const struct flow_table *table);

#endif
