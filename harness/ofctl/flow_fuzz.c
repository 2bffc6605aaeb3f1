/* SPDX-License-Identifier: Apache-2.0
 *
 * Any text: ofctl_parse_flow refuses it with a message and a column inside it, or
 * what it read is printed and reads back the same. */
#include "model/flow.h"

#include "ofctl/flow.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_round_trip(size_t at, struct flow_table *table, enum ofctl_flow_style how)
{
    struct base_buffer out = {0};
    ofctl_format_flow(&table->entries[at], how, &out);
    check(ofctl_parse_flow(base_buffer_text(&out), table, NULL, NULL, NULL) == 0);
    const struct flow_entry *entry = &table->entries[at];
    const struct flow_entry *again = &table->entries[table->n_entries - 1];
    check(flow_equal(entry, again) && entry->table_id == again->table_id);
    if (how == FLOW_WITH_STATS) {
        check(entry->n_packets == again->n_packets && entry->n_bytes == again->n_bytes);
        check(entry->duration_sec == again->duration_sec);
        check(entry->duration_nsec == again->duration_nsec);
    }
    base_buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct flow_table table = {0};
    struct base_error error = {""};
    size_t column = SIZE_MAX;
    char *text = malloc(n_bytes + 1);
    check(text != NULL);
    memcpy(text, bytes, n_bytes);
    text[n_bytes] = 0;
    if (ofctl_parse_flow(text, &table, NULL, &column, &error) == 0) {
        check_round_trip(0, &table, FLOW_NO_STATS);
        check_round_trip(0, &table, FLOW_WITH_STATS);
    } else {
        check(column <= strlen(text) && error.text[0] && table.n_entries == 0);
    }
    flow_table_free(&table);
    free(text);
    return 0;
}
