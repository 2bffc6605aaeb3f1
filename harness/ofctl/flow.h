/* SPDX-License-Identifier: Apache-2.0
 *
 * Flow entries in the syntax of ovs-ofctl(8), both ways. */
#ifndef OFCTL_FLOW_H
#define OFCTL_FLOW_H

#include "model/flow.h"

/* What ofctl_format_flow shows. */
enum ofctl_flow_style {
    FLOW_NO_STATS,  /* as `ovs-ofctl dump-flows --no-stats --no-names` */
    FLOW_WITH_STATS /* as `ovs-ofctl -F openflow10 dump-flows --no-names` */
};

/* One entry as ovs-ofctl prints it, without leading blank and newline. */
void ofctl_format_flow(const struct flow_entry *entry, enum ofctl_flow_style how,
                       struct base_buffer *out);

/* The same as a text in the arena; NULL without memory. */
const char *ofctl_flow_text(const struct flow_entry *entry, enum ofctl_flow_style how,
                            struct base_arena *arena);

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
 * written. Errors as ofctl_parse_match and ofctl_parse_actions, "no actions" included;
 * nothing is added then. */
int ofctl_parse_flow(const char *text, struct flow_table *table, unsigned *given, size_t *column,
                     struct base_error *error);

/* The same for an entry that a switch reported, as ofctl_format_flow writes it: besides, table
 * 255, in_port, outputs and queues of any number of 16 bits, and ICMP types and codes above 255,
 * none of which a flow-mod may have. Durations come back with less than a second of nanoseconds. */
int ofctl_parse_reported_flow(const char *text, struct flow_table *table, size_t *column,
                              struct base_error *error);

#endif
