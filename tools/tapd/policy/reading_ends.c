/* SPDX-License-Identifier: Apache-2.0
 *
 * Hosts, ports and pairs of them. */
#include "tapd/policy/reading.h"

#include "base/none.h"
#include "tapd/policy/graph.h"
#include "yaml/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char END_EXPECTED[] = "a host, or a port as \"SWITCH:NUMBER\"";

struct yaml_words tapd_port_words(const struct topology *topology, struct port_ref port)
{
    struct yaml_words words;
    snprintf(words.text, sizeof words.text, "%s:%u", topology->switches[port.sw].name, port.port);
    return words;
}

/* "1-10, 12" */
static struct yaml_words ports_of(const struct tapd_node *node)
{
    struct yaml_words words = {"none"};
    size_t at = 0;
    for (size_t i = 0, last; i < node->n_ends && at + 16 < sizeof words.text; i = last + 1) {
        last = i;
        while (last + 1 < node->n_ends && node->ends[last + 1].port == node->ends[last].port + 1) {
            last++;
        }
        at += (size_t)snprintf(words.text + at, sizeof words.text - at, i ? ", %u" : "%u",
                               node->ends[i].port);
        if (last > i) {
            at += (size_t)snprintf(words.text + at, sizeof words.text - at, "-%u",
                                   node->ends[last].port);
        }
    }
    return words;
}

static bool check_end(struct yaml_reader *reader, const struct yaml_node *node, size_t offset,
                      enum tapd_end_kind kind, struct port_ref port)
{
    const struct tapd_graph *graph = tapd_reading_of(reader)->policy->graph;
    const struct tapd_end *end = tapd_graph_end(graph, port);
    struct yaml_words name = tapd_port_words(graph->topology, port);
    if (!end) {
        yaml_error_in(reader, node, offset, "unknown port %s; the topology uses of %s: %s",
                      name.text, graph->topology->switches[port.sw].name,
                      ports_of(&graph->nodes[port.sw]).text);
    } else if (kind == TAPD_END_LINK && end->link == UINT32_MAX) {
        yaml_error_in(reader, node, offset, "expected an end of a link, found %s, where a host is",
                      name.text);
    } else if (kind == TAPD_END_EDGE && end->link != UINT32_MAX) {
        yaml_error_in(reader, node, offset,
                      "expected a port where a host is, found %s, an end of a link", name.text);
    } else {
        return true;
    }
    return false;
}

bool tapd_read_end(struct yaml_reader *reader, const struct yaml_node *node,
                   enum tapd_end_kind kind, struct port_ref *port)
{
    const char *text = yaml_text(reader, node, END_EXPECTED);
    if (!text) {
        return false;
    }
    if (strchr(text, ':')) {
        return yaml_port(reader, node, port) && check_end(reader, node, 0, kind, *port);
    }
    size_t host = yaml_host(reader, node);
    if (host == HOST_NONE) {
        return false;
    }
    *port = reader->topology->hosts[host].port;
    return check_end(reader, node, 0, kind, *port);
}

static bool has_end(const struct tapd_ends *ends, struct port_ref port)
{
    for (size_t i = 0; i < ends->n; i++) {
        if (port_ref_equal(ends->items[i], port)) {
            return true;
        }
    }
    return false;
}

void tapd_add_end(struct yaml_reader *reader, const struct yaml_node *node, struct port_ref port,
                  struct tapd_ends *ends)
{
    if (has_end(ends, port)) {
        return;
    }
    if (base_grow(&ends->items, ends->n, &ends->capacity, sizeof *ends->items) < 0) {
        yaml_error(reader, node, "out of memory");
        return;
    }
    ends->items[ends->n++] = port;
}

static void list_end(struct yaml_reader *reader, const struct yaml_node *node, struct port_ref port,
                     struct tapd_ends *ends)
{
    if (has_end(ends, port)) {
        yaml_error(reader, node, "%s is listed twice",
                   tapd_port_words(reader->topology, port).text);
    } else {
        tapd_add_end(reader, node, port, ends);
    }
}

/* SWITCH:PORTS, of which the switch is the part in front of `colon`. */
static void read_range(struct yaml_reader *reader, const struct yaml_node *node, const char *colon,
                       enum tapd_end_kind kind, struct tapd_ends *ends)
{
    size_t n_before = (size_t)(colon + 1 - node->text);
    struct yaml_node name = *node, numbers = *node;
    char text[80];
    struct yaml_ports ports = {0};
    snprintf(text, sizeof text, "%.*s", (int)(n_before - 1 < 70 ? n_before - 1 : 70), node->text);
    name.text = text;
    numbers.text = colon + 1;
    if (numbers.text_column > 0) {
        numbers.text_column += (int)yaml_count_characters(node->text, n_before);
        numbers.column = numbers.text_column;
    }
    size_t sw = yaml_switch(reader, &name);
    yaml_port_list(reader, &numbers, false, &ports);
    for (size_t i = 0; sw != SWITCH_NONE && i < ports.n; i++) {
        struct port_ref port = {sw, ports.numbers[i]};
        if (!check_end(reader, &numbers, 0, kind, port)) {
            break; /* the others of the range are likely to be unknown too */
        }
        list_end(reader, node, port, ends);
    }
    free(ports.numbers);
}

