/* SPDX-License-Identifier: Apache-2.0
 *
 * Which ports cannot do what is expected of them, whatever the table says? */
#include "state/inside.h"

static int add_trouble(struct state_port *port, uint16_t number, bool is_egress, const char *why)
{
    struct state_finding *found = &port->found;
    for (size_t i = 0; i < found->n_troubles; i++) {
        if (found->troubles[i].port == number && found->troubles[i].is_egress == is_egress) {
            return 0;
        }
    }
    if (base_grow(&found->troubles, found->n_troubles, &port->troubles_capacity,
                  sizeof *found->troubles) < 0) {
        return -1;
    }
    found->troubles[found->n_troubles++] = (struct state_trouble){number, is_egress, why};
    return 0;
}

static bool forwards(const struct state_port *port)
{
    bool something = false;
    for (size_t c = 0; c < port->n_cases; c++) {
        something |= port->cases[c].n_actions > 0;
    }
    return something;
}

/* Why the port lets nothing in, or (`configured` NO_FWD) nothing out; NULL: it does. */
static const char *why_closed(const struct state_port *port, uint16_t number, uint32_t configured,
                              const char *why)
{
    const struct port *known = switch_state_port(port->run->state, number);
    return !known                                ? "is absent"
           : known->config & PORT_CONFIG_DOWN    ? "is switched off"
           : known->state & PORT_STATE_LINK_DOWN ? "has no link"
           : known->config & configured          ? why
                                                 : NULL;
}

/* One that drops may be off, but must be there. */
static int check_ingress(struct state_port *port)
{
    bool there = switch_state_port(port->run->state, port->number) != NULL;
    const char *why = why_closed(port, port->number, PORT_CONFIG_NO_RECV, "does not receive");
    return why && (!there || forwards(port)) ? add_trouble(port, port->number, false, why) : 0;
}

static int check_egress(struct state_port *port, const struct action *action)
{
    bool sends = action->type == ACTION_OUTPUT || action->type == ACTION_ENQUEUE;
    if (!sends || (action->port > PORT_MAX && action->port != PORT_LOCAL)) {
        return 0;
    }
    const char *why = why_closed(port, action->port, PORT_CONFIG_NO_FWD, "does not send");
    return why ? add_trouble(port, action->port, true, why) : 0;
}

int state_port_trouble(struct state_port *port)
{
    int failed = check_ingress(port);
    for (size_t c = 0; c < port->n_cases; c++) {
        for (size_t i = 0; i < port->cases[c].n_actions && !failed; i++) {
            failed = check_egress(port, &port->cases[c].actions[i]);
        }
    }
    return failed;
}
