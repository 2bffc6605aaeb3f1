/* SPDX-License-Identifier: Apache-2.0
 *
 * Which ports should send or be sent to, and are not cabled in the topology? One of
 * the two files has a typing error, most likely. */
#include "model/port_set.h"
#include "state/inside.h"

enum { UNCABLED_NAMED = 3 };

struct cabling {
    struct port_set known; /* cabled, or noted already */
    size_t n_uncabled;
};

static void check_port(struct state_run *run, uint16_t port, struct cabling *cabling)
{
    if (port > PORT_MAX || port_set_has(&cabling->known, port)) {
        return;
    }
    port_set_add(&cabling->known, port);
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
        if (action_sends(&expected->actions[i])) {
            check_port(run, expected->actions[i].port, cabling);
        }
    }
}

void state_cabling_note(struct state_run *run)
{
    const struct expectation *expectation = run->expectation;
    struct cabling cabling = {0};
    if (!expectation->lists_switch[run->sw] ||
        !port_set_add_cabled(&cabling.known, expectation->topology, run->sw)) {
        return; /* a topology may leave cables out altogether */
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
