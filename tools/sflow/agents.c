/* SPDX-License-Identifier: Apache-2.0 */
#include "sflow/agents.h"

#include <stdlib.h>
#include <string.h>

enum { PORT_MAX = 0xff00 }; /* OFPP_MAX: OpenFlow 1.0.0, section 5.2.1 */

struct learned {
    uint32_t if_index;
    struct port_ref port;
};

struct sflow_agent {
    struct sflow_address address;
    uint32_t sub_agent;
    const struct sflow_agent_declared *declared; /* NULL: it is not */
    struct sflow_sequence sequence;
    struct learned *learned; /* sorted by ifIndex */
    size_t n_learned, capacity;
};

struct sflow_agents {
    const struct topology *topology;
    struct sflow_agent_declared *declared; /* tables are owned */
    size_t n_declared;
    struct sflow_agent **heard; /* sorted by address and sub-agent */
    size_t n_heard, capacity;
    size_t n_learned;
    struct sflow_sequence gone; /* of agents that made room */
};

static int copy_declared(struct sflow_agents *agents, const struct sflow_agent_declared *declared);
static const struct sflow_agent_declared *find_declared(const struct sflow_agents *agents,
                                                        const struct sflow_datagram *datagram);
static size_t place_of(const struct sflow_agents *agents, const struct sflow_datagram *datagram,
                       bool *there);
static struct sflow_agent *add_agent(struct sflow_agents *agents,
                                     const struct sflow_datagram *datagram,
                                     const struct sflow_agent_declared *declared);
static size_t place_of_learned(const struct sflow_agent *agent, uint32_t if_index, bool *there);
static void add_up(struct sflow_sequence *total, const struct sflow_sequence *sequence);

struct sflow_agents *sflow_agents_new(const struct topology *topology,
                                      const struct sflow_agent_declared *declared,
                                      size_t n_declared)
{
    struct sflow_agents *agents = calloc(1, sizeof *agents);
    if (!agents) {
        return NULL;
    }
    agents->topology = topology;
    agents->declared = calloc(n_declared + 1, sizeof *agents->declared);
    for (size_t i = 0; agents->declared && i < n_declared; i++) {
        if (copy_declared(agents, &declared[i])) {
            break;
        }
    }
    if (!agents->declared || agents->n_declared < n_declared) {
        sflow_agents_free(agents);
        return NULL;
    }
    return agents;
}

static void free_agent(struct sflow_agent *agent)
{
    free(agent->learned);
    free(agent);
}

void sflow_agents_free(struct sflow_agents *agents)
{
    if (!agents) {
        return;
    }
    for (size_t i = 0; i < agents->n_heard; i++) {
        free_agent(agents->heard[i]);
    }
    for (size_t i = 0; i < agents->n_declared; i++) {
        free((void *)agents->declared[i].table);
    }
    free(agents->heard);
    free(agents->declared);
    free(agents);
}

struct sflow_agent *sflow_agents_hear(struct sflow_agents *agents,
                                      const struct sflow_datagram *datagram)
{
    bool there;
    size_t at = place_of(agents, datagram, &there);
    struct sflow_agent *agent = there ? agents->heard[at] : NULL;
    if (!there) {
        const struct sflow_agent_declared *declared = find_declared(agents, datagram);
        agent = declared || agents->n_declared == 0 ? add_agent(agents, datagram, declared) : NULL;
        if (!agent) {
            return NULL;
        }
    }
    uint64_t n_restarts = agent->sequence.n_restarts;
    sflow_sequence_note(&agent->sequence, datagram->sequence, datagram->uptime_ms);
    if (agent->sequence.n_restarts > n_restarts) {
        agents->n_learned -= agent->n_learned;
        agent->n_learned = 0;
    }
    return agent;
}

static size_t find_dpid(const struct topology *topology, uint64_t dpid)
{
    size_t sw = 0;
    while (sw < topology->n_switches && topology->switches[sw].dpid != dpid) {
        sw++;
    }
    return sw;
}

void sflow_agent_learn(struct sflow_agents *agents, struct sflow_agent *agent, uint32_t if_index,
                       const struct sflow_counters *counters)
{
    bool there;
    size_t at = place_of_learned(agent, if_index, &there);
    size_t sw = find_dpid(agents->topology, counters->dpid);
    if (sw == agents->topology->n_switches || counters->port == 0 || counters->port > PORT_MAX ||
        (agent->declared && agent->declared->sw != sw)) {
        return;
    }
    if (!there) {
        if (agents->n_learned == SFLOW_LEARNED_MAX ||
            base_grow(&agent->learned, agent->n_learned, &agent->capacity,
                      sizeof *agent->learned)) {
            return;
        }
        memmove(&agent->learned[at + 1], &agent->learned[at],
                (agent->n_learned - at) * sizeof *agent->learned);
        agent->n_learned++;
        agents->n_learned++;
    }
    agent->learned[at] = (struct learned){if_index, {sw, (uint16_t)counters->port}};
}

