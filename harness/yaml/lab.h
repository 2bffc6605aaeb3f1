/* SPDX-License-Identifier: Apache-2.0
 *
 * A station's fields: they may stand in a lab file and in a topology. And a
 * topology that another file names. */
#ifndef YAML_LAB_H
#define YAML_LAB_H

#include "yaml/read.h"

/* Field readers, into a struct lab_host. */
yaml_read_fn yaml_read_netns, yaml_read_interface, yaml_read_exec;

/* Sets the place of a station that was read at `node`; reports one that has
 * something but no interface. */
void yaml_check_station(struct yaml_reader *reader, const struct yaml_node *node,
                        struct lab_host *station);

/* Loads a topology; if its file cannot be read, that is reported at `where` of
 * `from`, unless that is NULL. NULL after a diagnostic; topology_free. */
struct topology *yaml_read_topology(const struct yaml_files *files, const char *path,
                                    const struct yaml_reader *from, const struct yaml_node *where,
                                    struct yaml_diagnostics *diagnostics);

#endif
