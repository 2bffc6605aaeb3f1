/* SPDX-License-Identifier: Apache-2.0
 *
 * A network of flow tables: what each switch does, and what its ports are
 * cabled to. The tables are those that switches dumped, or those that an
 * expectation was compiled to; whoever asks does not see the difference. */
#ifndef PATH_NETWORK_H
#define PATH_NETWORK_H

#include "model/topology.h"
#include "space/table.h"

/* What is known of one switch. */
struct path_switch {
    const struct flow_table *flows; /* NULL: not known what it does */
    const char *unknown;            /* why not */
    const struct port *ports;       /* ascending by number; NULL: not known */
    size_t n_ports;
};

struct path_cable {
    struct port_ref port;
    struct peer peer;
};

struct path_network {
    const struct topology *topology;
    struct path_switch *switches;
    struct space_table *tables; /* by switch; not indexed where nothing is known */
    struct path_cable *cables;  /* ascending by port */
    size_t n_cables;
};

/* Indexes the tables of `switches` (by index of the topology; copied, but not
 * what they point to). -1 without memory, and then there is nothing to free. */
int path_network_init(struct path_network *network, const struct topology *topology,
                      const struct path_switch *switches);
void path_network_free(struct path_network *network);

/* As topology_peer, but quick. */
struct peer path_network_peer(const struct path_network *network, struct port_ref port);

/* NULL, or why nothing leaves, or enters, by this port ("is down", "does not
 * send"...). What is not known of a port is not held against it. */
const char *path_network_mute(const struct path_network *network, struct port_ref port);
const char *path_network_deaf(const struct path_network *network, struct port_ref port);

#endif
