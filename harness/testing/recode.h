/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: any message through its decoder and its encoder. */
#ifndef TESTING_RECODE_H
#define TESTING_RECODE_H

#include "openflow/error.h"
#include "openflow/flow_codec.h"
#include "openflow/packet_codec.h"
#include "openflow/port_codec.h"
#include "openflow/queue_codec.h"
#include "openflow/stats.h"

static inline int recode_bytes(const struct of_header *header, struct base_reader *body,
                               struct base_buffer *out, struct base_error *error)
{
    size_t n_bytes = base_reader_left(body);
    of_encode_bytes(out, header->type, header->xid, base_read_bytes(body, n_bytes), n_bytes);
    return of_type_name(header->type) ? 0 : base_fail(error, "unknown type");
}

static inline int recode_error(const struct of_header *header, struct base_reader *body,
                               struct base_buffer *out, struct base_error *error)
{
    struct of_error of_error;
    struct base_buffer text = {0};
    if (of_decode_error(body, &of_error, error)) {
        return -1;
    }
    of_error_format(&of_error, &text);
    base_buffer_free(&text);
    of_encode_error(out, header->xid, &of_error);
    return 0;
}

static inline int recode_features(const struct of_header *header, struct base_reader *body,
                                  struct base_buffer *out, struct base_error *error)
{
    struct switch_state state = {0};
    int rc = of_decode_features(body, &state, error);
    if (rc == 0) {
        of_encode_features(out, header->xid, &state);
    }
    switch_state_free(&state);
    return rc;
}

/* The messages that are one struct without memory of its own. */
#define RECODE(struct_name, decode, encode)                                                        \
    struct struct_name it;                                                                         \
    if (decode(body, &it, error)) {                                                                \
        return -1;                                                                                 \
    }                                                                                              \
    encode

static inline int recode_small(const struct of_header *header, struct base_reader *body,
                               struct base_buffer *out, struct base_error *error)
{
    switch (header->type) {
    case OFPT_VENDOR: {
        RECODE(of_vendor, of_decode_vendor, of_encode_vendor)(out, header->xid, &it);
        return 0;
    }
    case OFPT_GET_CONFIG_REPLY:
    case OFPT_SET_CONFIG: {
        RECODE(of_config, of_decode_config, of_encode_config)(out, header->type, header->xid, &it);
        return 0;
    }
    case OFPT_PACKET_IN: {
        RECODE(of_packet_in, of_decode_packet_in, of_encode_packet_in)(out, header->xid, &it);
        return 0;
    }
    case OFPT_PORT_STATUS: {
        RECODE(of_port_status, of_decode_port_status, of_encode_port_status)
        (out, header->xid, &it);
        return 0;
    }
    case OFPT_PORT_MOD: {
        RECODE(of_port_mod, of_decode_port_mod, of_encode_port_mod)(out, header->xid, &it);
        return 0;
    }
    default:
        return recode_bytes(header, body, out, error);
    }
}

static inline int recode_listing(const struct of_header *header, struct base_reader *body,
                                 struct base_arena *arena, struct base_buffer *out,
                                 struct base_error *error)
{
    switch (header->type) {
    case OFPT_FLOW_MOD: {
        struct of_flow_mod mod;
        return of_decode_flow_mod(body, arena, &mod, error)
                   ? -1
                   : of_encode_flow_mod(out, header->xid, &mod, error);
    }
    case OFPT_PACKET_OUT: {
        struct of_packet_out packet;
        return of_decode_packet_out(body, arena, &packet, error)
                   ? -1
                   : of_encode_packet_out(out, header->xid, &packet, error);
    }
    case OFPT_FLOW_REMOVED: {
        struct of_flow_removed removed;
        return of_decode_flow_removed(body, &removed, error)
                   ? -1
                   : of_encode_flow_removed(out, header->xid, &removed, error);
    }
    default: {
        uint16_t port;
        const struct of_queue *queues;
        size_t n_queues;
        if (of_decode_queue_config(body, arena, &port, &queues, &n_queues, error)) {
            return -1;
        }
        of_encode_queue_config(out, header->xid, port, queues, n_queues);
        return 0;
    }
    }
}

