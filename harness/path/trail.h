/* SPDX-License-Identifier: Apache-2.0
 *
 * The entries that take a packet, on all ways of all of its copies through the
 * indexed tables; and which other packets share its fate. (path/follow.h tells
 * where the copies arrive.) Pure. */
#ifndef PATH_TRAIL_H
#define PATH_TRAIL_H

#include "path/tables.h"

/* Copies at switches; a packet that makes more of them counts as one that loops. */
enum { PATH_TRAIL_MAX = 256 };

/* Which entry takes it: none. */
#define PATH_NOBODY UINT32_MAX

/* One copy at one switch. */
struct path_visit {
    struct header header; /* as it enters; in_port: where */
    uint32_t sw;
    uint32_t entry;    /* PATH_NOBODY: none takes it, the port does not receive, or not known */
    uint32_t previous; /* the visit that it comes from; PATH_NOBODY: the first */
    bool ambiguous;    /* another entry of the same rank takes it too: the way ends here */
};

struct path_trail {
    struct path_visit visits[PATH_TRAIL_MAX];
    size_t n_visits;
    bool ends; /* false: a copy comes back as it was, or there are too many; cut short */
    struct path_visit again; /* that copy; PATH_NOBODY in `first`: there are too many */
    uint32_t first;          /* the visit that it repeats */
};

/* Follows the packet, which enters by `in`. */
void path_trail_follow(const struct path_tables *tables, struct port_ref in,
                       const struct header *header, struct path_trail *trail);

/* Whether the entry takes a copy, and it alone. */
bool path_trail_exercises(const struct path_trail *trail, size_t sw, size_t entry);

/* Headers that share a fate: those of a cube (in_port fixed), less some others. */
struct path_alike {
    struct match cube;
    struct match *less;
    size_t n_less, capacity;
};

/* (alike.c) The headers around the first visit's that go the same way, by the same
 * entries, as far as the trail was followed, if the same entry takes them at the
 * first switch. At worst, without memory or over the budget (as in space_find),
 * that header alone. Free `less`. */
void path_trail_alike(const struct path_tables *tables, const struct path_trail *trail,
                      size_t *budget, struct path_alike *alike);

#endif
