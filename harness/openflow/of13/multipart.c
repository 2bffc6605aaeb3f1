/* SPDX-License-Identifier: Apache-2.0
 *
 * How do messages of OpenFlow 1.3 begin, and how is asked for statistics? */
#include "openflow/of13/multipart.h"

#include "openflow/check.h"
#include "openflow/of13/wire.h"

/* By number on the wire (section 7.1.1). The neutral type has the number of 1.0 where 1.0 has the
 * message; OF_N_TYPES: a check has no use for it. */
static const struct {
    const char *name;
    uint8_t type; /* enum of_type */
    struct of_length_rule length;
} types[] = {
    {"HELLO", OFPT_HELLO, {8, 1}},
    {"ERROR", OFPT_ERROR, {12, 1}},
    {"ECHO_REQUEST", OFPT_ECHO_REQUEST, {8, 1}},
    {"ECHO_REPLY", OFPT_ECHO_REPLY, {8, 1}},
    {"EXPERIMENTER", OFPT_VENDOR, {16, 1}},
    {"FEATURES_REQUEST", OFPT_FEATURES_REQUEST, {8, 0}},
    {"FEATURES_REPLY", OFPT_FEATURES_REPLY, {32, 0}},
    {"GET_CONFIG_REQUEST", OFPT_GET_CONFIG_REQUEST, {8, 0}},
    {"GET_CONFIG_REPLY", OFPT_GET_CONFIG_REPLY, {12, 0}},
    {"SET_CONFIG", OFPT_SET_CONFIG, {12, 0}},
    {"PACKET_IN", OFPT_PACKET_IN, {34, 1}},
    {"FLOW_REMOVED", OFPT_FLOW_REMOVED, {56, 8}},
    {"PORT_STATUS", OFPT_PORT_STATUS, {80, 0}},
    {"PACKET_OUT", OFPT_PACKET_OUT, {24, 1}},
    {"FLOW_MOD", OFPT_FLOW_MOD, {56, 8}},
    {"GROUP_MOD", OF_N_TYPES, {16, 8}},
    {"PORT_MOD", OFPT_PORT_MOD, {40, 0}},
    {"TABLE_MOD", OF_N_TYPES, {16, 0}},
    {"MULTIPART_REQUEST", OFPT_STATS_REQUEST, {OF13_MULTIPART_HEADER_BYTES, 1}},
    {"MULTIPART_REPLY", OFPT_STATS_REPLY, {OF13_MULTIPART_HEADER_BYTES, 1}},
    {"BARRIER_REQUEST", OFPT_BARRIER_REQUEST, {8, 0}},
    {"BARRIER_REPLY", OFPT_BARRIER_REPLY, {8, 0}},
    {"QUEUE_GET_CONFIG_REQUEST", OFPT_QUEUE_GET_CONFIG_REQUEST, {16, 0}},
    {"QUEUE_GET_CONFIG_REPLY", OFPT_QUEUE_GET_CONFIG_REPLY, {16, 1}},
    {"ROLE_REQUEST", OF_N_TYPES, {24, 0}},
    {"ROLE_REPLY", OF_N_TYPES, {24, 0}},
    {"GET_ASYNC_REQUEST", OF_N_TYPES, {8, 0}},
    {"GET_ASYNC_REPLY", OF_N_TYPES, {32, 0}},
    {"SET_ASYNC", OF_N_TYPES, {32, 0}},
    {"METER_MOD", OF_N_TYPES, {16, 8}},
};
enum { N_WIRE_TYPES = sizeof types / sizeof *types };

const char *of13_type_name(uint8_t wire)
{
    return wire < N_WIRE_TYPES ? types[wire].name : NULL;
}

static int check_header(const struct of_header *header, uint8_t wire, struct base_error *error)
{
    bool any_version = wire == OFPT_HELLO || wire == OFPT_ERROR;
    if (header->version != OF13_VERSION && !any_version) {
        return base_fail(error, "version is %u, 4 was agreed upon", header->version);
    }
    if (wire < N_WIRE_TYPES && !of_length_fits(types[wire].length, header->length)) {
        return base_fail(error, "has %u bytes, must have %s", header->length,
                         of_length_words(types[wire].length).text);
    }
    return 0;
}

