/* SPDX-License-Identifier: Apache-2.0 */
#include "spec/state.h"

#include "base/address.h"
#include "model/token.h"
#include "spec/value.h"

#include <stdlib.h>
#include <string.h>

struct reading {
    struct spec_reader reader; /* first: a reader is a reading */
    struct spec_state *state;
    struct spec_index names;
    struct base_arena scratch; /* actions that are only compared */
};

static struct reading *reading_of(struct spec_reader *reader)
{
    return (struct reading *)reader;
}

/* ----------------------------------------------------------------- numbers */

/* Where in a struct the number of a key goes. */
struct number_key {
    const char *name;
    size_t offset, bytes;
};
#define NUMBER(type, key, member)                                                                  \
    {                                                                                              \
        key, offsetof(type, member), sizeof(((type *)0)->member)                                   \
    }

/* Decimal or 0x…, as report/tree.h writes both. */
static bool read_number(const struct spec_reader *reader, const struct spec_node *node,
                        size_t n_bytes, uint64_t *number)
{
    uint64_t max = n_bytes == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * n_bytes) - 1;
    const char *text = spec_text(reader, node, "a number");
    if (text && !word_number((struct word){text, strlen(text)}, max, number)) {
        spec_error(reader, node, "expected a number of %zu bits, found %s", 8 * n_bytes,
                   spec_found(node).text);
        return false;
    }
    return text != NULL;
}

/* The number of node's key, from this table, into its place. */
static void read_into(const struct spec_reader *reader, const struct spec_node *node,
                      const struct number_key *keys, size_t n_keys, void *into)
{
    for (size_t i = 0; i < n_keys; i++) {
        uint64_t wide;
        if (strcmp(node->key->text, keys[i].name) == 0 &&
            read_number(reader, node, keys[i].bytes, &wide)) {
            uint8_t octet = (uint8_t)wide;
            uint32_t word = (uint32_t)wide;
            const void *number = keys[i].bytes == 8   ? (void *)&wide
                                 : keys[i].bytes == 4 ? (void *)&word
                                                      : &octet;
            memcpy((uint8_t *)into + keys[i].offset, number, keys[i].bytes);
        }
    }
}
#define READ_INTO(reader, node, keys, into)                                                        \
    read_into(reader, node, keys, sizeof(keys) / sizeof *(keys), into)

/* ------------------------------------------------------------------- ports */

static void read_port_number(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    struct port *port = into;
    const char *text = spec_text(reader, node, "a port");
    if (text && !port_parse(text, &port->number)) {
        spec_error(reader, node, "expected a port, found %s", spec_found(node).text);
    }
}

static void read_port_name(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    struct port *port = into;
    if (spec_expect(reader, node, SPEC_SCALAR, "a name")) {
        strncpy(port->name, node->text, sizeof port->name - 1);
    }
}

static void read_mac(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    struct port *port = into;
    const char *text = spec_text(reader, node, "a MAC address");
    if (text && !base_mac_parse(text, port->dl_addr)) {
        spec_error(reader, node, "expected a MAC address, found %s", spec_found(node).text);
    }
}

/* A list of names of bits; "0x…" for one without a name. */
static void read_bits(const struct spec_reader *reader, const struct spec_node *node,
                      const char *const *names, size_t n_names, uint32_t *bits)
{
    if (!spec_expect(reader, node, SPEC_SEQUENCE, "a list of names")) {
        return;
    }
    for (const struct spec_node *at = node->child; at; at = at->next) {
        const char *text = spec_text(reader, at, "the name of a bit");
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
            spec_error(reader, at, "unknown name %s%s", spec_found(at).text,
                       spec_suggestion(reader, text, names, n_names).text);
        }
    }
}

/* As report/flows.c writes them. */
static void read_config(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    static const char *const names[] = {"PORT_DOWN", "NO_STP", "NO_RECV",     "NO_RECV_STP",
                                        "NO_FLOOD",  "NO_FWD", "NO_PACKET_IN"};
    read_bits(reader, node, names, sizeof names / sizeof *names, &((struct port *)into)->config);
}

