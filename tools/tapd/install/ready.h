/* SPDX-License-Identifier: Apache-2.0
 *
 * Which links can be sent into at once, without a pause: no frame goes by them yet, or all that
 * happens behind them stays as it is. So what moves to such a link need not stop first. */
#ifndef TAPD_INSTALL_READY_H
#define TAPD_INSTALL_READY_H

#include "tapd/plan/compile.h"

struct tapd_ready {
    const struct tapd_network *network;
    const struct flow_table *const *actual;
    const uint8_t *versions; /* as in difference.h */
    bool *idle;              /* by link: no entry sends into it */
    uint8_t *known;          /* by link, scratch */
    struct base_arena *arena;
    bool failed; /* out of memory: then no more is ready */
};

/* All switches must be known. -1 without memory. */
int tapd_ready_find(struct tapd_ready *ready, const struct tapd_network *network,
                    const struct flow_table *const *actual, const uint8_t *versions,
                    struct base_arena *arena);

/* Whether frames enter the switch here from outside of the network. */
bool tapd_is_edge(const struct tapd_ready *ready, struct port_ref in);

/* Whether no frame enters the switch by this end of a link. */
bool tapd_is_idle(const struct tapd_ready *ready, struct port_ref in);

/* Whether a frame that is sent out here from now on is treated as wanted all the way, once entries
 * for links without frames are written: where it leaves the network, it is. */
bool tapd_is_ready(struct tapd_ready *ready, struct port_ref out);

#endif
