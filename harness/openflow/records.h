/* SPDX-License-Identifier: Apache-2.0
 *
 * What replies that list flow entries have in common. Within this room only. */
#ifndef OPENFLOW_RECORDS_H
#define OPENFLOW_RECORDS_H

#include "base/error.h"
#include "base/reader.h"
#include "model/flow.h"

/* Reads the length of a record, of which n_read bytes before it were read already, and sets
 * `record` over what is behind it. Fails if the record has fewer than min_bytes in all, or more
 * than there are. */
static inline int of_open_record(struct base_reader *body, size_t n_read, size_t min_bytes,
                                 struct base_reader *record, struct base_error *error)
{
    size_t left = n_read + base_reader_left(body), length = base_read_be16(body);
    if (length < min_bytes || length > left) {
        (void)base_fail(error, "length %zu, %zu bytes are left, a record has %zu or more", length,
                        left, min_bytes);
        return -1;
    }
    *record = base_read_child(body, length - n_read - 2);
    return 0;
}

/* Reads what NXST_FLOW and OpenFlow 1.3 have in front in a record: table, times, priority,
 * timeouts. */
void of_decode_entry_head(struct base_reader *record, struct flow_entry *entry);

/* Reads the actions of an entry: everything that is left in `record`. Fails as
 * of_decode_actions. */
int of_decode_entry_actions(struct base_reader *record, struct base_arena *arena,
                            struct flow_entry *entry, struct base_error *error);

/* Reads one record, from behind its length on, into a zeroed entry. */
typedef int of_decode_record(struct base_reader *record, struct base_arena *arena,
                             struct flow_entry *entry, struct base_error *error);

/* Appends every record that is left in `body` to the table. Fails, naming the
 * record (from 1) and showing its bytes, as of_open_record, if `decode` refuses it,
 * if the table has max_entries already, and without memory; the records before it
 * are in the table then. */
int of_add_records(struct base_reader *body, size_t min_bytes, struct flow_table *table,
                   size_t max_entries, of_decode_record *decode, struct base_error *error);

#endif
