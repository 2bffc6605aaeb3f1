/* SPDX-License-Identifier: Apache-2.0
 *
 * STATS_REQUEST and STATS_REPLY (OpenFlow 1.0, section 5.3.5), but for the
 * records of OFPST_FLOW, which are in flow_codec.h.
 *
 * A reply to OFPST_DESC and OFPST_AGGREGATE is one struct; the others are
 * records, and a caller reads while base_reader_left(&body) > 0. */
#ifndef OPENFLOW_STATS_H
#define OPENFLOW_STATS_H

#include "model/match.h"
#include "model/state.h"
#include "openflow/message.h"

struct of_stats {
    uint16_t kind; /* enum of_stats_kind, or one that we do not know */
    uint16_t flags;
    bool more; /* OFPSF_REPLY_MORE: another reply with this xid follows */
};

/* The front of the body of a message of type STATS_REQUEST or STATS_REPLY;
 * `body` is then at the request or at the first record. A kind that we do not
 * know, and OFPST_VENDOR, is no error and can be skipped
 * (of_stats_name(kind) is NULL for the former). Fails on a length against the
 * rule of the kind (a fixed size, or whole records). */
int of_open_stats(const struct of_header *header, struct base_reader *body, struct of_stats *stats,
                  struct base_error *error);

/* "FLOW"; NULL for a kind that OpenFlow 1.0 does not have. */
const char *of_stats_name(uint16_t kind);

/* As of_begin, with kind and MORE flag; closed by of_end. */
size_t of_begin_stats(struct base_buffer *out, enum of_type type, uint32_t xid,
                      enum of_stats_kind kind, bool more);

/* Requests. DESC and TABLE have no parameters. */
void of_encode_stats_request(struct base_buffer *out, uint32_t xid, enum of_stats_kind kind);

/* FLOW and AGGREGATE: {0} with table_id OFP_ALL_TABLES and out_port PORT_NONE
 * is every entry: of_every_flow(). */
struct of_flow_request {
    struct match match;
    uint8_t table_id;  /* OFP_ALL_TABLES: all */
    uint16_t out_port; /* only entries that send there; PORT_NONE: all */
};
struct of_flow_request of_every_flow(void);
int of_decode_flow_request(struct base_reader *body, struct of_flow_request *request,
                           struct base_error *error);
int of_encode_flow_request(struct base_buffer *out, uint32_t xid, enum of_stats_kind kind,
                           const struct of_flow_request *request, struct base_error *error);

/* PORT: PORT_NONE is all ports. */
int of_decode_port_stats_request(struct base_reader *body, uint16_t *port,
                                 struct base_error *error);
void of_encode_port_stats_request(struct base_buffer *out, uint32_t xid, uint16_t port);

/* QUEUE: PORT_ALL, OFPQ_ALL. */
struct of_queue_request {
    uint16_t port;
    uint32_t queue_id;
};
int of_decode_queue_stats_request(struct base_reader *body, struct of_queue_request *request,
                                  struct base_error *error);
void of_encode_queue_stats_request(struct base_buffer *out, uint32_t xid,
                                   const struct of_queue_request *request);

/* Replies. Each decoder reads one struct; each encoder writes one, between
 * of_begin_stats and of_end. Counters are UINT64_MAX where the switch does not
 * count. All text is zero-terminated here, whatever the switch sent. */
struct of_desc {
    char manufacturer[257], hardware[257], software[257], serial[33], datapath[257];
};
int of_decode_desc(struct base_reader *body, struct of_desc *desc, struct base_error *error);
void of_encode_desc(struct base_buffer *out, const struct of_desc *desc);

struct of_aggregate {
    uint64_t n_packets, n_bytes;
    uint32_t n_flows;
};
int of_decode_aggregate(struct base_reader *body, struct of_aggregate *aggregate,
                        struct base_error *error);
void of_encode_aggregate(struct base_buffer *out, const struct of_aggregate *aggregate);

struct of_table_stats {
    uint8_t table_id;
    char name[33];
    uint32_t wildcards; /* OFPFW_* that the table supports */
    uint32_t max_entries, n_active;
    uint64_t n_lookups, n_matched;
};
int of_decode_table_stats(struct base_reader *body, struct of_table_stats *table,
                          struct base_error *error);
void of_encode_table_stats(struct base_buffer *out, const struct of_table_stats *table);

struct of_port_stats {
    uint16_t port;
    struct port_counters counters;
};
int of_decode_port_stats(struct base_reader *body, struct of_port_stats *stats,
                         struct base_error *error);
void of_encode_port_stats(struct base_buffer *out, const struct of_port_stats *stats);

/* Reads every record of a PORT reply into the ports of a state (has_counters,
 * counters). Records of ports that the state does not have are passed over. */
int of_decode_port_counters(struct base_reader *body, struct switch_state *state,
                            struct base_error *error);

struct of_queue_stats {
    uint16_t port;
    uint32_t queue_id;
    uint64_t tx_bytes, tx_packets, tx_errors;
};
int of_decode_queue_stats(struct base_reader *body, struct of_queue_stats *queue,
                          struct base_error *error);
void of_encode_queue_stats(struct base_buffer *out, const struct of_queue_stats *queue);

#endif
