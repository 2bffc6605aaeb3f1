/* SPDX-License-Identifier: Apache-2.0
 *
 * Which hop is the last that two walks of one packet have in common? */
#include "path/part.h"

#include <string.h>

void path_way_to(const struct path_walk *walk, size_t last, struct path_way *way)
{
    size_t n = 0;
    for (size_t hop = last; hop != HOP_NONE; hop = walk->hops[hop].previous) {
        n++;
    }
    way->n_hops = n;
    for (size_t hop = last; hop != HOP_NONE; hop = walk->hops[hop].previous) {
        way->hops[--n] = hop;
    }
}

/* Whether two hops, of these walks, enter the same port with the same header
 * after the same way: several copies may meet on one cable. */
static bool same_hop(const struct path_walk *a, size_t i, const struct path_walk *b, size_t j)
{
    while (i != HOP_NONE && j != HOP_NONE) {
        const struct path_hop *x = &a->hops[i], *y = &b->hops[j];
        if (x->in.sw != y->in.sw || memcmp(&x->header, &y->header, sizeof x->header) != 0) {
            return false;
        }
        i = x->previous;
        j = y->previous;
    }
    return i == j;
}

static size_t count_hops(const struct path_walk *walk, const struct path_walk *of, size_t like)
{
    size_t n = 0;
    for (size_t i = 0; i < walk->n_hops; i++) {
        n += same_hop(walk, i, of, like);
    }
    return n;
}

/* How often it arrives at this host, in this form, by this way. */
static size_t count_arrivals(const struct path_walk *walk, const struct path_walk *of,
                             const struct path_walk_arrival *like)
{
    size_t n = 0;
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        const struct path_walk_arrival *arrival = &walk->arrivals[i];
        n += arrival->host == like->host &&
             memcmp(&arrival->header, &like->header, sizeof like->header) == 0 &&
             same_hop(walk, arrival->hop, of, like->hop);
    }
    return n;
}

static size_t part_of(const struct path_walk *walk, const struct path_walk_arrival *arrival,
                      const struct path_walk *other, uint16_t *out)
{
    struct path_way way;
    path_way_to(walk, arrival->hop, &way);
    for (size_t i = 0; i + 1 < way.n_hops; i++) {
        size_t next = way.hops[i + 1];
        if (count_hops(other, walk, next) < count_hops(walk, walk, next)) {
            *out = walk->hops[next].out;
            return way.hops[i];
        }
    }
    *out = arrival->header.in_port;
    return count_arrivals(other, walk, arrival) < count_arrivals(walk, walk, arrival) ? arrival->hop
                                                                                      : HOP_NONE;
}

size_t path_part(const struct path_walk *walk, size_t host, const struct path_walk *other,
                 uint16_t *out)
{
    size_t hop = HOP_NONE;
    for (size_t i = 0; i < walk->n_arrivals && hop == HOP_NONE; i++) {
        const struct path_walk_arrival *arrival = &walk->arrivals[i];
        hop = arrival->host == host ? part_of(walk, arrival, other, out) : HOP_NONE;
    }
    return hop;
}

static bool differs_but_for_the_port(const struct header *a, const struct header *b)
{
    struct header same_port = *a;
    same_port.in_port = b->in_port;
    return memcmp(&same_port, b, sizeof *b) != 0;
}

size_t path_part_rewrites(const struct path_walk *walk, size_t host)
{
    for (size_t i = 0; i < walk->n_arrivals; i++) {
        const struct path_walk_arrival *arrival = &walk->arrivals[i];
        struct path_way way;
        path_way_to(walk, arrival->hop, &way);
        for (size_t j = 0; j < way.n_hops && arrival->host == host; j++) {
            const struct header *next =
                j + 1 < way.n_hops ? &walk->hops[way.hops[j + 1]].header : &arrival->header;
            if (differs_but_for_the_port(next, &walk->hops[way.hops[j]].header)) {
                return way.hops[j];
            }
        }
    }
    return HOP_NONE;
}
