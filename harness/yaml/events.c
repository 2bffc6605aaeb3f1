/* SPDX-License-Identifier: Apache-2.0
 *
 * libyaml's events become nodes. Its document API is not used: that is quadratic
 * on deep nesting and refuses neither duplicate keys nor alias bombs. */
#include "yaml/events.h"

#include "yaml/indent.h"
#include "yaml/index.h"

#include <string.h>
#include <yaml.h>

/* Mappings up to this size are searched for duplicate keys without an index. */
enum { SMALL_MAPPING = 16 };

struct open_node {
    struct yaml_node *node;
    struct yaml_node *last;      /* child */
    const struct yaml_node *key; /* mapping: waits for its value */
};

struct builder {
    const struct yaml_source *source;
    struct base_arena *arena;
    yaml_parser_t parser;
    struct yaml_node *root;
    size_t n_documents;
    size_t n_nodes;
    size_t depth;
    struct open_node open[YAML_DEPTH_MAX];
};

/* Returns -1, for `return fail_at(...)`. */
__attribute__((format(printf, 3, 4))) static int fail_at(struct builder *builder, yaml_mark_t mark,
                                                         const char *format, ...)
{
    va_list args;
    va_start(args, format);
    yaml_verror_at(builder->source, (int)mark.line + 1, (int)mark.column + 1, format, args);
    va_end(args);
    return -1;
}

static struct yaml_node *add_node(struct builder *builder, enum yaml_kind kind,
                                  const yaml_event_t *event)
{
    if (builder->n_nodes == YAML_NODES_MAX) {
        fail_at(builder, event->start_mark, "more than %d values in one file", YAML_NODES_MAX);
        return NULL;
    }
    struct yaml_node *node = base_arena_alloc(builder->arena, sizeof *node);
    if (!node) {
        fail_at(builder, event->start_mark, "out of memory");
        return NULL;
    }
    builder->n_nodes++;
    node->kind = kind;
    node->line = (int)event->start_mark.line + 1;
    node->column = (int)event->start_mark.column + 1;
    return node;
}

static bool is_merge_key(const struct yaml_node *key)
{
    return key->kind == YAML_SCALAR && !key->quoted && strcmp(key->text, "<<") == 0;
}

static void check_key(struct builder *builder, const struct yaml_node *key)
{
    if (is_merge_key(key)) {
        yaml_error_at(builder->source, key->line, key->column, "merge keys are not allowed here");
    } else if (key->kind == YAML_MAPPING) {
        yaml_error_at(builder->source, key->line, key->column,
                      "a mapping cannot be a key; expected text");
    }
}

/* Puts a node where the document is: the root, a key, a value or an item. */
static void attach(struct builder *builder, struct yaml_node *node)
{
    if (builder->depth == 0) {
        builder->root = node;
        return;
    }
    struct open_node *parent = &builder->open[builder->depth - 1];
    if (parent->node->kind == YAML_MAPPING && !parent->key) {
        check_key(builder, node);
        parent->key = node;
        return;
    }
    node->key = parent->key;
    parent->key = NULL;
    if (parent->last) {
        parent->last->next = node;
    } else {
        parent->node->child = node;
    }
    parent->last = node;
    parent->node->n_children++;
}

static void refuse_properties(struct builder *builder, const yaml_event_t *event,
                              const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor) {
        fail_at(builder, event->start_mark, "anchors are not allowed here: \"&%s\"",
                (const char *)anchor);
    }
    if (tag) {
        fail_at(builder, event->start_mark, "tags are not allowed here: \"%s\"", (const char *)tag);
    }
}

/* Whether the scalar's text stands in the file as it is: then a place within
 * the text is a place in the file. */
static void place_text(struct yaml_node *node, const yaml_event_t *event)
{
    size_t quotes = node->quoted ? 2 : 0;
    size_t n = yaml_count_characters(node->text, event->data.scalar.length);
    yaml_scalar_style_t style = event->data.scalar.style;
    bool is_flow = style == YAML_PLAIN_SCALAR_STYLE || style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
                   style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    if (is_flow && event->start_mark.line == event->end_mark.line &&
        event->end_mark.index - event->start_mark.index == n + quotes) {
        node->text_column = node->column + (int)(quotes / 2);
    }
}

