/* SPDX-License-Identifier: Apache-2.0
 *
 * Which ports of a switch does something name? */
#include "model/port_set.h"

uint32_t port_set_next(const struct port_set *set, uint32_t from)
{
    while (from < PORT_SET_END) {
        uint64_t rest = set->bits[from / 64] >> from % 64;
        if (rest) {
            return from + (uint32_t)__builtin_ctzll(rest);
        }
        from = (from / 64 + 1) * 64;
    }
    return PORT_SET_END;
}

size_t port_set_count(const struct port_set *set)
{
    size_t n = 0;
    for (size_t i = 0; i < sizeof set->bits / sizeof *set->bits; i++) {
        n += (size_t)__builtin_popcountll(set->bits[i]);
    }
    return n;
}

bool port_set_add_cabled(struct port_set *set, const struct topology *topology, size_t sw)
{
    bool any = false;
    for (size_t i = 0; i < topology->n_hosts + 2 * topology->n_links; i++) {
        size_t link = i < topology->n_hosts ? 0 : (i - topology->n_hosts) / 2;
        struct port_ref end = i < topology->n_hosts              ? topology->hosts[i].port
                              : (i - topology->n_hosts) % 2 == 0 ? topology->links[link].a
                                                                 : topology->links[link].b;
        if (end.sw == sw) {
            port_set_add(set, end.port);
            any = true;
        }
    }
    return any;
}

void port_set_add_state(struct port_set *set, const struct switch_state *state)
{
    for (size_t i = 0; i < state->n_ports; i++) {
        port_set_add(set, state->ports[i].number);
    }
    for (size_t i = 0; i < state->flows.n_entries; i++) {
        const struct match *match = &state->flows.entries[i].match;
        if (match->mask.in_port == UINT16_MAX) {
            port_set_add(set, match->value.in_port);
        }
    }
}
