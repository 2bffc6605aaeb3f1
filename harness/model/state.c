/* SPDX-License-Identifier: Apache-2.0
 *
 * What one switch says of a port of its own. */
#include "model/state.h"

#include <stdlib.h>

const struct port *switch_state_port(const struct switch_state *state, uint16_t number)
{
    return port_find(state->ports, state->n_ports, number);
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
