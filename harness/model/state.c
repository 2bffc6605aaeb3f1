/* SPDX-License-Identifier: Apache-2.0
 *
 * What one switch says of a port of its own. */
#include "model/state.h"

#include <stdlib.h>

const struct port *switch_state_port(const struct switch_state *state, uint16_t number)
{
    return port_find(state->ports, state->n_ports, number);
}

const struct switch_state *switch_state_without(const struct switch_state *state,
                                                const uint16_t *ports, size_t n_ports,
                                                struct base_arena *arena)
{
    struct switch_state *other = base_arena_copy(arena, state, sizeof *state);
    struct port *all = base_arena_alloc(arena, (state->n_ports + 1) * sizeof *all);
    if (!other || !all) {
        return NULL;
    }
    for (size_t i = 0; i < state->n_ports; i++) {
        all[i] = state->ports[i];
        for (size_t j = 0; j < n_ports; j++) {
            all[i].config |= all[i].number == ports[j] ? PORT_CONFIG_DOWN : 0;
        }
    }
    other->ports = all;
    return other;
}

bool switch_state_tells_groups(const struct switch_state *state)
{
    enum { OPENFLOW_13 = 4 }; /* on the wire */
    return state->version >= OPENFLOW_13;
}

void switch_state_free(struct switch_state *state)
{
    if (state) {
        free(state->ports);
        flow_table_free(&state->flows);
        group_table_free(&state->groups);
        *state = (struct switch_state){0};
    }
}
