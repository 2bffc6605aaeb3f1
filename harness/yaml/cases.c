/* SPDX-License-Identifier: Apache-2.0
 *
 * What does a port do: `drop`, {output: ...}, or a list of cases. */
#include "yaml/cases.h"

#include "model/action.h"
#include "model/port.h"
#include "ofctl/action.h"
#include "yaml/expectation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WAYS = 64, MAX_LEN_DEFAULT = 0xffff }; /* what ovs-ofctl sends for "controller" */

/* How much of a packet the controller gets. */
struct max_len {
    bool is_written;
    uint16_t n_bytes;
};

struct reading_case {
    const struct yaml_ports *ports;
    struct expected_case *result;
    struct action *actions; /* rewrites, then outputs */
    size_t n_actions;
    size_t capacity;
    bool has_controller;
    struct max_len max_len;
    /* the values of these keys, or NULL */
    const struct yaml_node *output, *text, *one_of, *failover, *may;
};

static void add_action(struct yaml_reader *reader, const struct yaml_node *node,
                       struct reading_case *reading, struct action action)
{
    yaml_append(reader, node, &reading->actions, &reading->n_actions, &reading->capacity,
                sizeof action, &action);
}

/* An in_port in the match must agree with the key; it is taken out here, since
 * the key says it. */
static void read_match(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct reading_case *reading = into;
    struct match match;
    if (!yaml_match(reader, node, &match)) {
        return;
    }
    for (size_t i = 0; match.mask.in_port && i < reading->ports->n; i++) {
        uint16_t port = reading->ports->numbers[i];
        if ((match.value.in_port ^ port) & match.mask.in_port) {
            yaml_error(reader, node, "in_port=%u in what port %u does; leave it out",
                       match.value.in_port, port);
            return;
        }
    }
    match = match_without_port(&match);
    reading->result->match = match;
}

/* The key is "mod_X" or "set_X"; ovs-ofctl's syntax for both is "mod_X:VALUE". */
static void read_rewrite(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct reading_case *reading = into;
    const struct action *actions;
    size_t n_actions, column = 0, n_prefix;
    struct base_error error;
    const char *name = node->key->text, *value = yaml_text(reader, node, "a value");
    char text[128];
    if (!value) {
        return;
    }
    n_prefix = (size_t)snprintf(text, sizeof text, "mod_%s:", name + strlen("mod_"));
    if (strlen(value) >= sizeof text - n_prefix || strcspn(value, ", \t\n()") < strlen(value)) {
        yaml_error(reader, node, "expected one value for %s, found %s", name,
                   yaml_found(node).text);
        return;
    }
    strcpy(text + n_prefix, value);
    if (ofctl_parse_actions(text, reader->arena, &actions, &n_actions, &column, &error) < 0) {
        yaml_error_in(reader, node, column > n_prefix ? column - n_prefix : 0, "%s", error.text);
    } else if (n_actions == 1) {
        add_action(reader, node, reading, actions[0]);
    }
}

static void read_strip_vlan(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    if (yaml_choice(reader, node, "true", NULL, "\"true\"")) {
        add_action(reader, node, into, (struct action){.type = ACTION_STRIP_VLAN});
    }
}

static void read_max_len(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct max_len *max_len = into;
    uint64_t number = 0;
    max_len->is_written = yaml_number(reader, node, "a number of bytes", 0, UINT16_MAX, &number);
    max_len->n_bytes = (uint16_t)number;
}

/* Outputs come after the rewrites, wherever they are written. */
static void keep(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    (void)reader;
    *(const struct yaml_node **)into = node;
}

static void read_expires(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct expected_case *result = ((struct reading_case *)into)->result;
    result->has_expires = yaml_expires(reader, node, &result->expires_sec);
}

#define REWRITE(of)                                                                                \
    {.name = "mod_" of, .read = read_rewrite},                                                     \
    {                                                                                              \
        .name = "set_" of, .read = read_rewrite                                                    \
    }
static const struct yaml_field case_fields[] = {
    {.name = "match", .read = read_match},
    {.name = "output", .read = keep, .at = offsetof(struct reading_case, output)},
    {.name = "actions", .read = keep, .at = offsetof(struct reading_case, text)},
    {.name = "one_of", .read = keep, .at = offsetof(struct reading_case, one_of)},
    {.name = "failover", .read = keep, .at = offsetof(struct reading_case, failover)},
    {.name = "may", .read = keep, .at = offsetof(struct reading_case, may)},
    {.name = "max_len", .read = read_max_len, .at = offsetof(struct reading_case, max_len)},
    {.name = "strip_vlan", .read = read_strip_vlan},
    REWRITE("vlan_vid"),
    REWRITE("vlan_pcp"),
    REWRITE("dl_src"),
    REWRITE("dl_dst"),
    REWRITE("nw_src"),
    REWRITE("nw_dst"),
    REWRITE("nw_tos"),
    REWRITE("tp_src"),
    REWRITE("tp_dst"),
    {.name = "expires", .read = read_expires},
};

