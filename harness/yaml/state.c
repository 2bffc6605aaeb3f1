/* SPDX-License-Identifier: Apache-2.0
 *
 * What did a switch say when its state was saved. */
#include "yaml/state.h"

#include "base/address.h"
#include "base/memory.h"
#include "base/token.h"
#include "ofctl/action.h"
#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "ofctl/instructions.h"
#include "ofctl/match.h"
#include "yaml/value.h"

#include <stdlib.h>
#include <string.h>

struct reading {
    struct yaml_reader reader; /* first: a reader is a reading */
    struct yaml_state *state;
    struct yaml_index names;
    struct base_arena scratch; /* actions that are only compared */
};

static struct reading *reading_of(struct yaml_reader *reader)
{
    return (struct reading *)reader;
}

/* ------------------------------------------------------------------- ports */

/* Any number of 16 bits: a switch may use those that are reserved for nothing. */
static void read_port_number(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct port *port = into;
    uint64_t number = 0;
    const char *text = yaml_text(reader, node, "a port");
    if (!text || port_parse(text, &port->number)) {
        return;
    }
    if (!word_number((struct word){text, strlen(text)}, UINT16_MAX, &number)) {
        yaml_refuse(reader, node, "a port");
    }
    port->number = (uint16_t)number;
}

static void read_port_name(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct port *port = into;
    if (yaml_expect(reader, node, YAML_SCALAR, "a name")) {
        strncpy(port->name, node->text, sizeof port->name - 1);
    }
}

static void read_mac(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct port *port = into;
    const char *text = yaml_text(reader, node, "a MAC address");
    if (text && !base_mac_parse(text, port->dl_addr)) {
        yaml_refuse(reader, node, "a MAC address");
    }
}

/* A list of names of bits; "0x…" for one without a name. */
static void read_bits(const struct yaml_reader *reader, const struct yaml_node *node,
                      const char *const *names, size_t n_names, uint32_t *bits)
{
    const struct yaml_node *at = yaml_first(reader, node, YAML_SEQUENCE, "a list of names");
    for (; at; at = at->next) {
        const char *text = yaml_text(reader, at, "the name of a bit");
        size_t i = 0;
        uint64_t number;
        while (text && i < n_names && strcmp(text, names[i]) != 0) {
            i++;
        }
        if (text && i < n_names) {
            *bits |= UINT32_C(1) << i;
        } else if (text && word_number((struct word){text, strlen(text)}, UINT32_MAX, &number)) {
            *bits |= (uint32_t)number;
        } else if (text) {
            yaml_error(reader, at, "unknown name %s%s", yaml_found(at).text,
                       yaml_suggestion(reader, text, names, n_names).text);
        }
    }
}

/* As report/flows.c writes them. */
static void read_config(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    read_bits(reader, node, port_config_names, N_PORT_CONFIG_BITS, &((struct port *)into)->config);
}

static void read_link_state(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    static const char *const names[] = {"LINK_DOWN"};
    read_bits(reader, node, names, 1, &((struct port *)into)->state);
}

#define COUNTER(key)                                                                               \
    {                                                                                              \
        .name = #key, .read = yaml_read_u64, .at = offsetof(struct port, counters.key)             \
    }
static const struct yaml_field port_fields[] = {
    COUNTER(rx_packets),
    COUNTER(tx_packets),
    COUNTER(rx_bytes),
    COUNTER(tx_bytes),
    COUNTER(rx_dropped),
    COUNTER(tx_dropped),
    COUNTER(rx_errors),
    COUNTER(tx_errors),
    COUNTER(rx_frame_errors),
    COUNTER(rx_over_errors),
    COUNTER(rx_crc_errors),
    COUNTER(collisions),
    {.name = "number", .read = read_port_number, .required = true},
    {.name = "name", .read = read_port_name},
    {.name = "mac", .read = read_mac},
    {.name = "config", .read = read_config},
    {.name = "state", .read = read_link_state},
    {.name = "curr", .read = yaml_read_u32, .at = offsetof(struct port, curr)},
    {.name = "advertised", .read = yaml_read_u32, .at = offsetof(struct port, advertised)},
    {.name = "supported", .read = yaml_read_u32, .at = offsetof(struct port, supported)},
    {.name = "peer", .read = yaml_read_u32, .at = offsetof(struct port, peer)},
};

