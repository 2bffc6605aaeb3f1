/* SPDX-License-Identifier: Apache-2.0
 *
 * What all readers share: opening a file, reporting at a place, and mappings read
 * by a table of fields. */
#include "yaml/read.h"

#include "base/memory.h"
#include "base/suggest.h"

#include <stdio.h>
#include <string.h>

static const char ROOT_EXPECTED[] = "a mapping (\"key: value\" lines)";

const struct yaml_node *yaml_open(struct yaml_reader *reader, const char *path,
                                  const struct yaml_reader *from, const struct yaml_node *where,
                                  struct yaml_diagnostics *diagnostics, struct base_arena *nodes)
{
    struct base_error error;
    if (yaml_source_read(&reader->source, reader->files, path, diagnostics, &error) < 0) {
        if (from) {
            yaml_error(from, where, "%s: %s", path, error.text);
        } else {
            yaml_error_at(&reader->source, 0, 0, "%s", error.text);
        }
        return NULL;
    }
    const struct yaml_node *root = yaml_read_document(&reader->source, nodes);
    return root && yaml_expect(reader, root, YAML_MAPPING, ROOT_EXPECTED) ? root : NULL;
}

void *yaml_begin(struct yaml_reader *reader, const struct yaml_files *files, const char *path,
                 struct yaml_diagnostics *diagnostics, size_t n_bytes, size_t arena_at)
{
    reader->source = (struct yaml_source){.file = path, .diagnostics = diagnostics};
    reader->files = files;
    reader->n_before = yaml_errors_count(diagnostics);
    char *loaded = base_calloc(1, n_bytes);
    if (!loaded) {
        yaml_error_at(&reader->source, 0, 0, "out of memory");
        return NULL;
    }
    reader->arena = (struct base_arena *)(loaded + arena_at);
    return loaded;
}

void yaml_close(struct yaml_reader *reader)
{
    yaml_source_free(&reader->source);
    yaml_index_free(&reader->switches);
    yaml_index_free(&reader->hosts);
}

bool yaml_end(struct yaml_reader *reader)
{
    yaml_close(reader);
    return yaml_errors_count(reader->source.diagnostics) == reader->n_before;
}

void yaml_use_topology(struct yaml_reader *reader, const struct topology *topology)
{
    reader->topology = topology;
    for (size_t i = 0; i < topology->n_switches; i++) {
        const struct topology_switch *sw = &topology->switches[i];
        yaml_index_add(&reader->switches, sw->name, strlen(sw->name), i, sw->place);
    }
    for (size_t i = 0; i < topology->n_hosts; i++) {
        const struct topology_host *host = &topology->hosts[i];
        yaml_index_add(&reader->hosts, host->name, strlen(host->name), i, host->place);
    }
}

struct yaml_words yaml_found(const struct yaml_node *node)
{
    enum { SHOWN_BYTES = 60 };
    struct yaml_words words;
    if (node->kind == YAML_SEQUENCE) {
        snprintf(words.text, sizeof words.text, "a list");
    } else if (node->kind != YAML_SCALAR) {
        snprintf(words.text, sizeof words.text, "a mapping");
    } else if (!*node->text && !node->quoted) {
        snprintf(words.text, sizeof words.text, "nothing");
    } else {
        size_t n = strlen(node->text);
        bool cut = n > SHOWN_BYTES;
        n = cut ? SHOWN_BYTES : n;
        while (cut && ((unsigned char)node->text[n] & 0xc0) == 0x80) {
            n--;
        }
        snprintf(words.text, sizeof words.text, "\"%.*s%s\"", (int)n, node->text, cut ? "..." : "");
    }
    return words;
}

struct yaml_words yaml_where(const char *file, struct place place)
{
    struct yaml_words words;
    if (strcmp(place.file, file) == 0) {
        snprintf(words.text, sizeof words.text, "line %d, column %d", place.line, place.column);
    } else {
        snprintf(words.text, sizeof words.text, "%.150s:%d:%d", place.file, place.line,
                 place.column);
    }
    return words;
}

