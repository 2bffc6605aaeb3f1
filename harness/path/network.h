/* SPDX-License-Identifier: Apache-2.0
 *
 * One index of a network: what is known of each switch, its flow table ready for questions, and
 * what each port is cabled to. The tables are those that switches dumped, or those that an
 * expectation is compiled to (path/declared.h); what is built on this makes no difference.
 *
 * Indices of a table are completed when they are first needed, also through a pointer to a const
 * network: two threads must not use one network at a time. */
#ifndef PATH_NETWORK_H
#define PATH_NETWORK_H

#include "base/none.h"
#include "model/state.h"
#include "model/topology.h"
#include "space/table.h"
#include "space/whole.h"

/* The priority of an entry of a declared network that stands for ports of which nothing is said. */
enum { PATH_UNLISTED = 0 };

/* What is known of one switch. */
struct path_switch {
    const struct flow_table *flows;  /* NULL: not known what it does. An entry is one of these */
    const struct space_whole *whole; /* of a dump: what they stand for; else NULL, for themselves */
    const char *unknown;             /* why not, in words; not NULL where flows is */
    const struct port *ports; /* ascending by number: what FLOOD and ALL mean; NULL: unknown */
    size_t n_ports;
    bool declared; /* compiled from an expectation: ports that are not in the list may be used, too
                    */
};

struct path_cable {
    struct port_ref port;
    struct peer peer; /* never PEER_NONE */
};

struct path_network {
    const struct topology *topology;
    struct path_switch *switches; /* by switch */
    struct space_table *tables;   /* by switch; not indexed where nothing is known */
    struct header *rewritten;     /* by switch: the bits that its entries may rewrite, and perhaps
                                     more; all where nothing is known */
    struct path_cable *cables;    /* ports with a peer, ascending by switch and port */
    size_t n_cables;
    size_t *begins;             /* by switch, and one more: its first in cables */
    bool borrows;               /* switches, tables and rewritten belong to another network */
    struct space_whole *wholes; /* by switch; or NULL */
};

/* Indexes the tables of `switches` (by index of the topology). The structs are copied; topology,
 * flow tables, ports and reasons must outlive the network. -1 without memory: then there is
 * nothing to free. */
int path_network_open(struct path_network *network, const struct topology *topology,
                      const struct path_switch *switches);

/* The same of dumps. states: by switch, NULL: it was not read; reasons: by switch, why not (the
 * array, or one of it, may be NULL: "the switch was not read"). */
int path_network_open_dumps(struct path_network *network, const struct topology *topology,
                            const struct switch_state *const *states, const char *const *reasons);

/* The rows of the switch's own table that an entry stands for, as space/whole.h tells them, of a
 * packet that the entry takes; NULL: of none in particular. */
size_t path_n_rows(const struct path_network *network, size_t sw, size_t entry);
size_t path_row(const struct path_network *network, size_t sw, size_t entry, size_t nth,
                const struct header *header);
size_t path_last_row(const struct path_network *network, size_t sw, size_t entry,
                     const struct header *header);

/* The way through the switch's tables that an entry stands for; NULL: they are not composed, or it
 * is none. */
const struct space_way *path_way(const struct path_network *network, size_t sw, size_t entry);

/* Whether no row of the switch takes what comes to the entry: it is ENTRY_NONE, or, where tables
 * are composed, stands for that. */
bool path_is_miss(const struct path_network *network, size_t sw, size_t entry);

/* Whether several entries may stand for one row. */
bool path_is_composed(const struct path_network *network, size_t sw);

/* All rows of a switch (NULL: not known); one, by its number; and those of an entry as text, which
 * is empty where there are none, or the network is declared. NULL without memory. */
const struct flow_table *path_rows(const struct path_network *network, size_t sw);
const struct flow_entry *path_row_entry(const struct path_network *network, size_t sw, size_t row);
const char *path_rows_text(const struct path_network *network, size_t sw, size_t entry,
                           const struct header *header, struct base_arena *arena);

/* The same switches with other cables. `network` must outlive `other`, which is closed as well. -1
 * without memory: then there is nothing to free. */
int path_network_recable(const struct path_network *network, const struct topology *topology,
                         struct path_network *other);

/* Frees the index; what it was made of stays. The network is empty then; one of zeros is legal. */
void path_network_close(struct path_network *network);

/* What is at the other end of a port; as topology_peer, by binary search. */
struct peer path_network_peer(const struct path_network *network, struct port_ref port);

/* To be called when an entry is inserted into the index of a switch's table: notes which bits it
 * may rewrite. (Nothing is forgotten when one is removed: `rewritten` may be too much, never too
 * little.) */
void path_network_note(struct path_network *network, size_t sw, const struct flow_entry *flow);

/* The bits of a header that the entry's actions may rewrite; all if it is not known. */
struct header path_rewritten_by(const struct flow_entry *flow);

#endif
