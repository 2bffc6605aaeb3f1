/* SPDX-License-Identifier: Apache-2.0
 *
 * The switches of a lab, read all at once and as often as wanted. */
#ifndef RUN_NETWORK_H
#define RUN_NETWORK_H

#include "model/topology.h"
#include "report/report.h"
#include "run/world.h"
#include "state/state.h"

struct run_network {
    const struct run_world *world;   /* borrowed */
    const struct topology *topology; /* borrowed */
    size_t n_switches;
    struct channel *channel;
    size_t *target_of; /* by switch: its index in dumps, INDEX_NONE: it has no endpoint */
    struct channel_dump *dumps;
    size_t n_dumps;
};

/* Prepares sessions with the switches that the lab gives an endpoint; none is dialled
 * yet. timeout_ms: of each reading, 0: 10,000. World and topology must outlive the network.
 * -1: an endpoint that cannot be parsed, or no memory; run_network_close all the same. */
int run_network_open(struct run_network *network, const struct run_world *world,
                     const struct topology *topology, const struct lab *lab, unsigned timeout_ms,
                     struct base_error *error);

/* Reads all switches at once, as channel_dump; `what`: CHANNEL_*. Port counters cost a
 * switch more than its flows: ask for them only where they are looked at. What was read
 * before is freed. A switch that fails has a reason. -1 without memory, or if the event
 * loop cannot run. */
int run_network_read(struct run_network *network, unsigned what, struct base_error *error);

/* Has a switch send a frame by a port of its own, past its table; it is sent by
 * run_network_flush. -1: there is no session with the switch, or no memory. */
int run_network_send(struct run_network *network, struct port_ref by, const void *frame,
                     size_t n_bytes, struct base_error *error);
int run_network_flush(struct run_network *network, struct base_error *error);

/* What was read of every switch of a topology, by its index there, in the forms
 * that different rooms want it in. */
struct run_states {
    const struct switch_state **by_switch; /* NULL where nothing was read */
    const char **reasons;                  /* why not; NULL where something was */
    struct switch_dump *switches;          /* both of these, for judging */
    const struct switch_state **right;     /* NULL too where another switch answered */
    struct channel_dump *dumps;
    size_t n_dumps;
    const struct channel_dump **dump_of; /* of these; NULL where there is none */
};

/* Empty states of n switches. -1 without memory; run_states_free all the same. */
int run_states_init(struct run_states *states, size_t n_switches, struct base_error *error);

/* Of one switch: `state` as it was read, which must live as long as `states`, or
 * NULL and a reason; and whether its datapath id is the one that was expected. */
void run_states_set(struct run_states *states, size_t sw, const struct switch_state *state,
                    const char *reason, uint64_t dpid);

/* What another switch said, by its datapath id, than that of the topology is not read; the reason
 * is in the arena. -1 without memory. */
int run_states_distrust_others(struct run_states *states, const struct topology *topology,
                               struct base_arena *arena);

/* A note for each switch that was read in another way than usual: "s1: refuses BARRIER: read
 * without it". */
void run_states_note(const struct run_states *states, const struct topology *topology,
                     struct report *report);

/* Frees the states; whatever points into them is invalid then. One of zeros is legal. */
void run_states_free(struct run_states *states);

/* Takes the states of the last reading out of the network. -1 without memory. */
int run_network_take(struct run_network *network, struct run_states *states,
                     struct base_error *error);

/* Closes the sessions and frees what was read and not taken. One of zeros is legal. */
void run_network_close(struct run_network *network);

#endif
