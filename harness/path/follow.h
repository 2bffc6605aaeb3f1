/* SPDX-License-Identifier: Apache-2.0
 *
 * Follows one concrete header from a host through the network: where copies
 * of it arrive, in what form, and by which hops. What a switch does is asked
 * of a `path_forwarding`: the expectation (declared) or the dumped tables
 * (advertised). Pure. */
#ifndef PATH_FOLLOW_H
#define PATH_FOLLOW_H

#include "model/expectation.h"
#include "model/state.h"
#include "space/behavior.h"

/* How far a walk goes. A copy that is still under way then is a loop. */
enum { PATH_WALK_HOPS = 256, PATH_WALK_ARRIVALS = 256 };

struct path_hop {
    struct port_ref in;
    struct header header; /* as it enters */
    size_t entry;         /* advertised: index in the switch's table, SIZE_MAX: none takes it */
    size_t previous;      /* index of the hop before, SIZE_MAX: this is the first */
    uint16_t out;         /* of the hop before: the port by which it left */
};

struct path_walk_arrival {
    size_t host;
    struct header header; /* as it arrives; in_port: the port by which it left the last switch */
    size_t hop;           /* the last hop */
};

struct path_walk {
    struct path_hop hops[PATH_WALK_HOPS];
    size_t n_hops;
    struct path_walk_arrival arrivals[PATH_WALK_ARRIVALS];
    size_t n_arrivals;
    bool known;         /* every switch on the way could say what it does */
    const char *reason; /* if not: "no expectation for this port", "NORMAL", "loop" */
    struct port_ref unknown_at;
    /* A copy comes back to a port in the form in which it had entered it: it
     * goes round for ever. It is not followed any further. So does, as far as
     * anyone follows it, what is rewritten each time and still comes back when
     * there is no hop left. */
    bool loops;
    size_t loop_first, loop_last; /* the hop that it comes back to, and the one it comes from */
};

/* What happens to `header` (its in_port is the port where it enters `sw`). Up
 * to `max` packets that leave, each with header.in_port not yet set. Sets
 * `*entry` if it knows one. -1: not known, with the reason. */
struct path_forwarding {
    int (*forward)(const void *aux, size_t sw, const struct header *header,
                   struct space_emission *out, size_t max, size_t *entry, const char **reason);
    const void *aux;
};

/* aux: a struct expectation. A port of a listed switch that is not listed drops. */
struct path_forwarding path_declared_by(const struct expectation *expectation);

/* aux: const struct switch_state *[n_switches], NULL where nothing was dumped. */
struct path_forwarding path_advertised_by(const struct switch_state *const *states);

/* What a switch does with a packet that this entry takes (SIZE_MAX: none does):
 * as forward above. `ambiguous`: another one of its rank takes it too. */
int path_apply_entry(const struct switch_state *state, size_t entry, bool ambiguous,
                     const struct header *header, struct space_emission *out, size_t max,
                     const char **reason);

/* Sends `header` from `host`. */
void path_walk_from(const struct topology *topology, const struct path_forwarding *forwarding,
                    size_t host, const struct header *header, struct path_walk *walk);

/* ... and as it enters a switch by this port. */
void path_walk_entering(const struct topology *topology, const struct path_forwarding *forwarding,
                        struct port_ref in, const struct header *header, struct path_walk *walk);

/* How many copies arrive at `host`. */
unsigned path_walk_copies(const struct path_walk *walk, size_t host);

/* How many copies come to the port or to the host that most of them come to; at least 1. */
unsigned path_walk_load(const struct path_walk *walk);

#endif
