/* SPDX-License-Identifier: Apache-2.0
 *
 * To which ports may packets come that enter by one: port by port, whatever the headers. */
#include "path/entered.h"

#include "base/memory.h"
#include "path/step.h"

#include <stdlib.h>

struct entering {
    const struct path_network *network;
    bool *entered;
    size_t *queue; /* cables by whose port packets enter, and which are not followed yet */
    size_t n_queued;
    bool *asked; /* by number of action lists of one switch */
};

static void enter(struct entering *entering, struct port_ref port)
{
    const struct path_network *network = entering->network;
    for (size_t i = network->begins[port.sw]; i < network->begins[port.sw + 1]; i++) {
        if (network->cables[i].port.port == port.port && !entering->entered[i] &&
            !path_no_entry(network, port)) {
            entering->entered[i] = true;
            entering->queue[entering->n_queued++] = i;
        }
    }
}

static void leave(struct entering *entering, struct port_ref out)
{
    struct peer peer = path_network_peer(entering->network, out);
    if (peer.kind == PEER_SWITCH && !path_no_exit(entering->network, out)) {
        enter(entering, peer.port);
    }
}

static void leave_anywhere(struct entering *entering, size_t sw)
{
    const struct path_network *network = entering->network;
    for (size_t i = network->begins[sw]; i < network->begins[sw + 1]; i++) {
        leave(entering, network->cables[i].port);
    }
}

/* By what a list of actions sends, and each of its ways. */
static void leave_by(struct entering *entering, size_t sw, const struct space_behavior *does)
{
    for (size_t i = 0; i < does->n_outputs; i++) {
        leave(entering, (struct port_ref){.sw = sw, .port = does->outputs[i].port});
    }
    for (size_t i = 0; i < does->n_ways; i++) {
        leave_by(entering, sw, &does->ways[i]);
    }
}

static int follow_entries(struct entering *entering, struct port_ref in,
                          struct space_entries entries)
{
    const struct space_table *table = &entering->network->tables[in.sw];
    int status = 0;
    for (size_t i = 0; i < entries.n_entries && status == 0; i++) {
        struct base_arena arena = {0};
        struct space_behavior does;
        bool *asked = &entering->asked[table->action_ids[entries.entries[i]]];
        if (*asked) {
            continue;
        }
        status = path_outputs_of(entering->network, in, entries.entries[i], &arena, &does);
        if (status == 0 && space_behavior_open(&does)) { /* of this entry, and perhaps no other */
            leave_anywhere(entering, in.sw);
        } else if (status == 0) {
            *asked = true;
            leave_by(entering, in.sw, &does);
        }
        base_arena_free(&arena);
    }
    return status;
}

static int follow(struct entering *entering, struct port_ref in)
{
    struct space_table *table = &entering->network->tables[in.sw];
    if (!entering->network->switches[in.sw].flows) {
        leave_anywhere(entering, in.sw);
        return 0;
    }
    entering->asked = base_calloc(table->actions.n_ids + 1, sizeof *entering->asked);
    int status =
        entering->asked ? follow_entries(entering, in, space_table_port(table, in.port)) : -1;
    status = status == 0 ? follow_entries(entering, in, space_table_any_port(table)) : status;
    free(entering->asked);
    return status;
}

int path_entered(const struct path_network *network, struct port_ref in, bool *entered)
{
    struct entering entering = {.network = network, .entered = entered};
    entering.queue = base_calloc(network->n_cables + 1, sizeof *entering.queue);
    int status = entering.queue ? 0 : -1;
    if (status == 0) {
        enter(&entering, in);
    }
    while (status == 0 && entering.n_queued > 0) {
        status = follow(&entering, network->cables[entering.queue[--entering.n_queued]].port);
    }
    free(entering.queue);
    return status;
}
