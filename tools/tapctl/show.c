/* SPDX-License-Identifier: Apache-2.0
 *
 * How is a tap told to people? */
#include "tapctl/show.h"

#include "tapctl/table.h"

static const char *text_of(const json_t *tap, const char *key)
{
    return json_string_value(json_object_get(tap, key));
}

/* "h1", 30 or true; a list as "s1:3,s2:4"; a pair of a list "s1:3-s2:4". */
static void put_value(const json_t *value, const char *separator, struct base_buffer *out)
{
    const json_t *between = json_object_get(value, "between");
    if (json_is_string(value)) {
        base_put_text(out, json_string_value(value));
    } else if (json_is_integer(value)) {
        base_put_format(out, "%lld", (long long)json_integer_value(value));
    } else if (json_is_boolean(value)) {
        base_put_text(out, json_is_true(value) ? "yes" : "no");
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        base_put_text(out, i > 0 ? separator : "");
        put_value(json_array_get(value, i), "-", out);
    }
    if (between) {
        put_value(between, "-", out);
    }
}

/* 5025 → "1h23m45s". */
static void put_seconds(json_int_t seconds, struct base_buffer *out)
{
    if (seconds >= 86400) {
        base_put_format(out, "%lldd", (long long)(seconds / 86400));
    }
    if (seconds >= 3600) {
        base_put_format(out, "%lldh", (long long)(seconds / 3600 % 24));
    }
    if (seconds >= 60) {
        base_put_format(out, "%lldm", (long long)(seconds / 60 % 60));
    }
    base_put_format(out, "%llds", (long long)(seconds % 60));
}

static void put_rate(double bits_per_sec, struct base_buffer *out)
{
    static const char *const UNITS[] = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s"};
    size_t unit = 0;
    while (bits_per_sec >= 1000 && unit + 1 < sizeof UNITS / sizeof *UNITS) {
        bits_per_sec /= 1000;
        unit++;
    }
    base_put_format(out, "%.*f %s", unit > 0 && bits_per_sec < 100, bits_per_sec, UNITS[unit]);
}

/* What one cell says; the buffer is empty before and after. */
static void put_cell(struct tapctl_table *table, struct base_buffer *text)
{
    tapctl_table_put(table, base_buffer_text(text));
    table->failed |= text->failed;
    base_buffer_free(text);
}

static void put_count(const json_t *tally, struct base_buffer *out)
{
    if (tally) {
        bool is_exact = !json_is_false(json_object_get(tally, "exact"));
        base_put_format(out, "%s%lld", is_exact ? "" : "<=",
                        (long long)json_integer_value(json_object_get(tally, "packets")));
    }
}

static void put_row(const json_t *tap, struct tapctl_table *table)
{
    struct base_buffer text = {0};
    const json_t *ends = json_object_get(tap, "ends_in_s");
    const json_t *out = json_object_get(tap, "out");
    tapctl_table_put(table, text_of(tap, "name"));
    tapctl_table_put(table, text_of(tap, "state"));
    put_value(json_object_get(tap, "source"), ",", &text);
    put_cell(table, &text);
    put_value(json_object_get(tap, "match"), " | ", &text);
    put_cell(table, &text);
    put_value(json_object_get(tap, "to"), ",", &text);
    put_cell(table, &text);
    if (ends) {
        put_seconds(json_integer_value(ends), &text);
    }
    put_cell(table, &text);
    put_count(json_object_get(tap, "in"), &text);
    put_cell(table, &text);
    put_count(out, &text);
    put_cell(table, &text);
    if (out) {
        put_rate(json_number_value(json_object_get(out, "bits_per_s")), &text);
    }
    put_cell(table, &text);
    tapctl_table_put(table, text_of(tap, "why"));
}

