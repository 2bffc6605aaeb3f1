/* SPDX-License-Identifier: Apache-2.0
 *
 * How are statistics asked for, and what does a switch count? */
#include "openflow/of10/stats.h"
#include "openflow/check.h"
#include "openflow/of10/match_codec.h"

/* What follows kind and flags of a reply. The records of FLOW have
 * lengths of their own, which flow_codec.c checks. */
static const struct {
    const char *name;
    struct of_length_rule length;
} kinds[] = {
    [OFPST_DESC] = {"DESC", {OF_DESC_BYTES, 0}},
    [OFPST_FLOW] = {"FLOW", {0, 1}},
    [OFPST_AGGREGATE] = {"AGGREGATE", {OF_AGGREGATE_BYTES, 0}},
    [OFPST_TABLE] = {"TABLE", {0, OF_TABLE_STATS_BYTES}},
    [OFPST_PORT] = {"PORT", {0, OF_PORT_STATS_BYTES}},
    [OFPST_QUEUE] = {"QUEUE", {0, OF_QUEUE_STATS_BYTES}},
};
enum { N_KINDS = sizeof kinds / sizeof kinds[0] };

int of_open_stats(struct base_reader *body, struct of_stats *stats, struct base_error *error)
{
    stats->kind = base_read_be16(body);
    stats->more = base_read_be16(body) & OFPSF_REPLY_MORE;
    if (of_check_read(body, "statistics", error)) {
        return -1;
    }
    if (stats->kind < N_KINDS &&
        !of_length_fits(kinds[stats->kind].length, base_reader_left(body))) {
        return base_fail(error,
                         "STATS_REPLY of %s: the body has %zu bytes, must have %s (section 5.3.5)",
                         kinds[stats->kind].name, base_reader_left(body),
                         of_length_words(kinds[stats->kind].length).text);
    }
    return 0;
}

static size_t begin_request(struct base_buffer *out, uint32_t xid, enum of_stats_kind kind)
{
    size_t begin = of_begin(out, OFPT_STATS_REQUEST, xid);
    base_put_be16(out, (uint16_t)kind);
    base_put_be16(out, 0); /* flags: none are defined */
    return begin;
}

void of_encode_flow_request(struct base_buffer *out, uint32_t xid, enum of_stats_kind kind)
{
    size_t begin = begin_request(out, xid, kind);
    of_encode_match(out, &(struct match){0}, NULL);
    base_put_u8(out, OFP_ALL_TABLES);
    base_put_u8(out, 0);
    base_put_be16(out, PORT_NONE); /* wherever they send */
    of_end(out, begin);
}

void of_encode_port_request(struct base_buffer *out, uint32_t xid)
{
    size_t begin = begin_request(out, xid, OFPST_PORT);
    base_put_be16(out, PORT_NONE);
    (void)base_put_zeros(out, 6);
    of_end(out, begin);
}

int of_decode_aggregate(struct base_reader *body, struct of_aggregate *aggregate,
                        struct base_error *error)
{
    aggregate->n_packets = base_read_be64(body);
    aggregate->n_bytes = base_read_be64(body);
    aggregate->n_flows = base_read_be32(body);
    base_read_skip(body, 4);
    return of_check_read(body, "aggregate statistics", error);
}

int of_decode_config(struct base_reader *body, uint8_t *fragments, struct base_error *error)
{
    static const uint8_t handlings[] = {FRAGMENTS_PASS, FRAGMENTS_DROP, FRAGMENTS_REASSEMBLE,
                                        FRAGMENTS_UNKNOWN};
    *fragments = handlings[base_read_be16(body) & OFPC_FRAG_MASK];
    base_read_skip(body, 2); /* miss_send_len */
    return of_check_read(body, "switch configuration", error);
}

int of_decode_port_counters(struct base_reader *body, struct switch_state *state,
                            struct base_error *error)
{
    while (base_reader_left(body) > 0) {
        uint64_t counters[N_PORT_COUNTERS];
        uint16_t number = base_read_be16(body);
        base_read_skip(body, 6);
        for (size_t i = 0; i < N_PORT_COUNTERS; i++) {
            counters[i] = base_read_be64(body);
        }
        if (of_check_read(body, "port statistics", error)) {
            return -1;
        }
        const struct port *port = switch_state_port(state, number);
        if (port) {
            size_t i = (size_t)(port - state->ports);
            memcpy(&state->ports[i].counters, counters, sizeof counters);
            state->ports[i].has_counters = true;
        }
    }
    return 0;
}
