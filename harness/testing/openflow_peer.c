/* SPDX-License-Identifier: Apache-2.0
 *
 * What does the other end of an OpenFlow session write and read? */
#include "testing/openflow_peer.h"

#include "openflow/of10/action_codec.h"
#include "openflow/of10/match_codec.h"
#include "openflow/of13/action_codec.h"
#include "openflow/of13/flow_codec.h"
#include "openflow/of13/match_codec.h"
#include "openflow/of13/multipart.h"
#include "openflow/port_number.h"

#include <stdlib.h>
#include <string.h>

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

void peer_put_error(struct base_buffer *out, uint32_t xid, const struct of_error *of_error)
{
    size_t begin = of_begin(out, OFPT_ERROR, xid);
    base_put_be16(out, of_error->type);
    base_put_be16(out, of_error->code);
    base_put_bytes(out, of_error->data, of_error->n_data);
    of_end(out, begin);
}

static void put_port(struct base_buffer *out, const struct port *port)
{
    base_put_be16(out, port->number);
    base_put_bytes(out, port->dl_addr, sizeof port->dl_addr);
    size_t n_chars = strlen(port->name);
    base_put_bytes(out, port->name, n_chars);
    (void)base_put_zeros(out, 16 - n_chars);
    base_put_be32(out, port->config);
    base_put_be32(out, port->state);
    base_put_be32(out, port->curr);
    base_put_be32(out, port->advertised);
    base_put_be32(out, port->supported);
    base_put_be32(out, port->peer);
}

void peer_put_features(struct base_buffer *out, uint32_t xid, const struct switch_state *state)
{
    size_t begin = of_begin(out, OFPT_FEATURES_REPLY, xid);
    base_put_be64(out, state->datapath_id);
    base_put_be32(out, state->n_buffers);
    base_put_u8(out, state->n_tables);
    (void)base_put_zeros(out, 3);
    base_put_be32(out, state->capabilities);
    base_put_be32(out, state->supported_actions);
    for (size_t i = 0; i < state->n_ports; i++) {
        put_port(out, &state->ports[i]);
    }
    of_end(out, begin);
}

void peer_put_port_status(struct base_buffer *out, uint32_t xid,
                          const struct of_port_status *status)
{
    size_t begin = of_begin(out, OFPT_PORT_STATUS, xid);
    base_put_u8(out, status->reason);
    (void)base_put_zeros(out, 7);
    put_port(out, &status->port);
    of_end(out, begin);
}

void peer_put_flow_removed(struct base_buffer *out, uint32_t xid,
                           const struct of_flow_removed *removed)
{
    const struct flow_entry *entry = &removed->entry;
    size_t begin = of_begin(out, OFPT_FLOW_REMOVED, xid);
    require(of_encode_match(out, &entry->match, NULL) == 0);
    base_put_be64(out, entry->cookie);
    base_put_be16(out, entry->priority);
    base_put_u8(out, removed->reason);
    base_put_u8(out, 0);
    base_put_be32(out, entry->duration_sec);
    base_put_be32(out, entry->duration_nsec);
    base_put_be16(out, entry->idle_timeout);
    base_put_be16(out, 0);
    base_put_be64(out, entry->n_packets);
    base_put_be64(out, entry->n_bytes);
    of_end(out, begin);
}

size_t peer_begin_stats(struct base_buffer *out, uint32_t xid, uint16_t kind, bool more)
{
    size_t begin = of_begin(out, OFPT_STATS_REPLY, xid);
    base_put_be16(out, kind);
    base_put_be16(out, more ? 1 : 0);
    return begin;
}

void peer_put_flow_stats(struct base_buffer *out, const struct flow_entry *entry)
{
    size_t begin = out->n_bytes;
    base_put_be16(out, 0);
    base_put_u8(out, entry->table_id);
    base_put_u8(out, 0);
    require(of_encode_match(out, &entry->match, NULL) == 0);
    base_put_be32(out, entry->duration_sec);
    base_put_be32(out, entry->duration_nsec);
    base_put_be16(out, entry->priority);
    base_put_be16(out, entry->idle_timeout);
    base_put_be16(out, entry->hard_timeout);
    (void)base_put_zeros(out, 6);
    base_put_be64(out, entry->cookie);
    base_put_be64(out, entry->n_packets);
    base_put_be64(out, entry->n_bytes);
    require(of_encode_actions(out, entry->actions, entry->n_actions, NULL) == 0);
    base_patch_be16(out, begin, (uint16_t)(out->n_bytes - begin));
}

