/* SPDX-License-Identifier: Apache-2.0
 *
 * Which ports cannot do what is expected of them, whatever the table says? Whether
 * packets enter and leave by a port is the rule of model/port.h, as everywhere. */
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

/* One that drops may be off, but must be there. */
static int check_ingress(struct state_port *port)
{
    const struct switch_state *state = port->run->state;
    const char *why = port_no_entry(state->ports, state->n_ports, port->number);
    bool there = switch_state_port(state, port->number) != NULL;
    return why && (!there || forwards(port)) ? add_trouble(port, port->number, false, why) : 0;
}

/* LOCAL, where it is named, is asked for as if it had a number. */
static int check_egress(struct state_port *port, uint16_t number)
{
    const struct switch_state *state = port->run->state;
    const char *why = port_no_exit(state->ports, state->n_ports, number);
    if (number == PORT_LOCAL && state->n_ports > 0) {
        const struct port *known = switch_state_port(state, PORT_LOCAL);
        struct port local = known ? *known : (struct port){0};
        local.number = 1;
        why = port_no_exit(&local, 1, known ? 1 : 2);
    }
    return why ? add_trouble(port, number, true, why) : 0;
}

/* FLOOD and ALL mean the ports that are cabled; one that is not may well be off. */
static bool is_meant(const struct state_port *port, uint16_t number)
{
    struct port_ref ref = {.sw = port->run->sw, .port = number};
    return number == port->number || /* IN_PORT: nothing else returns there */
           topology_peer(port->run->expectation->topology, ref).kind != PEER_NONE;
}

/* Whether one of the ports that stand behind, to the last, lets packets out. */
static bool has_way_out(const struct state_port *port, const struct state_case *expected,
                        size_t begin)
{
    const struct switch_state *state = port->run->state;
    bool has = false;
    for (size_t i = begin; i < expected->n_actions && !has; i++) {
        const struct action *action = &expected->actions[i];
        has = action_sends(action) && !port_no_exit(state->ports, state->n_ports, action->port);
    }
    return has;
}

static int check_case(struct state_port *port, const struct state_case *expected)
{
    int failed = 0;
    for (size_t i = 0; i < expected->n_actions && !failed; i++) {
        const struct action *action = &expected->actions[i];
        if (action->type == ACTION_FAILOVER && has_way_out(port, expected, i)) {
            break;
        }
        failed = action_sends(action) ? check_egress(port, action->port) : 0;
    }
    for (size_t i = 0; i < expected->behavior.n_outputs && !failed; i++) {
        uint16_t number = expected->behavior.outputs[i].port;
        failed = is_meant(port, number) ? check_egress(port, number) : 0;
    }
    return failed;
}

int state_port_trouble(struct state_port *port)
{
    int failed = check_ingress(port);
    for (size_t c = 0; c < port->n_cases && !failed; c++) {
        failed = check_case(port, &port->cases[c]);
    }
    return failed;
}
