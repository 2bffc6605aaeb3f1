/* SPDX-License-Identifier: Apache-2.0
 *
 * Which flow entries does a reply list, and which record is wrong? */
#include "openflow/records.h"

#include "openflow/check.h"
#include "openflow/of10/action_codec.h"

void of_decode_entry_head(struct base_reader *record, struct flow_entry *entry)
{
    entry->table_id = base_read_u8(record);
    base_read_skip(record, 1);
    entry->duration_sec = base_read_be32(record);
    entry->duration_nsec = base_read_be32(record);
    entry->priority = base_read_be16(record);
    entry->idle_timeout = base_read_be16(record);
    entry->hard_timeout = base_read_be16(record);
}

int of_decode_entry_actions(struct base_reader *record, struct base_arena *arena,
                            struct flow_entry *entry, struct base_error *error)
{
    size_t n_actions;
    if (of_decode_actions(record, arena, &entry->actions, &n_actions, error)) {
        return -1;
    }
    entry->n_actions = (uint16_t)n_actions; /* a message has room for 8,191 at most */
    return 0;
}

/* One record more in the table; not if anything in it is wrong. */
static int add_record(struct base_reader *body, size_t min_bytes, struct flow_table *table,
                      size_t max_entries, of_decode_record *decode, struct base_error *error)
{
    struct base_reader record;
    if (table->n_entries >= max_entries) {
        return base_fail(error, "the table has more than %zu entries", max_entries);
    }
    if (of_open_record(body, 0, min_bytes, &record, error)) {
        return -1;
    }
    struct flow_entry *entry = flow_table_add(table);
    if (!entry) {
        return base_fail(error, "out of memory");
    }
    if (decode(&record, &table->arena, entry, error)) {
        table->n_entries--;
        return -1;
    }
    return 0;
}

int of_add_records(struct base_reader *body, size_t min_bytes, struct flow_table *table,
                   size_t max_entries, of_decode_record *decode, struct base_error *error)
{
    if (of_check_read(body, "flow stats", error)) {
        return -1;
    }
    for (size_t n = 1; base_reader_left(body) > 0; n++) {
        struct base_reader begin = *body;
        if (add_record(body, min_bytes, table, max_entries, decode, error)) {
            return base_fail_in(error, "flow stats record %zu (%s)", n,
                                of_hex(begin.at, base_reader_left(&begin)).text);
        }
    }
    return 0;
}
