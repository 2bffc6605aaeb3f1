/* SPDX-License-Identifier: Apache-2.0
 *
 * Which lines of a file are flows, and is a flow there twice. */
#include "yaml/flow_lines.h"

#include "yaml/value.h"

#include <stdio.h>
#include <string.h>

struct flow_key {
    uint64_t sw, table, priority;
    struct match match;
};

void yaml_each_flow_line(const struct yaml_source *source,
                         void (*read)(void *into, const struct yaml_flow_line *line), void *into)
{
    struct base_reader reader = base_reader_over(source->bytes.data, source->bytes.n_bytes);
    struct yaml_flow_line flow = {.source = source, .line = 1, .columns_follow = true};
    struct base_buffer text = {0};
    const char *line;
    size_t n_bytes, n_before;
    for (; yaml_next_line(&reader, &line, &n_bytes); flow.line++) {
        if (memchr(line, 0, n_bytes)) {
            yaml_error_at(source, flow.line, 1, "not text: a byte of zero");
            break;
        }
        if (yaml_take_flow(line, n_bytes, &text, &n_before)) {
            flow.text = base_buffer_text(&text);
            flow.column = (int)yaml_count_characters(line, n_before) + 1;
            read(into, &flow);
        }
    }
    base_buffer_free(&text);
}

static void read_line(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    const struct yaml_flow_lines *lines = into;
    char expected[64];
    snprintf(expected, sizeof expected, "%s in the syntax of ovs-ofctl", lines->what);
    const char *text = yaml_text(reader, node, expected);
    if (text) {
        lines->read(lines->into, &(struct yaml_flow_line){
                                     .text = text,
                                     .source = &reader->source,
                                     .line = node->line,
                                     .column = node->text_column ? node->text_column : node->column,
                                     .columns_follow = node->text_column > 0,
                                 });
    }
}

static void read_file(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    const struct yaml_flow_lines *lines = into;
    char expected[64];
    snprintf(expected, sizeof expected, "the path of %s file", lines->what);
    const char *path = yaml_path(reader, node, expected);
    struct yaml_source source;
    struct base_error error;
    if (!path) {
        return;
    }
    if (yaml_source_read(&source, reader->files, path, reader->source.diagnostics, &error) < 0) {
        yaml_error(reader, node, "%s: %s", path, error.text);
        return;
    }
    yaml_each_flow_line(&source, lines->read, lines->into);
    yaml_source_free(&source);
}

void yaml_read_flow_lines(struct yaml_reader *reader, const struct yaml_node *node,
                          const struct yaml_flow_lines *lines)
{
    static const struct yaml_field fields[] = {
        {.name = "file", .read = read_file, .required = true},
    };
    char expected[64];
    struct yaml_flow_lines copy = *lines;
    if (node->kind == YAML_MAPPING) {
        snprintf(expected, sizeof expected, "%s file as {file: PATH}", lines->what);
        yaml_read_fields(reader, node, expected, YAML_FIELDS(fields), &copy);
        return;
    }
    snprintf(expected, sizeof expected, "a list of %ss, or {file: PATH}", lines->what + 2);
    if (yaml_expect(reader, node, YAML_SEQUENCE, expected)) {
        yaml_each(reader, node, read_line, &copy);
    }
}

void yaml_flow_error(const struct yaml_flow_line *line, size_t offset, const char *message)
{
    int column = line->column;
    if (line->columns_follow && offset <= strlen(line->text)) {
        column += (int)yaml_count_characters(line->text, offset);
    }
    yaml_error_at(line->source, line->line, column, "%s", message);
}

struct place yaml_flow_place(const struct yaml_flow_line *line)
{
    return (struct place){line->source->file, line->line, line->column};
}

const struct yaml_entry *yaml_index_flow(struct yaml_index *index, size_t sw,
                                         const struct flow_entry *flow, struct place place)
{
    struct flow_key fixed = {sw, flow->table_id, flow->priority, flow->match};
    struct base_buffer key = {0};
    base_put_bytes(&key, &fixed, sizeof fixed);
    for (size_t i = 0; i < flow->n_extras; i++) {
        const struct field_value *extra = &flow->extras[i];
        base_put_be32(&key, extra->id == FIELD_OTHER ? extra->header : extra->id);
        base_put_bytes(&key, extra->value, sizeof extra->value);
        base_put_bytes(&key, extra->mask, sizeof extra->mask);
    }
    const struct yaml_entry *first =
        key.failed ? NULL : yaml_index_add(index, key.data, key.n_bytes, 0, place);
    base_buffer_free(&key);
    return first;
}
