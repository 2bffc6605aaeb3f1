/* SPDX-License-Identifier: Apache-2.0
 *
 * What must wait for switches whose tables are not known: a frame that is sent by
 * a new entry and then by an old one, or the other way round, may arrive where
 * neither state sends it. */
#ifndef TAPD_INSTALL_HELD_H
#define TAPD_INSTALL_HELD_H

#include "tapd/plan/compile.h"

struct tapd_held {
    const struct tapd_network *network;
    bool *ahead;  /* by link: its frames may come to an unknown switch; NULL: all are known */
    bool *behind; /* by link: its frames may come from one */
};

/* actual: as in difference.h. -1 without memory. */
int tapd_held_find(struct tapd_held *held, const struct tapd_network *network,
                   const struct flow_table *const *actual, struct base_arena *arena);

/* Whether what enters a switch by one port must not be sent out by the other if
 * it is not already. */
bool tapd_is_held(const struct tapd_held *held, struct port_ref in, uint16_t out);

#endif
