/* SPDX-License-Identifier: Apache-2.0
 *
 * A set of port numbers of one switch. Zero-initialise: empty. */
#ifndef MODEL_PORT_SET_H
#define MODEL_PORT_SET_H

#include "model/state.h"
#include "model/topology.h"

enum { PORT_SET_END = 65536 };

struct port_set {
    uint64_t bits[PORT_SET_END / 64];
};

static inline void port_set_add(struct port_set *set, uint16_t number)
{
    set->bits[number / 64] |= UINT64_C(1) << number % 64;
}

static inline bool port_set_has(const struct port_set *set, uint16_t number)
{
    return set->bits[number / 64] >> number % 64 & 1;
}

/* The lowest number in the set that is at least `from`; PORT_SET_END: there is none. */
uint32_t port_set_next(const struct port_set *set, uint32_t from);

/* How many ports the set has. */
size_t port_set_count(const struct port_set *set);

/* Adds the ports of switch `sw` that have a host or a cable. True: there is one. */
bool port_set_add_cabled(struct port_set *set, const struct topology *topology, size_t sw);

/* Adds the ports that the switch has, and those that an entry names as in_port, whether there
 * is such a port or not. */
void port_set_add_state(struct port_set *set, const struct switch_state *state);

#endif
