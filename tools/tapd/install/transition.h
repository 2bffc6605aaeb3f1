/* SPDX-License-Identifier: Apache-2.0
 *
 * From one table to another on one switch, by way of a third that sends at most
 * what both send: what each entry does in between, and the flow-mods. */
#ifndef TAPD_INSTALL_TRANSITION_H
#define TAPD_INSTALL_TRANSITION_H

#include "model/flow_mod.h"
#include "tapd/install/between.h"
#include "tapd/install/held.h"
#include "tapd/install/ready.h"

/* In this order, each when the one before is done everywhere. */
enum tapd_phase {
    TAPD_PREPARE, /* entries that no frame comes to yet */
    TAPD_MOVE,    /* what is sent elsewhere, where all is ready for it */
    TAPD_SHRINK,  /* what is not sent any more */
    TAPD_GROW,    /* what is sent besides */
};

/* What a switch can be told of its neighbours. */
struct tapd_around {
    const struct tapd_held *held;
    struct tapd_ready *ready; /* NULL: that is not known, and nothing moves */
};

typedef void tapd_tell_mod(void *context, enum tapd_phase phase, const struct flow_mod *mod);

/* Works out `then` and what is in between, and tells the flow-mods: of each phase
 * first those that write, from the highest priority down, then those that delete,
 * from the lowest up. *n_held: rows whose `then` lacks something; *pauses: something is neither
 * only added nor only taken away, nor does it move. -1 without memory. */
int tapd_transition(size_t sw, const struct tapd_rows *rows, const struct tapd_around *around,
                    tapd_tell_mod *tell_mod, void *context, struct base_arena *arena,
                    size_t *n_held, bool *pauses);

#endif
