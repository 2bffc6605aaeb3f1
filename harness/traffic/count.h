/* SPDX-License-Identifier: Apache-2.0
 *
 * How many packets each entry must count for one round of probes, if the
 * tables are followed; and whether the counters, which come late, are there
 * yet. Pure. */
#ifndef TRAFFIC_COUNT_H
#define TRAFFIC_COUNT_H

#include "traffic/round.h"

/* A port, and the cable by which frames come in there: what must be counted,
 * and how many of the copies that should have come this way arrived well. */
struct traffic_port_count {
    uint32_t rx, tx;
    uint32_t good, bad;
};

/* A host, and the cable by which frames come to it. */
struct traffic_host_count {
    uint32_t sent, arrived; /* frames of ours */
    uint32_t good, bad;
};

struct traffic_count {
    uint32_t **packets; /* by switch, by entry of `before`; NULL: the switch was not read */
    struct traffic_port_count **ports; /* by switch, by port of `before`; as above */
    struct traffic_host_count *hosts;
    struct base_arena arena;
};

/* -1 without memory. */
int traffic_count_init(struct traffic_count *count, const struct traffic_plan *plan,
                       const struct traffic_round *round, const struct path_network *tables,
                       const struct switch_state *const *before);
void traffic_count_free(struct traffic_count *count);

/* NULL: the switch was not read, or has no such port. */
struct traffic_port_count *traffic_count_port(const struct traffic_count *count,
                                              const struct switch_state *const *before,
                                              struct port_ref port);

/* What a port has received, or sent, from `before` to `after`; -1: not known.
 * `bytes`, if not NULL, gets the same in bytes. */
long traffic_count_rx(const struct switch_state *const *before,
                      const struct switch_state *const *after, struct port_ref port, long *bytes);
long traffic_count_tx(const struct switch_state *const *before,
                      const struct switch_state *const *after, struct port_ref port, long *bytes);

/* Packets that an entry of `before` has counted up to `after`, -1: not known
 * (it is gone, or does not count). */
long traffic_count_since(const struct switch_state *before, size_t entry,
                         const struct switch_state *after);

/* Whether every entry has counted at least what it must. */
bool traffic_count_reached(const struct traffic_count *count, size_t n_switches,
                           const struct switch_state *const *before,
                           const struct switch_state *const *after);

#endif
