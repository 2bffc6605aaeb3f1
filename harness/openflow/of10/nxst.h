/* SPDX-License-Identifier: Apache-2.0
 *
 * NXST_FLOW, Open vSwitch's flow statistics with the whole match: a kind of
 * OFPST_VENDOR that needs nothing set on the switch. One that does not know it
 * answers with an error, BAD_REQUEST or BAD_VENDOR. (include/openflow/nicira-ext.h of
 * Open vSwitch, struct nx_flow_stats.) */
#ifndef OPENFLOW_OF10_NXST_H
#define OPENFLOW_OF10_NXST_H

#include "model/flow.h"
#include "openflow/message.h"

/* Appends a request for every entry of every table. */
void of_encode_nxst_flow_request(struct base_buffer *out, uint32_t xid);

/* Appends every record of one reply to the table, as of_decode_flow_stats does; `body` is behind
 * kind and flags (of_open_stats). Fields that struct match does not have become the
 * entries' extras. -1 as there, and on a vendor or kind that is not this one. */
int of_decode_nxst_flow(struct base_reader *body, struct flow_table *table, size_t max_entries,
                        struct base_error *error);

#endif
