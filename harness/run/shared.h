/* SPDX-License-Identifier: Apache-2.0
 *
 * A world that several runs share: what one of them opens stays open, and the next one that
 * asks for the same gets it. Confinement is for a whole process, so all that the runs need is
 * opened before it (run_shared_prepare); a run itself is as it is in a world of its own. */
#ifndef RUN_SHARED_H
#define RUN_SHARED_H

#include "model/topology.h"
#include "run/world.h"

struct run_shared_item;

struct run_shared {
    struct run_world world; /* of the runs; first: it leads its functions to the rest */
    const struct run_world *under;
    struct run_shared_item *channels, *stations;
    size_t n_channels, channels_capacity, n_stations, stations_capacity;
    bool confined;
    struct base_error missing; /* what confinement lacked; "": nothing */
};

/* A world over `under`, which must outlive it. `shared` must not be moved. */
void run_shared_open(struct run_shared *shared, const struct run_world *under);

/* Opens sessions with the switches of this lab, and its stations if frames are to be sent,
 * unless a lab with the same ones was prepared. timeout_ms: as run_network_open. -1 as there, or no
 * memory; the error says which. */
int run_shared_prepare(struct run_shared *shared, const struct topology *topology,
                       const struct lab *lab, bool stations, unsigned timeout_ms,
                       struct base_error *error);

/* Closes all that was opened. One of zeros is legal. */
void run_shared_close(struct run_shared *shared);

#endif
