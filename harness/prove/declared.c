/* SPDX-License-Identifier: Apache-2.0
 *
 * An expectation compiled to flow tables, so that the same engine follows what
 * is declared and what is advertised: the cases of a port become entries, the
 * first one with the highest priority. */
#include "prove/inside.h"

#include <stdlib.h>

static int compile_port(const struct expected_port *port, struct flow_table *table)
{
    for (size_t i = 0; i < port->n_cases; i++) {
        struct flow_entry *entry = flow_table_add(table);
        if (!entry) {
            return -1;
        }
        entry->match = port->cases[i].match;
        entry->actions = port->cases[i].actions;
        entry->n_actions = (uint16_t)port->cases[i].n_actions;
        /* Beyond the last priority cases may become ambiguous, and so unknown. Two are left
         * for what no case takes. */
        entry->priority = (uint16_t)(i < UINT16_MAX - 2 ? UINT16_MAX - i : 2);
    }
    return 0;
}

static int add_entry(struct flow_table *table, const struct flow_entry *entry)
{
    struct flow_entry *added = flow_table_add(table);
    if (added) {
        *added = *entry;
    }
    return added ? 0 : -1;
}

/* `unlisted: any`: what no case of a port takes drops, what enters by others is
 * not known. */
static int leave_unlisted(const struct expectation *expectation, struct flow_table *tables)
{
    static const struct action anything = {.type = ACTION_OUTPUT, .port = PORT_NORMAL};
    const struct flow_entry unknown = {
        .priority = PATH_UNLISTED, .actions = &anything, .n_actions = 1};
    int status = 0;
    for (size_t i = 0; i < expectation->n_ports && status == 0; i++) {
        struct port_ref port = expectation->ports[i].port;
        struct flow_entry drop = {.match = match_in_port(port.port), .priority = 1};
        status = add_entry(&tables[port.sw], &drop);
    }
    for (size_t sw = 0; sw < expectation->topology->n_switches && status == 0; sw++) {
        status = expectation->lists_switch[sw] ? add_entry(&tables[sw], &unknown) : 0;
    }
    return status;
}

static int add_cabled(struct port **ports, size_t *n, size_t *capacity, uint16_t number)
{
    if (base_grow(ports, *n, capacity, sizeof **ports) < 0) {
        return -1;
    }
    (*ports)[(*n)++] = (struct port){.number = number};
    return 0;
}

static int compare_numbers(const void *a, const void *b)
{
    const struct port *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

/* The ports of the topology: those that FLOOD and ALL mean. */
static int collect_cabled(struct prove_context *proof, size_t sw, size_t *n)
{
    const struct topology *topology = proof->topology;
    struct port **ports = &proof->cabled[sw];
    size_t capacity = 0;
    int status = 0;
    for (size_t i = 0; i < topology->n_hosts && status == 0; i++) {
        if (topology->hosts[i].port.sw == sw) {
            status = add_cabled(ports, n, &capacity, topology->hosts[i].port.port);
        }
    }
    for (size_t i = 0; i < topology->n_links && status == 0; i++) {
        const struct topology_link *link = &topology->links[i];
        if (link->a.sw == sw) {
            status = add_cabled(ports, n, &capacity, link->a.port);
        }
        if (link->b.sw == sw && status == 0) {
            status = add_cabled(ports, n, &capacity, link->b.port);
        }
    }
    if (*n > 1) {
        qsort(*ports, *n, sizeof **ports, compare_numbers);
    }
    return status;
}

/* Of a switch that `ports:` does not list nothing is declared; a port that it
 * does not list drops, if the switch is listed, unless `unlisted: any`. */
int prove_context_declare(struct prove_context *proof)
{
    const struct expectation *expectation = proof->expectation;
    size_t n = proof->topology->n_switches;
    struct path_switch *switches = calloc(n + 1, sizeof *switches);
    proof->declared_flows = calloc(n + 1, sizeof *proof->declared_flows);
    proof->cabled = calloc(n + 1, sizeof *proof->cabled);
    int status = switches && proof->declared_flows && proof->cabled ? 0 : -1;
    for (size_t i = 0; i < expectation->n_ports && status == 0; i++) {
        const struct expected_port *port = &expectation->ports[i];
        status = compile_port(port, &proof->declared_flows[port->port.sw]);
    }
    if (status == 0 && expectation->unlisted_any) {
        status = leave_unlisted(expectation, proof->declared_flows);
    }
    for (size_t i = 0; i < n && status == 0; i++) {
        switches[i].unknown = "the expectation does not list this switch";
        switches[i].flows = expectation->lists_switch[i] ? &proof->declared_flows[i] : NULL;
        status = collect_cabled(proof, i, &switches[i].n_ports);
        switches[i].ports = proof->cabled[i];
        switches[i].declared = true;
    }
    if (status == 0) {
        status = path_network_open(&proof->declared, proof->topology, switches);
    }
    free(switches);
    return status;
}
