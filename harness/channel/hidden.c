/* SPDX-License-Identifier: Apache-2.0
 *
 * Does a switch have entries that it does not tell as they are in OpenFlow 1.0? */
#include "channel/hidden.h"

static bool is_hidden(const struct flow_entry *entry)
{
    const struct instructions *more = entry->instructions;
    bool pushes = false;
    for (size_t i = 0; i < entry->n_actions && !pushes; i++) {
        pushes = entry->actions[i].type == ACTION_PUSH_VLAN;
    }
    return (more && (more->writes || more->clears || more->meter != NO_METER)) ||
           (pushes && !(entry->flags & FLOW_RESETS_COUNTS));
}

bool channel_hides(const struct flow_table *table)
{
    bool hides = false;
    for (size_t i = 0; i < table->n_entries && !hides; i++) {
        hides = is_hidden(&table->entries[i]);
    }
    return hides;
}
