/* SPDX-License-Identifier: Apache-2.0
 *
 * Would a port that fails over do what is declared, if the first of its ways, the first two, …
 * were down, or any port that a group of the switch watches? */
#include "base/memory.h"
#include "state/inside.h"

#include <stdlib.h>

/* Ports that are taken to be down together. */
struct outage {
    const uint16_t *ports;
    size_t n_ports;
};

struct outages {
    struct outage *items; /* ports are in the report's arena: findings name them */
    size_t n, capacity;
    struct base_arena *arena;
};

static int add_outage(struct outages *outages, const uint16_t *ports, size_t n_ports)
{
    size_t n_bytes = n_ports * sizeof *ports;
    for (size_t i = 0; i < outages->n; i++) {
        if (outages->items[i].n_ports == n_ports &&
            memcmp(outages->items[i].ports, ports, n_bytes) == 0) {
            return 0;
        }
    }
    const uint16_t *copy = base_arena_copy(outages->arena, ports, n_bytes);
    if (!copy ||
        base_grow(&outages->items, outages->n, &outages->capacity, sizeof *outages->items) < 0) {
        return -1;
    }
    outages->items[outages->n++] = (struct outage){copy, n_ports};
    return 0;
}

/* The first of the ways, the first two, and so on: each way is one port. */
static int add_ways(struct outages *outages, const struct expected_case *c)
{
    size_t n = 0;
    int status = 0;
    uint16_t *ports = base_calloc(c->n_actions + 1, sizeof *ports);
    for (size_t i = expected_case_action(c, ACTION_FAILOVER);
         ports && i < c->n_actions && status == 0; i++) {
        if (action_sends(&c->actions[i])) {
            ports[n++] = c->actions[i].port;
            status = add_outage(outages, ports, n);
        }
    }
    status = ports ? status : -1;
    free(ports);
    return status;
}

static int add_watched(struct outages *outages, const struct switch_state *state)
{
    int status = 0;
    for (size_t i = 0; i < state->n_ports && status == 0; i++) {
        uint16_t number = state->ports[i].number;
        status = group_table_watches(&state->groups, number) ? add_outage(outages, &number, 1) : 0;
    }
    return status;
}

static int list_outages(const struct state_run *run, struct outages *outages)
{
    const struct expectation *expectation = run->expectation;
    int status = 0;
    for (size_t i = 0; i < expectation->n_ports; i++) {
        const struct expected_port *port = &expectation->ports[i];
        for (size_t c = 0; c < port->n_cases && port->port.sw == run->sw && status == 0; c++) {
            status = add_ways(outages, &port->cases[c]);
        }
    }
    return status < 0 ? -1 : add_watched(outages, run->state);
}

/* ----------------------------------------------------------------------- results */

/* The result of each port that fails over, in the order of the expectation. */
static int add_results(struct state_run *run, enum verdict verdict,
                       const struct state_unseen *unseen)
{
    const struct expectation *expectation = run->expectation;
    for (size_t i = 0; i < expectation->n_ports; i++) {
        const struct expected_port *port = &expectation->ports[i];
        if (port->port.sw != run->sw || !expected_port_fails_over(port) ||
            state_ignore_port(run, port->port.port)) {
            continue;
        }
        const char *id =
            base_arena_format(&run->report->arena, "failover/%s/%u", run->name, port->port.port);
        if (state_add_unseen(run, RESULT_FAILOVER, id, port, verdict, unseen) < 0) {
            return -1;
        }
    }
    return 0;
}

int state_failover_unseen(struct state_run *run, const struct state_unseen *unseen)
{
    return add_results(run, VERDICT_INCONCLUSIVE, unseen);
}

/* ------------------------------------------------------------------------ judging */

/* Once a result has failed, nothing is added to it. It is no cause of what frames do now. */
static int judge_port(struct state_run *run, struct result *result)
{
    struct state_port port = state_port_of(run, (uint16_t)result->port);
    port.found.down = run->down;
    port.found.n_down = run->n_down;
    int status = state_port_decide(&port);
    bool tells = port.found.n_sets > 0 || (port.found.is_open && result->verdict == VERDICT_PASS);
    if (status == 0 && (tells || !result->expected)) {
        status = state_port_fill(&port, result);
        result->cause_kind = CAUSE_UNKNOWN;
        result->cause = NULL;
    }
    state_port_free(&port);
    return status;
}

static int judge_outage(struct state_run *run, const struct outage *outage, size_t first)
{
    struct report *report = run->report;
    struct state_run then = {
        .expectation = run->expectation,
        .options = run->options,
        .report = report,
        .sw = run->sw,
        .name = run->name,
        .state = switch_state_without(run->state, outage->ports, outage->n_ports, &report->arena),
        .down = outage->ports,
        .n_down = outage->n_ports,
        .left_out = run->left_out};
    int status = then.state ? state_run_index(&then) : -1;
    for (size_t i = first; i < report->n_results && status == 0; i++) {
        struct result *result = &report->results[i];
        status = result->verdict == VERDICT_FAIL ? 0 : judge_port(&then, result);
    }
    then.left_out = NULL;
    state_run_free(&then);
    return status;
}

int state_failover_result(struct state_run *run)
{
    static const struct state_unseen none,
        unknown = {.reason = "the ports of the switch are not known"};
    size_t first = run->report->n_results;
    if (run->state->n_ports == 0) {
        return state_failover_unseen(run, &unknown);
    }
    struct outages outages = {.arena = &run->report->arena};
    int status = add_results(run, VERDICT_PASS, &none);
    bool any = status == 0 && run->report->n_results > first;
    status = any ? list_outages(run, &outages) : status;
    for (size_t i = 0; any && i < outages.n && status == 0; i++) {
        status = judge_outage(run, &outages.items[i], first);
    }
    free(outages.items);
    return status;
}