static bool has_counters(const struct yaml_node *port)
{
    for (size_t i = 0; i < N_PORT_COUNTERS; i++) {
        if (yaml_child(port, port_counter_names[i])) {
            return true;
        }
    }
    return false;
}

static void read_ports(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct switch_state *state = into;
    if (!yaml_expect(reader, node, YAML_SEQUENCE, "a list of ports")) {
        return;
    }
    state->ports = base_calloc(node->n_children + 1, sizeof *state->ports);
    if (!state->ports) {
        yaml_error(reader, node, "out of memory");
        return;
    }
    for (const struct yaml_node *at = node->child; at; at = at->next) {
        struct port *port = &state->ports[state->n_ports];
        memset(&port->counters, 0xff, sizeof port->counters);
        yaml_read_fields(reader, at, "a port", YAML_FIELDS(port_fields), port);
        if (state->n_ports > 0 && port->number <= port[-1].number) {
            yaml_error(reader, at, "port %u does not stand behind a smaller one", port->number);
        }
        port->has_counters = has_counters(at);
        if (!port->has_counters) {
            port->counters = (struct port_counters){0};
        }
        state->n_ports++;
    }
}

/* ------------------------------------------------------------------- flows */

/* An entry being read: `text` first, then what must agree with it. */
struct flow_reading {
    struct flow_table *table;
    const struct flow_entry *entry; /* NULL: its text was refused */
};

static void read_flow_text(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct flow_reading *flow = into;
    size_t column;
    struct base_error error;
    const char *text = yaml_text(reader, node, "a flow as ovs-ofctl prints it");
    if (text && ofctl_parse_reported_flow(text, flow->table, &column, &error) < 0) {
        yaml_error_in(reader, node, column, "%s", error.text);
    } else if (text) {
        flow->entry = &flow->table->entries[flow->table->n_entries - 1];
    }
}

static void refuse_other(const struct yaml_reader *reader, const struct yaml_node *node)
{
    yaml_error(reader, node, "%s is %s, but the entry's \"text\" says something else",
               node->key->text, yaml_found(node).text);
}

/* Whether the node says what is written for the entry. Then it is not parsed: the parser refuses
 * what no flow-mod may have, but a switch may report it. */
static bool is_same(const struct yaml_node *node, const char *written)
{
    return node->kind == YAML_SCALAR && written && strcmp(node->text, written) == 0;
}

/* With the conditions beyond struct header, or, as older programs wrote it, without them. */
static void check_flow_match(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    const struct flow_entry *entry = ((const struct flow_reading *)into)->entry;
    struct base_arena *scratch = &reading_of(reader)->scratch;
    struct base_buffer text = {0};
    struct match match;
    if (entry) {
        ofctl_format_conditions(entry, &text);
    }
    if (entry &&
        (is_same(node, base_arena_take(scratch, &text)) ||
         (entry->n_extras > 0 && is_same(node, ofctl_match_text(&entry->match, scratch))))) {
        return;
    }
    if (yaml_match(reader, node, &match) && entry &&
        (entry->n_extras > 0 || !match_equal(&match, &entry->match))) {
        refuse_other(reader, node);
    }
}

static void check_flow_actions(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    const struct flow_entry *entry = ((const struct flow_reading *)into)->entry;
    struct base_arena *scratch = &reading_of(reader)->scratch;
    const struct action *actions;
    size_t n = 0;
    struct base_buffer text = {0};
    if (entry) {
        ofctl_format_instructions(entry, &text);
    }
    if (entry && is_same(node, base_arena_take(scratch, &text))) {
        return;
    }
    if (yaml_actions(reader, node, "actions as ovs-ofctl prints them", scratch, &actions, &n) &&
        entry &&
        (entry->instructions || !actions_equal(actions, n, entry->actions, entry->n_actions))) {
        refuse_other(reader, node);
    }
}