static void add_output(struct yaml_reader *reader, const struct yaml_node *node,
                       struct reading_case *reading, uint16_t port)
{
    struct action action = {.type = ACTION_OUTPUT, .port = port};
    if (port == PORT_CONTROLLER) {
        action.max_len = reading->max_len.is_written ? reading->max_len.n_bytes : MAX_LEN_DEFAULT;
        reading->has_controller = true;
    }
    add_action(reader, node, reading, action);
}

/* {port: controller, max_len: 64} */
struct long_output {
    struct yaml_ports ports;
    struct max_len max_len;
};

static void read_output_port(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct long_output *output = into;
    yaml_port_list(reader, node, true, &output->ports);
}

static const struct yaml_field output_fields[] = {
    {.name = "port", .read = read_output_port, .required = true},
    {.name = "max_len", .read = read_max_len, .at = offsetof(struct long_output, max_len)},
};

static void read_long_output(struct yaml_reader *reader, const struct yaml_node *node,
                             struct reading_case *reading)
{
    struct long_output output = {0};
    yaml_read_fields(reader, node, "an output", YAML_FIELDS(output_fields), &output);
    for (size_t i = 0; i < output.ports.n; i++) {
        add_output(reader, node, reading, output.ports.numbers[i]);
        struct action *last = reading->n_actions ? &reading->actions[reading->n_actions - 1] : NULL;
        if (output.max_len.is_written && output.ports.numbers[i] != PORT_CONTROLLER) {
            yaml_error(reader, node, "\"max_len\" is for outputs to the controller only");
        } else if (output.max_len.is_written && last) {
            last->max_len = output.max_len.n_bytes;
        }
    }
    free(output.ports.numbers);
}

static void read_output(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct yaml_ports ports = {0};
    if (node->kind == YAML_MAPPING) {
        read_long_output(reader, node, into);
        return;
    }
    if (!yaml_expect(reader, node, YAML_SCALAR, "a port, a range, or {port: controller}")) {
        return;
    }
    yaml_port_list(reader, node, true, &ports);
    for (size_t i = 0; i < ports.n; i++) {
        add_output(reader, node, into, ports.numbers[i]);
    }
    free(ports.numbers);
}

/* ------------------------------------------------------------ one_of, failover, may */

static int compare_numbers(const void *a, const void *b)
{
    return *(const uint16_t *)a - *(const uint16_t *)b;
}

/* A choice between ports, each in a copy of its own. */
static void add_choice(struct yaml_reader *reader, const struct yaml_node *node,
                       enum action_type type, struct reading_case *reading)
{
    struct yaml_ports ports = {0};
    size_t n_before = yaml_errors_count(reader->source.diagnostics);
    yaml_port_list(reader, node, false, &ports);
    bool read = yaml_errors_count(reader->source.diagnostics) == n_before;
    if (read && (ports.n < 2 || ports.n > MAX_WAYS)) {
        yaml_error(reader, node, "%s: expected 2 to %d ports, found %zu", node->key->text, MAX_WAYS,
                   ports.n);
    }
    add_action(reader, node, reading,
               (struct action){.type = (uint16_t)type, .n_ways = (uint32_t)ports.n});
    for (size_t i = 0; i < ports.n && read; i++) {
        if (actions_send_to(reading->actions, reading->n_actions, ports.numbers[i])) {
            yaml_error(reader, node, "port %u is there twice", ports.numbers[i]);
        }
        add_action(reader, node, reading, (struct action){.type = ACTION_COPY});
        add_action(reader, node, reading, (struct action){.port = ports.numbers[i]});
        add_action(reader, node, reading, (struct action){.type = ACTION_COPY_END});
    }
    free(ports.numbers);
}

static void finish_choice(struct yaml_reader *reader, const struct yaml_node *node,
                          struct reading_case *reading)
{
    if (reading->one_of && reading->failover) {
        yaml_error(reader, node, "a case has \"one_of\" or \"failover\", not both");
    } else if (reading->one_of) {
        add_choice(reader, reading->one_of, ACTION_ONE_OF, reading);
    } else if (reading->failover) {
        add_choice(reader, reading->failover, ACTION_FAILOVER, reading);
    }
}

static void finish_may(struct yaml_reader *reader, const struct yaml_node *node,
                       struct expected_case *result)
{
    struct yaml_ports ports = {0};
    yaml_port_list(reader, node, true, &ports);
    for (size_t i = 0; i < ports.n; i++) {
        uint16_t port = ports.numbers[i];
        if (port > PORT_MAX && port != PORT_CONTROLLER && port != PORT_LOCAL) {
            yaml_error(reader, node, "\"may\" has numbers of ports, controller and local only");
            break;
        }
        if (actions_send_to(result->actions, result->n_actions, port)) {
            struct base_buffer name = {0};
            port_format(port, &name);
            yaml_error(reader, node, "%s is sent to anyway: it cannot be in \"may\", too",
                       base_buffer_text(&name));
            base_buffer_free(&name);
        }
    }
    uint16_t *may = ports.n > 0 ? yaml_alloc(reader, ports.n * sizeof *may) : NULL;
    if (may) {
        memcpy(may, ports.numbers, ports.n * sizeof *may);
        qsort(may, ports.n, sizeof *may, compare_numbers);
        result->may = may;
        result->n_may = ports.n;
    }
    free(ports.numbers);
}

