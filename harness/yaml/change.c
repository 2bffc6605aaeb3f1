/* SPDX-License-Identifier: Apache-2.0
 *
 * Which flow-mods does a change file ask for, at which switch. */
#include "yaml/change.h"

#include "ofctl/flow_mod.h"
#include "yaml/flow_lines.h"
#include "yaml/value.h"

#include <stdio.h>
#include <string.h>

/* A change being read; one line of it at a time. */
struct reading {
    struct yaml_reader reader; /* knows the switches */
    struct flow_changes *changes;
    bool replace;           /* every section is a whole table */
    size_t sw;              /* of the section; SWITCH_NONE: none yet, or an unknown one */
    bool is_lost;           /* the section's line was reported: what follows is not read */
    bool is_table;          /* the section is a whole table */
    struct yaml_index keys; /* of the whole tables' entries */
    const struct yaml_flow_line *line;
};

static struct place here(const struct reading *reading)
{
    return (struct place){reading->changes->file, reading->line->line, reading->line->column};
}

static void report(const struct reading *reading, size_t offset, const char *message)
{
    yaml_flow_error(reading->line, offset, message);
}

static bool add_item(struct reading *reading, const struct flow_change *item)
{
    struct flow_changes *changes = reading->changes;
    const char *text = base_arena_text(&changes->arena, reading->line->text);
    if (!text || base_grow(&changes->items, changes->n_items, &changes->capacity,
                           sizeof *changes->items) < 0) {
        report(reading, 0, "out of memory");
        return false;
    }
    struct flow_change *added = &changes->items[changes->n_items++];
    *added = *item;
    added->sw = reading->sw;
    added->text = text;
    added->place = here(reading);
    return true;
}

static bool add(struct reading *reading, const struct flow_mod *mod)
{
    return add_item(reading, &(struct flow_change){.mod = *mod});
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
    const struct yaml_flow_line *line = reading->line;
    const struct yaml_node node = {
        .kind = YAML_SCALAR, .text = name, .line = line->line, .column = line->column};
    const char *rest = line->text + n_chars + 1;
    rest += strspn(rest, " \t");
    snprintf(name, sizeof name, "%.*s", (int)(n_chars < 64 ? n_chars : 64), line->text);
    reading->sw = yaml_switch(&reading->reader, &node);
    reading->is_table = false;
    reading->is_lost = true;
    if (reading->sw == SWITCH_NONE) {
        return;
    }
    if (*rest && strcmp(rest, "replace") != 0) {
        report(reading, (size_t)(rest - line->text),
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
    const struct yaml_entry *first =
        yaml_index_flow(&reading->keys, reading->sw, flow, here(reading));
    if (first) {
        yaml_error_at(reading->line->source, reading->line->line, reading->line->column,
                      "the same match and priority as in line %d: a switch keeps only one of them",
                      first->place.line);
    }
}

/* False: the line is not one of groups or meters. */
static bool read_group_mod(struct reading *reading)
{
    struct flow_change item = {.of_groups = true};
    struct base_error error;
    size_t column;
    int status = ofctl_parse_group_mod(reading->line->text, &reading->changes->groups,
                                       &item.group_mod, &column, &error);
    if (status < 0) {
        report(reading, column, error.text);
    } else if (status == 0 && reading->is_table) {
        report(reading, 0, "expected a flow: this is a whole table");
    } else if (status == 0) {
        add_item(reading, &item);
    }
    return status != 1;
}

static void read_mod(struct reading *reading)
{
    struct flow_mod mod;
    struct base_error error;
    size_t column;
    if (reading->is_lost) {
        return;
    }
    if (reading->sw == SWITCH_NONE && reading->reader.topology->n_switches != 1) {
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
    if (read_group_mod(reading)) {
        return;
    }
    if (ofctl_parse_flow_mod(reading->line->text, &reading->changes->arena, &mod, &column, &error) <
        0) {
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

static void read_line(void *into, const struct yaml_flow_line *line)
{
    struct reading *reading = into;
    size_t name = section_name(line->text);
    reading->line = line;
    if (name > 0) {
        read_section(reading, name);
    } else {
        read_mod(reading);
    }
}

static void read_change(struct reading *reading, const char *path)
{
    struct base_error error;
    struct yaml_source *source = &reading->reader.source;
    struct yaml_diagnostics *diagnostics = source->diagnostics;
    reading->changes->file = base_arena_text(&reading->changes->arena, path);
    if (yaml_source_read(source, reading->reader.files, path, diagnostics, &error) < 0) {
        yaml_error_at(source, 0, 0, "%s", error.text);
        return;
    }
    yaml_each_flow_line(source, read_line, reading);
    if (reading->changes->n_items == 0 &&
        yaml_errors_count(diagnostics) == reading->reader.n_before) {
        yaml_error_at(source, 0, 0, "it changes nothing: no flow-mod in it");
    }
}

int yaml_load_change(const struct yaml_files *files, const char *path,
                     const struct topology *topology, bool replace, struct flow_changes **changes,
                     struct yaml_diagnostics *diagnostics)
{
    struct reading reading = {.replace = replace, .sw = SWITCH_NONE};
    struct flow_changes *read = reading.changes =
        yaml_begin(&reading.reader, files, path, diagnostics, sizeof *read,
                   offsetof(struct flow_changes, arena));
    if (read) {
        yaml_use_topology(&reading.reader, topology);
        read_change(&reading, path);
    }
    yaml_index_free(&reading.keys);
    *changes = yaml_end(&reading.reader) ? read : NULL;
    if (!*changes) {
        flow_changes_free(read);
    }
    return *changes ? 0 : -1;
}
