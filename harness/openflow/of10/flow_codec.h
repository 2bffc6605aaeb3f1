/* SPDX-License-Identifier: Apache-2.0
 *
 * Flow entries that a switch reports (OpenFlow 1.0): replies to OFPST_FLOW, and
 * FLOW_REMOVED. The other statistics are in stats.h, FLOW_MOD in control.h. */
#ifndef OPENFLOW_OF10_FLOW_CODEC_H
#define OPENFLOW_OF10_FLOW_CODEC_H

#include "model/flow.h"
#include "openflow/message.h"

/* Section 5.4.2, struct ofp_flow_removed: counters and duration at the end;
 * the message has neither the actions nor the hard timeout. */
struct of_flow_removed {
    uint8_t reason; /* enum of_flow_removed_reason */
    struct flow_entry entry;
};

/* Fails if the body is cut short. An entry without any wildcard gets priority
 * 65535, as in of_decode_flow_stats. */
int of_decode_flow_removed(struct base_reader *body, struct of_flow_removed *removed,
                           struct base_error *error);

/* Section 5.3.5.2, struct ofp_flow_stats: appends every record that is left in
 * `body` (one message, opened with of_open_stats) to the table, in its order.
 * Actions are in the table's arena.
 *
 * Fails, naming the record (from 1, counted in this message) and what is wrong
 * in it, on: a length below 88 or behind the end of the body, actions that
 * of_decode_actions refuses, more than max_entries in the table, no memory. The
 * records before it are in the table then. An entry without any wildcard on
 * the wire gets priority 65535 (section 3.4). */
int of_decode_flow_stats(struct base_reader *body, struct flow_table *table, size_t max_entries,
                         struct base_error *error);

#endif
