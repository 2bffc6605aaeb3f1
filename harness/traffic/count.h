/* SPDX-License-Identifier: Apache-2.0
 *
 * How many packets each entry, port and host must count for one round of probes
 * if switches do what their tables say; how many they did count; and whether the
 * counters, which switches update late, are complete yet. Pure. */
#ifndef TRAFFIC_COUNT_H
#define TRAFFIC_COUNT_H

#include "traffic/round.h"

struct traffic_port_count {
    uint32_t rx, tx;           /* frames of ours that must come in, go out, by the tables */
    uint32_t most_tx;          /* ... that may go out, as switches choose between known ways */
    uint32_t sure_rx, sure_tx; /* of these: copies of them arrived as by the tables */
    uint32_t good, bad; /* copies whose way leads in here: arrivals as by the tables; all others */
};

struct traffic_host_count {
    uint32_t sent, arrived; /* frames of ours: sent, to itself too; observed */
    uint32_t late;          /* of the latter: when the round was over */
    uint32_t overtaken;     /* of the latter: behind what was sent later, though in time */
    uint32_t good, bad;     /* copies whose way ends here, as above */
};

struct traffic_count {
    uint32_t **packets; /* by switch, by entry of `before`; NULL: the switch was not read */
    struct traffic_port_count **ports; /* by switch, by port of `before`; as above */
    struct traffic_host_count *hosts;
    struct base_arena arena;
};

/* Follows every probe of the round that was sent through `tables`, which are those
 * of `before` (by switch; NULL: not read). What becomes of a probe behind a switch
 * that is not known is not counted, but for what surely leaves beside NORMAL, and in most_tx. -1
 * without memory; free it even then. */
int traffic_count_init(struct traffic_count *count, const struct traffic_plan *plan,
                       const struct traffic_round *round, const struct path_network *tables,
                       const struct switch_state *const *before);
void traffic_count_free(struct traffic_count *count);

/* The count of a port; NULL if the switch was not read, or has no such port. It
 * belongs to `count`. */
struct traffic_port_count *traffic_count_port(const struct traffic_count *count,
                                              const struct switch_state *const *before,
                                              struct port_ref port);

/* What a port has received, or sent, from `before` to `after`; -1: not known.
 * `bytes`, if not NULL, gets the same in bytes. */
long traffic_count_rx(const struct switch_state *const *before,
                      const struct switch_state *const *after, struct port_ref port, long *bytes);
long traffic_count_tx(const struct switch_state *const *before,
                      const struct switch_state *const *after, struct port_ref port, long *bytes);

/* Whether a counter of the switch moved, of a port or of an entry: what stood still all the time
 * may be refreshed later, or never, and is no evidence. */
bool traffic_count_ports_move(const struct switch_state *before, const struct switch_state *after);
bool traffic_count_entries_move(const struct switch_state *before,
                                const struct switch_state *after);

/* Packets that an entry, by its index in `before`, has counted up to `after`
 * (either may be NULL: not read); -1: not known, as it is gone or does not count. */
long traffic_count_since(const struct switch_state *before, size_t entry,
                         const struct switch_state *after);

/* Whether every entry has counted at least what it must, and every port what surely crossed it;
 * switches that were not read, before or after, and ports that do not count are left out. */
bool traffic_count_reached(const struct traffic_count *count, const struct topology *topology,
                           const struct switch_state *const *before,
                           const struct switch_state *const *after);

/* The same of ports alone. */
bool traffic_count_surely(const struct traffic_count *count, const struct topology *topology,
                          const struct switch_state *const *before,
                          const struct switch_state *const *after);

/* Whether ports have counted what came to the host, or was counted, at the other end of their
 * cables, though no table sends it there: before that, what leaked seems to come out of the last
 * cable on its way. False for good where a cable doubles frames. */
bool traffic_count_left(const struct traffic_count *count, const struct topology *topology,
                        const struct switch_state *const *before,
                        const struct switch_state *const *after);

#endif
