/* SPDX-License-Identifier: Apache-2.0 */
#include "model/state.h"

#include <stdlib.h>

static int by_number(const void *key, const void *element)
{
    const struct port *port = element;
    return *(const uint16_t *)key - port->number;
}

const struct port *switch_state_port(const struct switch_state *state, uint16_t number)
{
    if (state->n_ports == 0) {
        return NULL;
    }
    return bsearch(&number, state->ports, state->n_ports, sizeof *state->ports, by_number);
}

bool switch_state_sends(const struct switch_state *state, uint16_t number)
{
    const struct port *port = number <= PORT_MAX ? switch_state_port(state, number) : NULL;
    if (!port) {
        return number > PORT_MAX || state->n_ports == 0;
    }
    return !(port->config & (PORT_CONFIG_DOWN | PORT_CONFIG_NO_FWD)) &&
           !(port->state & PORT_STATE_LINK_DOWN);
}

bool switch_state_receives(const struct switch_state *state, uint16_t number)
{
    const struct port *port = switch_state_port(state, number);
    return !port || !(port->config & (PORT_CONFIG_DOWN | PORT_CONFIG_NO_RECV));
}

void switch_state_free(struct switch_state *state)
{
    if (state) {
        free(state->ports);
        flow_table_free(&state->flows);
        *state = (struct switch_state){0};
    }
}
