/* SPDX-License-Identifier: Apache-2.0
 *
 * A station's fields: they may stand in a lab file and in a topology. And a
 * topology that another file names. */
#ifndef SPEC_LAB_H
#define SPEC_LAB_H

#include "spec/read.h"

/* Field readers, into a struct lab_host. */
spec_read_fn spec_read_netns, spec_read_interface, spec_read_exec;

/* Sets the place of a station that was read at `node`; reports one that has
 * something but no interface. */
void spec_check_station(struct spec_reader *reader, const struct spec_node *node,
                        struct lab_host *station);

/* Loads a topology; if its file cannot be read, that is reported at `where` of
 * `from`, unless that is NULL. NULL after a diagnostic; topology_free. */
struct topology *spec_read_topology(const struct spec_files *files, const char *path,
                                    const struct spec_reader *from, const struct spec_node *where,
                                    struct spec_diagnostics *diagnostics);

#endif
