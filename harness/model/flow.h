/* SPDX-License-Identifier: Apache-2.0
 *
 * A flow entry with its counters (OpenFlow 1.0, section 5.3.5, ofp_flow_stats)
 * and a table of them. */
#ifndef MODEL_FLOW_H
#define MODEL_FLOW_H

#include "base/arena.h"
#include "model/action.h"
#include "model/match.h"

enum { FLOW_PRIORITY_DEFAULT = 32768 };

struct flow_entry {
    struct match match;
    const struct action *actions; /* owned by the table's arena */
    uint64_t cookie;
    uint64_t n_packets, n_bytes; /* UINT64_MAX: not counted */
    uint32_t duration_sec, duration_nsec;
    uint16_t n_actions;
    uint16_t priority;
    uint16_t idle_timeout; /* seconds, 0: never */
    uint16_t hard_timeout; /* seconds, 0: never */
    uint8_t table_id;
};

struct flow_table {
    struct flow_entry *entries; /* in the order in which the switch sent them */
    size_t n_entries;
    size_t capacity;
    struct base_arena arena; /* actions */
};

/* One zeroed entry more; NULL without memory. The pointer lives until the next
 * one is added. */
struct flow_entry *flow_table_add(struct flow_table *table);
void flow_table_free(struct flow_table *table);

/* What flow_format shows. */
enum flow_format {
    FLOW_NO_STATS,  /* as `ovs-ofctl dump-flows --no-stats --no-names` */
    FLOW_WITH_STATS /* as `ovs-ofctl -F openflow10 dump-flows --no-names` */
};

/* One entry as ovs-ofctl prints it, without leading blank and newline. */
void flow_format(const struct flow_entry *entry, enum flow_format how, struct base_buffer *out);

/* What was written explicitly in a flow's text. */
enum {
    FLOW_HAS_PRIORITY = 1 << 0,
    FLOW_HAS_COOKIE = 1 << 1,
    FLOW_HAS_IDLE_TIMEOUT = 1 << 2,
    FLOW_HAS_HARD_TIMEOUT = 1 << 3,
    FLOW_HAS_TABLE = 1 << 4,
};

/* Parses one flow in the syntax of `ovs-ofctl add-flow`, as printed by
 * dump-flows too (statistics are read: cookie, duration, table, n_packets,
 * n_bytes; idle_age and hard_age are skipped). Priority is 32768 unless given.
 * Adds it to the table; `*given`, if not NULL, tells which of FLOW_HAS_* were
 * written. Errors as match_parse and actions_parse, "no actions" included;
 * nothing is added then. */
int flow_parse(const char *text, struct flow_table *table, unsigned *given, size_t *column,
               struct base_error *error);

/* Same match, priority, actions, cookie and timeouts; not the counters. */
bool flow_equal(const struct flow_entry *a, const struct flow_entry *b);

#endif
