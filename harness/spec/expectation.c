/* SPDX-License-Identifier: Apache-2.0 */
#include "spec/expectation.h"

#include "spec/lab.h"
#include "spec/value.h"

#include <stdlib.h>
#include <string.h>

static void read_topology(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    struct expectation *x = into;
    const char *path = spec_path(reader, node, "the path of a topology file");
    if (!path) {
        return;
    }
    x->topology = spec_read_topology(reader->files, path, reader, node, reader->source.diagnostics);
    if (x->topology) {
        size_t n = x->topology->n_switches;
        spec_use_topology(reader, x->topology);
        x->lists_switch = spec_alloc(reader, n * sizeof *x->lists_switch);
        x->exact_switch = spec_alloc(reader, n * sizeof *x->exact_switch);
    }
}

static bool read_choice(struct spec_reader *reader, const struct spec_node *node, const char *yes,
                        const char *no, const char *expected)
{
    const char *text = spec_text(reader, node, expected);
    bool is_yes = text && strcmp(text, yes) == 0;
    if (text && !is_yes && (!no || strcmp(text, no) != 0)) {
        spec_error(reader, node, "expected %s, found %s", expected, spec_found(node).text);
    }
    return is_yes;
}

static void read_tables(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    struct expectation *x = into;
    x->tables_exact = read_choice(reader, node, "exact", NULL, "\"exact\"");
}

static void read_unlisted(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    struct expectation *x = into;
    x->unlisted_any = read_choice(reader, node, "any", "drop", "\"drop\" or \"any\"");
}

static void read_expires(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    struct expectation *x = into;
    spec_expires(reader, node, &x->expires_sec);
}

static const struct spec_field expectation_fields[] = {
    {.name = "topology", .read = read_topology, .required = true, .first = true},
    {.name = "ports", .read = spec_read_ports},
    {.name = "tables", .read = read_tables},
    {.name = "entries", .read = spec_read_entries},
    {.name = "traffic", .read = spec_read_traffic},
    {.name = "ignore", .read = spec_read_ignore},
    {.name = "expires", .read = read_expires},
    {.name = "unlisted", .read = read_unlisted},
};

static bool has_key(const struct spec_node *root, const char *name)
{
    return spec_has_key(root, name, SPEC_FIELDS(expectation_fields));
}

/* A file that expects nothing would conform to any network. */
static void check_expects(struct spec_reader *reader, const struct spec_node *root, bool exact)
{
    const struct spec_node *tables = spec_child(root, "tables");
    bool has_entries = has_key(root, "entries");
    if (!has_key(root, "ports") && !has_entries && !has_key(root, "traffic")) {
        spec_error(reader, root,
                   "nothing is expected; the file needs \"ports\", \"entries\" or \"traffic\"");
    } else if (exact && !has_entries) {
        spec_error(reader, tables->key, "\"tables: exact\" needs the key \"entries\"");
    }
}

/* What grew with malloc goes to the arena, or away if the load failed. */
static void *settle(const struct spec_reader *reader, void *items, size_t n_bytes)
{
    void *copy = n_bytes > 0 ? spec_alloc(reader, n_bytes) : NULL;
    if (copy) {
        memcpy(copy, items, n_bytes);
    }
    free(items);
    return copy;
}

static void read_expectation(struct spec_reading *reading, struct spec_diagnostics *diagnostics)
{
    struct expectation *x = reading->expectation;
    struct spec_reader *reader = &reading->reader;
    struct base_arena nodes = {0};
    const struct spec_node *root = spec_open(reader, x->file, NULL, NULL, diagnostics, &nodes);
    if (root && spec_expect_file(reader, root, SPEC_EXPECTATION)) {
        spec_read_fields(reader, root, "an expectation", SPEC_FIELDS(expectation_fields), x);
        check_expects(reader, root, x->tables_exact);
    }
    base_arena_free(&nodes);
    x->ports = settle(reader, x->ports, x->n_ports * sizeof *x->ports);
    x->entries = settle(reader, x->entries, x->n_entries * sizeof *x->entries);
    x->claims = settle(reader, x->claims, x->n_claims * sizeof *x->claims);
    x->exceptions = settle(reader, x->exceptions, x->n_exceptions * sizeof *x->exceptions);
    spec_index_free(&reading->ports);
    spec_index_free(&reading->flows);
    spec_index_free(&reading->claim_ids);
    spec_close(reader);
}

int spec_load_expectation_from(const struct spec_files *files, const char *path,
                               struct expectation **expectation,
                               struct spec_diagnostics *diagnostics)
{
    size_t n_before = spec_errors_count(diagnostics);
    struct expectation *x = calloc(1, sizeof *x);
    *expectation = x;
    if (x) {
        x->file = base_arena_text(&x->arena, path);
    }
    if (x && x->file) {
        struct spec_reading reading = {.reader = {.files = files, .arena = &x->arena},
                                       .expectation = x};
        read_expectation(&reading, diagnostics);
    } else {
        struct spec_source source = {.file = path, .diagnostics = diagnostics};
        spec_error_at(&source, 0, 0, "out of memory");
    }
    if (spec_errors_count(diagnostics) > n_before) {
        expectation_free(x);
        *expectation = NULL;
        return -1;
    }
    return 0;
}

int spec_load_expectation(const char *path, struct expectation **expectation,
                          struct spec_diagnostics *diagnostics)
{
    return spec_load_expectation_from(&spec_disk, path, expectation, diagnostics);
}