/* ------------------------------------------------------------------- together */

static void finish_outputs(struct yaml_reader *reader, const struct yaml_node *node,
                           struct reading_case *reading)
{
    struct expected_case *result = reading->result;
    if (reading->output) {
        yaml_each(reader, reading->output, read_output, reading);
    }
    finish_choice(reader, node, reading);
    if (reading->max_len.is_written && !reading->has_controller) {
        yaml_error(reader, node, "\"max_len\" needs an output to the controller");
    }
    struct action *copy = yaml_alloc(reader, reading->n_actions * sizeof *copy);
    if (copy && reading->n_actions > 0) {
        memcpy(copy, reading->actions, reading->n_actions * sizeof *copy);
        result->actions = copy;
        result->n_actions = reading->n_actions;
    }
}

static void finish_text(struct yaml_reader *reader, const struct yaml_node *node,
                        struct reading_case *reading)
{
    struct expected_case *result = reading->result;
    yaml_actions(reader, node, "actions in the syntax of ovs-ofctl", reader->arena,
                 &result->actions, &result->n_actions);
}

/* Whether one of the keys is there that say where packets go, or was meant to be. */
static bool has_any_key(const struct yaml_node *node)
{
    static const char *const keys[] = {"output", "actions", "one_of", "failover"};
    bool has = false;
    for (size_t i = 0; i < sizeof keys / sizeof *keys && !has; i++) {
        has = yaml_has_key(node, keys[i], YAML_FIELDS(case_fields));
    }
    return has;
}

static void finish_case(struct yaml_reader *reader, const struct yaml_node *node,
                        struct reading_case *reading)
{
    bool sends = reading->output || reading->one_of || reading->failover;
    bool others = sends || reading->n_actions > 0 || reading->max_len.is_written;
    if (reading->text && others) {
        yaml_error(reader, node,
                   "\"actions\" says all that is done; leave out \"%s\", "
                   "\"max_len\" and rewrites",
                   reading->one_of     ? "one_of"
                   : reading->failover ? "failover"
                                       : "output");
    } else if (reading->text) {
        finish_text(reader, reading->text, reading);
    } else if (sends) {
        finish_outputs(reader, node, reading);
    } else if (!has_any_key(node)) {
        yaml_error(reader, node,
                   "what happens to these packets? expected \"output\", \"actions\" or drop");
    }
    if (reading->may) {
        finish_may(reader, reading->may, reading->result);
    }
}

static void read_case(struct yaml_reader *reader, const struct yaml_node *node,
                      struct reading_case *reading)
{
    static const char expected[] = "drop, or a mapping as {output: [2, 6]}";
    if (node->kind != YAML_SCALAR) {
        if (yaml_expect(reader, node, YAML_MAPPING, expected)) {
            yaml_read_fields(reader, node, "what a port does", YAML_FIELDS(case_fields), reading);
            finish_case(reader, node, reading);
        }
    } else if (strcmp(node->text, "drop") != 0) {
        yaml_refuse(reader, node, expected);
    }
}

static void check_hidden(struct yaml_reader *reader, const struct yaml_node *node,
                         const struct yaml_cases *cases, const struct match *match)
{
    for (size_t i = 0; i < cases->n; i++) {
        const struct expected_case *earlier = &cases->items[i];
        if (match_within(match, &earlier->match)) {
            yaml_error(reader, node,
                       "this case is never reached: hidden by line %d, column %d, which takes all "
                       "of its packets",
                       earlier->place.line, earlier->place.column);
            return;
        }
    }
}

static void add_case(struct yaml_reader *reader, const struct yaml_node *node,
                     const struct yaml_ports *ports, struct yaml_cases *cases)
{
    struct expected_case result = {.place = yaml_place(reader, node)};
    struct reading_case reading = {.ports = ports, .result = &result};
    size_t n_before = yaml_errors_count(reader->source.diagnostics);
    read_case(reader, node, &reading);
    free(reading.actions);
    if (yaml_errors_count(reader->source.diagnostics) > n_before) {
        return;
    }
    check_hidden(reader, node, cases, &result.match);
    yaml_append(reader, node, &cases->items, &cases->n, &cases->capacity, sizeof result, &result);
}

void yaml_read_cases(struct yaml_reader *reader, const struct yaml_node *node,
                     const struct yaml_ports *ports, struct yaml_cases *cases)
{
    if (node->kind != YAML_SEQUENCE) {
        add_case(reader, node, ports, cases);
    } else if (node->n_children == 0) {
        yaml_error(reader, node, "a list of cases needs at least one; expected drop or a case");
    } else if (node->n_children > YAML_ALTERNATIVES_MAX) {
        yaml_error(reader, node, "more than %d cases for one port", YAML_ALTERNATIVES_MAX);
    } else {
        for (const struct yaml_node *item = node->child; item; item = item->next) {
            add_case(reader, item, ports, cases);
        }
    }
}
