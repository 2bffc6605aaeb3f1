/* SPDX-License-Identifier: Apache-2.0
 *
 * Which entries wait until switches downstream are known. */
#include "tapd/install/held.h"

#include "tapd/policy/graph.h"

#include <stdlib.h>

/* An entry that sends frames of one link into another. */
struct passage {
    uint32_t from, to;
    bool actual; /* it is there, not only wanted */
};

struct passages {
    struct passage *items;
    size_t n, capacity;
};

static uint32_t link_at(const struct tapd_graph *graph, size_t sw, uint16_t port)
{
    const struct tapd_end *end = tapd_graph_end(graph, (struct port_ref){.sw = sw, .port = port});
    return end ? end->link : UINT32_MAX;
}

/* From every link if the entry takes what enters by any port. */
static int add_passages(struct passages *passages, const struct tapd_graph *graph, size_t sw,
                        const struct flow_entry *entry, bool actual)
{
    const struct tapd_node *node = &graph->nodes[sw];
    for (size_t i = 0; i < node->n_ends; i++) {
        const struct tapd_end *in = &node->ends[i];
        if (in->link == UINT32_MAX ||
            ((in->port ^ entry->match.value.in_port) & entry->match.mask.in_port)) {
            continue;
        }
        for (size_t j = 0; j < entry->n_actions; j++) {
            uint32_t to = entry->actions[j].type == ACTION_OUTPUT
                              ? link_at(graph, sw, entry->actions[j].port)
                              : UINT32_MAX;
            if (to == UINT32_MAX) {
                continue;
            }
            if (base_grow(&passages->items, passages->n, &passages->capacity,
                          sizeof *passages->items) < 0) {
                return -1;
            }
            passages->items[passages->n++] = (struct passage){in->link ^ 1, to, actual};
        }
    }
    return 0;
}

static int list_passages(struct passages *passages, const struct tapd_network *network,
                         const struct flow_table *const *actual)
{
    const struct tapd_policy *policy = network->policy;
    for (size_t sw = 0; sw < policy->topology->n_switches; sw++) {
        const struct flow_table *tables[] = {&network->tables[sw], actual[sw]};
        for (int i = 0; i < 2; i++) {
            for (size_t j = 0; tables[i] && j < tables[i]->n_entries; j++) {
                if (add_passages(passages, policy->graph, sw, &tables[i]->entries[j], i) < 0) {
                    return -1;
                }
            }
        }
    }
    return 0;
}

/* Until nothing changes: once for each layer. */
static void spread(const struct passages *passages, bool *ahead, bool *behind)
{
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < passages->n; i++) {
            const struct passage *at = &passages->items[i];
            if (ahead[at->to] && !ahead[at->from]) {
                ahead[at->from] = changed = true;
            }
            if (at->actual && behind[at->from] && !behind[at->to]) {
                behind[at->to] = changed = true;
            }
        }
    }
}

int tapd_held_find(struct tapd_held *held, const struct tapd_network *network,
                   const struct flow_table *const *actual, struct base_arena *arena)
{
    const struct tapd_policy *policy = network->policy;
    const struct tapd_graph *graph = policy->graph;
    bool *ahead = base_arena_alloc(arena, graph->n_links);
    bool *behind = base_arena_alloc(arena, graph->n_links);
    struct passages passages = {0};
    bool any = false;
    *held = (struct tapd_held){.network = network};
    for (size_t i = 0; ahead && behind && i < graph->n_links; i++) {
        size_t to = graph->links[i].to.sw, from = graph->links[i].from.sw;
        ahead[i] = policy->owns[to] && !actual[to];
        behind[i] = policy->owns[from] && !actual[from];
        any |= ahead[i];
    }
    int result = ahead && behind ? 0 : -1;
    if (any) {
        result = list_passages(&passages, network, actual);
        spread(&passages, ahead, behind);
        held->ahead = ahead;
        held->behind = behind;
    }
    free(passages.items);
    return result;
}

bool tapd_is_held(const struct tapd_held *held, struct port_ref in, uint16_t out)
{
    const struct tapd_graph *graph = held->network->policy->graph;
    uint32_t from = held->ahead ? link_at(graph, in.sw, in.port) : UINT32_MAX;
    uint32_t to = held->ahead ? link_at(graph, in.sw, out) : UINT32_MAX;
    return (from != UINT32_MAX && held->behind[from ^ 1]) || (to != UINT32_MAX && held->ahead[to]);
}
