/* SPDX-License-Identifier: Apache-2.0
 *
 * Which entries, with every field of their matches, does an Open vSwitch have? */
#include "openflow/of10/nxst.h"

#include "openflow/check.h"
#include "openflow/nxm.h"
#include "openflow/records.h"

#include "model/port.h"

enum { NX_VENDOR = 0x2320, NXST_FLOW = 0, RECORD_BYTES = 48 };

void of_encode_nxst_flow_request(struct base_buffer *out, uint32_t xid)
{
    size_t begin = of_begin(out, OFPT_STATS_REQUEST, xid);
    base_put_be16(out, OFPST_VENDOR);
    base_put_be16(out, 0); /* flags */
    base_put_be32(out, NX_VENDOR);
    base_put_be32(out, NXST_FLOW);
    base_put_be32(out, 0);
    base_put_be16(out, PORT_NONE); /* whatever they send to */
    base_put_be16(out, 0);         /* bytes of the match: every entry */
    base_put_u8(out, OFP_ALL_TABLES);
    (void)base_put_zeros(out, 3);
    of_end(out, begin);
}

static int open_body(struct base_reader *body, struct base_error *error)
{
    uint32_t vendor = base_read_be32(body);
    uint32_t kind = base_read_be32(body);
    base_read_skip(body, 4);
    if (of_check_read(body, "vendor statistics", error)) {
        return -1;
    }
    if (vendor != NX_VENDOR || kind != NXST_FLOW) {
        return base_fail(error, "vendor 0x%08x, kind %u: NXST_FLOW was asked for", vendor, kind);
    }
    return 0;
}

/* The match, which is filled up to 8 bytes behind its length. */
static int decode_match(struct base_reader *record, size_t n_bytes, struct base_arena *arena,
                        struct flow_entry *entry, struct base_error *error)
{
    struct base_reader fields = base_read_child(record, n_bytes);
    base_read_skip(record, (8 - n_bytes % 8) % 8);
    return of_check_read(record, "match", error) ||
                   of_decode_tlv_match(&fields, arena, entry, error)
               ? -1
               : 0;
}

static int decode_record(struct base_reader *record, struct base_arena *arena,
                         struct flow_entry *entry, struct base_error *error)
{
    of_decode_entry_head(record, entry);
    size_t n_match_bytes = base_read_be16(record);
    base_read_skip(record, 4); /* ages */
    entry->cookie = base_read_be64(record);
    entry->n_packets = base_read_be64(record);
    entry->n_bytes = base_read_be64(record);
    return decode_match(record, n_match_bytes, arena, entry, error)
               ? -1
               : of_decode_entry_actions(record, arena, entry, error);
}

int of_decode_nxst_flow(struct base_reader *body, struct flow_table *table, size_t max_entries,
                        struct base_error *error)
{
    return open_body(body, error)
               ? -1
               : of_add_records(body, RECORD_BYTES, table, max_entries, decode_record, error);
}
