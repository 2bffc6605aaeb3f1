/* SPDX-License-Identifier: Apache-2.0
 *
 * What one switch says of itself at one time: the "advertised" statement, and
 * with its counters the "counted" one. */
#ifndef MODEL_STATE_H
#define MODEL_STATE_H

#include "model/flow.h"
#include "model/group.h"
#include "model/port.h"

/* What a switch does with IP fragments: OpenFlow 1.0.0, section 5.3.2; 1.3.5, 7.3.2. */
enum fragment_handling {
    FRAGMENTS_UNKNOWN, /* it was not asked, or says something else */
    FRAGMENTS_PASS,    /* they are matched as other packets are */
    FRAGMENTS_DROP,
    FRAGMENTS_REASSEMBLE
};

struct switch_state {
    uint64_t datapath_id;
    uint32_t n_buffers;
    uint8_t n_tables;
    uint32_t capabilities;      /* OFPC_* */
    uint32_t supported_actions; /* bit n: OFPAT n */
    struct port *ports;         /* ascending by number */
    size_t n_ports;
    struct flow_table flows;
    struct group_table groups; /* and meters: OpenFlow 1.3 */
    uint8_t fragments;         /* enum fragment_handling */
    uint8_t version;           /* of the session that it was read in; 0 is not known, as 1 is 1.0 */
};

/* The port of this number; NULL if the switch has none. */
const struct port *switch_state_port(const struct switch_state *state, uint16_t number);

/* The same switch with these ports switched off, in the arena; all but the ports is that of
 * `state`, which must outlive it. NULL without memory. */
const struct switch_state *switch_state_without(const struct switch_state *state,
                                                const uint16_t *ports, size_t n_ports,
                                                struct base_arena *arena);

/* Whether it says which groups and meters it has: OpenFlow 1.0 does not. */
bool switch_state_tells_groups(const struct switch_state *state);

/* Frees ports, flows and groups; the state is empty and usable after that. NULL is legal. */
void switch_state_free(struct switch_state *state);

/* What is known of one switch. */
struct switch_dump {
    bool dumped;
    const char *reason;               /* if not dumped: why ("connection refused") */
    const struct switch_state *state; /* if dumped */
};

#endif