void yaml_error(const struct yaml_reader *reader, const struct yaml_node *node, const char *format,
                ...)
{
    va_list args;
    va_start(args, format);
    yaml_verror_at(&reader->source, node->line, node->column, format, args);
    va_end(args);
}

void yaml_error_in(const struct yaml_reader *reader, const struct yaml_node *node, size_t offset,
                   const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int column = node->column;
    if (node->text_column > 0 && offset <= strlen(node->text)) {
        column = node->text_column + (int)yaml_count_characters(node->text, offset);
    }
    yaml_verror_at(&reader->source, node->line, column, format, args);
    va_end(args);
}

struct place yaml_place(const struct yaml_reader *reader, const struct yaml_node *node)
{
    return (struct place){reader->source.file, node->line, node->column};
}

void *yaml_alloc(const struct yaml_reader *reader, size_t n_bytes)
{
    void *at = base_arena_alloc(reader->arena, n_bytes);
    if (!at) {
        yaml_error_at(&reader->source, 0, 0, "out of memory");
    }
    return at;
}

bool yaml_append(const struct yaml_reader *reader, const struct yaml_node *node, void *items,
                 size_t *n_items, size_t *capacity, size_t item_bytes, const void *item)
{
    char *array;
    if (base_grow(items, *n_items, capacity, item_bytes) < 0) {
        yaml_error(reader, node, "out of memory");
        return false;
    }
    memcpy(&array, items, sizeof array);
    memcpy(array + *n_items * item_bytes, item, item_bytes);
    ++*n_items;
    return true;
}

void yaml_refuse(const struct yaml_reader *reader, const struct yaml_node *node,
                 const char *expected)
{
    yaml_error(reader, node, "expected %s, found %s", expected, yaml_found(node).text);
}

bool yaml_expect(const struct yaml_reader *reader, const struct yaml_node *node,
                 enum yaml_kind kind, const char *expected)
{
    if (node->kind != kind && node->kind != YAML_REFUSED) {
        yaml_refuse(reader, node, expected);
    }
    return node->kind == kind;
}

const struct yaml_node *yaml_first(const struct yaml_reader *reader, const struct yaml_node *node,
                                   enum yaml_kind kind, const char *expected)
{
    return yaml_expect(reader, node, kind, expected) ? node->child : NULL;
}

/* "; expected one of a, b, c", or as many of them as there is room for. */
static void list_words(struct yaml_words *words, const char *const *known, size_t n)
{
    enum { ROOM = sizeof words->text - sizeof ", ..." };
    size_t at = (size_t)snprintf(words->text, sizeof words->text, "; expected one of ");
    for (size_t i = 0; i < n; i++) {
        size_t n_chars = strlen(known[i]);
        if (at + n_chars + 2 > ROOM) {
            snprintf(words->text + at, sizeof words->text - at, "...");
            return;
        }
        at += (size_t)snprintf(words->text + at, sizeof words->text - at, "%s%s", known[i],
                               i + 1 < n ? ", " : "");
    }
}

struct yaml_words yaml_suggestion(const struct yaml_reader *reader, const char *word,
                                  const char *const *known, size_t n)
{
    struct yaml_words words = {""};
    if (n == 0 || yaml_errors_full(reader->source.diagnostics)) {
        return words; /* nothing to say, or nobody will read it */
    }
    const char *near = base_suggest(word, known, n);
    if (near) {
        snprintf(words.text, sizeof words.text, "; did you mean \"%.64s\"?", near);
    } else {
        list_words(&words, known, n);
    }
    return words;
}

/* The keys of a table as words. */
struct field_names {
    const char *words[32];
    size_t n;
};

static struct field_names names_of(const struct yaml_field *fields, size_t n_fields)
{
    struct field_names names = {.n = 0};
    while (names.n < n_fields && names.n < sizeof names.words / sizeof *names.words) {
        names.words[names.n] = fields[names.n].name;
        names.n++;
    }
    return names;
}

static void report_unknown_key(const struct yaml_reader *reader, const struct yaml_node *key,
                               const char *what, const struct yaml_field *fields, size_t n_fields)
{
    struct field_names names = names_of(fields, n_fields);
    const char *word = key->kind == YAML_SCALAR ? key->text : "";
    yaml_error(reader, key, "unknown key %s in %s%s", yaml_found(key).text, what,
               yaml_suggestion(reader, word, names.words, names.n).text);
}

