/* SPDX-License-Identifier: Apache-2.0
 *
 * What does a scalar mean: a name, a number, a port, an endpoint, a match. */
#include "yaml/value.h"

#include "base/memory.h"
#include "base/token.h"
#include "model/endpoint.h"
#include "model/port.h"
#include "ofctl/action.h"
#include "ofctl/match.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *yaml_name(const struct yaml_reader *reader, const struct yaml_node *node)
{
    enum { NAME_MAX_CHARS = 64 };
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789._-";
    static const char expected[] = "a name of letters, digits, '.', '_' and '-'";
    const char *text = yaml_text(reader, node, expected);
    if (!text) {
        return NULL;
    }
    size_t n = strspn(text, allowed);
    if (text[n] || n > NAME_MAX_CHARS) {
        yaml_error_in(reader, node, text[n] ? n : 0, "expected %s, at most %d, found %s", expected,
                      NAME_MAX_CHARS, yaml_found(node).text);
        return NULL;
    }
    return yaml_copy(reader, node, expected);
}

const char *yaml_path(const struct yaml_reader *reader, const struct yaml_node *node,
                      const char *expected)
{
    const char *text = yaml_text(reader, node, expected);
    const char *slash = strrchr(reader->source.file, '/');
    if (!text || text[0] == '/' || !slash) {
        return text ? yaml_copy(reader, node, expected) : NULL;
    }
    size_t n_directory = (size_t)(slash + 1 - reader->source.file);
    char *path = yaml_alloc(reader, n_directory + strlen(text) + 1);
    if (path) {
        memcpy(path, reader->source.file, n_directory);
        strcpy(path + n_directory, text);
    }
    return path;
}

