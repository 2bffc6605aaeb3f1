/* SPDX-License-Identifier: Apache-2.0
 *
 * In which order the links of a switch are tried for frames that go somewhere. */
#include "tapd/plan/compiling.h"

#include <string.h>

/* Where among n ways the frames of a source begin to look for theirs, so that
 * sources share the load: each capture host has every n_slices-th of them. */
static size_t preferred_way(const struct tapd_end *from, const struct tapd_end *to, size_t n,
                            size_t n_slices)
{
    size_t slice = to->capture % n_slices;
    size_t n_ways = (n - slice + n_slices - 1) / n_slices;
    return slice + from->edge % n_ways * n_slices;
}

/* Begins at `start` and goes on by `step`, then takes the others. */
static void rotate(uint32_t *links, size_t n, size_t start, size_t step, struct base_arena *arena)
{
    uint32_t *before = n > 0 ? base_arena_copy(arena, links, n * sizeof *links) : NULL;
    size_t n_done = 0, slice = start % step;
    for (size_t i = 0, at = start; before && i < (n - slice + step - 1) / step; i++) {
        links[n_done++] = before[at];
        at = at + step < n ? at + step : slice;
    }
    for (size_t at = 0; before && at < n; at++) {
        if (at % step != slice) {
            links[n_done++] = before[at];
        }
    }
}

static bool is_among(const struct tapd_graph *graph, uint32_t link, const struct port_ref *ends,
                     size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (port_ref_equal(graph->links[link].from, ends[i]) ||
            port_ref_equal(graph->links[link].to, ends[i])) {
            return true;
        }
    }
    return false;
}

struct way {
    uint32_t link;
    unsigned n_hops;
    bool named, preferred;
};

/* All links of a switch that lead there. */
static size_t list_ways(struct tapd_compiling *c, struct port_ref from,
                        const struct tapd_dests *dests, const struct port_ref *only, size_t n_only,
                        struct way *ways)
{
    const struct tapd_graph *graph = c->policy->graph;
    const struct tapd_node *node = &graph->nodes[from.sw];
    size_t n = 0;
    for (size_t i = 0; i < node->n_ends; i++) {
        struct way way = {.link = node->ends[i].link};
        if (way.link != UINT32_MAX && node->ends[i].port != from.port &&
            tapd_leads_to(&c->router, way.link, dests, from.sw, &way.n_hops)) {
            way.named = is_among(graph, way.link, only, n_only);
            way.preferred = c->router.preferred[way.link] == c->router.round;
            ways[n++] = way;
        }
    }
    return n;
}

/* Those of a kind, behind those that are in the list already. */
static size_t take_ways(const struct way *ways, size_t n_ways, bool named, unsigned n_hops,
                        uint32_t *links)
{
    size_t n = 0;
    for (size_t i = 0; i < n_ways; i++) {
        if ((!named || ways[i].named) && ways[i].n_hops == n_hops) {
            links[n++] = ways[i].link;
        }
    }
    return n;
}

static void put_preferred_first(const struct tapd_compiling *c, uint32_t *links, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint32_t link = links[i];
        if (c->router.preferred[link] == c->router.round) {
            memmove(links + 1, links, i * sizeof *links);
            links[0] = link;
        }
    }
}

uint32_t *tapd_list_links(struct tapd_compiling *c, struct port_ref from,
                          const struct tapd_dests *dests, const struct port_ref *only,
                          size_t n_only, size_t *n_links)
{
    const struct tapd_node *node = &c->policy->graph->nodes[from.sw];
    struct way *ways = base_arena_alloc(&c->arena, node->n_ends * sizeof *ways);
    uint32_t *links = base_arena_alloc(&c->arena, node->n_ends * sizeof *links);
    *n_links = 0;
    if (!ways || !links) {
        c->router.failed = true;
        return NULL;
    }
    size_t n_ways = list_ways(c, from, dests, only, n_only, ways);
    bool named = false;
    unsigned most = 0;
    for (size_t i = 0; i < n_ways; i++) {
        named |= ways[i].named;
        most = ways[i].n_hops > most ? ways[i].n_hops : most;
    }
    struct port_ref first = {dests->items[0].sw, dests->items[0].port};
    const struct tapd_end *end = tapd_graph_end(c->policy->graph, from);
    const struct tapd_end *to = tapd_graph_end(c->policy->graph, first);
    for (unsigned n_hops = 1; n_hops <= most; n_hops++) {
        uint32_t *some = links + *n_links;
        size_t n = take_ways(ways, n_ways, named, n_hops, some);
        size_t n_captures = to->capture == UINT32_MAX ? 0 : c->policy->graph->n_captures;
        size_t n_slices = n_captures < n ? n_captures : n;
        if (n > 0) {
            n_slices = n_slices > 0 ? n_slices : 1;
            rotate(some, n, preferred_way(end, to, n, n_slices), n_slices, &c->arena);
        }
        *n_links += n;
    }
    put_preferred_first(c, links, *n_links);
    return links;
}