static bool has_controls(const char *text, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7f) {
            return true;
        }
    }
    return false;
}

static int add_scalar(struct builder *builder, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    size_t n_bytes = event->data.scalar.length;
    struct yaml_node *node = add_node(builder, YAML_SCALAR, event);
    char *copy = node ? base_arena_alloc(builder->arena, n_bytes + 1) : NULL;
    if (!copy) {
        return node ? fail_at(builder, event->start_mark, "out of memory") : -1;
    }
    refuse_properties(builder, event, event->data.scalar.anchor, event->data.scalar.tag);
    node->text = memcpy(copy, text, n_bytes);
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    place_text(node, event);
    if (has_controls(text, n_bytes)) {
        fail_at(builder, event->start_mark, "control characters are not allowed in text");
        node->kind = YAML_REFUSED;
    }
    attach(builder, node);
    return 0;
}

static int add_alias(struct builder *builder, const yaml_event_t *event)
{
    fail_at(builder, event->start_mark, "aliases are not allowed here: \"*%s\"",
            (const char *)event->data.alias.anchor);
    struct yaml_node *node = add_node(builder, YAML_REFUSED, event);
    if (!node) {
        return -1;
    }
    attach(builder, node);
    return 0;
}

static int open_collection(struct builder *builder, enum yaml_kind kind, const yaml_event_t *event,
                           const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (builder->depth == YAML_DEPTH_MAX) {
        return fail_at(builder, event->start_mark, "nested more than %d deep", YAML_DEPTH_MAX);
    }
    struct yaml_node *node = add_node(builder, kind, event);
    if (!node) {
        return -1;
    }
    refuse_properties(builder, event, anchor, tag);
    attach(builder, node);
    builder->open[builder->depth++] = (struct open_node){.node = node};
    return 0;
}

/* Whether an earlier value of the mapping has the same key, and where. */
static bool find_earlier(struct yaml_index *index, const struct yaml_node *mapping,
                         const struct yaml_node *value, struct place *first)
{
    const struct yaml_node *key = value->key;
    if (mapping->n_children > SMALL_MAPPING) {
        struct place place = {.line = key->line, .column = key->column};
        const struct yaml_entry *found =
            yaml_index_add(index, key->text, strlen(key->text), 0, place);
        *first = found ? found->place : place;
        return found != NULL;
    }
    for (const struct yaml_node *at = mapping->child; at != value; at = at->next) {
        if (at->key->kind == YAML_SCALAR && strcmp(at->key->text, key->text) == 0) {
            *first = (struct place){.line = at->key->line, .column = at->key->column};
            return true;
        }
    }
    return false;
}

static bool is_unusable(const struct yaml_node *key)
{
    return key->kind == YAML_REFUSED || key->kind == YAML_MAPPING || is_merge_key(key);
}

/* Reports keys that are there twice; takes out what came later, and what has an
 * unusable key (reported already). */
static void keep_unique_keys(struct builder *builder, struct yaml_node *mapping)
{
    struct yaml_index index = {0};
    for (struct yaml_node **link = &mapping->child; *link;) {
        const struct yaml_node *value = *link, *key = value->key;
        struct place first;
        bool twice = key->kind == YAML_SCALAR && !is_unusable(key) &&
                     find_earlier(&index, mapping, value, &first);
        if (twice) {
            yaml_error_at(builder->source, key->line, key->column,
                          "the key \"%.40s\" is there twice, first in line %d, column %d",
                          key->text, first.line, first.column);
        }
        if (twice || is_unusable(key)) {
            *link = value->next;
        } else {
            link = &(*link)->next;
        }
    }
    yaml_index_free(&index);
    mapping->n_children = 0;
    for (const struct yaml_node *at = mapping->child; at; at = at->next) {
        mapping->n_children++;
    }
}

