/* SPDX-License-Identifier: Apache-2.0
 *
 * Does a link carry no frames, or nothing behind it change? */
#include "tapd/install/ready.h"

#include "openflow/of13/wire.h"
#include "tapd/install/action_set.h"
#include "tapd/install/dialect.h"
#include "tapd/install/foreign.h"
#include "tapd/policy/graph.h"

enum { UNKNOWN, NOT_READY, READY };

static uint32_t link_at(const struct tapd_ready *ready, struct port_ref port)
{
    const struct tapd_end *end = tapd_graph_end(ready->network->policy->graph, port);
    return end ? end->link : UINT32_MAX;
}

/* Outputs by number, to links; anything else that sends may go anywhere. */
static void note_sent(struct tapd_ready *ready, size_t sw, const struct flow_entry *entry)
{
    const struct tapd_node *node = &ready->network->policy->graph->nodes[sw];
    bool opens = instructions_open(entry->instructions) != NULL;
    for (size_t i = 0; i < entry->n_actions; i++) {
        const struct action *action = &entry->actions[i];
        bool by_number = action->type == ACTION_OUTPUT && action->port <= PORT_MAX;
        uint32_t link = by_number
                            ? link_at(ready, (struct port_ref){.sw = sw, .port = action->port})
                            : UINT32_MAX;
        if (link != UINT32_MAX) {
            ready->idle[link] = false;
        }
        opens |= !by_number && tapd_action_sends(action);
    }
    for (size_t i = 0; opens && i < node->n_ends; i++) {
        if (node->ends[i].link != UINT32_MAX) {
            ready->idle[node->ends[i].link] = false;
        }
    }
}

int tapd_ready_find(struct tapd_ready *ready, const struct tapd_network *network,
                    const struct flow_table *const *actual, const uint8_t *versions,
                    struct base_arena *arena)
{
    const struct tapd_graph *graph = network->policy->graph;
    *ready = (struct tapd_ready){.network = network,
                                 .actual = actual,
                                 .versions = versions,
                                 .idle = base_arena_alloc(arena, graph->n_links),
                                 .known = base_arena_alloc(arena, graph->n_links),
                                 .arena = arena};
    if (!ready->idle || !ready->known) {
        return -1;
    }
    for (size_t i = 0; i < graph->n_links; i++) {
        ready->idle[i] = actual[graph->links[i].from.sw] != NULL;
    }
    for (size_t sw = 0; sw < network->policy->topology->n_switches; sw++) {
        for (size_t i = 0; actual[sw] && i < actual[sw]->n_entries; i++) {
            note_sent(ready, sw, &actual[sw]->entries[i]);
        }
    }
    return 0;
}

bool tapd_is_edge(const struct tapd_ready *ready, struct port_ref in)
{
    const struct tapd_end *end = tapd_graph_end(ready->network->policy->graph, in);
    return end && end->link == UINT32_MAX;
}

bool tapd_is_idle(const struct tapd_ready *ready, struct port_ref in)
{
    uint32_t link = link_at(ready, in);
    return link != UINT32_MAX && ready->idle[link ^ 1];
}

/* Whether the switch has the entry, with these actions. */
static bool has_entry(const struct tapd_ready *ready, size_t sw, const struct flow_entry *wanted)
{
    const struct flow_table *table = ready->actual[sw];
    struct tapd_actions actions = {wanted->actions, wanted->n_actions};
    for (size_t i = 0; i < table->n_entries; i++) {
        const struct flow_entry *entry = &table->entries[i];
        struct tapd_actions its = {entry->actions, entry->n_actions};
        if (tapd_is_own(ready->network->policy, entry->cookie) && flow_same_key(entry, wanted)) {
            return !instructions_open(entry->instructions) && tapd_does_same(&its, &actions);
        }
    }
    return false;
}

/* How many entries of ours the switch has for what enters by the port, and by any. */
static size_t count_entries(const struct tapd_ready *ready, struct port_ref in)
{
    const struct flow_table *table = ready->actual[in.sw];
    size_t n = 0;
    for (size_t i = 0; i < table->n_entries; i++) {
        const struct flow_entry *entry = &table->entries[i];
        uint16_t differs = entry->match.value.in_port ^ in.port;
        n += tapd_is_own(ready->network->policy, entry->cookie) &&
             (differs & entry->match.mask.in_port) == 0;
    }
    return n;
}

static bool is_link_ready(struct tapd_ready *ready, uint32_t link);

/* Where the entry sends is ready, and it is there or can be written before. */
static bool is_entry_ready(struct tapd_ready *ready, size_t sw, const struct flow_entry *wanted,
                           bool idle)
{
    uint8_t version = ready->versions ? ready->versions[sw] : OF13_VERSION;
    const struct flow_entry *said;
    int status = tapd_dialect(wanted, version, ready->arena, &said, NULL);
    ready->failed |= status < 0;
    bool right = status == 0 && (idle || has_entry(ready, sw, said));
    for (size_t i = 0; right && i < said->n_actions; i++) {
        struct port_ref out = {sw, said->actions[i].port};
        uint32_t link = said->actions[i].type == ACTION_OUTPUT ? link_at(ready, out) : UINT32_MAX;
        right = link == UINT32_MAX || is_link_ready(ready, link);
    }
    return right;
}

/* One that is asked about again meanwhile is in a loop, and not ready. */
static bool is_link_ready(struct tapd_ready *ready, uint32_t link)
{
    struct port_ref in = ready->network->policy->graph->links[link].to;
    const struct flow_table *wanted = &ready->network->tables[in.sw];
    if (ready->known[link] != UNKNOWN) {
        return ready->known[link] == READY;
    }
    ready->known[link] = NOT_READY;
    bool right = ready->actual[in.sw] != NULL;
    size_t n = 0;
    for (size_t i = tapd_find_port(wanted, in.port); right && i < wanted->n_entries; i++, n++) {
        if (wanted->entries[i].match.value.in_port != in.port) {
            break;
        }
        right = is_entry_ready(ready, in.sw, &wanted->entries[i], ready->idle[link]);
    }
    if (right && !ready->failed && (ready->idle[link] || count_entries(ready, in) == n)) {
        ready->known[link] = READY;
    }
    return ready->known[link] == READY;
}

bool tapd_is_ready(struct tapd_ready *ready, struct port_ref out)
{
    uint32_t link = link_at(ready, out);
    return link == UINT32_MAX || is_link_ready(ready, link);
}
