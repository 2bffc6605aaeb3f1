/* SPDX-License-Identifier: Apache-2.0
 *
 * Which port is at the other end, which links a switch has, how far switches are apart. */
#include "tapd/policy/graph.h"

#include <stdlib.h>
#include <string.h>

static void add_end(struct tapd_graph *graph, struct port_ref at, uint32_t link, uint32_t capture)
{
    struct tapd_node *node = &graph->nodes[at.sw];
    node->ends[node->n_ends++] =
        (struct tapd_end){.port = at.port, .link = link, .capture = capture};
}

static int by_port(const void *a, const void *b)
{
    const struct tapd_end *x = a, *y = b;
    return x->port - y->port;
}

static void sort_ends(struct tapd_node *node)
{
    uint32_t n_edges = 0;
    if (node->n_ends > 0) {
        qsort(node->ends, node->n_ends, sizeof *node->ends, by_port);
    }
    for (size_t i = 0; i < node->n_ends; i++) {
        node->ends[i].edge = n_edges;
        n_edges += node->ends[i].link == UINT32_MAX;
    }
}

/* Room for the ends of each switch. */
static bool make_nodes(struct tapd_graph *graph)
{
    const struct topology *topology = graph->topology;
    size_t *n_ends = calloc(topology->n_switches + 1, sizeof *n_ends);
    bool made = n_ends != NULL;
    for (size_t i = 0; made && i < topology->n_hosts; i++) {
        n_ends[topology->hosts[i].port.sw]++;
    }
    for (size_t i = 0; made && i < topology->n_links; i++) {
        n_ends[topology->links[i].a.sw]++;
        n_ends[topology->links[i].b.sw]++;
    }
    for (size_t sw = 0; made && sw < topology->n_switches; sw++) {
        struct tapd_node *node = &graph->nodes[sw];
        node->ends = base_arena_alloc(graph->arena, n_ends[sw] * sizeof *node->ends);
        made = node->ends != NULL;
    }
    free(n_ends);
    return made;
}

struct tapd_graph *tapd_graph_new(const struct topology *topology, struct base_arena *arena)
{
    size_t n = topology->n_switches;
    struct tapd_graph *graph = base_arena_alloc(arena, sizeof *graph);
    if (!graph) {
        return NULL;
    }
    *graph = (struct tapd_graph){
        .topology = topology,
        .links = base_arena_alloc(arena, 2 * topology->n_links * sizeof *graph->links),
        .n_links = 2 * topology->n_links,
        .nodes = base_arena_alloc(arena, n * sizeof *graph->nodes),
        .distances = base_arena_alloc(arena, n * sizeof *graph->distances),
        .arena = arena,
    };
    if (!graph->links || !graph->nodes || !graph->distances || !make_nodes(graph)) {
        return NULL;
    }
    for (size_t i = 0; i < topology->n_hosts; i++) {
        bool capture = topology->hosts[i].capture;
        add_end(graph, topology->hosts[i].port, UINT32_MAX,
                capture ? (uint32_t)graph->n_captures : UINT32_MAX);
        graph->n_captures += capture;
    }
    for (uint32_t i = 0; i < topology->n_links; i++) {
        struct port_ref a = topology->links[i].a, b = topology->links[i].b;
        graph->links[2 * i] = (struct tapd_link){a, b};
        graph->links[2 * i + 1] = (struct tapd_link){b, a};
        add_end(graph, a, 2 * i, UINT32_MAX);
        add_end(graph, b, 2 * i + 1, UINT32_MAX);
    }
    for (size_t sw = 0; sw < n; sw++) {
        sort_ends(&graph->nodes[sw]);
    }
    return graph;
}

int tapd_graph_limit(const struct tapd_graph *graph, const uint8_t *grades, uint8_t limit,
                     struct base_arena *arena, struct tapd_graph *view)
{
    size_t n = graph->topology->n_switches;
    *view = *graph;
    view->grades = grades;
    view->limit = limit;
    view->arena = arena;
    view->distances = base_arena_alloc(arena, n * sizeof *view->distances);
    return view->distances ? 0 : -1;
}

const struct tapd_end *tapd_graph_end(const struct tapd_graph *graph, struct port_ref port)
{
    const struct tapd_node *node = &graph->nodes[port.sw];
    struct tapd_end key = {.port = port.port};
    return node->n_ends == 0 ? NULL : bsearch(&key, node->ends, node->n_ends, sizeof key, by_port);
}

/* Breadth first, along links against their direction: all are two-way. */
static void fill_distances(const struct tapd_graph *graph, size_t sw, uint16_t *distances,
                           size_t *queue)
{
    size_t n = graph->topology->n_switches, n_queued = 1;
    memset(distances, 0xff, n * sizeof *distances);
    distances[sw] = 0;
    queue[0] = sw;
    for (size_t next = 0; next < n_queued; next++) {
        const struct tapd_node *node = &graph->nodes[queue[next]];
        for (size_t i = 0; i < node->n_ends; i++) {
            uint32_t link = node->ends[i].link;
            bool leads = link != UINT32_MAX && tapd_graph_has(graph, link ^ 1);
            size_t peer = leads ? graph->links[link].to.sw : sw;
            if (distances[peer] == TAPD_FAR) {
                distances[peer] = (uint16_t)(distances[queue[next]] + 1);
                queue[n_queued++] = peer;
            }
        }
    }
}

const uint16_t *tapd_graph_distances(struct tapd_graph *graph, size_t sw)
{
    size_t n = graph->topology->n_switches;
    if (!graph->distances[sw]) {
        uint16_t *distances = base_arena_alloc(graph->arena, n * sizeof *distances);
        size_t *queue = calloc(n, sizeof *queue);
        if (distances && queue) {
            fill_distances(graph, sw, distances, queue);
            graph->distances[sw] = distances;
        }
        free(queue);
    }
    return graph->distances[sw];
}
