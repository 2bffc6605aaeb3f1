/* SPDX-License-Identifier: Apache-2.0
 *
 * The socket: sFlow datagrams in, observations out. UDP on a libevent base;
 * datagram.h reads, agents.h says whose they are. A datagram that has not the
 * samples that it says is refused as a whole and counted; a sample or record that
 * is broken within costs itself alone. Nothing that is sent makes memory grow
 * beyond the bounds of agents.h. */
#ifndef SFLOW_COLLECTOR_H
#define SFLOW_COLLECTOR_H

#include "model/header.h"
#include "sflow/agents.h"

struct event_base;

/* One sampled frame. */
struct sflow_observation {
    size_t sw;            /* index of the topology */
    struct header header; /* with in_port, a port of `sw` */
    bool no_ethernet;     /* an IP packet: its MAC addresses and tag are not known, and zero */
    uint64_t n_bytes;     /* what the sample stands for: its length times the sampling rate */
    uint64_t n_packets;
    struct sflow_port output;
};
typedef void sflow_collector_take(void *context, const struct sflow_observation *observation);

struct sflow_collector_options {
    const char *address; /* numeric; IPv6 without brackets; NULL: 127.0.0.1 */
    uint16_t port;       /* 0: one that is free, see sflow_collector_port */
    size_t
        receive_bytes; /* the kernel's buffer; 0: SFLOW_RECEIVE_BYTES; less if the kernel says so */
    struct sflow_agents *agents; /* must outlive the collector; NULL: no agent is heard */
    sflow_collector_take *take;
    /* Gets what a person has to fix, once an agent (sflow_agent_complain). May be NULL. */
    void (*complain)(void *context, const char *text);
    void *context;
};
enum { SFLOW_RECEIVE_BYTES = 8 << 20 };

struct sflow_collector_stats {
    uint64_t n_datagrams; /* received, all of them */
    uint64_t n_refused;   /* garbage */
    uint64_t n_strangers; /* of agents that are not heard */
    uint64_t n_flow_samples, n_counter_samples, n_other_samples;
    uint64_t n_broken;              /* records and samples that could not be read */
    uint64_t n_observations;        /* given to take */
    uint64_t n_unresolved;          /* flow samples whose port is not known */
    uint64_t n_headerless;          /* flow samples without a header of Ethernet or IP */
    uint64_t n_egress;              /* flow samples taken where frames leave: left out */
    uint64_t n_agent_drops;         /* samples that agents left out: sflow_agents_n_drops */
    uint64_t n_kernel_drops;        /* datagrams: the socket's buffer was full (SO_RXQ_OVFL) */
    struct sflow_sequence sequence; /* of all agents: sflow_agents_total */
    size_t n_agents, n_learned;     /* and ports of theirs */
    int receive_bytes;              /* that the kernel granted */
    char last_refusal[256]; /* "192.0.2.1: sample 2 of 3: cut short"; "": nothing was refused, or
                               broken */
    struct base_error last_complaint; /* "": none */
};

struct sflow_collector;

/* Listens from now on. Returns NULL and an error on an address that is not numeric
 * or is in use, and without memory. Free with sflow_collector_free. */
struct sflow_collector *sflow_collector_new(struct event_base *base,
                                            const struct sflow_collector_options *options,
                                            struct base_error *error);

/* Closes the socket and frees the collector. NULL is legal. */
void sflow_collector_free(struct sflow_collector *collector);

/* Uses other agents from now on; the caller may free the old ones. */
void sflow_collector_use(struct sflow_collector *collector, struct sflow_agents *agents);

/* The UDP port that it listens at. */
uint16_t sflow_collector_port(const struct sflow_collector *collector);

/* What was received so far. */
struct sflow_collector_stats sflow_collector_stats(const struct sflow_collector *collector);

#endif