static void read_link_state(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    static const char *const names[] = {"LINK_DOWN"};
    read_bits(reader, node, names, 1, &((struct port *)into)->state);
}

static void read_port_numbers(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    static const struct number_key keys[] = {
        NUMBER(struct port, "curr", curr),
        NUMBER(struct port, "advertised", advertised),
        NUMBER(struct port, "supported", supported),
        NUMBER(struct port, "peer", peer),
    };
    READ_INTO(reader, node, keys, into);
}

static void read_port_counter(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    static const struct number_key keys[] = {
        NUMBER(struct port, "rx_packets", counters.rx_packets),
        NUMBER(struct port, "tx_packets", counters.tx_packets),
        NUMBER(struct port, "rx_bytes", counters.rx_bytes),
        NUMBER(struct port, "tx_bytes", counters.tx_bytes),
        NUMBER(struct port, "rx_dropped", counters.rx_dropped),
        NUMBER(struct port, "tx_dropped", counters.tx_dropped),
        NUMBER(struct port, "rx_errors", counters.rx_errors),
        NUMBER(struct port, "tx_errors", counters.tx_errors),
        NUMBER(struct port, "rx_frame_errors", counters.rx_frame_errors),
        NUMBER(struct port, "rx_over_errors", counters.rx_over_errors),
        NUMBER(struct port, "rx_crc_errors", counters.rx_crc_errors),
        NUMBER(struct port, "collisions", counters.collisions),
    };
    ((struct port *)into)->has_counters = true;
    READ_INTO(reader, node, keys, into);
}

static const struct spec_field port_fields[] = {
    {.name = "number", .read = read_port_number, .required = true},
    {.name = "name", .read = read_port_name},
    {.name = "mac", .read = read_mac},
    {.name = "config", .read = read_config},
    {.name = "state", .read = read_link_state},
    {.name = "curr", .read = read_port_numbers},
    {.name = "advertised", .read = read_port_numbers},
    {.name = "supported", .read = read_port_numbers},
    {.name = "peer", .read = read_port_numbers},
    {.name = "rx_packets", .read = read_port_counter},
    {.name = "tx_packets", .read = read_port_counter},
    {.name = "rx_bytes", .read = read_port_counter},
    {.name = "tx_bytes", .read = read_port_counter},
    {.name = "rx_dropped", .read = read_port_counter},
    {.name = "tx_dropped", .read = read_port_counter},
    {.name = "rx_errors", .read = read_port_counter},
    {.name = "tx_errors", .read = read_port_counter},
    {.name = "rx_frame_errors", .read = read_port_counter},
    {.name = "rx_over_errors", .read = read_port_counter},
    {.name = "rx_crc_errors", .read = read_port_counter},
    {.name = "collisions", .read = read_port_counter},
};