static uint16_t port_in_table(const struct sflow_agent_declared *declared, uint32_t if_index)
{
    for (size_t i = 0; i < declared->n_table; i++) {
        if (declared->table[i].if_index == if_index) {
            return declared->table[i].port;
        }
    }
    return 0;
}

bool sflow_agent_port(const struct sflow_agent *agent, uint32_t if_index, struct port_ref *port)
{
    const struct sflow_agent_declared *declared = agent->declared;
    if (!declared || declared->ports == SFLOW_PORTS_LEARNED) {
        bool there;
        size_t at = place_of_learned(agent, if_index, &there);
        if (there) {
            *port = agent->learned[at].port;
        }
        return there;
    }
    uint32_t number =
        declared->ports == SFLOW_PORTS_SAME ? if_index : port_in_table(declared, if_index);
    if (number == 0 || number > PORT_MAX) {
        return false;
    }
    *port = (struct port_ref){declared->sw, (uint16_t)number};
    return true;
}

struct sflow_sequence sflow_agents_total(const struct sflow_agents *agents)
{
    struct sflow_sequence total = agents->gone;
    for (size_t i = 0; i < agents->n_heard; i++) {
        add_up(&total, &agents->heard[i]->sequence);
    }
    return total;
}

size_t sflow_agents_n_heard(const struct sflow_agents *agents)
{
    return agents->n_heard;
}

/* Declared */

static int copy_declared(struct sflow_agents *agents, const struct sflow_agent_declared *declared)
{
    struct sflow_port_number *table = malloc((declared->n_table + 1) * sizeof *table);
    if (!table) {
        return -1;
    }
    for (size_t i = 0; i < declared->n_table; i++) {
        table[i] = declared->table[i];
    }
    struct sflow_agent_declared *copy = &agents->declared[agents->n_declared++];
    *copy = *declared;
    copy->table = table;
    return 0;
}

static const struct sflow_agent_declared *find_declared(const struct sflow_agents *agents,
                                                        const struct sflow_datagram *datagram)
{
    const struct sflow_agent_declared *found = NULL;
    for (size_t i = 0; i < agents->n_declared; i++) {
        const struct sflow_agent_declared *declared = &agents->declared[i];
        if (memcmp(&declared->address, &datagram->agent, sizeof datagram->agent) != 0) {
            continue;
        }
        if (!declared->any_sub_agent && declared->sub_agent == datagram->sub_agent) {
            return declared;
        }
        found = declared->any_sub_agent && !found ? declared : found;
    }
    return found;
}

/* Heard */

static int compare(const struct sflow_agent *agent, const struct sflow_datagram *datagram)
{
    int order = memcmp(&agent->address, &datagram->agent, sizeof agent->address);
    return order ? order
                 : (agent->sub_agent > datagram->sub_agent) -
                       (agent->sub_agent < datagram->sub_agent);
}

/* Where the agent of a datagram is, or would be. */
static size_t place_of(const struct sflow_agents *agents, const struct sflow_datagram *datagram,
                       bool *there)
{
    size_t low = 0, high = agents->n_heard;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(agents->heard[middle], datagram) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *there = low < agents->n_heard && compare(agents->heard[low], datagram) == 0;
    return low;
}

/* False: something was learned of every agent. */
static bool make_room(struct sflow_agents *agents)
{
    for (size_t i = 0; i < agents->n_heard; i++) {
        struct sflow_agent *agent = agents->heard[i];
        if (agent->n_learned == 0 && !agent->declared) {
            add_up(&agents->gone, &agent->sequence);
            free_agent(agent);
            agents->n_heard--;
            memmove(&agents->heard[i], &agents->heard[i + 1],
                    (agents->n_heard - i) * sizeof *agents->heard);
            return true;
        }
    }
    return false;
}

static struct sflow_agent *add_agent(struct sflow_agents *agents,
                                     const struct sflow_datagram *datagram,
                                     const struct sflow_agent_declared *declared)
{
    bool there;
    if ((agents->n_heard == SFLOW_AGENTS_MAX && !make_room(agents)) ||
        base_grow(&agents->heard, agents->n_heard, &agents->capacity, sizeof *agents->heard)) {
        return NULL;
    }
    struct sflow_agent *agent = calloc(1, sizeof *agent);
    if (!agent) {
        return NULL;
    }
    agent->address = datagram->agent;
    agent->sub_agent = datagram->sub_agent;
    agent->declared = declared;
    size_t at = place_of(agents, datagram, &there);
    memmove(&agents->heard[at + 1], &agents->heard[at],
            (agents->n_heard - at) * sizeof *agents->heard);
    agents->heard[at] = agent;
    agents->n_heard++;
    return agent;
}

static size_t place_of_learned(const struct sflow_agent *agent, uint32_t if_index, bool *there)
{
    size_t low = 0, high = agent->n_learned;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (agent->learned[middle].if_index < if_index) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *there = low < agent->n_learned && agent->learned[low].if_index == if_index;
    return low;
}

static void add_up(struct sflow_sequence *total, const struct sflow_sequence *sequence)
{
    total->n_received += sequence->n_received;
    total->n_lost += sequence->n_lost;
    total->n_late += sequence->n_late;
    total->n_restarts += sequence->n_restarts;
}
