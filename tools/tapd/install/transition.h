/* SPDX-License-Identifier: Apache-2.0
 *
 * From one table to another on one switch, by way of a third that sends at most
 * what both send: what each entry does in between, and the flow-mods. */
#ifndef TAPD_INSTALL_TRANSITION_H
#define TAPD_INSTALL_TRANSITION_H

#include "model/flow_mod.h"
#include "tapd/install/between.h"
#include "tapd/install/held.h"

enum tapd_phase { TAPD_SHRINK, TAPD_GROW };

typedef void tapd_tell_mod(void *context, enum tapd_phase phase, const struct flow_mod *mod);

/* Works out `then` and what is in between, and tells the flow-mods: of each phase
 * first those that write, from the highest priority down, then those that delete,
 * from the lowest up. *n_held: rows whose `then` lacks something. -1 without
 * memory. */
int tapd_transition(size_t sw, const struct tapd_rows *rows, const struct tapd_held *held,
                    tapd_tell_mod *tell, void *context, struct base_arena *arena, size_t *n_held);

#endif
