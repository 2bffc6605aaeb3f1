/* SPDX-License-Identifier: Apache-2.0
 *
 * Which port of which switch a sample is of: (agent address, sub-agent, ifIndex)
 * → (switch, port). Pure.
 *
 * An ifIndex is a number of the agent's own: in Open vSwitch that of the
 * kernel's interface, and the sub-agent the order in which bridges got sFlow.
 * So neither says which port of which switch it is. Two ways tell:
 *
 * - *declared*: an agent is this switch, with a table of its ports or with
 *   ports whose ifIndex is the OpenFlow port number;
 * - *learned*: counter samples with the OpenFlow port record (Open vSwitch sends
 *   them at every polling interval, the first at once) say datapath id and port.
 *
 * What is declared goes first; a flow sample of a port that is neither is
 * counted as unresolved and left out, never guessed. */
#ifndef SFLOW_AGENTS_H
#define SFLOW_AGENTS_H

#include "base/error.h"
#include "model/topology.h"
#include "sflow/datagram.h"
#include "sflow/sequence.h"

struct sflow_port_number {
    uint32_t if_index;
    uint16_t port;
};

/* How the port of an ifIndex is found. */
enum sflow_ports {
    SFLOW_PORTS_LEARNED, /* from OpenFlow port records of this switch */
    SFLOW_PORTS_SAME,    /* the ifIndex is the OpenFlow port */
    SFLOW_PORTS_TABLE,
};

/* One line of a policy's `sflow: agents:`. */
struct sflow_agent_declared {
    struct sflow_address address;
    bool any_sub_agent;
    uint32_t sub_agent; /* unless any_sub_agent */
    size_t sw;          /* index of the topology */
    enum sflow_ports ports;
    const struct sflow_port_number *table;
    size_t n_table;
};

enum { SFLOW_AGENTS_MAX = 4096, SFLOW_SOURCES_MAX = 65536 };

struct sflow_agent; /* one address and sub-agent that has been heard */
struct sflow_agents;

/* Only declared agents are heard (they are copied; an entry with a sub-agent goes
 * before one without). If none is declared, every agent is heard that sends
 * OpenFlow port records with the datapath id of a switch of the topology, which
 * must outlive the result. NULL without memory; free with sflow_agents_free. */
struct sflow_agents *sflow_agents_new(const struct topology *topology,
                                      const struct sflow_agent_declared *declared,
                                      size_t n_declared);

/* NULL is legal. */
void sflow_agents_free(struct sflow_agents *agents);

/* What was heard so far goes on: agents that are still heard, with their sequences and with the
 * ports that they have said of switches which have the same datapath id in both topologies. To be
 * called before `agents` has heard any; the former are to be freed then. */
void sflow_agents_inherit(struct sflow_agents *agents, struct sflow_agents *former);

/* The agent of a datagram, which is noted in its sequence. The ports of an agent
 * that restarted (sequence.h) are learned anew. When there are SFLOW_AGENTS_MAX,
 * one is forgotten: one without a learned port, else the one that has been silent
 * longest. *again: it has come before. NULL: not declared, or no memory. The result lives until the
 * next call. */
struct sflow_agent *sflow_agents_hear(struct sflow_agents *agents,
                                      const struct sflow_datagram *datagram, bool *again);

/* Notes what a sample says of its agent: the port of a source (OpenFlow port record),
 * and how many samples the agent had to leave out (`drops`). A port that cannot
 * be (a datapath id that the topology lacks, a port above 0xff00, another switch
 * than declared) is not learned; drops are counted once the agent is declared
 * or a port of it learned. At most SFLOW_SOURCES_MAX sources are kept of all agents. */
void sflow_agent_note(struct sflow_agents *agents, struct sflow_agent *agent,
                      const struct sflow_sample *sample);

/* The port of an ifIndex. False: not known (yet). */
bool sflow_agent_port(const struct sflow_agent *agent, uint32_t if_index, struct port_ref *port);

/* Why a port is not known, if a person has to fix that: no port of the agent was
 * learned, or its table lacks this one. True once for each agent. */
bool sflow_agent_complain(struct sflow_agent *agent, uint32_t if_index, struct base_error *why);

/* All sequences together; `started`, `highest` and `uptime_ms` mean nothing. */
struct sflow_sequence sflow_agents_total(const struct sflow_agents *agents);

/* Samples that agents left out. */
uint64_t sflow_agents_n_drops(const struct sflow_agents *agents);

/* Ports that were learned; agents that were heard. */
size_t sflow_agents_n_learned(const struct sflow_agents *agents);
size_t sflow_agents_n_heard(const struct sflow_agents *agents);

#endif