static void read_ports(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    struct switch_state *state = into;
    if (!spec_expect(reader, node, SPEC_SEQUENCE, "a list of ports")) {
        return;
    }
    state->ports = calloc(node->n_children + 1, sizeof *state->ports);
    if (!state->ports) {
        spec_error(reader, node, "out of memory");
        return;
    }
    for (const struct spec_node *at = node->child; at; at = at->next) {
        struct port *port = &state->ports[state->n_ports];
        memset(&port->counters, 0xff, sizeof port->counters);
        spec_read_fields(reader, at, "a port", SPEC_FIELDS(port_fields), port);
        if (state->n_ports > 0 && port->number <= port[-1].number) {
            spec_error(reader, at, "port %u does not stand behind a smaller one", port->number);
        }
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

static void read_flow_text(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    struct flow_reading *flow = into;
    size_t column = 0;
    struct base_error error;
    const char *text = spec_text(reader, node, "a flow as ovs-ofctl prints it");
    if (text && flow_parse(text, flow->table, NULL, &column, &error) < 0) {
        spec_error_in(reader, node, column, "%s", error.text);
    } else if (text) {
        flow->entry = &flow->table->entries[flow->table->n_entries - 1];
    }
}

static void refuse_other(const struct spec_reader *reader, const struct spec_node *node)
{
    spec_error(reader, node, "%s is %s, but the entry's \"text\" says something else",
               node->key->text, spec_found(node).text);
}

static void check_flow_match(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    const struct flow_reading *flow = into;
    struct match match;
    if (spec_match(reader, node, &match) && flow->entry &&
        !match_equal(&match, &flow->entry->match)) {
        refuse_other(reader, node);
    }
}

static void check_flow_actions(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    const struct flow_reading *flow = into;
    const struct action *actions;
    size_t n_actions = 0, column = 0;
    struct base_error error;
    const char *text = spec_text(reader, node, "actions as ovs-ofctl prints them");
    if (text && actions_parse(text, &reading_of(reader)->scratch, &actions, &n_actions, &column,
                              &error) < 0) {
        spec_error_in(reader, node, column, "%s", error.text);
    } else if (text && flow->entry &&
               !actions_equal(actions, n_actions, flow->entry->actions, flow->entry->n_actions)) {
        refuse_other(reader, node);
    }
}

static void check_flow_number(struct spec_reader *reader, const struct spec_node *node, void *into)
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
    uint64_t number;
    if (!read_number(reader, node, 8, &number) || !flow->entry) {
        return;
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].name, node->key->text) == 0 && rows[i].number != number) {
            refuse_other(reader, node);
        }
    }
}

/* Rounded: only `text` says it exactly. */
static void skip_duration(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    (void)into;
    spec_text(reader, node, "seconds");
}

static const struct spec_field flow_fields[] = {
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

static void read_flows(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    struct switch_state *state = into;
    if (!spec_expect(reader, node, SPEC_SEQUENCE, "a list of flows")) {
        return;
    }
    for (const struct spec_node *at = node->child; at; at = at->next) {
        struct flow_reading flow = {.table = &state->flows};
        spec_read_fields(reader, at, "a flow", SPEC_FIELDS(flow_fields), &flow);
    }
}

/* ---------------------------------------------------------------- switches */

static void read_name(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    struct spec_state_switch *sw = into;
    sw->name = spec_name(reader, node);
    const struct spec_entry *first =
        sw->name ? spec_index_add(&reading_of(reader)->names, sw->name, strlen(sw->name),
                                  reading_of(reader)->state->n_switches, spec_place(reader, node))
                 : NULL;
    if (first) {
        spec_error(reader, node, "the switch \"%s\" is there twice, first in %s", sw->name,
                   spec_where(reader->source.file, first->place).text);
    }
}

static void read_not_read(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    ((struct spec_state_switch *)into)->not_read = spec_copy(reader, node, "a reason");
}

static void read_switch_number(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    static const struct number_key keys[] = {
        NUMBER(struct switch_state, "dpid", datapath_id),
        NUMBER(struct switch_state, "n_buffers", n_buffers),
        NUMBER(struct switch_state, "n_tables", n_tables),
        NUMBER(struct switch_state, "capabilities", capabilities),
        NUMBER(struct switch_state, "actions", supported_actions),
    };
    READ_INTO(reader, node, keys, &((struct spec_state_switch *)into)->state);
}

static void read_switch_ports(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    read_ports(reader, node, &((struct spec_state_switch *)into)->state);
}

static void read_switch_flows(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    read_flows(reader, node, &((struct spec_state_switch *)into)->state);
}

static const struct spec_field switch_fields[] = {
    {.name = "name", .read = read_name, .required = true},
    {.name = "not_read", .read = read_not_read},
    {.name = "dpid", .read = read_switch_number},
    {.name = "n_buffers", .read = read_switch_number},
    {.name = "n_tables", .read = read_switch_number},
    {.name = "capabilities", .read = read_switch_number},
    {.name = "actions", .read = read_switch_number},
    {.name = "ports", .read = read_switch_ports},
    {.name = "flows", .read = read_switch_flows},
};

/* A switch is read or not_read, and nothing in between: an empty table must be
 * written as one. */
static void check_switch(struct spec_reader *reader, const struct spec_node *node)
{
    static const char *const needed[] = {"dpid", "ports", "flows"};
    bool not_read = spec_child(node, "not_read") != NULL;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        if (node->kind == SPEC_MAPPING && !spec_child(node, needed[i]) != not_read) {
            spec_error(reader, node,
                       not_read ? "a switch that was not read cannot have the key \"%s\""
                                : "a switch of a saved state needs the key \"%s\"",
                       needed[i]);
        }
    }
}