static const struct yaml_field *find_field(const struct yaml_node *key,
                                           const struct yaml_field *fields, size_t n_fields)
{
    for (size_t i = 0; key->kind == YAML_SCALAR && i < n_fields; i++) {
        if (strcmp(fields[i].name, key->text) == 0) {
            return &fields[i];
        }
    }
    return NULL;
}

const struct yaml_node *yaml_child(const struct yaml_node *mapping, const char *name)
{
    if (mapping->kind != YAML_MAPPING) {
        return NULL;
    }
    for (const struct yaml_node *value = mapping->child; value; value = value->next) {
        if (value->key->kind == YAML_SCALAR && strcmp(value->key->text, name) == 0) {
            return value;
        }
    }
    return NULL;
}

bool yaml_has_key(const struct yaml_node *mapping, const char *name,
                  const struct yaml_field *fields, size_t n_fields)
{
    struct field_names names = names_of(fields, n_fields);
    bool found = yaml_child(mapping, name) != NULL;
    for (const struct yaml_node *at = mapping->child; at && !found; at = at->next) {
        if (at->key->kind == YAML_SCALAR && !find_field(at->key, fields, n_fields)) {
            const char *meant = base_suggest(at->key->text, names.words, names.n);
            found = meant && strcmp(meant, name) == 0;
        }
    }
    return found;
}

/* What stands behind a comma of a value that lacks its quotes: {match: udp,tp_dst=53}
 * has a key "tp_dst=53" with nothing behind it. */
static bool is_piece(const struct yaml_node *value, const struct yaml_field *fields,
                     size_t n_fields)
{
    const struct yaml_node *key = value->key;
    return value->kind == YAML_SCALAR && !*value->text && !value->quoted &&
           key->kind == YAML_SCALAR && !key->quoted && !find_field(key, fields, n_fields);
}

/* The end of the pieces of `before` that begin with `value`: `value` if they are
 * none. One of them at least must look like no key. */
static const struct yaml_node *pieces_end(const struct yaml_node *before,
                                          const struct yaml_node *value,
                                          const struct yaml_field *fields, size_t n_fields)
{
    bool sure = false;
    const struct yaml_node *end = value;
    if (!before || before->kind != YAML_SCALAR || before->quoted) {
        return value;
    }
    for (; end && is_piece(end, fields, n_fields); end = end->next) {
        const char *text = end->key->text;
        sure = sure || text[strcspn(text, "=:")] || (text[0] >= '0' && text[0] <= '9');
    }
    return sure ? end : value;
}

static void report_unknown_keys(const struct yaml_reader *reader, const struct yaml_node *node,
                                const char *what, const struct yaml_field *fields, size_t n_fields)
{
    const struct yaml_node *before = NULL, *next; /* before: in front, if its key is known */
    for (const struct yaml_node *value = node->child; value; value = next) {
        next = value->next;
        if (find_field(value->key, fields, n_fields)) {
            before = value;
            continue;
        }
        const struct yaml_node *end = pieces_end(before, value, fields, n_fields);
        if (end == value) {
            report_unknown_key(reader, value->key, what, fields, n_fields);
        } else {
            yaml_error(reader, value->key,
                       "unknown key %s: quote the value of \"%s\", it contains a comma",
                       yaml_found(value->key).text, before->key->text);
            next = end;
        }
        before = NULL;
    }
}

bool yaml_read_fields(struct yaml_reader *reader, const struct yaml_node *node, const char *what,
                      const struct yaml_field *fields, size_t n_fields, void *into)
{
    char expected[80];
    size_t n_before = yaml_errors_count(reader->source.diagnostics);
    snprintf(expected, sizeof expected, "a mapping with the keys of %s", what);
    if (!yaml_expect(reader, node, YAML_MAPPING, expected)) {
        return false;
    }
    for (size_t i = 0; i < n_fields; i++) {
        if (fields[i].required && !yaml_has_key(node, fields[i].name, fields, n_fields)) {
            yaml_error(reader, node, "%s needs the key \"%s\"", what, fields[i].name);
        }
    }
    report_unknown_keys(reader, node, what, fields, n_fields);
    for (int first = 1; first >= 0; first--) {
        for (const struct yaml_node *value = node->child; value; value = value->next) {
            const struct yaml_field *field = find_field(value->key, fields, n_fields);
            if (field && field->first == first) {
                field->read(reader, value, (char *)into + field->at);
            }
        }
    }
    return yaml_errors_count(reader->source.diagnostics) == n_before;
}

