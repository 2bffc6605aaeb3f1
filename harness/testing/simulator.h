/* SPDX-License-Identifier: Apache-2.0
 *
 * The oracle for whatever follows packets: one packet of a random network, followed in the
 * simplest way. OpenFlow 1.0.0, sections 3.3, 3.4, 5.2 and 5.3; where it is silent, what Open
 * vSwitch does. */
#ifndef TESTING_SIMULATOR_H
#define TESTING_SIMULATOR_H

#include "testing/random_network.h"

/* Limits, and no entry. */
enum { SIMULATOR_HOPS = 256, SIMULATOR_SENT = 64, SIMULATOR_NONE = 0xff };

struct simulated_sent {
    uint16_t port, max_len;
    uint32_t queue;
    struct header header;
};

struct simulated_hop {
    struct header header; /* in_port: where it enters */
    uint8_t sw, entry;    /* SIMULATOR_NONE: no entry takes it, or that is not known */
    bool alone;           /* no other entry of its rank does something else with it */
    uint16_t previous;    /* SIMULATOR_HOPS: the first */
};

struct simulated_arrival {
    size_t host;
    struct header header;
};

/* What becomes of a packet. */
struct simulated_fate {
    struct simulated_hop hops[SIMULATOR_HOPS];
    size_t n_hops;
    struct simulated_arrival arrivals[SIMULATOR_HOPS];
    size_t n_arrivals;
    bool unknown, loops, too_many;
    bool idle; /* a condition makes no difference to it */
    bool
        vague; /* a condition makes no difference only because ports are down: nobody need see it */
};

/* Follows what the host sends. */
void simulate(const struct random_network *network, size_t host, const struct header *header,
              struct simulated_fate *fate);

/* Whether the entry takes a copy, and it alone. */
bool simulated_exercises(const struct simulated_fate *fate, size_t sw, size_t entry);

/* The order of fate->arrivals, for qsort. */
int simulated_compare(const void *a, const void *b);

/* The parts of it: whether a port is up, by what is known of it, and has none of the `bad` bits of
 * its configuration; the rank of an entry; the one that takes a header (SIMULATOR_NONE: none), and
 * whether no other of its rank does something else with it; whether two entries do the same with a
 * header; what an entry sends (-1: that is not
 * known); what is at the other end of a port (host HOST_NONE: a switch). */
bool simulator_port_is_up(const struct switch_state *state, uint16_t number, uint32_t bad);
uint32_t simulator_rank(const struct flow_entry *entry);
size_t simulator_taker(const struct switch_state *state, const struct header *header, bool *alone);
bool simulator_is_alone(const struct switch_state *state, size_t taker,
                        const struct header *header);
bool simulator_do_the_same(const struct switch_state *state, const struct flow_entry *a,
                           const struct flow_entry *b, const struct header *header);
int simulator_apply(const struct switch_state *state, const struct flow_entry *entry,
                    struct header header, struct simulated_sent *sent);
bool simulator_cabled_to(const struct topology *topology, size_t sw, uint16_t port,
                         struct port_ref *to, size_t *host);

/* Whether it is not known what the entry takes of the packets of its match; whether it may take
 * this one at all. */
bool simulator_is_unsure(const struct flow_entry *entry);
bool simulator_takes(const struct flow_entry *entry, const struct header *header);

/* Of one that is unsure: whether it makes no difference, as whatever else may take the header does
 * the same with it. */
bool simulator_is_idle(const struct switch_state *state, size_t taker, const struct header *header);

#endif
