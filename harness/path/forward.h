/* SPDX-License-Identifier: Apache-2.0
 *
 * Where all headers that enter a network by one port can go: header space
 * analysis (Kazemian, Varghese, McKeown, NSDI 2012) on ternary cubes.
 *
 * All sets are in ingress coordinates, that is, of the header as it was sent:
 * what travels is a cube of those, the rewrite that it has undergone, and
 * the entries that took it. What entries of higher rank took away on the way is
 * computed from the tables when it is needed, for the cube at hand. */
#ifndef PATH_FORWARD_H
#define PATH_FORWARD_H

#include "path/step.h"

/* A switch on the way, and the entry that took the packet there. */
struct path_reach_hop {
    const struct path_reach_hop *previous; /* NULL: the first */
    struct port_ref in;
    uint16_t out; /* by which port it left `previous` */
    uint16_t depth;
    size_t entry; /* ENTRY_NONE: none is known (the last hop of a loop, or unknown) */
    struct space_rewrite rewrite; /* from the ingress to here, before `entry` */
    bool either;                  /* another entry of the same rank takes it too, `rival` */
    uint32_t rival;
    const struct path_bar *bars;   /* not these, besides */
    struct path_carried **carried; /* holes of entries as they are at the ingress */
    const struct path_settled *settled;
    const struct path_taken *gone; /* while the hop is gone beyond: what is missing there */
    size_t n_gone;
};

/* Of another entry of the rank: whether it does the same with the headers at hand. */
struct path_settled {
    const struct path_settled *next;
    uint32_t entry;
    bool same;
};

struct path_carried;
struct path_taken;

/* Excluded cubes that no entry accounts for. */
struct path_bar {
    const struct path_bar *next;
    struct match cube;
};

/* Headers that come out at a host, once for each arrival that they are in. No
 * region here is empty: it has the example. */
struct path_arrival {
    size_t host;
    struct space_region region; /* in the arena: not to be freed */
    struct header example;
    struct space_rewrite rewrite;
    const struct path_reach_hop *hop; /* the last */
    uint16_t out;                     /* by which port it left that */
};

/* Headers that come back to a port in the form in which they had entered it:
 * they go round endlessly, and so do the copies that leave on the way. */
struct path_loop {
    struct space_region region;
    struct header example;
    const struct path_reach_hop *first; /* where they enter it first */
    const struct path_reach_hop *again; /* the same port, at the end of the chain */
};

/* Headers of which it is not known what becomes of them. */
struct path_unknown {
    struct space_region region;
    struct header example;
    const char *reason;
    const struct path_reach_hop *hop; /* where: `in` and perhaps `entry` */
};

struct path_reach {
    struct path_arrival *arrivals;
    size_t n_arrivals, arrivals_capacity;
    struct path_loop *loops;
    size_t n_loops, loops_capacity;
    struct path_unknown *unknowns;
    size_t n_unknowns, unknowns_capacity;
    bool exhausted; /* over the budget: there may be more of everything */
    struct base_arena arena;
};

/* Follows every header that enters by `port`. `*budget` as in space_find, for
 * all of it. Unknown is what a switch does that was not read; NORMAL, TABLE, a
 * vendor action; an entry of another table than 0; two entries of one rank that
 * do different things. What no entry takes is dropped. Ports that are down or
 * absent neither send nor receive. -1 without memory; free it even then. */
int path_reach(const struct path_network *network, struct port_ref port, size_t *budget,
               struct path_reach *reach);

/* The same for the headers of a cube, which fixes in_port, at this switch. */
int path_reach_within(const struct path_network *network, size_t sw, const struct match *within,
                      size_t *budget, struct path_reach *reach);

/* The same, and reports each entry on the way: of the headers that hop->entry takes by this way,
 * all are in `cube` (as they were sent); not each header of `cube` need come there. `takes` returns
 * false to end the search: the reach is `exhausted` then. The hop lives as long as the reach. */
struct path_reach_watch {
    bool (*takes)(void *aux, const struct path_reach_hop *hop, const struct match *cube);
    void *aux;
};
int path_reach_watched(const struct path_network *network, size_t sw, const struct match *within,
                       const struct path_reach_watch *watch, size_t *budget,
                       struct path_reach *reach);

/* Frees all arrivals and ways; the reach is empty and usable then. */
void path_reach_free(struct path_reach *reach);

/* Whether no header comes the ways to both hops, of one reach, since they part at one port where
 * different entries take them. False: that is not told. */
bool path_hops_exclude(const struct path_reach_hop *a, const struct path_reach_hop *b);

/* Whether the way to `hop` leads through `through`. */
bool path_hop_leads(const struct path_reach_hop *through, const struct path_reach_hop *hop);

#endif
