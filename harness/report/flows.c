/* SPDX-License-Identifier: Apache-2.0
 *
 * Switch states as text, YAML and JSON. */
#include "report/flows.h"

#include "base/address.h"
#include "ofctl/action.h"
#include "ofctl/flow.h"
#include "ofctl/group.h"
#include "ofctl/instructions.h"
#include "ofctl/match.h"
#include "report/escape.h"
#include "report/tree.h"

#include <string.h>

/* A tree, and text that is made for it again and again. */
struct writer {
    struct report_tree tree;
    bool no_stats;
    struct base_buffer scratch;
};

/* The text of the scratch buffer, empty for the next one. */
static void put_scratch(struct writer *writer, const char *key)
{
    report_tree_text(&writer->tree, key, base_buffer_text(&writer->scratch));
    writer->scratch.n_bytes = 0;
}

static enum ofctl_flow_style flow_how(bool no_stats)
{
    return no_stats ? FLOW_NO_STATS : FLOW_WITH_STATS;
}

/* UINT64_MAX: the switch does not count this. */
static void put_counter(struct writer *writer, const char *key, uint64_t value)
{
    if (value != UINT64_MAX) {
        report_tree_counter(&writer->tree, key, value);
    }
}

static void put_bits(struct writer *writer, const char *key, uint32_t bits,
                     const char *const *names, size_t n_names)
{
    report_tree_list(&writer->tree, key, REPORT_ON_ONE_LINE);
    for (unsigned i = 0; i < 32; i++) {
        uint32_t bit = UINT32_C(1) << i;
        if ((bits & bit) && i < n_names) {
            report_tree_text(&writer->tree, NULL, names[i]);
        } else if (bits & bit) {
            report_tree_hex(&writer->tree, NULL, bit, 1);
        }
    }
    report_tree_close(&writer->tree);
}

static void put_port_counters(struct writer *writer, const struct port_counters *counters)
{
    uint64_t values[N_PORT_COUNTERS];
    memcpy(values, counters, sizeof values);
    for (size_t i = 0; i < N_PORT_COUNTERS; i++) {
        put_counter(writer, port_counter_names[i], values[i]);
    }
}

static void put_port_number(struct writer *writer, uint16_t number)
{
    if (number <= PORT_MAX) {
        report_tree_number(&writer->tree, "number", number);
    } else {
        port_format(number, &writer->scratch);
        put_scratch(writer, "number");
    }
}

/* The bits are those of OpenFlow 1.0.0, section 5.2.1; their names, ovs-ofctl's. */
static void put_port(struct writer *writer, const struct port *port)
{
    static const char *const state_names[] = {"LINK_DOWN"};
    struct report_tree *tree = &writer->tree;
    char mac[BASE_MAC_TEXT];
    report_tree_map(tree, NULL, REPORT_ON_ONE_LINE);
    put_port_number(writer, port->number);
    report_tree_text(tree, "name", port->name);
    report_tree_text(tree, "mac", base_mac_format(port->dl_addr, mac));
    put_bits(writer, "config", port->config, port_config_names, N_PORT_CONFIG_BITS);
    put_bits(writer, "state", port->state, state_names, 1);
    report_tree_hex(tree, "curr", port->curr, 1);
    report_tree_hex(tree, "advertised", port->advertised, 1);
    report_tree_hex(tree, "supported", port->supported, 1);
    report_tree_hex(tree, "peer", port->peer, 1);
    if (port->has_counters && !writer->no_stats) {
        put_port_counters(writer, &port->counters);
    }
    report_tree_close(tree);
}

static void put_flow(struct writer *writer, const struct flow_entry *entry)
{
    struct report_tree *tree = &writer->tree;
    report_tree_map(tree, NULL, REPORT_ON_ONE_LINE);
    report_tree_number(tree, "table", entry->table_id);
    report_tree_number(tree, "priority", entry->priority);
    ofctl_format_conditions(entry, &writer->scratch);
    put_scratch(writer, "match");
    ofctl_format_instructions(entry, &writer->scratch);
    put_scratch(writer, "actions");
    report_tree_hex(tree, "cookie", entry->cookie, 1);
    report_tree_number(tree, "idle_timeout", entry->idle_timeout);
    report_tree_number(tree, "hard_timeout", entry->hard_timeout);
    if (!writer->no_stats) {
        report_tree_real(tree, "duration", entry->duration_sec + entry->duration_nsec / 1e9);
        put_counter(writer, "n_packets", entry->n_packets);
        put_counter(writer, "n_bytes", entry->n_bytes);
    }
    ofctl_format_flow(entry, flow_how(writer->no_stats), &writer->scratch);
    put_scratch(writer, "text");
    report_tree_close(tree);
}

/* What dump-meters prints in several lines, on one. */
static void put_meter(struct writer *writer, const struct meter *meter)
{
    ofctl_format_meter(meter, &writer->scratch);
    for (size_t i = 0; i < writer->scratch.n_bytes; i++) {
        if (writer->scratch.data[i] == '\n') {
            writer->scratch.data[i] = ' ';
        }
    }
    put_scratch(writer, NULL);
}

