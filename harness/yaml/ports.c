/* SPDX-License-Identifier: Apache-2.0
 *
 * What `ports:` says: the cases of each port of each switch. */
#include "yaml/cases.h"
#include "yaml/expectation.h"

#include <stdlib.h>

/* The port may come from a range, so several ports may share the written cases;
 * each has its own in_port. */
static struct expected_case *copy_cases(struct yaml_reading *reading, const struct yaml_node *node,
                                        const struct yaml_cases *cases, uint16_t port)
{
    if (cases->n > YAML_EXPANDED_MAX - reading->n_cases) {
        yaml_error(&reading->reader, node, "more than %d cases, ranges expanded",
                   YAML_EXPANDED_MAX);
        return NULL;
    }
    struct expected_case *copy = yaml_alloc(&reading->reader, cases->n * sizeof *copy);
    for (size_t i = 0; copy && i < cases->n; i++) {
        copy[i] = cases->items[i];
        copy[i].match.value.in_port = port;
        copy[i].match.mask.in_port = UINT16_MAX;
    }
    reading->n_cases += cases->n;
    return copy;
}

/* Whether the port was listed before: an error, once for each key. */
static bool is_listed(struct yaml_reading *reading, const struct yaml_node *key,
                      struct port_ref port, bool *reported)
{
    struct expectation *x = reading->expectation;
    uint64_t number = (uint64_t)port.sw << 16 | port.port;
    const struct yaml_entry *first = yaml_index_add(&reading->ports, &number, sizeof number,
                                                    x->n_ports, yaml_place(&reading->reader, key));
    if (first && !*reported) {
        yaml_error(&reading->reader, key, "port %u of %s is listed twice, first in %s", port.port,
                   x->topology->switches[port.sw].name,
                   yaml_where(reading->reader.source.file, first->place).text);
        *reported = true;
    }
    return first != NULL;
}

static bool add_port(struct yaml_reading *reading, const struct yaml_node *node,
                     const struct yaml_cases *cases, struct port_ref port)
{
    struct expectation *x = reading->expectation;
    struct expected_port added = {
        .port = port,
        .cases = copy_cases(reading, node, cases, port.port),
        .n_cases = cases->n,
        .place = yaml_place(&reading->reader, node->key),
    };
    return added.cases && yaml_append(&reading->reader, node, &x->ports, &x->n_ports,
                                      &reading->ports_capacity, sizeof added, &added);
}

static void read_port(struct yaml_reading *reading, const struct yaml_node *node, size_t sw)
{
    struct yaml_ports ports = {0};
    struct yaml_cases cases = {0};
    bool good = true, reported = false;
    yaml_port_list(&reading->reader, node->key, false, &ports);
    yaml_read_cases(&reading->reader, node, &ports, &cases);
    for (size_t i = 0; good && i < ports.n; i++) {
        struct port_ref port = {sw, ports.numbers[i]};
        if (!is_listed(reading, node->key, port, &reported)) {
            good = add_port(reading, node, &cases, port);
        }
    }
    free(ports.numbers);
    free(cases.items);
}

static void read_switch(struct yaml_reading *reading, const struct yaml_node *node)
{
    static const char expected[] = "ports and what they do, as 1: {output: [2]}";
    size_t sw = yaml_switch(&reading->reader, node->key);
    if (sw == SWITCH_NONE || !yaml_expect(&reading->reader, node, YAML_MAPPING, expected)) {
        return;
    }
    reading->expectation->lists_switch[sw] = true;
    for (const struct yaml_node *at = node->child; at; at = at->next) {
        read_port(reading, at, sw);
    }
}

static int compare_ports(const void *left, const void *right)
{
    const struct expected_port *a = left, *b = right;
    return port_ref_compare(a->port, b->port);
}

void yaml_read_ports(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    (void)into;
    struct yaml_reading *reading = yaml_reading_of(reader);
    struct expectation *x = reading->expectation;
    for (const struct yaml_node *at = yaml_by_switch(reader, node); at; at = at->next) {
        read_switch(reading, at);
    }
    if (x->n_ports > 0) {
        qsort(x->ports, x->n_ports, sizeof *x->ports, compare_ports);
    }
}
