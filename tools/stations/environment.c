/* SPDX-License-Identifier: Apache-2.0
 *
 * Which topology and which lab are meant? */
#include "stations/environment.h"

#include "yaml/load.h"

#include <stdlib.h>

static const char *path_or(const char *path, const char *variable)
{
    const char *value = path ? path : getenv(variable);
    return value && *value ? value : NULL;
}

int stations_load_environment(const char *topology_path, const char *lab_path,
                              struct topology **topology, struct lab **lab,
                              struct base_buffer *diagnostics)
{
    struct yaml_diagnostics found = {0};
    const char *path = path_or(topology_path, "TAPPROOF_TOPOLOGY");
    *topology = NULL;
    *lab = NULL;
    if (!path) {
        base_put_text(diagnostics,
                      "error: no topology is named, and TAPPROOF_TOPOLOGY is not set (give "
                      "--topology and --lab, or run inside `topologies/lab shell`)\n");
        return -1;
    }
    if (yaml_load_topology(&yaml_disk, path, topology, &found) == 0 &&
        yaml_load_lab(&yaml_disk, path_or(lab_path, "TAPPROOF_LAB"), *topology, lab, &found) == 0) {
        return 0;
    }
    yaml_format_diagnostics(&found, diagnostics);
    yaml_diagnostics_free(&found);
    topology_free(*topology);
    *topology = NULL;
    return -1;
}