static void read_one(struct yaml_reader *reader, const struct yaml_node *node,
                     enum tapd_end_kind kind, struct tapd_ends *ends)
{
    struct port_ref port;
    const char *text = yaml_text(reader, node, END_EXPECTED);
    const char *colon = text ? strrchr(text, ':') : NULL;
    if (colon && colon > text && strpbrk(colon, "-,")) {
        read_range(reader, node, colon, kind, ends);
    } else if (text && tapd_read_end(reader, node, kind, &port)) {
        list_end(reader, node, port, ends);
    }
}

void tapd_read_ends(struct yaml_reader *reader, const struct yaml_node *node,
                    enum tapd_end_kind kind, struct tapd_ends *ends)
{
    if (node->kind != YAML_SEQUENCE) {
        read_one(reader, node, kind, ends);
        return;
    }
    if (!node->child) {
        yaml_error(reader, node, "expected at least one port, found an empty list");
    }
    for (const struct yaml_node *item = node->child; item; item = item->next) {
        read_one(reader, item, kind, ends);
    }
}

/* ------------------------------------------------------------------- pairs */

struct pair_reading {
    struct tapd_pair pair;
    bool complete;
};

static void read_two(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct pair_reading *reading = into;
    struct tapd_pair *pair = &reading->pair;
    if (!yaml_expect(reader, node, YAML_SEQUENCE, "two hosts or ports as [h1, h2]")) {
        return;
    }
    if (node->n_children != 2) {
        yaml_error(reader, node, "a pair has two ends, found %u", node->n_children);
        return;
    }
    bool a = tapd_read_end(reader, node->child, TAPD_END_EDGE, &pair->a);
    bool b = tapd_read_end(reader, node->child->next, TAPD_END_EDGE, &pair->b);
    reading->complete = a && b;
    if (a && b && port_ref_equal(pair->a, pair->b)) {
        yaml_error(reader, node->child->next, "%s is its own partner",
                   tapd_port_words(reader->topology, pair->a).text);
        reading->complete = false;
    }
}

static void read_via(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct pair_reading *reading = into;
    struct tapd_ends ends = {0};
    tapd_read_ends(reader, node, TAPD_END_LINK, &ends);
    reading->pair.n_via = ends.n;
    reading->pair.via = tapd_settle(reader, ends.items, ends.n * sizeof *ends.items);
}

static const struct yaml_field pair_fields[] = {
    {.name = "between", .read = read_two, .required = true},
    {.name = "via", .read = read_via},
};

/* Whether it is new in its list, whichever of its ends comes first. */
static bool note_pair(struct yaml_reader *reader, const struct tapd_pairs *pairs,
                      const struct tapd_pair *pair)
{
    uint64_t a = (uint64_t)pair->a.sw << 16 | pair->a.port;
    uint64_t b = (uint64_t)pair->b.sw << 16 | pair->b.port;
    uint64_t key[] = {pairs->list, a < b ? a : b, a < b ? b : a};
    return !yaml_index_add(&tapd_reading_of(reader)->pairs, key, sizeof key, 0, pair->place);
}

static void read_pair(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct tapd_pairs *pairs = into;
    struct pair_reading reading = {.pair.place = yaml_place(reader, node)};
    if (node->kind == YAML_MAPPING) {
        yaml_read_fields(reader, node, "a pair", YAML_FIELDS(pair_fields), &reading);
    } else {
        read_two(reader, node, &reading);
    }
    if (!reading.complete) {
        return;
    }
    if (!note_pair(reader, pairs, &reading.pair)) {
        yaml_error(reader, node, "%s and %s are a pair already",
                   tapd_port_words(reader->topology, reading.pair.a).text,
                   tapd_port_words(reader->topology, reading.pair.b).text);
    } else if (base_grow(&pairs->items, pairs->n, &pairs->capacity, sizeof *pairs->items) < 0) {
        yaml_error(reader, node, "out of memory");
    } else {
        pairs->items[pairs->n++] = reading.pair;
    }
}

void tapd_read_pairs(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    if (reader->topology && yaml_expect(reader, node, YAML_SEQUENCE, "a list of pairs")) {
        ((struct tapd_pairs *)into)->list = ++tapd_reading_of(reader)->n_lists;
        yaml_each(reader, node, read_pair, into);
    }
}