void peer_put_aggregate(struct base_buffer *out, const struct of_aggregate *aggregate)
{
    base_put_be64(out, aggregate->n_packets);
    base_put_be64(out, aggregate->n_bytes);
    base_put_be32(out, aggregate->n_flows);
    base_put_be32(out, 0);
}

void peer_put_port_stats(struct base_buffer *out, uint16_t port,
                         const struct port_counters *counters)
{
    const uint64_t in_order[] = {
        counters->rx_packets,     counters->tx_packets,    counters->rx_bytes,
        counters->tx_bytes,       counters->rx_dropped,    counters->tx_dropped,
        counters->rx_errors,      counters->tx_errors,     counters->rx_frame_errors,
        counters->rx_over_errors, counters->rx_crc_errors, counters->collisions,
    };
    base_put_be16(out, port);
    (void)base_put_zeros(out, 6);
    for (size_t i = 0; i < sizeof in_order / sizeof in_order[0]; i++) {
        base_put_be64(out, in_order[i]);
    }
}

int peer_read_flow_mod(struct base_reader *body, struct base_arena *arena, struct of_flow_mod *mod,
                       struct base_error *error)
{
    *mod = (struct of_flow_mod){0};
    struct flow_entry *entry = &mod->entry;
    size_t n_actions;
    bool exact;
    if (of_decode_match(body, &entry->match, &exact, error)) {
        return -1;
    }
    entry->cookie = base_read_be64(body);
    mod->command = base_read_be16(body);
    entry->idle_timeout = base_read_be16(body);
    entry->hard_timeout = base_read_be16(body);
    uint16_t priority = base_read_be16(body);
    entry->priority = exact ? UINT16_MAX : priority;
    mod->buffer_id = base_read_be32(body);
    mod->out_port = base_read_be16(body);
    mod->flags = base_read_be16(body);
    if (body->failed || mod->command > OFPFC_DELETE_STRICT) {
        return base_fail(error, "flow mod: cut short or unknown command");
    }
    if (of_decode_actions(body, arena, &entry->actions, &n_actions, error)) {
        return -1;
    }
    entry->n_actions = (uint16_t)n_actions;
    return 0;
}

size_t peer13_begin_stats(struct base_buffer *out, uint32_t xid, uint16_t kind, bool more)
{
    size_t begin = of13_begin(out, OFPT_STATS_REPLY, xid);
    base_put_be16(out, kind);
    base_put_be16(out, more);
    (void)base_put_zeros(out, 4);
    return begin;
}

void peer13_put_flow_stats(struct base_buffer *out, const struct flow_entry *entry)
{
    size_t begin = out->n_bytes;
    base_put_be16(out, 0);
    base_put_u8(out, entry->table_id);
    base_put_u8(out, 0);
    base_put_be32(out, entry->duration_sec);
    base_put_be32(out, entry->duration_nsec);
    base_put_be16(out, entry->priority);
    base_put_be16(out, entry->idle_timeout);
    base_put_be16(out, entry->hard_timeout);
    base_put_be16(out, entry->flags);
    (void)base_put_zeros(out, 4);
    base_put_be64(out, entry->cookie);
    base_put_be64(out, entry->n_packets);
    base_put_be64(out, entry->n_bytes);
    require(of13_encode_match(out, entry, NULL) == 0);
    require(of13_encode_instructions(out, entry, NULL) == 0);
    base_patch_be16(out, begin, (uint16_t)(out->n_bytes - begin));
}