static void check_flow_number(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    const struct flow_reading *flow = into;
    struct flow_entry none = {0};
    const struct flow_entry *entry = flow->entry ? flow->entry : &none;
    const struct {
        const char *name;
        uint64_t number;
    } rows[] = {
        {"table", entry->table_id},      {"priority", entry->priority},
        {"cookie", entry->cookie},       {"idle_timeout", entry->idle_timeout},
        {"n_packets", entry->n_packets}, {"hard_timeout", entry->hard_timeout},
        {"n_bytes", entry->n_bytes},
    };
    size_t n_before = yaml_errors_count(reader->source.diagnostics);
    uint64_t number = 0;
    yaml_read_u64(reader, node, &number);
    bool is_known = flow->entry && yaml_errors_count(reader->source.diagnostics) == n_before;
    for (size_t i = 0; is_known && i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].name, node->key->text) == 0 && rows[i].number != number) {
            refuse_other(reader, node);
        }
    }
}

/* Rounded: only `text` says it exactly. */
static void skip_duration(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    (void)into;
    yaml_text(reader, node, "seconds");
}

static const struct yaml_field flow_fields[] = {
    {.name = "text", .read = read_flow_text, .required = true, .first = true},
    {.name = "table", .read = check_flow_number},
    {.name = "priority", .read = check_flow_number},
    {.name = "match", .read = check_flow_match},
    {.name = "actions", .read = check_flow_actions},
    {.name = "cookie", .read = check_flow_number},
    {.name = "idle_timeout", .read = check_flow_number},
    {.name = "hard_timeout", .read = check_flow_number},
    {.name = "duration", .read = skip_duration},
    {.name = "n_packets", .read = check_flow_number},
    {.name = "n_bytes", .read = check_flow_number},
};

static void read_flows(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct switch_state *state = into;
    const struct yaml_node *at = yaml_first(reader, node, YAML_SEQUENCE, "a list of flows");
    for (; at; at = at->next) {
        struct flow_reading flow = {.table = &state->flows};
        yaml_read_fields(reader, at, "a flow", YAML_FIELDS(flow_fields), &flow);
    }
}

/* ------------------------------------------------------------------ groups */

typedef int parse_fn(const char *text, struct group_table *table, size_t *column,
                     struct base_error *error);

static void read_lines(const struct yaml_reader *reader, const struct yaml_node *node,
                       parse_fn *parse, struct group_table *table)
{
    const struct yaml_node *at = yaml_first(reader, node, YAML_SEQUENCE, "a list of texts");
    for (; at; at = at->next) {
        const char *text = yaml_text(reader, at, "a line as ovs-ofctl prints it");
        size_t column = 0;
        struct base_error error;
        if (text && parse(text, table, &column, &error) < 0) {
            yaml_error_in(reader, at, column, "%s", error.text);
        }
    }
}

static void read_groups(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    read_lines(reader, node, ofctl_parse_group, &((struct switch_state *)into)->groups);
}

static void read_meters(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    read_lines(reader, node, ofctl_parse_meter, &((struct switch_state *)into)->groups);
}

static void read_openflow(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    bool is_13 = yaml_choice(reader, node, "1.3", "1.0", "\"1.0\" or \"1.3\"");
    ((struct switch_state *)into)->version = is_13 ? 4 : 1; /* ofp_header.version */
}

/* ---------------------------------------------------------------- switches */

static void read_name(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct yaml_state_switch *sw = into;
    sw->name = yaml_name(reader, node);
    const struct yaml_entry *first =
        sw->name ? yaml_index_add(&reading_of(reader)->names, sw->name, strlen(sw->name),
                                  reading_of(reader)->state->n_switches, yaml_place(reader, node))
                 : NULL;
    if (first) {
        yaml_error(reader, node, "the switch \"%s\" is there twice, first in %s", sw->name,
                   yaml_where(reader->source.file, first->place).text);
    }
}

static void read_not_read(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    ((struct yaml_state_switch *)into)->not_read = yaml_copy(reader, node, "a reason");
}

#define AT(member) .at = offsetof(struct yaml_state_switch, member)
static const struct yaml_field switch_fields[] = {
    {.name = "name", .read = read_name, .required = true},
    {.name = "not_read", .read = read_not_read},
    {.name = "dpid", .read = yaml_read_u64, AT(state.datapath_id)},
    {.name = "n_buffers", .read = yaml_read_u32, AT(state.n_buffers)},
    {.name = "n_tables", .read = yaml_read_u8, AT(state.n_tables)},
    {.name = "capabilities", .read = yaml_read_u32, AT(state.capabilities)},
    {.name = "actions", .read = yaml_read_u32, AT(state.supported_actions)},
    {.name = "ports", .read = read_ports, AT(state)},
    {.name = "flows", .read = read_flows, AT(state)},
    {.name = "openflow", .read = read_openflow, AT(state)},
    {.name = "groups", .read = read_groups, AT(state)},
    {.name = "meters", .read = read_meters, AT(state)},
};

