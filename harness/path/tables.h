/* SPDX-License-Identifier: Apache-2.0
 *
 * The dumped tables of a network, indexed: packets are looked up in them, and
 * ports have their peers at hand. For whoever asks by the thousand; who asks
 * once takes path_advertised_by. Pure. */
#ifndef PATH_TABLES_H
#define PATH_TABLES_H

#include "path/follow.h"
#include "path/network.h"
#include "space/table.h"

struct path_cabled {
    struct port_ref port;
    struct peer peer;
};

struct path_tables {
    const struct topology *topology;
    const struct switch_state *const *states; /* by switch; NULL: it was not read */
    struct space_table *tables;               /* by switch, prepared; empty if it was not read */
    struct path_cabled *cabled;               /* ports with a peer, by switch and port */
    size_t *begins;                           /* by switch, and one more: its first in cabled */
    struct header *rewritten; /* by switch: bits that its entries rewrite, and perhaps more */
};

/* The states must stay as they are. -1 without memory, and then there is
 * nothing to free. */
int path_tables_index(struct path_tables *tables, const struct topology *topology,
                      const struct switch_state *const *states);
void path_tables_free(struct path_tables *tables);

/* An entry comes to a switch's table (which space_table_insert is told, too). */
void path_tables_note(struct path_tables *tables, size_t sw, const struct flow_entry *flow);

/* As topology_peer. */
struct peer path_tables_peer(const struct path_tables *tables, struct port_ref port);

/* As path_advertised_by, by look-up. */
struct path_forwarding path_looked_up_in(const struct path_tables *tables);

#endif