void peer13_put_flow_removed(struct base_buffer *out, uint32_t xid,
                             const struct of_flow_removed *removed)
{
    const struct flow_entry *entry = &removed->entry;
    size_t begin = of13_begin(out, OFPT_FLOW_REMOVED, xid);
    base_put_be64(out, entry->cookie);
    base_put_be16(out, entry->priority);
    base_put_u8(out, removed->reason);
    base_put_u8(out, entry->table_id);
    base_put_be32(out, entry->duration_sec);
    base_put_be32(out, entry->duration_nsec);
    base_put_be16(out, entry->idle_timeout);
    base_put_be16(out, entry->hard_timeout);
    base_put_be64(out, entry->n_packets);
    base_put_be64(out, entry->n_bytes);
    require(of13_encode_match(out, entry, NULL) == 0);
    of_end(out, begin);
}

/* Match and instructions stand as in a record of flow statistics, which can be read. */
int peer13_read_flow_mod(struct base_reader *body, struct flow_table *table,
                         struct of_flow_mod *mod, struct base_error *error)
{
    enum { FIXED_BYTES = 48 };
    uint64_t cookie = base_read_be64(body), cookie_mask = base_read_be64(body);
    uint8_t table_id = base_read_u8(body);
    *mod = (struct of_flow_mod){.command = base_read_u8(body)};
    uint16_t idle = base_read_be16(body), hard = base_read_be16(body);
    uint16_t priority = base_read_be16(body);
    mod->buffer_id = base_read_be32(body);
    mod->out_port = (uint16_t)base_read_be32(body);
    uint32_t group = base_read_be32(body);
    mod->flags = base_read_be16(body);
    base_read_skip(body, 2);
    if (body->failed || mod->command > OFPFC_DELETE_STRICT || cookie_mask || group != UINT32_MAX) {
        return base_fail(error, "flow mod: cut short, unknown command, or limited");
    }
    struct base_buffer record = {0};
    size_t n_rest = base_reader_left(body);
    base_put_be16(&record, (uint16_t)(FIXED_BYTES + n_rest));
    (void)base_put_zeros(&record, FIXED_BYTES - 2);
    base_put_bytes(&record, base_read_bytes(body, n_rest), n_rest);
    struct base_reader in = base_reader_over(record.data, record.n_bytes);
    int status = of13_decode_flow_stats(&in, table, SIZE_MAX, error);
    base_buffer_free(&record);
    if (status == 0) {
        struct flow_entry *entry = &table->entries[table->n_entries - 1];
        entry->table_id = table_id;
        entry->cookie = cookie;
        entry->idle_timeout = idle;
        entry->hard_timeout = hard;
        entry->priority = priority;
        entry->flags = mod->flags;
        mod->entry = *entry;
    }
    return status;
}

static int recode_bytes(const struct of_header *header, struct base_reader *body,
                        struct base_buffer *out)
{
    size_t n_bytes = base_reader_left(body);
    of_encode_bytes(out, header->type, header->xid, base_read_bytes(body, n_bytes), n_bytes);
    return of_type_name(header->type) ? 0 : 1;
}

static int recode_error(const struct of_header *header, struct base_reader *body,
                        struct base_buffer *out, struct base_error *error)
{
    struct of_error of_error;
    struct base_buffer text = {0};
    if (of_decode_error(body, OFP_VERSION, &of_error, error)) {
        return -1;
    }
    of_error_format(&of_error, &text);
    base_buffer_free(&text);
    peer_put_error(out, header->xid, &of_error);
    return 0;
}

static int recode_features(const struct of_header *header, struct base_reader *body,
                           struct base_buffer *out, struct base_error *error)
{
    struct switch_state state = {0};
    int status = of_decode_features(body, &state, error);
    if (status == 0) {
        peer_put_features(out, header->xid, &state);
    }
    switch_state_free(&state);
    return status;
}

static int recode_flow_mod(const struct of_header *header, struct base_reader *body,
                           struct base_buffer *out, struct base_error *error)
{
    struct base_arena arena = {0};
    struct of_flow_mod mod;
    int status = peer_read_flow_mod(body, &arena, &mod, error);
    if (status == 0) {
        status = of_encode_flow_mod(out, header->xid, &mod, error);
    }
    base_arena_free(&arena);
    return status;
}

