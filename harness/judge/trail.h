/* SPDX-License-Identifier: Apache-2.0
 *
 * The entries that take a packet, on all ways of all of its copies through the
 * indexed tables; and which other packets share its fate. (judge/walk.h tells
 * where the copies arrive.) Pure. */
#ifndef JUDGE_TRAIL_H
#define JUDGE_TRAIL_H

#include "judge/tables.h"

/* Copies at switches; a packet that makes more of them counts as one that loops. */
enum { JUDGE_TRAIL_MAX = 256 };

/* Which entry takes it: none. */
#define JUDGE_NOBODY UINT32_MAX

/* One copy at one switch. */
struct judge_visit {
    struct header header; /* as it enters; in_port: where */
    uint32_t sw;
    uint32_t entry;    /* JUDGE_NOBODY: none takes it, the port does not receive, or not known */
    uint32_t previous; /* the visit that it comes from; JUDGE_NOBODY: the first */
    bool ambiguous;    /* another entry of the same rank takes it too: the way ends here */
};

struct judge_trail {
    struct judge_visit visits[JUDGE_TRAIL_MAX];
    size_t n_visits;
    bool ends; /* false: a copy comes back as it was, or there are too many; cut short */
    struct judge_visit again; /* that copy; JUDGE_NOBODY in `first`: there are too many */
    uint32_t first;           /* the visit that it repeats */
};

/* Follows the packet, which enters by `in`. */
void judge_trail_follow(const struct judge_tables *tables, struct port_ref in,
                        const struct header *header, struct judge_trail *trail);

/* Whether the entry takes a copy, and it alone. */
bool judge_trail_exercises(const struct judge_trail *trail, size_t sw, size_t entry);

/* Headers that share a fate: those of a cube (in_port fixed), less some others. */
struct judge_alike {
    struct match cube;
    struct match *less;
    size_t n_less, capacity;
};

/* (alike.c) The headers around the first visit's that go the same way, by the same
 * entries, as far as the trail was followed, if the same entry takes them at the
 * first switch. At worst, without memory or over the budget (as in space_find),
 * that header alone. Free `less`. */
void judge_trail_alike(const struct judge_tables *tables, const struct judge_trail *trail,
                       size_t *budget, struct judge_alike *alike);

#endif
