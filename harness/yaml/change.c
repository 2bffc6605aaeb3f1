/* SPDX-License-Identifier: Apache-2.0
 *
 * Which flow-mods does a change file ask for, at which switch. */
#include "yaml/change.h"

#include "ofctl/flow_mod.h"
#include "yaml/read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A change being read; one line of it at a time. */
struct reading {
    struct yaml_source source;
    const struct topology *topology;
    struct flow_changes *changes;
    bool replace;           /* every section is a whole table */
    size_t sw;              /* of the section; SWITCH_NONE: none yet, or an unknown one */
    bool is_lost;           /* the section's line was reported: what follows is not read */
    bool is_table;          /* the section is a whole table */
    struct yaml_index keys; /* switch, priority, match of the whole tables' entries */
    int line, column;       /* of `text` */
    const char *text;
};

/* What makes two entries of a table one (OpenFlow 1.0.0, section 4.6). */
struct entry_key {
    uint64_t sw, table_id, priority;
    struct match match;
};

static struct place here(const struct reading *reading)
{
    return (struct place){reading->changes->file, reading->line, reading->column};
}

static void report(const struct reading *reading, size_t offset, const char *message)
{
    int column = reading->column + (int)yaml_count_characters(reading->text, offset);
    yaml_error_at(&reading->source, reading->line, column, "%s", message);
}

static bool add(struct reading *reading, const struct flow_mod *mod)
{
    struct flow_changes *changes = reading->changes;
    const char *text = base_arena_text(&changes->arena, reading->text);
    if (!text || base_grow(&changes->items, changes->n_items, &changes->capacity,
                           sizeof *changes->items) < 0) {
        report(reading, 0, "out of memory");
        return false;
    }
    changes->items[changes->n_items++] =
        (struct flow_change){.sw = reading->sw, .mod = *mod, .text = text, .place = here(reading)};
    return true;
}

/* ---------------------------------------------------------------- sections */

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

/* "SWITCH:" with more behind it or not; how many characters the name has, 0 if
 * the line is no such line. */
static size_t section_name(const char *text)
{
    size_t n = 0;
    while (is_name_character(text[n])) {
        n++;
    }
    bool ends = text[n] == ':' && (text[n + 1] == 0 || text[n + 1] == ' ' || text[n + 1] == '\t');
    return ends ? n : 0;
}

static void report_unknown_switch(const struct reading *reading, const char *name)
{
    const struct topology *topology = reading->topology;
    const char **names = calloc(topology->n_switches + 1, sizeof *names);
    for (size_t i = 0; names && i < topology->n_switches; i++) {
        names[i] = topology->switches[i].name;
    }
    struct yaml_reader reader = {.source = reading->source};
    yaml_error_at(&reading->source, reading->line, reading->column, "unknown switch \"%.64s\"%s",
                  name,
                  names ? yaml_suggestion(&reader, name, names, topology->n_switches).text : "");
    free(names);
}

/* From here on the switch has nothing but what follows. */
static void begin_table(struct reading *reading)
{
    struct flow_mod everything = {.command = FLOW_DELETE, .out_port = PORT_NONE, .any_table = true};
    reading->is_table = true;
    reading->is_lost = !add(reading, &everything);
}

static void read_section(struct reading *reading, size_t n_chars)
{
    char name[65];
    const char *rest = reading->text + n_chars + 1;
    rest += strspn(rest, " \t");
    snprintf(name, sizeof name, "%.*s", (int)(n_chars < 64 ? n_chars : 64), reading->text);
    reading->sw = topology_find_switch(reading->topology, name);
    reading->is_table = false;
    reading->is_lost = true;
    if (reading->sw == SWITCH_NONE) {
        report_unknown_switch(reading, name);
    } else if (*rest && strcmp(rest, "replace") != 0) {
        report(reading, (size_t)(rest - reading->text),
               "expected nothing, or \"replace\" for a whole new table");
    } else if (*rest || reading->replace) {
        begin_table(reading);
    } else {
        reading->is_lost = false;
    }
}

/* --------------------------------------------------------------- flow-mods */

