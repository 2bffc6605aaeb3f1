/* SPDX-License-Identifier: Apache-2.0
 *
 * Which entries does a switch report in OpenFlow 1.3? */
#include "openflow/of13/flow_codec.h"

#include "openflow/check.h"
#include "openflow/of13/action_codec.h"
#include "openflow/of13/match_codec.h"
#include "openflow/of13/wire.h"
#include "openflow/records.h"

enum { HEADER_BYTES = 4 };

/* ---------------------------------------------------------------------- decode */

/* What is read of the instructions of one entry. */
struct decoding {
    struct base_arena *arena;
    struct flow_entry *entry;
    struct instructions more;
    unsigned seen; /* bit n: type n */
};

static void decode_metadata(struct base_reader *body, struct instructions *more)
{
    base_read_skip(body, 4);
    more->metadata = base_read_be64(body);
    more->metadata_mask = base_read_be64(body);
    more->writes_metadata = true;
}

static int decode_goto(struct base_reader *body, struct decoding *decoding,
                       struct base_error *error)
{
    uint8_t table = base_read_u8(body);
    if (table <= decoding->entry->table_id) {
        return base_fail(error, "goto_table %u, and the entry is in table %u", table,
                         decoding->entry->table_id);
    }
    decoding->more.goto_table = table;
    return 0;
}

static int decode_list(struct base_reader *body, struct decoding *decoding, bool applies,
                       struct base_error *error)
{
    struct flow_entry *entry = decoding->entry;
    struct instructions *more = &decoding->more;
    base_read_skip(body, 4);
    more->writes = more->writes || !applies;
    return applies ? of13_decode_actions(body, decoding->arena, &entry->actions, &entry->n_actions,
                                         error)
                   : of13_decode_actions(body, decoding->arena, &more->written, &more->n_written,
                                         error);
}

static int decode_body(struct base_reader *body, uint16_t type, struct decoding *decoding,
                       struct base_error *error)
{
    switch (type) {
    case OF13_GOTO_TABLE:
        return decode_goto(body, decoding, error);
    case OF13_WRITE_METADATA:
        decode_metadata(body, &decoding->more);
        return 0;
    case OF13_WRITE_ACTIONS:
    case OF13_APPLY_ACTIONS:
        return decode_list(body, decoding, type == OF13_APPLY_ACTIONS, error);
    case OF13_CLEAR_ACTIONS:
        decoding->more.clears = true;
        return 0;
    case OF13_METER:
        decoding->more.meter = base_read_be32(body);
        return 0;
    case OF13_EXPERIMENTER:
        decoding->more.experimenter = base_read_be32(body);
        return 0;
    default:
        decoding->more.unknown = type;
        return type ? 0 : base_fail(error, "instruction type 0");
    }
}

static int decode_instruction(struct base_reader *in, struct decoding *decoding,
                              struct base_error *error)
{
    size_t left = base_reader_left(in);
    uint16_t type = base_read_be16(in), length = base_read_be16(in);
    bool is_plain = type != OF13_WRITE_METADATA;
    if (length < (is_plain ? 8 : 24) || length % 8 != 0 || length > left) {
        return base_fail(error, "instruction of type %u: length %u, %zu bytes are left", type,
                         length, left);
    }
    unsigned bit = type < 31 ? 1u << type : 1u << 31;
    if (decoding->seen & bit) {
        return base_fail(error, "two instructions of type %u", type);
    }
    decoding->seen |= bit;
    struct base_reader body = base_read_child(in, length - (size_t)HEADER_BYTES);
    return decode_body(&body, type, decoding, error);
}

static int decode_instructions(struct base_reader *record, struct base_arena *arena,
                               struct flow_entry *entry, struct base_error *error)
{
    static const struct instructions none;
    struct decoding decoding = {.arena = arena, .entry = entry};
    while (base_reader_left(record) > 0) {
        if (decode_instruction(record, &decoding, error)) {
            return -1;
        }
    }
    if (instructions_equal(&decoding.more, &none)) {
        return 0;
    }
    entry->instructions = base_arena_copy(arena, &decoding.more, sizeof decoding.more);
    return entry->instructions ? 0 : base_fail(error, "out of memory");
}

static int decode_record(struct base_reader *record, struct base_arena *arena,
                         struct flow_entry *entry, struct base_error *error)
{
    of_decode_entry_head(record, entry);
    entry->flags = base_read_be16(record) & ((1 << N_FLOW_FLAGS) - 1);
    base_read_skip(record, 4);
    entry->cookie = base_read_be64(record);
    uint64_t n_packets = base_read_be64(record), n_bytes = base_read_be64(record);
    entry->n_packets = entry->flags & FLOW_NO_PACKET_COUNTS ? UINT64_MAX : n_packets;
    entry->n_bytes = entry->flags & FLOW_NO_BYTE_COUNTS ? UINT64_MAX : n_bytes;
    return of13_decode_match(record, arena, entry, error)
               ? -1
               : decode_instructions(record, arena, entry, error);
}

int of13_decode_flow_stats(struct base_reader *body, struct flow_table *table, size_t max_entries,
                           struct base_error *error)
{
    return of_add_records(body, OF13_FLOW_STATS_MIN_BYTES, table, max_entries, decode_record,
                          error);
}

/* ---------------------------------------------------------------------- encode */

static void put_head(struct base_buffer *out, uint16_t type, size_t length)
{
    base_put_be16(out, type);
    base_put_be16(out, (uint16_t)length);
}

static int put_list(struct base_buffer *out, uint16_t type, const struct action *actions,
                    size_t n_actions, struct base_error *error)
{
    size_t begin = out->n_bytes;
    put_head(out, type, 0);
    (void)base_put_zeros(out, 4);
    if (of13_encode_actions(out, actions, n_actions, error)) {
        return -1;
    }
    base_patch_be16(out, begin + 2, (uint16_t)(out->n_bytes - begin));
    return 0;
}

static void put_rest(struct base_buffer *out, const struct instructions *more)
{
    if (more->writes_metadata) {
        put_head(out, OF13_WRITE_METADATA, 24);
        (void)base_put_zeros(out, 4);
        base_put_be64(out, more->metadata);
        base_put_be64(out, more->metadata_mask);
    }
    if (more->experimenter) {
        put_head(out, OF13_EXPERIMENTER, 8);
        base_put_be32(out, more->experimenter);
    }
    if (more->goto_table != NO_GOTO) {
        put_head(out, OF13_GOTO_TABLE, 8);
        base_put_u8(out, more->goto_table);
        (void)base_put_zeros(out, 3);
    }
}

int of13_encode_instructions(struct base_buffer *out, const struct flow_entry *entry,
                             struct base_error *error)
{
    static const struct instructions none;
    const struct instructions *more = entry->instructions ? entry->instructions : &none;
    size_t begin = out->n_bytes;
    if (more->unknown) {
        return base_fail(error, "unknown instruction type %u", more->unknown);
    }
    if (more->meter != NO_METER) {
        put_head(out, OF13_METER, 8);
        base_put_be32(out, more->meter);
    }
    if (entry->n_actions > 0 &&
        put_list(out, OF13_APPLY_ACTIONS, entry->actions, entry->n_actions, error)) {
        goto abandon;
    }
    if (more->clears) {
        put_head(out, OF13_CLEAR_ACTIONS, 8);
        (void)base_put_zeros(out, 4);
    }
    if (more->writes && put_list(out, OF13_WRITE_ACTIONS, more->written, more->n_written, error)) {
        goto abandon;
    }
    put_rest(out, more);
    return 0;
abandon:
    out->n_bytes = begin;
    return -1;
}
