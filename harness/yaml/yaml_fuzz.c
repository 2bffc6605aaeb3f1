/* SPDX-License-Identifier: Apache-2.0
 *
 * libFuzzer target over the loaders. One input is one file; the first byte says which: a topology
 * (t), a lab (l), an expectation (x), its flow file (f), a change (c), or a saved state (s). The
 * others are good. Beyond crashes: a load either succeeds without a word, or fails with at least
 * one, and what it says can be shown. Seeds are in corpus/yaml. */
#include "testing/yaml_memory.h"
#include "yaml/change.h"
#include "yaml/state.h"

#include <stdint.h>
#include <stdlib.h>

static const char good_topology[] = "name: t\n"
                                    "switches: {s1: {dpid: 1}, s2: {dpid: 2}}\n"
                                    "hosts:\n"
                                    "  h1: {mac: 00:00:00:00:00:01, ip: 10.0.0.1, port: s1:1}\n"
                                    "  h2: {mac: 00:00:00:00:00:02, port: s2:1, role: capture}\n"
                                    "links: [[\"s1:2\", \"s2:2\"]]\n";

static const char good_expectation[] = "topology: t\nentries: {s1: {file: f}}\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

static void check_result(int result, const void *loaded, struct yaml_diagnostics *diagnostics)
{
    struct base_buffer shown = {0};
    size_t n = diagnostics->n_items + diagnostics->n_more;
    if ((result == 0) != (n == 0) || (result == 0) != (loaded != NULL)) {
        abort();
    }
    yaml_format_diagnostics(diagnostics, &shown);
    base_buffer_free(&shown);
    yaml_diagnostics_free(diagnostics);
}

static void load_topology(const struct yaml_files *files)
{
    struct yaml_diagnostics diagnostics = {0};
    struct topology *topology = NULL;
    int result = yaml_load_topology(files, "t", &topology, &diagnostics);
    check_result(result, topology, &diagnostics);
    if (topology) {
        struct lab *lab = NULL;
        result = yaml_load_lab(files, NULL, topology, &lab, &diagnostics);
        check_result(result, lab, &diagnostics);
        lab_free(lab);
    }
    topology_free(topology);
}

static void load_lab(const struct yaml_files *files)
{
    struct yaml_diagnostics diagnostics = {0};
    struct topology *topology = NULL;
    struct lab *lab = NULL;
    int result = yaml_load_topology(files, "t", &topology, &diagnostics);
    check_result(result, topology, &diagnostics);
    result = yaml_load_lab(files, "l", topology, &lab, &diagnostics);
    check_result(result, lab, &diagnostics);
    lab_free(lab);
    topology_free(topology);
}

static void load_expectation(const struct yaml_files *files)
{
    struct yaml_diagnostics diagnostics = {0};
    struct expectation *expectation = NULL;
    int result = yaml_load_expectation(files, "x", &expectation, &diagnostics);
    check_result(result, expectation, &diagnostics);
    expectation_free(expectation);
}

static void load_change(const struct yaml_files *files)
{
    struct yaml_diagnostics diagnostics = {0};
    struct topology *topology = NULL;
    struct flow_changes *changes = NULL;
    int result = yaml_load_topology(files, "t", &topology, &diagnostics);
    check_result(result, topology, &diagnostics);
    for (int replace = 0; replace < 2; replace++) {
        result = yaml_load_change(files, "c", topology, replace, &changes, &diagnostics);
        check_result(result, changes, &diagnostics);
        flow_changes_free(changes);
    }
    topology_free(topology);
}

static void load_state(const struct yaml_files *files)
{
    struct yaml_diagnostics diagnostics = {0};
    struct yaml_state *state = NULL;
    int result = yaml_load_state(files, "s", &state, &diagnostics);
    check_result(result, state, &diagnostics);
    yaml_state_free(state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    static const char kinds[] = "tlxfcs"; /* the names of the files, too */
    struct memory_file files[] = {{"t", good_topology, 0},
                                  {"l", "", 0},
                                  {"x", good_expectation, 0},
                                  {"f", "", 0},
                                  {"c", "", 0},
                                  {"s", "", 0},
                                  {0}};
    const char *kind = n_bytes > 1 ? memchr(kinds, data[0], sizeof kinds - 1) : NULL;
    if (!kind) {
        return -1;
    }
    struct memory_file *file = &files[kind - kinds];
    file->text = (const char *)data + 1;
    file->n_bytes = n_bytes - 1;
    struct yaml_files from = {files, memory_read};
    if (*kind == 't') {
        load_topology(&from);
    } else if (*kind == 'l') {
        load_lab(&from);
    } else if (*kind == 'c') {
        load_change(&from);
    } else if (*kind == 's') {
        load_state(&from);
    } else {
        load_expectation(&from);
    }
    return 0;
}
