/* SPDX-License-Identifier: Apache-2.0
 *
 * `ports:`, by switch and port; and matches as cubes. */
#include "spec/cases.h"
#include "spec/expectation.h"

#include <stdlib.h>
#include <string.h>

enum { MATCH_WORDS = sizeof(struct header) / sizeof(uint64_t) };

bool spec_match_within(const struct match *inner, const struct match *outer)
{
    uint64_t in[2][MATCH_WORDS], out[2][MATCH_WORDS];
    memcpy(in, inner, sizeof in);
    memcpy(out, outer, sizeof out);
    for (size_t i = 0; i < MATCH_WORDS; i++) {
        if ((out[1][i] & ~in[1][i]) != 0 || ((in[0][i] ^ out[0][i]) & out[1][i]) != 0) {
            return false;
        }
    }
    return true;
}

bool spec_match_overlap(const struct match *a, const struct match *b)
{
    uint64_t left[2][MATCH_WORDS], right[2][MATCH_WORDS];
    memcpy(left, a, sizeof left);
    memcpy(right, b, sizeof right);
    for (size_t i = 0; i < MATCH_WORDS; i++) {
        if (((left[0][i] ^ right[0][i]) & left[1][i] & right[1][i]) != 0) {
            return false;
        }
    }
    return true;
}

/* The port may come from a range, so several ports may share the written cases;
 * each has its own in_port. */
static struct expected_case *copy_cases(struct spec_reading *reading, const struct spec_node *node,
                                        const struct spec_cases *cases, uint16_t port)
{
    if (cases->n > SPEC_EXPANDED_MAX - reading->n_cases) {
        spec_error(&reading->reader, node, "more than %d cases, ranges expanded",
                   SPEC_EXPANDED_MAX);
        return NULL;
    }
    struct expected_case *copy = spec_alloc(&reading->reader, cases->n * sizeof *copy);
    for (size_t i = 0; copy && i < cases->n; i++) {
        copy[i] = cases->items[i];
        copy[i].match.value.in_port = port;
        copy[i].match.mask.in_port = UINT16_MAX;
    }
    reading->n_cases += cases->n;
    return copy;
}

/* Whether the port was listed before: an error, once for each key. */
static bool is_listed(struct spec_reading *reading, const struct spec_node *key,
                      struct port_ref port, bool *reported)
{
    struct expectation *x = reading->expectation;
    uint64_t number = (uint64_t)port.sw << 16 | port.port;
    const struct spec_entry *first = spec_index_add(&reading->ports, &number, sizeof number,
                                                    x->n_ports, spec_place(&reading->reader, key));
    if (first && !*reported) {
        spec_error(&reading->reader, key, "port %u of %s is listed twice, first in %s", port.port,
                   x->topology->switches[port.sw].name,
                   spec_where(reading->reader.source.file, first->place).text);
        *reported = true;
    }
    return first != NULL;
}

static bool add_port(struct spec_reading *reading, const struct spec_node *node,
                     const struct spec_cases *cases, struct port_ref port)
{
    struct expectation *x = reading->expectation;
    struct expected_case *copy = copy_cases(reading, node, cases, port.port);
    if (!copy) {
        return false;
    }
    if (base_grow(&x->ports, x->n_ports, &reading->ports_capacity, sizeof *x->ports) < 0) {
        spec_error(&reading->reader, node, "out of memory");
        return false;
    }
    x->ports[x->n_ports++] = (struct expected_port){
        .port = port,
        .cases = copy,
        .n_cases = cases->n,
        .place = spec_place(&reading->reader, node->key),
    };
    return true;
}

static void read_port(struct spec_reading *reading, const struct spec_node *node, size_t sw)
{
    struct spec_ports ports = {0};
    struct spec_cases cases = {0};
    bool good = true, reported = false;
    spec_port_list(&reading->reader, node->key, false, &ports);
    spec_read_cases(&reading->reader, node, &ports, &cases);
    for (size_t i = 0; good && i < ports.n; i++) {
        struct port_ref port = {sw, ports.numbers[i]};
        if (!is_listed(reading, node->key, port, &reported)) {
            good = add_port(reading, node, &cases, port);
        }
    }
    free(ports.numbers);
    free(cases.items);
}

static void read_switch(struct spec_reading *reading, const struct spec_node *node)
{
    static const char expected[] = "ports and what they do, as 1: {output: [2]}";
    size_t sw = spec_switch(&reading->reader, node->key);
    if (sw == SIZE_MAX || !spec_expect(&reading->reader, node, SPEC_MAPPING, expected)) {
        return;
    }
    reading->expectation->lists_switch[sw] = true;
    for (const struct spec_node *at = node->child; at; at = at->next) {
        read_port(reading, at, sw);
    }
}

static int compare_ports(const void *left, const void *right)
{
    const struct expected_port *a = left, *b = right;
    if (a->port.sw != b->port.sw) {
        return a->port.sw < b->port.sw ? -1 : 1;
    }
    return (a->port.port > b->port.port) - (a->port.port < b->port.port);
}

void spec_read_ports(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    (void)into;
    struct spec_reading *reading = spec_reading_of(reader);
    struct expectation *x = reading->expectation;
    if (!reader->topology || !spec_expect(reader, node, SPEC_MAPPING, "switches by name")) {
        return;
    }
    for (const struct spec_node *at = node->child; at; at = at->next) {
        read_switch(reading, at);
    }
    if (x->n_ports > 0) {
        qsort(x->ports, x->n_ports, sizeof *x->ports, compare_ports);
    }
}
