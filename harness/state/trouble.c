/* SPDX-License-Identifier: Apache-2.0
 *
 * Ports that cannot do what is expected of them, whatever the table says. */
#include "state/inside.h"

static void put_trouble(struct state_port *port, const char *role, uint16_t number,
                        enum cause_kind kind, const char *what)
{
    struct base_buffer *out = &port->troubles;
    if (out->n_bytes == 0) {
        port->trouble_port = number;
        port->trouble_kind = kind;
    }
    base_put_text(out, out->n_bytes > 0 ? "; " : "");
    base_put_text(out, role);
    port_format(number, out);
    base_put_text(out, what);
}

static bool forwards(const struct state_port *port)
{
    bool something = false;
    for (size_t c = 0; c < port->n_cases; c++) {
        something |= port->cases[c].n_actions > 0;
    }
    return something;
}

static void check_ingress(struct state_port *port)
{
    const struct port *ingress = switch_state_port(port->run->state, port->number);
    if (!ingress) {
        put_trouble(port, "port ", port->number, CAUSE_PORT, " is not on the switch");
    } else if (!forwards(port)) {
        return; /* one that is down drops, too */
    } else if (ingress->config & PORT_CONFIG_DOWN) {
        put_trouble(port, "port ", port->number, CAUSE_PORT, " is down (configuration)");
    } else if (ingress->state & PORT_STATE_LINK_DOWN) {
        put_trouble(port, "port ", port->number, CAUSE_CABLE, " is down (no link)");
    } else if (ingress->config & PORT_CONFIG_NO_RECV) {
        put_trouble(port, "port ", port->number, CAUSE_PORT,
                    " drops what it receives (no-receive)");
    }
}

static void check_egress(struct state_port *port, uint16_t number)
{
    const struct port *egress = switch_state_port(port->run->state, number);
    if (!egress) {
        put_trouble(port, "output port ", number, CAUSE_PORT, " is not on the switch");
    } else if (egress->config & PORT_CONFIG_DOWN) {
        put_trouble(port, "output port ", number, CAUSE_PORT, " is down (configuration)");
    } else if (egress->state & PORT_STATE_LINK_DOWN) {
        put_trouble(port, "output port ", number, CAUSE_CABLE, " is down (no link)");
    } else if (egress->config & PORT_CONFIG_NO_FWD) {
        put_trouble(port, "output port ", number, CAUSE_PORT, " does not send (no-forward)");
    }
}

/* Whether an output before the i-th of case c names this port. FLOOD and ALL
 * name none: what is down is not meant by them. */
static bool named_before(const struct state_port *port, size_t c, size_t i, uint16_t number)
{
    for (size_t k = 0; k <= c; k++) {
        size_t n = k == c ? i : port->cases[k].n_actions;
        for (size_t j = 0; j < n; j++) {
            const struct action *action = &port->cases[k].actions[j];
            if ((action->type == ACTION_OUTPUT || action->type == ACTION_ENQUEUE) &&
                action->port == number) {
                return true;
            }
        }
    }
    return false;
}

void state_port_trouble(struct state_port *port)
{
    check_ingress(port);
    for (size_t c = 0; c < port->n_cases; c++) {
        for (size_t i = 0; i < port->cases[c].n_actions; i++) {
            const struct action *action = &port->cases[c].actions[i];
            bool sends = action->type == ACTION_OUTPUT || action->type == ACTION_ENQUEUE;
            if (sends && (action->port <= PORT_MAX || action->port == PORT_LOCAL) &&
                !named_before(port, c, i, action->port)) {
                check_egress(port, action->port);
            }
        }
    }
}
