/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of ports: "3", "3-5", "1,3-5", [1, 3-5]. */
#include "yaml/value.h"

#include "model/port.h"

#include <string.h>

static void trim(const char **from, const char **to)
{
    while (*from < *to && (**from == ' ' || **from == '\t' || **from == '\n')) {
        ++*from;
    }
    while (*from < *to && ((*to)[-1] == ' ' || (*to)[-1] == '\t' || (*to)[-1] == '\n')) {
        --*to;
    }
}

/* The ports that an output may name besides numbers: what an entry can send to
 * (OpenFlow 1.0, section 3.3). TABLE is for PACKET_OUT only. */
static bool reserved_port(const char *text, size_t n_chars, uint16_t *port)
{
    char name[16];
    if (n_chars == 0 || n_chars >= sizeof name || (text[0] >= '0' && text[0] <= '9')) {
        return false;
    }
    memcpy(name, text, n_chars);
    name[n_chars] = 0;
    return port_parse(name, port) && *port != PORT_TABLE && *port != PORT_NONE;
}

/* "3", "3-5", or a reserved name. */
static bool parse_ports(const char *text, size_t n_chars, bool reserved, uint16_t *first,
                        uint16_t *last)
{
    const char *dash = memchr(text, '-', n_chars);
    if (dash) {
        const char *low_end = dash, *high = dash + 1, *end = text + n_chars;
        trim(&text, &low_end);
        trim(&high, &end);
        return yaml_parse_port(text, (size_t)(low_end - text), first) &&
               yaml_parse_port(high, (size_t)(end - high), last) && *first <= *last;
    }
    bool found =
        yaml_parse_port(text, n_chars, first) || (reserved && reserved_port(text, n_chars, first));
    *last = *first;
    return found;
}

static bool add_ports(const struct yaml_reader *reader, const struct yaml_node *node,
                      struct yaml_ports *ports, uint16_t first, uint16_t last)
{
    for (unsigned port = first; port <= last; port++) {
        uint16_t number = (uint16_t)port;
        if (ports->n == PORT_MAX) {
            yaml_error(reader, node, "more ports than a switch can have");
            return false;
        }
        if (!yaml_append(reader, node, &ports->numbers, &ports->n, &ports->capacity, sizeof number,
                         &number)) {
            return false;
        }
    }
    return true;
}

static void read_port_words(const struct yaml_reader *reader, const struct yaml_node *node,
                            bool reserved, struct yaml_ports *ports)
{
    const char *expected = reserved
                               ? "a port from 1 to 65280, a range, in_port, local, controller, "
                                 "normal, flood or all"
                               : "a port from 1 to 65280 or a range as 3-5";
    const char *at = yaml_text(reader, node, expected), *text = at, *end;
    for (; at; at = *end ? end + 1 : NULL) {
        end = at + strcspn(at, ",");
        const char *from = at, *to = end;
        uint16_t first, last;
        trim(&from, &to);
        if (!parse_ports(from, (size_t)(to - from), reserved, &first, &last)) {
            yaml_error_in(reader, node, (size_t)(from - text), "expected %s, found \"%.*s\"",
                          expected, (int)(to - from < 40 ? to - from : 40), from);
            return;
        }
        if (!add_ports(reader, node, ports, first, last)) {
            return;
        }
    }
}

void yaml_port_list(const struct yaml_reader *reader, const struct yaml_node *node, bool reserved,
                    struct yaml_ports *ports)
{
    if (node->kind != YAML_SEQUENCE) {
        read_port_words(reader, node, reserved, ports);
        return;
    }
    for (const struct yaml_node *item = node->child; item; item = item->next) {
        read_port_words(reader, item, reserved, ports);
    }
}