int of13_open(const void *bytes, size_t n_bytes, struct of_header *header, struct base_reader *body,
              struct base_error *error)
{
    *body = base_reader_over(bytes, n_bytes);
    header->version = base_read_u8(body);
    uint8_t wire = base_read_u8(body);
    header->length = base_read_be16(body);
    header->xid = base_read_be32(body);
    header->type = wire < N_WIRE_TYPES ? types[wire].type : UINT8_MAX;
    if (body->failed || header->length != n_bytes) {
        return base_fail(error, "message of %zu bytes says that it has %u (%s)", n_bytes,
                         header->length, of_hex(bytes, n_bytes).text);
    }
    return check_header(header, wire, error)
               ? base_fail_in(error, "%s type %u xid 0x%x (%s)",
                              wire < N_WIRE_TYPES ? types[wire].name : "message", wire, header->xid,
                              of_hex(bytes, n_bytes).text)
               : 0;
}

size_t of13_begin(struct base_buffer *out, enum of_type type, uint32_t xid)
{
    size_t begin = out->n_bytes;
    uint8_t wire = 0;
    while (wire + 1 < N_WIRE_TYPES && types[wire].type != type) {
        wire++;
    }
    base_put_u8(out, OF13_VERSION);
    base_put_u8(out, wire);
    base_put_be16(out, 0);
    base_put_be32(out, xid);
    return begin;
}

void of13_encode_empty(struct base_buffer *out, enum of_type type, uint32_t xid)
{
    of_end(out, of13_begin(out, type, xid));
}

/* What follows the header of a reply; kinds that are not here have records of lengths of their
 * own. */
static bool length_fits(uint16_t kind, size_t n_bytes, struct of_length_rule *rule)
{
    switch (kind) {
    case OFPST_DESC:
        *rule = (struct of_length_rule){OF_DESC_BYTES, 0};
        break;
    case OFPST_AGGREGATE:
        *rule = (struct of_length_rule){OF13_AGGREGATE_BYTES, 0};
        break;
    case OFPST_TABLE:
        *rule = (struct of_length_rule){0, OF13_TABLE_STATS_BYTES};
        break;
    case OFPST_PORT:
        *rule = (struct of_length_rule){0, OF13_PORT_STATS_BYTES};
        break;
    case OFPST_QUEUE:
        *rule = (struct of_length_rule){0, OF13_QUEUE_STATS_BYTES};
        break;
    case OFPST_PORT_DESC:
        *rule = (struct of_length_rule){0, OF13_PORT_BYTES};
        break;
    default:
        *rule = (struct of_length_rule){0, 1};
    }
    return of_length_fits(*rule, n_bytes);
}

int of13_open_multipart(struct base_reader *body, struct of_stats *stats, struct base_error *error)
{
    struct of_length_rule rule;
    stats->kind = base_read_be16(body);
    stats->more = base_read_be16(body) & OFPSF_REPLY_MORE;
    base_read_skip(body, 4);
    if (of_check_read(body, "multipart reply", error)) {
        return -1;
    }
    if (!length_fits(stats->kind, base_reader_left(body), &rule)) {
        return base_fail(error, "MULTIPART_REPLY of kind %u: the body has %zu bytes, must have %s",
                         stats->kind, base_reader_left(body), of_length_words(rule).text);
    }
    return 0;
}

/* Whichever table, port, group and cookie; an empty match. */
static void put_flow_request(struct base_buffer *out)
{
    base_put_u8(out, OF13_ALL_TABLES);
    (void)base_put_zeros(out, 3);
    base_put_be32(out, OF13_ANY);
    base_put_be32(out, OF13_ANY);
    (void)base_put_zeros(out, 4 + 8 + 8);
    base_put_be16(out, OF13_MATCH_OXM);
    base_put_be16(out, 4);
    (void)base_put_zeros(out, 4);
}

void of13_encode_request(struct base_buffer *out, uint32_t xid, enum of_stats_kind kind)
{
    size_t begin = of13_begin(out, OFPT_STATS_REQUEST, xid);
    base_put_be16(out, (uint16_t)kind);
    base_put_be16(out, 0); /* flags */
    (void)base_put_zeros(out, 4);
    switch (kind) {
    case OFPST_FLOW:
    case OFPST_AGGREGATE:
        put_flow_request(out);
        break;
    case OFPST_PORT:
    case OFPST_GROUP:
    case OFPST_METER:
    case OFPST_METER_CONFIG:
        base_put_be32(out, OF13_ANY);
        (void)base_put_zeros(out, 4);
        break;
    default: /* DESC, TABLE, GROUP_DESC and PORT_DESC have no body */
        break;
    }
    of_end(out, begin);
}