/* A switch is read or not_read, and nothing in between: an empty table must be
 * written as one. */
static void check_switch(struct yaml_reader *reader, const struct yaml_node *node)
{
    static const char *const needed[] = {"dpid", "ports", "flows"};
    bool not_read = yaml_child(node, "not_read") != NULL;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        if (node->kind == YAML_MAPPING && !yaml_child(node, needed[i]) != not_read) {
            yaml_error(reader, node,
                       not_read ? "a switch that was not read cannot have the key \"%s\""
                                : "a switch of a saved state needs the key \"%s\"",
                       needed[i]);
        }
    }
}

static void read_switches(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct yaml_state *state = into;
    if (!yaml_expect(reader, node, YAML_SEQUENCE, "a list of switches")) {
        return;
    }
    state->switches = yaml_alloc(reader, (node->n_children + 1) * sizeof *state->switches);
    for (const struct yaml_node *at = node->child; at && state->switches; at = at->next) {
        struct yaml_state_switch *sw = &state->switches[state->n_switches++];
        sw->place = yaml_place(reader, at);
        yaml_read_fields(reader, at, "a switch of a saved state", YAML_FIELDS(switch_fields), sw);
        check_switch(reader, at);
        for (size_t i = 0; i < sw->state.n_ports; i++) {
            sw->state.ports[i].flood_untold = switch_state_tells_groups(&sw->state);
        }
    }
}

static void read_version(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    (void)into;
    uint32_t version = YAML_STATE_VERSION;
    yaml_read_u32(reader, node, &version);
    if (version < 1 || version > YAML_STATE_VERSION) {
        yaml_error(reader, node, "a saved state of version %s; this program reads versions 1 to %d",
                   node->text, YAML_STATE_VERSION);
    }
}

static const struct yaml_field state_fields[] = {
    {.name = "tapproof-state", .read = read_version, .required = true, .first = true},
    {.name = "switches", .read = read_switches, .required = true},
};

static const struct yaml_format format = {YAML_STATE, "a saved state", YAML_FIELDS(state_fields),
                                          NULL};

/* ------------------------------------------------------------------ public */

int yaml_load_state(const struct yaml_files *files, const char *path, struct yaml_state **state,
                    struct yaml_diagnostics *diagnostics)
{
    struct reading reading = {.state = NULL};
    struct yaml_state *read = reading.state =
        yaml_begin(&reading.reader, files, path, diagnostics, sizeof *read,
                   offsetof(struct yaml_state, arena));
    if (read) {
        yaml_read_file(&reading.reader, &format, &read->file, read);
    }
    base_arena_free(&reading.scratch);
    yaml_index_free(&reading.names);
    *state = yaml_end(&reading.reader) ? read : NULL;
    if (!*state) {
        yaml_state_free(read);
    }
    return *state ? 0 : -1;
}

bool yaml_is_state(const struct yaml_files *files, const char *path)
{
    static const char key[] = "tapproof-state:";
    struct base_buffer bytes = {0};
    struct base_error error;
    if (files->read(files->context, path, &bytes, &error) < 0) {
        base_buffer_free(&bytes);
        return false;
    }
    const char *at = base_buffer_text(&bytes);
    while (*at == '#' || *at == '\n') { /* comments that somebody put in front */
        at += strcspn(at, "\n");
        at += *at == '\n';
    }
    bool is = strncmp(at, key, strlen(key)) == 0;
    base_buffer_free(&bytes);
    return is;
}

const struct yaml_state_switch *yaml_state_find(const struct yaml_state *state, const char *name)
{
    for (size_t i = 0; i < state->n_switches; i++) {
        if (strcmp(state->switches[i].name, name) == 0) {
            return &state->switches[i];
        }
    }
    return NULL;
}

void yaml_state_free(struct yaml_state *state)
{
    if (state) {
        for (size_t i = 0; i < state->n_switches; i++) {
            switch_state_free(&state->switches[i].state);
        }
        base_arena_free(&state->arena);
        free(state);
    }
}
