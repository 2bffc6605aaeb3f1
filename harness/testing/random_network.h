/* SPDX-License-Identifier: Apache-2.0
 *
 * Random networks for tests, small enough that every question about all of
 * their headers is answered by asking each header of a small universe: one to
 * six switches, one to five hosts, flow tables of up to seven entries, and all
 * that makes switches differ from the simple case.
 *
 * The same seed and features give the same network. */
#ifndef TESTING_RANDOM_NETWORK_H
#define TESTING_RANDOM_NETWORK_H

#include "base/buffer.h"
#include "model/state.h"
#include "model/topology.h"
#include "testing/random_flow.h"

enum {
    RANDOM_SWITCHES = 6,
    RANDOM_HOSTS = 5,
    RANDOM_LINKS = 9,
    RANDOM_ENTRIES = 7,   /* of one switch */
    RANDOM_UNIVERSE = 300 /* headers */
};

/* What may occur. Without any: all ports are up and known, each entry has a
 * priority of its own, sends to numbered ports, and rewrites nothing. */
enum {
    RANDOM_PORTS = 1 << 0,    /* ports down, absent, no-receive, no-forward, linkless, NO_FLOOD */
    RANDOM_NO_LISTS = 1 << 1, /* switches whose ports are not known */
    RANDOM_TABLES = 1 << 2,   /* entries of other tables than 0 */
    RANDOM_RIVALS = 1 << 3,   /* entries of one priority */
    RANDOM_FLOODS = 1 << 4,   /* FLOOD, ALL, IN_PORT, CONTROLLER */
    RANDOM_NORMAL = 1 << 5,   /* NORMAL, TABLE */
    RANDOM_REWRITES = 1 << 6,
    RANDOM_UNREAD = 1 << 7,     /* switches of which nothing is known */
    RANDOM_CONDITIONS = 1 << 8, /* on fields that struct header does not have */
    RANDOM_EVERYTHING = (1 << 9) - 1
};

struct random_network {
    struct topology topology;
    struct topology_switch switches[RANDOM_SWITCHES];
    struct topology_host hosts[RANDOM_HOSTS];
    struct topology_link links[RANDOM_LINKS];
    struct switch_state states[RANDOM_SWITCHES];
    const struct switch_state *read[RANDOM_SWITCHES]; /* NULL: not read */
    /* Headers that hosts send; in_port is left to the host. For each set of
     * matches that tells headers apart there is one in here, nearly always. */
    struct header universe[RANDOM_UNIVERSE];
    size_t n_universe;
    struct dice dice;
    unsigned features;
    bool has_vlan, has_ip, has_mac; /* which fields the tables look at */
};

/* Makes the network of this seed, with these features. Release it with
 * random_network_free. False: no memory. */
bool random_network_make(struct random_network *network, uint64_t seed, unsigned features);
void random_network_free(struct random_network *network);

/* A random match, and a random list of actions (in the arena of `flows`), as
 * the tables of the network have them. */
struct match random_network_match(struct random_network *network);
bool random_network_actions(struct random_network *network, struct base_arena *arena,
                            struct flow_entry *entry);

/* The network as text: links, hosts, ports and tables, for whoever has to find
 * out why a test failed. */
void random_network_describe(const struct random_network *network, struct base_buffer *out);

#endif
