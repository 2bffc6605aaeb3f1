/* SPDX-License-Identifier: Apache-2.0
 *
 * Statistics (OpenFlow 1.0, section 5.3.5): the STATS_REQUESTs that a check
 * sends and the STATS_REPLYs to them, but for the records of OFPST_FLOW, which
 * are in flow_codec.h. */
#ifndef OPENFLOW_OF10_STATS_H
#define OPENFLOW_OF10_STATS_H

#include "model/state.h"
#include "openflow/message.h"

struct of_stats {
    uint16_t kind; /* enum of_stats_kind, or one that we do not know */
    bool more;     /* OFPSF_REPLY_MORE: another reply with this xid follows */
};

/* Reads the front of the body of a STATS_REPLY; `body` is then at the first
 * record. A kind that we do not know is no error, and the reply can be skipped.
 * Fails on a length against the rule of the kind (a fixed size, or whole
 * records). */
int of_open_stats(struct base_reader *body, struct of_stats *stats, struct base_error *error);

/* Appends a request for every entry of every table: `kind` is OFPST_FLOW (each
 * entry is reported) or OFPST_AGGREGATE (they are counted). */
void of_encode_flow_request(struct base_buffer *out, uint32_t xid, enum of_stats_kind kind);

/* Appends a request for the counters of every port (OFPST_PORT). */
void of_encode_port_request(struct base_buffer *out, uint32_t xid);

/* Section 5.3.5.3: the reply to OFPST_AGGREGATE. Counters are UINT64_MAX where
 * the switch does not count. */
struct of_aggregate {
    uint64_t n_packets, n_bytes;
    uint32_t n_flows;
};

/* Fails if the body is cut short. */
int of_decode_aggregate(struct base_reader *body, struct of_aggregate *aggregate,
                        struct base_error *error);

/* Section 5.3.2 (1.3.5: 7.3.2), struct ofp_switch_config: *fragments is of enum
 * fragment_handling. Fails on a body that is cut short. */
int of_decode_config(struct base_reader *body, uint8_t *fragments, struct base_error *error);

/* Section 5.3.5.5: reads every record of a reply to OFPST_PORT into the ports
 * of a state (has_counters, counters). Records of ports that the state does not
 * have are passed over. Fails if the last record is cut short. */
int of_decode_port_counters(struct base_reader *body, struct switch_state *state,
                            struct base_error *error);

#endif