bool yaml_parse_number(const char *text, size_t n_chars, uint64_t *number)
{
    uint64_t value = 0;
    if (n_chars == 0 || (text[0] == '0' && n_chars > 1)) {
        return false;
    }
    for (size_t i = 0; i < n_chars; i++) {
        unsigned digit = (unsigned)text[i] - '0';
        if (digit > 9 || value > (UINT64_MAX - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    *number = value;
    return true;
}

bool yaml_number(const struct yaml_reader *reader, const struct yaml_node *node,
                 const char *expected, uint64_t min, uint64_t max, uint64_t *number)
{
    uint64_t value;
    const char *text = yaml_text(reader, node, expected);
    if (!text) {
        return false;
    }
    if (!yaml_parse_number(text, strlen(text), &value) || value < min || value > max) {
        yaml_error(reader, node, "expected %s from %" PRIu64 " to %" PRIu64 ", found %s", expected,
                   min, max, yaml_found(node).text);
        return false;
    }
    *number = value;
    return true;
}

static bool read_lifetime(const struct yaml_reader *reader, const struct yaml_node *node,
                          const char *expected, uint16_t *seconds)
{
    uint64_t number = 0;
    const char *text = yaml_text(reader, node, expected);
    if (!text) {
        return false;
    }
    size_t n = strlen(text);
    uint64_t unit = text[n - 1] == 'm' ? 60 : 1;
    n -= text[n - 1] == 'm' || text[n - 1] == 's';
    bool never = strcmp(text, "never") == 0;
    if (!never &&
        (!yaml_parse_number(text, n, &number) || number < 1 || number > UINT16_MAX / unit)) {
        yaml_refuse(reader, node, expected);
        return false;
    }
    *seconds = (uint16_t)(number * unit);
    return true;
}

bool yaml_lifetime(const struct yaml_reader *reader, const struct yaml_node *node,
                   uint16_t *seconds)
{
    return read_lifetime(reader, node, "a time from 1 to 65535 seconds, as 120s or 2m, or never",
                         seconds);
}

bool yaml_expires(const struct yaml_reader *reader, const struct yaml_node *node, uint32_t *seconds)
{
    uint16_t value;
    if (node->text && strcmp(node->text, "any") == 0) {
        *seconds = EXPECTATION_ANY_LIFETIME;
        return true;
    }
    if (!read_lifetime(reader, node, "a time from 1 to 65535 seconds, as 120s or 2m, never or any",
                       &value)) {
        return false;
    }
    *seconds = value;
    return true;
}

/* The names of items that begin with `const char *name`, `stride` bytes apart. */
static void report_unknown_name(const struct yaml_reader *reader, const struct yaml_node *node,
                                const char *what, const char *name, const void *items, size_t n,
                                size_t stride)
{
    const char **names = base_calloc(n + 1, sizeof *names);
    for (size_t i = 0; names && i < n; i++) {
        memcpy(&names[i], (const char *)items + i * stride, sizeof names[i]);
    }
    yaml_error(reader, node, "unknown %s \"%.64s\"%s", what, name,
               names ? yaml_suggestion(reader, name, names, n).text : "");
    free(names);
}

static size_t find_switch(const struct yaml_reader *reader, const struct yaml_node *node,
                          const char *name, size_t n_chars)
{
    const struct yaml_entry *entry = yaml_index_find(&reader->switches, name, n_chars);
    if (!entry) {
        char text[65];
        snprintf(text, sizeof text, "%.*s", (int)(n_chars < 64 ? n_chars : 64), name);
        report_unknown_name(reader, node, "switch", text, reader->topology->switches,
                            reader->topology->n_switches, sizeof *reader->topology->switches);
    }
    return entry ? entry->number : SWITCH_NONE;
}

size_t yaml_switch(const struct yaml_reader *reader, const struct yaml_node *node)
{
    const char *name = yaml_text(reader, node, "a switch");
    return name ? find_switch(reader, node, name, strlen(name)) : SWITCH_NONE;
}

size_t yaml_host(const struct yaml_reader *reader, const struct yaml_node *node)
{
    const char *name = yaml_text(reader, node, "a host");
    const struct yaml_entry *entry =
        name ? yaml_index_find(&reader->hosts, name, strlen(name)) : NULL;
    if (name && !entry) {
        report_unknown_name(reader, node, "host", name, reader->topology->hosts,
                            reader->topology->n_hosts, sizeof *reader->topology->hosts);
    }
    return entry ? entry->number : HOST_NONE;
}

bool yaml_parse_port(const char *text, size_t n_chars, uint16_t *port)
{
    uint64_t number;
    if (!yaml_parse_number(text, n_chars, &number) || number < 1 || number > PORT_MAX) {
        return false;
    }
    *port = (uint16_t)number;
    return true;
}

bool yaml_port(const struct yaml_reader *reader, const struct yaml_node *node,
               struct port_ref *port)
{
    static const char expected[] = "a port as \"SWITCH:NUMBER\"";
    const char *text = yaml_text(reader, node, expected);
    const char *colon = text ? strrchr(text, ':') : NULL;
    if (!text) {
        return false;
    }
    if (!colon) {
        yaml_refuse(reader, node, expected);
        return false;
    }
    if (!yaml_parse_port(colon + 1, strlen(colon + 1), &port->port)) {
        yaml_error_in(reader, node, (size_t)(colon + 1 - text),
                      "expected a port from 1 to %d, found \"%.40s\"", PORT_MAX, colon + 1);
        return false;
    }
    port->sw = find_switch(reader, node, text, (size_t)(colon - text));
    return port->sw != SWITCH_NONE;
}

bool yaml_match(const struct yaml_reader *reader, const struct yaml_node *node, struct match *match)
{
    size_t column;
    struct base_error error;
    if (!yaml_expect(reader, node, YAML_SCALAR, "a match in the syntax of ovs-ofctl")) {
        return false;
    }
    if (ofctl_parse_match(node->text, match, &column, &error) < 0) {
        yaml_error_in(reader, node, column, "%s", error.text);
        return false;
    }
    return true;
}

bool yaml_actions(const struct yaml_reader *reader, const struct yaml_node *node,
                  const char *expected, struct base_arena *arena, const struct action **actions,
                  size_t *n_actions)
{
    size_t column;
    struct base_error error;
    const char *text = yaml_text(reader, node, expected);
    if (!text) {
        return false;
    }
    if (ofctl_parse_actions(text, arena, actions, n_actions, &column, &error) < 0) {
        yaml_error_in(reader, node, column, "%s", error.text);
        return false;
    }
    return true;
}

bool yaml_choice(const struct yaml_reader *reader, const struct yaml_node *node, const char *yes,
                 const char *no, const char *expected)
{
    const char *text = yaml_text(reader, node, expected);
    bool is_yes = text && strcmp(text, yes) == 0;
    if (text && !is_yes && (!no || strcmp(text, no) != 0)) {
        yaml_refuse(reader, node, expected);
    }
    return is_yes;
}

/* ------------------------------------------------------------------ fields */

void yaml_read_name(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    *(const char **)into = yaml_name(reader, node);
}

void yaml_read_endpoint(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct endpoint endpoint;
    struct base_error error;
    const char *text = yaml_copy(reader, node, "an OpenFlow endpoint such as tcp:HOST:PORT");
    if (text && endpoint_parse(text, &endpoint, &error) < 0) {
        yaml_error(reader, node, "%s", error.text);
    }
    *(const char **)into = text;
}

void yaml_read_switch(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    *(size_t *)into = yaml_switch(reader, node);
}

static bool read_integer(const struct yaml_reader *reader, const struct yaml_node *node,
                         unsigned n_bits, uint64_t *number)
{
    const char *text = yaml_text(reader, node, "a number");
    if (text &&
        !word_number((struct word){text, strlen(text)}, UINT64_MAX >> (64 - n_bits), number)) {
        yaml_error(reader, node, "expected a number of %u bits, found %s", n_bits,
                   yaml_found(node).text);
        return false;
    }
    return text != NULL;
}

void yaml_read_u8(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    uint64_t number;
    if (read_integer(reader, node, 8, &number)) {
        *(uint8_t *)into = (uint8_t)number;
    }
}

void yaml_read_u32(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    uint64_t number;
    if (read_integer(reader, node, 32, &number)) {
        *(uint32_t *)into = (uint32_t)number;
    }
}

void yaml_read_u64(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    uint64_t number;
    if (read_integer(reader, node, 64, &number)) {
        *(uint64_t *)into = number;
    }
}
