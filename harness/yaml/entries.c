/* SPDX-License-Identifier: Apache-2.0
 *
 * `entries:`, by switch: flows in the syntax of ovs-ofctl(8), in the YAML itself
 * or in a flow file. */
#include "ofctl/flow.h"
#include "yaml/expectation.h"
#include "yaml/value.h"

#include <string.h>

/* The entries of one switch. */
struct switch_entries {
    struct yaml_reading *reading;
    size_t sw;
    size_t n;
};

/* A text that holds one flow, and how an error in it is reported. */
struct flow_text {
    const char *text;
    const struct yaml_source *source;
    int line, column;    /* of the text */
    bool columns_follow; /* a place in the text is a place in the file */
};

/* What makes two entries of a table one (OpenFlow 1.0, section 4.6). */
struct flow_key {
    uint64_t sw, table, priority;
    struct match match;
};

static void report(const struct flow_text *flow, size_t offset, const char *message)
{
    int column = flow->column;
    if (flow->columns_follow && offset <= strlen(flow->text)) {
        column += (int)yaml_count_characters(flow->text, offset);
    }
    yaml_error_at(flow->source, flow->line, column, "%s", message);
}

static void check_unique(struct switch_entries *entries, const struct flow_text *flow,
                         const struct expected_entry *entry)
{
    struct yaml_reading *reading = entries->reading;
    const struct flow_entry *parsed = &reading->expectation->entry_flows.entries[entry->flow];
    struct flow_key key = {entries->sw, parsed->table_id, parsed->priority, parsed->match};
    const struct yaml_entry *first =
        yaml_index_add(&reading->flows, &key, sizeof key, 0, entry->place);
    if (first) {
        yaml_error_at(flow->source, flow->line, flow->column,
                      "the same match and priority as in %s: a switch keeps only one of them",
                      yaml_where(flow->source->file, first->place).text);
    }
}

static void add_entry(struct switch_entries *entries, const struct flow_text *flow)
{
    struct yaml_reading *reading = entries->reading;
    struct expectation *x = reading->expectation;
    struct base_error error;
    size_t column = 0;
    unsigned given = 0;
    if (base_grow(&x->entries, x->n_entries, &reading->entries_capacity, sizeof *x->entries) < 0) {
        report(flow, 0, "out of memory");
        return;
    }
    if (ofctl_parse_flow(flow->text, &x->entry_flows, &given, &column, &error) < 0) {
        report(flow, column, error.text);
        return;
    }
    struct expected_entry *entry = &x->entries[x->n_entries++];
    *entry = (struct expected_entry){
        .sw = entries->sw,
        .number = ++entries->n,
        .flow = x->entry_flows.n_entries - 1,
        .given = given,
        .place = {flow->source->file, flow->line, flow->column},
    };
    check_unique(entries, flow, entry);
}

static void read_flow(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    const char *text = yaml_text(reader, node, "a flow in the syntax of ovs-ofctl");
    if (text) {
        add_entry(into, &(struct flow_text){
                            .text = text,
                            .source = &reader->source,
                            .line = node->line,
                            .column = node->text_column ? node->text_column : node->column,
                            .columns_follow = node->text_column > 0,
                        });
    }
}

static void read_flow_lines(struct switch_entries *entries, const struct yaml_source *source)
{
    struct base_reader reader = base_reader_over(source->bytes.data, source->bytes.n_bytes);
    struct base_buffer text = {0};
    const char *line;
    size_t n_bytes, n_before;
    for (int number = 1; yaml_next_line(&reader, &line, &n_bytes); number++) {
        if (memchr(line, 0, n_bytes)) {
            yaml_error_at(source, number, 1, "not text: a byte of zero");
            break;
        }
        if (yaml_take_flow(line, n_bytes, &text, &n_before)) {
            add_entry(entries, &(struct flow_text){
                                   .text = base_buffer_text(&text),
                                   .source = source,
                                   .line = number,
                                   .column = (int)yaml_count_characters(line, n_before) + 1,
                                   .columns_follow = true,
                               });
        }
    }
    base_buffer_free(&text);
}

static void read_flow_file(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    const char *path = yaml_path(reader, node, "the path of a flow file");
    struct yaml_source source;
    struct base_error error;
    if (!path) {
        return;
    }
    if (yaml_source_read(&source, reader->files, path, reader->source.diagnostics, &error) < 0) {
        yaml_error(reader, node, "%s: %s", path, error.text);
        return;
    }
    read_flow_lines(into, &source);
    yaml_source_free(&source);
}

static const struct yaml_field file_fields[] = {
    {.name = "file", .read = read_flow_file, .required = true},
};

void yaml_read_entries(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    (void)into;
    struct yaml_reading *reading = yaml_reading_of(reader);
    if (!reader->topology || !yaml_expect(reader, node, YAML_MAPPING, "switches by name")) {
        return;
    }
    for (const struct yaml_node *at = node->child; at; at = at->next) {
        struct switch_entries entries = {.reading = reading, .sw = yaml_switch(reader, at->key)};
        if (entries.sw == SWITCH_NONE) {
            continue;
        }
        reading->expectation->exact_switch[entries.sw] = true;
        if (at->kind == YAML_MAPPING) {
            yaml_read_fields(reader, at, "a flow file as {file: PATH}", YAML_FIELDS(file_fields),
                             &entries);
        } else if (yaml_expect(reader, at, YAML_SEQUENCE, "a list of flows, or {file: PATH}")) {
            yaml_each(reader, at, read_flow, &entries);
        }
    }
}
