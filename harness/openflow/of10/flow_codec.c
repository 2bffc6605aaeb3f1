/* SPDX-License-Identifier: Apache-2.0
 *
 * Which flow entries does a switch report, and which have ended? */
#include "openflow/of10/flow_codec.h"
#include "openflow/check.h"
#include "openflow/of10/match_codec.h"
#include "openflow/records.h"

/* An entry without any wildcard is above all others, whatever its priority
 * field says (section 3.4). */
static uint16_t effective_priority(uint16_t priority, bool exact)
{
    return exact ? UINT16_MAX : priority;
}

int of_decode_flow_removed(struct base_reader *body, struct of_flow_removed *removed,
                           struct base_error *error)
{
    *removed = (struct of_flow_removed){0};
    struct flow_entry *entry = &removed->entry;
    bool exact;
    if (of_decode_match(body, &entry->match, &exact, error)) {
        return -1;
    }
    entry->cookie = base_read_be64(body);
    entry->priority = effective_priority(base_read_be16(body), exact);
    removed->reason = base_read_u8(body);
    base_read_skip(body, 1);
    entry->duration_sec = base_read_be32(body);
    entry->duration_nsec = base_read_be32(body);
    entry->idle_timeout = base_read_be16(body);
    base_read_skip(body, 2);
    entry->n_packets = base_read_be64(body);
    entry->n_bytes = base_read_be64(body);
    return of_check_read(body, "flow removed", error);
}

static int decode_record(struct base_reader *record, struct base_arena *arena,
                         struct flow_entry *entry, struct base_error *error)
{
    bool exact;
    entry->table_id = base_read_u8(record);
    base_read_skip(record, 1);
    if (of_decode_match(record, &entry->match, &exact, error)) {
        return -1;
    }
    entry->duration_sec = base_read_be32(record);
    entry->duration_nsec = base_read_be32(record);
    entry->priority = effective_priority(base_read_be16(record), exact);
    entry->idle_timeout = base_read_be16(record);
    entry->hard_timeout = base_read_be16(record);
    base_read_skip(record, 6);
    entry->cookie = base_read_be64(record);
    entry->n_packets = base_read_be64(record);
    entry->n_bytes = base_read_be64(record);
    return of_decode_entry_actions(record, arena, entry, error);
}

int of_decode_flow_stats(struct base_reader *body, struct flow_table *table, size_t max_entries,
                         struct base_error *error)
{
    return of_add_records(body, OF_FLOW_STATS_MIN_BYTES, table, max_entries, decode_record, error);
}