static void put_groups(struct writer *writer, const struct switch_state *state)
{
    struct report_tree *tree = &writer->tree;
    report_tree_text(tree, "openflow", "1.3");
    report_tree_list(tree, "groups", REPORT_LINES);
    for (size_t i = 0; i < state->groups.n_groups; i++) {
        ofctl_format_group(&state->groups.groups[i], &writer->scratch);
        put_scratch(writer, NULL);
    }
    report_tree_close(tree);
    report_tree_list(tree, "meters", REPORT_LINES);
    for (size_t i = 0; i < state->groups.n_meters; i++) {
        put_meter(writer, &state->groups.meters[i]);
    }
    report_tree_close(tree);
}

static void put_state(struct writer *writer, const struct switch_state *state)
{
    struct report_tree *tree = &writer->tree;
    report_tree_hex(tree, "dpid", state->datapath_id, 16);
    report_tree_counter(tree, "n_buffers", state->n_buffers);
    report_tree_number(tree, "n_tables", state->n_tables);
    report_tree_hex(tree, "capabilities", state->capabilities, 1);
    report_tree_hex(tree, "actions", state->supported_actions, 1);
    report_tree_list(tree, "ports", REPORT_LINES);
    for (size_t i = 0; i < state->n_ports; i++) {
        put_port(writer, &state->ports[i]);
    }
    report_tree_close(tree);
    report_tree_list(tree, "flows", REPORT_LINES);
    for (size_t i = 0; i < state->flows.n_entries; i++) {
        put_flow(writer, &state->flows.entries[i]);
    }
    report_tree_close(tree);
    if (switch_state_tells_groups(state)) {
        put_groups(writer, state);
    }
}

/* 2, where a switch has what 1 cannot say. */
static int format_of(const struct report_flows_switch *switches, size_t n_switches)
{
    int format = 1;
    for (size_t i = 0; i < n_switches; i++) {
        bool tells = switches[i].state && switch_state_tells_groups(switches[i].state);
        format = tells ? 2 : format;
    }
    return format;
}

static void put_tree(const struct report_flows_switch *switches, size_t n_switches,
                     enum report_syntax syntax, bool no_stats, struct base_buffer *out)
{
    struct writer writer = {.tree = {.out = out, .syntax = syntax}, .no_stats = no_stats};
    struct report_tree *tree = &writer.tree;
    report_tree_map(tree, NULL, REPORT_LINES);
    report_tree_number(tree, "tapproof-state", format_of(switches, n_switches));
    report_tree_list(tree, "switches", REPORT_LINES);
    for (size_t i = 0; i < n_switches; i++) {
        report_tree_map(tree, NULL, REPORT_LINES);
        report_tree_text(tree, "name", switches[i].name);
        if (switches[i].state) {
            put_state(&writer, switches[i].state);
        } else {
            report_tree_text(tree, "not_read", switches[i].reason);
        }
        report_tree_close(tree);
    }
    report_tree_close(tree);
    report_tree_close(tree);
    report_drop_scratch(&writer.scratch, out);
}

static void put_text(const struct report_flows_switch *sw, bool no_stats, struct base_buffer *out)
{
    report_put_clean(out, sw->name);
    if (!sw->state) {
        report_put_line(out, ": not read: ", sw->reason);
        return;
    }
    base_put_text(out, ":\n");
    for (size_t i = 0; i < sw->state->flows.n_entries; i++) {
        base_put_text(out, " ");
        ofctl_format_flow(&sw->state->flows.entries[i], flow_how(no_stats), out);
        base_put_text(out, "\n");
    }
}

void report_groups(const struct report_flows_switch *switches, size_t n_switches,
                   enum report_groups_kind kind, struct base_buffer *out)
{
    for (size_t i = 0; i < n_switches; i++) {
        const struct report_flows_switch *sw = &switches[i];
        report_put_clean(out, sw->name);
        if (!sw->state) {
            report_put_line(out, ": not read: ", sw->reason);
            continue;
        }
        if (!switch_state_tells_groups(sw->state)) {
            base_put_format(out, ": OpenFlow 1.0 has no %s\n",
                            kind == REPORT_METERS ? "meters" : "groups");
            continue;
        }
        base_put_text(out, ":\n");
        const struct group_table *groups = &sw->state->groups;
        for (size_t j = 0; kind == REPORT_GROUPS && j < groups->n_groups; j++) {
            base_put_text(out, " ");
            ofctl_format_group(&groups->groups[j], out);
            base_put_text(out, "\n");
        }
        for (size_t j = 0; kind == REPORT_METERS && j < groups->n_meters; j++) {
            ofctl_format_meter(&groups->meters[j], out);
            base_put_text(out, "\n\n");
        }
    }
}

void report_flows(const struct report_flows_switch *switches, size_t n_switches,
                  enum report_flows_format format, bool no_stats, struct base_buffer *out)
{
    if (format != REPORT_FLOWS_TEXT) {
        enum report_syntax syntax = format == REPORT_FLOWS_JSON ? REPORT_JSON : REPORT_YAML;
        put_tree(switches, n_switches, syntax, no_stats, out);
        return;
    }
    for (size_t i = 0; i < n_switches; i++) {
        put_text(&switches[i], no_stats, out);
    }
}
