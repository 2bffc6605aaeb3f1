/* SPDX-License-Identifier: Apache-2.0
 *
 * Flow entries on the wire: FLOW_MOD, FLOW_REMOVED and the replies to
 * OFPST_FLOW. The other statistics are in stats.h. */
#ifndef OPENFLOW_FLOW_CODEC_H
#define OPENFLOW_FLOW_CODEC_H

#include "model/flow.h"
#include "openflow/message.h"

/* Section 5.3.3, struct ofp_flow_mod. */
struct of_flow_mod {
    uint16_t command;        /* enum of_flow_command */
    uint16_t flags;          /* OFPFF_* */
    uint16_t out_port;       /* deletes: only entries that send there; else PORT_NONE */
    uint32_t buffer_id;      /* OFP_NO_BUFFER: none */
    struct flow_entry entry; /* match, actions, cookie, priority, timeouts */
};

/* The actions are in the arena. Fails on actions as of_decode_actions, and on
 * a command that does not exist. */
int of_decode_flow_mod(struct base_reader *body, struct base_arena *arena, struct of_flow_mod *mod,
                       struct base_error *error);

/* Fails, having written nothing, on what OpenFlow 1.0 can not say. */
int of_encode_flow_mod(struct base_buffer *out, uint32_t xid, const struct of_flow_mod *mod,
                       struct base_error *error);

/* Section 5.4.2, struct ofp_flow_removed: counters and duration at the end;
 * the message has neither the actions nor the hard timeout. */
struct of_flow_removed {
    uint8_t reason; /* enum of_flow_removed_reason */
    struct flow_entry entry;
};
int of_decode_flow_removed(struct base_reader *body, struct of_flow_removed *removed,
                           struct base_error *error);
int of_encode_flow_removed(struct base_buffer *out, uint32_t xid,
                           const struct of_flow_removed *removed, struct base_error *error);

/* Section 5.3.5.2, struct ofp_flow_stats: appends every record that is left in
 * `body` (one message, opened with of_open_stats) to the table, in its order.
 *
 * Fails, naming the record (from 1, counted in this message) and what is wrong
 * in it, on: a length below 88 or behind the end of the body, actions as
 * of_decode_actions, more than max_entries in the table. The records before it
 * are in the table then. An entry without any wildcard on the wire gets
 * priority 65535 (section 3.4). */
int of_decode_flow_stats(struct base_reader *body, struct flow_table *table, size_t max_entries,
                         struct base_error *error);

/* One record. Fails, having written nothing, on what 1.0 can not say. */
int of_encode_flow_stats(struct base_buffer *out, const struct flow_entry *entry,
                         struct base_error *error);

#endif
