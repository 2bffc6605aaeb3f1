/* SPDX-License-Identifier: Apache-2.0
 *
 * `sflow`: whose samples are heard, and which port of which switch their
 * interfaces are. */
#include "tapd/policy/reading.h"

#include "yaml/value.h"

#include <stdlib.h>
#include <string.h>

struct agent_reading {
    struct sflow_agent_declared *agent;
    struct sflow_port_number *table;
    size_t n_table, table_capacity;
};

static void read_agent(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct agent_reading *reading = into;
    const char *text = yaml_text(reader, node, "the address of an agent");
    if (text && !sflow_address_parse(text, &reading->agent->address)) {
        yaml_error(reader, node, "expected an IPv4 or IPv6 address, found %s",
                   yaml_found(node).text);
    }
}

static void read_sub_agent(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct agent_reading *reading = into;
    uint64_t number = 0;
    yaml_number(reader, node, "the number of a sub-agent", 0, UINT32_MAX, &number);
    reading->agent->sub_agent = (uint32_t)number;
    reading->agent->any_sub_agent = false;
}

static void read_switch(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct agent_reading *reading = into;
    reading->agent->sw = yaml_switch(reader, node);
}

/* "IFINDEX: PORT", from a mapping. */
static void read_port(struct yaml_reader *reader, const struct yaml_node *node,
                      struct agent_reading *reading)
{
    struct sflow_port_number row = {0};
    uint64_t number = 0;
    if (!yaml_number(reader, node->key, "an ifIndex", 1, SFLOW_IFINDEX_MAX - 1, &number)) {
        return;
    }
    const char *text = yaml_text(reader, node, "a port number");
    if (text && !yaml_parse_port(text, strlen(text), &row.port)) {
        yaml_error(reader, node, "expected a port number, found %s", yaml_found(node).text);
    }
    if (base_grow(&reading->table, reading->n_table, &reading->table_capacity, sizeof row)) {
        yaml_error(reader, node, "out of memory");
        return;
    }
    row.if_index = (uint32_t)number;
    reading->table[reading->n_table++] = row;
}

static void read_ports(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    static const char expected[] = "\"same\", or a mapping from ifIndex to port";
    struct agent_reading *reading = into;
    if (node->kind == YAML_SCALAR && strcmp(node->text, "same") == 0) {
        reading->agent->ports = SFLOW_PORTS_SAME;
    } else if (yaml_expect(reader, node, YAML_MAPPING, expected)) {
        reading->agent->ports = SFLOW_PORTS_TABLE;
        for (const struct yaml_node *port = node->child; port; port = port->next) {
            read_port(reader, port, reading);
        }
    }
}

static const struct yaml_field agent_fields[] = {
    {.name = "agent", .read = read_agent, .required = true},
    {.name = "sub_agent", .read = read_sub_agent},
    {.name = "switch", .read = read_switch, .required = true},
    {.name = "ports", .read = read_ports},
};

static bool is_twice(const struct tapd_agents *agents, const struct sflow_agent_declared *agent)
{
    for (size_t i = 0; i < agents->n; i++) {
        const struct sflow_agent_declared *other = &agents->items[i];
        if (memcmp(&other->address, &agent->address, sizeof agent->address) == 0 &&
            other->any_sub_agent == agent->any_sub_agent && other->sub_agent == agent->sub_agent) {
            return true;
        }
    }
    return false;
}

static void read_item(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct tapd_agents *agents = into;
    struct sflow_agent_declared agent = {.any_sub_agent = true};
    struct agent_reading reading = {.agent = &agent};
    yaml_read_fields(reader, node, "an agent", YAML_FIELDS(agent_fields), &reading);
    agent.n_table = reading.n_table;
    agent.table = tapd_settle(reader, reading.table, reading.n_table * sizeof *reading.table);
    if (agent.address.n_bytes > 0 && is_twice(agents, &agent)) {
        yaml_error(reader, node, "this agent is listed twice");
    } else if (base_grow(&agents->items, agents->n, &agents->capacity, sizeof agent)) {
        yaml_error(reader, node, "out of memory");
    } else {
        agents->items[agents->n++] = agent;
    }
}

void tapd_read_sflow(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    if (reader->topology && yaml_expect(reader, node, YAML_SEQUENCE, "a list of agents")) {
        yaml_each(reader, node, read_item, into);
    }
}
