/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of a policy file, a reader each, and what they share: policy.c (the
 * file), reading_ends.c (hosts, ports, pairs), reading_match.c, reading_tap.c, reading_when.c,
 * reading_sflow.c. */
#ifndef TAPD_POLICY_READING_H
#define TAPD_POLICY_READING_H

#include "tapd/policy/policy.h"
#include "yaml/read.h"

/* A policy, or a tap on demand, being read. */
struct tapd_reading {
    struct yaml_reader reader; /* first: a reader is a reading */
    const struct tapd_policy *policy;
    struct yaml_index names; /* of taps */
    struct yaml_index pairs; /* of each list of pairs */
    uint64_t n_lists;        /* of pairs */
};

static inline struct tapd_reading *tapd_reading_of(struct yaml_reader *reader)
{
    return (struct tapd_reading *)reader;
}

/* Ports that are being collected; items with free(), or tapd_settle. */
struct tapd_ends {
    struct port_ref *items;
    size_t n, capacity;
};

/* Which ports of the topology are meant. */
enum tapd_end_kind { TAPD_END_ANY, TAPD_END_EDGE, TAPD_END_LINK };

/* A host, which stands for its port, or SWITCH:PORT. False after a diagnostic. */
bool tapd_read_end(struct yaml_reader *reader, const struct yaml_node *node,
                   enum tapd_end_kind kind, struct port_ref *port);

/* One or a list of them, or of SWITCH:PORTS with ranges ("s1:1-5"): added to
 * those that are there; one that is there already is reported. */
void tapd_read_ends(struct yaml_reader *reader, const struct yaml_node *node,
                    enum tapd_end_kind kind, struct tapd_ends *ends);

/* Adds a port, unless it is there already. */
void tapd_add_end(struct yaml_reader *reader, const struct yaml_node *node, struct port_ref port,
                  struct tapd_ends *ends);

/* "SWITCH:PORT" */
struct yaml_words tapd_port_words(const struct topology *topology, struct port_ref port);

struct tapd_pairs {
    struct tapd_pair *items;
    size_t n, capacity;
    uint64_t list; /* its number */
};

/* `pairs`, into a struct tapd_pairs. */
yaml_read_fn tapd_read_pairs;

struct tapd_agents {
    struct sflow_agent_declared *items;
    size_t n, capacity;
};

/* `sflow`, into a struct tapd_agents. */
yaml_read_fn tapd_read_sflow;

/* What a tap is about, or not; the items with free(), or tapd_settle. */
struct tapd_matches {
    struct match *items;
    size_t n, capacity;
    bool failed;
};

/* One or a list of matches, in which there may be ranges; into a struct tapd_matches. */
yaml_read_fn tapd_read_matches;

/* A tap, into the reader's arena; NULL after a diagnostic. */
struct tapd_tap *tapd_read_tap(struct yaml_reader *reader, const struct yaml_node *node,
                               bool on_demand);

/* `when`, into the sflow_threshold; what it leaves out is taken from the tap, which
 * is read by then. */
void tapd_read_when(struct yaml_reader *reader, const struct yaml_node *node,
                    const struct tapd_tap *tap, struct sflow_threshold *when);

/* What grew with malloc goes to the arena; its memory is freed. NULL for none,
 * or after a diagnostic. */
void *tapd_settle(const struct yaml_reader *reader, void *items, size_t n_bytes);

#endif
