/* SPDX-License-Identifier: Apache-2.0
 *
 * Which agents send samples, and what does each say of its ports? */
#include "sflow/agents.h"

#include <stdlib.h>
#include <string.h>

enum { PORT_MAX = 0xff00 }; /* OFPP_MAX: OpenFlow 1.0.0, section 5.2.1 */

/* A data source of an agent: an interface, or what else it samples at. */
struct source {
    uint64_t id;          /* class << 32 | index; of an interface: its ifIndex */
    struct port_ref port; /* number 0: not learned */
    bool has_drops;
    uint32_t drops; /* as last told */
};

struct sflow_agent {
    struct sflow_address address;
    uint32_t sub_agent;
    const struct sflow_agent_declared *declared; /* NULL: it is not */
    struct sflow_sequence sequence;
    uint64_t heard;         /* number of its last datagram, of all agents' */
    struct source *sources; /* sorted by id */
    size_t n_sources, capacity;
    bool complained;
};

struct sflow_agents {
    const struct topology *topology;
    struct sflow_agent_declared *declared; /* tables are owned */
    size_t n_declared;
    struct sflow_agent **heard; /* sorted by address and sub-agent */
    size_t n_heard, capacity;
    size_t n_sources; /* of all agents */
    uint64_t n_datagrams;
    uint64_t n_drops;
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
static void learn_port(struct sflow_agents *agents, struct sflow_agent *agent,
                       const struct sflow_sample *sample);
static void note_drops(struct sflow_agents *agents, struct sflow_agent *agent,
                       const struct sflow_sample *sample);
static size_t place_of_source(const struct sflow_agent *agent, uint64_t id, bool *there);
static struct source *find_or_add(struct sflow_agents *agents, struct sflow_agent *agent,
                                  uint64_t id);
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
    free(agent->sources);
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

static size_t switch_of(const struct topology *topology, uint64_t dpid)
{
    size_t sw = 0;
    while (sw < topology->n_switches && topology->switches[sw].dpid != dpid) {
        sw++;
    }
    return sw;
}

/* A port that cannot be any more has to be learned again. */
static void keep_ports(const struct sflow_agents *agents, const struct sflow_agents *former,
                       struct sflow_agent *agent)
{
    for (size_t i = 0; i < agent->n_sources; i++) {
        struct port_ref *port = &agent->sources[i].port;
        if (port->port == 0) {
            continue;
        }
        size_t sw = switch_of(agents->topology, former->topology->switches[port->sw].dpid);
        bool is_there =
            sw < agents->topology->n_switches && (!agent->declared || agent->declared->sw == sw);
        *port = is_there ? (struct port_ref){sw, port->port} : (struct port_ref){0};
    }
}

void sflow_agents_inherit(struct sflow_agents *agents, struct sflow_agents *former)
{
    size_t n_left = 0;
    for (size_t i = 0; i < former->n_heard; i++) {
        struct sflow_agent *agent = former->heard[i];
        const struct sflow_datagram said = {.agent = agent->address, .sub_agent = agent->sub_agent};
        const struct sflow_agent_declared *declared = find_declared(agents, &said);
        if ((!declared && agents->n_declared > 0) ||
            base_grow(&agents->heard, agents->n_heard, &agents->capacity,
                      sizeof(struct sflow_agent *))) {
            former->heard[n_left++] = agent;
            continue;
        }
        agent->declared = declared;
        agent->complained = false;
        keep_ports(agents, former, agent);
        agents->heard[agents->n_heard++] = agent;
        agents->n_sources += agent->n_sources;
    }
    former->n_heard = n_left;
    agents->n_datagrams = former->n_datagrams;
    agents->n_drops = former->n_drops;
    agents->gone = former->gone;
}

struct sflow_agent *sflow_agents_hear(struct sflow_agents *agents,
                                      const struct sflow_datagram *datagram, bool *again)
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
    agent->heard = ++agents->n_datagrams;
    uint64_t n_restarts = agent->sequence.n_restarts;
    *again = !sflow_sequence_note(&agent->sequence, datagram->sequence, datagram->uptime_ms);
    if (agent->sequence.n_restarts > n_restarts) {
        agents->n_sources -= agent->n_sources;
        agent->n_sources = 0;
    }
    return agent;
}

void sflow_agent_note(struct sflow_agents *agents, struct sflow_agent *agent,
                      const struct sflow_sample *sample)
{
    if (sample->kind == SFLOW_COUNTERS && sample->counters.has_openflow) {
        learn_port(agents, agent, sample);
    } else if (sample->kind == SFLOW_FLOW && (agent->declared || agent->n_sources > 0)) {
        note_drops(agents, agent, sample);
    }
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
        size_t at = place_of_source(agent, if_index, &there);
        *port = there ? agent->sources[at].port : (struct port_ref){0};
        return port->port != 0;
    }
    uint32_t number =
        declared->ports == SFLOW_PORTS_SAME ? if_index : port_in_table(declared, if_index);
    if (number == 0 || number > PORT_MAX) {
        return false;
    }
    *port = (struct port_ref){declared->sw, (uint16_t)number};
    return true;
}

static bool has_learned(const struct sflow_agent *agent)
{
    for (size_t i = 0; i < agent->n_sources; i++) {
        if (agent->sources[i].port.port != 0) {
            return true;
        }
    }
    return false;
}