static int recode_flows(struct base_reader *body, struct base_buffer *out, struct base_error *error)
{
    struct flow_table table = {0};
    int status = of_decode_flow_stats(body, &table, SIZE_MAX, error);
    for (size_t i = 0; status == 0 && i < table.n_entries; i++) {
        peer_put_flow_stats(out, &table.entries[i]);
    }
    flow_table_free(&table);
    return status;
}

static int recode_aggregate(struct base_reader *body, struct base_buffer *out,
                            struct base_error *error)
{
    struct of_aggregate aggregate;
    if (of_decode_aggregate(body, &aggregate, error)) {
        return -1;
    }
    peer_put_aggregate(out, &aggregate);
    return 0;
}

/* One record at a time, into a switch that has that port alone. */
static int recode_ports(struct base_reader *body, struct base_buffer *out, struct base_error *error)
{
    while (base_reader_left(body) > 0) {
        struct base_reader record = base_read_child(body, OF_PORT_STATS_BYTES);
        struct base_reader front = record;
        struct port port = {.number = base_read_be16(&front)};
        struct switch_state state = {.ports = &port, .n_ports = 1};
        if (of_decode_port_counters(&record, &state, error)) {
            return -1;
        }
        require(port.has_counters);
        peer_put_port_stats(out, port.number, &port.counters);
    }
    return 0;
}

static int recode_stats(const struct of_header *header, struct base_reader *body,
                        struct base_buffer *out, struct base_error *error)
{
    struct of_stats stats;
    if (of_open_stats(body, &stats, error)) {
        return -1;
    }
    size_t begin = peer_begin_stats(out, header->xid, stats.kind, stats.more);
    int status = 0;
    if (stats.kind == OFPST_FLOW) {
        status = recode_flows(body, out, error);
    } else if (stats.kind == OFPST_AGGREGATE) {
        status = recode_aggregate(body, out, error);
    } else if (stats.kind == OFPST_PORT) {
        status = recode_ports(body, out, error);
    } else {
        size_t n_bytes = base_reader_left(body);
        base_put_bytes(out, base_read_bytes(body, n_bytes), n_bytes);
    }
    of_end(out, begin);
    return status;
}

int recode(const void *bytes, size_t n_bytes, struct base_buffer *out, struct base_error *error)
{
    struct of_header header;
    struct base_reader body;
    struct of_port_status port_status;
    struct of_flow_removed removed;
    if (of_open(bytes, n_bytes, &header, &body, error)) {
        return -1;
    }
    switch (header.type) {
    case OFPT_ERROR:
        return recode_error(&header, &body, out, error);
    case OFPT_FEATURES_REPLY:
        return recode_features(&header, &body, out, error);
    case OFPT_FLOW_MOD:
        return recode_flow_mod(&header, &body, out, error);
    case OFPT_STATS_REPLY:
        return recode_stats(&header, &body, out, error);
    case OFPT_PORT_STATUS:
        if (of_decode_port_status(&body, &port_status, error)) {
            return -1;
        }
        peer_put_port_status(out, header.xid, &port_status);
        return 0;
    case OFPT_FLOW_REMOVED:
        if (of_decode_flow_removed(&body, &removed, error)) {
            return -1;
        }
        peer_put_flow_removed(out, header.xid, &removed);
        return 0;
    default:
        return recode_bytes(&header, &body, out);
    }
}

int peer_put_buckets(struct base_buffer *out, const struct group *group, struct base_error *error)
{
    size_t begin = out->n_bytes;
    for (size_t i = 0; i < group->n_buckets; i++) {
        const struct bucket *bucket = &group->buckets[i];
        size_t at = out->n_bytes;
        base_put_be16(out, 0);
        base_put_be16(out, bucket->weight);
        base_put_be32(out, of_port_to_wire(bucket->watch_port));
        base_put_be32(out, bucket->watch_group);
        (void)base_put_zeros(out, 4);
        if (of13_encode_actions(out, bucket->actions, bucket->n_actions, error)) {
            out->n_bytes = begin;
            return base_fail_in(error, "bucket %zu", i + 1);
        }
        base_patch_be16(out, at, (uint16_t)(out->n_bytes - at));
    }
    return 0;
}
