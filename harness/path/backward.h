/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether a host's frame can reach an entry, decided over all headers by going
 * backwards: from the entry's effective match over the cable to the entries
 * that send there, through their rewrites, until a host's port. For a judgement
 * of one entry; the paths of all headers are another matter. Pure. */
#ifndef PATH_BACKWARD_H
#define PATH_BACKWARD_H

#include "path/follow.h"

/* What is to be exercised: an entry, by whatever it takes, or by some of that. */
struct path_target {
    size_t sw, entry;
    const struct space_region *within; /* of packets as they enter the switch; NULL: everything */
};

struct path_origin {
    size_t host;          /* SPACE_FOUND: who must send ... */
    struct header header; /* ... this; in_port: its port */
    bool loops;           /* frames that can reach it were found, but they would never stop */
    bool competes;        /* frames were found, but only past entries of one rank that compete */
    bool too_far;         /* SPACE_OPEN: frames that can reach it go further than is followed */
    bool is_hidden;       /* SPACE_EMPTY: no packet that enters the switch is left for it */
    size_t hidden_by;     /* then: an entry that goes before it, the only one if it alone does it;
                             itself: what `within` excludes alone does it */
};

/* Looks for a frame that exercises the target (path/follow.h) and stops. SPACE_EMPTY: proved that
 * there is none; none at all that reaches the entry, unless `loops` or `competes`. SPACE_OPEN: over
 * the budget (as in space_find), no memory, or a switch on the way is not known, or a frame goes
 * further than it is followed. sends: as in traffic_cover_options. */
enum space_answer path_origin_of_entry(const struct path_network *network, const bool *sends,
                                       const struct path_target *target, size_t *budget,
                                       struct path_origin *reach);

/* Of one that is known to take no frame of any host: SPACE_EMPTY, and whether that is because
 * others take its packets; or SPACE_OPEN, as above. */
enum space_answer path_origin_none(const struct path_network *network,
                                   const struct path_target *target, size_t *budget,
                                   struct path_origin *reach);

/* A header of the target if it enters by in_port, wherever it may come from. */
enum space_answer path_origin_sample(const struct path_network *network,
                                     const struct path_target *target, uint16_t in_port,
                                     size_t *budget, struct header *header);

#endif