static bool has_any(const struct yaml_node *root, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (yaml_child(root, names[i])) {
            return true;
        }
    }
    return false;
}
#define HAS_ANY(root, names) has_any(root, names, sizeof(names) / sizeof *(names))

/* In doubt it is of the wanted kind. */
static bool is_of_kind(const struct yaml_reader *reader, const struct yaml_node *root,
                       enum yaml_file_kind wanted)
{
    static const char *const kinds[] = {
        [YAML_TOPOLOGY] = "a topology was expected (it has name:, switches:, hosts:, links:)",
        [YAML_EXPECTATION] = "an expectation was expected (it has topology:, ports:, traffic:)",
        [YAML_LAB] = "a lab was expected (it has switches:, hosts:)",
        [YAML_STATE] = "a saved state was expected (it begins with tapproof-state:)",
    };
    static const char *const of_expectation[] = {"topology", "ports", "entries", "traffic"};
    static const char *const of_network[] = {"switches", "hosts", "links"};
    static const char *const of_topology[] = {"name", "links"};
    bool expects = HAS_ANY(root, of_expectation), is_network = HAS_ANY(root, of_network);
    const char *found = NULL;
    if (yaml_child(root, "tapproof-state")) {
        found = wanted == YAML_STATE ? NULL : "a saved state";
    } else if (expects && !is_network && wanted != YAML_EXPECTATION) {
        found = "an expectation";
    } else if (is_network && !expects && wanted != YAML_TOPOLOGY && HAS_ANY(root, of_topology)) {
        found = "a topology";
    } else if (is_network && !expects && wanted == YAML_EXPECTATION) {
        found = "a lab";
    }
    if (found) {
        yaml_error(reader, root, "this is %s; %s", found, kinds[wanted]);
    }
    return !found;
}

void yaml_read_file(struct yaml_reader *reader, const struct yaml_format *format, const char **file,
                    void *into)
{
    struct base_arena nodes = {0};
    *file = reader->source.file = yaml_copy_text(reader, reader->source.file);
    const struct yaml_node *root = *file ? yaml_open(reader, *file, reader->from, reader->where,
                                                     reader->source.diagnostics, &nodes)
                                         : NULL;
    if (root && is_of_kind(reader, root, format->kind)) {
        yaml_read_fields(reader, root, format->what, format->fields, format->n_fields, into);
        if (format->check) {
            format->check(reader, root, into);
        }
    }
    base_arena_free(&nodes);
}

void yaml_each(struct yaml_reader *reader, const struct yaml_node *node, yaml_read_fn *read,
               void *into)
{
    if (node->kind != YAML_SEQUENCE) {
        read(reader, node, into);
        return;
    }
    for (const struct yaml_node *item = node->child; item; item = item->next) {
        read(reader, item, into);
    }
}

const char *yaml_text(const struct yaml_reader *reader, const struct yaml_node *node,
                      const char *expected)
{
    if (!yaml_expect(reader, node, YAML_SCALAR, expected)) {
        return NULL;
    }
    if (!*node->text) {
        yaml_refuse(reader, node, expected);
        return NULL;
    }
    return node->text;
}

const char *yaml_copy_text(const struct yaml_reader *reader, const char *text)
{
    char *copy = text ? yaml_alloc(reader, strlen(text) + 1) : NULL;
    return copy ? strcpy(copy, text) : NULL;
}

const char *yaml_copy(const struct yaml_reader *reader, const struct yaml_node *node,
                      const char *expected)
{
    return yaml_copy_text(reader, yaml_text(reader, node, expected));
}
