/* SPDX-License-Identifier: Apache-2.0
 *
 * Ports that should send or be sent to, and that the topology does not cable:
 * one of the two files has a typing error, most likely. */
#include "state/inside.h"

enum { UNCABLED_NAMED = 3 };

struct cabling {
    bool known[PORT_MAX + 1]; /* cabled, or told already */
    bool any;
    size_t n_uncabled;
};

static void learn_port(const struct state_run *run, struct port_ref port, struct cabling *cabling)
{
    if (port.sw == run->sw) {
        cabling->known[port.port] = cabling->any = true;
    }
}

static void learn_cabling(const struct state_run *run, struct cabling *cabling)
{
    const struct topology *topology = run->expectation->topology;
    for (size_t i = 0; i < topology->n_hosts; i++) {
        learn_port(run, topology->hosts[i].port, cabling);
    }
    for (size_t i = 0; i < topology->n_links; i++) {
        learn_port(run, topology->links[i].a, cabling);
        learn_port(run, topology->links[i].b, cabling);
    }
}

static void check_port(struct state_run *run, uint16_t port, struct cabling *cabling)
{
    if (port > PORT_MAX || cabling->known[port]) {
        return;
    }
    cabling->known[port] = true;
    if (cabling->n_uncabled++ < UNCABLED_NAMED) {
        report_note(run->report, "%s:%u is not cabled in the topology", run->name, port);
    }
}

static void check_case(struct state_run *run, const struct expected_case *expected, uint16_t port,
                       struct cabling *cabling)
{
    if (expected->n_actions > 0) { /* to drop, it need not be cabled */
        check_port(run, port, cabling);
    }
    for (size_t i = 0; i < expected->n_actions; i++) {
        uint16_t type = expected->actions[i].type;
        if (type == ACTION_OUTPUT || type == ACTION_ENQUEUE) {
            check_port(run, expected->actions[i].port, cabling);
        }
    }
}

void state_cabling_note(struct state_run *run)
{
    const struct expectation *expectation = run->expectation;
    struct cabling cabling = {0};
    if (!expectation->lists_switch[run->sw]) {
        return;
    }
    learn_cabling(run, &cabling);
    if (!cabling.any) {
        return; /* the topology leaves cables out altogether */
    }
    for (size_t i = 0; i < expectation->n_ports; i++) {
        const struct expected_port *port = &expectation->ports[i];
        for (size_t c = 0; port->port.sw == run->sw && c < port->n_cases; c++) {
            check_case(run, &port->cases[c], port->port.port, &cabling);
        }
    }
    if (cabling.n_uncabled > UNCABLED_NAMED) {
        report_note(run->report, "%s: %zu more ports that the expectation names are not cabled",
                    run->name, cabling.n_uncabled - UNCABLED_NAMED);
    }
}
