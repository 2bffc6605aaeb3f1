/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/stats.h"
#include "openflow/check.h"
#include "openflow/match_codec.h"

#include "model/port.h"

/* What stands behind kind and flags. The records of FLOW have lengths of their
 * own, which flow_codec.c checks. */
static const struct {
    const char *name;
    struct of_length_rule request, reply;
} kinds[] = {
    [OFPST_DESC] = {"DESC", {0, 0}, {OF_DESC_BYTES, 0}},
    [OFPST_FLOW] = {"FLOW", {44, 0}, {0, 1}},
    [OFPST_AGGREGATE] = {"AGGREGATE", {44, 0}, {OF_AGGREGATE_BYTES, 0}},
    [OFPST_TABLE] = {"TABLE", {0, 0}, {0, OF_TABLE_STATS_BYTES}},
    [OFPST_PORT] = {"PORT", {8, 0}, {0, OF_PORT_STATS_BYTES}},
    [OFPST_QUEUE] = {"QUEUE", {8, 0}, {0, OF_QUEUE_STATS_BYTES}},
};
enum { N_KINDS = sizeof kinds / sizeof kinds[0] };

int of_open_stats(const struct of_header *header, struct base_reader *body, struct of_stats *stats,
                  struct base_error *error)
{
    bool is_reply = header->type == OFPT_STATS_REPLY;
    stats->kind = base_read_be16(body);
    stats->flags = base_read_be16(body);
    stats->more = is_reply && stats->flags & OFPSF_REPLY_MORE;
    if (of_check_read(body, "statistics", error) || stats->kind >= N_KINDS) {
        return body->failed ? -1 : 0;
    }
    struct of_length_rule rule = is_reply ? kinds[stats->kind].reply : kinds[stats->kind].request;
    if (!of_length_fits(rule, base_reader_left(body))) {
        return base_fail(error, "%s of %s: the body has %zu bytes, must have %s (section 5.3.5)",
                         of_type_name(header->type), kinds[stats->kind].name,
                         base_reader_left(body), of_length_words(rule).text);
    }
    return 0;
}

const char *of_stats_name(uint16_t kind)
{
    if (kind == OFPST_VENDOR) {
        return "VENDOR";
    }
    return kind < N_KINDS ? kinds[kind].name : NULL;
}

size_t of_begin_stats(struct base_buffer *out, enum of_type type, uint32_t xid,
                      enum of_stats_kind kind, bool more)
{
    size_t begin = of_begin(out, type, xid);
    base_put_be16(out, (uint16_t)kind);
    base_put_be16(out, more ? OFPSF_REPLY_MORE : 0);
    return begin;
}

static size_t begin_request(struct base_buffer *out, uint32_t xid, enum of_stats_kind kind)
{
    return of_begin_stats(out, OFPT_STATS_REQUEST, xid, kind, false);
}

void of_encode_stats_request(struct base_buffer *out, uint32_t xid, enum of_stats_kind kind)
{
    of_end(out, begin_request(out, xid, kind));
}

struct of_flow_request of_every_flow(void)
{
    return (struct of_flow_request){.table_id = OFP_ALL_TABLES, .out_port = PORT_NONE};
}

int of_decode_flow_request(struct base_reader *body, struct of_flow_request *request,
                           struct base_error *error)
{
    if (of_decode_match(body, &request->match, NULL, error)) {
        return -1;
    }
    request->table_id = base_read_u8(body);
    base_read_skip(body, 1);
    request->out_port = base_read_be16(body);
    return of_check_read(body, "flow stats request", error);
}

int of_encode_flow_request(struct base_buffer *out, uint32_t xid, enum of_stats_kind kind,
                           const struct of_flow_request *request, struct base_error *error)
{
    size_t begin = begin_request(out, xid, kind);
    if (of_encode_match(out, &request->match, error)) {
        out->n_bytes = begin;
        return -1;
    }
    base_put_u8(out, request->table_id);
    base_put_u8(out, 0);
    base_put_be16(out, request->out_port);
    of_end(out, begin);
    return 0;
}

int of_decode_port_stats_request(struct base_reader *body, uint16_t *port, struct base_error *error)
{
    *port = base_read_be16(body);
    base_read_skip(body, 6);
    return of_check_read(body, "port stats request", error);
}

void of_encode_port_stats_request(struct base_buffer *out, uint32_t xid, uint16_t port)
{
    size_t begin = begin_request(out, xid, OFPST_PORT);
    base_put_be16(out, port);
    (void)base_put_zeros(out, 6);
    of_end(out, begin);
}

int of_decode_queue_stats_request(struct base_reader *body, struct of_queue_request *request,
                                  struct base_error *error)
{
    request->port = base_read_be16(body);
    base_read_skip(body, 2);
    request->queue_id = base_read_be32(body);
    return of_check_read(body, "queue stats request", error);
}

void of_encode_queue_stats_request(struct base_buffer *out, uint32_t xid,
                                   const struct of_queue_request *request)
{
    size_t begin = begin_request(out, xid, OFPST_QUEUE);
    base_put_be16(out, request->port);
    base_put_be16(out, 0);
    base_put_be32(out, request->queue_id);
    of_end(out, begin);
}
