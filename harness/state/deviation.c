/* SPDX-License-Identifier: Apache-2.0
 *
 * What was found wrong with a port, or could not be decided: the few deviations
 * that are worth showing, and the first reason why something is open. */
#include "state/inside.h"

#include <string.h>

/* Negative: a comes before b. Ambiguity first, since what is said about
 * the entries beside it depends on their order; then the larger set. The rest
 * only keeps the report the same when the switch lists its table differently. */
static int compare_deviations(const struct state_deviation *a, const struct state_deviation *b)
{
    int a_rank = a->rival == ENTRY_NONE, b_rank = b->rival == ENTRY_NONE;
    int a_bits = header_count_bits(&a->where.within.mask);
    int b_bits = header_count_bits(&b->where.within.mask);
    if (a_rank != b_rank) {
        return a_rank - b_rank;
    }
    return a_bits != b_bits ? a_bits - b_bits
                            : memcmp(&a->where.within, &b->where.within, sizeof a->where.within);
}

void state_port_add(struct state_port *port, const struct state_deviation *deviation)
{
    size_t n = port->found.n_sets++;
    size_t at = n < STATE_SETS_SHOWN ? n : STATE_SETS_SHOWN;
    for (; at > 0 && compare_deviations(deviation, &port->deviations[at - 1]) < 0; at--) {
        if (at < STATE_SETS_SHOWN) {
            port->deviations[at] = port->deviations[at - 1];
        }
    }
    if (at < STATE_SETS_SHOWN) {
        port->deviations[at] = *deviation;
    }
}

void state_port_open(struct state_port *port, const char *reason, size_t entry,
                     const struct header *header)
{
    struct state_finding *found = &port->found;
    if (!found->is_open) {
        found->is_open = true;
        found->open = reason;
        found->open_entry = state_last_row(port->run, entry, header);
    }
}

void state_port_contested(struct state_port *port, const struct state_deviation *deviation)
{
    struct state_finding *found = &port->found;
    bool is_first = !found->is_open;
    state_port_open(port, SPACE_COMPETITION, deviation->entry, &deviation->where.example);
    if (is_first) {
        found->open_rival = state_last_row(port->run, deviation->rival, &deviation->where.example);
    }
}