static void read_switches(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    struct spec_state *state = into;
    if (!spec_expect(reader, node, SPEC_SEQUENCE, "a list of switches")) {
        return;
    }
    state->switches = spec_alloc(reader, (node->n_children + 1) * sizeof *state->switches);
    for (const struct spec_node *at = node->child; at && state->switches; at = at->next) {
        struct spec_state_switch *sw = &state->switches[state->n_switches++];
        sw->place = spec_place(reader, at);
        spec_read_fields(reader, at, "a switch of a saved state", SPEC_FIELDS(switch_fields), sw);
        check_switch(reader, at);
    }
}

static void read_version(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    (void)into;
    uint64_t version;
    if (read_number(reader, node, 4, &version) && version != SPEC_STATE_VERSION) {
        spec_error(reader, node, "a saved state of version %s; this program reads version %d",
                   node->text, SPEC_STATE_VERSION);
    }
}

static const struct spec_field state_fields[] = {
    {.name = "tapproof-state", .read = read_version, .required = true, .first = true},
    {.name = "switches", .read = read_switches, .required = true},
};

static void read_state(struct reading *reading, struct spec_diagnostics *diagnostics)
{
    struct base_arena nodes = {0};
    struct spec_reader *reader = &reading->reader;
    const struct spec_node *root =
        spec_open(reader, reading->state->file, NULL, NULL, diagnostics, &nodes);
    if (root) {
        spec_read_fields(reader, root, "a saved state", SPEC_FIELDS(state_fields), reading->state);
    }
    base_arena_free(&nodes);
    base_arena_free(&reading->scratch);
    spec_index_free(&reading->names);
    spec_close(reader);
}

/* ------------------------------------------------------------------ public */

int spec_load_state_from(const struct spec_files *files, const char *path,
                         struct spec_state **state, struct spec_diagnostics *diagnostics)
{
    size_t n_before = spec_errors_count(diagnostics);
    struct spec_state *read = calloc(1, sizeof *read);
    *state = read;
    if (read) {
        read->file = base_arena_text(&read->arena, path);
    }
    if (read && read->file) {
        struct reading reading = {.reader = {.files = files, .arena = &read->arena}, .state = read};
        read_state(&reading, diagnostics);
    } else {
        struct spec_source source = {.file = path, .diagnostics = diagnostics};
        spec_error_at(&source, 0, 0, "out of memory");
    }
    if (spec_errors_count(diagnostics) > n_before) {
        spec_state_free(read);
        *state = NULL;
        return -1;
    }
    return 0;
}

int spec_load_state(const char *path, struct spec_state **state,
                    struct spec_diagnostics *diagnostics)
{
    return spec_load_state_from(&spec_disk, path, state, diagnostics);
}

bool spec_is_state(const char *path)
{
    static const char key[] = "tapproof-state:";
    struct base_buffer bytes = {0};
    struct base_error error;
    if (spec_disk.read(spec_disk.context, path, &bytes, &error) < 0) {
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

const struct spec_state_switch *spec_state_find(const struct spec_state *state, const char *name)
{
    for (size_t i = 0; i < state->n_switches; i++) {
        if (strcmp(state->switches[i].name, name) == 0) {
            return &state->switches[i];
        }
    }
    return NULL;
}

void spec_state_free(struct spec_state *state)
{
    if (state) {
        for (size_t i = 0; i < state->n_switches; i++) {
            switch_state_free(&state->switches[i].state);
        }
        base_arena_free(&state->arena);
        free(state);
    }
}
