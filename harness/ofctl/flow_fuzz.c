/* SPDX-License-Identifier: Apache-2.0
 *
 * Any text, as a flow, as one that a switch reported, as a flow-mod, a group, a meter, and a mod of
 * these: it is refused with a message and a column inside it, or what was read is printed and reads
 * back the same. libFuzzer; seeds are in corpus/flow. */
#include "ofctl/flow.h"
#include "ofctl/flow_mod.h"
#include "ofctl/group.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

typedef int parser(const char *text, struct flow_table *table, size_t *column,
                   struct base_error *error);

static int parse_flow(const char *text, struct flow_table *table, size_t *column,
                      struct base_error *error)
{
    return ofctl_parse_flow(text, table, NULL, column, error);
}

static void check_round_trip(parser *parse, struct flow_table *table, enum ofctl_flow_style how)
{
    struct base_buffer out = {0};
    ofctl_format_flow(&table->entries[0], how, &out);
    check(parse(base_buffer_text(&out), table, NULL, NULL) == 0);
    const struct flow_entry *entry = &table->entries[0];
    const struct flow_entry *again = &table->entries[table->n_entries - 1];
    check(flow_equal(entry, again) && entry->table_id == again->table_id);
    if (how == FLOW_WITH_STATS) {
        check(entry->n_packets == again->n_packets && entry->n_bytes == again->n_bytes);
        check(entry->duration_sec == again->duration_sec);
        check(entry->duration_nsec == again->duration_nsec);
    }
    base_buffer_free(&out);
}

static void fuzz_flow(parser *parse, const char *text)
{
    struct flow_table table = {0};
    struct base_error error = {""};
    size_t column = SIZE_MAX;
    if (parse(text, &table, &column, &error) == 0) {
        check_round_trip(parse, &table, FLOW_NO_STATS);
        check_round_trip(parse, &table, FLOW_WITH_STATS);
    } else {
        check(column <= strlen(text) && error.text[0] && table.n_entries == 0);
    }
    flow_table_free(&table);
}

static void fuzz_flow_mod(const char *text)
{
    struct base_arena arena = {0};
    struct flow_mod mod;
    struct base_error error = {""};
    size_t column = SIZE_MAX;
    if (ofctl_parse_flow_mod(text, &arena, &mod, &column, &error) < 0) {
        check(column <= strlen(text) && error.text[0]);
    }
    base_arena_free(&arena);
}

static void fuzz_group_mod(const char *text)
{
    struct group_table table = {0};
    struct group_mod mod;
    struct base_error error = {""};
    size_t column = SIZE_MAX;
    if (ofctl_parse_group_mod(text, &table, &mod, &column, &error) < 0) {
        check(column <= strlen(text) && error.text[0]);
    }
    group_table_free(&table);
}

static void fuzz_group(const char *text)
{
    struct group_table table = {0};
    struct base_buffer out = {0};
    struct base_error error = {""};
    size_t column = SIZE_MAX;
    if (ofctl_parse_group(text, &table, &column, &error) == 0) {
        ofctl_format_group(&table.groups[0], &out);
        check(ofctl_parse_group(base_buffer_text(&out), &table, NULL, NULL) == 0);
        check(group_equal(&table.groups[0], &table.groups[table.n_groups - 1]));
    } else {
        check(column <= strlen(text) && error.text[0] && table.n_groups == 0);
    }
    base_buffer_free(&out);
    group_table_free(&table);
}

static void fuzz_meter(const char *text)
{
    struct group_table table = {0};
    struct base_buffer out = {0}, again = {0};
    struct base_error error = {""};
    size_t column = SIZE_MAX;
    if (ofctl_parse_meter(text, &table, &column, &error) == 0) {
        ofctl_format_meter(&table.meters[0], &out);
        check(ofctl_parse_meter(base_buffer_text(&out), &table, NULL, NULL) == 0);
        ofctl_format_meter(&table.meters[table.n_meters - 1], &again);
        check(strcmp(base_buffer_text(&out), base_buffer_text(&again)) == 0);
    } else {
        check(column <= strlen(text) && error.text[0] && table.n_meters == 0);
    }
    base_buffer_free(&out);
    base_buffer_free(&again);
    group_table_free(&table);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    char *text = malloc(n_bytes + 1);
    check(text != NULL);
    memcpy(text, bytes, n_bytes);
    text[n_bytes] = 0;
    fuzz_flow(parse_flow, text);
    fuzz_flow(ofctl_parse_reported_flow, text);
    fuzz_flow_mod(text);
    fuzz_group_mod(text);
    fuzz_group(text);
    fuzz_meter(text);
    free(text);
    return 0;
}