bool sflow_agent_complain(struct sflow_agent *agent, uint32_t if_index, struct base_error *why)
{
    char address[SFLOW_ADDRESS_TEXT];
    enum sflow_ports ports = agent->declared ? agent->declared->ports : SFLOW_PORTS_LEARNED;
    if (agent->complained || ports == SFLOW_PORTS_SAME ||
        (ports == SFLOW_PORTS_LEARNED && has_learned(agent))) {
        return false;
    }
    agent->complained = true;
    if (ports == SFLOW_PORTS_TABLE) {
        base_fail(why, "ifIndex %u is not among its `ports' under `sflow' in the policy", if_index);
    } else {
        base_fail(why, "it has not sent OpenFlow port records of a switch of the topology yet; set "
                       "polling in its sFlow settings, or its `ports' under `sflow' in the policy");
    }
    base_fail_in(why, "samples of agent %s, sub-agent %u, cannot be told to a port",
                 sflow_address_format(&agent->address, address), agent->sub_agent);
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

uint64_t sflow_agents_n_drops(const struct sflow_agents *agents)
{
    return agents->n_drops;
}

size_t sflow_agents_n_learned(const struct sflow_agents *agents)
{
    size_t n = 0;
    for (size_t i = 0; i < agents->n_heard; i++) {
        for (size_t k = 0; k < agents->heard[i]->n_sources; k++) {
            n += agents->heard[i]->sources[k].port.port != 0;
        }
    }
    return n;
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

/* Whether one should go before the other: one of which nothing is known, then the one that has
 * been silent longer. */
static bool goes_before(const struct sflow_agent *one, const struct sflow_agent *other)
{
    if ((one->n_sources == 0) != (other->n_sources == 0)) {
        return one->n_sources == 0;
    }
    return one->heard < other->heard;
}

static void make_room(struct sflow_agents *agents)
{
    size_t victim = 0;
    for (size_t i = 1; i < agents->n_heard; i++) {
        victim = goes_before(agents->heard[i], agents->heard[victim]) ? i : victim;
    }
    struct sflow_agent *agent = agents->heard[victim];
    add_up(&agents->gone, &agent->sequence);
    agents->n_sources -= agent->n_sources;
    free_agent(agent);
    agents->n_heard--;
    memmove(&agents->heard[victim], &agents->heard[victim + 1],
            (agents->n_heard - victim) * sizeof(struct sflow_agent *));
}

static struct sflow_agent *add_agent(struct sflow_agents *agents,
                                     const struct sflow_datagram *datagram,
                                     const struct sflow_agent_declared *declared)
{
    bool there;
    if (agents->n_heard == SFLOW_AGENTS_MAX) {
        make_room(agents);
    }
    if (base_grow(&agents->heard, agents->n_heard, &agents->capacity,
                  sizeof(struct sflow_agent *))) {
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
            (agents->n_heard - at) * sizeof(struct sflow_agent *));
    agents->heard[at] = agent;
    agents->n_heard++;
    return agent;
}

/* Their sources */

static uint64_t id_of(const struct sflow_sample *sample)
{
    return (uint64_t)sample->source_class << 32 | sample->source_index;
}

static void learn_port(struct sflow_agents *agents, struct sflow_agent *agent,
                       const struct sflow_sample *sample)
{
    const struct sflow_counters *counters = &sample->counters;
    size_t sw = switch_of(agents->topology, counters->dpid);
    if (sw == agents->topology->n_switches || counters->port == 0 || counters->port > PORT_MAX ||
        (agent->declared && agent->declared->sw != sw)) {
        return;
    }
    struct source *source = find_or_add(agents, agent, id_of(sample));
    if (source) {
        source->port = (struct port_ref){sw, (uint16_t)counters->port};
    }
}

/* The total wraps; a step back of it is an agent that began anew. */
static void note_drops(struct sflow_agents *agents, struct sflow_agent *agent,
                       const struct sflow_sample *sample)
{
    struct source *source = find_or_add(agents, agent, id_of(sample));
    if (source) {
        uint32_t more = sample->flow.drops - source->drops;
        agents->n_drops += source->has_drops && more <= INT32_MAX ? more : 0;
        source->has_drops = true;
        source->drops = sample->flow.drops;
    }
}

static size_t place_of_source(const struct sflow_agent *agent, uint64_t id, bool *there)
{
    size_t low = 0, high = agent->n_sources;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (agent->sources[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *there = low < agent->n_sources && agent->sources[low].id == id;
    return low;
}

/* NULL: no room for one more, or no memory. */
static struct source *find_or_add(struct sflow_agents *agents, struct sflow_agent *agent,
                                  uint64_t id)
{
    bool there;
    size_t at = place_of_source(agent, id, &there);
    if (there) {
        return &agent->sources[at];
    }
    if (agents->n_sources == SFLOW_SOURCES_MAX ||
        base_grow(&agent->sources, agent->n_sources, &agent->capacity, sizeof *agent->sources)) {
        return NULL;
    }
    memmove(&agent->sources[at + 1], &agent->sources[at],
            (agent->n_sources - at) * sizeof *agent->sources);
    agent->sources[at] = (struct source){.id = id};
    agent->n_sources++;
    agents->n_sources++;
    return &agent->sources[at];
}

static void add_up(struct sflow_sequence *total, const struct sflow_sequence *sequence)
{
    total->n_received += sequence->n_received;
    total->n_lost += sequence->n_lost;
    total->n_late += sequence->n_late;
    total->n_twice += sequence->n_twice;
    total->n_restarts += sequence->n_restarts;
}
