/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads an expectation file: its parts in order, then what they say together. */
#include "yaml/expectation.h"

#include "yaml/lab.h"
#include "yaml/value.h"

#include <stdlib.h>
#include <string.h>

static void read_topology(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct expectation *x = into;
    const char *path = yaml_path(reader, node, "the path of a topology file");
    if (!path) {
        return;
    }
    x->topology = yaml_read_topology(reader->files, path, reader, node, reader->source.diagnostics);
    if (x->topology) {
        size_t n = x->topology->n_switches;
        x->lists_switch = yaml_alloc(reader, n * sizeof *x->lists_switch);
        x->exact_switch = yaml_alloc(reader, n * sizeof *x->exact_switch);
        x->lists_groups = yaml_alloc(reader, n * sizeof *x->lists_groups);
        if (x->lists_switch && x->exact_switch && x->lists_groups) {
            yaml_use_topology(reader, x->topology);
        }
    }
}

static void read_tables(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct expectation *x = into;
    x->tables_exact = yaml_choice(reader, node, "exact", NULL, "\"exact\"");
}

static void read_unlisted(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct expectation *x = into;
    x->unlisted_any = yaml_choice(reader, node, "any", "drop", "\"drop\" or \"any\"");
}

static void read_controller(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct expectation *x = into;
    x->controller_any = yaml_choice(reader, node, "any", NULL, "\"any\"");
}

static void read_expires(struct yaml_reader *reader, const struct yaml_node *node, void *into)
{
    struct expectation *x = into;
    yaml_expires(reader, node, &x->expires_sec);
}

static const struct yaml_field expectation_fields[] = {
    {.name = "topology", .read = read_topology, .required = true, .first = true},
    {.name = "ports", .read = yaml_read_ports},
    {.name = "controller", .read = read_controller},
    {.name = "tables", .read = read_tables},
    {.name = "entries", .read = yaml_read_entries},
    {.name = "groups", .read = yaml_read_groups},
    {.name = "names", .read = yaml_read_names},
    {.name = "traffic", .read = yaml_read_traffic},
    {.name = "ignore", .read = yaml_read_ignore},
    {.name = "known", .read = yaml_read_known},
    {.name = "expires", .read = read_expires},
    {.name = "unlisted", .read = read_unlisted},
};

static bool has_key(const struct yaml_node *root, const char *name)
{
    return yaml_has_key(root, name, YAML_FIELDS(expectation_fields));
}

/* A file that expects nothing would conform to any network. */
static void check_expects(struct yaml_reader *reader, const struct yaml_node *root,
                          const void *loaded)
{
    const struct expectation *x = loaded;
    bool has_entries = has_key(root, "entries");
    if (!has_key(root, "ports") && !has_entries && !has_key(root, "groups") &&
        !has_key(root, "traffic")) {
        yaml_error(reader, root,
                   "nothing is expected; the file needs \"ports\", \"entries\", \"groups\" or "
                   "\"traffic\"");
    } else if (x->tables_exact && !has_entries) {
        yaml_error(reader, yaml_child(root, "tables")->key,
                   "\"tables: exact\" needs the key \"entries\"");
    }
}

static const struct yaml_format format = {YAML_EXPECTATION, "an expectation",
                                          YAML_FIELDS(expectation_fields), check_expects};

/* What grew with malloc goes to the arena, or away if the load failed. */
static void *settle(const struct yaml_reader *reader, void *items, size_t n_bytes)
{
    void *copy = n_bytes > 0 ? yaml_alloc(reader, n_bytes) : NULL;
    if (copy) {
        memcpy(copy, items, n_bytes);
    }
    free(items);
    return copy;
}

static void settle_all(struct yaml_reading *reading)
{
    struct expectation *x = reading->expectation;
    struct yaml_reader *reader = &reading->reader;
    x->ports = settle(reader, x->ports, x->n_ports * sizeof *x->ports);
    x->entries = settle(reader, x->entries, x->n_entries * sizeof *x->entries);
    x->expected_groups =
        settle(reader, x->expected_groups, x->n_expected_groups * sizeof *x->expected_groups);
    x->table_names = settle(reader, x->table_names, x->n_table_names * sizeof *x->table_names);
    x->claims = settle(reader, x->claims, x->n_claims * sizeof *x->claims);
    x->exceptions = settle(reader, x->exceptions, x->n_exceptions * sizeof *x->exceptions);
    x->known = settle(reader, x->known, x->n_known * sizeof *x->known);
    yaml_index_free(&reading->ports);
    yaml_index_free(&reading->flows);
    yaml_index_free(&reading->claim_ids);
}

int yaml_load_expectation(const struct yaml_files *files, const char *path,
                          struct expectation **expectation, struct yaml_diagnostics *diagnostics)
{
    struct yaml_reading reading = {.expectation = NULL};
    struct expectation *x = reading.expectation = yaml_begin(
        &reading.reader, files, path, diagnostics, sizeof *x, offsetof(struct expectation, arena));
    if (x) {
        yaml_read_file(&reading.reader, &format, &x->file, x);
        settle_all(&reading);
    }
    *expectation = yaml_end(&reading.reader) ? x : NULL;
    if (!*expectation) {
        expectation_free(x);
    }
    return *expectation ? 0 : -1;
}
