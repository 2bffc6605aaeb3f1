/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside forward: one exploration, and which headers of a cube come the way of a hop. */
#ifndef PATH_FORWARD_INSIDE_H
#define PATH_FORWARD_INSIDE_H

#include "path/forward.h"
#include "space/rewrite.h"

/* What is excluded from a cube. */
struct path_taken {
    struct match cube;
    const struct match *same;        /* NULL, or this cube where it stays */
    const struct space_holes *holes; /* and these stay in it; NULL: nothing does */
    const struct space_holes *left;  /* but what is in these is taken away besides */
};

/* Holes of entries, by what they are behind a hop's rewrite. */
struct path_carried {
    const struct space_holes *holes;
    struct space_holes carried;
    struct path_carried *next;
};

/* One exploration. The arrays are stacks, or scratch. */
struct explorer {
    const struct path_network *network;
    struct path_reach *reach;
    const struct path_reach_watch *watch;
    size_t *budget;
    uint32_t *entries; /* a stack: candidates of every switch on the way */
    size_t n_entries, entries_capacity;
    struct path_taken *taken; /* what is excluded from the cube that is being looked at */
    size_t n_taken, taken_capacity;
    struct space_region left; /* which is, without these */
    uint32_t *rivals;         /* entries of the same rank that overlap and come later */
    size_t n_rivals, rivals_capacity;
    bool no_memory;
};

/* Uses budget up. False: there is not so much left, and the reach is exhausted. */
bool path_explorer_spend(struct explorer *explorer, size_t cost);

/* Memory that lives as long as the reach. NULL, and it is noted, without. */
void *path_explorer_allocate(struct explorer *explorer, size_t n_bytes);

/* As base_grow. False, and it is noted, without memory. */
bool path_explorer_grow(struct explorer *explorer, void *items, size_t n, size_t *capacity,
                        size_t bytes);

/* A hop that lives as long as the reach; NULL as above. */
struct path_reach_hop *path_explorer_copy(struct explorer *explorer,
                                          const struct path_reach_hop *hop);

/* Pushes an entry, or those of at least this rank that overlap the cube (in the
 * coordinates of the switch, in_port fixed). False: over the budget, or no memory. */
bool path_explorer_push(struct explorer *explorer, uint32_t entry);
bool path_explorer_push_all(struct explorer *explorer, struct space_table *table,
                            const struct match *cube, uint32_t min_rank);

/* The cube, which fixes in_port, as it enters at the hop. */
struct match path_hop_at_switch(const struct path_reach_hop *hop, const struct match *cube);

/* The part of `cube` that the entry's match takes, behind the hop's rewrite: up to two cubes. */
size_t path_hop_part(const struct path_reach_hop *hop, const struct flow_entry *entry,
                     const struct match *cube, struct match parts[2]);

/* What is known of another entry of the rank; NULL: nothing. */
const struct path_settled *path_hop_settled(const struct path_reach_hop *hop, uint32_t entry);

/* Whether a header of `cube` comes the way of `hop`, and which. What of the cube does so then
 * stands in explorer->left, and rivals of the hop's entry in explorer->rivals. */
bool path_explorer_passes(struct explorer *explorer, const struct path_reach_hop *hop,
                          const struct match *cube, struct header *example);

/* Notes at the hop what `passes` just found to be missing of a cube, so that it is not looked for
 * again from the hops beyond, which are asked of parts of that cube; to be forgotten behind them.
 * Over the budget nothing is noted. */
void path_explorer_note_gone(struct explorer *explorer, struct path_reach_hop *hop);
void path_explorer_forget_gone(struct path_reach_hop *hop);

/* The region that was just looked at, for as long as the reach lives. False: over the budget, or no
 * memory. */
bool path_explorer_keep(struct explorer *explorer, struct space_region *region);

#endif