void tapctl_show_list(const json_t *taps, struct base_buffer *out)
{
    static const char *const HEADING[] = {"NAME", "STATE", "SOURCE", "MATCH", "TO",
                                          "ENDS", "IN",    "OUT",    "RATE",  "WHY"};
    struct tapctl_table table = {.n_columns = sizeof HEADING / sizeof *HEADING,
                                 .has_heading = true};
    for (size_t i = 0; i < table.n_columns && json_array_size(taps) > 0; i++) {
        tapctl_table_put(&table, HEADING[i]);
    }
    for (size_t i = 0; i < json_array_size(taps); i++) {
        put_row(json_array_get(taps, i), &table);
    }
    tapctl_table_format(&table, out);
}

/* "s1:3 -> s1:6, s3:1 -> s3:11 (tag 30)" */
static void put_path(const json_t *path, struct base_buffer *out)
{
    for (size_t i = 0; i < json_array_size(path); i++) {
        const json_t *hop = json_array_get(path, i), *tag = json_object_get(hop, "tag");
        const char *sw = text_of(hop, "switch");
        base_put_format(out, "%s%s:%lld -> %s:%lld", i > 0 ? ", " : "", sw ? sw : "?",
                        (long long)json_integer_value(json_object_get(hop, "in")), sw ? sw : "?",
                        (long long)json_integer_value(json_object_get(hop, "out")));
        if (tag) {
            base_put_format(out, " (tag %lld)", (long long)json_integer_value(tag));
        }
    }
}

static void put_tally(const json_t *tally, struct base_buffer *out)
{
    if (tally) {
        base_put_format(out, "%lld packets, %lld bytes, ",
                        (long long)json_integer_value(json_object_get(tally, "packets")),
                        (long long)json_integer_value(json_object_get(tally, "bytes")));
        put_rate(json_number_value(json_object_get(tally, "bits_per_s")), out);
        base_put_text(
            out, json_is_false(json_object_get(tally, "exact")) ? ", with frames of others" : "");
    }
}

static void put_ends(const json_t *ends, struct base_buffer *out)
{
    if (ends) {
        base_put_text(out, "in ");
        put_seconds(json_integer_value(ends), out);
    }
}

static void put_plain(const json_t *value, struct base_buffer *out)
{
    put_value(value, ", ", out);
}

static void put_any(const json_t *value, struct base_buffer *out)
{
    put_value(value, " | ", out);
}

/* What is shown of a tap, in this order. */
static const struct {
    const char *key, *name;
    void (*put)(const json_t *value, struct base_buffer *out);
} DETAILS[] = {
    {"why", "why", put_plain},       {"since", "since", put_plain},
    {"source", "source", put_plain}, {"match", "match", put_any},
    {"not", "not", put_any},         {"to", "to", put_plain},
    {"uplink", "uplink", put_plain}, {"copies", "copies", put_plain},
    {"tag", "tag", put_plain},       {"strip", "strip", put_plain},
    {"pairs", "pairs", put_plain},   {"for", "for", put_plain},
    {"until", "until", put_plain},   {"note", "note", put_plain},
    {"owner", "owner", put_plain},   {"ends_in_s", "ends", put_ends},
    {"origin", "origin", put_plain}, {"path", "path", put_path},
    {"in", "in", put_tally},         {"out", "out", put_tally},
};

void tapctl_show_tap(const json_t *tap, struct base_buffer *out)
{
    struct tapctl_table table = {.n_columns = 2};
    struct base_buffer text = {0};
    const char *state = text_of(tap, "state");
    tapctl_table_put(&table, text_of(tap, "name"));
    tapctl_table_put(&table, state ? state : "");
    for (size_t i = 0; i < sizeof DETAILS / sizeof *DETAILS; i++) {
        const json_t *value = json_object_get(tap, DETAILS[i].key);
        if (value) {
            base_put_format(&text, "  %s", DETAILS[i].name);
            put_cell(&table, &text);
            DETAILS[i].put(value, &text);
            put_cell(&table, &text);
        }
    }
    tapctl_table_format(&table, out);
}
