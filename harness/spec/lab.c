/* SPDX-License-Identifier: Apache-2.0 */
#include "spec/lab.h"

#include "spec/value.h"

#include <stdlib.h>
#include <string.h>

void spec_read_netns(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    struct lab_host *station = into;
    station->netns = spec_copy(reader, node, "the path of a network namespace");
}

/* As the kernel's dev_valid_name(). */
static bool is_interface_name(const char *text)
{
    enum { INTERFACE_NAME_MAX = 15 };
    size_t n = strlen(text);
    return n >= 1 && n <= INTERFACE_NAME_MAX && strcspn(text, "/: \t\n") == n &&
           strcmp(text, ".") != 0 && strcmp(text, "..") != 0;
}

void spec_read_interface(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    struct lab_host *station = into;
    static const char expected[] =
        "an interface's name (at most 15 characters, no '/', ':' or blank)";
    const char *text = spec_copy(reader, node, expected);
    if (text && !is_interface_name(text)) {
        spec_error(reader, node, "expected %s, found %s", expected, spec_found(node).text);
    }
    station->interface = text;
}

void spec_read_exec(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    struct lab_host *station = into;
    station->exec = spec_copy(reader, node, "a command prefix");
}

static const struct spec_field host_fields[] = {
    {.name = "netns", .read = spec_read_netns},
    {.name = "interface", .read = spec_read_interface, .required = true},
    {.name = "exec", .read = spec_read_exec},
};

void spec_check_station(struct spec_reader *reader, const struct spec_node *node,
                        struct lab_host *station)
{
    station->place = spec_place(reader, node->key);
    if ((station->netns || station->exec) &&
        !spec_has_key(node, "interface", SPEC_FIELDS(host_fields))) {
        spec_error(reader, node, "a host with \"netns\" or \"exec\" needs the key \"interface\"");
    }
}

static void read_openflow(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    struct lab_switch *sw = into;
    sw->openflow = spec_endpoint(reader, node);
}

static const struct spec_field switch_fields[] = {
    {.name = "openflow", .read = read_openflow, .required = true},
};

static void read_switches(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    struct lab *lab = into;
    if (!spec_expect(reader, node, SPEC_MAPPING, "switches by name")) {
        return;
    }
    for (const struct spec_node *at = node->child; at; at = at->next) {
        struct lab_switch read = {0};
        size_t sw = spec_switch(reader, at->key);
        spec_read_fields(reader, at, "a switch of a lab", SPEC_FIELDS(switch_fields), &read);
        if (sw != SIZE_MAX) {
            lab->switches[sw] = read;
        }
    }
}

static void read_hosts(struct spec_reader *reader, const struct spec_node *node, void *into)
{
    struct lab *lab = into;
    if (!spec_expect(reader, node, SPEC_MAPPING, "hosts by name")) {
        return;
    }
    for (const struct spec_node *at = node->child; at; at = at->next) {
        struct lab_host read = {.place = spec_place(reader, at->key)};
        size_t host = spec_host(reader, at->key);
        spec_read_fields(reader, at, "a host of a lab", SPEC_FIELDS(host_fields), &read);
        if (host != SIZE_MAX) {
            lab->hosts[host] = read;
        }
    }
}

static const struct spec_field lab_fields[] = {
    {.name = "switches", .read = read_switches},
    {.name = "hosts", .read = read_hosts},
};

/* A copy in the lab; NULL stays NULL. */
static const char *copy_text(const struct spec_reader *reader, const char *text)
{
    char *copy = text ? spec_alloc(reader, strlen(text) + 1) : NULL;
    return copy ? strcpy(copy, text) : NULL;
}

/* What the topology file says itself. */
static void take_from_topology(const struct spec_reader *reader, const struct topology *topology,
                               struct lab *lab)
{
    const char *file = copy_text(reader, topology->file);
    for (size_t i = 0; i < topology->n_switches; i++) {
        lab->switches[i].openflow = copy_text(reader, topology->switches[i].openflow);
    }
    for (size_t i = 0; i < topology->n_hosts; i++) {
        const struct lab_host *station = &topology->hosts[i].station;
        lab->hosts[i] = (struct lab_host){
            .netns = copy_text(reader, station->netns),
            .interface = copy_text(reader, station->interface),
            .exec = copy_text(reader, station->exec),
            .place = {file, station->place.line, station->place.column},
        };
    }
}

static void read_lab(struct spec_reader *reader, const char *path, const struct topology *topology,
                     struct lab *lab)
{
    lab->switches = spec_alloc(reader, topology->n_switches * sizeof *lab->switches);
    lab->hosts = spec_alloc(reader, topology->n_hosts * sizeof *lab->hosts);
    lab->file = copy_text(reader, path);
    if (!lab->switches || !lab->hosts || (path && !lab->file)) {
        return;
    }
    take_from_topology(reader, topology, lab);
    if (!path) {
        return;
    }
    struct base_arena nodes = {0};
    const struct spec_node *root =
        spec_open(reader, lab->file, NULL, NULL, reader->source.diagnostics, &nodes);
    if (root && spec_expect_file(reader, root, SPEC_LAB)) {
        spec_use_topology(reader, topology);
        spec_read_fields(reader, root, "a lab", SPEC_FIELDS(lab_fields), lab);
    }
    base_arena_free(&nodes);
    spec_close(reader);
}

int spec_load_lab_from(const struct spec_files *files, const char *path,
                       const struct topology *topology, struct lab **lab,
                       struct spec_diagnostics *diagnostics)
{
    size_t n_before = spec_errors_count(diagnostics);
    struct spec_source source = {.file = path ? path : topology->file, .diagnostics = diagnostics};
    *lab = calloc(1, sizeof **lab);
    if (!*lab) {
        spec_error_at(&source, 0, 0, "out of memory");
        return -1;
    }
    struct spec_reader reader = {.source = source, .files = files, .arena = &(*lab)->arena};
    read_lab(&reader, path, topology, *lab);
    if (spec_errors_count(diagnostics) > n_before) {
        lab_free(*lab);
        *lab = NULL;
        return -1;
    }
    return 0;
}

int spec_load_lab(const char *path, const struct topology *topology, struct lab **lab,
                  struct spec_diagnostics *diagnostics)
{
    return spec_load_lab_from(&spec_disk, path, topology, lab, diagnostics);
}