static int close_collection(struct builder *builder)
{
    struct yaml_node *node = builder->open[--builder->depth].node;
    if (node->kind == YAML_MAPPING) {
        keep_unique_keys(builder, node);
    }
    return 0;
}

static int take_event(struct builder *builder, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return ++builder->n_documents == 1
                   ? 0
                   : fail_at(builder, event->start_mark, "a second document; expected one a file");
    case YAML_ALIAS_EVENT:
        return add_alias(builder, event);
    case YAML_SCALAR_EVENT:
        return add_scalar(builder, event);
    case YAML_SEQUENCE_START_EVENT:
        return open_collection(builder, YAML_SEQUENCE, event, event->data.sequence_start.anchor,
                               event->data.sequence_start.tag);
    case YAML_MAPPING_START_EVENT:
        return open_collection(builder, YAML_MAPPING, event, event->data.mapping_start.anchor,
                               event->data.mapping_start.tag);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return close_collection(builder);
    default:
        return 0;
    }
}

/* Line and column of a byte: libyaml's reader knows only the offset. */
static yaml_mark_t mark_of_byte(const struct yaml_source *source, size_t offset)
{
    yaml_mark_t mark = {0};
    struct base_reader reader = base_reader_over(source->bytes.data, source->bytes.n_bytes);
    const char *line;
    size_t n_bytes;
    while (yaml_next_line(&reader, &line, &n_bytes)) {
        size_t start = (size_t)(line - (const char *)source->bytes.data);
        if (offset <= start + n_bytes || base_reader_left(&reader) == 0) {
            mark.column = offset > start ? yaml_count_characters(line, offset - start) : 0;
            break;
        }
        mark.line++;
    }
    return mark;
}

static int report_parser(struct builder *builder)
{
    const yaml_parser_t *parser = &builder->parser;
    switch (parser->error) {
    case YAML_MEMORY_ERROR:
        return fail_at(builder, parser->mark, "out of memory");
    case YAML_READER_ERROR:
        return fail_at(builder, mark_of_byte(builder->source, parser->problem_offset),
                       "not UTF-8 text: %s (0x%02x)", parser->problem,
                       (unsigned)parser->problem_value);
    default:
        break;
    }
    const char *problem = parser->problem ? parser->problem : "cannot be parsed";
    yaml_mark_t mark = parser->problem_mark;
    if (yaml_report_indent(builder->source, (int)mark.line + 1, (int)mark.column + 1, problem)) {
        return -1;
    }
    if (!parser->context) {
        return fail_at(builder, mark, "not YAML: %s", problem);
    }
    return fail_at(builder, mark, "not YAML: %s %s that begins in line %d", problem,
                   parser->context, (int)parser->context_mark.line + 1);
}

static int take_events(struct builder *builder)
{
    int result = 0;
    bool ended = false;
    while (result == 0 && !ended) {
        yaml_event_t event;
        if (!yaml_parser_parse(&builder->parser, &event)) {
            return report_parser(builder);
        }
        ended = event.type == YAML_STREAM_END_EVENT;
        result = take_event(builder, &event);
        yaml_event_delete(&event);
    }
    return result;
}

struct yaml_node *yaml_read_document(const struct yaml_source *source, struct base_arena *arena)
{
    struct builder builder = {.source = source, .arena = arena};
    if (!yaml_parser_initialize(&builder.parser)) {
        yaml_error_at(source, 0, 0, "out of memory");
        return NULL;
    }
    /* Fixed, or the first bytes could choose UTF-16, whose places we cannot show. */
    yaml_parser_set_encoding(&builder.parser, YAML_UTF8_ENCODING);
    static const unsigned char nothing[1] = "";
    yaml_parser_set_input_string(&builder.parser, source->bytes.data ? source->bytes.data : nothing,
                                 source->bytes.n_bytes);
    int result = take_events(&builder);
    yaml_parser_delete(&builder.parser);
    if (result == 0 && !builder.root) {
        yaml_error_at(source, 0, 0, "the file is empty");
        result = -1;
    }
    return result == 0 ? builder.root : NULL;
}
