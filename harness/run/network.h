/* SPDX-License-Identifier: Apache-2.0
 *
 * The switches of a lab, read all at once and as often as wanted. */
#ifndef RUN_NETWORK_H
#define RUN_NETWORK_H

#include "channel/channel.h"
#include "model/topology.h"

struct run_network {
    const struct topology *topology; /* borrowed */
    size_t n_switches;
    struct channel *channel;
    size_t *target_of; /* by switch: its index in dumps, SIZE_MAX: it has no endpoint */
    struct channel_dump *dumps;
    size_t n_dumps;
};

/* Nobody is dialled yet. -1: a bad endpoint, or no memory. */
int run_network_open(struct run_network *network, const struct topology *topology,
                     const struct lab *lab, unsigned timeout_ms, struct base_error *error);

/* Reads all switches; what was read before is freed. As channel_dump: port
 * counters (CHANNEL_PORTS) cost a switch more than its flows, so ask for them
 * only where they are looked at. */
int run_network_read(struct run_network *network, unsigned what, struct base_error *error);

/* What the last reading said of a switch; NULL and a reason if nothing. */
const struct switch_state *run_network_state(const struct run_network *network, size_t sw,
                                             const char **reason);

/* Takes the states of the last reading out of the network: the caller frees
 * them with run_states_free. */
struct run_states {
    const struct switch_state **by_switch; /* NULL where nothing was read */
    const char **reasons;                  /* by switch: why not */
    const struct switch_state **right;     /* NULL too where another switch answered */
    struct channel_dump *dumps;
    size_t n_dumps;
};
int run_network_take(struct run_network *network, struct run_states *states);
void run_states_free(struct run_states *states);

void run_network_close(struct run_network *network);

#endif