static inline int recode_request_body(const struct of_header *header, const struct of_stats *stats,
                                      struct base_reader *body, struct base_buffer *out,
                                      struct base_error *error)
{
    switch (stats->kind) {
    case OFPST_FLOW:
    case OFPST_AGGREGATE: {
        struct of_flow_request request;
        return of_decode_flow_request(body, &request, error)
                   ? -1
                   : of_encode_flow_request(out, header->xid, stats->kind, &request, error);
    }
    case OFPST_PORT: {
        uint16_t port;
        if (of_decode_port_stats_request(body, &port, error)) {
            return -1;
        }
        of_encode_port_stats_request(out, header->xid, port);
        return 0;
    }
    case OFPST_QUEUE: {
        RECODE(of_queue_request, of_decode_queue_stats_request, of_encode_queue_stats_request)
        (out, header->xid, &it);
        return 0;
    }
    default:
        of_encode_stats_request(out, header->xid, stats->kind);
        return 0;
    }
}

static inline int recode_flows(struct base_reader *body, struct base_buffer *out,
                               struct base_error *error)
{
    struct flow_table table = {0};
    int rc = of_decode_flow_stats(body, &table, SIZE_MAX, error);
    for (size_t i = 0; rc == 0 && i < table.n_entries; i++) {
        rc = of_encode_flow_stats(out, &table.entries[i], error);
    }
    flow_table_free(&table);
    return rc;
}

static inline int recode_record(uint16_t kind, struct base_reader *body, struct base_buffer *out,
                                struct base_error *error)
{
    switch (kind) {
    case OFPST_DESC: {
        RECODE(of_desc, of_decode_desc, of_encode_desc)(out, &it);
        return 0;
    }
    case OFPST_AGGREGATE: {
        RECODE(of_aggregate, of_decode_aggregate, of_encode_aggregate)(out, &it);
        return 0;
    }
    case OFPST_TABLE: {
        RECODE(of_table_stats, of_decode_table_stats, of_encode_table_stats)(out, &it);
        return 0;
    }
    case OFPST_PORT: {
        RECODE(of_port_stats, of_decode_port_stats, of_encode_port_stats)(out, &it);
        return 0;
    }
    case OFPST_QUEUE: {
        RECODE(of_queue_stats, of_decode_queue_stats, of_encode_queue_stats)(out, &it);
        return 0;
    }
    default: {
        size_t n_bytes = base_reader_left(body);
        base_put_bytes(out, base_read_bytes(body, n_bytes), n_bytes);
        return 0;
    }
    }
}

static inline int recode_stats(const struct of_header *header, struct base_reader *body,
                               struct base_buffer *out, struct base_error *error)
{
    struct of_stats stats;
    if (of_open_stats(header, body, &stats, error)) {
        return -1;
    }
    if (header->type == OFPT_STATS_REQUEST && of_stats_name(stats.kind) &&
        stats.kind != OFPST_VENDOR) {
        return recode_request_body(header, &stats, body, out, error);
    }
    size_t begin = of_begin_stats(out, header->type, header->xid, stats.kind, stats.more);
    int rc = 0;
    if (stats.kind == OFPST_FLOW) {
        rc = recode_flows(body, out, error);
    }
    while (rc == 0 && base_reader_left(body) > 0) {
        rc = recode_record(stats.kind, body, out, error);
    }
    of_end(out, begin);
    return rc;
}

/* Decodes one whole message and writes what was understood to `out`, which is
 * empty. 0; -1 and why; 1 for a type that we do not know. */
static inline int recode(const void *bytes, size_t n_bytes, struct base_buffer *out,
                         struct base_error *error)
{
    struct of_header header;
    struct base_reader body;
    struct base_arena arena = {0};
    int rc = 0;
    if (of_open(bytes, n_bytes, &header, &body, error)) {
        return -1;
    }
    switch (header.type) {
    case OFPT_ERROR:
        rc = recode_error(&header, &body, out, error);
        break;
    case OFPT_FEATURES_REPLY:
        rc = recode_features(&header, &body, out, error);
        break;
    case OFPT_FLOW_MOD:
    case OFPT_PACKET_OUT:
    case OFPT_FLOW_REMOVED:
    case OFPT_QUEUE_GET_CONFIG_REPLY:
        rc = recode_listing(&header, &body, &arena, out, error);
        break;
    case OFPT_STATS_REQUEST:
    case OFPT_STATS_REPLY:
        rc = recode_stats(&header, &body, out, error);
        break;
    default:
        rc = of_type_name(header.type) ? recode_small(&header, &body, out, error) : 1;
    }
    base_arena_free(&arena);
    return rc;
}

#endif
