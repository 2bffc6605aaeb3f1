/* SPDX-License-Identifier: Apache-2.0
 *
 * A topology as a graph: what is at a port, in which links a switch sends, how
 * far switches are from each other. For the readers of policies and plan/route.h. */
#ifndef TAPD_POLICY_GRAPH_H
#define TAPD_POLICY_GRAPH_H

#include "model/topology.h"

/* A link in one direction; the other direction is `index ^ 1`. */
struct tapd_link {
    struct port_ref from, to; /* where it leaves a switch, where it enters one */
};

/* A port that the topology uses. */
struct tapd_end {
    uint16_t port;
    uint32_t link;    /* the one that leaves by it; UINT32_MAX: a host is there */
    uint32_t edge;    /* a host's port: how many of the switch are below it */
    uint32_t capture; /* a capture host's: how many hosts of that role are before it; else
                         UINT32_MAX */
};

struct tapd_node {
    struct tapd_end *ends; /* ascending by port */
    size_t n_ends;
};

struct tapd_graph {
    const struct topology *topology;
    struct tapd_link *links;
    size_t n_links;
    struct tapd_node *nodes; /* by switch */
    size_t n_captures;
    const uint8_t *grades; /* by link, with `limit`: those above it are left out; NULL: none is */
    uint8_t limit;
    uint16_t **distances; /* by switch: filled in when asked for */
    struct base_arena *arena;
};

enum { TAPD_FAR = UINT16_MAX };

/* In the arena; NULL without memory. */
struct tapd_graph *tapd_graph_new(const struct topology *topology, struct base_arena *arena);

/* The same without the links of a higher grade than the limit; it shares everything else, and lives
 * no longer. -1 without memory. */
int tapd_graph_limit(const struct tapd_graph *graph, const uint8_t *grades, uint8_t limit,
                     struct base_arena *arena, struct tapd_graph *view);

static inline bool tapd_graph_has(const struct tapd_graph *graph, uint32_t link)
{
    return !graph->grades || graph->grades[link] <= graph->limit;
}

/* NULL: the topology uses no such port. */
const struct tapd_end *tapd_graph_end(const struct tapd_graph *graph, struct port_ref port);

/* By switch: how many links away `sw` is, TAPD_FAR if it is not reached. NULL
 * without memory. */
const uint16_t *tapd_graph_distances(struct tapd_graph *graph, size_t sw);

#endif
