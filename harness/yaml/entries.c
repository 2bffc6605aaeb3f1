/* SPDX-License-Identifier: Apache-2.0
 *
 * `entries:`, by switch: flows in the syntax of ovs-ofctl(8), in the YAML itself
 * or in a flow file. */
#include "ofctl/flow.h"
#include "yaml/expectation.h"
#include "yaml/flow_lines.h"
#include "yaml/value.h"

/* The entries of one switch. */
struct switch_entries {
    struct yaml_reading *reading;
    size_t sw;
    size_t n;
};

static void check_unique(struct switch_entries *entries, const struct yaml_flow_line *flow,
                         const struct expected_entry *entry)
{
    struct yaml_reading *reading = entries->reading;
    const struct yaml_entry *first =
        yaml_index_flow(&reading->flows, entries->sw,
                        &reading->expectation->entry_flows.entries[entry->flow], entry->place);
    if (first) {
        yaml_error_at(flow->source, flow->line, flow->column,
                      "the same match and priority as in %s: a switch keeps only one of them",
                      yaml_where(flow->source->file, first->place).text);
    }
}

static void add_entry(void *into, const struct yaml_flow_line *flow)
{
    struct switch_entries *entries = into;
    struct yaml_reading *reading = entries->reading;
    struct expectation *x = reading->expectation;
    struct base_error error;
    size_t column;
    unsigned given = 0;
    if (base_grow(&x->entries, x->n_entries, &reading->entries_capacity, sizeof *x->entries) < 0) {
        yaml_flow_error(flow, 0, "out of memory");
        return;
    }
    if (ofctl_parse_flow(flow->text, &x->entry_flows, &given, &column, &error) < 0) {
        yaml_flow_error(flow, column, error.text);
        return;
    }
    struct expected_entry *entry = &x->entries[x->n_entries++];
    *entry = (struct expected_entry){
        .sw = entries->sw,
        .number = ++entries->n,
        .flow = x->entry_flows.n_entries - 1,
        .given = given,
        .place = yaml_flow_place(flow),
    };
    check_unique(entries, flow, entry);
}

static void read_flow(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    const char *text = yaml_text(reader, node, "a flow in the syntax of ovs-ofctl");
    if (text) {
        add_entry(into, &(struct yaml_flow_line){
                            .text = text,
                            .source = &reader->source,
                            .line = node->line,
                            .column = node->text_column ? node->text_column : node->column,
                            .columns_follow = node->text_column > 0,
                        });
    }
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
    yaml_each_flow_line(&source, add_entry, into);
    yaml_source_free(&source);
}

static const struct yaml_field file_fields[] = {
    {.name = "file", .read = read_flow_file, .required = true},
};

void yaml_read_entries(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    (void)into;
    struct yaml_reading *reading = yaml_reading_of(reader);
    for (const struct yaml_node *at = yaml_by_switch(reader, node); at; at = at->next) {
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