static void check_unique(struct reading *reading, const struct flow_entry *flow)
{
    struct entry_key key = {reading->sw, flow->table_id, flow->priority, flow->match};
    const struct yaml_entry *first =
        yaml_index_add(&reading->keys, &key, sizeof key, 0, here(reading));
    if (first) {
        yaml_error_at(&reading->source, reading->line, reading->column,
                      "the same match and priority as in line %d: a switch keeps only one of them",
                      first->place.line);
    }
}

static void read_flow_mod(struct reading *reading)
{
    struct flow_mod mod;
    struct base_error error;
    size_t column;
    if (reading->is_lost) {
        return;
    }
    if (reading->sw == SWITCH_NONE && reading->topology->n_switches != 1) {
        report(reading, 0, "for which switch? Expected a line \"SWITCH:\" before it");
        reading->is_lost = true;
        return;
    }
    if (reading->sw == SWITCH_NONE) {
        reading->sw = 0;
        if (reading->replace) {
            begin_table(reading);
        }
    }
    if (ofctl_parse_flow_mod(reading->text, &reading->changes->arena, &mod, &column, &error) < 0) {
        report(reading, column, error.text);
    } else if (reading->is_table && mod.command != FLOW_ADD) {
        report(reading, 0, "expected a flow: this is a whole table");
    } else {
        if (reading->is_table) {
            check_unique(reading, &mod.flow);
        }
        add(reading, &mod);
    }
}

static void read_lines(struct reading *reading)
{
    const struct base_buffer *bytes = &reading->source.bytes;
    struct base_reader reader = base_reader_over(bytes->data, bytes->n_bytes);
    struct base_buffer text = {0};
    const char *line;
    size_t n_bytes, n_before;
    for (reading->line = 1; yaml_next_line(&reader, &line, &n_bytes); reading->line++) {
        if (memchr(line, 0, n_bytes)) {
            yaml_error_at(&reading->source, reading->line, 1, "not text: a byte of zero");
            break;
        }
        if (yaml_take_flow(line, n_bytes, &text, &n_before)) {
            reading->text = base_buffer_text(&text);
            reading->column = (int)yaml_count_characters(line, n_before) + 1;
            size_t name = section_name(reading->text);
            if (name > 0) {
                read_section(reading, name);
            } else {
                read_flow_mod(reading);
            }
        }
    }
    base_buffer_free(&text);
}

static void read_change(struct reading *reading, const struct yaml_files *files, const char *path,
                        struct yaml_diagnostics *diagnostics)
{
    struct base_error error;
    size_t n_before = yaml_errors_count(diagnostics);
    reading->changes->file = base_arena_text(&reading->changes->arena, path);
    if (yaml_source_read(&reading->source, files, path, diagnostics, &error) < 0) {
        yaml_error_at(&reading->source, 0, 0, "%s", error.text);
        return;
    }
    read_lines(reading);
    if (reading->changes->n_items == 0 && yaml_errors_count(diagnostics) == n_before) {
        yaml_error_at(&reading->source, 0, 0, "it changes nothing: no flow-mod in it");
    }
    yaml_source_free(&reading->source);
}

int yaml_load_change_from(const struct yaml_files *files, const char *path,
                          const struct topology *topology, bool replace,
                          struct flow_changes **changes, struct yaml_diagnostics *diagnostics)
{
    struct reading reading = {.source = {.file = path, .diagnostics = diagnostics},
                              .topology = topology,
                              .replace = replace,
                              .sw = SWITCH_NONE};
    size_t n_before = yaml_errors_count(diagnostics);
    *changes = reading.changes = calloc(1, sizeof *reading.changes);
    if (!*changes) {
        yaml_error_at(&reading.source, 0, 0, "out of memory");
        return -1;
    }
    read_change(&reading, files, path, diagnostics);
    yaml_index_free(&reading.keys);
    if (yaml_errors_count(diagnostics) > n_before) {
        flow_changes_free(*changes);
        *changes = NULL;
        return -1;
    }
    return 0;
}

int yaml_load_change(const char *path, const struct topology *topology, bool replace,
                     struct flow_changes **changes, struct yaml_diagnostics *diagnostics)
{
    return yaml_load_change_from(&yaml_disk, path, topology, replace, changes, diagnostics);
}
